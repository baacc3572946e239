"""The industries that customers belong to, and what each did to sales.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, table
from dakehu.present.customer_value.growth_terms import EFFECTS
from dakehu.present.text import Text

INDUSTRIES = 15
COLORS = {"number_amount": theme.BLUE, "mix_amount": theme.VIOLET, "rate_amount": theme.ORANGE}


def effects(text: Text, result: Any) -> BlockData:
    """Each industry's part in the change of sales: number of customers, mix, sales per customer."""
    found = result.growth.industries
    if not found.effects:
        return findings()  # the sentences have said that no industry is known, or no window before
    size = pl.col("change_amount").abs()
    frame = found.industries.sort(size, descending=True).head(INDUSTRIES)
    names = _names(text, frame)
    largest = max(float(frame[name].abs().max() or 0) for name in EFFECTS)
    scale = text.money_scale(largest)
    traces = [
        go.Bar(
            x=[float(amount) / scale.divisor for amount in frame[column]],
            y=list(range(len(names))),
            orientation="h",
            name=text(label),
            marker={"color": COLORS[column]},
            customdata=[
                hover(
                    name,
                    f"{text(label)} {text.amount(amount)}",
                    text("change {amount}", amount=text.amount(change)),
                )
                for name, amount, change in zip(
                    names, frame[column], frame["change_amount"], strict=True
                )
            ],
            hovertemplate=HOVER,
        )
        for column, label in EFFECTS.items()
    ]
    layout = theme.layout(
        barmode="relative",
        legend={"traceorder": "normal"},
        yaxis=rows_axis(names),
        xaxis={
            "title": {"text": text("Change of sales, {unit}", unit=scale.unit)},
            "zeroline": True,
            "nticks": 5,
        },
    )
    return figure(
        go.Figure(traces, layout),
        title=text("Which industries moved sales"),
        summary=moved(text, result),
        note=text(
            "Number: more or fewer customers in all. Mix: customers moved between industries."
            " Rate: sales per customer. The three add up to the change of each industry."
        ),
        height=110 + 34 * len(names),
    )


def moved(text: Text, result: Any) -> str:
    """The change of sales by number, mix and rate, and the industries that did most and least."""
    found = result.growth.industries
    frame = found.industries.sort("change_amount", "industry_name")
    fell, rose = frame.row(0, named=True), frame.row(-1, named=True)
    total = frame["change_amount"].sum()
    return text(
        "Sales changed by {total}: {number} from the number of customers, {mix} from the mix of"
        " industries, {rate} from sales per customer. Most came from {rose} ({up}), least from"
        " {fell} ({down}).",
        total=text.amount(total),
        number=text.amount(found.effects["number_amount"]),
        mix=text.amount(found.effects["mix_amount"]),
        rate=text.amount(found.effects["rate_amount"]),
        rose=_name(text, rose["industry_name"]),
        up=text.amount(rose["change_amount"]),
        fell=_name(text, fell["industry_name"]),
        down=text.amount(fell["change_amount"]),
    )


def industries(text: Text, result: Any) -> BlockData:
    """Customers, sales, growth and margin of every industry (P4-5)."""
    frame = result.growth.industries.industries
    if frame.is_empty():
        return findings()  # the sentences have said that no industry is known
    columns = [
        Column("industry", text("Industry")),
        Column("customer_count", text("Customers"), "count", 2),
        Column("net_amount", text("Sales"), "amount"),
        Column("amount_share", text("Share"), "percent", 2),
        Column("growth", text("Growth"), "change"),
        Column("contribution", text("Part in growth"), "change", 2),
        Column("margin_share", text("Margin rate"), "percent", 2),
        Column("leading_family", text("Leading family"), priority=3),
        Column("leading_share", text("Its share"), "percent", 3),
    ]
    return table(
        frame.with_columns(pl.Series("industry", _names(text, frame), dtype=pl.String)),
        columns,
        text,
        title=text("Industry by industry"),
        note=_note(text, has_growth="contribution" in frame.columns),
        file="industries",
    )


def _note(text: Text, *, has_growth: bool) -> str:
    absent = text("Pain points and standard solutions have no column in the data: not shown.")
    if not has_growth:
        return absent
    growth = text("Part in growth: the industry's change over all sales of the window before.")
    return text("{said} {doubt}", said=growth, doubt=absent)


def _names(text: Text, frame: pl.DataFrame) -> list[str]:
    return [_name(text, name) for name in frame["industry_name"]]


def _name(text: Text, name: str | None) -> str:
    return text("Industry not known") if name is None else name
