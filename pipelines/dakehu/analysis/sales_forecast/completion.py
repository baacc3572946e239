"""A forecast for every series at every cutoff, as reconciliation needs, and each series' scale."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.models import SEASON_MONTHS

RECENT_MEAN = "recent_mean"
LEAST_YEARLY_CHANGES = 6


def completed(base: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """`base` with a forecast of every series of `history` for each cutoff and month that it has.

    `base` has level, key, cutoff, horizon, month, model, mean_amount, one row per series, cutoff
    and month. A series that no model could forecast at a cutoff is carried on at the mean of the
    last twelve months that it had by then, one that had not begun at 0; their model is recent_mean.
    Adds what was known at the cutoff: is_floored (never was negative), scale (mean absolute change
    on the year before, or on the month before in histories too short for that) and square_scale
    (the mean of the squared changes), both missing where nothing ever changed; and actual_amount,
    0 for a month before the series began, missing for one that has not come.

    Raises:
        ValueError: `base` forecasts a series twice for one cutoff and month.
    """
    keys = [*SERIES, "cutoff", "month"]
    twice = base.group_by(keys).len().filter(pl.col("len") > 1)
    if twice.height:
        level, key, cutoff, month, count = twice.sort(keys).row(0)
        raise ValueError(
            f'{level} "{key}" has {count} forecasts for {month} made at {cutoff}; '
            "choose one model per series before reconciling"
        )
    asked = base.select("cutoff", "horizon", "month").unique()
    actual = history.select(*SERIES, "month", pl.col("amount").alias("actual_amount"))
    has_come = pl.col("month") <= history["month"].max()
    return (
        history.select(SERIES)
        .unique()
        .join(asked, how="cross")
        .join(base.select(*keys, "model", "mean_amount"), on=keys, how="left")
        .join(actual, on=[*SERIES, "month"], how="left")
        .join(_known_at(history, base["cutoff"].unique()), on=[*SERIES, "cutoff"], how="left")
        .with_columns(
            pl.when(pl.col("mean_amount").is_null())
            .then(pl.lit(RECENT_MEAN))
            .otherwise("model")
            .alias("model"),
            pl.coalesce("mean_amount", "recent_amount", 0.0).alias("mean_amount"),
            pl.col("is_floored").fill_null(True),
            pl.when(has_come).then(pl.col("actual_amount").fill_null(0.0)).alias("actual_amount"),
        )
        .drop("recent_amount")
        .sort(*SERIES, "cutoff", "horizon")
    )


def _known_at(history: pl.DataFrame, cutoffs: pl.Series) -> pl.DataFrame:
    """What each series looked like at each cutoff by which it had begun."""
    known = history.join(pl.DataFrame({"cutoff": cutoffs}), how="cross").filter(
        pl.col("month") <= pl.col("cutoff")
    )
    yearly = pl.col("amount") - pl.col("amount").shift(SEASON_MONTHS)
    change = pl.when(pl.len() >= SEASON_MONTHS + LEAST_YEARLY_CHANGES)
    return (
        known.sort(*SERIES, "cutoff", "month")
        .group_by(*SERIES, "cutoff")
        .agg(
            (pl.col("amount").min() >= 0).alias("is_floored"),
            pl.col("amount").tail(SEASON_MONTHS).mean().alias("recent_amount"),
            change.then(yearly.abs().mean())
            .otherwise(pl.col("amount").diff().abs().mean())
            .alias("scale"),
            change.then((yearly**2).mean())
            .otherwise((pl.col("amount").diff() ** 2).mean())
            .alias("square_scale"),
        )
        .with_columns(
            pl.when(pl.col(name) > 0).then(pl.col(name)).alias(name)
            for name in ("scale", "square_scale")
        )
    )
