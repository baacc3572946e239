"""How sales moved between two windows, as figures.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, ROW, hover, rows_axis, waterfall
from dakehu.present.block import BlockData, figure, findings, note
from dakehu.present.customer_value.terms import KINDS
from dakehu.present.text import Text


def bridge(text: Text, result: Any) -> BlockData:
    """From the sales of the window before to those of this one, by what the customers did."""
    if not result.period.has_previous:
        return findings()  # the sentence has said what is missing
    found = {row["kind"]: row for row in result.bridge.iter_rows(named=True)}
    steps = [(kind, found[kind]) for kind in KINDS if kind in found and kind != "same"]
    previous = result.figures["previous_amount"][0]
    current = result.figures["net_amount"][0]
    changes = [float(row["change_amount"]) for _, row in steps]
    scale = text.money_scale(max(abs(previous), abs(current)))
    names = [
        text("Window before"),
        *(
            text("{kind} ({n})", kind=text(KINDS[kind]), n=text.count(row["customer_count"]))
            for kind, row in steps
        ),
        text("This window"),
    ]
    amounts = [previous, *changes, current]
    trace = waterfall(text, names, amounts, scale.divisor)
    highest = max(previous, previous + sum(change for change in changes if change > 0))
    layout = theme.layout(
        showlegend=False,
        yaxis=rows_axis(names),
        xaxis={
            "title": {"text": text("Sales, {unit}", unit=scale.unit)},
            "range": [0, 1.42 * highest / scale.divisor],
            "nticks": 5,
        },
    )
    return figure(
        go.Figure([trace], layout),
        title=text("Where the change came from"),
        summary=text(
            "From {previous} to {amount}.",
            previous=text.amount(previous),
            amount=text.amount(current),
        ),
        note=text("In brackets: number of customers."),
        height=90 + 40 * len(names),
    )


def movers(text: Text, result: Any, top_n: int) -> BlockData:
    """The customers whose sales rose and fell most, in money, new and lost ones included."""
    if not result.period.has_previous:
        return findings()  # the bridge has said that there is no window before
    moved = result.movers.filter(pl.col("change_amount") != 0)
    half = max(1, top_n // 2)
    up = moved.filter(pl.col("change_amount") > 0).head(half)
    down = moved.filter(pl.col("change_amount") < 0).tail(half)
    frame = pl.concat([up, down])
    if frame.is_empty():
        return note(text("No customer's sales changed."), "")
    changes = frame["change_amount"].cast(pl.Float64).to_list()
    scale = text.money_scale(max(abs(change) for change in changes))
    moves = frame.select("customer_name", "kind", "previous_amount", "net_amount").iter_rows()
    hovers = [
        hover(
            name,
            text(KINDS[kind]),
            text("{before} → {now}", before=text.amount(before), now=text.amount(now)),
        )
        for name, kind, before, now in moves
    ]
    trace = go.Bar(
        x=[change / scale.divisor for change in changes],
        y=list(range(frame.height)),
        orientation="h",
        marker={"color": [theme.GREEN if change > 0 else theme.RED for change in changes]},
        customdata=hovers,
        hovertemplate=HOVER,
    )
    names = frame["customer_name"].to_list()
    layout = theme.layout(
        showlegend=False,
        yaxis=rows_axis(names),
        xaxis={
            "title": {"text": text("Change of sales, {unit}", unit=scale.unit)},
            "zeroline": True,
            "nticks": 5,
        },
    )
    return figure(
        go.Figure([trace], layout),
        title=text("Who rose and who fell, in money"),
        summary=text(
            "Largest rise: {up}. Largest fall: {down}.",
            up=text("{name} {amount}", name=names[0], amount=text.amount(changes[0])),
            down=text("{name} {amount}", name=names[-1], amount=text.amount(changes[-1])),
        ),
        note=text("New and lost customers are among them."),
        height=80 + ROW * frame.height,
    )
