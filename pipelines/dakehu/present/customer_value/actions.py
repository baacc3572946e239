"""Whom to see this month, why, and what to talk about.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.text import Text

RULES = {
    "action_count": N_("Customers to see this month"),
    "action_fall_share": N_("Falling: sales down against the window before by at least"),
}
TO_DO = {
    "ask_why_silent": N_("Ask why orders stopped, and who supplies now"),
    "collect": N_("Agree on a date of payment; hold new credit until then"),
    "win_back_volume": N_("Ask what changed, and offer a plan for the lost volume"),
    "reprice_or_serve_less": N_("Renegotiate the price, or cut what serving costs"),
    "offer_family": N_("Offer the family that peers buy"),
}


def visits(text: Text, result: Any) -> BlockData:
    """The customers to see first, with the reason in words and the money at stake."""
    frame = result.actions.visits
    if frame.is_empty():
        return note(text("Nobody has to be seen for any of the reasons of the rules."), "good")
    words = {name: text(label) for name, label in TO_DO.items()}
    rows = [_why(text, row) for row in frame.iter_rows(named=True)]
    return table(
        frame.with_columns(
            pl.Series("why", rows, dtype=pl.String),
            pl.col("what_to_do").replace_strict(words, return_dtype=pl.String),
        ),
        [
            Column("customer_name", text("Customer")),
            Column("why", text("Reason for the visit")),
            Column("amount_at_stake", text("At stake"), "amount"),
            Column("what_to_do", text("What to talk about"), priority=2),
        ],
        text,
        title=text("Whom to see this month"),
        note=text(
            "One row per customer, by its dearest reason: sales of the better window where silent"
            " beyond its rhythm, what is overdue, sales lost where falling, the negative"
            " contribution, the dearest family that peers buy. Customers with a reason: {n}.",
            n=text.count(result.actions.every.height),
        ),
        file="actions",
    )


def _why(text: Text, row: dict[str, Any]) -> str:
    if row["reason"] == "silent":
        return text(
            "Silent for {days} days, usually {usual} between orders",
            days=text.count(row["silent_days"]),
            usual=text.number(row["usual_interval_days"], 0),
        )
    if row["reason"] == "falling":
        return text("Sales {change}", change=text.change(row["growth"]))
    if row["reason"] == "white_space":
        return text("Does not buy {family}", family=row["family"])
    if row["reason"] == "overdue":
        return text("Overdue invoices")
    return text("Costs more than it brings")
