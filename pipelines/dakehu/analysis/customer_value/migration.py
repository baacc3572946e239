"""From which of the four types customers came since the window before (P8-6)."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.customer_value.window import Period, bought, period_of

ABSENT = "absent"


def earlier_window(
    sales: pl.DataFrame, months: pl.DataFrame, period: Period
) -> tuple[pl.DataFrame, Period] | None:
    """What was known at the end of the window before, and that window; None without one."""
    last = period.previous_last_month
    if last is None:
        return None
    earlier = period_of(months.filter(pl.col("month") <= last), last, period.month_count)
    return bought(sales, earlier), earlier


def moves_of(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Each customer's type in the window before and in this one, or its absence."""
    earlier = before.select("customer_id", from_type="customer_type", previous_amount="net_amount")
    return (
        now.select("customer_id", "net_amount", to_type="customer_type")
        .join(earlier, on="customer_id", how="full", coalesce=True)
        .with_columns(pl.col("from_type", "to_type").fill_null(ABSENT))
    )


def migration_of(moves: pl.DataFrame) -> pl.DataFrame:
    """P8-6: how many customers went from which type to which, and what they buy."""
    return (
        moves.group_by("from_type", "to_type")
        .agg(
            customer_count=pl.len().cast(pl.Int64),
            net_amount=pl.col("net_amount").sum(),
            previous_amount=pl.col("previous_amount").sum(),
        )
        .sort("from_type", "to_type")
    )
