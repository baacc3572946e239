"""Fiscal months and periods of them: which month a day belongs to, and what a period is called."""

from __future__ import annotations

from datetime import date

import polars as pl


def later(month: date, count: int) -> date:
    """The first day of the month `count` months after `month`; a negative count goes back."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def distance(first: date, last: date) -> int:
    """Months from `first` to `last`, 0 where they are the same."""
    return (last.year - first.year) * 12 + last.month - first.month


def serial(month: pl.Expr) -> pl.Expr:
    """A month as a running number, so that months can be subtracted."""
    return month.dt.year().cast(pl.Int64) * 12 + month.dt.month().cast(pl.Int64)


def label(first: date, last: date) -> str:
    """What a period of fiscal months is called: 2026, 2026-Q1, 2026-03, else 2025-07/2026-06."""
    count = distance(first, last) + 1
    if count == 1:
        return f"{first:%Y-%m}"
    if count == 12 and first.month == 1:
        return f"{first:%Y}"
    if count == 3 and first.month % 3 == 1:
        return f"{first:%Y}-Q{first.month // 3 + 1}"
    return f"{first:%Y-%m}/{last:%Y-%m}"


def month_end(month: pl.Expr, end_day: pl.Expr) -> pl.Expr:
    """The day on which a fiscal month closes: `end_day`, or the month's last day before it."""
    return pl.min_horizontal(month.dt.month_end(), month + pl.duration(days=end_day - 1))


def month_of(day: pl.Expr, end_day: pl.Expr) -> pl.Expr:
    """The fiscal month of a day, as the first day of the calendar month that names it.

    `end_day` closes a month, 31 for calendar months: with 25, the 26th of March is April's.
    """
    own = day.dt.truncate("1mo")
    return pl.when(day > month_end(own, end_day)).then(own.dt.offset_by("1mo")).otherwise(own)


def months_covered(start: pl.Expr, end: pl.Expr, end_day: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """First and last fiscal month that lie in a span of days with more than half of their days.

    Quotas are often dated by calendar months where books close on the 25th; such a quarter means
    the fiscal quarter, although it cuts a few days off one month and adds a few of another.
    """

    def bounds(month: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
        before = month_end(month.dt.offset_by("-1mo"), end_day)
        return before + pl.duration(days=1), month_end(month, end_day)

    def days(first: pl.Expr, last: pl.Expr) -> pl.Expr:
        return (last - first).dt.total_days() + 1

    first, last = month_of(start, end_day), month_of(end, end_day)
    opens, closes = bounds(first)
    first_month = (
        pl.when(days(start, closes) * 2 > days(opens, closes))
        .then(first)
        .otherwise(first.dt.offset_by("1mo"))
    )
    opens, closes = bounds(last)
    last_month = (
        pl.when(days(opens, end) * 2 > days(opens, closes))
        .then(last)
        .otherwise(last.dt.offset_by("-1mo"))
    )
    return first_month, last_month
