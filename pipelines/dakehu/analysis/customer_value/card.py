"""What the customer card shows: the largest customers with their sales month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl


@dataclass(frozen=True)
class CustomerCards:
    """The customers on the card; `records.history` has one sum of sales for each of `months`."""

    records: pl.DataFrame
    months: list[date]
    customer_count: int


def cards_of(
    customers: pl.DataFrame, sales: pl.DataFrame, months: pl.DataFrame, count: int, span: int
) -> CustomerCards:
    """The first `count` rows of `customers`, each with its sales in the last `span` months.

    `sales` has one row per customer and month, `months` names every month up to the date of the
    report; where they are fewer than `span`, all are shown. A month without sales is 0.
    """
    latest = months.sort("month").tail(span).select("month")
    shown = customers.head(count)
    history = (
        shown.select("customer_id")
        .join(latest, how="cross")
        .join(
            sales.join(shown, on="customer_id", how="semi")
            .group_by("customer_id", "month")
            .agg(pl.col("net_amount").sum()),
            on=["customer_id", "month"],
            how="left",
        )
        .sort("customer_id", "month")
        .group_by("customer_id")
        .agg(history=pl.col("net_amount").cast(pl.Float64).fill_null(0.0))
    )
    records = shown.join(history, on="customer_id", how="left", maintain_order="left")
    return CustomerCards(records, latest["month"].to_list(), customers.height)
