"""The tables of a report as one workbook in one language: a sheet each, and what they mean."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import polars.selectors as cs
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from dakehu.manuscript import Manuscript
from dakehu.models import codebook
from dakehu.present.appendix import unit_text
from dakehu.present.text import Text
from dakehu.render import PageContext, moment

ROWS = 20_000  # on a sheet: beyond that a workbook opens slowly, and the .csv has all of them
TEXT = 32_767  # characters that a cell of a workbook can hold
NAME = 31  # characters of a sheet's name
WIDTHS = (64, 340)  # pixels of a column
LABEL = 24  # half-width letters up to which a meaning can head a column
MONEY = ("amount", "currency")
# Text is never read as a formula, a link or a number, whatever it looks like.
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


class Column(NamedTuple):
    """A column of a sheet: its name in the files, its heading, its unit and what it means."""

    key: str
    heading: str
    unit: str
    meaning: str


class Sheet(NamedTuple):
    """A table and how it stands in the workbook; `total_rows` is how many the table has."""

    name: str
    table: str
    title: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    total_rows: int


def workbook(folder: Path, manuscript: Manuscript, context: PageContext, language: str) -> bytes:
    """Every table of `folder`, which holds them as .parquet, as an .xlsx file.

    The first sheet lists the others and says as of when, in which units and what each column means.
    """
    text = Text(language, context.currency)
    content = io.BytesIO()
    with Workbook(content, OPTIONS) as book:
        book.set_properties({"title": manuscript.title, "created": context.made_at})
        first = book.add_worksheet(text("Contents"))
        sheets = _sheets(folder, manuscript, context.report, language, first.get_name())
        for sheet in sheets:
            _write(book, sheet)
        _write_contents(book, first, sheets, manuscript, context, text)
    return content.getvalue()


def sheet_names(tables: Iterable[str], taken: str) -> dict[str, str]:
    """A name for the sheet of each table: what Excel allows, and none twice, whatever the case."""
    names: dict[str, str] = {}
    used = {taken.lower(), "history"}  # Excel keeps the latter for itself
    for table in tables:
        stem = re.sub(r"[\[\]:*?/\\]", "_", table).strip("'") or "_"
        name, number = stem[:NAME], 1
        while name.lower() in used:
            number += 1
            name = f"{stem[: NAME - len(str(number)) - 1]}_{number}"
        used.add(name.lower())
        names[table] = name
    return names


def _sheets(
    folder: Path, manuscript: Manuscript, report: str, language: str, taken: str
) -> list[Sheet]:
    blocks = [item for item in manuscript.items if item["kind"] == "table"]
    titles: dict[str, str] = {}
    for block in blocks:
        titles.setdefault(block["file"], block["title"])
    labels = _labels(blocks)
    paths = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    # Those of the page in its order, then the others.
    order = [*(name for name in titles if name in paths), *paths]
    found = []
    for table, name in sheet_names(dict.fromkeys(order), taken).items():
        frame = pl.read_parquet(paths[table])
        columns = _columns(frame, table, report, labels, language)
        found.append(
            Sheet(
                name,
                table,
                titles.get(table, ""),
                _cells(frame.head(ROWS)),
                columns,
                frame.height,
            )
        )
    return found


def _labels(blocks: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """How the page heads a column, by table and column; by ("", column) for any table."""
    labels: dict[tuple[str, str], str] = {}
    for block in blocks:
        for column in block["columns"]:
            labels.setdefault((block["file"], column["key"]), column["label"])
            labels.setdefault(("", column["key"]), column["label"])
    return labels


def _columns(
    frame: pl.DataFrame,
    table: str,
    report: str,
    labels: Mapping[tuple[str, str], str],
    language: str,
) -> tuple[Column, ...]:
    columns: list[Column] = []
    used: set[str] = set()
    for key in frame.columns:
        known = _meaning(report, table, key)
        meaning = known.get(language, "")
        brief = meaning if _width(meaning) <= LABEL else ""
        clause = re.split(r"[;,:(；，：（]", meaning)[0].strip()
        heading = labels.get((table, key)) or brief or labels.get(("", key)) or clause or key
        if heading.lower() in used:
            heading = f"{heading} ({key})"
        used.add(heading.lower())
        columns.append(Column(key, heading, known.get("unit", ""), meaning))
    return tuple(columns)


def _meaning(report: str, table: str, key: str) -> Mapping[str, str]:
    """What models.yml says of a column: of this table, else in the fewest words of another.

    A column that many tables carry is explained where it first stands.
    """
    book = codebook()
    tables = book["reports"].get(report, {})
    if key in tables.get(table, {}).get("columns", {}):
        return tables[table]["columns"][key]
    for places in (tables, book["models"]):
        found = [place["columns"][key] for place in places.values() if key in place["columns"]]
        if found:
            return min(found, key=lambda meaning: len(meaning["en"]))
    return {}


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """What a cell can hold: no text beyond its limit, nothing where a number is none."""
    number = cs.float()
    return frame.with_columns(
        cs.string().str.slice(0, TEXT),
        pl.when(number.is_finite()).then(number).name.keep(),
    )


def _write(book: Workbook, sheet: Sheet) -> None:
    renamed = sheet.frame.rename({column.key: column.heading for column in sheet.columns})
    schema = sheet.frame.schema
    renamed.write_excel(
        book,
        sheet.name,
        table_style="Table Style Light 1",
        freeze_panes=(1, 1),
        header_format={"text_wrap": True, "valign": "top", "bold": True},
        column_formats={c.heading: _format(c, schema[c.key]) for c in sheet.columns},
        column_widths={c.heading: _pixels(sheet.frame[c.key], c.heading) for c in sheet.columns},
    )


def _format(column: Column, kind: pl.DataType) -> str:
    """How Excel writes the values of a column."""
    if kind == pl.Date:
        return "yyyy-mm" if column.unit == "month" else "yyyy-mm-dd"
    if not kind.is_numeric():
        return "@" if kind == pl.String else "General"
    if column.unit in MONEY or column.key.endswith("_amount"):
        return "#,##0.00"
    if column.unit == "share" or column.key.endswith(("_share", "_rate")):
        return "0.0%"
    if column.unit in ("code", "year", "text"):
        return "0"
    return "#,##0" if kind.is_integer() or column.unit == "count" else "#,##0.00"


def _pixels(values: pl.Series, heading: str) -> int:
    """Room for the longest text, and for a heading in two lines beside its filter button."""
    widest = max(_width(heading) / 2 + 4, 10)
    if values.dtype == pl.String:
        widest = max([widest, *map(_width, values.drop_nulls().unique())])
    low, high = WIDTHS
    return int(min(max(7 * widest + 12, low), high))


def _width(text: str) -> float:
    """Half-width letters: one of Chinese is two of them, and three bytes."""
    return (len(text.encode("utf-8")) + len(text)) / 2


def _write_contents(
    book: Workbook,
    first: Worksheet,
    sheets: list[Sheet],
    manuscript: Manuscript,
    context: PageContext,
    text: Text,
) -> None:
    title, head, link, wrap, whole = (
        book.add_format(look)
        for look in (
            {"bold": True, "font_size": 15},
            {"bold": True, "bottom": 1},
            {"font_color": "#1c548f", "underline": 1},
            {"text_wrap": True, "valign": "top"},
            {"num_format": "#,##0"},
        )
    )
    for column, width in enumerate((26, 34, 28, 16, 64)):
        first.set_column(column, column, width)
    first.freeze_panes(1, 0)
    first.write_string(0, 0, manuscript.title or context.report, title)
    facts = [
        context.title.get(text.language) or context.pipeline,
        text("As of {date}", date=text.date(context.as_of)),
        text("Amounts in {currency}", currency=context.currency),
        text("Made {moment}", moment=moment(context.made_at, text.language)),
        text("Run {run}", run=context.run_id),
        text("An empty cell is missing, not zero. Shares are written as per cent."),
    ]
    if context.marked:
        reason = text(
            "Published on demand although a data check refused: {reason}", reason=context.marked
        )
        facts.insert(0, reason)
    row = _lines(first, 1, [[fact] for fact in facts], None) + 1
    row = _lines(first, row, [[text("Sheet"), text("Table"), text("Rows")]], head)
    for sheet in sheets:
        first.write_url(row, 0, f"internal:'{sheet.name}'!A1", link, sheet.name)
        first.write_string(row, 1, sheet.title)
        first.write_number(row, 2, sheet.total_rows, whole)
        if sheet.total_rows > sheet.frame.height:
            shown, file = text.count(sheet.frame.height), f"{sheet.table}.csv"
            cut = text("the first {shown} rows; all of them in {file}", shown=shown, file=file)
            first.write_string(row, 4, cut)
        row += 1
    heads = ("Sheet", "Column", "Name in the files", "Unit", "Meaning")
    row = _lines(first, row + 1, [[text(word) for word in heads]], head)
    meanings = [
        [sheet.name, c.heading, c.key, unit_text(text, c.unit), c.meaning]
        for sheet in sheets
        for c in sheet.columns
    ]
    _lines(first, row, meanings, wrap)


def _lines(sheet: Worksheet, row: int, lines: list[list[str]], look: Format | None) -> int:
    """Write lines of texts from `row` on; returns the row behind them."""
    for line in lines:
        for column, word in enumerate(line):
            sheet.write_string(row, column, word, look)
        row += 1
    return row
