"""The customer's own rhythm of orders, and who has been silent beyond it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dakehu.analysis.customer_value.expectation import ROUNDING, next_mean

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

SUMS = ("total", "squares", "count")  # of the own intervals


def rhythm_of(order_days: pl.DataFrame, as_of: date, policy: Policy) -> pl.DataFrame:
    """One row per customer that ever ordered: its usual interval and its silence (P8-5).

    Args:
        order_days: customer_id and order_date, one row per day with an order.
        as_of: the day up to which silence is counted.
        policy: silent is longer than `silence_factor` times the own median interval, longer than
            `silence_floor_days`, and, where the own intervals are `alert_history_min` or more,
            longer than the next one is with `silence_probability`: thrice the median alone would
            call a buyer at random times silent after one interval in eight. Below
            `silence_orders` order days there is no rhythm.

    Returns:
        customer_id, order_day_count, last_order_date, silent_days, usual_interval_days (median,
        null after a single day), is_silent (null where there is no rhythm to judge by) and
        lost_date, the first day of being silent (null for whoever is not).
    """
    same = pl.col("customer_id") == pl.col("customer_id").shift()
    limit = pl.max_horizontal(
        policy.silence_factor * pl.col("usual_interval_days"),
        pl.col("longest_by_chance_days"),
        pl.lit(policy.silence_floor_days, pl.Float64),
    )
    found = (
        order_days.sort("customer_id", "order_date")
        .with_columns(gap=pl.when(same).then(pl.col("order_date").diff().dt.total_days()))
        .group_by("customer_id", maintain_order=True)
        .agg(
            order_day_count=pl.len().cast(pl.Int64),
            last_order_date=pl.col("order_date").last(),
            usual_interval_days=pl.col("gap").median(),
            gaps=pl.col("gap").drop_nulls().tail(policy.alert_history),
        )
        .with_columns(
            total=pl.col("gaps").list.sum(),
            squares=pl.col("gaps").list.eval(pl.element() ** 2).list.sum(),
            count=pl.col("gaps").list.len(),
        )
    )
    return (
        found.with_columns(longest_by_chance_days=_longest_by_chance(found, policy))
        .drop("gaps", "total", "squares", "count")
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
        .drop("longest_by_chance_days")
    )


def _longest_by_chance(sums: pl.DataFrame, policy: Policy) -> pl.Series:
    """Below what the next interval lies with `silence_probability`; null on a short history."""
    total, squares, count = (sums[name].to_numpy().astype(float) for name in SUMS)
    enough = np.flatnonzero(count >= policy.alert_history_min)
    longest = np.full(len(count), np.nan)
    parts = (part[enough] for part in (total, squares, count))
    longest[enough] = next_mean(*parts, 1, policy.silence_probability, ROUNDING)
    return pl.Series(longest).fill_nan(None)
