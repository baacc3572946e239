"""How sales moved from one window to the next: who is new, who rose, who fell, who was lost."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.customer_value.window import Period, growth


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
