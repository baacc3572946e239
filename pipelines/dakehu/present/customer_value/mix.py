"""The mix of product families and how it shifted.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, figure, findings
from dakehu.present.text import Text

FAMILIES = 12


def families(text: Text, result: Any) -> BlockData:
    """Each family's share of sales, in this window and the one before (P11-1)."""
    frame = result.growth.mix.families
    if not shift(text, result):
        return findings()  # the sentences have said that no family is known
    shown = frame.head(FAMILIES)
    names = [text("No family named") if name is None else name for name in shown["family"]]
    has_previous = "share_change" in shown.columns
    series = [("amount_share", text("This window"), theme.BLUE)]
    if has_previous:
        series.insert(0, ("previous_share", text("Window before"), theme.GREY))
    traces = [
        go.Bar(
            x=shown[column].to_list(),
            y=list(range(len(names))),
            orientation="h",
            name=label,
            marker={"color": color},
            text=[text.percent(share) for share in shown[column]],
            textposition="outside",
            cliponaxis=False,
            customdata=[
                hover(name, f"{label} {text.percent(share)}")
                for name, share in zip(names, shown[column], strict=True)
            ],
            hovertemplate=HOVER,
        )
        for column, label, color in series
    ]
    shares = [share or 0 for column, _, _ in series for share in shown[column]]
    layout = theme.layout(
        barmode="group",
        yaxis=rows_axis(names),
        xaxis={"visible": False, "range": [min(0, *shares) * 1.3, max(shares) * 1.22]},
    )
    return figure(
        go.Figure(traces, layout),
        title=text("What sales are made of, by product family"),
        summary=shift(text, result),
        note=text(
            "The {n} largest of {all}; the file has all.",
            n=text.count(len(names)),
            all=text.count(frame.height),
        )
        if frame.height > FAMILIES
        else "",
        height=90 + (46 if has_previous else 28) * len(names),
    )


def shift(text: Text, result: Any) -> str:
    """The largest family, and which won and lost most share of sales; "" where none is known."""
    named = result.growth.mix.families
    named = named if named.is_empty() else named.drop_nulls(["family", "amount_share"])
    if named.is_empty():
        return ""
    first = named.row(0, named=True)
    largest = text(
        "The largest family, {name}, makes {share} of sales.",
        name=first["family"],
        share=text.percent(first["amount_share"]),
    )
    if "share_change" not in named.columns or named["share_change"].is_null().all():
        return largest
    ordered = named.sort("share_change", "family")
    fell, rose = ordered.row(0, named=True), ordered.row(-1, named=True)
    return text(
        "{largest} Won most share: {rose} ({up} points); lost most: {fell} ({down} points).",
        largest=largest,
        rose=rose["family"],
        up=_points(text, rose["share_change"]),
        fell=fell["family"],
        down=_points(text, fell["share_change"]),
    )


def _points(text: Text, change: float) -> str:
    return f"{'+' if change > 0 else ''}{text.number(change * 100, 1)}"
