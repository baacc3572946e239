"""Figures of the sales forecast."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, figure, note
from dakehu.present.sales_forecast.words import model_name, total_model
from dakehu.present.text import Text
from dakehu.present.theme import (
    BAND_80,
    BAND_95,
    BLUE,
    GREY,
    layout,
)

HISTORY_MONTHS = 36


def fan(text: Text, result: Any) -> BlockData:
    """History of the total and its forecast with both intervals."""
    ahead = result.table("forecast")
    if ahead.is_empty():
        return note(text("The total is not forecast."))
    past = past_months(result, "total", ahead["key"][0])
    scale = text.money_scale(past.select(pl.col("amount").max()).item())
    fig = go.Figure(
        layout=layout(
            xaxis={"tickformat": "%Y-%m", "nticks": 6},
            yaxis={
                "title": text("Sales by month ({unit})", unit=scale.unit),
                "nticks": 6,
                "rangemode": "tozero",
            },
        )
    )
    for percent, color in ((95, BAND_95), (80, BAND_80)):
        draw_band(fig, ahead, percent, color, scale.divisor, text("{n}% interval", n=percent))
    fig.add_scatter(
        mode="lines",
        name=text("Sales"),
        x=past["month"].to_list(),
        y=(past["amount"] / scale.divisor).to_list(),
        line={"color": GREY, "width": 2},
        customdata=[
            hover(text.month(month), text.amount(amount))
            for month, amount in past.select("month", "amount").iter_rows()
        ],
        hovertemplate=HOVER,
    )
    fig.add_scatter(
        mode="lines+markers",
        name=text("Forecast"),
        x=ahead["month"].to_list(),
        y=scaled(ahead["mean_amount"], scale.divisor),
        line={"color": BLUE, "width": 2.5},
        marker={"size": 5},
        customdata=[forecast_hover(text, row) for row in ahead.iter_rows(named=True)],
        hovertemplate=HOVER,
    )
    return figure(
        fig,
        title=text("Total: history and the next {n} months", n=result.horizon_months),
        summary=text("A line of past sales, then the forecast inside its 80% and 95% bands."),
        note=text("Made by: {model}.", model=model_name(text, *total_model(result))),
        height=400,
    )


def past_months(result: Any, level: str, key: str) -> pl.DataFrame:
    """The last months of one series before the forecast."""
    own = (pl.col("level") == level) & (pl.col("key") == key)
    return result.history.filter(own).tail(HISTORY_MONTHS)


def draw_band(
    fig: go.Figure,
    ahead: pl.DataFrame,
    percent: int,
    color: str,
    divisor: float,
    name: str,
    **where: Any,
) -> None:
    """Add the interval of `percent` to `fig`, over the months that have one."""
    low, high = f"low_{percent}_amount", f"high_{percent}_amount"
    known = ahead.filter(pl.col(low).is_not_null())
    if known.is_empty():
        return
    edge: dict[str, Any] = {
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    edge |= {"x": known["month"].to_list()} | where
    fig.add_scatter(y=scaled(known[high], divisor), **edge)
    filled = edge | {"fill": "tonexty", "fillcolor": color, "name": name}
    fig.add_scatter(y=scaled(known[low], divisor), **filled | {"showlegend": not where})


def forecast_hover(text: Text, row: dict[str, Any]) -> str:
    """What a month of a forecast says when it is pointed at."""
    lines = [text("Forecast {amount}", amount=text.amount(row["mean_amount"]))]
    for percent in (80, 95):
        low, high = row[f"low_{percent}_amount"], row[f"high_{percent}_amount"]
        if low is not None:
            lines.append(
                text(
                    "{n}%: {low} to {high}", n=percent, low=text.amount(low), high=text.amount(high)
                )
            )
    return hover(text.month(row["month"]), *lines)


def scaled(amounts: pl.Series, divisor: float) -> list[float]:
    """Amounts in units of `divisor`, for an axis."""
    return (amounts.cast(pl.Float64) / divisor).to_list()
