"""The sentences of the customer value page: three on page one, one at the head of a section.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Finding, findings
from dakehu.present.customer_value import retention, screens
from dakehu.present.customer_value import types as four_types
from dakehu.present.text import Text


def page_one(text: Text, result: Any) -> BlockData:
    """Who the key accounts are, how far we depend on the largest, and what is at stake now."""
    return findings(
        screens.finding(text, result), _dependence(text, result), _at_stake(text, result)
    )


def classes(text: Text, result: Any) -> BlockData:
    """How few customers make most of the sales."""
    return findings(_class_a(text, result))


def growth(text: Text, result: Any) -> BlockData:
    """What new, lost and staying customers changed."""
    return findings(_growth(text, result))


def leaving(text: Text, result: Any) -> BlockData:
    """What is at risk by silence, and what was kept."""
    return findings(retention.finding(text, result))


def types(text: Text, result: Any) -> BlockData:
    """How many customers of each type there are; nothing without a benchmark of growth."""
    known = result.types.benchmark is not None
    return findings(*([four_types.finding(text, result)] if known else []))


def margin(text: Text, result: Any) -> BlockData:
    """What is earned, and on whom money is lost; nothing where no cost is known."""
    return findings(*([_margin(text, result)] if result.has_margin else []))


def _at_stake(text: Text, result: Any) -> Finding:
    """The money that silence, late payment and dear service put at risk, as far as known."""
    values = {name: value for name, (value, _) in result.figures.items()}
    clauses = []
    if silent := values["silent_customer_count"]:
        clauses.append(
            text(
                "{amount} of sales with customers silent beyond their own rhythm ({n})",
                amount=text.amount(values["revenue_at_risk"]),
                n=text.count(silent),
            )
        )
    if values.get("overdue_amount"):
        clauses.append(text("{amount} overdue", amount=text.amount(values["overdue_amount"])))
    if losing := values.get("losing_count"):
        clauses.append(
            text(
                "{amount} lost on customers that cost more than they bring ({n})",
                amount=text.amount(abs(values["losing_amount"])),
                n=text.count(losing),
            )
        )
    if not clauses:
        return Finding(
            text("Nothing known is at stake: nobody is silent, late or too dear."), "good"
        )
    return Finding(text("At stake now: {list}.", list=text("; ").join(clauses)), "bad")


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
                "Margin came to {margin} ({rate} of sales); no customer has a negative margin.",
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
