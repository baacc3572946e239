"""Our forecast beside the 24 methods of the M3 competition and beside statsforecast's AutoETS.

The 1,428 monthly series, 18 months ahead: accuracy as OWA against the published NAIVE2 (mean
of the ratios of sMAPE and MASE), the coverage of the intervals, calibrated on one window that ends
where the test period begins, and the processor time beside that of AutoETS. Prints a table; exits 1
when a bound fails. Judged is processor time: on a busy machine that of the clock says more of the
others.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast import backtest, conformal
from dakehu.analysis.sales_forecast.models import MEDIAN
from dakehu.paths import ROOT

M3 = ROOT.parent / "shared" / "data" / "forecast"
AHEAD, END, CALIBRATION = 18, date(2000, 1, 1), date(1998, 7, 1)
OWA_BOUND, CPU_SHARE, COVERAGE_BOUND = 0.79, 0.25, 0.02
POOL = ["model", "is_seasonal"]
FACTS = {"is_seasonal": True, "is_intermittent": False, "min_train_months": 24}


def competition() -> pl.DataFrame:
    """The monthly series, each laid so that its training part ends in END."""
    frame = pl.read_csv(M3 / "M3_monthly.csv", infer_schema_length=None)
    last = frame.filter(pl.col("part") == "train").group_by("unique_id").agg(last=pl.col("t").max())
    months = pl.format("{}mo", pl.col("t") - pl.col("last"))
    return frame.join(last, on="unique_id").select(
        pl.lit("M3").alias("level"),
        pl.col("unique_id").alias("key"),
        pl.lit(END).dt.offset_by(months).alias("month"),
        pl.col("y").cast(pl.Float64).alias("amount"),
        *(pl.lit(value).alias(name) for name, value in FACTS.items()),
        pl.col("part"),
    )


def published() -> pl.DataFrame:
    """key, month, model, mean_amount of the 24 methods."""
    frame = pl.read_csv(M3 / "M3Forecast_monthly.csv", infer_schema_length=None)
    return frame.unpivot(
        index=["unique_id", "h"], variable_name="model", value_name="mean_amount"
    ).select(
        pl.col("unique_id").alias("key"),
        pl.lit(END).dt.offset_by(pl.format("{}mo", "h")).alias("month"),
        "model",
        pl.col("mean_amount").cast(pl.Float64),
    )


def weighted_averages(made: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
    """OWA, sMAPE (per cent) and MASE per model: means over months, then over series."""
    train, test = series.filter(part="train"), series.filter(part="test")
    scale = train.group_by("key").agg(pl.col("amount").diff(12).abs().mean().alias("scale"))
    miss, size = (pl.col("mean_amount") - pl.col("amount")).abs(), pl.col("mean_amount").abs()
    per_model = (
        made.join(test.select("key", "month", "amount"), on=["key", "month"])
        .join(scale, on="key")
        .group_by("model", "key")
        .agg(
            (200 * miss / (size + pl.col("amount").abs())).mean().alias("smape"),
            (miss / pl.col("scale")).mean().alias("mase"),
        )
        .group_by("model")
        .agg(pl.col("smape", "mase").mean())
    )
    base = per_model.filter(model="NAIVE2").row(0, named=True)
    owa = (pl.col("smape") / base["smape"] + pl.col("mase") / base["mase"]) / 2
    return per_model.with_columns(owa.alias("owa")).sort("owa")


def covered(series: pl.DataFrame, made: pl.DataFrame) -> dict[float, float]:
    """Share of the test period inside the intervals of one window that ended before it."""
    train = series.filter(part="train")
    known = backtest.errors(train, [CALIBRATION], AHEAD).filter(model=MEDIAN)
    radii = conformal.radii(known, POOL)
    actual = series.filter(part="test").select("key", "month", "amount")
    inside = (
        made.filter(model=MEDIAN)
        .join(actual, on=["key", "month"])
        .join(radii, on=[*POOL, "horizon"])
        .with_columns(
            (
                (pl.col("mean_amount") - pl.col("amount")).abs()
                <= pl.col("radius") * pl.col("scale")
            ).alias("is_inside")
        )
    )
    return dict(inside.group_by("level_right").agg(pl.col("is_inside").mean()).iter_rows())


def auto_ets(series: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    """What a user would pick instead."""
    from statsforecast import StatsForecast
    from statsforecast.models import AutoETS

    frame = series.select(pl.col("key").alias("unique_id"), ds="month", y="amount")
    engine = StatsForecast(models=[AutoETS(season_length=12)], freq="1mo", n_jobs=1)
    return engine.forecast(df=frame, h=horizon_months).select(
        pl.col("unique_id").alias("key"),
        pl.col("ds").alias("month"),
        pl.lit("AutoETS").alias("model"),
        pl.col("AutoETS").alias("mean_amount"),
    )


def timed(work: Callable[[], pl.DataFrame]) -> tuple[pl.DataFrame, float]:
    """What `work` gives and the processor seconds that it took."""
    started = time.process_time()
    return work(), time.process_time() - started


def judge_competition() -> bool:
    """Measure on M3, print, say whether the bounds hold."""
    series = competition()
    train = series.filter(part="train")
    made, ours = timed(lambda: backtest.forecasts(train, [END], AHEAD))
    rival, theirs = timed(lambda: auto_ets(train, AHEAD))
    columns = ["key", "month", "model", "mean_amount"]
    table = weighted_averages(
        pl.concat([made.select(columns), rival.select(columns), published()]), series
    )
    coverage = covered(series, made)
    print(f"{'M3, 1,428 monthly series':28} {'OWA':>7} {'sMAPE':>7} {'MASE':>7}")
    for model, smape, mase, owa in table.iter_rows():
        print(f"{model:28} {owa:7.4f} {smape:7.3f} {mase:7.4f}")
    print(f"processor: ours {ours:.1f} s, AutoETS {theirs:.1f} s, share {ours / theirs:.3f}")
    held = ", ".join(f"{level:.0%}: {share:.1%}" for level, share in sorted(coverage.items()))
    print(f"held by the intervals: {held}")
    owa = dict(table.select("model", "owa").iter_rows())
    best_published = min(owa[name] for name in published()["model"].unique())
    return (
        owa[MEDIAN] <= OWA_BOUND
        and owa[MEDIAN] < best_published
        and ours <= CPU_SHARE * theirs
        and all(abs(share - level) <= COVERAGE_BOUND for level, share in coverage.items())
    )


def main() -> int:
    """Measure, print, judge."""
    if not M3.exists():
        print(f"no M3 data under {M3}: accuracy is not judged")
        return 0
    return 0 if judge_competition() else 1


if __name__ == "__main__":
    sys.exit(main())
