"""What comes beside the base from deals that nobody knows of yet, as it did after past months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast.periods import distance, later, month_end, month_of
from dakehu.analysis.sales_forecast.spread import NOTHING, Spread, of_values

MIN_WINDOWS = 3


@dataclass(frozen=True)
class Unannounced:
    """Past sales outside the base, less what was already in the pipeline at the time.

    `deals` is mart_sales_forecast__deals; `outside` has level, key, month, amount (float), or is
    None where the base leaves out nothing.
    """

    deals: pl.DataFrame
    outside: pl.DataFrame | None
    last_month: date
    month_end_day: int
    max_cutoffs: int

    def spread(self, level: str, key: str, months: int) -> Spread:
        """The sums of as many months, each as seen from the month end before them.

        Windows overlap and the latest `max_cutoffs` count; a window before the first month of the
        data is none. NOTHING where there are fewer than `MIN_WINDOWS`.
        """
        if self.outside is None or self.outside.is_empty():
            return NOTHING
        start = self.outside["month"].min()
        assert isinstance(start, date)
        count = min(distance(start, self.last_month) + 2 - months, self.max_cutoffs)
        if count < MIN_WINDOWS:
            return NOTHING
        series = (pl.col("level") == level) & (pl.col("key") == key)
        sales = self.outside.filter(series)
        if sales.is_empty():
            return NOTHING
        known = self._ordered(level, key)
        sums = []
        for back in range(count):
            last = later(self.last_month, -back)
            cutoff = later(last, -months)
            inside = pl.col("month").is_between(later(cutoff, 1), last)
            closed = pl.select(month_end(pl.lit(cutoff), pl.lit(self.month_end_day))).item()
            expected = known.filter(inside, pl.col("known_date") <= closed)["bid_amount"].sum()
            sums.append(max(float(sales.filter(inside)["amount"].sum()) - float(expected), 0.0))
        return of_values(sums)

    def _ordered(self, level: str, key: str) -> pl.DataFrame:
        """The deals of a series that were won and ordered: known_date, month, bid_amount."""
        column = {"region": "region_id", "key_account": "customer_id"}.get(level)
        if column is None and level != "total":
            own = self.deals.head(0)
        else:
            own = self.deals.filter(pl.col(column) == key) if column else self.deals
        return own.filter(pl.col("first_order_date").is_not_null()).select(
            "known_date",
            month_of(pl.col("first_order_date"), pl.lit(self.month_end_day)).alias("month"),
            pl.col("bid_amount").cast(pl.Float64),
        )
