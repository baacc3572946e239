"""How sales moved from one window to the next: who is new, who rose, who fell, who was lost."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.customer_window import Period, growth


def movers_of(known: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Every customer of either window and what it did: new, returned, riser, faller, lost, same."""
    bought, bought_before = pl.col("order_count") > 0, pl.col("previous_orders") > 0
    change = pl.col("change_amount")
    kind = (
        pl.when(bought & ~bought_before & (pl.col("first_order_date") >= period.first_month))
        .then(pl.lit("new"))
        .when(bought & ~bought_before)
        .then(pl.lit("returned"))
        .when(bought_before & ~bought)
        .then(pl.lit("lost"))
        .when(change > 0)
        .then(pl.lit("riser"))
        .when(change < 0)
        .then(pl.lit("faller"))
        .otherwise(pl.lit("same"))
    )
    frame = known.filter(pl.col("is_in_window") | pl.col("is_in_previous"))
    return (
        (frame if period.has_previous else frame.clear())
        .with_columns(change_amount=pl.col("net_amount") - pl.col("previous_amount"))
        .with_columns(kind=kind, growth=growth())
        .sort("change_amount", "customer_id", descending=[True, False])
        .select(
            "customer_id",
            "customer_name",
            "kind",
            "net_amount",
            "previous_amount",
            "change_amount",
            "growth",
        )
    )


def bridge_of(movers: pl.DataFrame) -> pl.DataFrame:
    """How many customers of each kind changed the sales by how much; adds up to the difference."""
    return (
        movers.group_by("kind")
        .agg(
            customer_count=pl.len().cast(pl.Int64),
            change_amount=pl.col("change_amount").sum(),
            previous_amount=pl.col("previous_amount").sum(),
        )
        .sort("kind")
    )


def lost_of(known: pl.DataFrame, movers: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Customers that ordered in the previous window and not in this one, dearest first.

    `usual_interval_days` is the mean time between a customer's orders over its whole history;
    `lost_amount` is what it bought in the previous window.
    """
    lost = movers.filter(pl.col("kind") == "lost").select("customer_id")
    span = (pl.col("last_order_date") - pl.col("first_order_date")).dt.total_days()
    gaps = pl.col("all_orders") - 1
    return (
        known.join(lost, on="customer_id", how="semi")
        .with_columns(
            silent_days=(pl.lit(period.as_of) - pl.col("last_order_date")).dt.total_days(),
            usual_interval_days=pl.when(gaps > 0).then(span / gaps),
            lost_amount=pl.col("previous_amount"),
        )
        .sort("lost_amount", "customer_id", descending=[True, False])
        .select(
            "customer_id",
            "customer_name",
            "last_order_date",
            "silent_days",
            "usual_interval_days",
            "lost_amount",
        )
    )
