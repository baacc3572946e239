"""What became of the rows: the tables of the data quality report that count them.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import table_name
from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.data_quality.terms import REPAIRS
from dakehu.present.text import Text


def named(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with `table`: its `target_table` in words."""
    names = {name: table_name(text, name) for name in frame["target_table"].unique()}
    return frame.with_columns(table=pl.col("target_table").replace(names))


def in_words(text: Text, frame: pl.DataFrame, column: str, labels: dict[str, str]) -> pl.DataFrame:
    """The frame with the values of `column` replaced by their labels in this language."""
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
    frame = named(text, result.by_table)
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
        named(text, frame),
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
    frame = frame.with_columns(pl.col("file").str.strip_prefix(result.folder))
    return table(
        named(text, frame),
        columns,
        text,
        title=text("File by file"),
        note=text("Files with rejected rows come first.")
        + (text(" All lie in {folder}.", folder=result.folder) if result.folder else ""),
        file="sources",
    )


def rejects(text: Text, result: Any) -> BlockData:
    """Rejected rows by reason over all files, with an example."""
    if result.reasons.is_empty():
        return note(text("No row was rejected."), "good")
    words = {reason: text(reason) for reason in result.reasons["reason"].unique()}
    columns = [
        Column("reason", text("Reason")),
        Column("table", text("Data"), priority=2),
        Column("column_name", text("Column"), priority=2),
        Column("row_count", text("Rows"), "count"),
        Column("files", text("Files"), "count", 3),
        Column("example_value", text("Example")),
        Column("example", text("File and row of the example"), priority=3),
    ]
    frame = _example(result, result.reasons.with_columns(pl.col("reason").replace(words)))
    return table(
        named(text, frame),
        columns,
        text,
        title=text("Why rows were rejected"),
        note=text("Every rejected row stands in the rejects file of the run."),
        file="rejects_by_reason",
    )


def repairs(text: Text, result: Any) -> BlockData:
    """Values that were mended or converted, by kind, with an example."""
    if result.mended.is_empty():
        return note(text("Every value was taken as it stands in the files."), "good")
    columns = [
        Column("kind", text("Repair or conversion")),
        Column("table", text("Data"), priority=2),
        Column("column_name", text("Column"), priority=2),
        Column("row_count", text("Rows"), "count"),
        Column("files", text("Files"), "count", 3),
        Column("example_value", text("Example")),
        Column("example", text("File and row of the example"), priority=3),
    ]
    frame = _example(result, in_words(text, result.mended, "kind", REPAIRS))
    return table(
        named(text, frame),
        columns,
        text,
        title=text("Values mended or converted"),
        note=text("The example is the value as it stands in the file."),
        file="repairs",
    )


def _example(result: Any, frame: pl.DataFrame) -> pl.DataFrame:
    row = pl.col("example_row").cast(pl.String).fill_null("?")
    file = pl.col("file").str.strip_prefix(result.folder)
    return frame.with_columns(example=pl.format("{}:{}", file, row))


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
    return table(named(text, frame), columns, text, title=text("Left out by the pipeline file"))
