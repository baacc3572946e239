"""One customer at a time, on one card: profile, development, worth, behaviour, money, and the rest.

`result` is the CustomerValue that analysis.customer_value returns, `cards` its CustomerCards.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column
from dakehu.present.card import History, Panel, card
from dakehu.present.customer_value.account_terms import STAGES, TRIGGERS, TYPES
from dakehu.present.customer_value.card_details import details_of
from dakehu.present.customer_value.terms import SEGMENTS
from dakehu.present.text import Text

WORDS = {
    "rfm_segment": SEGMENTS,
    "customer_type": TYPES,
    "from_type": TYPES,
    "to_type": TYPES,
    "relation_stage": STAGES,
    "last_trigger": TRIGGERS,
}


def customer_card(text: Text, result: Any, cards: Any) -> BlockData:
    """The card of the largest customers; what no source fills is left out, and named."""
    records, panels = _records(text, result, cards), _panels(text, result)
    details = details_of(text, result, cards)
    shown, known = records.height, cards.customer_count
    remarks = []
    if shown < known:
        remarks.append(
            text(
                "The {shown} largest of {known} customers.",
                shown=text.count(shown),
                known=text.count(known),
            )
        )
    absent = [detail.title for detail in details if detail.frame.is_empty()]
    absent = [*_absent(text, records), *absent]
    if absent:
        what = text(", ").join(absent)
        remarks.append(text("Not in the data, so not on the card (not zero): {what}.", what=what))
    return card(
        records,
        text,
        code="customer_id",
        name="customer_name",
        panels=panels,
        history=History(
            text("Sales by month ({currency})", currency=text.currency),
            "history",
            [text.month(month) for month in cards.months],
        ),
        details=details,
        title=text("Customer card"),
        prompt=text("Name or code of a customer"),
        note=" ".join(remarks),
    )


def _records(text: Text, result: Any, cards: Any) -> pl.DataFrame:
    """The customers with what the parts know of them, codes written out as words."""
    records = cards.records
    owed = result.money.receivables.customers if result.money else pl.DataFrame()
    served = result.money.contribution.customers if result.money else pl.DataFrame()
    for frame, names in (
        (owed, ["open_amount", "overdue_share", "oldest_overdue_days", "limit_use_share"]),
        (served, ["cost_to_serve_amount", "contribution_amount"]),
    ):
        given = [name for name in names if name in frame.columns]
        if given:
            records = records.join(
                frame.select("customer_id", *given),
                on="customer_id",
                how="left",
                maintain_order="left",
            )
    for column, words in WORDS.items():
        if column in records.columns:
            names = {name: text(label) for name, label in words.items()}
            records = records.with_columns(pl.col(column).replace(names))
    return records.with_columns(
        pl.Series(name, [write(text, row) for row in records.to_dicts()], dtype=pl.String)
        for name, write in COMPOSED.items()
    )


def _verdict(text: Text, row: dict[str, Any]) -> str:
    return text("yes") if row["is_key_account"] else text("no")


def _span(text: Text, row: dict[str, Any]) -> str | None:
    """The interval of the customer value."""
    if row.get("clv_low_amount") is None:
        return None
    return f"{text.amount(row['clv_low_amount'])}–{text.amount(row['clv_high_amount'])}"


def _mix(text: Text, row: dict[str, Any]) -> str | None:
    """The main product family with its share."""
    if row["main_family"] is None:
        return None
    return f"{row['main_family']} {text.percent(row['main_family_share'], 0)}"


def _setback(text: Text, row: dict[str, Any]) -> str | None:
    if row["last_trigger"] is None:
        return None
    return f"{text.month(row['last_back_step'])} {row['last_trigger']}"


def _class_move(_: Text, row: dict[str, Any]) -> str | None:
    if row["previous_class"] is None:
        return None
    return f"{row['previous_class']} → {row['customer_class']}"


def _type_move(_: Text, row: dict[str, Any]) -> str | None:
    return None if row["to_type"] is None else f"{row['from_type']} → {row['to_type']}"


def _promises(text: Text, row: dict[str, Any]) -> str | None:
    """Lines delivered in full on time, and of how many."""
    if row["due_line_count"] is None:
        return None
    count = text.count(row["due_line_count"])
    return text("{share} of {n} lines", share=text.percent(row["on_time_share"], 0), n=count)


COMPOSED = {
    "verdict": _verdict,
    "clv_span": _span,
    "mix": _mix,
    "setback": _setback,
    "class_move": _class_move,
    "type_move": _type_move,
    "promises": _promises,
}


def _absent(text: Text, records: pl.DataFrame) -> list[str]:
    """What of the card's questions no source answers for anybody."""
    asked = {
        "margin_amount": text("Margin"),
        "price_level": text("Price against others"),
        "promises": text("Full and on time"),
        "complaint_count": text("Complaints"),
        "open_amount": text("Receivables"),
        "wallet_share": text("Share of wallet"),
    }
    return [
        label
        for name, label in asked.items()
        if name not in records.columns or records[name].is_null().all()
    ]


def _panels(text: Text, result: Any) -> list[Panel]:
    # The types of two windows are compared without the cost to serve, which only this one knows.
    basis = text("Type by margin") if result.has_margin else text("Type")
    return [
        Panel(
            text("Profile"),
            [
                Column("verdict", text("Key account")),
                Column("customer_class", text("Class")),
                Column("customer_type", text("Type")),
                Column("rfm_segment", text("Segment")),
                Column("region_name", text("Region")),
                Column("industry_name", text("Industry")),
            ],
        ),
        Panel(
            text("Development"),
            [
                Column("net_amount", text("Sales"), "amount"),
                Column("previous_amount", text("Sales, window before"), "amount"),
                Column("growth", text("Growth"), "change"),
                Column("active_years", text("Years with purchases"), "count"),
                Column("annual_cv", text("CV of annual sales"), "number"),
                Column("expected_amount", text("Expected sales"), "amount"),
            ],
        ),
        Panel(
            text("Worth"),
            [
                Column("amount_share", text("Share of sales"), "percent"),
                Column("margin_amount", text("Margin"), "amount"),
                Column("cost_to_serve_amount", text("Cost to serve"), "amount"),
                Column("contribution_amount", text("Contribution"), "amount"),
                Column("clv_amount", text("Customer value"), "amount"),
                Column("clv_span", text("Value, 90% interval")),
            ],
        ),
        Panel(
            text("Behaviour"),
            [
                Column("last_order_date", text("Last order"), "date"),
                Column("recency_days", text("Days since the last order"), "count"),
                Column("order_count", text("Orders in the window"), "count"),
                Column("mix", text("Buys most of")),
                Column("price_level", text("Price against others"), "change"),
                Column("p_alive", text("Still a customer"), "percent"),
            ],
        ),
        Panel(
            text("Money"),
            [
                Column("open_amount", text("Receivables"), "amount"),
                Column("overdue_amount", text("Overdue"), "amount"),
                Column("oldest_overdue_days", text("Longest overdue, days"), "count"),
                Column("dso_days", text("DSO"), "count"),
                Column("limit_use_share", text("Credit limit used"), "percent"),
            ],
        ),
        Panel(
            text("Satisfaction"),
            [
                Column("promises", text("Full and on time")),
                Column("complaint_count", text("Complaints"), "count"),
            ],
        ),
        Panel(
            text("Potential"),
            [
                Column("expected_orders", text("Order days expected"), "number"),
                Column("family_count", text("Product families bought"), "count"),
                Column("family_coverage", text("Family coverage"), "percent"),
                Column("wallet_share", text("Share of wallet"), "percent"),
            ],
        ),
        Panel(
            text("History"),
            [
                Column("first_order_date", text("First order on file"), "date"),
                Column("class_move", text("Class")),
                Column("type_move", basis),
                Column("relation_stage", text("Stage of the relation")),
                Column("back_steps", text("Steps back"), "count"),
                Column("setback", text("Last step back")),
            ],
        ),
    ]
