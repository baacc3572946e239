"""Segments of customers by recency, frequency and value, by a rule that can be read aloud."""

from __future__ import annotations

import math
from statistics import median

import polars as pl

SEGMENTS = ("champions", "loyal", "promising", "occasional", "at_risk", "dormant", "returns_only")


def frequent_from(customers: pl.DataFrame) -> int:
    """Orders in the window from which a customer counts as frequent: the median, at least 2."""
    counts = customers.filter(pl.col("order_count") > 0)["order_count"].to_list()
    return max(2, math.ceil(median(counts))) if counts else 2


def segment(recent_days: int, dormant_days: int, frequent_orders: int) -> pl.Expr:
    """Recency first, then frequency, then value (the class): the first rule that holds counts."""
    often = pl.col("order_count") >= frequent_orders
    return (
        pl.when(pl.col("order_count") == 0)
        .then(pl.lit("returns_only"))
        .when(pl.col("recency_days") > dormant_days)
        .then(pl.lit("dormant"))
        .when(pl.col("recency_days") > recent_days)
        .then(pl.lit("at_risk"))
        .when(often & (pl.col("customer_class") == "A"))
        .then(pl.lit("champions"))
        .when(often)
        .then(pl.lit("loyal"))
        .when(pl.col("customer_class").is_in(["A", "B"]))
        .then(pl.lit("promising"))
        .otherwise(pl.lit("occasional"))
    )


def segment_table(customers: pl.DataFrame) -> pl.DataFrame:
    """Customers and sales of every segment that has any, in the order of `SEGMENTS`."""
    order = pl.DataFrame({"rfm_segment": SEGMENTS, "position": range(len(SEGMENTS))})
    return (
        customers.group_by("rfm_segment")
        .agg(
            customer_count=pl.len().cast(pl.Int64),
            net_amount=pl.col("net_amount").sum(),
            amount_share=pl.col("amount_share").sum(),
        )
        .join(order, on="rfm_segment")
        .sort("position")
        .drop("position")
        .with_columns(customer_share=pl.col("customer_count") / pl.col("customer_count").sum())
    )
