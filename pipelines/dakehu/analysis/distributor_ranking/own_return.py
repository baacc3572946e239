"""What a distributor earns on the money that it puts into our goods (P10-15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.capital_criteria import YEAR_DAYS
from dakehu.analysis.distributor_ranking.structure import told_rows
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"


def own_return(
    read: Mapping[str, pl.DataFrame], window: Window, as_of: date, interest_rate: float
) -> pl.DataFrame:
    """(Gross margin + rebate - running costs - interest) / (stock + receivables), a year.

    Of the goods that it bought from us: margin over the mean purchase price, rebates not off the
    price already, its declared costs by our part of its declared sales, interest on what its
    customers owe it on their terms. Flows are those of the reported months, taken to a year; stock
    is the mean of the counts. Columns: distributor_id, margin_amount, own_rebate_amount,
    opex_amount, carry_amount (each a year), tied_amount, own_return_share; a row where all of it is
    known.
    """
    months = told_rows(read["stock"], read["coverage"], window)
    terms = told_rows(read["sell_out"], read["coverage"], window)
    owed = (
        terms.filter(pl.col("termed_amount") != 0)
        .group_by(KEY)
        .agg(amount_days=pl.col("amount_days").sum().cast(pl.Float64))
    )
    frame = (
        months.group_by(KEY)
        .agg(
            month_count=pl.len(),
            sold=pl.col("sold_amount").sum().cast(pl.Float64),
            cost=pl.col("sold_cost_amount").sum().cast(pl.Float64),
            stock=pl.col("stock_amount").cast(pl.Float64).mean(),
        )
        .join(owed, on=KEY)
        .join(read["distributors"], on=KEY)
        .join(_rebates(read["rebates"], as_of, window.months), on=KEY, how="left")
    )
    year = 12 / pl.col("month_count")
    declared = pl.col("declared_sales_amount").cast(pl.Float64)
    part = (pl.col("sold") * year / pl.when(declared > 0).then(declared)).clip(0, 1)
    receivable = pl.col("amount_days") * year / YEAR_DAYS
    tied = pl.col("stock") + receivable
    earned = (
        pl.col("margin_amount")
        + pl.col("own_rebate_amount")
        - pl.col("opex_amount")
        - pl.col("carry_amount")
    )
    return (
        frame.with_columns(
            margin_amount=(pl.col("sold") - pl.col("cost")) * year,
            own_rebate_amount=pl.col("rebate").fill_null(0.0) * 12 / window.months,
            opex_amount=pl.col("declared_opex_amount").cast(pl.Float64) * part,
            carry_amount=receivable * interest_rate,
            tied_amount=tied,
        )
        .with_columns(own_return_share=earned / pl.when(tied > 0).then(tied))
        .drop_nulls("own_return_share")
        .select(
            KEY,
            pl.col(
                "margin_amount", "own_rebate_amount", "opex_amount", "carry_amount", "tied_amount"
            ).cast(pl.Decimal(38, 2)),
            "own_return_share",
        )
        .sort(KEY)
    )


def _rebates(rebates: pl.DataFrame, as_of: date, window_months: int) -> pl.DataFrame:
    """Rebates of the periods that ended in the window and are not off the price already."""
    start = pl.lit(as_of).dt.offset_by(f"-{window_months}mo")
    inside = (pl.col("period_end") > start) & ~pl.col("is_off_price")
    return (
        rebates.filter(inside)
        .group_by(KEY)
        .agg(rebate=pl.col("accrued_amount").sum().cast(pl.Float64))
    )
