"""The next months' sales in total and per region, how sure, and how good such forecasts were."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast import backtest, conformal, global_model
from dakehu.analysis.sales_forecast.choice import chosen as chosen_models
from dakehu.analysis.sales_forecast.models import MEDIAN, NAIVE, THETA, floored
from dakehu.analysis.sales_forecast.series import (
    Policy,
    current_runs,
    cutoffs_of,
    history_of,
    series_of,
)

SERIES = backtest.SERIES
CHOSEN = "chosen"
POOL = ["model", "is_seasonal", "is_intermittent"]


@dataclass(frozen=True)
class SalesForecast:
    """What the report shows. Amounts are in the pipeline's currency, months are fiscal months."""

    last_month: date
    horizon_months: int
    coverage_rule: str
    policy: Policy
    history: pl.DataFrame
    series: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    figures: dict[str, tuple[float | None, str]] = field(default_factory=dict)

    @property
    def has_global_model(self) -> bool:
        """Whether LightGBM could be loaded; without it the median is of three models."""
        return global_model.is_available()

    @property
    def is_seasonal(self) -> bool:
        """Whether the total has enough months for a seasonal model."""
        return bool(self.series.filter(pl.col("level") == "total")["is_seasonal"].any())

    def table(self, name: str, level: str = "total") -> pl.DataFrame:
        """The rows of table `name` at one level."""
        return self.tables[name].filter(pl.col("level") == level)


def analyse(
    monthly: pl.DataFrame, as_of: date, horizon_months: int = 12, policy: Policy | None = None
) -> SalesForecast:
    """Forecast every series of mart_sales_forecast `horizon_months` past its last month.

    Months after `as_of` are ignored. Raises ValueError where no month is left.
    """
    policy = policy or Policy()
    history = history_of(monthly, as_of)
    runs = current_runs(history, policy)
    series = series_of(runs, policy)
    kinds = series.filter(pl.col("reason").is_null()).select(
        *SERIES, "is_seasonal", "is_intermittent", "min_train_months"
    )
    usable = runs.join(kinds, on=SERIES)
    months: list[date] = history["month"].unique().sort().to_list()
    last_month, cutoffs = months[-1], cutoffs_of(months, series, horizon_months, policy)
    judged, rule = conformal.judged(backtest.errors(usable, cutoffs, horizon_months), POOL)
    chosen = chosen_models(judged, series, policy)
    made = backtest.forecasts(usable, [last_month], horizon_months).join(
        chosen, on=[*SERIES, "model"]
    )
    names = series.select(*SERIES, "key_name")
    forecast = _with_interval(made, "mean_amount", conformal.radii(judged, POOL))
    outlook = _outlook(made, judged, history, horizon_months)
    tables = {
        "forecast": _forecast_table(forecast.join(names, on=SERIES)),
        "backtest": backtest.accuracy(judged, [*SERIES, "cutoff", "model"]),
        "accuracy": _accuracy(judged, chosen),
        "outlook": _by_size(outlook.join(names, on=SERIES)),
        "not_forecast": _not_forecast(series),
    }
    result = SalesForecast(last_month, horizon_months, rule, policy, history, series, tables)
    result.figures.update(_figures(result, judged.join(chosen, on=[*SERIES, "model"])))
    return result


def _with_interval(points: pl.DataFrame, mean: str, radii: pl.DataFrame) -> pl.DataFrame:
    """`points` with low and high amounts at both levels: mean -/+ radius x scale."""
    for level in conformal.LEVELS:
        percent = round(level * 100)
        reach = radii.filter(pl.col("level") == level).select(*POOL, "horizon", "radius")
        width = pl.col("radius") * pl.col("scale")
        points = (
            points.join(reach, on=[*POOL, "horizon"], how="left")
            .with_columns(
                (pl.col(mean) - width).alias(f"low_{percent}_amount"),
                (pl.col(mean) + width).alias(f"high_{percent}_amount"),
            )
            .with_columns(floored(f"low_{percent}_amount"))
            .drop("radius")
        )
    return points


BOUNDS = [f"{side}_{percent}_amount" for percent in (80, 95) for side in ("low", "high")]


def _forecast_table(forecast: pl.DataFrame) -> pl.DataFrame:
    return forecast.select(
        *SERIES, "key_name", "month", *_money("mean_amount", *BOUNDS), "model"
    ).sort(*SERIES, "month")


def _money(*columns: str) -> list[pl.Expr]:
    return [pl.col(name).round(2).cast(pl.Decimal(18, 2)) for name in columns]


def _outlook(
    made: pl.DataFrame, judged: pl.DataFrame, history: pl.DataFrame, horizon_months: int
) -> pl.DataFrame:
    """One row per series: the sum over the horizon beside the same count of months just past.

    The interval of the sum comes from the errors of past sums, never from adding monthly bounds.
    Growth is missing where the model knows no season: it carries on the level of the latest months,
    which a whole year is no fair match for.
    """
    sums = made.group_by([*SERIES, *POOL]).agg(
        pl.col("mean_amount").sum().alias("forecast_amount"),
        pl.col("scale", "is_floored").first(),
        pl.lit(horizon_months).cast(pl.Int64).alias("horizon"),
    )
    sum_scores = judged.with_columns(pl.col("sum_score").alias("score"))
    support = sum_scores.filter((pl.col("horizon") == horizon_months) & pl.col("score").is_finite())
    backing = support.group_by(POOL).agg(
        pl.len().cast(pl.Int64).alias("sum_score_count"),
        pl.col("cutoff").n_unique().cast(pl.Int64).alias("sum_cutoff_count"),
    )
    past = history.group_by(SERIES).agg(
        pl.col("amount").tail(horizon_months).sum().alias("last_amount"),
        (pl.len() >= horizon_months).alias("is_full"),
    )
    growth = pl.col("forecast_amount") / pl.col("last_amount") - 1
    comparable = pl.col("is_full") & pl.col("is_seasonal") & (pl.col("last_amount") > 0)
    return (
        _with_interval(sums, "forecast_amount", conformal.radii(sum_scores, POOL))
        .join(backing, on=POOL, how="left")
        .join(past, on=SERIES)
        .with_columns(
            pl.when(comparable).then(growth).alias("growth"),
            pl.col("sum_score_count", "sum_cutoff_count").fill_null(0),
            *_money("forecast_amount", "last_amount", *BOUNDS),
        )
        .drop("scale", "is_floored", "horizon", "is_full")
    )


def _accuracy(judged: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Accuracy per level and model, over all horizons (horizon missing) and per horizon.

    Beside the two models stands `chosen`: every series by its own model.
    """
    used = judged.join(chosen, on=[*SERIES, "model"]).with_columns(pl.lit(CHOSEN).alias("model"))
    both = pl.concat([judged, used])
    overall = backtest.accuracy(both, ["level", "model"])
    by_horizon = backtest.accuracy(both, ["level", "model", "horizon"])
    return pl.concat(
        [overall.with_columns(pl.lit(None, dtype=pl.Int64).alias("horizon")), by_horizon],
        how="diagonal",
    ).sort("level", "model", "horizon")


def _by_size(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(["last_amount", *SERIES], descending=[True, False, False])


def _not_forecast(series: pl.DataFrame) -> pl.DataFrame:
    left = series.filter(pl.col("reason").is_not_null())
    return _by_size(
        left.select(*SERIES, "key_name", "month_count", *_money("last_amount"), "reason")
    )


def _figures(result: SalesForecast, used: pl.DataFrame) -> dict[str, tuple[float | None, str]]:
    """The headline numbers, by the names that summary.json keeps.

    `used` are the judged errors of each series' own model; coverage is over all series together.
    """
    figures: dict[str, tuple[float | None, str]] = {
        "month_count": (result.history["month"].n_unique(), "count"),
        "region_count": (result.table("outlook", "region").height, "count"),
        "not_forecast_count": (result.tables["not_forecast"].height, "count"),
    }
    for row in result.table("outlook").iter_rows(named=True):
        figures |= {
            "forecast_amount": (_float(row["forecast_amount"]), "amount"),
            "forecast_low_80_amount": (_float(row["low_80_amount"]), "amount"),
            "forecast_high_80_amount": (_float(row["high_80_amount"]), "amount"),
            "last_amount": (_float(row["last_amount"]), "amount"),
            "forecast_growth": (row["growth"], "share"),
        }
        first = result.table("forecast").row(0, named=True)
        figures |= {
            "next_month_amount": (_float(first["mean_amount"]), "amount"),
            "next_month_low_80_amount": (_float(first["low_80_amount"]), "amount"),
            "next_month_high_80_amount": (_float(first["high_80_amount"]), "amount"),
        }
        regions = result.table("outlook", "region")["forecast_amount"]
        if regions.len():
            gap = float(regions.sum()) - float(row["forecast_amount"])
            figures["region_gap_amount"] = (gap, "amount")
    overall = result.table("accuracy").filter(pl.col("horizon").is_null())
    for row in overall.iter_rows(named=True):
        model = row["model"]
        if model not in (CHOSEN, MEDIAN, THETA, NAIVE):
            continue
        figures |= {
            f"wape_{model}": (row["wape"], "share"),
            f"bias_{model}": (row["bias"], "share"),
        }
    for percent in (80, 95):
        held = pl.col(f"is_covered_{percent}").mean()
        figures[f"coverage_{percent}"] = (used.select(held).item(), "share")
    return figures


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
