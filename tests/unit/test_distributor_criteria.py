"""Every criterion on article 10's A and B, and on books that lack what a criterion needs."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking.criteria import DEFINITIONS
from dakehu.analysis.distributor_ranking.ratios import values
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

# A sells 70 % to 100 users and 30 % to 60 shops, 80 % for cash, half fetched; B sells 75 % to four
# wholesalers and 25 % to 25 shops, all on credit: half of it 30 days, a quarter 60, a quarter 90.
USERS = [(f"U{n}", "customer", 0.70 / 100) for n in range(100)]
SHOPS = [(f"S{n}", "retailer", 0.30 / 60) for n in range(60)]
WHOLESALERS = [(f"W{n}", "second_tier", 0.75 / 4) for n in range(4)]
OUTLETS = [(f"T{n}", "retailer", 0.25 / 25) for n in range(25)]
TERMS = [30, 30, 60, 90]


def a_sold() -> list[dict]:
    lines = []
    for n, (buyer, _, share) in enumerate(USERS + SHOPS):
        more = {"pick_mode": "self_pickup" if n % 2 else "own_delivery"}
        more |= {"pay_mode": "credit", "term_days": 15} if n % 5 == 0 else {"pay_mode": "cash"}
        lines.append(sold("A", buyer, YEAR[n % 12], share * 1_000_000, **more))
    return lines


def b_sold() -> list[dict]:
    return [
        sold("B", buyer, YEAR[month], share * 250_000, pay_mode="credit",
             term_days=TERMS[month // 3], pick_mode="factory_truck")
        for month in (0, 3, 6, 9)
        for buyer, _, share in WHOLESALERS + OUTLETS
    ]  # fmt: skip


def shipped(code: str, mode: str, rate: float) -> list[dict]:
    """A shipment of every order of 2024, two days on the way."""
    amount = {"A": 200_000, "B": 102_000}[code]
    return [
        {"ship_no": f"{code}-{month}", "line_no": "1", "order_id": f"{code}-{month}",
         "order_line_no": "1", "ship_date": month, "delivered_date": month + timedelta(2),
         "quantity": 10, "mode": mode, "freight_amount": money(amount * rate),
         "freight_payer": "us"}
        for month in YEAR
    ]  # fmt: skip


def article() -> dict[str, list[dict]]:
    """Tables of article 10: the company grows by 24 %, B by 2 %; A and B as above."""
    whole = [party("A", "distributor"), party("B", "distributor"), party("C", "customer")]
    parties = [(*USERS, *SHOPS), (*WHOLESALERS, *OUTLETS)]
    below = [party(code, role, tier_depth=2) for side in parties for code, role, _ in side]
    promised = [
        {**line, "promised_date": line["order_date"] + timedelta(2)}
        for line in [*yearly("A", 150_000, 200_000), *yearly("B", 100_000, 102_000)]
    ]
    return {
        "customers": whole + below,
        "order_lines": [*promised, *yearly("C", 250_000, 318_000)],
        "sell_out": a_sold() + b_sold(),
        "sell_out_coverage": [covered("A"), covered("B")],
        "shipments": shipped("A", "ship", 0.011) + shipped("B", "factory_truck", 0.036),
        "competitor_events": [
            {"customer_id": code, "date": date(2024, 5, 1), "kind": "poaching"}
            for code, *_ in WHOLESALERS
        ],
    }


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    return company(tmp_path_factory.mktemp("distributors"))


@pytest.fixture(scope="module")
def read(book):
    return read_of(book, **article())


@pytest.fixture(scope="module")
def found(read):
    return facts(read)


def test_b_hangs_on_four_wholesalers_and_a_on_nobody(found):
    a, b = (row(found.downstream.downstream, code) for code in "AB")
    assert b["cr4"] == pytest.approx(0.75)
    assert b["hhi"] == pytest.approx(4 * 18.75**2 + 25)  # 1,406 and the outlets
    assert b["worst_loss_share"] == pytest.approx(0.1875)
    assert a["hhi"] == pytest.approx(49 + 60 * 0.5**2)  # 49 of the hundred users
    assert a["worst_loss_share"] == pytest.approx(0.007)
    assert a["end_user_share"] == pytest.approx(0.70)
    assert (a["customer_count"], b["customer_count"]) == (160, 29)
    assert b["effective_number"] == pytest.approx(10_000 / b["hhi"])
    users = found.downstream.groups.filter(pl.col("downstream_group_id").str.starts_with("U"))
    assert users["share"].sum() == pytest.approx(0.70)


def test_bs_share_of_the_company_falls_by_almost_a_fifth(found):
    assert value(found, "B", "growth") == pytest.approx(0.02)
    assert value(found, "B", "relative_growth") == pytest.approx(0.8226, abs=5e-5)
    assert 1 - value(found, "B", "relative_growth") == pytest.approx(0.177, abs=5e-4)
    assert value(found, "B", "amount_share") == pytest.approx(102 / 620)


def test_a_is_better_on_all_that_the_article_compares(found):
    more = ["end_user_share", "self_pickup_share", "cash_share"]
    less = ["downstream_cr4", "downstream_hhi", "worst_loss_share", "channel_length",
            "freight_ratio", "freight_per_unit", "credit_days", "interest_share"]  # fmt: skip
    for sign, names in ((1, more), (-1, less)):
        for name in names:
            assert sign * value(found, "A", name) > sign * value(found, "B", name), name
    assert value(found, "A", "cash_share") == pytest.approx(0.80)
    assert value(found, "A", "self_pickup_share") == pytest.approx(0.50)
    assert value(found, "B", "channel_length") == 2


def test_interest_of_thirty_sixty_and_ninety_days(found):
    part = found.criteria.monthly.filter(distributor_id="B", criterion="interest_share")
    by_month = dict(part.select("month", "value").iter_rows())
    shares = [100 * by_month[YEAR[month]] for month in (0, 6, 9)]
    assert [round(share, 2) for share in shares] == [0.49, 0.99, 1.48]
    assert value(found, "B", "interest_share") == pytest.approx(52.5 / 365 * 0.06)
    assert value(found, "B", "credit_days") == pytest.approx(52.5)


def test_rivals_are_after_three_quarters_of_b(found):
    a, b = (row(found.downstream.downstream, code) for code in "AB")
    assert (b["targeted_count"], b["poaching_share"]) == (4, pytest.approx(0.75))
    assert (a["targeted_count"], a["poaching_share"]) == (0, 0)
    assert b["retail_wholesale_ratio"] == pytest.approx(1 / 3)
    assert a["retail_wholesale_ratio"] is None  # no wholesale to divide by
    assert value(found, "A", "retail_share") == 1


def test_each_value_is_the_ratio_of_its_months(found):
    again = values(found.criteria.monthly)
    both = found.criteria.criteria.filter("is_available").join(
        again, on=["distributor_id", "criterion"], how="full", suffix="_again"
    )
    assert both["value"].to_list() == pytest.approx(both["value_again"].to_list())
    assert both.height > 30


def test_concentration_moves_with_the_months_as_the_whole_does(read, found):
    """The months of HHI carry its derivative: with more of one, both move alike to first order."""
    more = pl.when(pl.col("month") == YEAR[3]).then(1.00001).otherwise(1.0)
    part = found.criteria.monthly.filter(distributor_id="A", criterion="downstream_hhi")
    moved = values(part.with_columns(pl.col("numerator", "denominator") * more))["value"].item()
    amounts = (
        read["sell_out"]
        .filter(distributor_id="A")
        .group_by("downstream_group_id")
        .agg(amount=(pl.col("amount").cast(pl.Float64) * more).sum())["amount"]
    )
    exact = 10_000 * float(((amounts / amounts.sum()) ** 2).sum())
    before = value(found, "A", "downstream_hhi")
    assert moved - before == pytest.approx(exact - before, rel=0.01)


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
