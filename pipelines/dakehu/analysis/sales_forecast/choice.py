"""Which model forecasts a series: the default, unless another was clearly better on past days."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.models import IMAPA, MEDIAN
from dakehu.analysis.sales_forecast.series import Policy

_MONTH = [*SERIES, "cutoff", "month"]


def chosen(errors: pl.DataFrame, series: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The model of each series: level, key, model.

    `errors` are those of `backtest.errors`, `series` the rows of `series_of`. The default is the
    median of four, for intermittent series IMAPA (Petropoulos and Kourentzes, 2015, Journal of the
    Operational Research Society 66, 914-924): Croston's method starts from the first sale, and on
    a short history promises far too much. Another model takes its place where on
    the same months of at least `choice_cutoffs` past days it missed by `choice_margin_share` less,
    and was better on more than half of these days; of several the best. Misses are absolute errors;
    for intermittent series squared ones, because the absolute error of a series that is mostly zero
    is least for a forecast of zero.
    """
    default = pl.when("is_intermittent").then(pl.lit(IMAPA)).otherwise(pl.lit(MEDIAN))
    defaults = series.select(*SERIES, default.alias("default"))
    squared, size = pl.col("error") ** 2, pl.col("error").abs()
    missed = errors.select(
        *SERIES,
        "cutoff",
        "month",
        "model",
        "is_intermittent",
        pl.when("is_intermittent").then(squared).otherwise(size).alias("miss"),
    ).join(defaults, on=SERIES)
    own = missed.filter(pl.col("model") == pl.col("default"))
    best = (
        missed.filter(pl.col("model") != pl.col("default"))
        .join(own.select(*SERIES, "cutoff", "month", own_miss="miss"), on=_MONTH)
        .group_by(*SERIES, "model", "is_intermittent", "cutoff")
        .agg(pl.col("miss", "own_miss").sum())
        .group_by(*SERIES, "model", "is_intermittent")
        .agg(
            pl.len().alias("cutoffs"),
            (pl.col("miss") < pl.col("own_miss")).mean().alias("better_share"),
            (pl.col("miss").sum() / pl.col("own_miss").sum()).alias("ratio"),
        )
        .with_columns(pl.when("is_intermittent").then(pl.col("ratio").sqrt()).otherwise("ratio"))
        .filter(
            (pl.col("cutoffs") >= policy.choice_cutoffs)
            & (pl.col("better_share") > 0.5)
            & (pl.col("ratio") <= 1 - policy.choice_margin_share)
        )
        .sort(*SERIES, "ratio", "model")
        .group_by(SERIES, maintain_order=True)
        .agg(pl.col("model").first())
    )
    return defaults.join(best, on=SERIES, how="left").select(
        *SERIES, pl.col("model").fill_null(pl.col("default"))
    )
