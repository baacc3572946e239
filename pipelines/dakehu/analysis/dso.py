"""Days sales outstanding counted back through the months, and the days of a window."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import polars as pl


class Span(Protocol):
    """The fiscal months that a report looks at, up to its as-of date."""

    @property
    def as_of(self) -> date:
        """The date that every mart speaks of."""
        ...

    @property
    def first_month(self) -> date:
        """First day of the first month."""
        ...

    @property
    def last_month(self) -> date:
        """First day of the last month."""
        ...


def sales_on_credit() -> pl.Expr:
    """Invoiced amount less what was paid before delivery."""
    return pl.col("invoiced_amount") - pl.col("prepaid_amount")


def span_days(months: pl.DataFrame, span: Span) -> int:
    """The days of the window that have passed; `months` gives each month's first and last."""
    inside = months.filter(pl.col("month").is_between(span.first_month, span.last_month))
    lengths = inside.select((pl.col("last_date") - pl.col("first_date")).dt.total_days() + 1)
    return int(lengths.sum().item())


def countback_days(
    accounts: pl.DataFrame, owed: pl.DataFrame, months: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """DSO by the count-back method: customer_id, countback_dso_days.

    The open amount of `owed` is taken off the latest months' sales on credit until it is used up:
    months used up whole count all their days, the last one its used share. Sales of a month below
    zero count as none. Where all the history is not enough, the days since it began are given: the
    true value is at least that.
    """
    sold = (
        accounts.lazy()
        .join(
            owed.lazy().select("customer_id", "open_amount").filter(pl.col("open_amount") > 0),
            on="customer_id",
        )
        .join(months.lazy(), on="month")
        .with_columns(sold=pl.when(sales_on_credit() > 0).then(sales_on_credit()).otherwise(0))
        .sort("customer_id", "month", descending=[False, True])
        .with_columns(sold_since=pl.col("sold").cum_sum().over("customer_id"))
    )
    before = pl.col("sold_since") - pl.col("sold")
    crossing = (pl.col("open_amount") > before) & (pl.col("open_amount") <= pl.col("sold_since"))
    length = (pl.col("last_date") - pl.col("first_date")).dt.total_days() + 1
    since = (pl.lit(as_of) - pl.col("last_date")).dt.total_days()
    used = (pl.col("open_amount") - before).cast(pl.Float64) / pl.col("sold").cast(pl.Float64)
    whole = (pl.lit(as_of) - pl.col("first_date")).dt.total_days() + 1
    counted = (
        sold.group_by("customer_id")
        .agg(
            crossed=(since + used * length).filter(crossing).first(),
            whole=whole.max().cast(pl.Float64),
        )
        .collect()
    )
    settled = owed.filter(pl.col("open_amount") == 0).select(
        "customer_id", countback_dso_days=pl.lit(0.0)
    )
    return pl.concat(
        [
            counted.select("customer_id", countback_dso_days=pl.coalesce("crossed", "whole")),
            settled,
        ]
    )
