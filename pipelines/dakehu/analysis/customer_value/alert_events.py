"""Alerts on what happened with a customer: sold below cost, overdue, swarmed by our people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from dakehu.analysis.customer_value.alert_book import Book, between, fired, grid_of, running

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

BAD_DEBT_DAYS = 90


def price_inversion(book: Book, policy: Policy) -> pl.DataFrame:
    """More than a share of the sales of the last `alert_months` went out below cost (P9-8).

    What it warns of has come when that share is exceeded again over the next
    `alert_outcome_months`. At stake is the loss.

    Returns:
        The month ends it fired at (`alert_book.FIRED`).
    """
    customer, number = np.unique(book.price_inversion["customer"].to_numpy(), return_inverse=True)
    shape = (len(customer), book.month_count)
    below, loss = (
        running(
            grid_of(
                number,
                book.price_inversion["at"].to_numpy(),
                book.price_inversion[name].cast(pl.Float64).to_numpy(),
                shape,
            )
        )
        for name in ("net_amount", "loss_amount")
    )
    sold = book.total[customer]
    end = np.arange(1, book.month_count + 1)
    start = np.maximum(end - policy.alert_months, 0)
    limit = policy.alert_inversion_share
    row, at = np.nonzero(
        below[:, end] - below[:, start] > limit * np.maximum(sold[:, end] - sold[:, start], 0)
    )
    start, end = start[at], end[at]
    later = np.minimum(end + policy.alert_outcome_months, book.month_count)
    window, value = between(sold, row, start, end), between(below, row, start, end)
    return fired(
        customer[row],
        at,
        value / np.maximum(window, value),
        0.0,
        limit,
        between(loss, row, start, end),
        between(below, row, end, later) > limit * between(sold, row, end, later),
        end + policy.alert_outcome_months <= book.month_count,
    )


def overdue(book: Book, policy: Policy) -> pl.DataFrame:
    """Invoices more than `alert_overdue_days` past their due date.

    What it warns of has come when at one of the next `alert_outcome_months` month ends anything is
    overdue for more than 90 days. At stake is the amount.

    Returns:
        The month ends it fired at (`alert_book.FIRED`).
    """
    customer, number = np.unique(book.late_items["customer"].to_numpy(), return_inverse=True)
    late, old = (
        _overdue(book, number, len(customer), days)
        for days in (policy.alert_overdue_days, BAD_DEBT_DAYS)
    )
    row, at = np.nonzero(late > 0)
    ever_old = running(old > 0)
    later = np.minimum(at + 1 + policy.alert_outcome_months, book.month_count)
    value = late[row, at]
    return fired(
        customer[row],
        at,
        value,
        0.0,
        0.0,
        value,
        between(ever_old, row, at + 1, later) > 0,
        at + policy.alert_outcome_months < book.month_count,
    )


def _overdue(book: Book, number: np.ndarray, size: int, days: int) -> np.ndarray:
    """What was overdue for more than `days` at each month end, customers by months."""
    items = book.late_items
    due = items["due_date"].to_physical().to_numpy()
    settled = items["settled_date"].to_physical().fill_null(book.ends[-1] + 1).to_numpy()
    # Whole cents, or the rest of sums that cancel would not be zero.
    cents = (items["late_amount"].cast(pl.Float64).to_numpy() * 100).round()
    start = np.searchsorted(book.ends, due + days, "right")
    end = np.searchsorted(book.ends, settled, "left")
    stands = np.flatnonzero(start < end)
    shape = (size, book.month_count + 1)
    moves = grid_of(number[stands], start[stands], cents[stands], shape)
    moves -= grid_of(number[stands], end[stands], cents[stands], shape)
    return np.cumsum(moves, axis=1)[:, :-1] / 100


def single_interface(book: Book, policy: Policy) -> pl.DataFrame:
    """Several of our people met the customer in a month without its key account manager (P7-7).

    What it warns of has come when it happens again within `alert_outcome_months`. At stake are the
    sales of the last year.

    Returns:
        The month ends it fired at (`alert_book.FIRED`).
    """
    met = book.interfaces.sort("customer", "at")
    customer, at = met["customer"].to_numpy(), met["at"].to_numpy()
    again = met.select(
        next=pl.when(pl.col("customer") == pl.col("customer").shift(-1)).then(
            pl.col("at").shift(-1)
        )
    )["next"].fill_null(10**6)
    return fired(
        customer,
        at,
        met["person_count"].to_numpy(),
        0.0,
        1.0,
        book.year_amount(customer, at),
        again.to_numpy() <= at + policy.alert_outcome_months,
        at + policy.alert_outcome_months < book.month_count,
    )
