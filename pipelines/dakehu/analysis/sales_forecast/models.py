"""Point forecasts of many monthly histories by the two models of the report."""

from __future__ import annotations

import polars as pl

THETA = "dynamic_optimized_theta"
NAIVE = "seasonal_naive"
MODELS = (THETA, NAIVE)
SEASON_MONTHS = 12


def point_forecasts(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    """Forecast every history `horizon_months` ahead by both models.

    `histories` has one row per history and month, without gaps: history_id (integer), is_seasonal,
    month, amount (float). Where is_seasonal is false, Theta is fitted without a season and the
    naive forecast repeats the last month instead of the same month a year before; the model keeps
    its name. A history that never was negative is never forecast below zero.
    Columns: history_id, horizon (from 1), month, model, mean_amount.
    """
    parts = [
        _fit(part, horizon_months, seasonal)
        for seasonal in (True, False)
        if (part := histories.filter(pl.col("is_seasonal") == seasonal)).height
    ]
    if not parts:
        return pl.DataFrame(schema=_SCHEMA)
    floors = histories.group_by("history_id").agg((pl.col("amount").min() >= 0).alias("is_floored"))
    return (
        pl.concat(parts)
        .join(floors, on="history_id")
        .with_columns(floored("mean_amount"))
        .select(list(_SCHEMA))
        .sort("history_id", "model", "horizon")
    )


_SCHEMA = {
    "history_id": pl.Int64,
    "horizon": pl.Int64,
    "month": pl.Date,
    "model": pl.String,
    "mean_amount": pl.Float64,
}


def floored(column: str) -> pl.Expr:
    """`column`, not below zero where is_floored."""
    return (
        pl.when(pl.col("is_floored")).then(pl.col(column).clip(lower_bound=0)).otherwise(column)
    ).alias(column)


def _fit(histories: pl.DataFrame, horizon_months: int, seasonal: bool) -> pl.DataFrame:
    from statsforecast import StatsForecast  # seconds to import: only where models are fitted
    from statsforecast.models import DynamicOptimizedTheta, Naive, SeasonalNaive

    season = SEASON_MONTHS if seasonal else 1
    naive = SeasonalNaive(season_length=season, alias=NAIVE) if seasonal else Naive(alias=NAIVE)
    engine = StatsForecast(
        models=[DynamicOptimizedTheta(season_length=season, alias=THETA), naive],
        freq="1mo",
        n_jobs=1,
    )
    frame = histories.select(
        pl.col("history_id").alias("unique_id"),
        pl.col("month").alias("ds"),
        pl.col("amount").alias("y"),
    ).sort("unique_id", "ds")
    made: pl.DataFrame = engine.forecast(df=frame, h=horizon_months)  # ty: ignore[invalid-assignment]
    return (
        made.rename({"unique_id": "history_id", "ds": "month"})
        .with_columns(pl.int_range(1, pl.len() + 1).over("history_id").alias("horizon"))
        .unpivot(
            MODELS,
            index=["history_id", "horizon", "month"],
            variable_name="model",
            value_name="mean_amount",
        )
    )
