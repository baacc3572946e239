"""Point forecasts of many monthly histories: the default, what stands beside it, poor series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast import global_model, seasons, theta
from dakehu.analysis.sales_forecast.seasons import SEASON_MONTHS

MEDIAN, THETA, NAIVE = "median_of_four", "dynamic_optimized_theta", "seasonal_naive"
DAMPED, COMPLEX, TREES = "damped_trend", "complex_smoothing", global_model.TREES
CROSTON, TSB, ADIDA, IMAPA = "croston_sba", "tsb", "adida", "imapa"
INTERMITTENT = (CROSTON, TSB, ADIDA, IMAPA)

Candidate = Callable[[pl.DataFrame, int], pl.DataFrame]
"""A further model: from histories, as `point_forecasts` takes them, and the months ahead to
history_id, month, mean_amount. It may leave histories out; all others are beside it."""

_CAP = 2.0
_TSB_RATE = 0.1  # smoothing of sizes and of probability: slow, as demand is seldom seen
_SCHEMA = {
    "history_id": pl.Int64,
    "horizon": pl.Int64,
    "month": pl.Date,
    "model": pl.String,
    "mean_amount": pl.Float64,
}
_EMPTY = pl.DataFrame(schema=_SCHEMA)


def point_forecasts(
    histories: pl.DataFrame, horizon_months: int, candidates: Mapping[str, Candidate] | None = None
) -> pl.DataFrame:
    """Forecast every history `horizon_months` ahead by every model that suits it.

    `histories` has one row per history and month, without gaps: history_id (integer), is_seasonal,
    is_intermittent, month, amount (float). All histories have the seasonal naive forecast, Theta
    and the median of Theta, damped trend, complex smoothing and the global model; intermittent ones
    Croston's method (SBA), TSB, ADIDA and IMAPA besides; then come the `candidates`, by name. Where
    is_seasonal is false the models know no season and the naive forecast repeats the last month
    instead of the same month a year before; the models keep their names. A history that never was
    negative is never forecast below zero.
    Columns: history_id, horizon (from 1), month, model, mean_amount.
    """
    if histories.is_empty():
        return _EMPTY
    ordered = histories.sort("history_id", "month")
    parts = [
        _ensemble(ordered, horizon_months),
        _naive(ordered, horizon_months),
        _intermittent(ordered.filter("is_intermittent"), horizon_months),
        *(
            made(ordered, horizon_months).with_columns(pl.lit(name).alias("model"))
            for name, made in (candidates or {}).items()
        ),
    ]
    facts = ordered.group_by("history_id").agg(
        (pl.col("amount").min() >= 0).alias("is_floored"), pl.col("month").max().alias("cutoff")
    )
    columns = ["history_id", "month", "model", "mean_amount"]
    return (
        pl.concat([part.select(columns) for part in parts])
        .join(facts, on="history_id")
        .with_columns(floored("mean_amount"), _months_between("cutoff", "month").alias("horizon"))
        .select(list(_SCHEMA))
        .sort("history_id", "model", "horizon")
    )


def floored(column: str) -> pl.Expr:
    """`column`, not below zero where is_floored."""
    return (
        pl.when(pl.col("is_floored")).then(pl.col(column).clip(lower_bound=0)).otherwise(column)
    ).alias(column)


def _months_between(first: str, last: str) -> pl.Expr:
    def count(column: str) -> pl.Expr:
        return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month()

    return count(last) - count(first)


def _ensemble(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    """The median of Theta, damped trend, complex smoothing and trees, and Theta by itself.

    None of them knows a season: they see the adjusted histories, a towering month cut. In a history
    too short for a season the rise towards its high months looks like a trend: there the trend is
    left out. Where LightGBM cannot be loaded or has too little to learn from, the median is of
    three.
    """
    from dakehu.analysis.sales_forecast.one_step import complex_smoothing, smoothing

    without, found = seasons.adjusted(_capped(histories))
    damped, flat = smoothing(DAMPED, "AAN", damped=True), smoothing(DAMPED, "ANN")
    smoothed = [
        _fit_to_logs(part, model, horizon_months)
        for part, model in (
            (without.filter("is_seasonal"), damped),
            (without.filter(~pl.col("is_seasonal")), flat),
        )
        if part.height
    ]
    by_month = ["history_id", "month"]
    adjusted = (
        _fit_to_per_cent(without, complex_smoothing(COMPLEX), horizon_months)
        .join(_theta(without, horizon_months), on=by_month)
        .join(pl.concat(smoothed), on=by_month)
        .join(global_model.global_forecasts(without, horizon_months), on=by_month, how="left")
    )
    members = [THETA, DAMPED, COMPLEX, TREES]
    made = seasons.restored(adjusted, found, members)
    median = pl.concat_list(pl.col(members).fill_nan(None)).list.drop_nulls().list.median()
    return _long(made.with_columns(median.alias(MEDIAN)), [MEDIAN, THETA])


def _capped(histories: pl.DataFrame) -> pl.DataFrame:
    """No month of a year or more counts for over twice the next largest: one deal is no season."""
    cap = _CAP * pl.col("amount").top_k(2).min().over("history_id")
    is_far = (pl.len().over("history_id") >= SEASON_MONTHS) & (cap > 0) & (pl.col("amount") > cap)
    return histories.with_columns(pl.when(is_far).then(cap).otherwise("amount").alias("amount"))


def _naive(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    """The same month a year before, and where no season can be told the last month."""
    season = pl.when("is_seasonal").then(SEASON_MONTHS).otherwise(1)
    ahead = pl.DataFrame({"ahead": range(horizon_months)}, schema={"ahead": pl.Int64})
    return (
        histories.group_by("history_id")
        .agg(pl.col("amount", "month").tail(SEASON_MONTHS), season.first().alias("season"))
        .join(ahead, how="cross")
        .select(
            "history_id",
            pl.col("month").list.last().dt.offset_by(pl.format("{}mo", pl.col("ahead") + 1)),
            pl.col("amount")
            .list.get(pl.col("ahead") % pl.col("season") - pl.col("season"))
            .alias("mean_amount"),
            pl.lit(NAIVE).alias("model"),
        )
    )


def _intermittent(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    if histories.is_empty():
        return _EMPTY
    from statsforecast import models

    kinds = [
        models.CrostonSBA(alias=CROSTON),
        models.TSB(alpha_d=_TSB_RATE, alpha_p=_TSB_RATE, alias=TSB),
        models.ADIDA(alias=ADIDA),
        models.IMAPA(alias=IMAPA),
    ]
    return _long(_fit(histories, kinds, horizon_months), INTERMITTENT)


def _theta(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
    """history_id, month and Theta's forecast; the mean where a history is too short for it."""
    rows = histories.group_by("history_id", maintain_order=True).agg("amount", "month")
    lengths = rows["amount"].list.len().to_numpy().astype(np.int64)
    values = np.zeros((rows.height, lengths.max()))
    values[np.arange(lengths.max()) < lengths[:, None]] = histories["amount"].to_numpy()
    long = lengths >= theta.LEAST_MONTHS
    made = np.repeat((values.sum(axis=1) / lengths)[:, None], horizon_months, axis=1)
    made[long] = theta.forecasts(values[long], lengths[long], horizon_months)
    ahead = pl.Series("ahead", range(1, horizon_months + 1), dtype=pl.Int64)
    return (
        rows.select("history_id", pl.col("month").list.last())
        .join(ahead.to_frame(), how="cross")
        .select(
            "history_id",
            pl.col("month").dt.offset_by(pl.format("{}mo", "ahead")),
            pl.Series(THETA, made.ravel()),
        )
    )


def _fit(histories: pl.DataFrame, models: Sequence[Any], horizon_months: int) -> pl.DataFrame:
    """history_id, month and one column per model of statsforecast.

    A model that cannot be fitted to a history (damped trend on fewer than ten months) is replaced
    there by simple exponential smoothing.
    """
    from statsforecast import StatsForecast  # seconds to import: only where models are fitted
    from statsforecast.models import SimpleExponentialSmoothingOptimized

    engine = StatsForecast(
        models=list(models),
        freq="1mo",
        n_jobs=1,
        fallback_model=SimpleExponentialSmoothingOptimized(),
    )
    frame = histories.select(
        pl.col("history_id").alias("unique_id"),
        pl.col("month").alias("ds"),
        pl.col("amount").alias("y"),
    )
    made: pl.DataFrame = engine.forecast(df=frame, h=horizon_months)  # ty: ignore[invalid-assignment]
    return made.rename({"unique_id": "history_id", "ds": "month"})


def _fit_to_per_cent(histories: pl.DataFrame, model: Any, horizon_months: int) -> pl.DataFrame:
    """`_fit` to histories in per cent of their mean size, so that no forecast hangs on the unit.

    The search for the parameters ends by an absolute tolerance: in yuan it would go on for long
    after the forecast has ceased to move, in millions end too soon.
    """
    unit = pl.col("amount").abs().mean().over("history_id") / 100
    sized = histories.with_columns(pl.when(unit > 0).then(unit).otherwise(1.0).alias("unit"))
    made = _fit(sized.with_columns(pl.col("amount") / pl.col("unit")), [model], horizon_months)
    return (
        made.join(sized.select("history_id", "unit").unique(), on="history_id")
        .with_columns(pl.col(model.alias) * pl.col("unit"))
        .drop("unit")
    )


def _fit_to_logs(histories: pl.DataFrame, model: Any, horizon_months: int) -> pl.DataFrame:
    """`_fit` to logarithms where all amounts are above zero, and to the amounts elsewhere."""
    positive = (pl.col("amount").min() > 0).over("history_id")
    facts = histories.with_columns(positive.alias("is_log"))
    amount = pl.when("is_log").then(pl.col("amount").log()).otherwise("amount").alias("amount")
    made = _fit(facts.with_columns(amount), [model], horizon_months)
    ahead = pl.col(model.alias)
    return (
        made.join(facts.select("history_id", "is_log").unique(), on="history_id")
        .with_columns(pl.when("is_log").then(ahead.exp()).otherwise(ahead).alias(model.alias))
        .drop("is_log")
    )


def _long(made: pl.DataFrame, models: Sequence[str]) -> pl.DataFrame:
    return made.unpivot(
        models, index=["history_id", "month"], variable_name="model", value_name="mean_amount"
    )
