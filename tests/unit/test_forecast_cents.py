"""Published amounts add up to the cent; intervals come from past errors of the same level."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import conformal
from dakehu.analysis.sales_forecast.cents import _apportioned, in_cents
from dakehu.analysis.sales_forecast.intervals import covered, with_intervals
from dakehu.analysis.sales_forecast.reconciliation import reconciled
from forecast_panel import base, errors, month, sums_by_level, two_by_two

AWKWARD = [
    100.01,
    33.335,
    66.675,
    50.005,
    50.005,
    11.115,
    22.225,
    38.885,
    27.785,
    0.0,
    33.33,
    66.66,
]
SPREADS = [9.0, 5.0, 6.0, 5.0, 4.0, 3.0, 3.0, 3.0, 2.0, 1.0, 4.0, 4.0]


@pytest.mark.parametrize("sign", [1, -1])
def test_awkward_cents_add_up_at_every_level(sign):
    made = base([sign * amount for amount in AWKWARD], floored=sign > 0)
    points = reconciled(made, two_by_two(), errors(SPREADS), "wls_var")
    points = points.with_columns(
        (pl.col("mean_amount") - 0.004).alias("low_80_amount"),
        (pl.col("mean_amount") + 0.001).alias("high_80_amount"),
    )
    found = in_cents(points, two_by_two())
    assert found.schema["mean_amount"] == pl.Decimal(18, 2)
    sums = sums_by_level(found)
    assert {tuple(total) for total in sums.values()} == {tuple(sums["total"])}
    assert found.columns == points.columns
    off = found["mean_amount"].cast(pl.Float64) - points["mean_amount"]
    assert off.abs().max() < 0.03
    if sign > 0:
        assert found["mean_amount"].min() >= 0
    bounds = found.select(
        low=pl.col("low_80_amount") <= pl.col("mean_amount"),
        high=pl.col("mean_amount") <= pl.col("high_80_amount"),
    )
    assert bounds["low"].all()
    assert bounds["high"].all()


@pytest.mark.parametrize(
    ("amounts", "total", "expected"),
    [
        ([1 / 3, 1 / 3, 1 / 3], 100, [34, 33, 33]),
        ([0.0, 0.0], 0, [0, 0]),
        ([0.012, 0.008], 0, [0, 0]),
        ([0.0, 10.0], 1007, [0, 1007]),
        ([-5.0, 10.0], 501, [-499, 1000]),
        ([-5.0, 10.0], 497, [-500, 997]),
        ([-0.5, 0.3, 0.2], 10, [-41, 31, 20]),
        ([0.0, 0.0, 0.0], 2, [1, 1, 0]),
    ],
)
def test_parts_are_apportioned_by_largest_remainders(amounts, total, expected):
    assert _apportioned(np.array(amounts), total).tolist() == expected


def test_any_amounts_come_out_whole_and_next_to_what_they_were():
    random = np.random.default_rng(3)
    for _ in range(200):
        amounts = random.exponential(1e6, random.integers(1, 40)) * random.integers(0, 2, 1)
        total = round(float(amounts.sum()) * 100)
        found = _apportioned(amounts, total)
        assert found.sum() == total
        assert np.abs(found - amounts * 100).max() <= 1.01
        assert found.min() >= 0


def judged(level: str, scores: list[float], horizon: int = 1) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "level": level, "key": "k", "cutoff": [month(i) for i in range(len(scores))],
            "month": [month(i + horizon) for i in range(len(scores))], "horizon": horizon,
            "score": scores, "mean_amount": 100.0, "scale": 10.0, "is_floored": True,
            "actual_amount": [100.0 + 10 * score for score in scores],
        },
        schema_overrides={"horizon": pl.Int64},
    )  # fmt: skip


def point(level: str, horizon: int = 1, mean: float = 100.0) -> pl.DataFrame:
    row = {
        "level": level, "key": "k", "horizon": horizon, "mean_amount": mean, "scale": 10.0,
        "is_floored": True,
    }  # fmt: skip
    return pl.DataFrame([row], schema_overrides={"horizon": pl.Int64})


def test_radii_come_from_the_level_and_horizon_then_the_level_then_the_horizon():
    many = [i / 10 for i in range(1, 40)]
    past = pl.concat(
        [
            judged("region", many), judged("region", [9.0] * 40, horizon=2),
            judged("total", [0.5] * 10), judged("total", [0.7] * 10, horizon=2),
            judged("cell", [2.0] * 3),
        ]
    )  # fmt: skip
    rows = {
        level: with_intervals(point(level), past).row(0, named=True)
        for level in ("region", "total", "cell")
    }
    assert {name: row["interval_pool"] for name, row in rows.items()} == {
        "region": "level_horizon", "total": "level", "cell": "horizon",
    }  # fmt: skip
    assert rows["region"]["high_80_amount"] == pytest.approx(100 + 10 * 3.2)  # 32nd of 39
    assert rows["region"]["high_95_amount"] == pytest.approx(100 + 10 * 3.8)
    assert rows["total"]["low_80_amount"] == pytest.approx(100 - 10 * 0.7)
    near_zero = with_intervals(point("region", mean=5.0), past).row(0, named=True)
    assert near_zero["low_80_amount"] == 0


def test_without_enough_errors_there_is_no_interval():
    row = with_intervals(point("total"), judged("total", [1.0] * 5)).row(0, named=True)
    assert row["low_80_amount"] is None
    assert row["interval_pool"] is None


def test_coverage_is_judged_by_what_was_known_where_that_is_enough():
    random = np.random.default_rng(5)
    found, rule = covered(judged("total", list(np.abs(random.normal(0, 1, 200)))))
    assert rule == conformal.PREQUENTIAL
    assert found["is_covered_80"].mean() == pytest.approx(0.8, abs=0.06)
    assert found["is_covered_95"].mean() == pytest.approx(0.95, abs=0.04)
    assert found.filter(pl.col("cutoff") < month(19))["is_covered_95"].null_count() == 19
    assert covered(judged("total", [1.0] * 25))[1] == conformal.LEAVE_ONE_OUT


def test_money_is_decimal():
    found = in_cents(base([0.1 + 0.2] * 12), two_by_two())
    assert found.filter(level="region_family")["mean_amount"][0] == Decimal("0.30")
