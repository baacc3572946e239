"""Files into relations: every format becomes a DuckDB relation with its rows numbered.

`row_in_file` counts the header as row 1 in text files and workbooks; in Parquet the first row is 1.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import duckdb
from sqlglot import exp

from dakehu.pipeline import Files
from dakehu.sources.decoding import LoadError, decode

ROW = "row_in_file"
RECORD = "record_in_file"
SHOWN = 1000  # characters of a broken row that its reject shows
DELIMITERS = (",", ";", "\t", "|")
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xls": "xlsx",
    ".parquet": "parquet",
}


class Relation(NamedTuple):
    """A readable file: `sql` selects its columns and `row_in_file`; `columns` gives their types.

    `faults` is the name of a table (row_in_file, value, reason) of the rows that have the wrong
    shape, `footer_from` the first row of the footer.
    """

    sql: str
    columns: dict[str, str]
    encoding: str
    faults: str | None = None
    footer_from: int | None = None


def quoted(name: str) -> str:
    """An identifier for DuckDB, whatever characters it has."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")


def literal(value: str) -> str:
    """A text literal for DuckDB."""
    return exp.Literal.string(value).sql("duckdb")


def sha256(path: Path) -> str:
    """The digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read(
    connection: duckdb.DuckDBPyConnection, path: Path, files: Files, expected: set[str], name: str
) -> Relation:
    """The file as a relation, checked against the columns that the mapping expects.

    Tables that are needed on the way are made in `scratch` under `name`.

    Raises:
        LoadError: the format is unknown, or an expected column is missing.
    """
    kind = files.format or SUFFIXES.get(path.suffix.lower())
    if kind == "parquet":
        relation = _read_parquet(connection, path)
    elif kind == "xlsx":
        relation = _read_workbook(connection, path, files, name)
    elif kind == "csv":
        relation = _read_text(connection, path, files, expected, name)
    else:
        raise LoadError(
            f'{path.name}: "{path.suffix}" is no format that is read here; '
            "set `format` to csv, xlsx or parquet in its [[source]]"
        )
    if missing := sorted(expected - relation.columns.keys()):
        has = ", ".join(list(relation.columns)[:30])
        raise LoadError(f'{path.name} has no column "{missing[0]}"; it has: {has}')
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
    import fastexcel
    import polars as pl

    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        raise LoadError(f"{path.name} is no readable workbook: {_line(error)}") from None
    sheet = files.sheet or book.sheet_names[0]
    if sheet not in book.sheet_names:
        raise LoadError(
            f'{path.name} has no sheet "{sheet}"; it has: {", ".join(book.sheet_names)}'
        )
    cells = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    if cells.height < files.header_row:
        raise LoadError(f'{path.name}, sheet "{sheet}" has no row {files.header_row} for a header')
    header = _unique(list(cells.row(files.header_row - 1)), path)
    cells = cells.rename(dict(zip(cells.columns, header, strict=True))).with_row_index(ROW, 1)
    below = cells.slice(files.header_row)
    rows = below.filter(~pl.all_horizontal(pl.col(header).is_null()))
    table = f"scratch.{quoted(name)}"
    arrow = rows.to_arrow()
    connection.register("workbook", arrow)
    connection.execute(f"create or replace table {table} as select * from workbook")
    connection.unregister("workbook")
    sql = f"select * from {table}"
    footer = _footer(connection, f"select {ROW} from {table}", files)
    return Relation(sql, dict.fromkeys(header, "VARCHAR"), "workbook", None, footer)


def _read_text(
    connection: duckdb.DuckDBPyConnection, path: Path, files: Files, expected: set[str], name: str
) -> Relation:
    decoded = decode(path, files.encoding, _scratch_file(connection, f"{name}.csv"))
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
            f"skip = {files.header_row}, all_varchar = true, delim = {literal(delimiter)}, "
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
    sql = _numbered(connection, table, faults if bad else None, gaps, files.header_row)
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
    headers: dict[str, list[str]] = {}
    for delimiter in candidates:
        with decoded.open(encoding="utf-8-sig", newline="") as stream:
            records = csv.reader(stream, delimiter=delimiter)
            try:
                headers[delimiter] = next(islice(records, files.header_row - 1, None), [])
            except csv.Error as error:
                raise LoadError(f"{path.name} has no readable header: {error}") from None
    names = {d: {name.strip() for name in header} for d, header in headers.items()}
    delimiter = max(candidates, key=lambda d: (len(expected & names[d]), len(names[d])))
    if not any(names[delimiter]):
        raise LoadError(f"{path.name} has no header in row {files.header_row}")
    return _unique(headers[delimiter], path), delimiter


def _blank_rows(decoded: Path, delimiter: str) -> list[int]:
    """The rows of a text file that hold nothing, counted as a spreadsheet counts."""
    with decoded.open(encoding="utf-8-sig", newline="") as stream:
        try:
            records = csv.reader(stream, delimiter=delimiter)
            return [row for row, record in enumerate(records, 1) if not record]
        except csv.Error:  # a cell beyond the reader's limit: rows are then counted without these
            return []


def _unique(names: Sequence[str | None], path: Path) -> list[str]:
    """Header names without padding; empty ones are numbered, repeated ones are an error."""
    cleaned = [(name or "").strip() or f"column {i}" for i, name in enumerate(names, 1)]
    folded = [name.lower() for name in cleaned]
    for name in cleaned:
        if folded.count(name.lower()) > 1:
            raise LoadError(f'{path.name} has two columns called "{name}"; rename one of them')
        if name.lower() in (ROW, RECORD):
            raise LoadError(f'{path.name} calls a column "{name}", as the loader does; rename it')
    return cleaned


def _scratch_file(connection: duckdb.DuckDBPyConnection, name: str) -> Path:
    """A file in the directory where this connection spills, which is cleared away with it."""
    (folder,) = connection.execute("select current_setting('temp_directory')").fetchall()[0]
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) / name


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
