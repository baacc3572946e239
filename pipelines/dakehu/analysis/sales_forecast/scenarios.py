"""What if: the base forecast, each measure taken once more, and what an analyst writes down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import get_close_matches
from math import isfinite
from typing import Any

import polars as pl
from scipy.special import ndtri

from dakehu.analysis.sales_forecast.periods import later

TABLE = "[policy.sales_forecast.scenarios"
BASE = "base"
TOTAL = "total"


@dataclass(frozen=True)
class Scenario:
    """Sales of a series higher by `growth` (a share, -1 or more) for some months.

    `start` is the first month, None the first one forecast; `scope` is "total" or a level and its
    key, such as "region/HD". `low` and `high` bound an uncertain growth with 80 %.
    """

    growth: float
    start: date | None = None
    months: int = 12
    scope: str = TOTAL
    low: float | None = None
    high: float | None = None

    @property
    def series(self) -> tuple[str, str]:
        """Level and key that it speaks of."""
        level, _, key = self.scope.partition("/")
        return level, key or level


WRITTEN = [field.name for field in fields(Scenario) if field.name not in ("low", "high")]


def written(given: Mapping[str, Any]) -> dict[str, Scenario]:
    """The scenarios of the pipeline file's [policy.sales_forecast.scenarios.<name>] tables.

    Raises:
        ValueError: a key is unknown or missing or a value cannot be; the sentence names the key.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"{TABLE}]: write a table for each scenario (it is {given!r})")
    return {name: _scenario(name, table) for name, table in given.items()}


def _scenario(name: str, table: Any) -> Scenario:
    where = f"{TABLE}.{name}]"
    if name == BASE:
        raise ValueError(f"{where}: base is the forecast itself; choose another name")
    if not isinstance(table, Mapping):
        raise ValueError(f"{where}: write a table with growth, start, months, scope")
    for key in table:
        if key not in WRITTEN:
            near = get_close_matches(str(key), WRITTEN, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"known: {', '.join(WRITTEN)}"
            raise ValueError(f'{where}: there is no "{key}" ({hint})')
    growth, months = table.get("growth"), table.get("months", 12)
    if type(growth) not in (int, float) or not isfinite(growth) or growth < -1:
        raise ValueError(
            f"{where} growth: write a share from -1 up, 0.05 for 5 % (it is {growth!r})"
        )
    if type(months) is not int or months < 1:
        raise ValueError(f"{where} months: write a whole number from 1 up (it is {months!r})")
    scope = table.get("scope", TOTAL)
    if not isinstance(scope, str) or (scope != TOTAL and not all(scope.partition("/"))):
        raise ValueError(f'{where} scope: write "total" or level/key (it is {scope!r})')
    return Scenario(growth, _month(where, table.get("start")), months, scope)


def _month(where: str, given: Any) -> date | None:
    if given is None:
        return None
    if isinstance(given, date):
        return date(given.year, given.month, 1)
    try:
        return datetime.strptime(given, "%Y-%m").date()
    except (TypeError, ValueError):
        raise ValueError(
            f'{where} start: write a month such as "2026-03" (it is {given!r})'
        ) from None


def regions_of(changes: pl.DataFrame, forecast: pl.DataFrame) -> pl.DataFrame:
    """event_id, key of each cause of `changes` that touched one region, where that is forecast.

    `changes` has cause, level, key; `forecast` level, key. Where all sales are of one region the
    total is forecast and no region: what touched it touched the total.
    """
    of_regions = pl.col("level") == "region"
    return (
        changes.filter(of_regions)
        .group_by(pl.col("cause").alias("event_id"))
        .agg(pl.col("key").first(), pl.col("key").n_unique().alias("count"))
        .filter(pl.col("count") == 1)
        .join(forecast.filter(of_regions), on="key", how="semi")
        .drop("count")
    )


def of_measures(measures: pl.DataFrame, coverage: float = 0.80) -> dict[str, Scenario]:
    """Each measure taken again, from the first month forecast, for as long and where it ran.

    `measures` has event_id, lift_share, low and high (shares, bounds that hold with `coverage`),
    and where known month_count, level and key. One without a lift is left out.
    """
    ratio = float(ndtri(0.90) / ndtri((1 + coverage) / 2))
    found = {}
    for row in measures.iter_rows(named=True):
        lift = row["lift_share"]
        if lift is None:
            continue
        level, key = row.get("level") or TOTAL, row.get("key") or TOTAL
        low, high = (
            None if row[side] is None else lift + (row[side] - lift) * ratio
            for side in ("low", "high")
        )
        scope = TOTAL if level == TOTAL else f"{level}/{key}"
        found[row["event_id"]] = Scenario(lift, None, row.get("month_count") or 1, scope, low, high)
    return found


def scenarios_of(forecast: pl.DataFrame, scenarios: Mapping[str, Scenario]) -> pl.DataFrame:
    """The table scenarios: the total month by month under the base and each scenario.

    `forecast` has level, key, month, mean_amount, low_80_amount, high_80_amount. A scenario adds
    growth x the forecast of its series; the total's bounds widen in proportion, and by the bounds
    of the growth where it has some, the two taken as independent: sqrt(a^2 + b^2).
    Columns: scenario, month, mean_amount, low_80_amount, high_80_amount (Decimal).

    Raises:
        ValueError: a scenario speaks of a series or of months that are not forecast.
    """
    total = (
        forecast.filter(pl.col("level") == TOTAL)
        .sort("month")
        .select(
            "month",
            *(pl.col(name).cast(pl.Float64) for name in _AMOUNTS),
        )
    )
    tables = [_named(BASE, total)]
    for name, scenario in scenarios.items():
        level, key = scenario.series
        own = forecast.filter((pl.col("level") == level) & (pl.col("key") == key))
        if own.is_empty():
            raise ValueError(
                f'{TABLE}.{name}] scope: no series "{scenario.scope}" is forecast; '
                "see level and key in the table forecast"
            )
        tables.append(_named(name, _changed(name, total, own, scenario)))
    return pl.concat(tables).with_columns(pl.col(_AMOUNTS).round(2).cast(pl.Decimal(18, 2)))


_AMOUNTS = ["mean_amount", "low_80_amount", "high_80_amount"]


def _named(name: str, months: pl.DataFrame) -> pl.DataFrame:
    return months.select(
        pl.lit(name).alias("scenario"),
        "month",
        *_AMOUNTS,
    )


def _changed(name: str, total: pl.DataFrame, own: pl.DataFrame, scenario: Scenario) -> pl.DataFrame:
    months: list[date] = total["month"].to_list()
    start = scenario.start or months[0]
    last = later(start, scenario.months - 1)
    if last < months[0] or start > months[-1]:
        raise ValueError(
            f"{TABLE}.{name}] start: the forecast speaks of {months[0]:%Y-%m} to "
            f"{months[-1]:%Y-%m}, not of {start:%Y-%m} to {last:%Y-%m}"
        )
    mean = pl.col("mean_amount")
    inside = pl.col("month").is_between(start, last)
    affected = pl.when(inside).then(pl.col("own").fill_null(0)).otherwise(0.0)
    added = affected * scenario.growth
    factor = pl.when(mean != 0).then(1 + added / mean).otherwise(1.0).abs()

    def bound(side: str, growth: float | None, sign: int) -> pl.Expr:
        width = (pl.col(f"{side}_80_amount") - mean).abs() * factor
        doubt = affected * abs((scenario.growth if growth is None else growth) - scenario.growth)
        return mean + added + sign * (width**2 + doubt**2).sqrt()

    sales = own.select("month", pl.col("mean_amount").cast(pl.Float64).alias("own"))
    return total.join(sales, on="month", how="left", maintain_order="left").select(
        "month",
        (mean + added).alias("mean_amount"),
        bound("low", scenario.low, -1).alias("low_80_amount"),
        bound("high", scenario.high, 1).alias("high_80_amount"),
    )
