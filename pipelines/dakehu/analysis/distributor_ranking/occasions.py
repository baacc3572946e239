"""When every distributor loads for a good reason: before the Lunar New Year and price rises."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from dakehu.analysis.distributor_ranking.evidence import SIGNS, STATISTICS, signs
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.purchases import lasting
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
LUNAR, RISE = "lunar_new_year", "price_rise"
AFTER = timedelta(days=15)  # the festival ends with the lanterns, and stocks run down again
# First day of the lunar year, by the Chinese calendar (GB/T 33661-2017).
_LUNAR = """
    2000-02-05 2001-01-24 2002-02-12 2003-02-01 2004-01-22 2005-02-09 2006-01-29 2007-02-18
    2008-02-07 2009-01-26 2010-02-14 2011-02-03 2012-01-23 2013-02-10 2014-01-31 2015-02-19
    2016-02-08 2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22
    2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 2029-02-13 2030-02-03 2031-01-23
    2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28 2037-02-15 2038-02-04 2039-01-24
    2040-02-12
"""
LUNAR_NEW_YEARS = tuple(date.fromisoformat(day) for day in _LUNAR.split())


def occasions_of(price_rises: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """occasion, day: the first day of each lunar year, and of each announced price rise."""
    days = LUNAR_NEW_YEARS if policy.lunar_new_year else ()
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
