"""How each class is served, on the page.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.text import Text


def classes(text: Text, result: Any) -> BlockData:
    """On time and in full, freight, and supply in a shortage by class (P9-5, P9-6)."""
    found = result.money.delivery
    if found.classes.is_empty():
        return note(
            text(
                "No shipments of lines with a promised or requested date in the data: delivery is"
                " not judged (not zero)."
            )
        )
    columns = [
        Column("name", text("Class")),
        Column("line_count", text("Lines due"), "count", 2),
        Column("otif_share", text("On time in full"), "percent"),
        Column("fill_share", text("Supplied in a shortage"), "percent"),
        Column("freight_share", text("Freight of sales"), "percent", 2),
        Column("delivered_share", text("Brought, not picked up"), "percent", 2),
    ]
    filled = found.shortage.select("customer_class", "fill_share")
    frame = found.classes.join(
        filled, on="customer_class", how="left", nulls_equal=True, maintain_order="left"
    )
    known = [name for name in frame.columns if frame[name].is_not_null().any()]
    return table(
        frame.with_columns(name=pl.col("customer_class").fill_null(text("All"))).select(
            "name", *known
        ),
        columns,
        text,
        title=text("How each class is served"),
        note=_shortage(text, found),
        file="delivery",
    )


def _shortage(text: Text, found: Any) -> str:
    if found.shortage.is_empty():
        return text("No product was out in the window, as far as the data says (outages).")
    return text(
        "Supplied in a shortage: shipped, of what was ordered while the product was out ({n} lines,"
        " {amount}), cancelled lines included.",
        n=text.count(found.shortage["line_count"][-1]),
        amount=text.amount(found.shortage["ordered_amount"][-1]),
    )
