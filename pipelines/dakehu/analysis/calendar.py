"""China's calendar by fiscal month: where the Lunar New Year falls, and how many days are worked.

Dates come from the `holidays` library, offline: the Lunar New Year from 1950 to 2100, make-up
working days for the years that the State Council has announced. Beyond those years only weekends
and the days off that follow from the law count; `is_published` tells them apart.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl

# Days before New Year's Day, days from it on: the holiday itself, the road home, stocking up.
WINDOWS = {
    "lunar_0_7": (0, 7),
    "lunar_0_15": (0, 15),
    "lunar_7_7": (7, 7),
    "lunar_14_7": (14, 7),
    "lunar_20_15": (20, 15),
}
FIRST_YEAR, LAST_YEAR = 1950, 2100
_NEW_YEAR = "Chinese New Year (Spring Festival)"


@cache
def _china() -> dict[date, str]:
    from holidays import country_holidays  # a second to import and fill: only where it is asked

    return country_holidays("CN", years=range(FIRST_YEAR, LAST_YEAR + 1), language="en_US")


@cache
def lunar_new_years() -> dict[int, date]:
    """New Year's Day of the lunar year by the calendar year that it falls into, 1950 to 2100."""
    first: dict[int, date] = {}
    for day in sorted(day for day, name in _china().items() if name.startswith(_NEW_YEAR)):
        first.setdefault(day.year, day)
    return first


@cache
def _makeup_days() -> frozenset[date]:
    return frozenset(_china().weekend_workdays)  # ty: ignore[missing-attribute]


def last_published_year() -> int:
    """The last year whose make-up working days the library knows."""
    return max(day.year for day in _makeup_days())


def fiscal_months(first: date, last: date, closes_on: int = 31) -> pl.DataFrame:
    """Month (its first calendar day), month_start and month_end of the fiscal months first..last.

    A month that closes on the 25th runs from the 26th of the month before to the 25th, and is named
    after its last day.
    """
    month = pl.date_range(first.replace(day=1), last, "1mo", eager=True).alias("month")

    def end(start: pl.Expr) -> pl.Expr:
        return pl.min_horizontal(start.dt.month_end(), start + pl.duration(days=closes_on - 1))

    before = end(pl.col("month").dt.offset_by("-1mo"))
    return pl.DataFrame({"month": month}).with_columns(
        month_start=before + pl.duration(days=1), month_end=end(pl.col("month"))
    )


def working_days(months: pl.DataFrame) -> pl.DataFrame:
    """Working days of China per row of `fiscal_months`.

    Columns: month, working_day_count, makeup_day_count (weekend days worked for a bridge; null
    where none are published yet) and is_published.
    """
    start, end = (months[name].to_numpy() for name in ("month_start", "month_end"))
    after = end + np.timedelta64(1, "D")
    makeup = np.array(sorted(_makeup_days()), dtype="datetime64[D]")
    worked = np.searchsorted(makeup, after) - np.searchsorted(makeup, start)
    days_off = np.array(list(_china()), dtype="datetime64[D]")
    weekdays = np.busday_count(start, after, holidays=days_off)
    return months.select(
        "month",
        working_day_count=pl.Series(weekdays + worked, dtype=pl.Int64),
        makeup_day_count=pl.Series(worked, dtype=pl.Int64),
        is_published=pl.col("month_end").dt.year() <= last_published_year(),
    ).with_columns(makeup_day_count=pl.when("is_published").then("makeup_day_count"))


def regressors(months: pl.DataFrame, closes_on: int = 31) -> pl.DataFrame:
    """Month and one column per name in WINDOWS for every row of `fiscal_months`.

    `lunar_a_b`: the share of the window's days (a before New Year's Day, b from it on) that lie in
    the month, less that calendar month's mean over the years of the calendar; so an effect moves
    sales between months and leaves the season alone. 0 beyond what the calendar knows.
    """
    years = fiscal_months(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 1), closes_on)
    known = [_share(years, before, days).alias(name) for name, (before, days) in WINDOWS.items()]
    lunar = years.select("month", *known).with_columns(
        pl.col(name) - pl.col(name).mean().over(pl.col("month").dt.month()) for name in WINDOWS
    )
    return months.select("month").join(lunar, on="month", how="left").fill_null(0.0)


def _share(months: pl.DataFrame, before: int, days: int) -> pl.Series:
    """Share of the days of each calendar year's window that lie in each month."""
    year = pl.col("month").dt.year()
    new_year = year.replace_strict(lunar_new_years(), default=None, return_dtype=pl.Date)
    first = new_year - pl.duration(days=before)
    last = new_year + pl.duration(days=days - 1)
    frame = months.select(
        start=pl.max_horizontal("month_start", first), end=pl.min_horizontal("month_end", last)
    )
    overlap = (pl.col("end") - pl.col("start")).dt.total_days() + 1
    return frame.select(overlap.clip(lower_bound=0) / (before + days)).to_series()
