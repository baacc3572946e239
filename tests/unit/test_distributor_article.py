"""Article 10's A and B: every number that the article gives, and what follows from it."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking.ratios import values
from distributor_book import (
    YEAR,
    company,
    covered,
    facts,
    money,
    party,
    read_of,
    row,
    sold,
    value,
    yearly,
)

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
    growth = found.criteria.monthly.filter(distributor_id="B", criterion="growth")
    assert growth.height == 12
    assert value(found, "B", "growth") == pytest.approx(0.02)
    assert value(found, "B", "growth") - (620 / 500 - 1) == pytest.approx(-0.22)  # 22 points behind
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
