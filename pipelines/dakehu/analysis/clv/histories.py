"""Purchase histories: when each customer first and last bought, how often between, until a cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

UNIT_DAYS = 7.0


def purchase_days(transactions: pl.DataFrame) -> pl.DataFrame:
    """Net `transactions` (customer_id, date, amount) to one row per customer and day.

    `is_purchase` is true where the day's net amount is above zero, or is zero without a negative
    line (goods given free). Other days are returns or cancellations: their amounts stay in the
    frame and make no purchase. Columns: customer_id, date, amount, is_purchase.
    """
    net, lowest = pl.col("amount").sum(), pl.col("amount").min()
    return (
        transactions.drop_nulls(["customer_id", "date", "amount"])
        .group_by("customer_id", "date")
        .agg(net.alias("amount"), ((net > 0) | ((net == 0) & (lowest == 0))).alias("is_purchase"))
        .sort("customer_id", "date")
    )


def summaries(days: pl.DataFrame, cut: date) -> pl.DataFrame:
    """One row per customer that bought up to `cut` (included), from `purchase_days`.

    Columns: customer_id, first_date, last_date, frequency (x: days with a repeat purchase),
    recency_days (t_x: from the first purchase to the last), age_days (T: from the first purchase to
    the cut), log_gap_sum (sum of the logarithms of the days between purchases), mean_amount (mean
    net amount of the purchases), repeat_mean_amount (the same without the first; missing without a
    repeat purchase), returned_amount (sum of the days that are no purchase, zero or below).
    """
    bought = pl.col("is_purchase")
    gaps = pl.col("date").filter(bought).diff().dt.total_days().drop_nulls()
    amounts = pl.col("amount").cast(pl.Float64).filter(bought)
    return (
        days.filter(pl.col("date") <= cut)
        .sort("customer_id", "date")
        .group_by("customer_id", maintain_order=True)
        .agg(
            pl.col("date").filter(bought).first().alias("first_date"),
            pl.col("date").filter(bought).last().alias("last_date"),
            (bought.sum().cast(pl.Int64) - 1).alias("frequency"),
            gaps.log().sum().alias("log_gap_sum"),
            amounts.mean().alias("mean_amount"),
            amounts.slice(1).mean().alias("repeat_mean_amount"),
            pl.col("amount").cast(pl.Float64).filter(~bought).sum().alias("returned_amount"),
        )
        .filter(pl.col("frequency") >= 0)
        .with_columns(
            (pl.col("last_date") - pl.col("first_date")).dt.total_days().alias("recency_days"),
            (pl.lit(cut) - pl.col("first_date")).dt.total_days().alias("age_days"),
        )
    )


@dataclass(frozen=True)
class Histories:
    """Histories as integer arrays of one length; model times are days divided by `unit_days`.

    frequency x, recency_days t_x and age_days T as in `summaries`; customer_count says how many
    customers share the history; log_gap_sum is the total over all of them, in days.
    """

    frequency: np.ndarray
    recency_days: np.ndarray
    age_days: np.ndarray
    customer_count: np.ndarray
    unit_days: float = UNIT_DAYS
    log_gap_sum: float = 0.0

    def __post_init__(self) -> None:
        repeat = self.frequency > 0
        sound = (self.recency_days >= 0) & (self.recency_days <= self.age_days)
        sound &= (self.frequency >= 0) & (repeat == (self.recency_days > 0))
        if not sound.all():
            row = int(np.argmin(sound))
            raise ValueError(
                f"purchase history {row} is impossible: {self.frequency[row]} repeat purchases, the"
                f" last {self.recency_days[row]} days after the first, seen for"
                f" {self.age_days[row]} days; rebuild it with `summaries`"
            )

    @classmethod
    def of(cls, frame: pl.DataFrame, unit_days: float = UNIT_DAYS) -> Histories:
        """The histories of `summaries`, row by row."""
        columns = ("frequency", "recency_days", "age_days")
        return cls(
            *(frame[name].to_numpy() for name in columns),
            np.ones(frame.height, dtype=np.int64),
            unit_days,
            float(frame["log_gap_sum"].sum()),
        )

    @classmethod
    def blank(cls, unit_days: float) -> Histories:
        """The history of a customer that has just bought for the first time."""
        zero = np.zeros(1, dtype=np.int64)
        return cls(zero, zero, zero, np.ones(1, dtype=np.int64), unit_days)

    def __len__(self) -> int:
        return len(self.frequency)

    @property
    def recency(self) -> np.ndarray:
        """t_x in units of time."""
        return self.recency_days / self.unit_days

    @property
    def age(self) -> np.ndarray:
        """T in units of time."""
        return self.age_days / self.unit_days

    @property
    def total(self) -> int:
        """Number of customers."""
        return int(self.customer_count.sum())

    @property
    def purchase_total(self) -> int:
        """Number of repeat purchases."""
        return int(self.frequency @ self.customer_count)

    @property
    def age_total(self) -> float:
        """Sum of T over customers, in units of time."""
        return int(self.age_days @ self.customer_count) / self.unit_days

    def take(self, index: np.ndarray | slice) -> Histories:
        """The histories at `index`; log_gap_sum, a total, is left behind."""
        return Histories(
            self.frequency[index],
            self.recency_days[index],
            self.age_days[index],
            self.customer_count[index],
            self.unit_days,
        )

    def counted(self, customer_count: np.ndarray) -> Histories:
        """The histories with other numbers of customers; those without any are left out."""
        return replace(self, customer_count=customer_count).take(customer_count > 0)

    def distinct(self) -> Histories:
        """Each different history once with the customers that share it; exact, sorted by x."""
        span = int(self.age_days.max(initial=0)) + 1
        key = (self.frequency * span + self.recency_days) * span + self.age_days
        key = key.astype(np.min_scalar_type(key.max(initial=0)))  # narrow numbers sort faster
        if (self.customer_count == 1).all():
            key, count = np.unique(key, return_counts=True)
        else:
            key, place = np.unique(key, return_inverse=True)
            count = np.bincount(place, self.customer_count).astype(np.int64)
        key, age = np.divmod(key.astype(np.int64), span)
        frequency, recency = np.divmod(key, span)
        return replace(
            self, frequency=frequency, recency_days=recency, age_days=age, customer_count=count
        )

    def require_repeats(self, model: str, least: int = 10) -> None:
        """Refuse to fit `model` on too few customers that ever came back."""
        repeaters = int(self.customer_count[self.frequency > 0].sum())
        if repeaters < least:
            raise ValueError(
                f"{model}: only {repeaters} of {self.total} customers bought again, {least} are"
                " needed to learn from; take a longer history or more customers"
            )
