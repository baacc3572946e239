"""Credit, own return and rebates of distributors, reckoned by hand."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.rebates import elasticity
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

TWO = [party("A", "distributor"), party("B", "distributor")]
BOTH = [*yearly("A", 1, 2), *yearly("B", 1, 2)]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    return company(tmp_path_factory.mktemp("credit"))


def ago(days: int) -> date:
    return AS_OF - timedelta(days)


def invoice(number: str, code: str, posted: int, amount: float, late: int) -> dict:
    """Posted so many days before the date, and so many days past due."""
    return {"invoice_no": number, "customer_id": code, "invoice_date": ago(posted),
            "due_date": ago(late), "amount": money(amount)}  # fmt: skip


def payment(number: str, code: str, paid: int, amount: float, method: str | None) -> dict:
    return {"payment_no": number, "customer_id": code, "pay_date": ago(paid),
            "amount": money(amount), "method": method}  # fmt: skip


def test_debts_by_age_days_outstanding_and_the_limit(book):
    lates = [-5, 10, 45, 75, 91, 200]
    found = facts(
        read_of(
            book,
            customers=TWO,
            order_lines=BOTH,
            invoices=[
                *(invoice(f"A{n}", "A", 300, 2**n, late) for n, late in enumerate(lates)),
                invoice("A9", "A", 200, 937, 170),
                invoice("B1", "B", 100, 500, 70),
            ],
            payments=[
                payment("P1", "A", 100, 700, "transfer"),
                payment("P2", "A", 99, 237, "bank_acceptance"),
                payment("P3", "B", 100, 500, "prepaid"),
            ],
            payment_allocations=[
                {"payment_no": f"P{n}", "invoice_no": "A9", "amount": money(amount)}
                for n, amount in ((1, 700), (2, 237))
            ],
            credit_terms=[
                {"customer_id": "A", "credit_limit": money(50), "term_days": 30,
                 "valid_from": ago(400), "valid_to": None}
            ],
        )
    )  # fmt: skip
    a, b = (row(found.credit.credit, code) for code in "AB")
    names = ["not_due", "due_1_30", "due_31_60", "due_61_90", "due_over_90"]
    assert [a[f"{name}_amount"] for name in names] == [1, 2, 4, 8, 48]
    assert (a["open_amount"], a["overdue_amount"], a["overdue_over_90_amount"]) == (63, 62, 48)
    assert a["dso_days"] == pytest.approx(63 / 1000 * 366)
    assert a["delinquent_days"] == pytest.approx(62 / 1000 * 366)
    assert a["overdue_share"] == pytest.approx(62 / 63)
    assert a["limit_use_share"] == pytest.approx(63 / 50)
    assert a["received_cash_share"] == pytest.approx(700 / 937)
    assert a["received_cash_bill_share"] == 1
    assert a["interest_amount"] == money(63 * 0.06)
    # B paid ahead: no day outstanding, nothing overdue, and both are known.
    assert (b["dso_days"], b["overdue_share"], b["prepaid_share"]) == (0, 0, 1)
    assert b["limit_use_share"] is None  # it has no limit
    assert found.credit.figures["over_limit_count"] == (1, "count")
    assert found.credit.figures["credit_overdue_amount"] == (62, "amount")
    assert found.credit.ageing["open_amount"].sum() == 63
    old = found.conduct.filter(distributor_id="A", fact="overdue_over_90_share")
    assert old["value"].to_list() == pytest.approx([48 / 63])
    months = found.criteria.monthly.filter(distributor_id="A", criterion="dso_days")
    assert months.height == 12  # the balance stands in every month


def test_how_it_was_paid_is_missing_where_nobody_says(book):
    found = facts(
        read_of(
            book,
            customers=TWO,
            order_lines=BOTH,
            invoices=[invoice("A1", "A", 100, 50, 70)],
            payments=[payment("P1", "A", 90, 50, None)],
        )
    )
    assert value(found, "A", "dso_days") == 0
    assert value(found, "A", "received_cash_share") is None
    assert value(found, "A", "prepaid_share") is None
    assert value(found, "B", "dso_days") is None
    assert not {"cash_share", "received_cash_share"} & set(found.credit.credit.columns)
    assert found.credit.credit["distributor_id"].to_list() == ["A"]


def test_two_of_one_group_share_its_debts_and_count_once(book):
    found = facts(
        read_of(
            book,
            customers=[party("A", "distributor", group_id="A"),
                       party("B", "distributor", group_id="A")],
            order_lines=BOTH,
            invoices=[invoice("A1", "A", 100, 50, 70), invoice("B1", "B", 100, 30, 70)],
            payments=[payment("P1", "A", 90, 20, "cash")],
        )
    )  # fmt: skip
    assert found.credit.credit["open_amount"].to_list() == [60, 60]
    assert found.credit.figures["credit_open_amount"] == (60, "amount")


def test_the_ageing_basis_is_a_word_of_two(book):
    read = read_of(book, customers=TWO, order_lines=BOTH)
    with pytest.raises(ValueError, match=r'\[policy.distributor_ranking\] ageing_basis is "dew"'):
        facts(read, Policy(ageing_basis="dew"))
    posted = read_of(
        book,
        customers=TWO,
        order_lines=BOTH,
        invoices=[invoice("A1", "A", 40, 50, 10)],
    )
    line = row(facts(posted, Policy(ageing_basis="posting")).credit.credit, "A")
    assert line["posting_31_60_amount"] == 50


def test_own_return(book):
    """Six reported months: a margin of 20 on goods of 10 a month, half of it on 73 days."""
    tables = {
        "customers": [party("A", "distributor"), party("U", "customer")],
        "order_lines": [order("A", month, 100) for month in YEAR],
        "sell_out": [
            {**sold("A", "U", month, 30), "pay_mode": mode, "term_days": term}
            for month in YEAR[:6]
            for mode, term in (("cash", None), ("credit", 73))
        ],
        "sell_out_coverage": [covered("A", date(2024, 6, 30))],
        "inventory": [
            {"as_of": month.replace(day=28), "holder_id": "A", "product_id": "P1", "quantity": 3}
            for month in YEAR
        ],
        "rebates": [
            {"program_id": "P", "customer_id": "A", "period_start": start, "period_end": end,
             "basis_amount": money(600), "tier_no": 1, "rate": money(0.02),
             "accrued_amount": money(12), "in_net_amount": off}
            for start, end, off in (
                (YEAR[0], date(2024, 6, 30), False), (YEAR[6], AS_OF, True),
            )
        ],
        "distributors": [
            {"customer_id": "A", "declared_total_sales": money(1440), "declared_opex": money(100)}
        ],
    }  # fmt: skip
    line = row(facts(read_of(book, **tables)).credit.credit, "A")
    # A year: sold 720 of the 1,440 declared; goods of 240; 360 on 73 days are 72 outstanding.
    assert line["margin_amount"] == 480
    assert line["own_rebate_amount"] == 12  # the other is off the price
    assert line["opex_amount"] == 50
    assert line["carry_amount"] == money(72 * 0.06)
    assert line["tied_amount"] == 30 + 72
    expected = (480 + 12 - 50 - 72 * 0.06) / 102
    assert line["own_return_share"] == pytest.approx(expected)
    del tables["distributors"]
    assert "own_return_share" not in facts(read_of(book, **tables)).credit.credit.columns


def rebate(code: str, program: str, start: date, rate: float, basis: float) -> dict:
    """A rebate of a quarter."""
    end = pl.select(pl.lit(start).dt.offset_by("3mo").dt.offset_by("-1d")).item()
    return {"program_id": program, "customer_id": code, "period_start": start, "period_end": end,
            "basis_amount": money(basis), "tier_no": 2, "rate": rate,
            "accrued_amount": money(basis * rate), "paid_amount": money(0)}  # fmt: skip


def test_rebates_by_step_lift_and_fairness(book):
    found = facts(
        read_of(
            book,
            customers=[*TWO, party("C", "distributor")],
            order_lines=[*yearly("A", 100, 140), *yearly("B", 100, 130), *yearly("C", 100, 110)],
            rebates=[
                *(rebate(code, "S", date(2023, 1, 1), 0.02, 300) for code in "ABC"),
                rebate("A", "K", YEAR[0], 0.06, 420),
                rebate("B", "S", YEAR[0], 0.03, 390),
                rebate("C", "S", YEAR[0], 0.03, 312),
            ],
            rebate_tiers=[
                {"program_id": name, "tier_no": number, "from_amount": money(start),
                 "to_amount": None, "rate": rate}
                for name, rates in (("S", (0.01, 0.03, 0.05)), ("K", (0.02, 0.06, 0.08)))
                for number, start, rate in zip((1, 2, 3), (0, 300, 400), rates, strict=True)
            ],
        )
    ).rebates  # fmt: skip
    latest = found.rebates.filter(pl.col("period") == YEAR[0])
    a, b, c = (row(latest, code) for code in "ABC")
    assert [line["volume_lift"] for line in (a, b, c)] == pytest.approx([0.4, 0.3, 0.1])
    assert [line["rate_gap"] for line in (a, b, c)] == pytest.approx([0.03, 0, 0])
    assert b["rate_change"] == pytest.approx(0.01)
    assert a["rate_change"] is None  # it was in another programme
    assert (b["missing_amount"], c["missing_amount"]) == (10, 88)
    assert b["step_amount"] == money(400 * 0.05 - 390 * 0.03)
    assert [line["is_just_above"] for line in (a, b, c)] == [False, False, True]
    # What the year before the data began brought is not known.
    assert found.rebates.filter(pl.col("period") < YEAR[0])["volume_lift"].is_null().all()
    (tier,) = found.tiers.rows(named=True)
    assert (tier["low_rate"], tier["high_rate"], tier["distributor_count"]) == (0.03, 0.06, 3)
    assert found.figures["rebate_rate"] == (pytest.approx((25.2 + 11.7 + 9.36) / 1122), "share")
    assert found.figures["just_above_share"] == (pytest.approx(1 / 3), "share")
    assert found.figures["just_below_share"] == (pytest.approx(1 / 3), "share")


def test_the_slope_of_volume_on_rates():
    frame = pl.DataFrame(
        {"rate_change": [0.0, 0.01, 0.02, None], "volume_lift": [0.05, 0.15, 0.25, 9.0]}
    )
    assert elasticity(frame) == pytest.approx(0.10)  # ten per cent more for each point
    assert elasticity(frame.with_columns(rate_change=pl.lit(0.01))) is None
    assert elasticity(frame.head(2)) is None
