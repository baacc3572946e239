"""One LightGBM over all series: what one history is too short to show, many show together."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

TREES = "global_trees"
LAGS = 12
MIN_ROWS = 200  # rows to learn from; fewer, and trees of twenty rows a leaf learn nothing
FLOOR_SHARE = 0.02

_SMOOTHING = (0.1, 0.3, 0.6)
_SETTINGS: dict[str, Any] = {
    "objective": "regression",
    "n_estimators": 100,
    "learning_rate": 0.1,
    "num_leaves": 31,
    "random_state": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@cache
def is_available() -> bool:
    """Whether LightGBM can be loaded: a slim machine may lack its OpenMP runtime, libgomp."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def global_forecasts(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    """Forecasts of all histories by one model per cutoff, each month fed with those before it.

    `histories` has history_id, month, amount without season, without gaps and sorted; those that
    end in the same month are learned from together and never see a later one. Amounts are taken as
    logarithms, with a floor at 2 % of the mean of the history; the model sees and forecasts their
    changes, divided by the mean absolute change of the history, so that large and small, calm and
    lively series are one population. Left out are histories with a mean of zero or less, or shorter
    than the lags, and cutoffs with too few rows to learn from; where LightGBM is missing, all.
    Columns: history_id, month, global_trees.
    """
    if not is_available():
        return pl.DataFrame(schema=_SCHEMA)
    scaled = _scaled(histories)
    made = [
        _at_cutoff(part, horizon_months)
        for _, part in scaled.group_by("cutoff", maintain_order=True)
        if part.height - (LAGS + 1) * part["unique_id"].n_unique() >= MIN_ROWS
    ]
    if not made:
        return pl.DataFrame(schema=_SCHEMA)
    size = scaled.group_by("unique_id").agg(pl.col("size").first())
    return (
        pl.concat(made)
        .join(size, on="unique_id", maintain_order="left")
        .select(
            pl.col("unique_id").alias("history_id"),
            pl.col("ds").alias("month"),
            (pl.col("change") * pl.col("size")).exp().alias(TREES),
        )
    )


_SCHEMA = {"history_id": pl.Int64, "month": pl.Date, TREES: pl.Float64}


def _scaled(histories: pl.DataFrame) -> pl.DataFrame:
    """unique_id, ds, y as the model sees them, with cutoff and size (log units per unit of y)."""
    own = "history_id"
    mean = pl.col("amount").mean().over(own)
    logs = pl.max_horizontal("amount", FLOOR_SHARE * mean).log()
    return (
        histories.filter((mean > 0) & (pl.len().over(own) > LAGS + 1))
        .with_columns(logs.alias("log"), pl.col("month").max().over(own).alias("cutoff"))
        .with_columns(pl.col("log").diff().abs().mean().over(own).alias("size"))
        .filter(pl.col("size") > 0)
        .select(
            pl.col(own).alias("unique_id"),
            pl.col("month").alias("ds"),
            (pl.col("log") / pl.col("size")).alias("y"),
            "cutoff",
            "size",
        )
    )


def _at_cutoff(scaled: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExpandingMean, ExponentiallyWeightedMean, RollingMean
    from mlforecast.target_transforms import Differences

    # Of changes, an exponential mean is how far the last month is from the smoothed level.
    smoothed = [ExponentiallyWeightedMean(rate) for rate in _SMOOTHING]
    features: list[Any] = [*smoothed, RollingMean(LAGS), ExpandingMean()]

    engine = MLForecast(
        models={"change": LGBMRegressor(**_SETTINGS)},
        freq="1mo",
        lags=range(1, LAGS + 1),
        lag_transforms={1: features},
        target_transforms=[Differences([1])],
        num_threads=1,
    )
    engine.fit(scaled.select("unique_id", "ds", "y"), static_features=[])
    made: pl.DataFrame = engine.predict(horizon_months)  # ty: ignore[invalid-assignment]
    return made
