"""Alerts on when a customer orders: at stretched intervals, or no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dakehu.analysis.customer_value.alert_book import A_YEAR, YEAR_DAYS, Book, fired
from dakehu.analysis.customer_value.expectation import ROUNDING, next_mean

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

NEVER = 1 << 30
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Orders:
    """A row per order day, customers one after the other, days counted from 1970.

    `place` counts a customer's order days from 0; `after` is its next one, NEVER behind the last.
    `gaps` and `squares` are running sums over all rows of the days since the one before.
    `year_amount` is what the customer bought in the year up to the day.
    """

    customer: np.ndarray
    day: np.ndarray
    place: np.ndarray
    after: np.ndarray
    gaps: np.ndarray
    squares: np.ndarray
    year_amount: np.ndarray

    def until(self, day: np.ndarray, row: np.ndarray) -> np.ndarray:
        """How many rows stand before those that the customer of `row` has behind `day`."""
        return np.searchsorted(
            _key(self.customer, self.day), _key(self.customer[row], day), "right"
        )

    def mean(self, row: np.ndarray, recent: int, history: int) -> np.ndarray:
        """The mean gap of the history behind `expected`."""
        count, total, _ = self._history(row, recent, history)
        return total / count

    def expected(
        self, row: np.ndarray, recent: int, following: int, probability: float, history: int
    ) -> np.ndarray:
        """Below what the mean of `following` gaps lies, by at most `history` gaps.

        These are the last ones up to `row`, without the `recent` last of them.
        """
        count, *sums = self._history(row, recent, history)
        return next_mean(*sums, count, following, probability, ROUNDING)

    def _history(self, row: np.ndarray, recent: int, history: int) -> tuple[np.ndarray, ...]:
        count, end = np.minimum(self.place[row] - recent, history), row - recent + 1
        return count, *(kept[end] - kept[end - count] for kept in (self.gaps, self.squares))


def orders_of(book: Book) -> Orders:
    """The order days of a block."""
    customer = book.days["customer"].to_numpy()
    day = book.days["order_date"].to_physical().to_numpy().astype(np.int64)
    size = len(customer)
    is_first = np.diff(customer, prepend=-1) != 0
    first = np.maximum.accumulate(np.where(is_first, np.arange(size), 0))
    gap = np.where(is_first, 0, np.diff(day, prepend=0)).astype(float)
    spent = np.append(0.0, np.cumsum(book.days["net_amount"].cast(pl.Float64).to_numpy()))
    year_ago = np.searchsorted(_key(customer, day), _key(customer, day - YEAR_DAYS), side="right")
    return Orders(
        customer=customer,
        day=day,
        place=np.arange(size) - first,
        after=np.append(np.where(is_first, NEVER, day)[1:], [NEVER] * (size > 0)),
        gaps=np.append(0.0, np.cumsum(gap)),
        squares=np.append(0.0, np.cumsum(gap**2)),
        year_amount=spent[1:] - spent[year_ago],
    )


def _key(customer: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Customer and day in one number that keeps their order."""
    return customer * NEVER + day


def silence(orders: Orders, book: Book, policy: Policy) -> tuple[pl.DataFrame, int]:
    """No order for longer than the customer's own intervals let expect, and than the floor.

    The bound is the upper end for one interval, by the last `alert_history` of them; below
    `alert_history_min` there is none. It is looked at every day: the alert is dated on the first
    day beyond the bound and ends with the next order, or a year after the last. What it warns of
    has come when no order follows within `alert_outcome_months`.

    Returns:
        One row per alert (the columns of `alert_book.runs_of`), and how many customers with an
        order in the last year could be judged.
    """
    last, tail, history = book.ends[-1], (1 - policy.alert_coverage) / 2, policy.alert_history
    row = np.flatnonzero(orders.place >= policy.alert_history_min)
    end = np.minimum(orders.after, orders.day + YEAR_DAYS + 1)
    watched = int(((orders.after[row] > last) & (end[row] > last)).sum())
    row = row[np.minimum(end[row], last + 1) - orders.day[row] > policy.silence_floor_days]
    high = orders.expected(row, 0, 1, 1 - tail, history)
    limit = np.maximum(high, policy.silence_floor_days)
    start = orders.day[row] + np.floor(limit).astype(np.int64) + 1
    pick = np.flatnonzero((start < end[row]) & (start <= last))
    row, start, high = row[pick], start[pick], limit[pick]
    day, after, end = orders.day[row], orders.after[row], end[row]
    low = orders.expected(row, 0, 1, tail, history)
    horizon = start + policy.alert_outcome_months * YEAR_DAYS // A_YEAR
    amount = orders.year_amount[row]
    return pl.DataFrame(
        {
            "customer": orders.customer[row],
            "value": (start - day).astype(float),
            "expected_low": low,
            "expected_high": high,
            "amount_at_stake": amount,
            "has_come": after > horizon,
            "latest_value": (np.minimum(end - 1, last) - day).astype(float),
            "latest_expected_low": low,
            "latest_expected_high": high,
            "latest_amount_at_stake": amount,
            "alert_date": _dates(start),
            "ended_date": _dates(end),
            "is_over": horizon <= last,
        }
    ).with_columns(
        family=pl.lit(None, pl.String),
        has_come=pl.when("is_over").then("has_come"),
        ended_date=pl.when(pl.col("ended_date") <= EPOCH + timedelta(int(last))).then("ended_date"),
    ).drop("is_over"), watched


def _dates(days: np.ndarray) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)


def interval(orders: Orders, book: Book, policy: Policy) -> tuple[pl.DataFrame, int]:
    """The last `alert_gaps` intervals longer than those before them let expect (P9-4).

    The interval expected is that of their mean, by the `alert_history` intervals before. It stands
    until the next order, or until the customer counts as silent. What it warns of has come when the
    orders of the next `alert_outcome_months` are fewer than one per upper end.

    Returns:
        The month ends it fired at (`alert_book.FIRED`), and how many customers with an order in the
        last year could be judged.
    """
    recent, last, history = policy.alert_gaps, book.ends[-1], policy.alert_history
    tail = (1 - policy.alert_coverage) / 2
    row = np.flatnonzero(orders.place >= policy.alert_history_min + recent)
    watched = int(((orders.after[row] > last) & (orders.day[row] + YEAR_DAYS >= last)).sum())
    value = (orders.gaps[row + 1] - orders.gaps[row + 1 - recent]) / recent
    high = orders.expected(row, recent, recent, 1 - tail, history)
    long = np.flatnonzero(value > high)
    row, value, high = row[long], value[long], high[long]
    limit = np.maximum(orders.expected(row, 0, 1, 1 - tail, history), policy.silence_floor_days)
    until = np.minimum(orders.day[row] + np.minimum(limit, YEAR_DAYS), orders.after[row] - 1)
    # The month ends at which each of these orders was the last one, and silence not yet begun.
    at = np.searchsorted(book.ends, orders.day[row])
    repeats = np.maximum(np.searchsorted(book.ends, until, "right") - at, 0)
    pick = np.repeat(np.arange(len(row)), repeats)
    at = at[pick] + np.arange(len(pick)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    row, value, high = row[pick], value[pick], high[pick]
    later = at + policy.alert_outcome_months
    end = book.ends[np.minimum(later, book.month_count - 1)]
    count = orders.until(end, row) - orders.until(book.ends[at], row)
    frame = fired(
        orders.customer[row],
        at,
        value,
        orders.expected(row, recent, recent, tail, history),
        high,
        orders.year_amount[row] * (1 - orders.mean(row, recent, history) / value),
        count < (end - book.ends[at]) / high,
        later < book.month_count,
    )
    return frame, watched
