"""Purchases expected and made step by step, and what frequency and recency together tell."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from dakehu.analysis.clv.histories import UNIT_DAYS, Histories
from dakehu.analysis.clv.purchase_model import PurchaseModel


def tracking(
    model: PurchaseModel,
    customers: pl.DataFrame,
    days: pl.DataFrame,
    end: date,
    step_days: int = 7,
    unit_days: float = UNIT_DAYS,
) -> pl.DataFrame:
    """Repeat purchases of `customers` (`summaries`) since the first of them bought, step by step.

    Expected is what the model says of new customers that came when these came, so that the whole
    curve, the fitted part too, is a test of the model. Columns: date (end of a step),
    expected_count, actual_count (both cumulative), expected_new, actual_new (of the step).
    """
    first = customers["first_date"].min()
    if not isinstance(first, date) or end <= first:
        raise ValueError(f"tracking needs customers that first bought before {end}")
    ends = np.arange(step_days, (end - first).days + 1, step_days)
    starts = (customers["first_date"] - first).dt.total_days().to_numpy()
    came, size = np.unique(starts, return_counts=True)
    ages = np.unique(np.subtract.outer(ends, came))
    ages = ages[ages > 0]
    curve = np.zeros(int(ages.max(initial=0)) + 1)
    blank = Histories.blank(unit_days).take(np.zeros(len(ages), dtype=np.int64))
    curve[ages] = model.expected(blank, ages / unit_days)
    expected = curve[np.maximum(np.subtract.outer(ends, came), 0)] @ size
    bought = days.filter("is_purchase").join(
        customers.select("customer_id", "first_date"), on="customer_id"
    )
    repeat = bought.filter(pl.col("date") > pl.col("first_date"))["date"]
    offsets = np.sort((repeat - first).dt.total_days().to_numpy())
    actual = np.searchsorted(offsets, ends, side="right")
    return pl.DataFrame(
        {
            "date": [first + timedelta(days=int(day)) for day in ends],
            "expected_count": expected,
            "actual_count": actual,
            "expected_new": np.diff(expected, prepend=0.0),
            "actual_new": np.diff(actual, prepend=0),
        }
    )


def frequency_recency(
    model: PurchaseModel,
    frequencies: np.ndarray,
    recency_days: np.ndarray,
    age_days: int,
    periods: float,
    unit_days: float = UNIT_DAYS,
) -> pl.DataFrame:
    """What the model says of customers that came `age_days` ago, for every possible pair.

    Columns: frequency, recency_days, p_alive, expected_count (in the next `periods` units).
    """
    x, recency = (axis.ravel() for axis in np.meshgrid(frequencies, recency_days, indexing="ij"))
    possible = ((x > 0) == (recency > 0)) & (recency >= x) & (recency <= age_days)
    x, recency = x[possible], recency[possible]
    ones = np.ones_like(x)
    histories = Histories(x, recency, ones * age_days, ones, unit_days)
    return pl.DataFrame(
        {
            "frequency": x,
            "recency_days": recency,
            "p_alive": model.p_alive(histories),
            "expected_count": model.expected(histories, periods),
        }
    )
