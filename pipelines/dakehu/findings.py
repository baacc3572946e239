"""What `dakehu check` says: what became of the files, what is wrong, what to do, what a run does.

Every text of data goes through `harmless`. Sections with nothing to say are not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from dakehu.advice import for_check, for_reject
from dakehu.analysis.data_quality import DataQuality
from dakehu.analysis.data_quality_rows import in_kinds
from dakehu.build import Judgement
from dakehu.pipeline import Pipeline
from dakehu.present.data_quality.terms import REPAIRS
from dakehu.terminal import harmless

FILES_SHOWN, PLACES_SHOWN, LONGEST = 10, 3, 60
FAR = 10_000  # columns, more than any table takes
ROWS = {"rows": "Rows in", "loaded": "Loaded", "rejected": "Rejected", "left_out": "Left out"}
AMOUNTS = {
    "amount_in": "Amount in",
    "amount_loaded": "Amount loaded",
    "amount_rejected": "Rejected",
    "amount_left_out": "Left out",
    "rounding_amount": "Rounding",
}


class Head(NamedTuple):
    """The head of a column; numbers stand at its right."""

    name: str
    is_number: bool = False


def show(judgement: Judgement, pipeline: Pipeline, file: str, console: Console) -> None:
    """Print the findings; `file` is the pipeline file as it is written on a command line."""
    result = judgement.quality
    parts = [
        *_sources(result, pipeline.currency, console),
        *_rejects(result, judgement.rejects),
        *_repairs(result),
        *_overlaps(result),
        *_orphans(result),
        *_gates(result),
        _title("Verdict", ""),
    ]
    for part in parts:
        console.print(part)
    console.print(verdict(judgement, file), soft_wrap=True)  # a command is copied in one piece


def verdict(judgement: Judgement, file: str) -> Text:
    """One line: what a run would do, and the next command."""
    figures = {name: int(value) for name, (value, _) in judgement.quality.figures.items()}
    if judgement.refused:
        forced = f", or publish it marked: dakehu run {file} --force"
        return Text.assemble(
            ("A run would be refused: ", "bold red"),
            harmless(judgement.refused).rstrip("."),
            f". Next: mend that, then dakehu check {file}",
            forced if figures["checks_blocking"] else "",
        )
    marks = []
    if figures["checks_failing"]:
        marks.append(f"with {_counted(figures['checks_failing'], 'warning')}")
    if figures["rejected"]:
        marks.append(f"without {_counted(figures['rejected'], 'rejected row')}")
    return Text.assemble(
        ("A run would be published", "bold green"),
        f" {' and '.join(marks)}" if marks else "",
        f". Next: dakehu run {file}",
    )


def _sources(result: DataQuality, currency: str, console: Console) -> Iterator[RenderableType]:
    """Rows and amounts side by side where the terminal is wide enough, else in two tables."""
    yield _title("Sources", f"all files in {harmless(result.folder)}" if result.folder else "")
    amounts = dict(AMOUNTS)
    if not (result.by_table["rounding_amount"].round(2) != 0).any():
        amounts.pop("rounding_amount")
    has_money = result.by_table["amount_in"].is_not_null().any()
    both = _rows_by_table(result, ROWS | amounts)
    unbound = console.options.update(max_width=FAR)
    if has_money and console.measure(both, options=unbound).maximum <= console.width:
        yield both
        return
    yield _rows_by_table(result, ROWS)
    if has_money:
        yield _title("Amounts", f"in {currency}")
        yield _amounts_by_table(result, amounts)


def _rows_by_table(result: DataQuality, columns: dict[str, str]) -> Table:
    """One line per table; below it those of its several files that have rejected rows."""
    table = _table(Head("Table"), Head("Files"), *_heads(columns))
    for entry in result.by_table.iter_rows(named=True):
        files = result.sources.filter(pl.col("target_table") == entry["target_table"])
        is_one = entry["files"] == 1
        named = _file(result, files["file"][0]) if is_one else f"{entry['files']:,} files"
        table.add_row(entry["target_table"], named, *_numbers(entry, columns))
        faulty = files.filter(pl.col("rejected") > 0).head(0 if is_one else files.height)
        for file in faulty.head(FILES_SHOWN).iter_rows(named=True):
            table.add_row("", _file(result, file["file"]), *_numbers(file, columns), style="dim")
        if (more := faulty.height - FILES_SHOWN) > 0:
            table.add_row("", f"and {more:,} more with rejected rows", style="dim")
    return table


def _amounts_by_table(result: DataQuality, columns: dict[str, str]) -> Table:
    table = _table(Head("Table"), *_heads(columns))
    for entry in result.by_table.filter(pl.col("amount_in").is_not_null()).iter_rows(named=True):
        table.add_row(entry["target_table"], *_numbers(entry, columns))
    return table


def _heads(columns: dict[str, str]) -> list[Head]:
    return [Head(name, True) for name in columns.values()]


def _numbers(entry: dict[str, Any], columns: dict[str, str]) -> list[Text]:
    return [
        Text(_number(entry[name]), "red" if name == "rejected" and entry[name] else "")
        for name in columns
    ]


def _rejects(result: DataQuality, rejects: pl.DataFrame) -> Iterator[RenderableType]:
    """By reason, the commonest first: how many rows, what to do, the first places by column."""
    if result.reasons.is_empty():
        return
    total = int(result.figures["rejected"][0])
    yield _title("Rejected", f"{_counted(total, 'row')} not loaded", "red")
    first = in_kinds(rejects).sort("target_table", "column_name", "file", "row")
    counts = result.reasons.group_by("reason").agg(pl.col("row_count").sum())
    for reason, count in counts.sort(-pl.col("row_count"), "reason").iter_rows():
        table = Table.grid(*(Column(overflow="fold") for _ in range(4)), padding=(0, 2, 0, 0))
        of_reason = first.filter(pl.col("reason") == reason)
        for entry in result.reasons.filter(pl.col("reason") == reason).iter_rows(named=True):
            places = of_reason.filter(
                pl.col("target_table") == entry["target_table"],
                pl.col("column_name").eq_missing(entry["column_name"]),
            ).head(PLACES_SHOWN)
            name = ".".join(filter(None, (entry["target_table"], entry["column_name"])))
            for place in places.iter_rows(named=True):
                where = (_file(result, place["file"]), f"row {place['row']}")
                table.add_row(name, *where, _quoted(place["value"]))
                name = ""
            if (more := entry["row_count"] - places.height) > 0:
                table.add_row("", f"and {more:,} more", style="dim")
        yield _entry(
            Text.assemble((f"{_counted(count, 'row')}: {harmless(reason)}", "bold")),
            _to_do(for_reject(reason)),
            table,
        )


def _repairs(result: DataQuality) -> Iterator[RenderableType]:
    if result.mended.is_empty():
        return
    yield _title("Repaired", "read all the same; look whether each is what you meant")
    table = _table(Head("Values", True), Head("Column"), Head("What was done"), Head("First"))
    for entry in result.mended.iter_rows(named=True):
        table.add_row(
            f"{entry['row_count']:,}",
            f"{entry['target_table']}.{entry['column_name']}",
            REPAIRS.get(entry["kind"], entry["kind"]),
            f"{_quoted(entry['example_value'])} in row {entry['example_row']} of "
            f"{_file(result, entry['file'])}",
        )
    yield table


def _overlaps(result: DataQuality) -> Iterator[RenderableType]:
    if result.overlaps.is_empty():
        return
    yield _title("Overlaps", "rows that stand in two files of a source count in the later one only")
    table = _table(
        Head("Rows", True), Head("That differ", True), Head("Table"), Head("Of"), Head("Count in")
    )
    for entry in result.overlaps.iter_rows(named=True):
        table.add_row(
            f"{entry['row_count']:,}",
            f"{entry['changed_count']:,}",
            entry["target_table"],
            _file(result, entry["file"]),
            _file(result, entry["winner_file"]),
        )
    yield table


def _orphans(result: DataQuality) -> Iterator[RenderableType]:
    lost = result.orphans.filter(pl.col("orphan_count") > 0)
    if lost.is_empty():
        return
    yield _title("Orphans", "values of a key that its table does not have")
    table = _table(
        Head("Rows", True), Head("Of", True), Head("Column"), Head("Not in"), Head("First")
    )
    for entry in lost.iter_rows(named=True):
        table.add_row(
            f"{entry['orphan_count']:,}",
            f"{entry['row_count']:,}",
            f"{entry['table_name']}.{entry['column_name']}",
            entry["reference_table"],
            _quoted(entry["example_key"]),
        )
    yield table


def _gates(result: DataQuality) -> Iterator[RenderableType]:
    """Every check that failed, those that refuse a run first, and what to do about it."""
    failed = result.checks.filter(pl.col("status") == "fail")
    count = _counted(result.checks.height, "check")
    if failed.is_empty():
        yield _title("Gates", f"{count}, none failed", "green")
        return
    yield _title("Gates", f"{count}, {failed.height:,} failed")
    first = dict(
        result.failing_rows.filter(pl.col("row_number") == 1).select("check", "shown").iter_rows()
    )
    for check in failed.iter_rows(named=True):
        word, colour = ("blocks", "red") if check["severity"] == "block" else ("warns", "yellow")
        shown = first[check["check"]]
        if result.folder:
            shown = shown.replace(f"={result.folder}", "=")
        yield _entry(
            Text.assemble(
                (word, f"bold {colour}"),
                (f": {check['check']}, {_counted(check['failing_rows'], 'row')}", "bold"),
            ),
            Text(check["description_en"]),
            _to_do(for_check(check["check"])),
            Text(f"first: {_cut(harmless(shown), 4 * LONGEST)}"),
        )


def _title(name: str, what: str, colour: str = "") -> Text:
    said = Text.assemble((name.upper(), f"bold {colour}"), f"  {what}" if what else "")
    return Text.assemble("\n", said)


def _entry(head: Text, *lines: RenderableType) -> Padding:
    indented = (Padding(line, (0, 0, 0, 2), expand=False) for line in lines)
    return Padding(Group(head, *indented), (1, 0, 0, 0), expand=False)


def _to_do(text: str) -> Text:
    return Text.assemble(("to do: ", "cyan"), text)


def _table(*heads: Head) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for head in heads:
        table.add_column(
            head.name,
            justify="right" if head.is_number else "left",
            no_wrap=head.is_number,
            overflow="fold",
        )
    return table


def _number(value: Decimal | int | None) -> str:
    if value is None:
        return ""
    return f"{value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _file(result: DataQuality, name: str) -> str:
    return harmless(name.removeprefix(result.folder))


def _quoted(value: str | None) -> str:
    return f'"{_cut(harmless(value), LONGEST)}"' if value else "(empty)"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
