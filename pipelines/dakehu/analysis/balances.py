"""What parties owe at a date and how long their money takes to come in (catalogue S4)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dakehu.analysis.ageing import aged
from dakehu.analysis.dso import Span, countback_days, sales_on_credit, span_days

MARTS = ("open_items", "accounts", "debtors", "months")


def balances_of(read: Mapping[str, pl.DataFrame], span: Span, basis: str) -> pl.DataFrame:
    """One row per debtor with open items, or invoices or payments in the span.

    Open amount by age (`analysis.ageing`), what was invoiced and paid in the span, and the measures
    of `measured`. An amount that a debtor has none of is zero, unless nobody's is known.

    Args:
        read: the frames of `MARTS`, each mart_customer_value__<name>; amounts carry tax.
        span: the months to measure over.
        basis: `due` or `posting`: what the age of an open item counts from.
    """
    accounts, months = read["accounts"], read["months"]
    open_parts = aged(read["open_items"], span.as_of, basis)
    frame = (
        read["debtors"]
        .drop("role")
        .join(_moves(accounts, span), on="customer_id", how="left")
        .join(open_parts, on="customer_id", how="left")
        .filter(pl.col("open_amount").is_not_null() | pl.col("received_amount").is_not_null())
        .with_columns(pl.col(_known(open_parts)).fill_null(0))
    )
    paid = countback_days(accounts, frame, months, span.as_of)
    return measured(frame.join(paid, on="customer_id", how="left"), span_days(months, span))


def measured(frame: pl.DataFrame, days: int) -> pl.DataFrame:
    """Add days outstanding, cash and bill shares, and the use of the credit limit.

    DSO = open amount / sales on credit * days; the best possible DSO takes what is not due yet;
    average days delinquent is the difference.
    """
    return frame.with_columns(
        dso_days=days * _ratio("open_amount", "credit_sales_amount"),
        best_dso_days=days * _ratio("undue_amount", "credit_sales_amount"),
        overdue_share=_ratio("overdue_amount", "open_amount"),
        limit_use_share=_ratio("open_amount", "credit_limit_amount"),
        cash_share=_ratio("cash_amount", "received_amount"),
        bill_share=_ratio("bill_amount", "received_amount"),
        prepaid_share=_ratio("prepaid_amount", "invoiced_amount"),
    ).with_columns(delinquent_days=pl.col("dso_days") - pl.col("best_dso_days"))


def _known(open_parts: pl.DataFrame) -> list[str]:
    """The amounts that a group without open items has none of, unless nobody's are known."""
    amounts = [name for name in open_parts.columns if name.endswith("_amount")]
    return [n for n in amounts if open_parts.is_empty() or open_parts[n].is_not_null().any()]


def _moves(accounts: pl.DataFrame, span: Span) -> pl.DataFrame:
    """What each group was invoiced and paid in the span."""
    return (
        accounts.lazy()
        .filter(pl.col("month").is_between(span.first_month, span.last_month))
        .group_by("customer_id")
        .agg(
            pl.col("invoiced_amount", "received_amount", "cash_amount", "bill_amount").sum(),
            pl.col("prepaid_amount").sum(),
            credit_sales_amount=sales_on_credit().sum(),
        )
        .collect(engine="streaming")
    )


def _ratio(above: str, below: str) -> pl.Expr:
    base = pl.col(below).cast(pl.Float64)
    return pl.col(above).cast(pl.Float64) / pl.when(base > 0).then(base)
