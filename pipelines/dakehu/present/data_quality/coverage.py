"""How far the data reaches: month by month, and which blocks of the reports it carries.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.appendix import table_name
from dakehu.present.bars import HOVER
from dakehu.present.block import BlockData, Column, figure, note, table
from dakehu.present.data_quality.terms import BLOCKS, GIVES, STATES, missing_columns
from dakehu.present.text import Text

STATE_COLORS = {
    "complete": theme.BLUE,
    "low": theme.ORANGE,
    "empty": theme.RED,
    "open": theme.GREY,
}


def completeness(text: Text, result: Any) -> BlockData:
    """Rows of every month, coloured by whether the month is complete."""
    months = result.completeness
    if months.is_empty():
        return note(text("There is no month with sales."))
    traces = []
    for state, color in STATE_COLORS.items():
        part = months.filter(pl.col("state") == state)
        if part.is_empty():
            continue
        word = text(STATES[state])
        traces.append(
            go.Bar(
                x=[month.isoformat() for month in part["month"]],
                y=part["row_count"].to_list(),
                name=word,
                marker={"color": color},
                customdata=[
                    f"{text.month(month)}<br>{text.count(rows)}<br>{text.amount(amount)}<br>{word}"
                    for month, rows, amount in part.select(
                        "month", "row_count", "net_amount"
                    ).iter_rows()
                ],
                hovertemplate=HOVER,
            )
        )
    layout = theme.layout(
        barmode="stack",
        showlegend=True,
        xaxis={
            "type": "date",
            "tickformat": "%Y-%m",
            "nticks": 5,
            "tickangle": 0,
            "showgrid": False,
        },
        yaxis={"title": {"text": text("Sales lines")}, "nticks": 5, "tickformat": ",d"},
    )
    first, last = text.month(months["month"][0]), text.month(months["month"][-1])
    usual = months.filter(pl.col("state") == "complete").height
    return figure(
        go.Figure(traces, layout),
        title=text("Sales lines month by month"),
        summary=text(
            "{first} to {last}: {usual} of {n} months are complete.",
            first=first,
            last=last,
            usual=text.count(usual),
            n=text.count(months.height),
        ),
        height=320,
    )


def capabilities(text: Text, result: Any) -> BlockData:
    """Which blocks of the reports the data carries, and what the others are missing."""
    rows = [
        {
            "name": text(BLOCKS.get(block, block)),
            "is_on": is_on,
            "level": level,
            "gives": text(GIVES[block]) if block in GIVES else None,
            "missing": None if is_on else missing_columns(text, missing),
        }
        for block, level, is_on, missing in result.capabilities.select(
            "block", "level", "is_on", "missing"
        ).iter_rows()
    ]
    kinds = dict.fromkeys(("name", "level", "missing", "gives"), pl.String)
    columns = [
        Column("name", text("Block")),
        Column("is_on", text("On"), "flag"),
        Column("missing", text("Missing data")),
        Column("gives", text("What it gives"), priority=2),
        Column("level", text("Level"), priority=3),
    ]
    if result.missing_tables.is_empty():
        columns = [column for column in columns if column.key != "missing"]
    return table(
        pl.DataFrame(rows, schema=kinds | {"is_on": pl.Boolean}),
        columns,
        text,
        title=text("Blocks and the data that they need"),
        note=text(
            "Levels: L0 needed for any report; L1 usual in an ERP; L2 from a distributor, CRM or"
            " finance system; L3 rare."
        ),
        file="capabilities",
    )


def missing_tables(text: Text, result: Any) -> BlockData:
    """What each table that is missing, in whole or in part, would switch on."""
    if result.missing_tables.is_empty():
        return note(text("No table is missing: every block has its data."), "good")
    rows = [
        {
            "table": table_name(text, name),
            "columns": columns,
            "blocks": text(", ").join(text(BLOCKS.get(b, b)) for b in blocks.split(", ")),
        }
        for name, columns, blocks in result.missing_tables.select(
            "table_name", "columns", "blocks"
        ).iter_rows()
    ]
    columns = [
        Column("table", text("Data")),
        Column("columns", text("Missing columns"), priority=2),
        Column("blocks", text("Would switch on")),
    ]
    return table(
        pl.DataFrame(rows, schema=dict.fromkeys(("table", "columns", "blocks"), pl.String)),
        columns,
        text,
        title=text("What the missing data would switch on"),
        note=text(
            "Map the columns in the pipeline file and the block appears; one that needs several"
            " tables waits for all of them."
        ),
        file="missing_tables",
    )
