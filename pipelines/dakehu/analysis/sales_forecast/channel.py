"""What distributors' customers really took, month by month, where loading hides it."""

from __future__ import annotations

import polars as pl

SELL_OUT, SMOOTHED = "sell_out", "smoothed_sell_in"
LEAST_REPORTED_MONTHS = 12


def channel_demand(channel: pl.DataFrame) -> pl.DataFrame:
    """Demand behind each distributor's purchases, at our prices, and what it rests on.

    `channel` is mart_sales_forecast__channel. A month that a distributor reported whole is its
    sell-out, brought to our prices by its own sell-in over sell-out in all months that it
    reported: over a year and more what comes in goes out. That needs twelve reported months. Any
    other month is its sell-in smoothed over the quarter: the mean of the quarter's months so far.
    Columns: distributor_id, month, sell_in_amount, demand_amount (float), basis (sell_out,
    smoothed_sell_in), loading_amount (sell-in less demand; positive = loaded).
    """
    amounts = channel.with_columns(
        pl.col("sell_in_amount", "sell_out_amount").cast(pl.Float64)
    ).sort("distributor_id", "month")
    reported = pl.col("is_reported")
    came_in = pl.col("sell_in_amount").filter(reported).sum().over("distributor_id")
    went_out = pl.col("sell_out_amount").filter(reported).sum().over("distributor_id")
    is_usable = (
        reported
        & (reported.sum().over("distributor_id") >= LEAST_REPORTED_MONTHS)
        & (came_in > 0)
        & (went_out > 0)
    )
    quarter = pl.col("month").dt.truncate("1q")
    smooth = pl.col("sell_in_amount").mean().over("distributor_id", quarter)
    return amounts.select(
        "distributor_id",
        "month",
        "sell_in_amount",
        pl.when(is_usable)
        .then(pl.col("sell_out_amount") * came_in / went_out)
        .otherwise(smooth)
        .alias("demand_amount"),
        pl.when(is_usable).then(pl.lit(SELL_OUT)).otherwise(pl.lit(SMOOTHED)).alias("basis"),
    ).with_columns((pl.col("sell_in_amount") - pl.col("demand_amount")).alias("loading_amount"))
