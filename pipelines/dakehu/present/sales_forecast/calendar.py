"""Year on year with the moving Lunar New Year taken out.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.words import ONE, named, part
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREY, layout

MONTHS = 24
NOTABLE = 0.005


def growth_lines(text: Text, result: Any) -> BlockData:
    """Growth of the total on the year before, as it is and with the calendar taken out."""
    found = part(result, "lunar_growth")
    frame = (
        None
        if found is None
        else found.filter((pl.col("level") == "total") & pl.col("growth").is_not_null())
        .sort("month")
        .tail(MONTHS)
    )
    if frame is None or frame.is_empty():
        return note(text("No growth on the year before: it needs 13 complete months."), "")
    if not _moved(frame) and _is_untried(result):
        return findings()
    if not _moved(frame):
        return note(
            text(
                "No effect of Lunar New Year on the total was found that a backtest confirms:"
                " growth on the year before stands as it is."
            ),
            "",
        )
    days = _working_days(text, result)
    fig = go.Figure(
        layout=layout(
            xaxis={"tickformat": "%Y-%m", "nticks": 6, "showgrid": False},
            yaxis={"title": text("On the year before"), "tickformat": ".0%", "zeroline": True},
        )
    )
    for column, name, color, dash in (
        ("growth", text("As it is"), GREY, "dot"),
        ("adjusted_growth", text("Lunar New Year taken out"), BLUE, "solid"),
    ):
        fig.add_scatter(
            mode="lines+markers",
            name=name,
            x=frame["month"].to_list(),
            y=frame[column].to_list(),
            line={"color": color, "dash": dash, "width": 2},
            marker={"size": 5},
            customdata=[
                hover(text.month(month), f"{name} {text.change(value)}", *days.get(month, []))
                for month, value in frame.select("month", column).iter_rows()
            ],
            hovertemplate=HOVER,
        )
    return figure(
        fig,
        title=text("Growth on the year before, with and without the moving holiday"),
        summary=text("Two lines of growth by month, as it is and with Lunar New Year taken out."),
        note=text("The holiday moves between January and February: only the blue line compares."),
        height=320,
    )


def _working_days(text: Text, result: Any) -> dict[date, list[str]]:
    """By month a line with its working days and those a year before."""
    found = part(result, "working_days")
    if found is None:
        return {}
    count = dict(found.select("month", "working_day_count").iter_rows())
    before = {month: count.get(month.replace(year=month.year - 1)) for month in count}
    return {
        month: [text("Working days {n}, the year before {before}", n=count[month], before=days)]
        for month, days in before.items()
        if days is not None
    }


def _moved(frame: pl.DataFrame) -> bool:
    return bool(((frame["growth"] - frame["adjusted_growth"]).abs() > NOTABLE).any())


def _is_untried(result: Any) -> bool:
    """Whether no backtest looked for the holiday: no Chinese market, or too few months."""
    found = part(result, "calendar")
    return found is not None and bool(found["origin_count"].is_null().all())


def growth_table(text: Text, result: Any) -> BlockData:
    """The last month of every series whose growth the calendar moves."""
    found = part(result, "lunar_growth")
    if found is None:
        return findings()
    last = named(text, found.filter(pl.col("level").is_in(list(ONE)))).filter(
        pl.col("month") == result.last_month, pl.col("growth").is_not_null()
    )
    frame = last.filter((pl.col("growth") - pl.col("adjusted_growth")).abs() > NOTABLE)
    if frame.is_empty():
        return findings()
    columns = [
        Column("key_name", text("Series")),
        Column("level", text("Level"), "text", 2),
        Column("growth", text("As it is"), "change"),
        Column("adjusted_growth", text("Lunar New Year taken out"), "change"),
    ]
    words = {level: text(name) for level, name in ONE.items()}
    return table(
        frame.with_columns(pl.col("level").replace(words)),
        columns,
        text,
        title=text("Growth of {month} on the year before", month=text.month(result.last_month)),
        file="lunar_growth",
    )
