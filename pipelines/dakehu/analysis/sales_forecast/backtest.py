"""What the forecasts would have been on past days, and how wrong they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from dakehu.analysis.panel import SERIES
from dakehu.analysis.sales_forecast.models import Candidate, point_forecasts
from dakehu.analysis.sales_forecast.seasons import SEASON_MONTHS


def histories(series: pl.DataFrame, cutoffs: Sequence[date]) -> pl.DataFrame:
    """Every series as it was known at each cutoff on which it could be forecast.

    `series` has level, key, month, amount (float), is_seasonal, is_intermittent and
    min_train_months; a series takes part in a cutoff once it has that many months and has not been
    zero all along.
    Adds history_id, cutoff and scale (see `_scale`).
    """
    known = series.join(pl.DataFrame({"cutoff": cutoffs}, schema={"cutoff": pl.Date}), how="cross")
    keys = [*SERIES, "cutoff"]
    return (
        known.filter(pl.col("month") <= pl.col("cutoff"))
        .sort(*keys, "month")
        .filter(
            (pl.len().over(keys) >= pl.col("min_train_months"))
            & (pl.col("amount") != 0).any().over(keys)
        )
        .with_columns(
            pl.struct(keys).rle_id().cast(pl.Int64).alias("history_id"),
            _scale().over(keys).alias("scale"),
        )
    )


def _scale() -> pl.Expr:
    """Mean absolute change, on the year before for seasonal series, else on the month before.

    The denominator of the MASE: Hyndman and Koehler (2006), International Journal of Forecasting
    22, 679-688. Missing for a history that never changes.
    """
    yearly = (pl.col("amount") - pl.col("amount").shift(SEASON_MONTHS)).abs().mean()
    monthly = pl.col("amount").diff().abs().mean()
    scale = pl.when(pl.col("is_seasonal").first()).then(yearly).otherwise(monthly)
    return pl.when(scale > 0).then(scale)


def forecasts(
    series: pl.DataFrame,
    cutoffs: Sequence[date],
    horizon_months: int,
    candidates: Mapping[str, Candidate] | None = None,
) -> pl.DataFrame:
    """Point forecasts of every series from every cutoff by every model, and by the `candidates`.

    Columns: level, key, is_seasonal, is_intermittent, cutoff, scale, is_floored, horizon, month,
    model, mean_amount.
    """
    known = histories(series, cutoffs)
    facts = known.group_by("history_id").agg(
        pl.col(*SERIES, "is_seasonal", "is_intermittent", "cutoff", "scale").first(),
        (pl.col("amount").min() >= 0).alias("is_floored"),
    )
    points = point_forecasts(known, horizon_months, candidates)
    return (
        facts.join(points, on="history_id")
        .drop("history_id")
        .sort(*SERIES, "cutoff", "model", "horizon")
    )


def errors(
    series: pl.DataFrame,
    cutoffs: Sequence[date],
    horizon_months: int,
    candidates: Mapping[str, Candidate] | None = None,
) -> pl.DataFrame:
    """Forecasts of past cutoffs beside what came, for the months that have come: see `scored`."""
    made = forecasts(series, cutoffs, horizon_months, candidates)
    return scored(made, series)


def scored(made: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Forecasts beside what came, for the months that have come.

    Adds to `made` actual_amount, error (forecast minus actual), score (absolute error in units of
    the scale) and sum_score (the same for the sum from the first month ahead to this one).
    """
    actual = history.select(*SERIES, "month", pl.col("amount").alias("actual_amount"))
    run = [*SERIES, "cutoff", "model"]
    return (
        made.join(actual, on=[*SERIES, "month"])
        .sort(*run, "horizon")
        .with_columns((pl.col("mean_amount") - pl.col("actual_amount")).alias("error"))
        .with_columns(
            (pl.col("error").abs() / pl.col("scale")).alias("score"),
            (pl.col("error").cum_sum().over(run).abs() / pl.col("scale")).alias("sum_score"),
        )
    )


def accuracy(judged: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """WAPE, MASE, bias and coverage of `judged` errors per group `by`.

    WAPE = sum |f - a| / sum |a|; bias = sum (f - a) / sum a, positive = forecast too high; MASE =
    mean of |f - a| / scale; coverage = share of the months inside the interval among those that had
    one. Each is missing where its denominator is zero.
    """
    size, net = pl.col("actual_amount").abs().sum(), pl.col("actual_amount").sum()
    return (
        judged.group_by(by)
        .agg(
            pl.col("cutoff").n_unique().cast(pl.Int64).alias("cutoff_count"),
            pl.len().cast(pl.Int64).alias("month_count"),
            pl.col("is_covered_80").count().cast(pl.Int64).alias("judged_count"),
            size.alias("actual_amount"),
            pl.when(size > 0).then(pl.col("error").abs().sum() / size).alias("wape"),
            pl.col("score").mean().alias("mase"),
            pl.when(net > 0).then(pl.col("error").sum() / net).alias("bias"),
            pl.col("is_covered_80").mean().alias("coverage_80"),
            pl.col("is_covered_95").mean().alias("coverage_95"),
        )
        .sort(by)
    )
