"""Seasons of many monthly histories at once: taken out for the models, put back afterwards."""

from __future__ import annotations

import polars as pl

SEASON_MONTHS = 12

_SHRINKAGE = (SEASON_MONTHS - 3) / (SEASON_MONTHS - 1)
_SMALLEST_FACTOR = 0.01  # below it dividing by the season would blow a month up
_OWN, _MONTH = "history_id", "calendar_month"


def adjusted(histories: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`histories` with the season taken out of `amount`, and the seasons by calendar month.

    `histories` has history_id, is_seasonal, month, amount, without gaps and sorted; a season is
    looked for where is_seasonal is true, which needs 24 months. It is the classical one, the mean
    ratio to a centred moving average of twelve months, shrunk towards no season by as much as
    chance alone would have made of it (see `_shrunk`). Where a history has months at or below zero,
    or a calendar month that sells next to nothing, the season is a difference instead of a ratio.
    Seasons: history_id, calendar_month, factor (1 where there is none), shift (0 where there is
    none).
    """
    seasons = _seasons(histories)
    without = (
        histories.with_columns(_calendar_month())
        .join(seasons, on=[_OWN, _MONTH], how="left", maintain_order="left")
        .with_columns((pl.col("amount") - pl.col("shift")) / pl.col("factor"))
        .select(histories.columns)
    )
    return without, seasons


def restored(points: pl.DataFrame, seasons: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """`points` (history_id, month, `columns`) with the season of their month put back."""
    return (
        points.with_columns(_calendar_month())
        .join(seasons, on=[_OWN, _MONTH], how="left", maintain_order="left")
        .with_columns(pl.col(columns) * pl.col("factor") + pl.col("shift"))
        .select(points.columns)
    )


def _calendar_month() -> pl.Expr:
    return pl.col("month").dt.month().alias(_MONTH)


def _seasons(histories: pl.DataFrame) -> pl.DataFrame:
    months = pl.DataFrame({_MONTH: range(1, SEASON_MONTHS + 1)}, schema={_MONTH: pl.Int8})
    every_month = histories.select(pl.col(_OWN).unique()).join(months, how="cross")
    found = _found(_detrended(histories.filter("is_seasonal")))
    return every_month.join(found, on=[_OWN, _MONTH], how="left").with_columns(
        pl.col("factor").fill_null(1.0), pl.col("shift").fill_null(0.0)
    )


def _detrended(histories: pl.DataFrame) -> pl.DataFrame:
    """Ratio and difference to the moving average, and how much each changes by chance.

    Chance is half the variance of the changes on the year before, which hold it twice.
    """
    mean, half = pl.col("amount").rolling_mean(SEASON_MONTHS), SEASON_MONTHS // 2
    trend = (mean.shift(-half) + mean.shift(1 - half)) / 2
    log = pl.when(pl.col("amount") > 0).then(pl.col("amount").log())
    return histories.with_columns(
        _calendar_month(),
        (pl.col("amount") / trend).over(_OWN).alias("ratio"),
        (pl.col("amount") - trend).over(_OWN).alias("difference"),
        ((log - log.shift(SEASON_MONTHS)).var() / 2).over(_OWN).alias("ratio_chance"),
        (pl.col("amount").diff(SEASON_MONTHS).var() / 2).over(_OWN).alias("difference_chance"),
        (pl.col("amount").min() > 0).over(_OWN).alias("is_positive"),
    ).filter(pl.col("difference").is_not_null())


def _found(detrended: pl.DataFrame) -> pl.DataFrame:
    """history_id, calendar_month, factor and shift: one of the two says something."""
    seasons = detrended.group_by(_OWN, _MONTH, maintain_order=True).agg(
        pl.col("ratio", "difference").mean(),
        pl.len().alias("years"),
        pl.col("ratio_chance", "difference_chance", "is_positive").first(),
    )
    ratio = pl.col("ratio") / pl.col("ratio").mean().over(_OWN) - 1
    difference = pl.col("difference") - pl.col("difference").mean().over(_OWN)
    is_ratio = pl.col("is_positive") & (pl.col("factor").min() >= _SMALLEST_FACTOR).over(_OWN)
    return (
        seasons.with_columns(
            (1 + _shrunk(ratio, "ratio_chance")).alias("factor"),
            _shrunk(difference, "difference_chance").alias("shift"),
        )
        .with_columns(is_ratio.alias("is_ratio"))
        .select(
            _OWN,
            _MONTH,
            pl.when("is_ratio").then("factor").otherwise(1.0).alias("factor"),
            pl.when("is_ratio").then(0.0).otherwise("shift").alias("shift"),
        )
    )


def _shrunk(season: pl.Expr, chance: str) -> pl.Expr:
    """The twelve values of a season, times 1 - 9/11 V / B, or nothing where that is below zero.

    V is the sampling variance of a value, `chance` divided by the years seen, B the variance of the
    twelve: James and Stein's rule, applied to seasons by Miller and Williams (2003), International
    Journal of Forecasting 19, 669-684.
    """
    sampling = pl.col(chance) / pl.col("years").mean().over(_OWN)
    between = season.var().over(_OWN)
    weight = (1 - _SHRINKAGE * sampling / between).clip(0, 1)
    return pl.when(between > 0).then(weight * season).otherwise(0.0)
