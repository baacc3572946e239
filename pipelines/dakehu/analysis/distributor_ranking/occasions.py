"""When every distributor loads for a good reason: before the Lunar New Year and price rises."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from dakehu.analysis.calendar import lunar_new_years
from dakehu.analysis.distributor_ranking.evidence import SIGNS, STATISTICS, signs
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.purchases import lasting
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
LUNAR, RISE = "lunar_new_year", "price_rise"
AFTER = timedelta(days=15)  # the festival ends with the lanterns, and stocks run down again


def occasions_of(price_rises: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """occasion, day: the first day of each lunar year, and of each announced price rise."""
    days = list(lunar_new_years().values()) if policy.lunar_new_year else []
    lunar = pl.DataFrame({"day": pl.Series(days, dtype=pl.Date)}).select(
        occasion=pl.lit(LUNAR), day="day"
    )
    rises = price_rises.select(occasion=pl.lit(RISE), day="start_date")
    return pl.concat([lunar, rises]).sort("day", "occasion")


def with_occasions(months: pl.DataFrame, occasions: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`months` with occasion (why its last days were loaded) and is_distorted (no ordinary month).

    Goods are bought ahead in the `occasion_days` before the day: they explain the end of a month
    that holds half of its late days. A month that holds any of them, or of the days after, is not
    ordinary.
    """
    spans = months.select("month", "month_start", "month_end").unique()
    ahead = pl.col("day") - pl.duration(days=policy.occasion_days)
    late = pl.col("month_end") - pl.duration(days=policy.late_days - 1)
    pairs = spans.join(occasions, how="cross").filter(
        (pl.col("month_end") >= ahead) & (pl.col("month_start") < pl.col("day") + AFTER)
    )
    eve = pl.col("day") - pl.duration(days=1)
    overlap = pl.min_horizontal("month_end", eve) - pl.max_horizontal(late, ahead)
    near = pairs.group_by("month").agg(
        occasion=pl.col("occasion")
        .filter(overlap.dt.total_days() + 1 >= policy.late_days / 2)
        .first(),
        is_distorted=pl.lit(True),
    )
    return months.join(near, on="month", how="left").with_columns(
        pl.col("is_distorted").fill_null(False)
    )


def loads_before(
    days: pl.DataFrame, occasions: pl.DataFrame, window: Window, policy: Policy
) -> pl.DataFrame:
    """Benign signs: daily purchases before an occasion against those of the year before them.

    The month is that of the day before the occasion.
    """
    bought = lasting(days, policy).select(
        KEY, "order_date", amount=pl.col("bought_amount").cast(pl.Float64)
    )
    starts = bought.group_by(KEY).agg(first=pl.col("order_date").min())
    length = policy.occasion_days
    gap = (pl.col("day") - pl.col("order_date")).dt.total_days()
    eve = (pl.col("day") - pl.duration(days=1)).dt.truncate("1mo")
    begun = (pl.col("day") - pl.col("first")).dt.total_days()
    near = occasions.with_columns(month=eve).filter(window.within)
    rates = (
        near.join(bought, how="cross")
        .filter(gap.is_between(1, 365 + length))
        .join(starts, on=KEY)
        .filter(begun >= 365 + length)
        .group_by(KEY, "occasion", "day", "month")
        .agg(
            ahead=pl.col("amount").filter(gap <= length).sum() / length,
            usual=pl.col("amount").filter(gap > length).sum() / 365,
        )
        .with_columns(value=pl.col("ahead") / pl.when(pl.col("usual") > 0).then("usual"))
        .filter(pl.col("value") > policy.occasion_line)
        .sort(KEY, "day")
    )
    parts = [
        signs(
            rates.filter(pl.col("occasion") == name), "hoarding", f"{name}_load",
            policy.occasion_line, STATISTICS, "orders", is_benign=True,
        )
        for name in (LUNAR, RISE)
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(schema=SIGNS), *parts])
