"""The forecast of known series, the backtest against a slow twin, and the rules for poor series."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import backtest, outlook, targets
from dakehu.analysis.sales_forecast.base import base_of
from dakehu.analysis.sales_forecast.models import THETA, point_forecasts
from forecast_company import FEW, forecast, marts, wave
from forecast_panel import month

BOUNDS = ["low_95_amount", "low_80_amount", "mean_amount", "high_80_amount", "high_95_amount"]


@pytest.fixture(scope="module")
def three_years():
    regions = {f"r{i}": wave(36, 100 + 40 * i, i) for i in range(4)}
    poor = {"new": wave(9, 80, 9), "tiny": [5.0, 6.0], "gone": [9.0] * 8 + [0.0] * 28}
    return forecast(marts(regions | poor))


def test_backtest_is_what_a_loop_over_cut_frames_gives():
    values = wave(34, 200, 3, growth=0.01)
    series = pl.DataFrame(
        {
            "level": "total",
            "key": "total",
            "month": [month(i) for i in range(34)],
            "amount": values,
            "is_seasonal": True,
            "is_intermittent": False,
            "min_train_months": 24,
        }
    )
    cutoffs = [month(i) for i in range(20, 33)]
    found = backtest.errors(series, cutoffs, 6).filter(pl.col("model") == THETA)
    assert found["cutoff"].unique().sort().to_list() == [month(i) for i in range(23, 33)]
    for last in range(23, 33):
        known = values[: last + 1]
        frame = series.head(last + 1).with_columns(history_id=pl.lit(1, dtype=pl.Int64))
        made = point_forecasts(frame, 6).filter(model=THETA)["mean_amount"].to_list()
        scale = np.mean([abs(known[i] - known[i - 12]) for i in range(12, len(known))])
        errors = [m - v for m, v in zip(made, values[last + 1 :], strict=False)]
        rows = found.filter(pl.col("cutoff") == month(last)).sort("horizon")
        assert rows["horizon"].to_list() == list(range(1, len(errors) + 1))
        assert rows["error"].to_list() == pytest.approx(errors)
        assert rows["score"].to_list() == pytest.approx([abs(e) / scale for e in errors])
        assert rows["sum_score"].to_list() == pytest.approx(np.abs(np.cumsum(errors)) / scale)


def test_nothing_of_the_future_leaks_into_a_past_forecast():
    """Not even by the model that learns from all series: 20 of 30 months are rows enough for it."""
    regions = {f"r{i:02}": wave(36, 100 + i, i) for i in range(20)}
    spoilt = {key: values[:30] + [1e6] * 6 for key, values in regions.items()}
    known, after = (
        backtest.forecasts(
            marts(values)["monthly"]
            .filter(pl.col("level") == "region")
            .with_columns(
                pl.col("net_amount").cast(pl.Float64).alias("amount"),
                is_seasonal=pl.lit(True),
                is_intermittent=pl.lit(False),
                min_train_months=pl.lit(24),
            ),
            [month(27), month(29)],
            6,
        )
        for values in (regions, spoilt)
    )
    assert known.equals(after)


def test_accuracy_by_hand():
    judged = pl.DataFrame(
        {
            "cutoff": [month(1), month(1), month(2)],
            "error": [10.0, -20.0, 5.0],
            "actual_amount": [100.0, 200.0, 50.0],
            "score": [1.0, 2.0, 0.5],
            "is_covered_80": [True, False, None],
            "is_covered_95": [True, True, None],
            "g": ["a", "a", "a"],
        }
    )
    row = backtest.accuracy(judged, ["g"]).row(0, named=True)
    assert row["wape"] == pytest.approx(35 / 350)
    assert row["bias"] == pytest.approx(-5 / 350)
    assert row["mase"] == pytest.approx(3.5 / 3)
    assert (row["coverage_80"], row["coverage_95"], row["judged_count"]) == (0.5, 1.0, 2)


def test_intervals_nest_and_stay_above_zero(three_years):
    rows = three_years.tables["forecast"].drop_nulls("low_95_amount")
    assert rows.filter(pl.col("level") == "total").height == 12
    for narrow, wide in pairwise(BOUNDS):
        assert (rows[narrow] <= rows[wide]).all()
    assert (rows["low_95_amount"] >= 0).all()


def test_the_sum_s_interval_comes_from_past_sums_not_from_monthly_ends():
    read = marts({f"r{i}": wave(36, 100 + 40 * i, i) for i in range(4)})
    holders = targets.holders(targets.credited_sales(read["credited"], month(35)))
    base = base_of(read, holders, date(2023, 12, 31), 6, FEW, closes_on=31, has_lunar_year=False)
    region = outlook.outlook_table(base, 6).filter(key="r2").row(0, named=True)
    ends = outlook.forecast_table(base).filter(key="r2")["high_80_amount"].sum()
    shares = []
    for _, run in base.past.filter(level="region").group_by("key", "cutoff"):
        if run.height == 6:
            shares.append(abs(run["error"].sum()) / run["scale"][0])
    rank = -(-(len(shares) + 1) * 4 // 5)
    scale = base.points.filter(key="r2")["scale"][0]
    assert float(region["high_80_amount"]) == pytest.approx(
        float(region["forecast_amount"]) + sorted(shares)[rank - 1] * scale, abs=0.02
    )
    assert region["high_80_amount"] < ends
    assert (region["sum_score_count"], region["sum_cutoff_count"]) == (12, 3)


def test_the_sum_is_that_of_the_months(three_years):
    sums = three_years.tables["forecast"].group_by("level", "key").agg(pl.col("mean_amount").sum())
    both = sums.join(three_years.tables["outlook"], on=["level", "key"])
    assert both.height == 7
    assert (both["mean_amount"] == both["forecast_amount"]).all()


def test_series_that_cannot_be_forecast_are_named_with_the_reason(three_years):
    """Small and dead ones are pooled, and the pool is as young as its only living member."""
    assert dict(three_years.tables["not_forecast"].select("key", "reason").rows()) == {
        "tiny": "too_short",
        "gone": "stopped",
        "others": "too_short",
    }
    known = {"r0", "r1", "r2", "r3", "new", "others"}
    assert set(three_years.table("forecast", "region")["key"]) == known


def test_short_history_has_no_season_no_growth_and_says_how_far_it_can_see():
    result = forecast(marts({f"r{i}": wave(12, 100 + i, i) for i in range(6)}))
    total = result.table("outlook").row(0, named=True)
    assert not result.is_seasonal
    assert (total["growth"], total["low_80_amount"]) == (None, None)
    for (key,), rows in result.table("forecast", "region").group_by("key"):
        told = rows.sort("month")["low_80_amount"].is_not_null().to_list()
        assert told == [True] * 6 + [False] * 6, key


def test_negative_history_may_be_forecast_below_zero():
    falling = [100.0 - 8 * i for i in range(30)]
    result = forecast(marts({"a": falling, "b": [5.0] * 30}))
    rows = result.table("forecast", "region")
    assert (rows.filter(pl.col("key") == "a")["mean_amount"] < -132).all()
    assert (rows.filter(pl.col("key") == "b")["mean_amount"] == Decimal("5.00")).all()


def test_months_after_as_of_are_not_seen():
    sold = {"a": wave(36, 100, 1), "b": wave(36, 50, 2)}
    early = forecast(marts(sold), 6, as_of=date(2023, 6, 30))
    cut = forecast(marts({key: values[:30] for key, values in sold.items()}), 6)
    assert early.last_month == cut.last_month == date(2023, 6, 1)
    assert early.tables.keys() == cut.tables.keys()
    for name, table in early.tables.items():
        assert table.equals(cut.tables[name]), name


def test_a_missing_month_and_no_month_are_refused_in_one_sentence():
    read = marts({"a": wave(20, 100, 1), "b": wave(20, 100, 2)})
    holed = read["monthly"].filter((pl.col("key") != "a") | (pl.col("month") != date(2021, 5, 1)))
    with pytest.raises(ValueError, match='lacks the month before 2021-06-01 for region "a"'):
        forecast(read | {"monthly": holed})
    with pytest.raises(ValueError, match="no complete month up to 2020-01-31"):
        forecast(read, as_of=date(2020, 1, 31))


def test_sales_without_a_region_are_forecast_beside_the_others():
    result = forecast(marts({"a": wave(30, 100, 1), "-": wave(30, 60, 2)}), 3)
    assert set(result.table("forecast", "region")["key"]) == {"a", "-"}
