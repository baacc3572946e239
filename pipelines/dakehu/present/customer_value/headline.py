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
    values = {name: value for name, (value, _) in result.figures.items()}
    previous = previous or {}

    def tile(name: str, label: str, value: str, remark: str, tone: str = "") -> Tile:
        return Tile(name, label, value, remark, before(text, previous, name), tone)

    growth = values.get("growth")
    grown = (
        text("no window before it to compare with")
        if growth is None
        else text("{change} against the window before", change=text.change(growth))
    )
    shown = [
        tile(
            "key_account_count",
            text("Key accounts"),
            text.count(values["key_account_count"]),
            _key_share(text, result),
        ),
        tile(
            "net_amount",
            text("Sales"),
            text.amount(values["net_amount"]),
            grown,
            "" if growth is None else "good" if growth >= 0 else "bad",
        ),
        tile(
            "cr5",
            text("Share of the five largest"),
            text.percent(values["cr5"]),
            text("the largest alone {share}", share=text.percent(values["cr1"])),
        ),
        tile(
            "hhi",
            text("Concentration (HHI)"),
            text.number(values["hhi"], 0),
            text("as if {n} equal customers", n=text.number(values["effective_number"], 0)),
            "warn" if values["hhi"] > result.policy.high_hhi else "",
        ),
    ]
    if "margin_share" in values:
        shown.append(
            tile(
                "margin_amount",
                text("Margin"),
                text.amount(values["margin_amount"]),
                text(
                    "{rate} of sales; cost known for {known} of sales",
                    rate=text.percent(values["margin_share"]),
                    known=text.percent(values["margin_known_share"], 0),
                ),
            )
        )
    shown.append(
        tile(
            "revenue_at_risk",
            text("Revenue at risk"),
            text.amount(values["revenue_at_risk"]),
            text(
                "customers silent beyond their own rhythm: {n}",
                n=text.count(values["silent_customer_count"]),
            ),
            "warn" if values["silent_customer_count"] else "",
        )
    )
    if "net_revenue_retention" in values:
        shown.append(
            tile(
                "net_revenue_retention",
                text("Net revenue retention"),
                text.percent(values["net_revenue_retention"]),
                text(
                    "{lost} went with {n} customers that did not order again",
                    lost=text.amount(values["lost_amount"]),
                    n=text.count(values["lost_customer_count"]),
                ),
            )
        )
    if "contribution_amount" in values:
        shown.append(
            tile(
                "contribution_amount",
                text("Contribution"),
                text.amount(values["contribution_amount"]),
                text(
                    "after a cost to serve of {cost}",
                    cost=text.amount(values["cost_to_serve_amount"]),
                ),
            )
        )
    if "overdue_amount" in values:
        shown.append(
            tile(
                "overdue_amount",
                text("Overdue"),
                text.amount(values["overdue_amount"]),
                text(
                    "{share} of {open} owed",
                    share=text.percent(values.get("overdue_share")),
                    open=text.amount(values["open_amount"]),
                ),
                "warn" if values["overdue_amount"] else "good",
            )
        )
    return tiles(*shown)


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
