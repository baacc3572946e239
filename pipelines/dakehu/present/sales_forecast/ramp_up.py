"""How fast new accounts grow to their size, and how long they wait for the first supply.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.words import part
from dakehu.present.text import Text
from dakehu.present.theme import BAND_80, BLUE, GREY, layout


def curve(text: Text, result: Any) -> BlockData:
    """Sales of new accounts by months since their first order, as share of their later level."""
    frame = part(result, "ramp_up")
    if frame is None:
        return note(
            text(
                "New accounts: none is old enough to show how such accounts grow (not zero); it"
                " takes 18 months since the first order."
            ),
            "",
        )
    frame = frame.sort("month_number")
    months = frame["month_number"].to_list()
    fig = go.Figure(
        layout=layout(
            xaxis={"title": text("Months since the first order"), "dtick": 2, "showgrid": False},
            yaxis={
                "title": text("Of the steady level"),
                "tickformat": ".0%",
                "rangemode": "tozero",
            },
        )
    )
    edge: dict[str, Any] = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": months}
    fig.add_scatter(y=frame["upper_share"].to_list(), showlegend=False, **edge)
    fig.add_scatter(
        y=frame["lower_share"].to_list(),
        fill="tonexty",
        fillcolor=BAND_80,
        name=text("Middle half of the accounts"),
        **edge,
    )
    fig.add_scatter(
        mode="lines+markers",
        name=text("Median"),
        x=months,
        y=frame["median_share"].to_list(),
        line={"color": BLUE, "width": 2.5},
        customdata=[
            hover(
                text("Month {n}", n=row["month_number"]),
                text("Median {share}", share=text.percent(row["median_share"], 0)),
                text(
                    "Half of them between {low} and {high}",
                    low=text.percent(row["lower_share"], 0),
                    high=text.percent(row["upper_share"], 0),
                ),
            )
            for row in frame.iter_rows(named=True)
        ],
        hovertemplate=HOVER,
    )
    fig.add_hline(y=1, line={"color": GREY, "dash": "dash", "width": 1})
    return figure(
        fig,
        title=text("How new accounts grow"),
        summary=text("Share of the steady level by months since the first order, with quartiles."),
        note=text(
            "{n} accounts; dashed: the mean month once they are settled.",
            n=text.count(frame.select(pl.col("account_count").max()).item()),
        ),
        height=320,
    )


def waiting(text: Text, result: Any) -> BlockData:
    """Days from the opening of a case to the first supply, by year."""
    frame = part(result, "time_to_serve")
    if frame is None or not frame["case_count"].sum():
        return findings()
    columns = [
        Column("year_text", text("Opened in")),
        Column("case_count", text("Sales cases"), "count"),
        Column("served_count", text("Supplied"), "count", 2),
        Column("median_days", text("Days, median"), "count"),
        Column("lower_days", text("Lower quartile"), "count", 2),
        Column("upper_days", text("Upper quartile"), "count", 2),
    ]
    return table(
        frame.with_columns(year_text=pl.col("year").cast(pl.String)),
        columns,
        text,
        title=text("From the opening of a case to the first supply"),
        note=text("Days are of those supplied; the latest years still have cases that wait."),
        file="time_to_serve",
    )
