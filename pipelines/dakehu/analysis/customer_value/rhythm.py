"""The customer's own rhythm of orders, and who has been silent beyond it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy


def rhythm_of(order_days: pl.DataFrame, as_of: date, policy: Policy) -> pl.DataFrame:
    """One row per customer that ever ordered: its usual interval and its silence (P8-5).

    Args:
        order_days: customer_id and order_date, one row per day with an order.
        as_of: the day up to which silence is counted.
        policy: silent is longer than `silence_factor` times the own median interval and longer
            than `silence_floor_days`; below `silence_orders` order days there is no rhythm.

    Returns:
        customer_id, order_day_count, last_order_date, silent_days, usual_interval_days (median,
        null after a single day), is_silent (null where there is no rhythm to judge by) and
        lost_date, the first day of being silent (null for whoever is not).
    """
    same = pl.col("customer_id") == pl.col("customer_id").shift()
    limit = pl.max_horizontal(
        policy.silence_factor * pl.col("usual_interval_days"),
        pl.lit(policy.silence_floor_days, pl.Float64),
    )
    return (
        order_days.sort("customer_id", "order_date")
        .with_columns(gap=pl.when(same).then(pl.col("order_date").diff().dt.total_days()))
        .group_by("customer_id", maintain_order=True)
        .agg(
            order_day_count=pl.len().cast(pl.Int64),
            last_order_date=pl.col("order_date").last(),
            usual_interval_days=pl.col("gap").median(),
        )
        .with_columns(silent_days=(pl.lit(as_of) - pl.col("last_order_date")).dt.total_days())
        .with_columns(
            is_silent=pl.when(pl.col("order_day_count") >= policy.silence_orders).then(
                pl.col("silent_days") > limit
            )
        )
        .with_columns(
            lost_date=pl.when("is_silent").then(
                pl.col("last_order_date") + pl.duration(days=limit.floor().cast(pl.Int64) + 1)
            )
        )
    )
