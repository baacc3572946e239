"""The report's intervals on the M3 competition: months that the calibration never saw."""

from datetime import date

import polars as pl
import pytest

from dakehu.analysis.sales_forecast import backtest, conformal
from dakehu.analysis.sales_forecast.models import MEDIAN, NAIVE, THETA

AHEAD = 18
END, CALIBRATION = date(2000, 1, 1), date(1998, 7, 1)
POOL = ["model", "is_seasonal"]
SERIES = 150


@pytest.fixture(scope="module")
def m3(shared):
    """A tenth of the monthly series, each laid so that its training part ends in END."""
    file = shared / "forecast" / "M3_monthly.csv"
    frame = pl.read_csv(file, infer_schema_length=None)
    every_ninth = frame["unique_id"].unique(maintain_order=True).gather_every(9).head(SERIES)
    frame = frame.filter(pl.col("unique_id").is_in(every_ninth.to_list()))
    last = frame.filter(pl.col("part") == "train").group_by("unique_id").agg(last=pl.col("t").max())
    months = pl.format("{}mo", pl.col("t") - pl.col("last"))
    return frame.join(last, on="unique_id").select(
        pl.lit("region").alias("level"),
        pl.col("unique_id").alias("key"),
        pl.lit(END).dt.offset_by(months).alias("month"),
        pl.col("y").cast(pl.Float64).alias("amount"),
        pl.lit(True).alias("is_seasonal"),
        pl.lit(False).alias("is_intermittent"),
        pl.lit(24).alias("min_train_months"),
        "part",
    )


@pytest.fixture(scope="module")
def held_out(m3):
    """Test-period errors with the intervals that one calibration window gives them."""
    known = backtest.errors(m3.filter(pl.col("part") == "train"), [CALIBRATION], AHEAD)
    radii = conformal.radii(known, POOL).pivot("level", index=[*POOL, "horizon"], values="radius")
    unseen = backtest.errors(m3, [END], AHEAD).join(radii, on=[*POOL, "horizon"])
    return unseen.with_columns(
        (pl.col("score") <= pl.col("0.8")).alias("in_80"),
        (pl.col("score") <= pl.col("0.95")).alias("in_95"),
    )


def test_pooled_conformal_intervals_cover_what_they_promise(held_out):
    default = held_out.filter(pl.col("model") == MEDIAN)
    assert default.height == SERIES * AHEAD
    assert default["in_80"].mean() == pytest.approx(0.80, abs=0.04)
    assert default["in_95"].mean() == pytest.approx(0.95, abs=0.025)


def test_the_default_beats_theta_and_both_the_naive_forecast(held_out):
    """As in the competition, and as `make bench` measures on all series."""
    mase = dict(held_out.group_by("model").agg(pl.col("score").mean()).iter_rows())
    assert mase[MEDIAN] < mase[THETA] < 0.85 * mase[NAIVE]
    assert mase[MEDIAN] == pytest.approx(0.82, abs=0.08)


def test_the_default_beats_the_published_methods_on_the_same_series(held_out, shared):
    """All 24, by MASE; OWA on all 1,428 series is for `make bench`."""
    frame = pl.read_csv(shared / "forecast" / "M3Forecast_monthly.csv", infer_schema_length=None)
    methods = [name for name in frame.columns if name not in ("unique_id", "h")]
    ours = held_out.filter(pl.col("model") == MEDIAN)
    both = ours.join(frame, left_on=["key", "horizon"], right_on=["unique_id", "h"])
    assert both.height == ours.height
    theirs = both.select(
        ((pl.col(name) - pl.col("actual_amount")).abs() / pl.col("scale")).mean().alias(name)
        for name in methods
    ).row(0, named=True)
    assert len(theirs) == 24
    assert ours["score"].mean() < min(theirs.values())
