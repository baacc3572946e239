"""The tables of the customer value report.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, findings, note, table
from dakehu.present.customer_value.account_terms import TYPES
from dakehu.present.customer_value.terms import FIGURES, KINDS, SEGMENTS
from dakehu.present.text import Text


def _worded(text: Text, frame: pl.DataFrame, column: str, labels: dict[str, str]) -> pl.DataFrame:
    words = {key: text(label) for key, label in labels.items()}
    return frame.with_columns(pl.col(column).replace(words))


def customers(text: Text, result: Any) -> BlockData:
    """Every customer of the window, largest first."""
    columns = [
        Column("customer_name", text("Customer")),
        Column("customer_id", text("Code"), priority=3),
        Column("customer_class", text("Class")),
        Column("is_key_account", text("Key account"), "flag", 2),
        Column("customer_type", text("Type"), priority=2),
        Column("net_amount", text("Sales"), "amount"),
        Column("amount_share", text("Share"), "percent", 2),
        Column("cumulative_share", text("Cumulative"), "percent", 3),
        Column("growth", text("Growth"), "change"),
        Column("margin_amount", text("Margin"), "amount", 2),
        Column("margin_share", text("Margin rate"), "percent", 2),
        Column("is_pareto_amount", text("80/20 by sales"), "flag", 3),
        Column("is_pareto_margin", text("80/20 by margin"), "flag", 3),
        Column("rfm_segment", text("Segment"), priority=2),
        Column("recency_days", text("Days since last order"), "count", 2),
        Column("order_count", text("Orders"), "count", 3),
        Column("active_years", text("Years with purchases"), "count", 3),
        Column("annual_cv", text("CV of annual sales"), "number", 3),
        Column("dso_days", text("DSO"), "count", 3),
        Column("overdue_amount", text("Overdue"), "amount", 2),
        Column("family_coverage", text("Family coverage"), "percent", 3),
        Column("wallet_share", text("Share of wallet"), "percent", 3),
        Column("region_name", text("Region"), priority=3),
        Column("industry_name", text("Industry"), priority=3),
    ]
    frame = _worded(text, result.customers, "rfm_segment", SEGMENTS)
    if "customer_type" in frame.columns:
        frame = _worded(text, frame, "customer_type", TYPES)
    return table(frame, columns, text, title=text("Customer list"), file="customers")


def classes(text: Text, result: Any) -> BlockData:
    """Customers and sales by class (P9-1, P9-2)."""
    columns = [
        Column("customer_class", text("Class")),
        Column("customer_count", text("Customers"), "count"),
        Column("customer_share", text("Share of customers"), "percent"),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("amount_share", text("Share of sales"), "percent"),
        Column("concentration_index", text("Concentration index"), "number"),
        Column("mean_multiple", text("Mean customer, times that of the others"), "number", 2),
    ]
    return table(
        result.classes, columns, text, title=text("Classes and their weight"), file="classes"
    )


def concentration(text: Text, result: Any) -> BlockData:
    """Measures of concentration, in words."""
    rows = [
        {"measure": text(FIGURES[metric]), "value": _measure(text, metric, value)}
        for metric, value in result.concentration.iter_rows()
    ]
    columns = [Column("measure", text("Measure")), Column("value", text("Value"))]
    return table(
        pl.DataFrame(rows),
        columns,
        text,
        title=text("Measures of concentration"),
        note=text("Customers: {n}.", n=text.count(result.customers.height)),
        file="concentration",
    )


def _measure(text: Text, metric: str, value: float) -> str:
    digits = {"hhi": 0, "gini": 2, "effective_number": 1}
    return text.number(value, digits[metric]) if metric in digits else text.percent(value)


def only_one_set(text: Text, result: Any) -> BlockData:
    """Customers in one Pareto set only: large without margin, or profitable without size (P8-2)."""
    if "is_pareto_margin" not in result.customers.columns:
        return findings()  # the figure of margin rates has said that there is no cost
    frame = result.customers.filter(pl.col("is_pareto_amount") != pl.col("is_pareto_margin"))
    if frame.is_empty():
        return note(text("The sets by sales and by margin hold the same customers."), "")
    columns = [
        Column("customer_name", text("Customer")),
        Column("is_pareto_amount", text("80/20 by sales"), "flag"),
        Column("is_pareto_margin", text("80/20 by margin"), "flag"),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("margin_amount", text("Margin"), "amount", 2),
        Column("margin_share", text("Margin rate"), "percent"),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Customers in one of the two sets only"),
        note=text("Large but thin in margin, or smaller and profitable."),
    )


def movers(text: Text, result: Any, top_n: int) -> BlockData:
    """The customers whose sales rose and fell most in money."""
    if not result.period.has_previous:
        return findings()  # the bridge has said that there is no window before
    moved = result.movers.filter(pl.col("change_amount") != 0)
    half = max(1, top_n // 2)
    frame = moved if moved.height <= 2 * half else pl.concat([moved[:half], moved[-half:]])
    columns = [
        Column("customer_name", text("Customer")),
        Column("kind", text("What happened"), priority=2),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("previous_amount", text("Window before"), "amount", 2),
        Column("change_amount", text("Change"), "amount"),
        Column("growth", text("Growth"), "change"),
    ]
    return table(
        _worded(text, frame, "kind", KINDS),
        columns,
        text,
        title=text("Largest risers and fallers"),
        note=text("The file has all {n} that moved.", n=text.count(moved.height)),
        file="movers",
    )


def negative(text: Text, result: Any) -> BlockData:
    """Customers whose returns exceed their purchases."""
    frame = result.customers.filter(pl.col("net_amount") < 0).sort("net_amount", "customer_id")
    if frame.is_empty():
        return note(text("No customer returned more than it bought."), "")
    columns = [
        Column("customer_name", text("Customer")),
        Column("net_amount", text("Sales"), "amount"),
        Column("order_count", text("Orders"), "count"),
        Column("last_order_date", text("Last order"), "date", 2),
    ]
    return table(frame, columns, text, title=text("Returns above purchases"), file="customers")
