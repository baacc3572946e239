"""Lost sales: what orders say was not delivered, and what stock-outs may have cost (S5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast.series import Policy

MONEY = pl.Decimal(18, 2)


@dataclass(frozen=True)
class LostSales:
    """The two ways of counting overlap, and are never added up.

    `table`, published as lost_sales: month, documented_amount, estimated_amount (null = none known
    of that kind, 0 = known and none lost). `lines`: what the documented ones are. `outages`: what
    was estimated, by product and month.
    """

    table: pl.DataFrame
    lines: pl.DataFrame
    outages: pl.DataFrame


def lost_sales_of(
    lost_lines: pl.DataFrame, outages: pl.DataFrame, months: pl.Series, as_of: date, policy: Policy
) -> LostSales:
    """Lost sales of every month in `months`.

    Args:
        lost_lines: mart_sales_forecast__lost_lines.
        outages: mart_sales_forecast__outages.
        months: the complete fiscal months.
        as_of: the day of the report.
        policy: lost_after_days, outage_cap.
    """
    lines, estimated = _documented(lost_lines, as_of, policy), _estimated(outages, policy)
    table = months.to_frame("month").sort("month")
    for frame, name in ((lines, "documented_amount"), (estimated, "estimated_amount")):
        known = frame.height > 0
        summed = frame.group_by("month").agg(pl.col("lost_amount").sum().alias(name))
        value = pl.col(name).fill_null(0) if known else pl.col(name)
        table = table.join(summed, on="month", how="left").with_columns(value.cast(MONEY))
    return LostSales(table, lines, estimated)


def _documented(lost_lines: pl.DataFrame, as_of: date, policy: Policy) -> pl.DataFrame:
    """Ordered less shipped less still open, at the line's price; ordered anew is not lost.

    What is missing of a line counts as still open until `lost_after_days` past its promised date.
    New orders of the same customer and product make good for the missed lines of a day in order.
    """
    quantity = pl.col("missed_quantity").cast(pl.Float64)
    anew = pl.col("reordered_quantity").cast(pl.Float64)
    day = ["customer_id", "product_id", "order_date"]
    given_up = pl.col("due_date") + pl.duration(days=policy.lost_after_days) <= as_of
    before = quantity.cum_sum().over(day) - quantity
    lost = quantity - (anew - before).clip(lower_bound=0, upper_bound=quantity)
    price = pl.col("net_amount").cast(pl.Float64) / pl.col("quantity").cast(pl.Float64)
    return (
        lost_lines.filter(pl.col("is_cancelled") | given_up)
        .sort(*day, "order_id", "line_no")
        .with_columns(lost_quantity=lost)
        .with_columns(lost_amount=(pl.col("lost_quantity") * price).round(2).cast(MONEY))
        .filter(pl.col("lost_quantity") > 0)
    )


def _estimated(outages: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Mean daily sales in stock times the days out, of a month at most `outage_cap` of its days."""
    outflow = pl.col("sold_amount").cast(pl.Float64) / pl.col("stocked_days")
    days = pl.min_horizontal("out_days", pl.col("month_days") * policy.outage_cap)
    return outages.with_columns(
        lost_amount=(outflow * days).clip(lower_bound=0).round(2).cast(MONEY)
    ).sort("month", "product_id")
