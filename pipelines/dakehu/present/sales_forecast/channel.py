"""What distributors bought beside the demand behind it, where loading hides it.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, figure, findings
from dakehu.present.sales_forecast.figures import scaled
from dakehu.present.sales_forecast.words import part
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREY, layout

MONTHS = 24
SMOOTHED = "smoothed_sell_in"


def demand_lines(text: Text, result: Any) -> BlockData:
    """Purchases and demand of all distributors by month; the note flags what is only smoothed."""
    found = part(result, "channel_demand")
    if found is None:
        return findings()  # the sentences on pull-forward have said that nothing is known
    months = (
        found.group_by("month")
        .agg(pl.col("sell_in_amount", "demand_amount", "loading_amount").sum())
        .sort("month")
        .tail(MONTHS)
    )
    largest = months.select(pl.max_horizontal("sell_in_amount", "demand_amount").max()).item()
    scale = text.money_scale(largest)
    fig = go.Figure(
        layout=layout(
            xaxis={"tickformat": "%Y-%m", "nticks": 6, "showgrid": False},
            yaxis={
                "title": text("Sales by month ({unit})", unit=scale.unit),
                "nticks": 6,
                "rangemode": "tozero",
            },
        )
    )
    for column, name, color, dash in (
        ("sell_in_amount", text("Bought"), GREY, "dot"),
        ("demand_amount", text("Demand"), BLUE, "solid"),
    ):
        fig.add_scatter(
            mode="lines",
            name=name,
            x=months["month"].to_list(),
            y=scaled(months[column], scale.divisor),
            line={"color": color, "dash": dash, "width": 2},
            customdata=[
                hover(
                    f"{name} · {text.month(month)}",
                    text.amount(amount),
                    text("Loading {amount}", amount=text.amount(loading)),
                )
                for month, amount, loading in months.select(
                    "month", column, "loading_amount"
                ).iter_rows()
            ],
            hovertemplate=HOVER,
        )
    return figure(
        fig,
        title=text("What distributors bought, and the demand behind it"),
        summary=text("Two lines by month: purchases of all distributors, and their demand."),
        note=_flagged(text, found.filter(pl.col("month").is_in(months["month"].to_list()))),
        height=320,
    )


def _flagged(text: Text, shown: pl.DataFrame) -> str:
    """How much of what the lines show rests on sell-out, and how much is only smoothed."""
    amount = pl.col("sell_in_amount").cast(pl.Float64)
    bought = shown.select(amount.sum()).item()
    smooth = shown.filter(pl.col("basis") == SMOOTHED)
    if smooth.is_empty():
        return text("Demand is the sell-out that distributors reported, at our prices.")
    share = smooth.select(amount.sum()).item() / bought if bought else None
    return text(
        "Demand is reported sell-out at our prices. Where none is reported, for {share} of the"
        " purchases shown, it is their mean over the quarter: smoothed, not measured.",
        share=text.percent(share, 0),
    )
