"""What distributors bought by month: how much of it early and late, and what it did downstream."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.policy import Policy

KEY = "distributor_id"
QUARTER = 3


def lasting(days: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Purchases without those of products just launched, which fill shelves that were empty."""
    launched = pl.col("order_date").is_between(
        pl.col("launch_date"),
        pl.col("launch_date") + pl.duration(days=policy.launch_days),
        closed="left",
    )
    return days.filter(~launched)


def months_of(days: pl.DataFrame, as_of: date, policy: Policy) -> pl.DataFrame:
    """One row per distributor and whole month since its first purchase.

    Columns: distributor_id, month, month_start, month_end, day_count, sell_in_amount (less
    returns), late_share, late_index and early_index (share of the month's purchases in its last
    `late_days`, or first `payback_days`, against an even flow; launches left out; null in a month
    without purchases), late_weight (purchases of its last days in those of its quarter),
    returned_share (of the purchases, given back in the two months after).
    """
    amount = pl.col("bought_amount").cast(pl.Float64)
    late = pl.col("order_date") > pl.col("month_end") - pl.duration(days=policy.late_days)
    early = pl.col("order_date") < pl.col("month_start") + pl.duration(days=policy.payback_days)
    flow = (
        lasting(days, policy)
        .group_by(KEY, "month")
        .agg(
            flow=amount.sum(),
            late_amount=amount.filter(late).sum(),
            early_share=amount.filter(early).sum() / amount.sum(),
        )
        .filter(pl.col("flow") > 0)
    )
    net = (pl.col("bought_amount") - pl.col("returned_amount")).sum()
    whole = days.group_by(KEY, "month").agg(
        sell_in_amount=net, bought=amount.sum(), back=pl.col("returned_amount").sum()
    )
    length = (pl.col("month_end") - pl.col("month_start")).dt.total_days() + 1
    late_share = pl.col("late_amount") / pl.col("flow")
    quarter = pl.col("flow").sum().over(KEY, pl.col("month").dt.truncate("1q"))
    back = pl.col("back").cast(pl.Float64).fill_null(0)
    returned = back.shift(-1).over(KEY) + back.shift(-2).over(KEY)
    return (
        _grid(days, as_of)
        .join(whole, on=[KEY, "month"], how="left")
        .join(flow, on=[KEY, "month"], how="left")
        .sort(KEY, "month")
        .select(
            KEY,
            "month",
            "month_start",
            "month_end",
            day_count=length,
            sell_in_amount=pl.col("sell_in_amount").fill_null(0),
            late_share=late_share,
            late_index=late_share * length / policy.late_days,
            late_weight=pl.col("late_amount").fill_null(0) / pl.when(quarter > 0).then(quarter),
            early_index=pl.col("early_share") * length / policy.payback_days,
            returned_share=returned / pl.when(pl.col("bought") > 0).then("bought"),
        )
    )


def _grid(days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Every distributor in every whole month since its first, bought or not."""
    months = days.select("month", "month_start", "month_end").unique()
    starts = days.group_by(KEY).agg(first=pl.col("month").min())
    return (
        starts.join(months.filter(pl.col("month_end") <= as_of), how="cross")
        .filter(pl.col("month") >= pl.col("first"))
        .drop("first")
    )


def with_stock(months: pl.DataFrame, read: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """`months` with stock_days, sell_in_over_sell_out, receivables_index; null where not known.

    Sell-out is that of three months, all of them reported, at what the distributor paid for the
    goods; the receivables index is the ratio of debts to purchases against the quarter before.
    """
    told = read["coverage"].filter("is_reported").select(KEY, "month", told=pl.lit(True))
    stock = read["stock"].select(KEY, "month", "stock_amount", "sold_cost_amount")
    owed = read["ledger"].select(
        KEY, "month", moved=(pl.col("invoiced_amount") - pl.col("received_amount"))
    )
    frame = months
    for part in (told, stock, owed):
        frame = frame.join(part, on=[KEY, "month"], how="left")
    frame = frame.sort(KEY, "month")
    sold = pl.when("told").then(pl.col("sold_cost_amount").cast(pl.Float64).fill_null(0))
    bought, length = pl.col("sell_in_amount").cast(pl.Float64), pl.col("day_count")
    sold_3, bought_3, days_3 = (_three(one) for one in (sold, bought, length))
    open_amount = pl.col("moved").cast(pl.Float64).fill_null(0).cum_sum().over(KEY)
    pace = open_amount / pl.when(bought_3 > 0).then(bought_3)
    earlier = pace.shift(QUARTER).over(KEY)
    has_ledger = pl.col("moved").is_not_null().any().over(KEY)
    some = pl.when(sold_3 > 0).then(sold_3)
    return frame.with_columns(
        stock_days=pl.col("stock_amount").cast(pl.Float64) * days_3 / some,
        sell_in_over_sell_out=bought_3 / some,
        receivables_index=pl.when(has_ledger).then(pace / pl.when(earlier > 0).then(earlier)),
    ).drop("told", "stock_amount", "sold_cost_amount", "moved")


def _three(values: pl.Expr) -> pl.Expr:
    """Sum of a month and the two before; null unless all three are known."""
    return values.rolling_sum(QUARTER, min_samples=QUARTER).over(KEY)
