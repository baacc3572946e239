"""What was sold against quotas, over the quota periods that a window holds whole."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl


def ended(quotas: pl.DataFrame, as_of: date, window_months: int) -> pl.DataFrame:
    """The quotas whose period lies in the window and has ended by `as_of`.

    The window is counted in days here, back from `as_of`, because quota periods are dates.
    """
    after = pl.select(pl.lit(as_of + timedelta(days=1)).dt.offset_by(f"-{window_months}mo")).item()
    return quotas.filter((pl.col("period_start") >= after) & (pl.col("period_end") <= as_of))


def attainment(quotas: pl.DataFrame, as_of: date, window_months: int) -> pl.DataFrame:
    """One row per holder over the quota periods inside the window that have ended by `as_of`."""
    holder = ["holder_kind", "holder_id"]
    sums = (
        ended(quotas, as_of, window_months)
        .sort(*holder, "period_start")
        .group_by(holder)
        .agg(
            pl.col("holder_name").last(),
            pl.len().cast(pl.Int64).alias("period_count"),
            (pl.col("net_amount") >= pl.col("target_amount"))
            .sum()
            .cast(pl.Int64)
            .alias("met_count"),
            pl.col("period_start").min(),
            pl.col("period_end").max(),
            pl.col("target_amount", "net_amount").sum(),
        )
        .with_columns((pl.col("net_amount") - pl.col("target_amount")).alias("gap_amount"))
    )
    return sums.with_columns(
        pl.when(pl.col("target_amount") > 0)
        .then(pl.col("net_amount").cast(pl.Float64) / pl.col("target_amount").cast(pl.Float64))
        .alias("attainment")
    ).sort("holder_kind", "attainment", "holder_id", descending=[False, True, False])
