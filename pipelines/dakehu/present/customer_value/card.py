"""One customer at a time, on one card: profile, development, worth, behaviour, money, what to sell.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Column
from dakehu.present.card import Detail, History, Panel, card
from dakehu.present.customer_value.account_terms import TYPES
from dakehu.present.customer_value.terms import SEGMENTS
from dakehu.present.text import Text

CELLS = 5  # rows of a detail
RESULTS = {
    "won": N_("bid won"),
    "lost": N_("bid lost"),
    "void": N_("void, no winner"),
    "no_bid": N_("no bid made"),
    "open": N_("not opened yet"),
}


def customer_card(text: Text, result: Any) -> BlockData:
    """The card of the largest customers; what no source fills is left out."""
    cards = result.cards
    shown, known = cards.records.height, cards.customer_count
    return card(
        _records(text, result),
        text,
        code="customer_id",
        name="customer_name",
        panels=_panels(text),
        history=History(
            text("Sales by month ({currency})", currency=text.currency),
            "history",
            [text.month(month) for month in cards.months],
        ),
        details=_details(text, result),
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


def _records(text: Text, result: Any) -> pl.DataFrame:
    """The customers with what the parts know of them, codes written out as words."""
    records = result.cards.records
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
    for column, words in (("rfm_segment", SEGMENTS), ("customer_type", TYPES)):
        if column in records.columns:
            names = {name: text(label) for name, label in words.items()}
            records = records.with_columns(pl.col(column).replace(names))
    return records


def _details(text: Text, result: Any) -> list[Detail]:
    """The families that peers buy and the customer does not, and its tenders, latest first."""
    found = []
    cells = result.growth.tables.get("white_space")
    if cells is not None and not cells.is_empty():
        dearest = cells.sort("potential_amount", descending=True).group_by(
            "customer_id", maintain_order=True
        )
        found.append(
            Detail(
                text("Not bought yet, though peers do"),
                dearest.head(CELLS),
                "customer_id",
                [
                    Column("family", text("Product family")),
                    Column("potential_amount", text("Median of peers"), "amount"),
                    Column("peer_count", text("Peers that buy"), "count"),
                ],
            )
        )
    bids = result.money.tables.get("tenders") if result.money else None
    if bids is not None and not bids.is_empty():
        latest = bids.sort("publish_date", descending=True, nulls_last=True).group_by(
            "customer_id", maintain_order=True
        )
        found.append(
            Detail(
                text("Tenders"),
                latest.head(CELLS).with_columns(
                    pl.col("result").replace({name: text(word) for name, word in RESULTS.items()})
                ),
                "customer_id",
                [
                    Column("tender_id", text("Tender")),
                    Column("publish_date", text("Published"), "date"),
                    Column("bid_amount", text("Our bid"), "amount"),
                    Column("result", text("Result")),
                ],
            )
        )
    return found


def _panels(text: Text) -> list[Panel]:
    return [
        Panel(
            text("Profile"),
            [
                Column("is_key_account", text("Key account"), "flag"),
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
                Column("previous_amount", text("Sales in the window before"), "amount"),
                Column("growth", text("Growth"), "change"),
                Column("active_years", text("Years with purchases"), "count"),
                Column("annual_cv", text("CV of annual sales"), "number"),
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
                Column("clv_low_amount", text("Low (90 %)"), "amount"),
                Column("clv_high_amount", text("High (90 %)"), "amount"),
            ],
        ),
        Panel(
            text("Behaviour"),
            [
                Column("last_order_date", text("Last order"), "date"),
                Column("recency_days", text("Days since the last order"), "count"),
                Column("order_count", text("Orders in the window"), "count"),
                Column("p_alive", text("Still a customer"), "percent"),
                Column("expected_orders", text("Order days expected"), "number"),
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
            text("Potential"),
            [
                Column("family_count", text("Product families bought"), "count"),
                Column("family_coverage", text("Family coverage"), "percent"),
                Column("wallet_share", text("Share of wallet"), "percent"),
            ],
        ),
    ]
