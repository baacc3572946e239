"""Channels of the customer value report, and the way from order to cash.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present import theme
from dakehu.present.bars import grouped_bars
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.customer_value.money_terms import CHANNELS, PARTIES, STEPS, TIERS
from dakehu.present.text import Text


def _worded(text: Text, column: str, labels: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace({key: text(label) for key, label in labels.items()})


def mix(text: Text, result: Any) -> BlockData:
    """Share of sales by channel, this window beside the one before (P5-1)."""
    frame = result.money.channels.channels
    if frame.is_empty():
        return note(text("No channel in the data: the channel mix is not computed (not zero)."))
    names = [text(CHANNELS.get(name, name)) for name in frame["channel"]]
    shares = frame["amount_share"].fill_null(0).to_list()
    series = [(text("This window"), shares, theme.BLUE)]
    if "previous_share" in frame.columns:
        before = frame["previous_share"].fill_null(0).to_list()
        series.append((text("Window before"), before, theme.GREY))
    return figure(
        grouped_bars(text, names, series),
        title=text("Channel mix"),
        summary=text(
            "The largest channel is {name} with {share} of sales.",
            name=names[0],
            share=text.percent(frame["amount_share"][0]),
        ),
        note=_saved(text, result),
        height=90 + 52 * frame.height,
    )


def _saved(text: Text, result: Any) -> str:
    """Whom the channels count, and what direct sales save of the channel's cost (P2-9)."""
    counted = text("Customers of every role, distributors among them.")
    values = {name: value for name, (value, _) in result.money.channels.figures.items()}
    if "channel_saved_amount" not in values:
        return counted
    costs = text(
        "Selling directly saved {amount}: rebates, promotion and freight take {through} of what"
        " distributors pay us, {direct} of direct sales,",
        amount=text.amount(values["channel_saved_amount"]),
        through=text.percent(values["channel_cost_share"]),
        direct=text.percent(values["direct_cost_share"]),
    )
    if "channel_margin_share" in values:
        margin = text(
            "and distributors keep {margin} of what they sell on.",
            margin=text.percent(values["channel_margin_share"]),
        )
    else:
        margin = text("without the distributors' own margin, which no sell-out data gives.")
    return text("{counted} {costs} {margin}", counted=counted, costs=costs, margin=margin)


def developed(text: Text, result: Any) -> BlockData:
    """Who won the account against who serves it: two different things (P5-2)."""
    frame = result.money.channels.developed
    if frame.is_empty():
        return findings()
    columns = [
        Column("developed_by", text("Account won by")),
        Column("fulfilled_by", text("Served by")),
        Column("net_amount", text("Sales"), "amount"),
        Column("amount_share", text("Share"), "percent"),
        Column("previous_share", text("Share before"), "percent", 2),
    ]
    return table(
        frame.with_columns(
            _worded(text, "developed_by", PARTIES), _worded(text, "fulfilled_by", PARTIES)
        ),
        columns,
        text,
        title=text("Who won the account, and who serves it"),
        file="developed",
    )


def tiers(text: Text, result: Any) -> BlockData:
    """How much of each price tier goes to class A (P2-1)."""
    frame = result.money.channels.tiers
    if frame.is_empty():
        return findings()
    columns = [
        Column("tier", text("Price tier")),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("key_amount", text("To class A"), "amount"),
        Column("key_amount_share", text("Share"), "percent"),
    ]
    return table(
        frame.with_columns(_worded(text, "tier", TIERS)),
        columns,
        text,
        title=text("Share of class A by price tier"),
        file="tiers",
    )


def steps(text: Text, result: Any) -> BlockData:
    """Days from the order to the delivery, and on to the payment (P6-3)."""
    frame = result.money.channels.steps
    if frame.is_empty():
        return note(
            text("No deliveries or payments in the data: order to cash is not computed (not zero).")
        )
    columns = [
        Column("step", text("Step")),
        Column("mean_days", text("Days"), "count"),
        Column("previous_days", text("Days in the window before"), "count"),
        Column("step_amount", text("Amount"), "amount", 2),
    ]
    return table(
        frame.with_columns(
            _worded(text, "step", STEPS), pl.col("mean_days", "previous_days").round()
        ),
        columns,
        text,
        title=text("From order to cash"),
        note=text("Steps that ended in the window, weighted by amount."),
        file="order_to_cash",
    )
