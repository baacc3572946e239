"""Targets of the periods that matter now, each compared with the sales that it speaks of."""

from __future__ import annotations

from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.periods import distance, label, later, months_covered, serial

OVER, RUNNING = "over", "running"
SET, PARTS, REGIONS, HOLDERS = "set", "parts", "regions", "holders"
POOLS = {"person": "people", "distributor": "distributors"}

_KEPT = [*SERIES, "key_name", "first_month", "last_month", "target_amount"]


def targets_of(quotas: pl.DataFrame, sales: pl.DataFrame, last_month: date) -> pl.DataFrame:
    """Targets of the periods that run, or ended with `last_month`, per series.

    `quotas` is mart_sales_forecast__quotas; `sales` has level and key of every series with sales,
    from which the regions are known. The periods are those of the quotas and the calendar quarter
    and year of the month after `last_month`. A series' target of a period is the one that was `set`
    for it, else the sum of shorter ones of one length that fill it (`parts`). The total without one
    takes the sum of its `regions`, where each has a target. What people and distributors hold is
    summed too, as the levels people and distributors (`holders`): it speaks of the sales credited
    to them, overlaps with the regions, and is never added to those or to the total. The total's
    calendar quarter and year are there without a target too: what they land at is asked anyway.

    Columns: level, key, key_name, period, first_month, last_month, status (over, running), basis
    and target_amount (Decimal), both missing where there is no target.
    """
    held = _monthly(quotas)
    found = _filled(held, _periods(held, last_month))
    regions = sales.filter(pl.col("level") == "region")["key"].drop_nulls().unique()
    found = pl.concat([found, _from_regions(found, regions), _pooled(found)])
    found = pl.concat([found, _without_target(found, last_month)])
    names = [label(*months) for months in found.select("first_month", "last_month").iter_rows()]
    return found.select(
        *SERIES,
        "key_name",
        pl.Series("period", names, dtype=pl.String),
        "first_month",
        "last_month",
        pl.when(pl.col("last_month") <= last_month)
        .then(pl.lit(OVER))
        .otherwise(pl.lit(RUNNING))
        .alias("status"),
        "basis",
        pl.col("target_amount").cast(pl.Decimal(38, 2)),
    ).sort("first_month", "last_month", *SERIES)


def _monthly(quotas: pl.DataFrame) -> pl.DataFrame:
    """Quotas by fiscal months; of two that mean the same months the later dated one holds."""
    first, last = months_covered(
        pl.col("period_start"), pl.col("period_end"), pl.col("month_end_day")
    )
    return (
        quotas.sort(*SERIES, "period_start", "period_end")
        .with_columns(first_month=first, last_month=last)
        .filter(pl.col("first_month") <= pl.col("last_month"))
        .unique([*SERIES, "first_month", "last_month"], keep="last", maintain_order=True)
        .select(_KEPT)
    )


def _periods(held: pl.DataFrame, last_month: date) -> pl.DataFrame:
    """First and last month of every period that contains the next month or ends with the last."""
    following = later(last_month, 1)
    running = pl.lit(following).is_between("first_month", "last_month")
    relevant = held.filter(running | (pl.col("last_month") == last_month))
    set_for = list(relevant.select("first_month", "last_month").unique().iter_rows())
    return pl.DataFrame(
        sorted({*_calendar(last_month), *set_for}),
        schema={"first_month": pl.Date, "last_month": pl.Date},
        orient="row",
    )


def _calendar(last_month: date) -> list[tuple[date, date]]:
    """The quarter and the year that run after `last_month`."""
    following = later(last_month, 1)
    quarter = later(following, -((following.month - 1) % 3))
    year = following.replace(month=1)
    return [(quarter, later(quarter, 2)), (year, later(year, 11))]


def _without_target(found: pl.DataFrame, last_month: date) -> pl.DataFrame:
    """The total in the calendar quarter and year for which it has no target."""
    span = ["first_month", "last_month"]
    usual = pl.DataFrame(_calendar(last_month), schema=dict.fromkeys(span, pl.Date), orient="row")
    total = {name: pl.lit("total") for name in (*SERIES, "key_name")}
    return (
        usual.join(found.filter(pl.col("level") == "total"), on=span, how="anti")
        .with_columns(**total, target_amount=None, basis=None)
        .select(pl.col(name).cast(kind) for name, kind in found.schema.items())
    )


def _filled(held: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Per period and series the target set for it, else the longest parts that fill it exactly."""
    first, part = serial(pl.col("first_month")), serial(pl.col("part_month"))
    length = serial(pl.col("last_month")) - first + 1
    keys = [*SERIES, "first_month", "last_month"]
    parts = held.rename({"first_month": "part_month", "last_month": "part_end"})
    return (
        periods.join(parts, how="cross")
        .filter(
            pl.col("part_month") >= pl.col("first_month"),
            pl.col("part_end") <= pl.col("last_month"),
        )
        .with_columns(size=serial(pl.col("part_end")) - part + 1, length=length)
        .with_columns(is_aligned=(part - first) % pl.col("size") == 0)
        .group_by(*keys, "size")
        .agg(
            pl.col("key_name").last(),
            pl.col("length").first(),
            pl.len().alias("count"),
            pl.col("is_aligned").all(),
            pl.col("target_amount").sum(),
        )
        .filter("is_aligned", pl.col("count") * pl.col("size") == pl.col("length"))
        .sort(*keys, "size")
        .unique(keys, keep="last", maintain_order=True)
        .with_columns(
            basis=pl.when(pl.col("count") == 1).then(pl.lit(SET)).otherwise(pl.lit(PARTS))
        )
        .select(*_KEPT, "basis")
    )


def _from_regions(found: pl.DataFrame, regions: pl.Series) -> pl.DataFrame:
    span = ["first_month", "last_month"]
    totals = found.filter(pl.col("level") == "total").select(span)
    return (
        found.filter(pl.col("level") == "region")
        .join(totals, on=span, how="anti")
        .group_by(span, maintain_order=True)
        .agg(pl.col("target_amount").sum(), pl.col("key").alias("keys"))
        .filter(
            pl.lit(regions.len() > 0),
            pl.lit(regions.implode()).list.set_difference("keys").list.len() == 0,
        )
        .select(
            pl.lit("total").alias("level"),
            pl.lit("total").alias("key"),
            pl.lit("total").alias("key_name"),
            *span,
            "target_amount",
            pl.lit(REGIONS).alias("basis"),
        )
    )


def _pooled(found: pl.DataFrame) -> pl.DataFrame:
    pool = pl.col("level").replace_strict(POOLS, default=None, return_dtype=pl.String)
    return (
        found.filter(pl.col("level").is_in(list(POOLS)))
        .group_by(pool, "first_month", "last_month", maintain_order=True)
        .agg(pl.col("target_amount").sum())
        .with_columns(key=pl.col("level"), key_name=pl.col("level"), basis=pl.lit(HOLDERS))
        .select(*_KEPT, "basis")
    )


def credited_sales(credited: pl.DataFrame, last_month: date) -> pl.DataFrame:
    """Sales that count towards targets, month by month, a month without sales being zero.

    `credited` is mart_sales_forecast__credited. Adds the levels people and distributors: the sums
    of all that hold a target. Every series runs from its first month to `last_month`.
    Columns: level, key, month, amount (Decimal). To be forecast too: see `holders`.
    """
    known = credited.filter(pl.col("month") <= last_month)
    pool = pl.col("level").replace_strict(POOLS, default=None, return_dtype=pl.String)
    pooled = (
        known.with_columns(pool)
        .drop_nulls("level")
        .group_by("level", pl.col("level").alias("key"), "month")
        .agg(pl.col("net_amount").sum())
    )
    sales = pl.concat([known, pooled.select(known.columns)], how="vertical_relaxed")
    return (
        sales.group_by(SERIES)
        .agg(month=pl.date_range(pl.col("month").min(), pl.lit(last_month), "1mo"))
        .explode("month")
        .join(sales, on=[*SERIES, "month"], how="left")
        .select(*SERIES, "month", amount=pl.col("net_amount").fill_null(0).cast(pl.Decimal(38, 2)))
        .sort(*SERIES, "month")
    )


def holders(sales: pl.DataFrame) -> pl.DataFrame:
    """The series of `credited_sales` that no hierarchy knows, as a history for the models.

    They are the levels person, people and distributors; columns as in a history: level, key,
    key_name, month, amount (float).
    """
    return sales.filter(pl.col("level").is_in(["person", *POOLS.values()])).select(
        *SERIES, pl.col("key").alias("key_name"), "month", pl.col("amount").cast(pl.Float64)
    )


def months_left(first_month: date, last_month: date, known_month: date) -> int:
    """Months of a period that come after `known_month`."""
    start = max(first_month, later(known_month, 1))
    return max(distance(start, last_month) + 1, 0)
