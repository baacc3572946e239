"""The base forecast as tables: month by month, summed over the horizon, and how good it was."""

from __future__ import annotations

from datetime import date

import polars as pl

from dakehu.analysis import calendar, calendar_effects
from dakehu.analysis.sales_forecast import backtest, conformal
from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.base import Base
from dakehu.analysis.sales_forecast.models import floored

MONEY = pl.Decimal(18, 2)
CHOSEN = "chosen"
LEAST_SUMS = 4  # so many scores it takes for a radius at 80 %
BOUNDS = [f"{side}_{percent}_amount" for percent in (80, 95) for side in ("low", "high")]


def forecast_table(base: Base) -> pl.DataFrame:
    """The table forecast: level, key, key_name, month, mean and bounds (Decimal), model."""
    return (
        base.published.join(_names(base), on=SERIES)
        .select(*SERIES, "key_name", "month", "mean_amount", *BOUNDS, "model")
        .sort(*SERIES, "month")
    )


def backtest_table(base: Base) -> pl.DataFrame:
    """The table backtest: per series, day forecast from and model.

    `chosen` is what we print: every series by its own model, reconciled.
    """
    by = [*SERIES, "cutoff", "model"]
    return backtest.accuracy(_with_chosen(base), by)


def accuracy_table(base: Base) -> pl.DataFrame:
    """Accuracy per level and model, over all horizons (horizon missing) and per horizon."""
    both = _with_chosen(base)
    overall = backtest.accuracy(both, ["level", "model"])
    by_horizon = backtest.accuracy(both, ["level", "model", "horizon"])
    return pl.concat(
        [overall.with_columns(pl.lit(None, dtype=pl.Int64).alias("horizon")), by_horizon],
        how="diagonal",
    ).sort("level", "model", "horizon")


def _with_chosen(base: Base) -> pl.DataFrame:
    own = base.past.with_columns(pl.lit(CHOSEN).alias("model"))
    columns = [name for name in own.columns if name in base.by_model.columns]
    return pl.concat([base.by_model.select(columns), own.select(columns)])


def outlook_table(base: Base, horizon_months: int) -> pl.DataFrame:
    """One row per series: the sum over the horizon beside the same count of months just past.

    The interval of the sum comes from the errors of past sums, pooled over the series of a level.
    Where these are too few it is that of all levels, most of them small and lively series, but no
    wider than the bounds of the months added up, which is how far a sum is off where all its months
    err together. Growth is missing
    where no season could be told: such a forecast carries on the level of the latest months, which
    a year is no fair match for.
    """
    by_level = [pl.col("level").alias("series_level")]
    pool = ["series_level"]
    sums = base.published.group_by(SERIES).agg(
        pl.col("mean_amount").sum().alias("forecast_amount"),
        pl.col("scale", "is_floored").first(),
        pl.col("model").first(),
        *(_months_together(percent) for percent in (80, 95)),
        pl.lit(horizon_months).cast(pl.Int64).alias("horizon"),
    )
    run = [*SERIES, "cutoff"]
    whole = (
        base.past.sort(*run, "horizon")
        .with_columns((pl.col("error").cum_sum().over(run).abs() / pl.col("scale")).alias("score"))
        .filter((pl.col("horizon") == horizon_months) & pl.col("score").is_finite())
        .with_columns(by_level)
    )
    past = base.history.group_by(SERIES).agg(
        pl.col("amount").tail(horizon_months).sum().alias("last_amount"),
        (pl.len() >= horizon_months).alias("is_full"),
    )
    forecast = pl.col("forecast_amount").cast(pl.Float64)
    comparable = pl.col("is_full") & pl.col("is_seasonal") & (pl.col("last_amount") > 0)
    return (
        _with_bounds(sums.with_columns(by_level), whole, pool)
        .join(_backing(whole, pool), on=pool, how="left")
        .join(past, on=SERIES)
        .join(_names(base), on=SERIES)
        .join(base.kinds.select(*SERIES, "is_seasonal"), on=SERIES, how="left")
        .with_columns(
            pl.when(comparable).then(forecast / pl.col("last_amount") - 1).alias("growth"),
            pl.col("sum_score_count", "sum_cutoff_count").fill_null(0),
            pl.col("is_seasonal").fill_null(False),
            *(pl.col(name).round(2).cast(MONEY) for name in ("last_amount", *BOUNDS)),
        )
        .drop("scale", "is_floored", "horizon", "is_full", "series_level")
        .sort(["last_amount", *SERIES], descending=[True, False, False])
    )


def _backing(scores: pl.DataFrame, pool: list[str]) -> pl.DataFrame:
    """How many past sums, from how many days, stand behind a pool's interval: its own or all."""
    counts = [
        pl.len().cast(pl.Int64).alias("sum_score_count"),
        pl.col("cutoff").n_unique().cast(pl.Int64).alias("sum_cutoff_count"),
    ]
    own, every = scores.group_by(pool).agg(counts), scores.select(counts)
    is_enough = pl.col("sum_score_count") >= LEAST_SUMS
    return own.with_columns(
        pl.when(is_enough).then(name).otherwise(every[name].item()).alias(name)
        for name in every.columns
    )


def _months_together(percent: int) -> pl.Expr:
    """The half-widths of the months added up; missing where a month has none."""
    width = pl.col(f"high_{percent}_amount") - pl.col("mean_amount")
    return (
        pl.when(width.is_not_null().all())
        .then(width.cast(pl.Float64).sum())
        .alias(f"most_{percent}")
    )


def _with_bounds(sums: pl.DataFrame, scores: pl.DataFrame, pool: list[str]) -> pl.DataFrame:
    """`sums` with low and high amounts at both levels: the sum -/+ radius x scale."""
    middle = pl.col("forecast_amount").cast(pl.Float64)
    own, every = conformal.radii(scores, pool), conformal.radii(scores, [])
    has_pool = pl.col("overall").is_not_null()
    for level in conformal.LEVELS:
        percent = round(level * 100)
        at = pl.col("level") == level
        pooled = pl.min_horizontal(pl.col("overall") * pl.col("scale"), f"most_{percent}")
        width = pl.coalesce(pl.col("radius") * pl.col("scale"), pl.when(has_pool).then(pooled))
        sums = (
            sums.join(
                own.filter(at).select(*pool, "horizon", "radius"), on=[*pool, "horizon"], how="left"
            )
            .join(every.filter(at).select("horizon", overall="radius"), on="horizon", how="left")
            .with_columns(
                (middle - width).alias(f"low_{percent}_amount"),
                (middle + width).alias(f"high_{percent}_amount"),
            )
            .with_columns(floored(f"low_{percent}_amount"))
            .drop("radius", "overall", f"most_{percent}")
        )
    return sums


def not_forecast_table(base: Base) -> pl.DataFrame:
    """Series that no model forecasts by itself, and those pooled as others, with the reason."""
    left = base.kinds.filter(pl.col("reason").is_not_null()).select(
        *SERIES, "key_name", pl.col("last_amount").round(2).cast(MONEY), "reason"
    )
    pooled = base.hierarchy.pooled.select(
        *SERIES, "key_name", pl.col("last_amount").cast(MONEY), "reason"
    )
    return pl.concat([left, pooled]).sort(["last_amount", *SERIES], descending=[True, False, False])


def _names(base: Base) -> pl.DataFrame:
    return base.history.group_by(SERIES).agg(pl.col("key_name").last())


def growth_table(base: Base) -> pl.DataFrame:
    """Year on year of the last month, of the total of all months, with and without the holiday."""
    names = base.history.group_by(SERIES).agg(pl.col("key_name").last())
    grown = calendar_effects.growth(base.history, base.calendar)
    is_last = pl.col("month") == pl.col("month").max()
    told = grown.filter(is_last | (pl.col("level") == "total"))
    return told.join(names, on=SERIES).sort(*SERIES, "month")


def working_days_table(base: Base, closes_on: int) -> pl.DataFrame:
    """Working days of China in each fiscal month of history and forecast."""
    months = pl.concat([base.history["month"], base.published["month"]])
    span: list[date] = [months.min(), months.max()]  # ty: ignore[invalid-assignment]
    return calendar.working_days(calendar.fiscal_months(*span, closes_on))
