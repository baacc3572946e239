"""The window that the report looks at, and what each customer bought in it and the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Period:
    """The fiscal months looked at; the `previous_` ones are None when the history is too short."""

    as_of: date
    first_month: date
    last_month: date
    month_count: int
    history_months: int
    is_closed: bool
    previous_first_month: date | None
    previous_last_month: date | None

    @property
    def has_previous(self) -> bool:
        """Whether there is a whole window before this one to compare with."""
        return self.previous_first_month is not None


def period_of(months: pl.DataFrame, as_of: date, window_months: int) -> Period:
    """Take the `window_months` that end with the fiscal month of `as_of`, and those before them.

    Raises:
        ValueError: when there is no month up to `as_of` to look at.
    """
    listed = months.sort("month")
    if listed.is_empty() or window_months < 1:
        raise ValueError(
            f"customer_value: there is no month with sales up to {as_of} to make a window of"
            f" {window_months} months; choose a later as_of or a window_months of at least 1"
        )
    all_months = listed["month"].to_list()
    window, earlier = all_months[-window_months:], all_months[:-window_months]
    previous = earlier[-window_months:] if len(earlier) >= window_months else []
    return Period(
        as_of=as_of,
        first_month=window[0],
        last_month=window[-1],
        month_count=len(window),
        history_months=len(all_months),
        is_closed=bool(listed["is_closed"][-1]),
        previous_first_month=previous[0] if previous else None,
        previous_last_month=previous[-1] if previous else None,
    )


def bought(sales: pl.DataFrame, period: Period) -> pl.DataFrame:
    """One row per customer ever seen: what it bought in this window and in the one before.

    `margin_amount` is null unless the cost of all its purchases in the window is known.
    """
    now = pl.col("month").is_between(period.first_month, period.last_month)
    # Without a previous window the comparison is false for every month.
    before = pl.col("month").is_between(period.previous_first_month, period.previous_last_month)
    before = before if period.has_previous else pl.lit(False)
    whole = pl.col("margin_amount").filter(now).is_not_null().all() & now.any()
    return (
        sales.filter(pl.col("month") <= period.last_month)
        .group_by("customer_id")
        .agg(
            pl.col("customer_name", "role", "region_name", "industry_name").last(),
            net_amount=pl.col("net_amount").filter(now).sum(),
            margin_amount=pl.when(whole).then(pl.col("margin_amount").filter(now).sum()),
            order_count=pl.col("order_count").filter(now).sum().cast(pl.Int64),
            previous_amount=pl.col("net_amount").filter(before).sum(),
            previous_orders=pl.col("order_count").filter(before).sum().cast(pl.Int64),
            all_orders=pl.col("order_count").sum().cast(pl.Int64),
            first_order_date=pl.col("first_order_date").min(),
            last_order_date=pl.col("last_order_date").max(),
            is_in_window=now.any(),
            is_in_previous=before.any(),
        )
        .sort("customer_id")
    )


def growth() -> pl.Expr:
    """Relative change against the previous window; null where that was not above zero."""
    before = pl.col("previous_amount").cast(pl.Float64)
    return pl.when(before > 0).then(pl.col("net_amount").cast(pl.Float64) / before - 1)


def in_window(known: pl.DataFrame, period: Period) -> pl.DataFrame:
    """The customers with any line in the window, their growth and days since the last order."""
    recency = (pl.lit(period.as_of) - pl.col("last_order_date")).dt.total_days()
    frame = known.filter("is_in_window").with_columns(
        growth=growth(),
        recency_days=pl.when(pl.col("order_count") > 0).then(recency),
    )
    return frame if period.has_previous else frame.drop("growth", "previous_amount")


def left_out_of(
    sales: pl.DataFrame,
    wanted: pl.DataFrame,
    known: pl.DataFrame,
    customers: pl.DataFrame,
    period: Period,
) -> pl.DataFrame:
    """What the shares do not count: reason, customers, their net amount in the window."""
    inside = sales.filter(pl.col("month").is_between(period.first_month, period.last_month))
    other_roles = inside.join(wanted, on="customer_id", how="anti")
    silent = known.filter(~pl.col("is_in_window"))
    negative = customers.filter(pl.col("net_amount") < 0)
    rows = [
        ("role", other_roles["customer_id"].n_unique(), other_roles["net_amount"].sum()),
        ("returns_exceed_purchases", negative.height, negative["net_amount"].sum()),
        ("no_sales_in_window", silent.height, Decimal(0)),
    ]
    schema = {"reason": pl.String, "customer_count": pl.Int64, "net_amount": MONEY}
    return pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("customer_count") > 0)
