"""One customer at a time: profile, development, value and behaviour on one card.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column
from dakehu.present.card import History, Panel, card
from dakehu.present.customer_terms import SEGMENTS
from dakehu.present.text import Text


def customer_card(text: Text, result: Any) -> BlockData:
    """The card of the largest customers; what no source fills is left out."""
    cards = result.cards
    segments = {name: text(label) for name, label in SEGMENTS.items()}
    records = cards.records.with_columns(pl.col("rfm_segment").replace_strict(segments))
    shown, known = cards.records.height, cards.customer_count
    return card(
        records,
        text,
        code="customer_id",
        name="customer_name",
        panels=_panels(text),
        history=History(
            text("Sales by month ({currency})", currency=text.currency),
            "history",
            [text.month(month) for month in cards.months],
        ),
        title=text("Customer card"),
        prompt=text("Name or code of a customer"),
        note=""
        if shown == known
        else text(
            "The {shown} largest of {known} customers.",
            shown=text.count(shown),
            known=text.count(known),
        ),
    )


def _panels(text: Text) -> list[Panel]:
    return [
        Panel(
            text("Profile"),
            [
                Column("customer_class", text("Class")),
                Column("rfm_segment", text("Segment")),
                Column("region_name", text("Region")),
                Column("industry_name", text("Industry")),
            ],
        ),
        Panel(
            text("Development"),
            [
                Column("net_amount", text("Sales"), "amount"),
                Column("previous_amount", text("Sales in the window before"), "amount"),
                Column("growth", text("Growth"), "change"),
            ],
        ),
        Panel(
            text("Worth"),
            [
                Column("amount_share", text("Share of sales"), "percent"),
                Column("margin_amount", text("Margin"), "amount"),
                Column("margin_share", text("Margin rate"), "percent"),
            ],
        ),
        Panel(
            text("Behaviour"),
            [
                Column("last_order_date", text("Last order"), "date"),
                Column("recency_days", text("Days since the last order"), "count"),
                Column("order_count", text("Orders in the window"), "count"),
            ],
        ),
    ]
