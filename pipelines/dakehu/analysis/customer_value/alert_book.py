"""One block of customers as the alerts read it: grids of months, rows of order days, spells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

# What a watch finds: one row per customer (its number in the block) and month end (its number).
# `has_come` tells whether what it warns of came in the months after, null where they are not over.
FIRED = {
    "customer": pl.Int64,
    "at": pl.Int64,
    "value": pl.Float64,
    "expected_low": pl.Float64,
    "expected_high": pl.Float64,
    "amount_at_stake": pl.Float64,
    "family": pl.String,
    "has_come": pl.Boolean,
}
LATEST = ("value", "expected_low", "expected_high", "amount_at_stake")
A_YEAR, YEAR_DAYS = 12, 365


@dataclass(frozen=True)
class Book:
    """`ends` are the last days of the fiscal months, counted from 1970.

    `sales` is a grid of customers by months. `days` has a row per order day: customer, order_date,
    net_amount; sorted. The other frames hold what the marts of their names do, with `customer` and,
    where they have months, `at`.
    """

    ends: np.ndarray
    sales: np.ndarray
    days: pl.DataFrame
    families: pl.DataFrame
    price_inversion: pl.DataFrame
    late_items: pl.DataFrame
    interfaces: pl.DataFrame

    @property
    def month_count(self) -> int:
        """How many months there are."""
        return len(self.ends)

    @cached_property
    def total(self) -> np.ndarray:
        """Running sums of the sales, a zero before the first month."""
        return running(self.sales)

    def year_amount(self, customer: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Sales of the twelve months that end with `at`."""
        return between(self.total, customer, np.maximum(at + 1 - A_YEAR, 0), at + 1)


def book_of(
    ids: pl.DataFrame,
    months: pl.DataFrame,
    sales: pl.DataFrame,
    marts: Mapping[str, pl.DataFrame],
    interface_people: int,
) -> Book:
    """The customers in `ids` (customer_id), numbered in that order; `months` has month, last_date.

    `sales` is one row per customer and month, `marts` are those of the alerts
    (`customer_value.marts.MARTS`). A month breaks the single interface when more of ours than
    `interface_people` met the customer, and its manager of the day did not.
    """
    customers = ids.select("customer_id").with_row_index("customer").lazy()
    customers = customers.with_columns(pl.col("customer").cast(pl.Int64))
    numbers = months.select("month", at=pl.int_range(pl.len())).lazy()

    def numbered(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        found = frame.lazy().join(customers, on="customer_id")
        if "month" in frame.columns:
            found = found.join(numbers, on="month")
            columns = ("at", *columns)
        return found.select("customer", *columns).collect(engine="streaming")

    bought = numbered(sales, "net_amount")
    grid = np.zeros((ids.height, months.height))
    # One row per customer and month, so nothing is overwritten.
    grid[bought["customer"], bought["at"]] = bought["net_amount"].cast(pl.Float64)
    last = months["last_date"].max()
    days = marts["order_days"].lazy().filter(pl.col("order_date") <= last).collect()
    alone = marts["meetings"].filter(
        pl.col("manager_count") == 0, pl.col("person_count") > interface_people
    )
    return Book(
        ends=months["last_date"].to_physical().to_numpy().astype(np.int64),
        sales=grid,
        days=numbered(days, "order_date", "net_amount").sort("customer", "order_date"),
        families=numbered(marts["families"], "family", "net_amount"),
        price_inversion=numbered(marts["price_inversion"], "net_amount", "loss_amount"),
        late_items=numbered(marts["late_items"], "due_date", "settled_date", "late_amount"),
        interfaces=numbered(alone, "person_count"),
    )


def running(grid: np.ndarray) -> np.ndarray:
    """Running sums along the months, a zero before the first: what lies in a span is one less."""
    return np.pad(np.cumsum(grid, axis=1, dtype=np.float64), ((0, 0), (1, 0)))


def between(
    sums: np.ndarray, row: np.ndarray, start: np.ndarray | int, end: np.ndarray | int
) -> np.ndarray:
    """What lies in the months from `start` up to and without `end`, by `running` sums."""
    return sums[row, end] - sums[row, start]


def grid_of(rows: np.ndarray, at: np.ndarray, values: np.ndarray, shape: tuple) -> np.ndarray:
    """The values added up into a grid of rows by months."""
    grid = np.zeros(shape)
    np.add.at(grid, (rows, at), values)
    return grid


def fired(
    customer: np.ndarray,
    at: np.ndarray,
    value: np.ndarray,
    low: np.ndarray | float,
    high: np.ndarray | float,
    amount: np.ndarray,
    has_come: np.ndarray,
    is_over: np.ndarray,
    family: pl.Series | None = None,
) -> pl.DataFrame:
    """The rows of `FIRED`; `is_over` tells where the months of the outcome are over."""
    size = len(customer)
    frame = pl.DataFrame(
        {
            "customer": customer,
            "at": at,
            "value": value,
            "expected_low": np.broadcast_to(np.asarray(low, dtype=float), size),
            "expected_high": np.broadcast_to(np.asarray(high, dtype=float), size),
            "amount_at_stake": amount,
            "has_come": has_come,
            "is_over": is_over,
        }
    )
    return frame.with_columns(
        family=pl.lit(None, pl.String) if family is None else family,
        has_come=pl.when("is_over").then("has_come"),
    ).select(pl.col(name).cast(kind) for name, kind in FIRED.items())


def runs_of(found: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """The first of each run of month ends at which a watch fired, for the others are no news.

    Returns:
        `FIRED` without `at`, with `alert_date`, `ended_date` (the month end that found it over,
        null while it stands) and the `latest_` values of the run.
    """
    ends = months["last_date"]
    follows = (pl.col("customer") == pl.col("customer").shift()) & (
        pl.col("at") == pl.col("at").shift() + 1
    )
    frame = (
        found.sort("customer", "at")
        .with_columns(run=(~follows.fill_null(False)).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col(*(name for name in FIRED if name != "at")).first(),
            pl.col(LATEST).last().name.prefix("latest_"),
            started=pl.col("at").first(),
            over=pl.col("at").last() + 1,
        )
    )
    over = pl.when(frame["over"] < months.height).then(frame["over"])
    return frame.with_columns(
        alert_date=ends.gather(frame["started"]),
        ended_date=ends.gather(frame.select(over).to_series()),
    ).drop("run", "started", "over")
