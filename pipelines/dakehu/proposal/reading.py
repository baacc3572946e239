"""Samples of files: headings and first rows as text, and what a file cannot tell by itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import polars as pl

from dakehu.proposal.folder import Item
from dakehu.proposal.layout import foot, header
from dakehu.sources.decoding import LoadError, decode
from dakehu.sources.texts import DELIMITERS

SAMPLE_ROWS = 50_000
FOOT_BYTES = 1 << 16
csv.field_size_limit(1 << 24)  # pictures and remarks stand in cells too

Cells = list[list[str | None]]


@dataclass(frozen=True, eq=False)
class Extract:
    """One table of a file: a text file, a sheet, a Parquet file.

    `frame` holds the first rows as text, blank cells as null; `native` the kind ("number", "date")
    of columns that are no text in the file; `is_whole` that no row is missing from `frame`. The
    other fields are keys of a `[[source]]`, set only where the file cannot tell by itself.
    """

    item: Item
    headings: tuple[str, ...]
    frame: pl.DataFrame
    is_whole: bool
    native: dict[str, str] = field(default_factory=dict)
    sheet: str | None = None
    encoding: str | None = None
    header_row: tuple[int, ...] = (1,)
    footer_rows: int = 0

    @property
    def shown(self) -> str:
        """The name for people: file, member, sheet."""
        return f"{self.item.shown}, sheet {self.sheet}" if self.sheet else self.item.shown


def extracts(item: Item, scratch: Path, limit: int = SAMPLE_ROWS) -> Iterator[Extract | LoadError]:
    """The tables in a file, with about `limit` rows of each; a faulty sheet as its error.

    Raises:
        LoadError: the file cannot be read.
    """
    readers = {"csv": _text, "xlsx": _workbook, "parquet": _parquet, "jsonl": _json_lines}
    yield from readers[item.kind](item, scratch, limit)


def _text(item: Item, scratch: Path, limit: int) -> Iterator[Extract]:
    told = _told_encoding(item.content)
    try:
        decoded = decode(item.content, told, scratch / "decoded.csv")
    except LoadError as error:
        raise LoadError(str(error).replace(item.content.name, item.shown, 1)) from None
    try:
        with decoded.path.open(encoding="utf-8-sig", newline="") as stream:
            lines = list(islice(stream, 30))
        delimiter = max(DELIMITERS, key=lambda d: _width(lines, d))
        with decoded.path.open(encoding="utf-8-sig", newline="") as stream:
            rows = _cut(csv.reader(stream, delimiter=delimiter), limit + 20)
        is_whole = len(rows) < limit
        last = rows if is_whole else _last_rows(decoded.path, delimiter)
    except csv.Error as error:
        raise LoadError(f"{item.shown} cannot be read as a table: {error}") from None
    encoding = None if told == "utf-16" and decoded.encoding == "utf-16" else told
    if extract := _tabulated(item, rows, last, is_whole=is_whole, encoding=encoding):
        yield extract


def _told_encoding(path: Path) -> str | None:
    """The encoding that the loader has to be told because the bytes fit a wrong one."""
    with path.open("rb") as stream:
        head = stream.read(1 << 20)
    if head[:3] == b"\xef\xbb\xbf" or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None
    if b"\0" in head[:1000]:
        return "utf-16"
    try:
        head[: head.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        # Western text happens to be valid GB18030, of characters that no Chinese writes.
        odd = [c for c in head.decode("gb18030", "replace") if ord(c) > 127]
        common = sum(1 for c in odd if c.encode("gb2312", "ignore"))
        return "cp1252" if common < 0.8 * len(odd) else None
    return None


def _width(lines: list[str], delimiter: str) -> int:
    """How many cells the usual line has: the median, so that title lines do not count."""
    widths = sorted(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
    return widths[len(widths) // 2] if widths else 0


def _cut(rows: Iterable[list[str]], limit: int) -> Cells:
    return [[cell.strip() or None for cell in row] for row in islice(rows, limit)]


def _last_rows(path: Path, delimiter: str) -> Cells:
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - FOOT_BYTES, 0))
        tail = stream.read().decode("utf-8", "ignore")
    lines = tail.splitlines(keepends=True)[1:]
    return _cut(csv.reader(lines[-8:], delimiter=delimiter), 8)


def _workbook(item: Item, scratch: Path, limit: int) -> Iterator[Extract | LoadError]:  # noqa: ARG001
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(item.content)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            rows = [[_cell(value) for value in row] for row in sheet]
            only = None if len(book.sheet_names) == 1 else name
            try:
                if extract := _tabulated(item, rows, rows, is_whole=True, sheet=only):
                    yield extract
            except LoadError as error:
                yield error
    except python_calamine.CalamineError as error:
        raise LoadError(f"{item.shown} is no readable workbook: {error}") from None


def _cell(value: object) -> str | None:
    """A cell as an analyst sees it: whole numbers without a point, dates as 2024-01-31."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date | datetime):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value).strip() or None


def _parquet(item: Item, scratch: Path, limit: int) -> Iterator[Extract]:  # noqa: ARG001
    try:
        scan = pl.scan_parquet(item.content, glob=False)
        rows = scan.select(pl.len()).collect().item()
        sample = scan.head(limit).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise LoadError(
            f"{item.shown} is no readable Parquet file: {str(error).splitlines()[0]}"
        ) from None
    native = {
        name: "number" if kind.is_numeric() else "date"
        for name, kind in sample.schema.items()
        if kind.is_numeric() or kind.is_temporal()
    }
    simple = [n for n, kind in sample.schema.items() if not kind.is_nested() and kind != pl.Binary]
    frame = sample.select(pl.col(simple).cast(pl.String).str.strip_chars().replace("", None))
    yield Extract(item, tuple(simple), frame, rows <= limit, native)


def _json_lines(item: Item, scratch: Path, limit: int) -> Iterator[Extract]:  # noqa: ARG001
    try:
        with item.content.open(encoding="utf-8-sig") as stream:
            records = [json.loads(line) for line in islice(stream, limit) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise LoadError(f"{item.shown} is no file of JSON lines: {error}") from None
    if not records or not all(isinstance(record, dict) for record in records):
        raise LoadError(f"{item.shown} holds no JSON objects, one per line")
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = {name: [_text_of(record.get(name)) for record in records] for name in names}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    native = {n: "number" for n in names if _all_numbers(r.get(n) for r in records)}
    yield Extract(item, tuple(names), frame, len(records) < limit, native)


def _text_of(value: object) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    # A lone surrogate, which JSON can hold, is no text that a file can hold.
    return str(value).encode("utf-8", "replace").decode("utf-8").strip() or None


def _all_numbers(values: Iterable[object]) -> bool:
    filled = [value for value in values if value is not None]
    return bool(filled) and all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in filled
    )


def _tabulated(
    item: Item,
    rows: Cells,
    last: Cells,
    *,
    is_whole: bool,
    sheet: str | None = None,
    encoding: str | None = None,
) -> Extract | None:
    """The table among rows of cells, or None where there is none."""
    found = header(rows)
    if found is None:
        return None
    header_row, headings = found
    below = [row for row in rows[header_row[-1] :] if any(row)]
    fitting = sum(len(row) == len(headings) for row in below)
    if not below or fitting < 0.5 * len(below):  # prose with commas is no table
        return None
    repeated = {h.lower() for h in headings if [x.lower() for x in headings].count(h.lower()) > 1}
    if repeated:
        raise LoadError(
            f'{item.shown} has two columns called "{sorted(repeated)[0]}"; rename one of them'
        )
    footer_rows = foot(last)
    body = below[:-footer_rows] if is_whole and footer_rows else below
    width = len(headings)
    filled = [(row + [None] * width)[:width] for row in body]
    frame = pl.DataFrame(filled, schema=dict.fromkeys(headings, pl.String), orient="row")
    return Extract(item, headings, frame, is_whole, {}, sheet, encoding, header_row, footer_rows)
