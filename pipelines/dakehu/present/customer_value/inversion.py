"""Prices upside down, on the page: below cost by customer and product, above the retail price.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, table
from dakehu.present.text import Text

PRODUCTS = 10


def _values(result: Any) -> dict[str, float]:
    return {name: value for name, (value, _) in result.money.inversion.figures.items()}


def said(text: Text, result: Any) -> list[Finding]:
    """Lines below cost, and lines above the published retail price; or that nobody knows."""
    return [*_below_cost(text, result), _above_retail(text, result)]


def _below_cost(text: Text, result: Any) -> list[Finding]:
    values = _values(result)
    if not result.money.inversion.has_margin:
        return []  # the sentences on the contribution say that no cost is known
    if not values["inverted_line_count"]:
        return [Finding(text("No line was sold below its cost."), "good")]
    words = text(
        "Lines sold below cost: {n}, for {amount} ({share} of sales); {loss} was lost on them.",
        n=text.count(int(values["inverted_line_count"])),
        amount=text.amount(values["inverted_amount"]),
        share=text.percent(values.get("inverted_share"), 2),
        loss=text.amount(values["inverted_loss_amount"]),
    )
    return [Finding(words, "warn")]


def _above_retail(text: Text, result: Any) -> Finding:
    if not result.money.inversion.has_retail:
        return Finding(
            text(
                "No published retail prices in the data: wholesale above retail is not computed"
                " (not zero). Map price_lists, with retail as the tier."
            )
        )
    values = _values(result)
    if not values["retail_inverted_line_count"]:
        return Finding(text("No line was dearer than the published retail price."), "good")
    words = text(
        "Lines dearer than the published retail price: {n}, for {amount}; at retail these"
        " customers would have paid {excess} less.",
        n=text.count(int(values["retail_inverted_line_count"])),
        amount=text.amount(values["retail_inverted_amount"]),
        excess=text.amount(values["retail_excess_amount"]),
    )
    return Finding(words, "warn")


def customers(text: Text, result: Any) -> BlockData:
    """Customers and products sold below cost, dearest first."""
    columns = [
        Column("customer_name", text("Customer")),
        Column("product_name", text("Product")),
        Column("line_count", text("Lines"), "count", 2),
        Column("net_amount", text("Sales below cost"), "amount", 2),
        Column("customer_share", text("Of the customer's sales"), "percent", 2),
        Column("loss_amount", text("Loss"), "amount"),
    ]
    frame = result.money.inversion.pairs
    return _worst(
        text,
        frame,
        columns,
        title=text("Sold below cost"),
        note=text("The file has all {n} pairs.", n=text.count(frame.height)),
        file="price_inversion",
        rows=2 * PRODUCTS,
    )


def products(text: Text, result: Any) -> BlockData:
    """Products sold below cost, with price and cost of a unit."""
    columns = [
        Column("product_name", text("Product")),
        Column("customer_count", text("Customers"), "count", 2),
        Column("line_count", text("Lines"), "count", 2),
        Column("mean_price_amount", text("Price per unit"), "number", 2),
        Column("mean_cost_amount", text("Cost per unit"), "number", 2),
        Column("net_amount", text("Sales below cost"), "amount", 2),
        Column("loss_amount", text("Loss"), "amount"),
    ]
    frame = result.money.inversion.products
    return _worst(
        text,
        frame.with_columns(pl.col("mean_price_amount", "mean_cost_amount").cast(pl.Float64)),
        columns,
        title=text("Sold below cost, by product"),
        note=text("Means over the lines below cost. All: {n}.", n=text.count(frame.height)),
        file="price_inversion_products",
    )


def retail(text: Text, result: Any) -> BlockData:
    """Products sold to customers above the price in the shops."""
    columns = [
        Column("product_name", text("Product")),
        Column("customer_count", text("Customers"), "count", 2),
        Column("line_count", text("Lines"), "count"),
        Column("priced_count", text("Lines compared"), "count", 2),
        Column("net_amount", text("Sales above retail"), "amount", 2),
        Column("excess_amount", text("Above retail by"), "amount"),
    ]
    frame = result.money.inversion.retail
    return _worst(
        text,
        frame,
        columns,
        title=text("Dearer than the published retail price"),
        note=text("Customers pay less in the shops. All: {n}.", n=text.count(frame.height)),
        file="retail_inversion",
    )


def _worst(
    text: Text,
    frame: pl.DataFrame,
    columns: list[Column],
    *,
    rows: int = PRODUCTS,
    **said: str,
) -> BlockData:
    """The first rows of a ranked frame; nothing when the sentences have said why it is empty."""
    return findings() if frame.is_empty() else table(frame.head(rows), columns, text, **said)
