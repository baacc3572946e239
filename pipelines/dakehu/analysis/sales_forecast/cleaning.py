"""History without what will not come again: lifts out, holes filled, level shifts re-levelled."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.measures import Measures
from dakehu.analysis.sales_forecast.scopes import inside, scope_of

LIFT, HOLE, LEVEL_SHIFT = "lift", "hole", "level_shift"
KINDS = (LIFT, HOLE, LEVEL_SHIFT)
LEVELS = {
    "total": pl.lit("total"),
    "region": pl.col("region_id"),
    "product_family": pl.col("family"),
    "region_family": pl.format("{}|{}", "region_id", "family"),
}
CHANGES = {
    "level": pl.String, "key": pl.String, "month": pl.Date, "change_amount": pl.Float64,
    "kind": pl.String, "cause": pl.String,
}  # fmt: skip


def event_changes(
    measures: Measures, scopes: pl.DataFrame, cells: pl.DataFrame
) -> pl.DataFrame:  # fmt: skip
    """What each told event changed, by series and month; only events told apart from nothing.

    A temporary event's months lose what it brought, or get back what it took. A lasting one moves
    all months before it to the new level. Changes of cells add up to those of every level, so that
    cleaned series still add up.

    Args:
        measures: what the events did.
        scopes: event_id, scope_json.
        cells: region_id, product_id, family, month, amount.

    Returns:
        level (total, region, product_family, region_family), key, month, change_amount (to be
        added to history), kind (lift, hole, level_shift) and cause (the event's id).
    """
    parts = [pl.DataFrame(schema=CHANGES)]
    told = measures.details.filter(measures.is_told).join(scopes, on="event_id")
    for row in told.iter_rows(named=True):
        scope = scope_of(row["scope_json"])
        if not scope or "customer" in scope:
            continue
        mine = cells.filter(inside(scope))
        if row["is_lasting"]:
            mine = mine.filter(pl.col("month") < row["first_month"])
            factor, kind = row["effect"], LEVEL_SHIFT
        else:
            mine = mine.filter(pl.col("month").is_between(row["first_month"], row["last_month"]))
            factor = 1 / (1 + row["effect"]) - 1
            kind = LIFT if row["effect"] > 0 else HOLE
        changed = mine.with_columns(
            change_amount=pl.col("amount") * factor,
            kind=pl.lit(kind),
            cause=pl.lit(row["event_id"]),
        )
        parts += [_at(changed, level) for level in LEVELS]
    return pl.concat(parts).sort("cause", *SERIES, "month")


def _at(changed: pl.DataFrame, level: str) -> pl.DataFrame:
    key = LEVELS[level]
    return (
        changed.with_columns(level=pl.lit(level), key=key)
        .group_by("level", "key", "month", "kind", "cause")
        .agg(pl.col("change_amount").sum())
        .select(list(CHANGES))
    )
