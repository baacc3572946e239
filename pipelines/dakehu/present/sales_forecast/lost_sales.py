"""Sales that were lost: documented by orders not delivered, estimated from days out of stock.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Finding, figure, findings
from dakehu.present.sales_forecast.words import absent, part
from dakehu.present.text import Text
from dakehu.present.theme import ORANGE, VIOLET, layout

MONTHS = 12
SHOWN_MONTHS = 24
KINDS = (
    ("documented_amount", N_("Documented"), VIOLET),
    ("estimated_amount", N_("Estimated"), ORANGE),
)


def sentences(text: Text, result: Any) -> BlockData:
    """What the last 12 months lost by either count; the two are never added."""
    frame = part(result, "lost_sales")
    documented, estimated = (None, None) if frame is None else _sums(frame)
    if documented is None and estimated is None:
        return absent(
            text,
            text("Lost sales"),
            text("Map shipments with quantities, or outages, to have them."),
        )
    items = [
        Finding(
            text(
                "Ordered and never delivered, in the last {n} months: {amount} (cancelled, or given"
                " up {days} days past the promised date; what was ordered anew is not lost).",
                n=MONTHS,
                amount=text.amount(documented),
                days=text.count(result.policy.lost_after_days),
            ),
            "warn" if documented else "good",
        )
        if documented is not None
        else Finding(text("Documented losses are not known: shipments are not mapped.")),
        Finding(
            text(
                "Estimated from days out of stock, in the last {n} months: {amount}. It overlaps"
                " with the documented losses and is never added to them.",
                n=MONTHS,
                amount=text.amount(estimated),
            ),
            "warn" if estimated else "good",
        )
        if estimated is not None
        else Finding(text("Estimated losses are not known: outages are not mapped.")),
    ]
    return findings(*items)


def _sums(frame: pl.DataFrame) -> tuple[Any, Any]:
    last = frame.sort("month").tail(MONTHS)
    documented, estimated = (
        None if last[name].null_count() == last.height else last[name].sum() for name, _, _ in KINDS
    )
    return documented, estimated


def months(text: Text, result: Any) -> BlockData:
    """Bars of both counts by month, side by side."""
    frame = part(result, "lost_sales")
    known = [] if frame is None else [kind for kind in KINDS if frame[kind[0]].sum()]
    if frame is None or not known:
        return findings()
    frame = frame.sort("month").tail(SHOWN_MONTHS)
    largest = frame.select(pl.max_horizontal(name for name, _, _ in known).max()).item()
    scale = text.money_scale(largest)
    fig = go.Figure(
        layout=layout(
            barmode="group",
            xaxis={"tickformat": "%Y-%m", "nticks": 6, "showgrid": False},
            yaxis={"title": text("Lost sales ({unit})", unit=scale.unit), "nticks": 5},
        )
    )
    for name, label, color in known:
        fig.add_bar(
            name=text(label),
            x=frame["month"].to_list(),
            y=(frame[name].cast(pl.Float64) / scale.divisor).to_list(),
            marker_color=color,
            customdata=[
                hover(text.month(month), f"{text(label)} {text.amount(amount)}")
                for month, amount in frame.select("month", name).iter_rows()
            ],
            hovertemplate=HOVER,
        )
    return figure(
        fig,
        title=text("Lost sales by month"),
        summary=text("Bars by month: documented and estimated losses."),
        note=text("Two ways to count that overlap: never add them up."),
        height=300,
    )
