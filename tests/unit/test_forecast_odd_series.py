"""Series that are short, empty, broken, negative or wild: a forecast or a reason, never a fault."""

from decimal import Decimal
from functools import cache

import polars as pl
import pytest

from forecast_company import forecast, marts, not_numbers, wave

NORMAL = {f"r{i}": wave(36, 100 + 40 * i, i) for i in range(3)}
ZEROS = [0.0] * 36
GAP = wave(12, 1000, 1) + [0.0] * 12 + wave(12, 100, 2)
RETURNS = [value if i % 7 else -value / 2 for i, value in enumerate(wave(36, 100, 3))]
PLAIN = wave(36, 100, 5)
OUTLIER = [value * (10 if i == 20 else 1) for i, value in enumerate(PLAIN)]
ODD = {
    "zeros": ZEROS, "one month": [70.0], "three months": [70.0, 80.0, 75.0], "gap": GAP,
    "returns": RETURNS, "outlier": OUTLIER, "new": wave(8, 100, 4),
}  # fmt: skip


@cache
def beside_others(name):
    return forecast(marts(NORMAL | {"odd": ODD[name]}))


def both(name):
    """The series as the only region, and beside normal ones: forecast of each and why none."""
    found = []
    for result, level, key in (
        (forecast(marts({"odd": ODD[name]})), "total", "total"),
        (beside_others(name), "region", "odd"),
    ):
        mine = (pl.col("level") == level) & (pl.col("key") == key)
        reasons = result.tables["not_forecast"].filter(mine)["reason"].to_list()
        found.append((result.tables["forecast"].filter(mine).sort("month"), reasons))
    return found


def mean(rows):
    return float(rows["mean_amount"].sum()) / 12


@pytest.mark.parametrize("name", ODD)
def test_no_table_has_a_number_that_is_none_and_what_can_be_said_adds_up(name):
    result = beside_others(name)
    assert not_numbers(result.tables) == []
    months = result.tables["forecast"].group_by("level", "month").agg(pl.col("mean_amount").sum())
    region, total = (months.filter(level=level).sort("month") for level in ("region", "total"))
    assert region["mean_amount"].to_list() == total["mean_amount"].to_list()
    assert (total["mean_amount"] > 280).all()


def test_zeros():
    (alone, why), (beside, why_beside) = both("zeros")
    assert why == why_beside == ["all_zero"]
    assert alone.is_empty()
    assert beside["mean_amount"].to_list() == [Decimal("0.00")] * 12


@pytest.mark.parametrize("name", ["one month", "three months"])
def test_one_month_and_three_months(name):
    """Too short for a model; the total needs it all the same: the mean of what there is."""
    (alone, why), (beside, why_beside) = both(name)
    assert why == why_beside == ["too_short"]
    assert alone.is_empty()
    assert set(beside["model"]) == {"recent_mean"}
    assert mean(beside) == pytest.approx(sum(ODD[name]) / len(ODD[name]), rel=0.15)


def test_a_gap_of_a_year():
    """What was sold ten times as much before the gap says nothing any more."""
    for rows, why in both("gap"):
        assert why == []
        assert 50 < mean(rows) < 130
        assert (rows["mean_amount"] > 0).all()


def test_returns():
    for rows, why in both("returns"):
        assert why == []
        assert mean(rows) == pytest.approx(sum(RETURNS[-12:]) / 12, rel=0.25)
        assert (rows["low_80_amount"].drop_nulls() < 0).any()


def test_a_tenfold_outlier_moves_the_forecast_little():
    for rows, why in both("outlier"):
        assert why == []
        assert mean(rows) == pytest.approx(sum(PLAIN[-12:]) / 12, rel=0.05)
        assert rows["mean_amount"].max() < 200


def test_a_new_product():
    """Eight months: a level and no season, no claim further ahead than past errors reach."""
    (alone, why), (beside, why_beside) = both("new")
    assert why == why_beside == []
    assert 60 < mean(alone) < 130
    assert 60 < mean(beside) < 130
    assert alone["low_80_amount"].null_count() == 12
    assert beside["low_80_amount"].null_count() < 12
