"""The months that a ranking judges, and those a year before that it compares them with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True)
class Window:
    """The fiscal months judged, first to last.

    `compared_months` of its `months` have a counterpart a year before in the data: fewer where the
    data begins too late. They are the latest ones.
    """

    first: date
    last: date
    months: int
    compared_months: int

    @property
    def within(self) -> pl.Expr:
        """Rows of the window."""
        return pl.col("month").is_between(self.first, self.last)

    @property
    def compared(self) -> pl.Expr:
        """Rows of the months of the window that have a counterpart a year before."""
        return pl.col("month").is_between(back(self.last, self.compared_months - 1), self.last)

    @property
    def year_before(self) -> pl.Expr:
        """Rows of those counterparts."""
        first, last = back(self.last, self.compared_months + 11), back(self.last, 12)
        return pl.col("month").is_between(first, last)

    def earlier(self, company: pl.DataFrame) -> Window | None:
        """The same months a year before, None where the data does not hold all of them."""
        start = company["month"].min()
        first = back(self.first, 12)
        if not isinstance(start, date) or start > first:
            return None
        return Window(first, back(self.last, 12), self.months, _compared(start, first, self.months))


def window_of(company: pl.DataFrame, as_of: date, months: int) -> Window:
    """The window of `months` that ends with the fiscal month of `as_of`.

    `company` has one row per month with sales, none after `as_of`. Its last month may be the
    calendar month after that of `as_of`, where months close early.
    """
    held: list[date] = company["month"].sort().to_list()
    last = max([as_of.replace(day=1), *held[-1:]])
    first = back(last, months - 1)
    start = held[0] if held else first
    return Window(first, last, months, _compared(start, first, months))


def _compared(start: date, first: date, months: int) -> int:
    """Of `months` from `first` on, how many have a counterpart a year before in data from start."""
    earlier = (first.year - start.year) * 12 + first.month - start.month
    return min(max(earlier + months - 12, 0), months)


def back(month: date, months: int) -> date:
    """The first day of the month so many months before."""
    count = month.year * 12 + month.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
