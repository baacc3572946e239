"""What comes beside the base from deals that nobody knows of yet, as it did in past months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast.periods import distance, later, month_of
from dakehu.analysis.sales_forecast.spread import NOTHING, Spread, of_values

MIN_MONTHS = 6
MOST_MONTHS = 36


@dataclass(frozen=True)
class Unannounced:
    """Past sales outside the base, less what was already in the pipeline at the time.

    `deals` is mart_sales_forecast__deals; `outside` has level, key, month, amount (float), every
    month up to `last_month`, or is None where the base leaves out nothing.
    """

    deals: pl.DataFrame
    outside: pl.DataFrame | None
    last_month: date
    month_end_day: int

    def spread(self, level: str, key: str, months: int) -> Spread:
        """The sum of the next `months` months, as any run of as many past months had it.

        In a run its first month is seen from one month before, its second from two, and so on: a
        deal that was known by then is left out. Runs go round from the last month to the first, so
        that each of the latest `MOST_MONTHS` counts alike (the circular blocks of Politis and
        Romano, 1992). NOTHING for a series without `MIN_MONTHS` of data.
        """
        surprises = self._surprises(level, key, months)
        count = surprises.shape[1]
        if count < MIN_MONTHS:
            return NOTHING
        ahead = np.arange(months)
        return of_values(surprises[ahead, (start + ahead) % count].sum() for start in range(count))

    def _surprises(self, level: str, key: str, months: int) -> np.ndarray:
        """Amounts that nobody knew of, by how many months before (rows, from one) and month."""
        if self.outside is None:
            return np.zeros((months, 0))
        start = later(self.last_month, 1 - MOST_MONTHS)
        sales = self.outside.filter(
            pl.col("level") == level,
            pl.col("key") == key,
            pl.col("month").is_between(start, self.last_month),
        ).sort("month")
        amounts = np.tile(sales["amount"].to_numpy(), (months, 1))
        if not sales.height:
            return amounts
        first: date = sales["month"][0]
        for known, ordered, amount in self._ordered(level, key).iter_rows():
            if first <= ordered <= self.last_month:
                amounts[: max(distance(known, ordered), 0), distance(first, ordered)] -= amount
        return np.maximum(amounts, 0)

    def _ordered(self, level: str, key: str) -> pl.DataFrame:
        """Deals of a series that were won and ordered: month known, month ordered, amount."""
        column = {"region": "region_id", "key_account": "customer_id"}.get(level)
        own = pl.col(column) == key if column else pl.lit(level == "total")
        months = (
            month_of(pl.col(day), pl.lit(self.month_end_day)).alias(day)
            for day in ("known_date", "first_order_date")
        )
        return (
            self.deals.filter(own)
            .select(*months, pl.col("bid_amount").cast(pl.Float64))
            .drop_nulls()
        )
