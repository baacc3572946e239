"""Classes by management against classes by sales, on the page.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, findings, note, table
from dakehu.present.text import Text


def cross(text: Text, result: Any) -> BlockData:
    """How many customers of each class by management stand in each class by sales (P9-1)."""
    frame = result.key_accounts.classes.cross
    if frame.is_empty():
        return note(
            text(
                "No class given by management in the data: nothing to compare the classes by sales"
                " with. Map customer_classes."
            ),
            "",
        )
    names = [name for name in ("A", "B", "C") if name in frame["customer_class"].to_list()]
    counts = pl.col("customer_count")
    own = pl.col("customer_class")
    rows = frame.group_by("given_class", maintain_order=True).agg(
        *(counts.filter(own == name).sum().alias(name) for name in names),
        counts.filter(own.is_null()).sum().alias("none"),
        pl.col("net_amount").sum(),
    )
    return table(
        rows.with_columns(pl.col("given_class").fill_null(text("Not given"))),
        [
            Column("given_class", text("By management")),
            *(Column(name, text("{name} by sales", name=name), "count") for name in names),
            Column("none", text("No sales"), "count"),
            Column("net_amount", text("Sales"), "amount", 2),
        ],
        text,
        title=text("Class by management against class by sales"),
        note=text("Number of customers."),
        file="given_classes",
    )


def differences(text: Text, result: Any, top_n: int) -> BlockData:
    """Customers that are class A by one of the two only, and what the screens say of them."""
    classes = result.key_accounts.classes
    if classes.cross.is_empty():
        return findings()  # the table before has said that management gave no class
    if classes.differences.is_empty():
        return note(text("Management and sales agree on who is class A."), "good")
    judged = result.key_accounts.columns.select("customer_id", "is_key_account")
    columns = [
        Column("customer_name", text("Customer")),
        Column("given_class", text("By management")),
        Column("customer_class", text("By sales")),
        Column("is_key_account", text("Key account"), "flag", 2),
        Column("net_amount", text("Sales"), "amount", 2),
    ]
    return table(
        classes.differences.head(top_n)
        .join(judged, on="customer_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("given_class").fill_null(text("Not given")),
            pl.col("customer_class").fill_null(text("No sales")),
        ),
        columns,
        text,
        title=text("Class A for management or by sales, not both"),
        note=text("The file has all {n}.", n=text.count(classes.differences.height)),
        file="class_differences",
    )
