"""Files into relations: every format becomes a DuckDB relation with its rows numbered.

`row_in_file` counts the header as row 1 in text files and workbooks; in Parquet the first row is 1.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import islice, zip_longest
from pathlib import Path

import duckdb

from dakehu.source import Files, SourceFile
from dakehu.sources.decoding import LoadError, decode
from dakehu.sources.jsonlines import read_json_lines
from dakehu.sources.relation import (
    RECORD,
    ROW,
    SHOWN,
    Relation,
    literal,
    quoted,
    scratch_file,
    unique_headings,
)
from dakehu.sources.unpacking import unpacked
from dakehu.sources.workbooks import cells

DELIMITERS = (",", ";", "\t", "|")
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xls": "xlsx",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


def read(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    files: Files,
    expected: set[str],
    name: str,
) -> Relation:
    """The file as a relation, checked against the columns that the mapping expects.

    Tables that are needed on the way are made in `scratch` under `name`.

    Raises:
        LoadError: the format is unknown, or an expected column is missing.
    """
    path = unpacked(file, scratch_file(connection, name))
    kind = files.format or SUFFIXES.get(path.suffix.lower())
    if kind == "parquet":
        relation = _read_parquet(connection, path)
    elif kind == "xlsx":
        relation = _read_workbook(connection, path, files, name)
    elif kind == "csv":
        relation = _read_text(connection, path, files, expected, name)
    elif kind == "jsonl":
        relation = read_json_lines(connection, path, files, name)
    else:
        raise LoadError(
            f'{file.name}: "{path.suffix}" is no format that is read here; '
            "set `format` to csv, xlsx, parquet or jsonl in its [[source]]"
        )
    if path != file.path and kind != "parquet":  # which is read later, from where it lies
        path.unlink()
    if missing := sorted(expected - relation.columns.keys()):
        has = ", ".join(list(relation.columns)[:30])
        raise LoadError(f'{file.name} has no column "{missing[0]}"; it has: {has}')
    return relation


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Relation:
    scan = f"read_parquet({literal(str(path))}, file_row_number = true)"
    try:
        described = connection.execute(f"describe select * from {scan}").fetchall()
    except duckdb.Error as error:
        raise LoadError(f"{path.name} is no readable Parquet file: {_line(error)}") from None
    columns = {row[0]: row[1] for row in described if row[0] != "file_row_number"}
    sql = f"select * exclude (file_row_number), file_row_number + 1 as {ROW} from {scan}"
    return Relation(sql, columns, "parquet")


def _read_workbook(
    connection: duckdb.DuckDBPyConnection, path: Path, files: Files, name: str
) -> Relation:
    import polars as pl

    rows = cells(path, files.sheet)
    first, last = files.header_rows[0], files.header_rows[-1]
    if len(rows) < last:
        sheet = f', sheet "{files.sheet}"' if files.sheet else ""
        raise LoadError(f"{path.name}{sheet} has no row {last} for a header")
    header = unique_headings(_headings(rows[first - 1 : last]), path)
    below = pl.DataFrame(rows[last:], schema=dict.fromkeys(header, pl.String), orient="row")
    filled = below.with_row_index(ROW, last + 1).filter(
        ~pl.all_horizontal(pl.col(header).is_null())
    )
    table = f"scratch.{quoted(name)}"
    connection.register("workbook", filled.to_arrow())
    connection.execute(f"create or replace table {table} as select * from workbook")
    connection.unregister("workbook")
    sql = f"select * from {table}"
    footer = _footer(connection, f"select {ROW} from {table}", files)
    return Relation(sql, dict.fromkeys(header, "VARCHAR"), "workbook", None, footer)


def _read_text(
    connection: duckdb.DuckDBPyConnection, path: Path, files: Files, expected: set[str], name: str
) -> Relation:
    decoded = decode(path, files.encoding, scratch_file(connection, f"{name}.csv"))
    header, delimiter = _header(decoded.path, path, files, expected)
    gaps = _blank_rows(decoded.path, delimiter) if decoded.has_blank_lines else []
    columns = "{" + ", ".join(f"{literal(c)}: 'VARCHAR'" for c in header) + "}"
    table, faults = f"scratch.{quoted(name)}", f"scratch.{quoted(f'{name}_faults')}"
    for leftover in ("shape_errors", "shape_scans"):
        connection.execute(f"drop table if exists {leftover}")
    try:
        connection.execute(
            f"create or replace table {table} as select *, row_number() over () as {RECORD} "
            f"from read_csv({literal(str(decoded.path))}, auto_detect = false, header = false, "
            f"skip = {files.header_rows[-1]}, all_varchar = true, delim = {literal(delimiter)}, "
            f"""quote = '"', escape = '"', columns = {columns}, strict_mode = true, """
            "null_padding = false, store_rejects = true, max_line_size = 4000000, "
            "rejects_table = 'shape_errors', rejects_scan = 'shape_scans', rejects_limit = 0)"
        )
    except duckdb.Error as error:
        raise LoadError(f"{path.name} cannot be read as a table: {_line(error)}") from None
    connection.execute(
        f"create or replace table {faults} as select {ROW}, "
        f"first(trim(csv_line, chr(10) || chr(13))[:{SHOWN}] order by error_message) as value, "
        "first('wrong shape: ' || error_message order by error_message) as reason "
        f"from (select cast(line as bigint) as {ROW}, csv_line, error_message from shape_errors) "
        f"group by {ROW}"
    )
    (bad,) = connection.execute(f"select count(*) from {faults}").fetchall()[0]
    sql = _numbered(connection, table, faults if bad else None, gaps, files.header_rows[-1])
    rows = f"select {ROW} from ({sql}) union all select {ROW} from {faults}"
    footer = _footer(connection, rows, files)
    if decoded.path != path:
        decoded.path.unlink()
    return Relation(
        sql, dict.fromkeys(header, "VARCHAR"), decoded.encoding, faults if bad else None, footer
    )


def _numbered(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    faults: str | None,
    blank: list[int],
    first_row: int,
) -> str:
    """The good records of a text file with the row that a spreadsheet would show for each.

    That is a record's place among the good ones, moved down by the header and by the faulty and the
    blank rows before it.
    """
    if not faults and not blank:
        return f"select * exclude ({RECORD}), {RECORD} + {first_row} as {ROW} from {table}"
    gaps = f"{table[:-1]}_gaps{table[-1]}"
    empty = f"select unnest(?::bigint[]) as {ROW}"
    both = f"{empty} union select {ROW} from {faults}" if faults else empty
    connection.execute(
        f"create or replace table {gaps} as "
        f"select row_number() over (order by {ROW}) as gap_count, "
        f"{ROW} - {first_row} - gap_count as records_before "
        f"from ({both}) where {ROW} > {first_row}",
        [blank],
    )
    return (
        f"select records.* exclude ({RECORD}), "
        f"{RECORD} + {first_row} + coalesce(gap_count, 0) as {ROW} from {table} as records "
        f"asof left join (select records_before, max(gap_count) as gap_count from {gaps} "
        f"group by records_before) as gaps on {RECORD} > records_before"
    )


def _footer(connection: duckdb.DuckDBPyConnection, rows: str, files: Files) -> int | None:
    """The first row of the footer; of a file shorter than its footer, the first there is."""
    if not files.footer_rows:
        return None
    (found,) = connection.execute(
        f"select min({ROW}) from (from ({rows}) order by {ROW} desc limit {files.footer_rows})"
    ).fetchall()[0]
    return found


def _header(decoded: Path, path: Path, files: Files, expected: set[str]) -> tuple[list[str], str]:
    """The column names and the delimiter, judged by the columns that the mapping expects."""
    candidates = (files.delimiter,) if files.delimiter else DELIMITERS
    first, last = files.header_rows[0], files.header_rows[-1]
    headers: dict[str, list[str]] = {}
    for delimiter in candidates:
        with decoded.open(encoding="utf-8-sig", newline="") as stream:
            records = csv.reader(stream, delimiter=delimiter)
            try:
                headers[delimiter] = _headings(list(islice(records, first - 1, last)))
            except csv.Error as error:
                raise LoadError(f"{path.name} has no readable header: {error}") from None
    names = {d: {name.strip() for name in header} for d, header in headers.items()}
    delimiter = max(candidates, key=lambda d: (len(expected & names[d]), len(names[d])))
    if not any(names[delimiter]):
        raise LoadError(f"{path.name} has no header in row {last}")
    return unique_headings(headers[delimiter], path), delimiter


def _headings(rows: Sequence[Sequence[str | None]]) -> list[str]:
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


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
