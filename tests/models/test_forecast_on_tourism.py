"""Reconciliation on Australian tourism: states by purpose, at origins that chose nothing."""

import polars as pl
import pytest

from dakehu.analysis.sales_forecast import backtest
from dakehu.analysis.sales_forecast.completion import completed
from dakehu.analysis.sales_forecast.hierarchy import Structure
from dakehu.analysis.sales_forecast.intervals import with_intervals
from dakehu.analysis.sales_forecast.models import THETA
from dakehu.analysis.sales_forecast.reconciliation import (
    accuracy,
    chosen_method,
    compared,
    reconciled,
)
from tourism import tourism

AHEAD = 12
BOTTOM = "state_purpose"
LEVELS = ["total", "state", "total_purpose", BOTTOM]


@pytest.fixture(scope="module")
def panel(shared):
    """28 cells, 7 states, 4 purposes and their total; forecasts at eight origins."""
    history, whole = tourism(shared / "forecast" / "tourism_vn525_monthly.csv")
    history = history.filter(pl.col("level").is_in(LEVELS))
    state, purpose = pl.col("cell").str.slice(0, 1), pl.col("cell").str.slice(-3)
    members = (
        whole.members.filter(pl.col("level").is_in(["total", "state", "total_purpose"]))
        .with_columns((state + purpose).alias("cell"))
        .unique()
    )
    cells = members.filter(pl.col("level") == "total").select(
        pl.lit(BOTTOM).alias("level"), pl.col("cell").alias("key"), "cell"
    )
    months = history["month"].unique().sort().to_list()
    origins = [months[-13 - 6 * back] for back in range(8)]
    series = history.with_columns(
        is_seasonal=pl.lit(True), is_intermittent=pl.lit(False), min_train_months=pl.lit(24)
    )
    made = backtest.forecasts(series, origins, AHEAD).filter(pl.col("model") == THETA)
    return (
        completed(made, history),
        Structure(BOTTOM, pl.concat([members, cells])),
        sorted(origins),
    )


@pytest.fixture(scope="module")
def held_out(panel):
    """The two last origins a year apart, by the method and the radii of those known before."""
    every, structure, origins = panel
    first, last = origins[-3], origins[-1]
    past = every.filter(pl.col("month") <= first)
    judged = compared(past, structure)
    method = chosen_method(accuracy(judged))
    tested = every.filter(pl.col("cutoff").is_in([first, last]))
    points = reconciled(tested, structure, past, method)
    return tested, with_intervals(points, judged.filter(pl.col("method") == method))


def rmsse(frame: pl.DataFrame) -> dict[str, float]:
    """Per level, and their mean over series."""
    square = (pl.col("mean_amount") - pl.col("actual_amount")) ** 2 / pl.col("square_scale")
    series = frame.group_by("level", "key").agg(square.mean().sqrt().alias("rmsse"))
    levels = dict(series.group_by("level").agg(pl.col("rmsse").mean()).iter_rows())
    return levels | {"mean": sum(levels.values()) / len(levels)}


def test_reconciled_forecasts_add_up(held_out, panel):
    _, points = held_out
    _, structure, _ = panel
    cells = points.filter(pl.col("level") == BOTTOM).select(
        pl.col("key").alias("cell"), "cutoff", "month", "mean_amount"
    )
    sums = (
        structure.members.join(cells, on="cell")
        .group_by("level", "key", "cutoff", "month")
        .agg(pl.col("mean_amount").sum().alias("of_cells"))
    )
    both = points.join(sums, on=["level", "key", "cutoff", "month"])
    assert both.height == points.height == 40 * AHEAD * 2
    off = both["mean_amount"] - both["of_cells"]
    assert off.abs().max() < 1e-9
    assert points["mean_amount"].min() >= 0


def test_they_beat_the_base_at_the_total_and_in_the_mean_over_levels(held_out):
    tested, points = held_out
    base, ours = rmsse(tested), rmsse(points)
    assert ours["total"] < base["total"]
    assert ours["mean"] < base["mean"]


def test_intervals_cover_about_what_they_promise(held_out):
    _, points = held_out
    for percent, room in ((80, 0.08), (95, 0.05)):
        inside = pl.col("actual_amount").is_between(
            f"low_{percent}_amount", f"high_{percent}_amount"
        )
        assert points.select(inside.mean()).item() == pytest.approx(percent / 100, abs=room)
