"""Customer value at a glance: headline tiles and the sentences that come first.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import before
from dakehu.present.block import (
    BlockData,
    Finding,
    Tile,
    findings,
    tiles,
)
from dakehu.present.customer_value import contribution, receivables, retention, screens, types
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


def sentences(text: Text, result: Any) -> BlockData:
    """What an executive should know first: key accounts, dependence, growth, risk, margin."""
    items = [_class_a(text, result), screens.finding(text, result)]
    items += [_dependence(text, result), _growth(text, result)]
    items.append(retention.finding(text, result))
    if result.types.benchmark is not None:
        items.append(types.finding(text, result))
    if result.has_margin:
        items.append(_margin(text, result))
    if result.money:
        items += [
            *contribution.left(text, result),
            *receivables.overdue(text, result),
        ]
    return findings(*items)


def _class_a(text: Text, result: Any) -> Finding:
    top = result.classes.row(0, named=True)
    return Finding(
        text(
            "From {first} to {last}, {n} of {all} customers ({share}) brought in {sales} of"
            " sales: these are the class A customers. Their share of sales is {index} times their"
            " share of the customers.",
            first=text.month(result.period.first_month),
            last=text.month(result.period.last_month),
            n=text.count(top["customer_count"]),
            all=text.count(result.customers.height),
            share=text.percent(top["customer_share"]),
            sales=text.percent(top["amount_share"]),
            index=text.number(top["concentration_index"], 1),
        )
    )


def _dependence(text: Text, result: Any) -> Finding:
    largest = result.customers.row(0, named=True)
    hhi, policy = result.figures["hhi"][0], result.policy
    level = (
        text("high")
        if hhi > policy.high_hhi
        else text("moderate")
        if hhi >= policy.moderate_hhi
        else text("low")
    )
    sentence = text(
        "The largest customer, {name}, makes {share} of sales; without it {amount} would be"
        " missing. The five largest make {five}; concentration is {level} (HHI {hhi}).",
        name=largest["customer_name"],
        share=text.percent(largest["amount_share"]),
        amount=text.amount(largest["net_amount"]),
        five=text.percent(result.figures["cr5"][0]),
        level=level,
        hhi=text.number(hhi, 0),
    )
    dependent = largest["amount_share"] >= policy.dependence_share
    return Finding(sentence, "bad" if dependent else "warn" if hhi > policy.high_hhi else "")


def _growth(text: Text, result: Any) -> Finding:
    period, figures = result.period, result.figures
    if not period.has_previous:
        return Finding(
            text(
                "The history holds {have} months; growth, new and lost customers need twice"
                " {window} months. Not computed, data absent (not zero).",
                have=text.count(period.history_months),
                window=text.count(period.month_count),
            ),
            "warn",
        )
    moved = dict(result.bridge.select("kind", "change_amount").iter_rows())
    new = moved.pop("new", 0) + moved.pop("returned", 0)
    lost = -moved.pop("lost", 0)
    change = figures["net_amount"][0] - figures["previous_amount"][0]
    return Finding(
        text(
            "Sales came to {amount}, {change} against {previous} in the window before. New and"
            " returned customers ({new_n}) added {new}, lost ones ({lost_n}) took {lost} away,"
            " and those who stayed changed by {stayed}.",
            amount=text.amount(figures["net_amount"][0]),
            previous=text.amount(figures["previous_amount"][0]),
            change=text.change(figures.get("growth", (None, ""))[0]),
            new=text.amount(new),
            new_n=text.count(figures["new_customer_count"][0]),
            lost=text.amount(lost),
            lost_n=text.count(figures["lost_customer_count"][0]),
            stayed=text.amount(sum(moved.values())),
        ),
        "good" if change >= 0 else "bad",
    )


def _margin(text: Text, result: Any) -> Finding:
    losing = result.customers.filter(pl.col("margin_amount") < 0)
    values = {
        "margin": text.amount(result.figures["margin_amount"][0]),
        "rate": text.percent(result.figures.get("margin_share", (None, ""))[0]),
        "n": text.count(losing.height),
        "loss": text.amount(losing["margin_amount"].sum()),
    }
    if losing.is_empty():
        return Finding(
            text(
                "Margin came to {margin} ({rate} of sales); no customer was served below cost.",
                **values,
            ),
            "good",
        )
    return Finding(
        text(
            "Margin came to {margin} ({rate} of sales). Customers that we lost money on: {n},"
            " together {loss}.",
            **values,
        ),
        "bad",
    )
