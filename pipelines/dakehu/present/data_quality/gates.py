"""What the gates say: keys that lead nowhere, checks with the rows that they found, thresholds.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import table_name
from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.data_quality.tables import in_words
from dakehu.present.data_quality.terms import KEY_STATUSES, SEVERITIES, STATUSES
from dakehu.present.text import Text

ROWS_SHOWN = 20


def orphans(text: Text, result: Any) -> BlockData:
    """Every foreign key: how many of its values the table that it points to does not have."""
    if result.orphans.is_empty():
        return note(text("No table points to another that was mapped: no key to follow."), "")
    names = {name: table_name(text, name) for name in result.orphans["reference_table"].unique()}
    rows = [table_name(text, name) for name in result.orphans["table_name"]]
    frame = in_words(text, result.orphans, "status", KEY_STATUSES).with_columns(
        pl.Series("table", rows, dtype=pl.String), pl.col("reference_table").replace(names)
    )
    columns = [
        Column("table", text("Data")),
        Column("column_name", text("Column")),
        Column("reference_table", text("Points to"), priority=2),
        Column("row_count", text("Rows with a key"), "count", 2),
        Column("orphan_count", text("Lead nowhere"), "count"),
        Column("orphan_share", text("Share"), "percent", 2),
        Column("example_key", text("Example"), priority=3),
        Column("status", text("Verdict"), priority=2),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Foreign keys"),
        note=text(
            "Above {warn} of its values a key warns, above {block} it stops the load.",
            warn=text.percent(result.gates["orphan_warn_share"]),
            block=text.percent(result.gates["orphan_block_share"]),
        ),
        file="orphans",
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
    frame = in_words(text, in_words(text, frame, "severity", SEVERITIES), "status", STATUSES)
    return table(frame, columns, text, title=text("Checks"), file="checks")


def failing_rows(text: Text, result: Any, check: str) -> BlockData:
    """The first rows that a failed check found, as they stand in the warehouse."""
    judged = result.checks.row(by_predicate=pl.col("check") == check, named=True)
    found, kept = judged["failing_rows"], result.failing_rows.filter(pl.col("check") == check)
    shown = kept.sort("row_number").head(ROWS_SHOWN)
    remark = ""
    if found > shown.height:
        remark = text(
            "Rows found: {n}. Shown: the first {shown}; failing_rows.csv has the first {kept}.",
            n=text.count(found),
            shown=text.count(shown.height),
            kept=text.count(kept.height),
        )
    # The folder that all files lie in is said once, above the list of files.
    if result.folder:
        names = pl.col("shown").str.replace_all(f"={result.folder}", "=", literal=True)
        shown = shown.with_columns(names)
    title = judged.get(f"description_{text.language}") or check
    columns = [Column("shown", text("Row"))]
    return table(shown, columns, text, title=title.rstrip("。."), note=remark)


def rules(text: Text, result: Any) -> BlockData:
    """Every threshold that the load used, with its name in the pipeline file."""
    rows = [
        (
            row[f"description_{text.language}"],
            _threshold(text, row["name"], row["value"]),
            row["name"],
        )
        for row in result.rules.iter_rows(named=True)
    ]
    columns = [
        Column("rule", text("Rule")),
        Column("value", text("Value")),
        Column("name", text("Name in the pipeline file"), priority=2),
    ]
    schema = dict.fromkeys(("rule", "value", "name"), pl.String)
    return table(
        pl.DataFrame(rows, schema=schema, orient="row"),
        columns,
        text,
        title=text("Rules and thresholds"),
        note=text("Each can be changed in [policy.data_quality] of the pipeline file."),
        file="gates",
    )


def _threshold(text: Text, name: str, value: float) -> str:
    if name.endswith("_count"):
        return text.count(int(value))
    return text.percent(value) if name.endswith("_share") else text.number(value, 2)
