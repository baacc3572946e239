"""Purchases expected and made step by step, and what frequency and recency together tell."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from dakehu.analysis.clv.histories import UNIT_DAYS, Histories
from dakehu.analysis.clv.purchase_model import PurchaseModel

# Where the classes of `frequency_recency` begin.
PURCHASES = (1, 2, 3, 5, 9, 17, 33)
SILENCE_DAYS = (0, 31, 61, 91, 181, 366, 731)


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
    new = Histories.blank(unit_days).take(np.zeros(len(ages), dtype=np.int64))
    curve[ages] = model.expected(new, ages / unit_days)
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


def frequency_recency(model: PurchaseModel, histories: Histories, periods: float) -> pl.DataFrame:
    """Customers by how often and how recently they bought, and what the model says of them.

    One row per cell that holds anybody. Columns: purchases and silent_days (the least of the cell,
    of PURCHASES and SILENCE_DAYS), most_purchases and most_silent_days (missing in the last class),
    customer_count, and the means of p_alive and expected_orders (in the next `periods` units).
    """
    silent = histories.age_days - histories.recency_days
    cells = pl.DataFrame(
        _classes("purchases", histories.frequency + 1, PURCHASES)
        | _classes("silent_days", silent, SILENCE_DAYS)
    )
    return (
        cells.with_columns(
            p_alive=model.p_alive(histories), expected_orders=model.expected(histories, periods)
        )
        .group_by(cells.columns)
        .agg(
            pl.len().cast(pl.Int64).alias("customer_count"),
            pl.col("p_alive", "expected_orders").mean(),
        )
        .sort("silent_days", "purchases")
    )


def _classes(name: str, values: np.ndarray, least: tuple[int, ...]) -> dict[str, pl.Series]:
    """The least and the most of the class that each value lies in."""
    place = pl.Series(np.searchsorted(least, values, side="right") - 1)
    most = [*(following - 1 for following in least[1:]), None]
    ends = {name: least, f"most_{name}": most}
    return {
        column: pl.Series(list(end), dtype=pl.Int64).gather(place) for column, end in ends.items()
    }
