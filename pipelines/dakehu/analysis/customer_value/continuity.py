"""Continuity: whether a customer bought year after year, quarter after quarter, and how evenly."""

from __future__ import annotations

from datetime import date

import polars as pl

from dakehu.analysis.customer_value.window import Period

MONTHS_A_YEAR, MONTHS_A_QUARTER = 12, 3


def months_back(last_month: date) -> pl.Expr:
    """How many months `month` lies before `last_month`, 0 for that month itself."""
    month = pl.col("month")
    return (
        (last_month.year - month.dt.year()) * MONTHS_A_YEAR
        + last_month.month
        - month.dt.month().cast(pl.Int32)
    )


def continuity_of(
    sales: pl.DataFrame, period: Period, years: int, active_amount: float
) -> pl.DataFrame:
    """Continuity over the last `years` times twelve months (P7-2).

    Args:
        sales: one row per customer and month, with `net_amount` and `order_count`.
        period: the years are counted back from its last month.
        years: how many years are looked at.
        active_amount: net sales from which a year counts as one with purchases; 0 = above zero.

    Returns:
        One row per customer seen in these years: customer_id, `span_amount` (their sales),
        `active_years`, `active_quarter_share` (quarters with an order over all quarters),
        `annual_cv` (standard deviation over mean of the annual amounts, years without purchases
        counting as 0; null when the mean is not above zero), `predictability` = 1 - min(1, CV).
    """
    back = months_back(period.last_month)
    recent = sales.filter(back.is_between(0, years * MONTHS_A_YEAR - 1))
    annual = [
        pl.col("net_amount").filter(back // MONTHS_A_YEAR == year).sum().cast(pl.Float64)
        for year in range(years)
    ]
    totals = [f"year_{year}" for year in range(years)]
    mean = pl.mean_horizontal(totals)
    deviation = pl.mean_horizontal((pl.col(name) - mean) ** 2 for name in totals).sqrt()
    active = [(pl.col(name) > 0) & (pl.col(name) >= active_amount) for name in totals]
    quarters = years * MONTHS_A_YEAR // MONTHS_A_QUARTER
    return (
        recent.group_by("customer_id")
        .agg(
            span_amount=pl.col("net_amount").sum(),
            active_quarters=(back // MONTHS_A_QUARTER).filter(pl.col("order_count") > 0).n_unique(),
            **dict(zip(totals, annual, strict=True)),
        )
        .with_columns(
            active_years=pl.sum_horizontal(active).cast(pl.Int64),
            active_quarter_share=pl.col("active_quarters") / quarters,
            annual_cv=pl.when(mean > 0).then(deviation / mean),
        )
        .with_columns(predictability=1 - pl.min_horizontal(pl.col("annual_cv"), 1.0))
        .select(
            "customer_id",
            "span_amount",
            "active_years",
            "active_quarter_share",
            "annual_cv",
            # A minimum skips what is missing; without a coefficient there is no predictability.
            predictability=pl.when(pl.col("annual_cv").is_not_null()).then("predictability"),
        )
        .sort("customer_id")
    )
