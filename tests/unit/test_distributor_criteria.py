"""What each criterion makes of books that lack something, or hold something odd."""

from datetime import date, timedelta

import pytest

from dakehu.analysis.distributor_ranking.criteria import DEFINITIONS
from dakehu.models import build, read_checks
from distributor_book import (
    AS_OF,
    YEAR,
    company,
    covered,
    facts,
    money,
    order,
    party,
    read_of,
    row,
    sold,
    value,
    yearly,
)
from small_books import books, needed


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    return company(tmp_path_factory.mktemp("distributors"))


def test_what_is_not_there_is_missing_and_said_so(book):
    bare = facts(
        read_of(book, customers=[party("A", "distributor")], order_lines=yearly("A", 1, 2))
    )
    known = set(bare.criteria.criteria.filter("is_available")["criterion"])
    assert known == {"amount_share", "growth", "relative_growth"}
    assert set(bare.criteria.measured) == known
    missing = dict(bare.criteria.absent.select("criterion", "missing").iter_rows())
    assert missing["cash_share"] == "sell_out.amount, sell_out.pay_mode"
    assert missing["otif_share"].startswith("shipments.quantity")
    assert known | missing.keys() == set(DEFINITIONS)
    assert bare.criteria.criteria.height == len(DEFINITIONS)
    assert bare.downstream.tables == bare.rebates.tables == {}
    assert bare.credit.tables == {}
    assert bare.conduct.is_empty()


def test_silence_is_missing_and_not_zero(book):
    half = date(2024, 6, 30)
    lines = [sold("A", "U", month, 10, pay_mode="cash") for month in YEAR[:6]]
    lines += [sold("A", "V", YEAR[6], 900, pay_mode="credit", term_days=30)]  # outside the span
    tables = {
        "customers": [party("A", "distributor"), party("U", "customer"), party("V", "retailer")],
        "order_lines": yearly("A", 1, 2),
    }
    found = facts(read_of(book, **tables, sell_out=lines, sell_out_coverage=[covered("A", half)]))
    assert value(found, "A", "cash_share") == 1
    line = row(found.downstream.downstream, "A")
    assert (line["reported_months"], line["window_months"], line["is_complete"]) == (6, 12, False)
    assert line["reported_until"] == YEAR[5]
    assert found.downstream.unreported.rows() == [("A", 6, 12, YEAR[5])]
    # Without spans the months with lines count, and the rest is still not known.
    unsaid = facts(read_of(book, **tables, sell_out=lines))
    assert value(unsaid, "A", "cash_share") == pytest.approx(60 / 960)
    assert unsaid.downstream.unreported["reported_months"].to_list() == [7]
    # A month reported in part would look weak: it is left out too.
    partly = [covered("A", half - timedelta(3))]
    short = facts(read_of(book, **tables, sell_out=lines, sell_out_coverage=partly))
    assert short.downstream.downstream["amount"].to_list() == [50]


def test_a_chain_is_one_customer_and_a_role_tells_the_user(book):
    chain = [party(f"K{n}", "chain_ka", group_id="K0") for n in range(3)]
    lines = [sold("A", code, YEAR[0], 20) for code in ("K0", "K1", "K2", "G", "X")]
    found = facts(
        read_of(
            book,
            customers=[party("A", "distributor"), party("G", "government"), *chain],
            order_lines=yearly("A", 1, 2),
            sell_out=lines,
        )
    )
    line = row(found.downstream.downstream, "A")
    assert (line["customer_count"], line["worst_loss_id"]) == (3, "K0")
    assert line["worst_loss_share"] == pytest.approx(0.6)
    assert line["unknown_amount"] == 20  # X stands in no file
    assert line["end_user_share"] == pytest.approx(20 / 80)
    assert line["channel_length"] == pytest.approx(0.25 * 1 + 0.75 * 2)
    assert "poaching_share" not in found.downstream.downstream.columns  # nobody watches rivals


def test_service_freight_and_stock(book):
    day = date(2024, 3, 4)
    late, short = day + timedelta(9), day + timedelta(1)
    lines = [
        order("A", day + timedelta(n), 100, promised_date=day + timedelta(n + 2)) for n in range(4)
    ]
    lines.append(order("A", date(2024, 12, 30), 100, promised_date=AS_OF + timedelta(2)))
    names = [line["order_id"] for line in lines]
    base = {"line_no": "1", "order_line_no": "1", "ship_date": day, "quantity": 10}
    shipments = [
        {**base, "ship_no": "1", "order_id": names[0], "delivered_date": short, "mode": "carrier",
         "freight_amount": money(5), "freight_payer": "us"},
        {**base, "ship_no": "2", "order_id": names[1], "delivered_date": late,
         "mode": "self_pickup", "freight_payer": "buyer", "freight_amount": None},
        {**base, "ship_no": "3", "order_id": names[2], "quantity": 4, "delivered_date": short,
         "mode": "rail", "freight_payer": "us", "freight_amount": None},
    ]  # fmt: skip
    sold_on = [{**sold("A", "U", YEAR[2], 45), "quantity": 5}]
    found = facts(
        read_of(
            book,
            customers=[party("A", "distributor"), party("U", "customer")],
            order_lines=lines,
            shipments=shipments,
            sell_out=sold_on,
            inventory=[
                {"as_of": date(2024, 3, 15), "holder_id": "A", "product_id": "P1", "quantity": 99},
                {"as_of": date(2024, 3, 31), "holder_id": "A", "product_id": "P1", "quantity": 15},
            ],
        )
    )
    # Four lines were due: one in time, one late, one short, one not shipped at all.
    assert value(found, "A", "otif_share") == pytest.approx(1 / 4)
    assert value(found, "A", "fill_rate") == pytest.approx((1 + 1 + 0.4) / 4)
    assert value(found, "A", "delivered_share") == pytest.approx(2 / 3)
    assert value(found, "A", "factory_paid_share") == pytest.approx(140 / 240)
    # The freight of the third is not known; what the buyer fetches costs us nothing.
    assert value(found, "A", "freight_per_unit") == pytest.approx(5 / 20)
    assert value(found, "A", "freight_ratio") == pytest.approx(5 / 200)
    assert value(found, "A", "stock_days") == pytest.approx(15 / (5 / 31))


def test_on_time_needs_the_day_of_arrival(book):
    day = date(2024, 3, 4)
    line = order("A", day, 100, promised_date=day)
    shipment = {"ship_no": "1", "line_no": "1", "order_id": line["order_id"], "ship_date": day,
                "order_line_no": "1", "quantity": 10}  # fmt: skip
    found = facts(
        read_of(
            book,
            customers=[party("A", "distributor")],
            order_lines=[line],
            shipments=[shipment],
        )
    )
    assert value(found, "A", "fill_rate") == 1
    assert value(found, "A", "otif_share") is None
    assert value(found, "A", "freight_ratio") is None


def test_pushed_products_and_versions_of_a_quota(book):
    period = {"customer_id": "A", "period_start": date(2024, 1, 1), "period_end": AS_OF}
    early, late = {"set_at": date(2023, 11, 1)}, {"set_at": date(2024, 2, 1)}
    found = facts(
        read_of(
            book,
            customers=[party("A", "distributor")],
            order_lines=[
                *yearly("A", 50, 100),
                order("A", date(2024, 5, 7), 300, product_id="P2"),
            ],
            products=[
                {"product_id": "P1", "product_name": "one", "is_focus": False},
                {"product_id": "P2", "product_name": "two", "is_focus": True},
            ],
            quotas=[
                {**period, **early, "target_amount": money(9_000), "product_scope_id": None},
                {**period, **late, "target_amount": money(2_000), "product_scope_id": None},
                {**period, **late, "target_amount": money(400), "product_scope_id": "主推"},
            ],
        )
    )
    assert value(found, "A", "quota_attainment") == pytest.approx(1_500 / 2_000)
    assert value(found, "A", "focus_attainment") == pytest.approx(300 / 400)
    assert value(found, "A", "focus_share") == pytest.approx(300 / 1_500)


def test_conduct_counts_findings_and_no_leads(book):
    case = {"offender_id": "A", "date": date(2024, 5, 1)}
    found = facts(
        read_of(
            book,
            customers=[{**party("A", "distributor"), "status": "blacklisted"}],
            order_lines=yearly("A", 1, 2),
            cases=[
                {**case, "case_id": "1", "type": "diversion", "evidence_grade": "A"},
                {**case, "case_id": "2", "type": "diversion", "evidence_grade": "B"},
                {**case, "case_id": "3", "type": "diversion", "evidence_grade": "C"},
                {**case, "case_id": "4", "type": "complaint", "evidence_grade": None},
                {**case, "case_id": "5", "type": "file", "date": date(2023, 5, 1),
                 "evidence_grade": None},
            ],
        )
    )  # fmt: skip
    assert found.conduct.select("fact", "value").rows() == [
        ("blacklisted", 1), ("complaint", 1), ("diversion", 2), ("graded_a_diversion", 1)
    ]  # fmt: skip


def test_the_check_of_sell_out_can_fire(book):
    (check,) = [c for c in read_checks() if c.name.endswith("__sell_out_adds_up")]
    # Sold on before the first order: no fiscal month, and still there.
    lines = [sold("A", "U", date(2022, 5, 1), 10), sold("A", "U", YEAR[0], 20)]
    with books(book, customers=[party("A", "distributor")], sell_out=lines) as filled:
        build(filled, needed("mart_distributor_ranking__sell_out"))
        assert filled.sql(check.sql).pl().is_empty()
        filled.execute("delete from mart_distributor_ranking__sell_out where amount = 10")
        assert filled.sql(check.sql).pl().rows() == [("A", 30, 20)]
