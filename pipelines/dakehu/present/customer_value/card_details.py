"""The small tables of the customer card: who, orders, alerts, what it lacks, tenders.

`result` is the CustomerValue that analysis.customer_value returns, `cards` its CustomerCards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.block import Column
from dakehu.present.card import Detail
from dakehu.present.customer_value.alert_terms import KINDS
from dakehu.present.customer_value.alerts import why
from dakehu.present.customer_value.card_terms import BUYING_ROLES, RESULTS, TEAM_ROLES
from dakehu.present.text import Text

SHOWN = 3  # rows of a customer: families that it lacks, tenders


def details_of(text: Text, result: Any, cards: Any) -> list[Detail]:
    """Every small table; one whose data is absent has no rows."""
    return [
        _team(text, cards.team),
        _contacts(text, cards.contacts),
        _orders(text, cards.orders),
        *_alerts(text, result, cards.alerts),
        *_lacking(text, result),
        _tenders(text, result),
    ]


def _worded(text: Text, column: str, words: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace({code: text(word) for code, word in words.items()})


def _team(text: Text, team: pl.DataFrame) -> Detail:
    columns = [
        Column("team_role", text("Part")),
        Column("person_name", text("Name")),
        Column("since_date", text("Since"), "date"),
    ]
    frame = team.with_columns(_worded(text, "team_role", TEAM_ROLES))
    return Detail(text("Our team"), frame, "customer_id", columns)


def _contacts(text: Text, contacts: pl.DataFrame) -> Detail:
    columns = [
        Column("buying_role", text("Part")),
        Column("name_masked", text("Name")),
        Column("position", text("Position")),
        Column("has_veto", text("Veto"), "flag"),
    ]
    frame = contacts.with_columns(_worded(text, "buying_role", BUYING_ROLES))
    return Detail(text("Contacts by part in the purchase"), frame, "customer_id", columns)


def _orders(text: Text, orders: pl.DataFrame) -> Detail:
    columns = [
        Column("order_date", text("Date"), "date"),
        Column("order_id", text("Order")),
        Column("net_amount", text("Amount"), "amount"),
        Column("gap_days", text("Days since"), "count"),
    ]
    return Detail(text("Last orders"), orders, "customer_id", columns)


def _alerts(text: Text, result: Any, alerts: pl.DataFrame) -> list[Detail]:
    """What is out of the ordinary now; that there is nothing is no lack of data."""
    if alerts.is_empty():
        return []
    columns = [
        Column("alert_date", text("Date"), "date"),
        Column("kind", text("Alert")),
        Column("why", text("Seen, and expected")),
    ]
    reasons = [why(text, row, result.policy) for row in alerts.iter_rows(named=True)]
    frame = alerts.with_columns(
        _worded(text, "kind", KINDS), pl.Series("why", reasons, dtype=pl.String)
    )
    return [Detail(text("Alerts"), frame, "customer_id", columns)]


def _lacking(text: Text, result: Any) -> list[Detail]:
    """The families that peers buy and the customer does not, dearest first."""
    cells = result.growth.tables.get("white_space")
    if cells is None or cells.is_empty():
        return []
    columns = [
        Column("family", text("Product family")),
        Column("potential_amount", text("Median of peers"), "amount"),
        Column("peer_count", text("Peers that buy"), "count"),
    ]
    dearest = cells.sort("potential_amount", descending=True).group_by(
        "customer_id", maintain_order=True
    )
    title = text("Not bought yet, though peers do")
    return [Detail(title, dearest.head(SHOWN), "customer_id", columns)]


def _tenders(text: Text, result: Any) -> Detail:
    """The latest first."""
    columns = [
        Column("tender_id", text("Tender")),
        Column("publish_date", text("Published"), "date"),
        Column("bid_amount", text("Our bid"), "amount"),
        Column("result", text("Result")),
    ]
    frame = pl.DataFrame(schema={"customer_id": pl.String})
    bids = result.money.tables.get("tenders") if result.money else None
    if bids is not None and not bids.is_empty():
        latest = bids.sort("publish_date", descending=True, nulls_last=True).group_by(
            "customer_id", maintain_order=True
        )
        frame = latest.head(SHOWN).with_columns(_worded(text, "result", RESULTS))
    return Detail(text("Tenders"), frame, "customer_id", columns)
