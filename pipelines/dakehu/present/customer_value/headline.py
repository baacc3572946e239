"""Customer value at a glance: the tiles of page one.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dakehu.present.appendix import before
from dakehu.present.block import BlockData, Tile, tiles
from dakehu.present.customer_value import screens
from dakehu.present.text import Text


def headline(
    text: Text, result: Any, previous: Mapping[str, tuple[float, str]] | None = None
) -> BlockData:
    """The tiles of page one; a figure whose data is absent has no tile."""
    value = {name: number for name, (number, _) in result.figures.items()}.get
    growth = value("growth")
    possible = [
        Tile(
            "key_account_count",
            text("Key accounts"),
            text.count(value("key_account_count")),
            _key_share(text, result),
        ),
        Tile(
            "net_amount",
            text("Sales"),
            text.amount(value("net_amount")),
            text("no window before it to compare with")
            if growth is None
            else text("{change} against the window before", change=text.change(growth)),
            tone="" if growth is None else "good" if growth >= 0 else "bad",
        ),
        Tile(
            "cr5",
            text("Share of the five largest"),
            text.percent(value("cr5")),
            text("the largest alone {share}", share=text.percent(value("cr1"))),
        ),
        Tile(
            "hhi",
            text("Concentration (HHI)"),
            text.number(value("hhi"), 0),
            text("as if {n} equal customers", n=text.number(value("effective_number"), 0)),
            tone="warn" if value("hhi", 0) > result.policy.high_hhi else "",
        ),
        Tile(
            "margin_amount",
            text("Margin"),
            text.amount(value("margin_amount")),
            text(
                "{rate} of sales; cost known for {known} of sales",
                rate=text.percent(value("margin_share")),
                known=text.percent(value("margin_known_share"), 0),
            ),
        ),
        Tile(
            "revenue_at_risk",
            text("Revenue at risk"),
            text.amount(value("revenue_at_risk")),
            text(
                "customers silent beyond their own rhythm: {n}",
                n=text.count(value("silent_customer_count")),
            ),
            tone="warn" if value("silent_customer_count") else "",
        ),
        Tile(
            "net_revenue_retention",
            text("Net revenue retention"),
            text.percent(value("net_revenue_retention")),
            text(
                "{lost} went with {n} customers that did not order again",
                lost=text.amount(value("lost_amount")),
                n=text.count(value("lost_customer_count")),
            ),
        ),
        Tile(
            "contribution_amount",
            text("Contribution"),
            text.amount(value("contribution_amount")),
            text(
                "after a cost to serve of {cost}", cost=text.amount(value("cost_to_serve_amount"))
            ),
        ),
        Tile(
            "overdue_amount",
            text("Overdue"),
            text.amount(value("overdue_amount")),
            text(
                "{share} of {open} owed",
                share=text.percent(value("overdue_share")),
                open=text.amount(value("open_amount")),
            ),
            tone="warn" if value("overdue_amount") else "good",
        ),
    ]
    return tiles(
        *(
            tile._replace(previous=before(text, previous or {}, tile.name))
            for tile in possible
            if value(tile.name) is not None
        )
    )


def _key_share(text: Text, result: Any) -> str:
    remark = text(
        "{share} of {n} customers, {sales} of sales",
        share=text.percent(result.figures["key_account_share"][0]),
        n=text.count(result.figures["customer_count"][0]),
        sales=text.percent(result.figures["key_account_amount_share"][0]),
    )
    if len(screens.unknown_screens(result)) < len(screens.SCREENS):
        return remark
    return remark + text("; by the 80/20 rule alone")
