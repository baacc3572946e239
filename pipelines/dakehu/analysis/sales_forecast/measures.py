"""What events brought against what would have been, and what it cost (P12-1, P12-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp, isnan
from typing import Any

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast.lift import PRE_MONTHS, Lift, Window, lift_of
from dakehu.analysis.sales_forecast.scopes import Scope, inside, scope_of, sides_of

LASTING_MONTHS = 6  # of an event without an end: later months owe more and more to other things
# Why there is no lift, or no interval.
SCOPE_UNKNOWN, NOT_BEGUN, NO_CONTROL = "scope_unknown", "not_begun", "no_control"
TOO_SHORT, FEW_PLACEBOS = "too_short", "few_placebos"
MONEY = pl.Decimal(18, 2)
DETAILS = {
    "event_id": pl.String, "event_name": pl.String, "event_type": pl.String,
    "is_lasting": pl.Boolean, "first_month": pl.Date, "last_month": pl.Date,
    "actual_amount": pl.Float64, "effect": pl.Float64, "low_effect": pl.Float64,
    "high_effect": pl.Float64, "lift_amount": pl.Float64, "low_amount": pl.Float64,
    "high_amount": pl.Float64, "cost_amount": pl.Float64, "control_count": pl.Int64,
    "placebo_count": pl.Int64, "drift": pl.Float64, "is_parallel": pl.Boolean,
    "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True)
class Measures:
    """`details` has a row per event, by start; columns as in DETAILS.

    effect, low_effect and high_effect are shares of what would have been sold (0.5 = half as much
    again), the interval at 80 %; drift is the share by which the series moved away from its
    controls in the twelve months before, is_parallel whether placebos did so too; reason says why
    there is no number, or no interval.
    """

    details: pl.DataFrame

    @property
    def table(self) -> pl.DataFrame:
        """The published table `measures`: event_id, lift and its bounds, cost per extra yuan."""
        lift = pl.col("lift_amount")
        paid = pl.when((lift > 0) & (pl.col("cost_amount") > 0)).then(pl.col("cost_amount") / lift)
        return self.details.filter(lift.is_not_null()).select(
            "event_id",
            *(
                pl.col(name).round(2).cast(MONEY)
                for name in ("lift_amount", "low_amount", "high_amount")
            ),
            cost_per_extra_amount=paid,
        )

    @property
    def is_told(self) -> pl.Expr:
        """The events whose interval leaves out that nothing happened."""
        return (pl.col("low_effect") > 0) | (pl.col("high_effect") < 0)


def measures_of(
    events: pl.DataFrame, cells: pl.DataFrame, customers: pl.DataFrame, months: pl.DataFrame
) -> Measures:
    """Measure every event.

    Args:
        events: mart_sales_forecast__events.
        cells: mart_sales_forecast__cells, amounts as float `amount`.
        customers: mart_sales_forecast__scoped_customers, the same.
        months: `calendar.fiscal_months` of the complete months of the sales.
    """
    known = events.sort("start_date", "event_id").to_dicts()
    rows = [_measured(event, known, cells, customers, months) for event in known]
    return Measures(pl.DataFrame(rows, schema=DETAILS))


def window_of(start: date, end: date | None, months: pl.DataFrame) -> Window | None:
    """The months that an event fills by half or more, or else those it touches; None before any."""
    last = end or date.max
    begin, close = months["month_start"].to_list(), months["month_end"].to_list()
    days = [
        max((min(close[at], last) - max(begin[at], start)).days + 1, 0) for at in range(len(begin))
    ]
    length = [(close[at] - begin[at]).days + 1 for at in range(len(begin))]
    filled = [at for at, day in enumerate(days) if 2 * day >= length[at]]
    places = filled or [at for at, day in enumerate(days) if day]
    if not places:
        return None
    stop = min(places[-1] + 1, places[0] + LASTING_MONTHS) if end is None else places[-1] + 1
    return Window(places[0], stop)


def _measured(
    event: dict[str, Any],
    events: list[dict[str, Any]],
    cells: pl.DataFrame,
    customers: pl.DataFrame,
    months: pl.DataFrame,
) -> dict[str, Any]:
    row = {name: event.get(name) for name in ("event_id", "event_name", "event_type")}
    row |= {"is_lasting": event["end_date"] is None, "cost_amount": _float(event["cost_amount"])}
    scope = scope_of(event["scope_json"])
    if scope is None:
        return row | {"reason": SCOPE_UNKNOWN}
    window = window_of(event["start_date"], event["end_date"], months)
    if window is None:
        return row | {"reason": NOT_BEGUN}
    named = months["month"]
    row |= {"first_month": named[window.start], "last_month": named[window.stop - 1]}
    sides = sides_of(scope, cells, customers)
    treated = _row(sides.treated, named)
    parts = sides.controls.partition_by("control", maintain_order=True)
    row |= {"control_count": len(parts)}
    if not parts:
        return row | {"reason": NO_CONTROL}
    others = [one for one in events if one["event_id"] != event["event_id"]]
    side = "region" if scope.keys() & {"region", "customer"} else "family"
    scopes = [scope, *({side: [part["control"][0]]} for part in parts)]
    shaken = [_disturbed(cells, one, others, months) for one in scopes]
    controls = np.stack([_row(part, named) for part in parts])
    found = lift_of(treated, controls, window, np.stack(shaken))
    if found is None:
        return row | {"reason": TOO_SHORT}
    return row | _numbers(found, float(treated[window.start : window.stop].sum()))


def _numbers(found: Lift, actual: float) -> dict[str, Any]:
    """Log effects as shares, and as amounts: actual sales less what would have been sold."""
    without = isnan(found.radius)
    bounds = [found.effect - found.radius, found.effect, found.effect + found.radius]
    low, middle, high = (None if isnan(one) else exp(one) - 1 for one in bounds)
    amounts = [None if isnan(one) else actual * (1 - exp(-one)) for one in bounds]
    return {
        "actual_amount": actual,
        "effect": middle,
        "low_effect": low,
        "high_effect": high,
        "lift_amount": amounts[1],
        "low_amount": amounts[0],
        "high_amount": amounts[2],
        "placebo_count": found.placebo_count,
        "drift": exp(found.drift) - 1,
        "is_parallel": found.is_parallel,
        "reason": FEW_PLACEBOS if without else None,
    }


def _disturbed(
    cells: pl.DataFrame, scope: Scope, events: list[dict[str, Any]], months: pl.DataFrame
) -> np.ndarray:
    """The months in which other events touched at least half of the sales in `scope`.

    After an event without an end the series stands on another level: for as long as months are
    compared with those before, it is disturbed. What acts everywhere acts on both sides alike; what
    acts on customers is no matter of a whole region.
    """
    shaken = np.zeros(months.height, dtype=bool)
    if "customer" in scope:
        return shaken
    mine = cells.filter(inside(scope))
    for event in events:
        other = scope_of(event["scope_json"])
        window = window_of(event["start_date"], event["end_date"], months)
        if not other or window is None or "customer" in other:
            continue
        if 2 * mine.filter(inside(other))["amount"].sum() < mine["amount"].sum():
            continue
        stop = window.stop if event["end_date"] else window.start + PRE_MONTHS
        shaken[window.start : stop] = True
    return shaken


def _row(frame: pl.DataFrame, months: pl.Series) -> np.ndarray:
    placed = months.to_frame("month").join(frame, on="month", how="left", maintain_order="left")
    return placed["amount"].fill_null(0.0).to_numpy()


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
