"""Text files into relations: files with one header and one delimiter are read in one statement.

`row_in_file` is the row that a spreadsheet would show; the header counts.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby, islice, zip_longest
from pathlib import Path
from typing import NamedTuple

import duckdb

from dakehu.source import Files, SourceFile
from dakehu.sources.decoding import LoadError, decode
from dakehu.sources.relation import (
    FILE,
    ROW,
    SHOWN,
    Part,
    Relation,
    insert_rows,
    literal,
    quoted,
    scratch_file,
    unique_headings,
)

DELIMITERS = (",", ";", "\t", "|")
LONGEST_ROW = 4_000_000  # bytes
NEVER = "\x01\x02"  # stands in no cell
csv.field_size_limit(LONGEST_ROW)


class Text(NamedTuple):
    """A text file made ready: in UTF-8, its shape known; `blank` are the rows that hold nothing."""

    part: Part
    path: Path
    header: tuple[str, ...]
    delimiter: str
    blank: list[int]

    @property
    def shape(self) -> tuple[tuple[str, ...], str]:
        """What files must share to be read together."""
        return self.header, self.delimiter


def prepared(
    connection: duckdb.DuckDBPyConnection,
    order: int,
    file: SourceFile,
    path: Path,
    files: Files,
    expected: set[str],
) -> Text:
    """The file in UTF-8 with its header, its delimiter and its blank rows.

    Raises:
        LoadError: it is no text in a known encoding, or has no header.
    """
    decoded = decode(path, files.encoding, scratch_file(connection, f"{order}.csv"))
    header, delimiter = _header(decoded.path, path, files, expected)
    blank = _blank_rows(decoded.path, delimiter) if decoded.has_blank_lines else []
    part = Part(order, file, decoded.encoding)
    return Text(part, decoded.path, tuple(header), delimiter, blank)


def read_texts(
    connection: duckdb.DuckDBPyConnection, texts: list[Text], files: Files, name: str
) -> list[Relation]:
    """The files as few relations as they have shapes; their rows lie in `scratch` under `name`.

    Raises:
        LoadError: one of them cannot be read as a table.
    """
    shapes = groupby(sorted(texts, key=lambda text: text.shape), key=lambda text: text.shape)
    return [
        _read(connection, list(alike), files, f"{name}_{place}")
        for place, (_, alike) in enumerate(shapes)
    ]


def _read(
    connection: duckdb.DuckDBPyConnection, texts: list[Text], files: Files, name: str
) -> Relation:
    header, delimiter = texts[0].shape
    table, faults, listed = (
        f"scratch.{quoted(f'{name}{end}')}" for end in ("", "_faults", "_files")
    )
    try:
        _scan(connection, table, [text.path for text in texts], header, delimiter, files)
    except duckdb.Error as error:
        if len(texts) > 1:  # alone, the file that cannot be read gives its own name
            for text in texts:
                _read(connection, [text], files, name)
        shown = texts[0].part.file.name
        raise LoadError(
            f"{shown} cannot be read as a table: {str(error).splitlines()[0]}"
        ) from None
    connection.execute(f"create or replace table {listed} ({FILE} integer, path varchar)")
    insert_rows(connection, listed, [(t.part.order, str(t.path)) for t in texts])
    connection.execute(
        f"create or replace table {faults} as select {FILE}, cast(line as bigint) as {ROW}, "
        f"first(trim(csv_line, chr(10) || chr(13))[:{SHOWN}] order by error_message) as value, "
        "first('wrong shape: ' || error_message order by error_message) as reason "
        "from shape_errors join (select distinct file_id, file_path as path from shape_scans) "
        f"using (file_id) join {listed} using (path) group by all"
    )
    (bad,) = connection.execute(f"select count(*) from {faults}").fetchall()[0]
    sql = _numbered(connection, table, texts, files.header_rows[-1], faults if bad else None)
    footers = _footers(connection, f"select {FILE}, {ROW} from ({sql})", faults, files)
    parts = tuple(text.part for text in texts)
    return Relation(sql, dict.fromkeys(header, "VARCHAR"), parts, faults if bad else None, footers)


def _scan(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    paths: list[Path],
    header: Sequence[str],
    delimiter: str,
    files: Files,
) -> None:
    columns = "{" + ", ".join(f"{literal(c)}: 'VARCHAR'" for c in header) + "}"
    listed = "[" + ", ".join(literal(str(path)) for path in paths) + "]"
    # An extra cell at the end would pass as one that the header lacks, if it were NULL: the cells
    # of a row with a comma too many would move to the right. So none is NULL until it has passed.
    cells = "".join(f"nullif({quoted(name)}, '') as {quoted(name)}, " for name in header)
    connection.execute("drop table if exists shape_errors; drop table if exists shape_scans")
    connection.execute(
        f"create or replace table {table} as select {cells}file_index "
        f"from read_csv({listed}, auto_detect = false, header = false, "
        f"skip = {files.header_rows[-1]}, all_varchar = true, delim = {literal(delimiter)}, "
        f"""quote = '"', escape = '"', columns = {columns}, strict_mode = true, """
        f"null_padding = false, nullstr = {literal(NEVER)}, store_rejects = true, "
        f"max_line_size = {LONGEST_ROW}, "
        "rejects_table = 'shape_errors', rejects_scan = 'shape_scans', rejects_limit = 0)"
    )


def _numbered(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    texts: list[Text],
    first_row: int,
    faults: str | None,
) -> str:
    """The good records of text files with the row that a spreadsheet would show for each.

    That is a record's place among the good ones of its file, moved down by the header and by the
    faulty and the blank rows before it. The records of a file lie in `table` one after the other.
    """
    spans = connection.execute(
        "select file_index, min(rowid), max(rowid) - min(rowid) + 1, count(*) "
        f"from {table} group by file_index"
    ).fetchall()
    if any(span != count for _, _, span, count in spans):
        raise LoadError(f"the rows of {texts[0].part.file.name} came out of order; load again")
    first = {index: record for index, record, _, _ in spans}
    orders = ", ".join(str(text.part.order) for text in texts)
    starts = ", ".join(str(first.get(place, 0)) for place in range(len(texts)))
    records = (
        f"select * exclude (file_index), [{orders}][cast(file_index as bigint) + 1] as {FILE}, "
        f"rowid - [{starts}][cast(file_index as bigint) + 1] + 1 as record_in_file from {table}"
    )
    blanks = [(text.part.order, row) for text in texts for row in text.blank]
    if not blanks and not faults:
        return (
            f"select * exclude (record_in_file), record_in_file + {first_row} as {ROW} "
            f"from ({records})"
        )
    gaps = f"{table[:-1]}_gaps{table[-1]}"
    bad = f"union select {FILE}, {ROW} from {faults}" if faults else ""
    connection.execute(
        f"create or replace table {gaps} as "
        f"select {FILE}, row_number() over (partition by {FILE} order by {ROW}) as gap_count, "
        f"{ROW} - {first_row} - gap_count as records_before from ("
        f"select unnest(?::integer[]) as {FILE}, unnest(?::bigint[]) as {ROW} {bad}) "
        f"where {ROW} > {first_row}",
        [[order for order, _ in blanks], [row for _, row in blanks]],
    )
    return (
        "select records.* exclude (record_in_file), "
        f"record_in_file + {first_row} + coalesce(gap_count, 0) as {ROW} "
        f"from ({records}) as records asof left join "
        f"(select {FILE}, records_before, max(gap_count) as gap_count from {gaps} group by all) "
        f"as gaps on records.{FILE} = gaps.{FILE} and record_in_file > records_before"
    )


def _footers(
    connection: duckdb.DuckDBPyConnection, rows: str, faults: str, files: Files
) -> dict[int, int]:
    """The first row of each file's footer; of a file shorter than its footer, the first it has."""
    if not files.footer_rows:
        return {}
    return dict(
        connection.execute(
            f"select {FILE}, min({ROW}) from (from ({rows} union all select {FILE}, {ROW} "
            f"from {faults}) qualify row_number() over (partition by {FILE} order by {ROW} desc) "
            f"<= {files.footer_rows}) group by {FILE}"
        ).fetchall()
    )


def _header(decoded: Path, path: Path, files: Files, expected: set[str]) -> tuple[list[str], str]:
    """The column names and the delimiter, judged by the columns that the mapping expects."""
    candidates = (files.delimiter,) if files.delimiter else DELIMITERS
    first, last = files.header_rows[0], files.header_rows[-1]
    headers: dict[str, list[str]] = {}
    for delimiter in candidates:
        with decoded.open(encoding="utf-8-sig", newline="") as stream:
            records = csv.reader(stream, delimiter=delimiter)
            try:
                header = headings(list(islice(records, first - 1, last)))
            except csv.Error as error:
                raise LoadError(f"{path.name} has no readable header: {error}") from None
            with suppress(csv.Error):
                below = next(filter(None, records), [])
                # Some programs end every row but the header with a delimiter.
                header += [""] * (len(below) == len(header) + 1 and not below[-1])
            headers[delimiter] = header
    names = {d: {name.strip() for name in header} for d, header in headers.items()}
    delimiter = max(candidates, key=lambda d: (len(expected & names[d]), len(names[d])))
    if not any(names[delimiter]):
        raise LoadError(f"{path.name} has no header in row {last}")
    return unique_headings(headers[delimiter], path), delimiter


def headings(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """The headings out of one row or two; of two, a merged cell above speaks for those right of it.

    A spreadsheet keeps the text of a merged cell in its first column only.
    """
    if len(rows) < 2:
        return [name or "" for name in rows[0]] if rows else []
    above, group = [], ""
    for name in rows[0]:
        group = (name or "").strip() or group
        above.append(group)
    pairs = zip_longest(above, rows[1], fillvalue="")
    return [" ".join(filter(None, (high, (low or "").strip()))) for high, low in pairs]


def _blank_rows(decoded: Path, delimiter: str) -> list[int]:
    """The rows of a text file that hold nothing, counted as a spreadsheet counts."""
    with decoded.open(encoding="utf-8-sig", newline="") as stream:
        try:
            records = csv.reader(stream, delimiter=delimiter)
            return [row for row, record in enumerate(records, 1) if not record]
        except csv.Error:  # a cell beyond the reader's limit: rows are then counted without these
            return []
