"""Samples of files: headings and first rows as text, and what a file cannot tell by itself."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl

from dakehu.proposal.folder import Item
from dakehu.proposal.layout import foot, header
from dakehu.source import SourceFile
from dakehu.sources.decoding import LoadError, decode
from dakehu.sources.mapping import DATED, NATIVE_NUMBER
from dakehu.sources.relation import unique_headings
from dakehu.sources.samples import sample
from dakehu.sources.texts import DELIMITERS
from dakehu.sources.workbooks import sheets

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
    readers = {"csv": _text, "xlsx": _workbook, "parquet": _told, "jsonl": _told}
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
    return [_stripped(row) for row in islice(rows, limit)]


def _stripped(row: Sequence[str | None]) -> list[str | None]:
    return [(cell or "").strip() or None for cell in row]


def _last_rows(path: Path, delimiter: str) -> Cells:
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - FOOT_BYTES, 0))
        tail = stream.read().decode("utf-8", "ignore")
    lines = tail.splitlines(keepends=True)[1:]
    return _cut(csv.reader(lines[-8:], delimiter=delimiter), 8)


def _workbook(item: Item, scratch: Path, limit: int) -> Iterator[Extract | LoadError]:  # noqa: ARG001
    found = [(name, [_stripped(row) for row in rows]) for name, rows in sheets(item.content)]
    for name, rows in found:
        only = None if len(found) == 1 else name
        try:
            if extract := _tabulated(item, rows, rows, is_whole=True, sheet=only):
                yield extract
        except LoadError as error:
            yield error


def _told(item: Item, scratch: Path, limit: int) -> Iterator[Extract]:
    """A file that tells its columns by itself."""
    file = SourceFile(item.content, "", item.shown)
    frame, types, is_whole = sample(file, item.kind, limit, scratch)
    native = {
        name: "number" if NATIVE_NUMBER.fullmatch(kind) else "date"
        for name, kind in types.items()
        if NATIVE_NUMBER.fullmatch(kind) or kind in DATED
    }
    texts = frame.select(pl.all().str.strip_chars().replace("", None))
    yield Extract(item, tuple(types), texts, is_whole, native)


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
    header_row, names = found
    below = [row for row in rows[header_row[-1] :] if any(row)]
    fitting = sum(len(row) == len(names) for row in below)
    if not below or fitting < 0.5 * len(below):  # prose with commas is no table
        return None
    headings = tuple(unique_headings(names, Path(item.shown)))
    footer_rows = foot(last)
    body = below[:-footer_rows] if is_whole and footer_rows else below
    width = len(headings)
    filled = [(row + [None] * width)[:width] for row in body]
    frame = pl.DataFrame(filled, schema=dict.fromkeys(headings, pl.String), orient="row")
    return Extract(item, headings, frame, is_whole, {}, sheet, encoding, header_row, footer_rows)
