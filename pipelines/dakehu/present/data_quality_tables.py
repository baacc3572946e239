"""The tables and the figure of the data quality report.

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
from dakehu.present.data_quality_terms import (
    BLOCKS,
    GIVES,
    SEVERITIES,
    STATES,
    STATUSES,
    missing_columns,
)
from dakehu.present.text import Text

STATE_COLORS = {
    "complete": theme.BLUE,
    "low": theme.ORANGE,
    "empty": theme.RED,
    "open": theme.GREY,
}


def _named(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    names = {name: table_name(text, name) for name in frame["target_table"].unique()}
    return frame.with_columns(table=pl.col("target_table").replace(names))


def _words(text: Text, frame: pl.DataFrame, column: str, labels: dict[str, str]) -> pl.DataFrame:
    words = {key: text(label) for key, label in labels.items()}
    return frame.with_columns(pl.col(column).replace(words))


def rows_by_table(text: Text, result: Any) -> BlockData:
    """Rows in = loaded + rejected + left out, by table."""
    columns = [
        Column("table", text("Data")),
        Column("files", text("Files"), "count", 2),
        Column("rows", text("Rows read"), "count"),
        Column("loaded", text("Loaded"), "count"),
        Column("rejected", text("Rejected"), "count"),
        Column("left_out", text("Left out on purpose"), "count", 2),
        Column("rows_open", text("Not accounted for"), "count", 2),
        Column("unmatched", text("Without a partner"), "count", 3),
    ]
    frame = _named(text, result.by_table)
    return table(
        frame,
        columns,
        text,
        title=text("Rows by table"),
        note=text(
            "A file may feed several tables. Where a master table is taken from a file of facts,"
            " each repetition counts as left out."
        ),
        file="by_table",
    )


def amounts_by_table(text: Text, result: Any) -> BlockData:
    """Amount in = loaded + rejected + left out + rounding, by table, to the cent."""
    frame = result.by_table.filter(pl.col("amount_in").is_not_null())
    if frame.is_empty():
        return note(text("No source has an amount column to reconcile."))
    columns = [
        Column("table", text("Data")),
        Column("amount_in", text("In the sources"), "number"),
        Column("amount_loaded", text("Loaded"), "number", 2),
        Column("amount_rejected", text("Rejected"), "number", 2),
        Column("amount_left_out", text("Left out on purpose"), "number", 2),
        Column("rounding_amount", text("Rounding"), "number", 3),
        Column("amount_open", text("Not accounted for"), "number"),
    ]
    return table(
        _named(text, frame),
        columns,
        text,
        title=text("Amounts by table"),
        note=text("In {currency}, to the cent.", currency=text.currency),
        file="by_table",
    )


def sources(text: Text, result: Any) -> BlockData:
    """Every file: those with rejects first, then the largest."""
    columns = [
        Column("file", text("File")),
        Column("table", text("Data"), priority=2),
        Column("encoding", text("Encoding"), priority=3),
        Column("rows", text("Rows read"), "count"),
        Column("loaded", text("Loaded"), "count", 2),
        Column("rejected", text("Rejected"), "count"),
        Column("left_out", text("Left out on purpose"), "count", 3),
        Column("unmatched", text("Without a partner"), "count", 3),
        Column("amount_in", text("Amount in"), "number", 3),
        Column("amount_loaded", text("Amount loaded"), "number", 3),
    ]
    frame = result.sources.sort(-pl.col("rejected"), -pl.col("rows"), "file", "target_table")
    return table(
        _named(text, frame),
        columns,
        text,
        title=text("File by file"),
        note=text("Files with rejected rows come first."),
        file="sources",
    )


def rejects(text: Text, result: Any) -> BlockData:
    """Rejected rows by reason over all files, with an example."""
    if result.reasons.is_empty():
        return note(text("No row was rejected."), "good")
    words = {reason: text(reason) for reason in result.reasons["reason"].unique()}
    example = pl.format("{}:{}", "file", pl.col("example_row").cast(pl.String).fill_null("?"))
    columns = [
        Column("table", text("Data"), priority=2),
        Column("column_name", text("Column"), priority=2),
        Column("reason", text("Reason")),
        Column("row_count", text("Rows"), "count"),
        Column("files", text("Files"), "count", 3),
        Column("example_value", text("Example")),
        Column("example", text("File and row of the example"), priority=3),
    ]
    frame = result.reasons.with_columns(pl.col("reason").replace(words), example=example)
    return table(
        _named(text, frame),
        columns,
        text,
        title=text("Why rows were rejected"),
        note=text("Every rejected row stands in the rejects file of the run."),
        file="rejects_by_reason",
    )


def left_out(text: Text, result: Any) -> BlockData:
    """What the pipeline file excludes, by table."""
    frame = result.by_table.filter(pl.col("left_out") > 0)
    if frame.is_empty():
        return note(text("Nothing was left out on purpose."), "")
    columns = [
        Column("table", text("Data")),
        Column("left_out", text("Rows left out"), "count"),
        Column("amount_left_out", text("Amount left out"), "number"),
    ]
    return table(_named(text, frame), columns, text, title=text("Left out by the pipeline file"))


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
            "gives": text(GIVES[block]) if block in GIVES else None,
            "missing": None if is_on else missing_columns(text, missing),
        }
        for block, is_on, missing in result.capabilities.select(
            "block", "is_on", "missing"
        ).iter_rows()
    ]
    schema = {"name": pl.String, "is_on": pl.Boolean, "gives": pl.String, "missing": pl.String}
    columns = [
        Column("name", text("Block")),
        Column("is_on", text("On"), "flag"),
        Column("missing", text("Missing data")),
        Column("gives", text("What it gives"), priority=2),
    ]
    return table(
        pl.DataFrame(rows, schema=schema),
        columns,
        text,
        title=text("Blocks and the data that they need"),
        note=text("Map the missing columns in the pipeline file and the block appears."),
        file="capabilities",
    )


def checks(text: Text, result: Any) -> BlockData:
    """Every check with the rows that it found, the failing ones first."""
    known = [f"description_{text.language}", "description", "check"]
    words = next(name for name in known if name in result.checks.columns)
    columns = [
        Column("what", text("Check")),
        Column("status", text("Result")),
        Column("failing_rows", text("Rows found"), "count"),
        Column("severity", text("If it fails"), priority=2),
        Column("check", text("Name"), priority=3),
    ]
    frame = result.checks.with_columns(what=pl.col(words))
    frame = _words(text, _words(text, frame, "severity", SEVERITIES), "status", STATUSES)
    return table(frame, columns, text, title=text("Checks"), file="checks")
