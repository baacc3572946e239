"""Alerts on what a customer buys: less than its own history lets expect, or other families."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dakehu.analysis.customer_value.alert_book import (
    A_YEAR,
    FIRED,
    Book,
    between,
    fired,
    grid_of,
    running,
)
from dakehu.analysis.customer_value.expectation import Parts, next_mean, next_share

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

NOTHING = pl.DataFrame(schema=FIRED)


def volume(book: Book, policy: Policy) -> tuple[pl.DataFrame, int]:
    """Sales of the last `alert_months` below the interval expected from the months before (P9-4).

    The history is the `alert_history` months before these, from the customer's first month on, with
    sales in at least `alert_history_min` of them. Months without sales make a history lumpier than
    the interval knows, and whoever has just enough months with sales had them by luck in part; so
    the alert also asks that no stretch of the history came to as little. What it warns of has come
    when the next `alert_outcome_months` stay below what the same history lets expect of them.

    Returns:
        The month ends it fired at (`alert_book.FIRED`), and how many customers it could judge at
        the last month end.
    """
    window, later = policy.alert_months, policy.alert_outcome_months
    active, squares = running(book.sales > 0), running(book.sales**2)
    first = np.where(active[:, -1] > 0, np.argmax(book.sales > 0, axis=1), book.month_count)
    end = np.arange(book.month_count) - window + 1
    start = np.maximum(first[:, None], end - policy.alert_history)
    row, at = np.nonzero(end - start >= policy.alert_history_min)
    spans = row, start[row, at], end[at]
    watched = between(active, *spans) >= policy.alert_history_min
    row, start, end, at = (values[watched] for values in (*spans, at))
    row_count = int((at == book.month_count - 1).sum())
    tail = (1 - policy.alert_coverage) / 2
    value = between(book.total, row, end, at + 1)
    pick = np.flatnonzero(value < _expected(book, squares, row, start, end, window, tail))
    pick = pick[value[pick] < _least(book.total, row[pick], start[pick], end[pick], window)]
    row, start, end, at, value = (values[pick] for values in (row, start, end, at, value))
    low, high = (
        _expected(book, squares, row, start, end, window, end_of) for end_of in (tail, 1 - tail)
    )
    mean = window * between(book.total, row, start, end) / (end - start)
    reached = between(book.total, row, at + 1, np.minimum(at + 1 + later, book.month_count))
    has_come = reached < _expected(book, squares, row, start, end, later, tail)
    is_over = at + later < book.month_count
    return fired(row, at, value, low, high, mean - value, has_come, is_over), row_count


def _expected(
    book: Book,
    squares: np.ndarray,
    row: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    months: int,
    probability: float,
) -> np.ndarray:
    """Below what so many months together lie, by the months from `start` to `end`."""
    sums = between(book.total, row, start, end), between(squares, row, start, end)
    return months * next_mean(*sums, end - start, months, probability)


def _least(
    total: np.ndarray, row: np.ndarray, start: np.ndarray, end: np.ndarray, window: int
) -> np.ndarray:
    """The smallest sum of `window` months in a row between `start` and `end`."""
    least = np.full(len(row), np.inf)
    for back in range(int((end - start).max(initial=0)) - window + 1):
        last = np.maximum(end - back, start + window)
        least = np.minimum(least, between(total, row, last - window, last))
    return least


def mix_shift(book: Book, policy: Policy) -> tuple[pl.DataFrame, int]:
    """A product family's share of purchases below that of the year before, beyond chance (P11-1).

    Judged are customers that bought in half of `alert_history_min` months of either year, and in
    several families; chance is divided by their number, so that a customer of many families does
    not alert more often. The family that lost most is named. What it warns of has come when the
    share of the next `alert_outcome_months` stays below the interval.

    Returns:
        As `volume`.
    """
    # Whoever never bought in so many months is left out before the grids are laid.
    often = book.families.group_by("customer").agg(months=pl.col("at").n_unique())
    often = often.filter(pl.col("months") >= policy.alert_history_min)
    cells = book.families.join(often, on="customer", how="semi")
    pairs = cells.select("customer", "family").unique().sort("customer", "family")
    if pairs.is_empty():
        return NOTHING, 0
    cells = cells.join(pairs.with_row_index("pair"), on=["customer", "family"])
    amount, at = cells["net_amount"].cast(pl.Float64).to_numpy(), cells["at"].to_numpy()
    customer, number = np.unique(pairs["customer"].to_numpy(), return_inverse=True)
    pair = cells["pair"].to_numpy()
    bought = grid_of(pair, at, amount, (pairs.height, book.month_count))
    total = grid_of(number[pair], at, amount, (len(customer), book.month_count))[number]
    customer = customer[number]
    sums = [
        running(grid) for grid in (bought, total, bought**2, bought * total, total**2, total > 0)
    ]
    found, watched = [], 0
    for month in range(2 * A_YEAR - 1, book.month_count):
        rows, watched = _shifted(sums, customer, pairs["family"], month, policy)
        found.append(rows)
    return (pl.concat(found) if found else NOTHING), watched


def _shifted(
    sums: list[np.ndarray], customer: np.ndarray, family: pl.Series, month: int, policy: Policy
) -> tuple[pl.DataFrame, int]:
    """The customers whose mix had shifted at the end of one month, and how many were judged."""
    end, months = month + 1, sums[0].shape[1] - 1
    before = Parts(*(kept[:, end - A_YEAR] - kept[:, end - 2 * A_YEAR] for kept in sums))
    after = Parts(*(kept[:, end] - kept[:, end - A_YEAR] for kept in sums))
    alive = (before.x > 0) | (after.x > 0)
    families = np.bincount(customer[alive], minlength=1 + customer.max())[customer]
    least = policy.alert_history_min / 2
    judged = alive & (families > 1) & (before.y > 0) & (after.y > 0)
    judged &= (before.count >= least) & (after.count >= least)
    pick = np.flatnonzero(judged)
    before, after = (Parts(*(values[pick] for values in year)) for year in (before, after))
    coverage = 1 - (1 - policy.alert_coverage) / families[pick]
    expected = next_share(before, after, coverage)
    share = after.x / after.y
    lower = np.flatnonzero(share < expected.low)
    rows, lost = pick[lower], (expected.mean - share)[lower] * after.y[lower]
    stop = min(end + policy.alert_outcome_months, months)
    x, y = (kept[rows, stop] - kept[rows, end] for kept in sums[:2])
    low = expected.low[lower]
    frame = fired(
        customer[rows],
        np.full(len(rows), month),
        share[lower],
        low,
        expected.high[lower],
        lost,
        ~(x >= low * y) | (y <= 0),
        np.full(len(rows), end + policy.alert_outcome_months <= months),
        family.gather(rows),
    )
    dearest = frame.sort("amount_at_stake", descending=True, maintain_order=True).unique(
        "customer", keep="first", maintain_order=True
    )
    return dearest, len(np.unique(customer[pick]))
