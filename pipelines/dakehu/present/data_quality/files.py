"""Files against each other and against the load before.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.data_quality.tables import in_words, named
from dakehu.present.data_quality.terms import CHANGES
from dakehu.present.text import Text


def overlaps(text: Text, result: Any) -> BlockData:
    """Rows that stand in two files: how many, in which they count, how many differ."""
    if result.overlaps.is_empty():
        return note(text("No row stands in two files."), "good")
    columns = [
        Column("file", text("File")),
        Column("winner_file", text("Counted in")),
        Column("table", text("Data"), priority=2),
        Column("row_count", text("Rows in both"), "count"),
        Column("changed_count", text("Of these, changed"), "count"),
        Column("amount", text("Amount in the earlier file"), "number", 3),
    ]
    short = pl.col("file", "winner_file").str.strip_prefix(result.folder)
    return table(
        named(text, result.overlaps.with_columns(short)),
        columns,
        text,
        title=text("Rows that stand in two files"),
        note=text(
            "The same key in a later file of the same source counts there only. Where lines have"
            " no number, the same order number and date decide, and the whole order counts in the"
            " later file."
        ),
        file="overlaps",
    )


def changes(text: Text, result: Any) -> BlockData:
    """Every file that is new, changed, withdrawn or read again since the load before."""
    files = dict(result.changed.select("change", "files").iter_rows())
    if not files:
        return note(text("Nothing is known of an earlier load."), "")
    if files.keys() == {"new"}:
        return note(
            text("This is the first load: all files ({n}) are new.", n=text.count(files["new"])), ""
        )
    if files.keys() == {"unchanged"}:
        return note(text("No file has changed since the load before."), "")
    columns = [
        Column("file", text("File")),
        Column("change", text("What became of it")),
        Column("table", text("Data"), priority=2),
        Column("rows_before", text("Rows before"), "count", 2),
        Column("rows_after", text("Rows now"), "count"),
        Column("amount_before", text("Amount before"), "number", 3),
        Column("amount_after", text("Amount now"), "number", 3),
    ]
    moved = result.changes.filter(pl.col("change") != "unchanged")
    frame = in_words(text, moved, "change", CHANGES).with_columns(
        pl.col("file").str.strip_prefix(result.folder)
    )
    return table(
        named(text, frame),
        columns,
        text,
        title=text("Files that are not as they were"),
        note=text("Unchanged files: {n}.", n=text.count(files.get("unchanged", 0))),
        file="changes",
    )
