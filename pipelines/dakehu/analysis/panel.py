"""Many monthly histories as one matrix of logs, for what is computed on all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

SERIES = ["level", "key"]


@dataclass(frozen=True)
class Panel:
    """`logs` [n, T]: a row per row of `series`, a column per month; NaN before a history begins.

    `places` are the rows' places in the panel that this one was taken from.
    """

    series: pl.DataFrame
    months: list[date]
    logs: np.ndarray
    places: np.ndarray

    def until(self, at: int, least: int) -> Panel:
        """The first `at` months of the histories that have `least` months by then."""
        logs = self.logs[:, :at]
        long = np.flatnonzero((~np.isnan(logs)).sum(axis=1) >= least)
        return Panel(self.series[long], self.months[:at], logs[long], long)


def panel_of(history: pl.DataFrame, keys: Sequence[str]) -> Panel:
    """`history` has `keys`, month and amount (> 0), no gap, and ends in the same month for all."""
    frame = history.select(*keys, "month", "amount").sort(*keys, "month")
    series = frame.select(keys).unique(maintain_order=True)
    months = frame["month"].unique().sort()
    row = frame.select(pl.struct(keys).rle_id()).to_series().to_numpy()
    column = months.search_sorted(frame["month"]).to_numpy()
    logs = np.full((series.height, len(months)), np.nan)
    logs[row, column] = np.log(frame["amount"].to_numpy())
    return Panel(series, months.to_list(), logs, np.arange(series.height))
