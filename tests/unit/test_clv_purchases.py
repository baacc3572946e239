"""From transactions to histories: what is a purchase, what is a return, and is there a rhythm."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.clv.histories import Histories, purchase_days, summaries
from dakehu.analysis.clv.regularity import regularity

DAY = date(2024, 1, 1)


def transactions(rows: list[tuple[str, int, str]]) -> pl.DataFrame:
    return pl.DataFrame(
        [(who, DAY + timedelta(days=day), Decimal(amount)) for who, day, amount in rows],
        schema={"customer_id": pl.String, "date": pl.Date, "amount": pl.Decimal(18, 2)},
        orient="row",
    )


ROWS = [
    ("a", 0, "10.00"),
    ("a", 0, "5.00"),  # the same day: one purchase of 15
    ("a", 7, "20.00"),
    ("a", 9, "-20.00"),  # a return on a day of its own
    ("a", 21, "40.00"),
    ("a", 21, "-10.00"),  # netted: 30
    ("a", 99, "1.00"),  # after the cut
    ("b", 3, "8.00"),
    ("b", 4, "-8.00"),
    ("b", 5, "6.00"),
    ("b", 5, "-6.00"),  # cancelled on the day: no purchase
    ("c", 1, "-3.00"),  # never bought
    ("d", 2, "0.00"),  # free goods: a purchase
    ("e", 98, "1.00"),  # not yet a customer
]


def test_days_are_netted_and_returns_are_no_purchases():
    days = purchase_days(transactions(ROWS))
    bought = {(who, (on - DAY).days): flag for who, on, _, flag in days.iter_rows()}
    assert bought == {
        ("a", 0): True, ("a", 7): True, ("a", 9): False, ("a", 21): True, ("a", 99): True,
        ("b", 3): True, ("b", 4): False, ("b", 5): False, ("c", 1): False, ("d", 2): True,
        ("e", 98): True,
    }  # fmt: skip
    assert days["amount"].sum() == sum(Decimal(amount) for *_, amount in ROWS)


def test_histories_at_a_cut():
    found = summaries(
        purchase_days(transactions(ROWS).sample(fraction=1, shuffle=True, seed=1)),
        DAY + timedelta(days=30),
    )
    rows = {row["customer_id"]: row for row in found.to_dicts()}
    assert list(rows) == ["a", "b", "d"]
    a = rows["a"]
    assert (a["frequency"], a["recency_days"], a["age_days"]) == (2, 21, 30)
    assert a["log_gap_sum"] == pytest.approx(np.log(7) + np.log(14))
    assert a["repeat_mean_amount"] == pytest.approx(25.0)
    assert a["mean_amount"] == pytest.approx(65 / 3)
    assert a["returned_amount"] == pytest.approx(-20.0)
    b = rows["b"]
    assert (b["frequency"], b["recency_days"], b["age_days"]) == (0, 0, 27)
    assert b["repeat_mean_amount"] is None
    assert b["returned_amount"] == pytest.approx(-8.0)
    histories = Histories.of(found)
    assert histories.age.tolist() == [30 / 7, 27 / 7, 28 / 7]
    assert histories.total == 3


def test_nothing_missing_is_taken_for_zero():
    rows = transactions(ROWS).vstack(
        pl.DataFrame(
            {"customer_id": [None, "a"], "date": [DAY, DAY], "amount": [Decimal("9.00"), None]},
            schema=transactions(ROWS).schema,
        )
    )
    assert purchase_days(rows).equals(purchase_days(transactions(ROWS)))
    empty = summaries(purchase_days(transactions([])), DAY)
    assert empty.height == 0
    assert len(Histories.of(empty)) == 0


def rhythm(k: int, seed: int, customers: int, pace: float = 200.0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        gaps = random.gamma(k, random.gamma(2.0, pace) / k, 8)
        days = np.ceil(np.cumsum(gaps)).astype(int)
        rows += [(f"c{customer:04}", int(day), "1.00") for day in days]
    return purchase_days(transactions(rows))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_regularity_finds_the_shape_of_the_gaps(k):
    """The estimate over many customers, and random times are refused only where they are not."""
    found = regularity(rhythm(k, seed=k, customers=1_000))
    assert found.k == pytest.approx(k, rel=0.2)
    assert found.is_regular == (k > 1)
    assert found.customer_count > 950


def test_random_times_are_refused_as_often_as_promised():
    """Also where customers buy every few days, so that whole days are coarse."""
    for pace in (200.0, 2.0):
        found = [regularity(rhythm(1, 100 + seed, 50, pace)).is_regular for seed in range(50)]
        assert 0 < np.mean(found) < 0.16


def test_regularity_needs_customers_with_two_gaps():
    with pytest.raises(ValueError, match="only 0 customers have three purchases"):
        regularity(purchase_days(transactions(ROWS)).filter(pl.col("customer_id") != "a"))
