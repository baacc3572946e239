"""Why the landing of a period changed since the last forecast, in parts that sum to the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from dakehu.analysis.sales_forecast.memory import ACTUAL, BASE, EFFECTS
from dakehu.analysis.sales_forecast.periods import distance, label, later

PIPELINE = EFFECTS[0]
WITHIN_BASE = EFFECTS[1:]

Amounts = dict[str, dict[date, Decimal]]


@dataclass(frozen=True)
class Bridge:
    """From what the last forecast said of a period to what this one says.

    `components` is the table bridge: component, amount. new_actuals: what came in months closed
    since, less what was forecast for them; restated: corrections of months closed before; model,
    pipeline, calendar, events: revisions of the months still ahead. calendar and events stand apart
    from the model only where both runs know them.
    """

    period: str
    made_on: date
    previous_amount: Decimal
    current_amount: Decimal
    components: pl.DataFrame

    @property
    def change_amount(self) -> Decimal:
        """What the components sum to, to the cent."""
        return self.current_amount - self.previous_amount


def bridge_of(
    previous: pl.DataFrame, current: pl.DataFrame, first_month: date, last_month: date
) -> Bridge | None:
    """The bridge of the total over the months of a period.

    `previous` and `current` are tables `forecasts` (memory.SCHEMA), of the last run and of this
    one. None where no earlier forecast was kept or one of the two lacks a month of the period.
    """
    months = [later(first_month, i) for i in range(distance(first_month, last_month) + 1)]
    before, now = _amounts(previous), _amounts(current)
    landed = [[_landed(run, month) for month in months] for run in (before, now)]
    if any(amount is None for run in landed for amount in run):
        return None
    previous_amount, current_amount = (_sum(filter(None, run)) for run in landed)
    components = _components(before, now, months)
    return Bridge(
        label(first_month, last_month),
        previous["made_on"][0],
        previous_amount,
        current_amount,
        pl.DataFrame(
            list(components.items()),
            schema={"component": pl.String, "amount": pl.Decimal(38, 2)},
            orient="row",
        ),
    )


def _amounts(forecasts: pl.DataFrame) -> Amounts:
    """Amounts of the total by part and month."""
    found: Amounts = {}
    total = forecasts.filter(pl.col("level") == "total")
    for part, month, mean in total.select("part", "target_period", "mean").iter_rows():
        found.setdefault(part, {})[month] = mean
    return found


def _landed(run: Amounts, month: date) -> Decimal | None:
    """What a run says of a month: the actual once it is closed, else base and pipeline."""
    if month in run.get(ACTUAL, {}):
        return run[ACTUAL][month]
    base = run.get(BASE, {}).get(month)
    return None if base is None else base + _part(run, PIPELINE, month)


def _part(run: Amounts, part: str, month: date) -> Decimal:
    return run.get(part, {}).get(month, Decimal("0.00"))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def _components(before: Amounts, now: Amounts, months: list[date]) -> dict[str, Decimal]:
    closed_before, closed_now = (set(run.get(ACTUAL, {})) for run in (before, now))
    new = [month for month in months if month in closed_now and month not in closed_before]
    both = [month for month in months if month in closed_now and month in closed_before]
    ahead = [month for month in months if month not in closed_now]

    def revised(part: str) -> Decimal:
        return _sum(_part(now, part, month) - _part(before, part, month) for month in ahead)

    known = [part for part in WITHIN_BASE if part in before and part in now]
    apart = {part: revised(part) for part in known}
    found = {
        "new_actuals": _sum(
            now[ACTUAL][month] - (_landed(before, month) or Decimal(0)) for month in new
        ),
        "restated": _sum(now[ACTUAL][month] - before[ACTUAL][month] for month in both),
        "model": revised(BASE) - _sum(apart.values()),
    }
    if PIPELINE in before or PIPELINE in now:
        found[PIPELINE] = revised(PIPELINE)
    return found | apart
