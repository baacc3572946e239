"""Where a period lands against its target: actual so far, forecast of the rest, pipeline; how sure.

The distribution of what is still to come is that of past errors of *sums* of as many months, in
units of the series' scale, each as likely as the others; pipeline and deals not yet known are
convolved with it. Never are the bounds of single months added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.periods import distance
from dakehu.analysis.sales_forecast.pipeline import Pipeline
from dakehu.analysis.sales_forecast.spread import NOTHING, Spread
from dakehu.analysis.sales_forecast.targets import OVER, months_left

COVERAGE = 0.80
LEAST_ERRORS = 9  # with fewer the ends of a distribution are a matter of one or two days
LACKS_DATA, LACKS_FORECAST, BEYOND_HORIZON = "lacks_data", "lacks_forecast", "beyond_horizon"
_GUARD = 1e-9  # a share of 0.1 * 10 must count as 1, not as a hair less


@dataclass(frozen=True)
class Outlook:
    """The sum of months ahead: `errors` are those of past sums of as many months, in money.

    Each past error counts half with its own sign and half with the other: runs of several months
    overlap, so that a few years tell how far a sum may be off, hardly to which side. The interval
    is then that of conformal.radii around the forecast, and a target at the forecast is reached
    with one half.
    """

    base: float
    errors: np.ndarray
    extra: Spread
    is_floored: bool

    @property
    def _sums(self) -> np.ndarray:
        sums = np.sort(self.base + np.concatenate([self.errors, -self.errors]))
        return np.maximum(sums, 0) if self.is_floored else sums

    def probability(self, needed: float) -> float | None:
        """Chance that the months bring `needed` or more: (k + 1) / (n + 2) of n past errors.

        k is the number of past errors under which they would, averaged over the pipeline's
        outcomes; the rule of succession keeps certainty out. None without past errors.
        """
        sums = self._sums
        if not sums.size:
            return None
        # Amounts are compared to a tenth of a cent.
        short = np.searchsorted(sums, needed - self.extra.amounts - 1e-3, side="left")
        reached = float((sums.size - short) @ self.extra.weights) / 2
        return (reached + 1) / (self.errors.size + 2)

    def interval(self) -> tuple[float | None, float | None]:
        """Bounds that hold with `COVERAGE`: 10 % of n + 1 errors lie beyond each.

        None where past errors are too few for that (Vovk, Gammerman and Shafer, 2005).
        """
        sums = self._sums
        values = (sums[:, None] + self.extra.amounts[None, :]).ravel()
        weights = np.tile(self.extra.weights, sums.size) / (sums.size + 2)
        order = np.argsort(values, kind="stable")
        values, weights = values[order], weights[order]
        return _quantile(values, weights), _quantile(values[::-1], weights[::-1])


def _quantile(values: np.ndarray, weights: np.ndarray) -> float | None:
    """The last value up to which no more than the tail outside `COVERAGE` has passed."""
    passed = np.searchsorted(np.cumsum(weights), (1 - COVERAGE) / 2 + _GUARD, side="right")
    return float(values[passed - 1]) if passed else None


def sum_errors(errors: pl.DataFrame, pool: Sequence[str]) -> dict[tuple[Any, ...], np.ndarray]:
    """Past errors of sums from the first month ahead on, in units of scale, by pool and horizon.

    `errors` has level, key, cutoff, model, horizon (1, 2, ... without gap), error (forecast less
    actual), scale and the columns of `pool`; as backtest.errors gives them, of the model in use.
    """
    run = [*SERIES, "cutoff", "model"]
    sums = (
        errors.sort(*run, "horizon")
        .with_columns(share=pl.col("error").cum_sum().over(run) / pl.col("scale"))
        .filter(pl.col("share").is_finite())
    )
    keys = [*pool, "horizon"]
    return {
        tuple(key): part["share"].to_numpy()
        for key, part in sums.select(*keys, "share").partition_by(keys, as_dict=True).items()
    }


def landings(
    targets: pl.DataFrame,
    sales: pl.DataFrame,
    forecast: pl.DataFrame,
    errors: pl.DataFrame,
    last_month: date,
    pipeline: Pipeline | None = None,
    pool: Sequence[str] = ("model", "is_seasonal"),
) -> pl.DataFrame:
    """The table target_gap: one row per target.

    Args:
        targets: as targets.targets_of gives them.
        sales: as targets.credited_sales gives them; complete months to `last_month`.
        forecast: level, key, month (after `last_month`), mean_amount, scale, is_floored and the
            columns of `pool`, one model per series.
        errors: see `sum_errors`. Where a pool has fewer than nine past sums of as many months,
            those of all pools count.
        last_month: the last complete month.
        pipeline: open deals, beside the forecast of the base; None where there are none.
        pool: the columns over which past errors are pooled.

    Returns:
        level, key, key_name, period, first_month, last_month, status, basis, target_amount,
        actual_amount (months closed), base_amount, pipeline_amount, unannounced_amount (months
        ahead), forecast_amount (the landing: their sum), low_80_amount, high_80_amount, gap_amount
        (landing less target), attainment, probability_to_reach, reason. What cannot be said is
        missing and `reason` says why: lacks_data (the data begins within the period),
        lacks_forecast, beyond_horizon. A period that is over was reached or not: 1 or 0. A target
        of zero or less is none: it has no probability and no attainment.
    """
    scaled, overall = sum_errors(errors, pool), sum_errors(errors, ())
    series = _sums_ahead(forecast.filter(pl.col("month") > last_month), pool)
    data_from = sales["month"].min()
    rows = []
    for target in _with_actual(targets, sales).iter_rows(named=True):
        months = months_left(target["first_month"], target["last_month"], last_month)
        rest = series.get((target["level"], target["key"]))
        row: dict[str, Any] = {"actual_amount": target["actual_amount"]}
        reason = None
        if not isinstance(data_from, date) or target["first_month"] < data_from:
            row, reason = {}, LACKS_DATA
        elif not months:
            row |= _closed(target)
        elif rest is None:
            reason = LACKS_FORECAST
        elif len(rest["sums"]) < months:
            reason = BEYOND_HORIZON
        else:
            shares = scaled.get((*(rest[name] for name in pool), months))
            if shares is None or len(shares) < LEAST_ERRORS:
                shares = overall.get((months,))
            row |= _ahead(target, rest, shares, pipeline, months)
        rows.append({"reason": reason} | row)
    found = pl.DataFrame(rows, schema_overrides=_SCHEMA, schema=list(_SCHEMA))
    return _table(pl.concat([targets, found], how="horizontal"))


def _sums_ahead(ahead: pl.DataFrame, pool: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """By series: `sums` of the first one, two, ... months ahead, scale, is_floored and `pool`."""
    found = (
        ahead.sort("month")
        .group_by(SERIES)
        .agg(
            sums=pl.col("mean_amount").round(2).cum_sum(),
            **{name: pl.col(name).first() for name in ("scale", "is_floored", *pool)},
        )
    )
    return {(row["level"], row["key"]): row for row in found.iter_rows(named=True)}


def _with_actual(targets: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """The targets with actual_amount: sales of their months so far, zero where there are none."""
    span = ["first_month", "last_month"]
    sums = (
        targets.select(*SERIES, *span)
        .join(sales, on=SERIES)
        .filter(pl.col("month").is_between("first_month", "last_month"))
        .group_by(*SERIES, *span)
        .agg(actual_amount=pl.col("amount").sum())
    )
    return targets.join(sums, on=[*SERIES, *span], how="left", maintain_order="left").with_columns(
        pl.col("actual_amount").fill_null(0).cast(_MONEY)
    )


_MONEY = pl.Decimal(38, 2)
_PARTS = ["actual_amount", "base_amount", "pipeline_amount", "unannounced_amount"]
_SCHEMA = {
    **dict.fromkeys([*_PARTS, "low_80_amount", "high_80_amount"], _MONEY),
    "probability_to_reach": pl.Float64,
    "reason": pl.String,
}


def _closed(target: dict[str, Any]) -> dict[str, Any]:
    actual = target["actual_amount"]
    return {
        "base_amount": Decimal("0.00"),
        "low_80_amount": actual,
        "high_80_amount": actual,
        "probability_to_reach": (
            float(actual >= target["target_amount"]) if _is_target(target) else None
        ),
    }


def _ahead(
    target: dict[str, Any],
    rest: dict[str, Any],
    shares: np.ndarray | None,
    pipeline: Pipeline | None,
    months: int,
) -> dict[str, Any]:
    level, key, actual = target["level"], target["key"], target["actual_amount"]
    base = rest["sums"][months - 1]
    deals = pipeline.open_deals(level, key, months) if pipeline else NOTHING
    other = pipeline.unannounced.spread(level, key, months) if pipeline else NOTHING
    scale = rest["scale"]
    errors = np.array([]) if shares is None or scale is None else shares * scale
    outlook = Outlook(base, errors, deals.plus(other), rest["is_floored"])
    low, high = outlook.interval()
    needed = float(target["target_amount"] - actual) if _is_target(target) else None
    return {
        "base_amount": _cents(base),
        "pipeline_amount": _cents(deals.mean) if pipeline else None,
        "unannounced_amount": _cents(other.mean) if pipeline else None,
        "low_80_amount": None if low is None else actual + _cents(low),
        "high_80_amount": None if high is None else actual + _cents(high),
        "probability_to_reach": None if needed is None else outlook.probability(needed),
    }


def _is_target(target: dict[str, Any]) -> bool:
    return (target["target_amount"] or 0) > 0


def _table(found: pl.DataFrame) -> pl.DataFrame:
    landing = pl.when(pl.col("base_amount").is_not_null()).then(
        pl.sum_horizontal(pl.col(*_PARTS).fill_null(0)).cast(_MONEY)
    )
    target = pl.col("target_amount")
    return found.with_columns(forecast_amount=landing).select(
        *SERIES, "key_name", "period", "first_month", "last_month", "status", "basis",
        "target_amount", *_PARTS, "forecast_amount", "low_80_amount", "high_80_amount",
        gap_amount=(pl.col("forecast_amount") - target).cast(_MONEY),
        attainment=pl.when(target > 0).then(
            pl.col("forecast_amount").cast(pl.Float64) / target.cast(pl.Float64)
        ),
        probability_to_reach="probability_to_reach",
        reason="reason",
    )  # fmt: skip


def _cents(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")


def headline(landed: pl.DataFrame) -> pl.DataFrame:
    """The rows that page one speaks of: the company's running periods, shortest first.

    Those of the total where it has a target that can be judged, else of the people, else of the
    distributors, whose sales are a part of the total; without any target the total's, unjudged.
    """
    running = landed.filter(pl.col("status") != OVER, pl.col("forecast_amount").is_not_null())
    judged = running.drop_nulls("probability_to_reach")["level"].unique().to_list()
    level = next((name for name in ("total", "people", "distributors") if name in judged), "total")
    rows = running.filter(pl.col("level") == level)
    lengths = [distance(*months) for months in rows.select("first_month", "last_month").iter_rows()]
    return (
        rows.with_columns(pl.Series("length", lengths, dtype=pl.Int64))
        .sort("length")
        .drop("length")
    )
