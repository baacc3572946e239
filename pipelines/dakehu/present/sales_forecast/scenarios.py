"""What if: the base forecast, each measure taken again, and what the pipeline file asks.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.figures import draw_band, scaled
from dakehu.present.sales_forecast.measures import event_names
from dakehu.present.sales_forecast.words import absent, part
from dakehu.present.text import Text
from dakehu.present.theme import BAND_80, COLORWAY, GREY, label, layout

BASE = "base"


def _sums(text: Text, result: Any) -> pl.DataFrame | None:
    """A row per scenario but the base, most added first: scenario, name, its sum, what it adds."""
    frame = part(result, "scenarios")
    if frame is None:
        return None
    names = event_names(result)
    base = frame.filter(pl.col("scenario") == BASE).select("month", base="mean_amount")
    added = pl.col("mean_amount") - pl.col("base")
    sums = (
        frame.filter(pl.col("scenario") != BASE)
        .join(base, on="month")
        .group_by("scenario", maintain_order=True)
        .agg(
            pl.col("mean_amount").sum().alias("amount"),
            added.sum().alias("added_amount"),
            pl.col("base").sum(),
            pl.col("month").filter(added != 0).min().alias("first_month"),
            pl.col("month").filter(added != 0).max().alias("last_month"),
        )
        .with_columns(
            share=pl.col("added_amount").cast(pl.Float64) / pl.col("base").cast(pl.Float64)
        )
        .sort("added_amount", "scenario", descending=[True, False])
    )
    named = [
        text("{name} once more", name=names[code]) if code in names else code
        for code in sums["scenario"]
    ]
    return sums.with_columns(pl.Series("name", named, dtype=pl.String))


def lines(text: Text, result: Any, count: int) -> BlockData:
    """The total by month under the base and the scenarios that move it most."""
    sums = _sums(text, result)
    if sums is None:
        return absent(text, text("Scenarios"), text("They need a forecast of the total by month."))
    if sums.is_empty():
        return note(
            text(
                "No scenario: write [policy.sales_forecast.scenarios.<name>] into the pipeline file"
                " with growth, start, months and scope, or map events to repeat them."
            ),
            "",
        )
    frame = result.tables["scenarios"]
    base = frame.filter(pl.col("scenario") == BASE)
    scale = text.money_scale(frame["mean_amount"].max())
    fig = go.Figure(
        layout=layout(
            xaxis={"tickformat": "%Y-%m", "nticks": 6, "showgrid": False},
            yaxis={"title": text("Sales by month ({unit})", unit=scale.unit), "nticks": 6},
        )
    )
    draw_band(fig, base, 80, BAND_80, scale.divisor, text("Base, {n}% interval", n=80))
    shown = sums.sort(pl.col("added_amount").abs(), descending=True).head(count)
    _line(fig, text, base, text("Base"), GREY, scale.divisor)
    for place, (code, name) in enumerate(shown.select("scenario", "name").iter_rows()):
        rows = frame.filter(pl.col("scenario") == code)
        _line(fig, text, rows, name, COLORWAY[place % (len(COLORWAY) - 1)], scale.divisor)
    return figure(
        fig,
        title=text("The total under each scenario"),
        summary=text("A line by month for the base and for each scenario."),
        note=text("The {n} that move most; all of them in the table.", n=shown.height)
        if shown.height < sums.height
        else "",
        height=360,
    )


def _line(
    fig: go.Figure, text: Text, rows: pl.DataFrame, name: str, color: str, divisor: float
) -> None:
    fig.add_scatter(
        mode="lines+markers",
        name=label(name, 24),
        x=rows["month"].to_list(),
        y=scaled(rows["mean_amount"], divisor),
        line={"color": color, "width": 2},
        marker={"size": 5},
        customdata=[
            hover(name, f"{text.month(month)} {text.amount(amount)}")
            for month, amount in rows.select("month", "mean_amount").iter_rows()
        ],
        hovertemplate=HOVER,
    )


def scenarios_table(text: Text, result: Any) -> BlockData:
    """What each scenario adds to the base over the months forecast."""
    sums = _sums(text, result)
    if sums is None or sums.is_empty():
        return findings()  # the figure has said so
    columns = [
        Column("name", text("Scenario")),
        Column("first_month", text("From"), "month", 2),
        Column("last_month", text("To"), "month", 2),
        Column("amount", text("Next {n} months", n=result.horizon_months), "amount", 2),
        Column("added_amount", text("Added to the base"), "amount"),
        Column("share", text("In per cent"), "change"),
    ]
    return table(
        sums,
        columns,
        text,
        title=text("What each scenario adds"),
        note=text(
            "A measure is taken to work once more as it did, from the first month forecast; by"
            " month and with intervals in the table beside the page."
        ),
        file="scenarios",
    )
