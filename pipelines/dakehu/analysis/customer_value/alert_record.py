"""What past alerts came to: how many were false, and how early they warned of those that left."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.proportion import wilson

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy


def leads_of(alerts: pl.DataFrame, lost: pl.DataFrame, since: date | None) -> pl.DataFrame:
    """For each customer lost by silence after `since`, the alert that warned of it first.

    Counted are the alerts that stood on the day it was counted as lost, or began later: one that
    had ended by then did not warn of it.

    Args:
        alerts: customer_id, kind, alert_date, ended_date.
        lost: `retention.lost_of`; whoever has no `lost_date` had no rhythm to be lost by.
        since: the first day whose alerts are known.

    Returns:
        customer_id, customer_name, lost_date, lost_amount, and of the first alert alert_date, kind
        and `lead_days` (below zero where it came after); null where there was none.
    """
    left = lost.filter(pl.col("lost_date") > pl.lit(since, pl.Date)).select(
        "customer_id", "customer_name", "lost_date", "lost_amount"
    )
    first = (
        alerts.join(left, on="customer_id")
        .filter(pl.col("ended_date").is_null() | (pl.col("ended_date") > pl.col("lost_date")))
        .sort("customer_id", "alert_date", "kind")
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", "alert_date", "kind")
    )
    return left.join(first, on="customer_id", how="left", maintain_order="left").with_columns(
        lead_days=(pl.col("lost_date") - pl.col("alert_date")).dt.total_days()
    )


def record_of(
    alerts: pl.DataFrame,
    leads: pl.DataFrame,
    watched: dict[str, int | None],
    since: date | None,
    before: date | None,
    policy: Policy,
) -> pl.DataFrame:
    """One row per kind in `watched`: what stands, what fired, and which share was false.

    Args:
        alerts: kind, alert_date, ended_date, has_come.
        leads: `leads_of`.
        watched: how many customers each kind could judge; null where nobody counts.
        since: the day after which the review begins.
        before: the month end before the last, after which an alert is new.
        policy: `alert_coverage` is that of the interval of the false share, too.
    """
    day, standing = pl.col("alert_date"), pl.col("ended_date").is_null()
    reviewed = day > pl.lit(since, pl.Date)
    outcome = pl.col("has_come").filter(reviewed)
    counts = alerts.group_by("kind").agg(
        standing_count=standing.sum(),
        new_count=(standing & (day > pl.lit(before, pl.Date))).sum(),
        fired_count=reviewed.sum(),
        judged_count=outcome.count(),
        false_count=(~outcome).sum(),
    )
    warned = (
        leads.filter(pl.col("lead_days") > 0)
        .group_by("kind")
        .agg(warned_count=pl.len(), median_lead_days=pl.col("lead_days").median())
    )
    kinds = pl.DataFrame(
        {"kind": list(watched), "watched_count": list(watched.values())},
        schema={"kind": pl.String, "watched_count": pl.Int64},
    )
    low, high = wilson(pl.col("false_count"), pl.col("judged_count"), policy.alert_coverage)
    numbers = [*counts.columns[1:], "warned_count"]
    return (
        kinds.join(counts, on="kind", how="left", maintain_order="left")
        .join(warned, on="kind", how="left", maintain_order="left")
        .with_columns(pl.col(numbers).fill_null(0).cast(pl.Int64))
        .with_columns(
            false_share=pl.col("false_count")
            / pl.when(pl.col("judged_count") > 0).then("judged_count"),
            false_low_share=low,
            false_high_share=high,
        )
        .select(
            "kind",
            "watched_count",
            "standing_count",
            "new_count",
            "fired_count",
            "judged_count",
            "false_count",
            "false_share",
            "false_low_share",
            "false_high_share",
            "warned_count",
            "median_lead_days",
        )
    )
