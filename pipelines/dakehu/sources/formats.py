"""Files into relations: every format becomes a DuckDB relation with its rows numbered.

`row_in_file` counts the header as row 1 in text files and workbooks; in Parquet the first row is 1.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
from sqlglot import exp

from dakehu.pipeline import Files
from dakehu.sources.decoding import LoadError, decode

ROW = "row_in_file"
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
    rows = cells.slice(files.header_row)  # an empty row inside is a row; calamine keeps it
    table = f"scratch.{quoted(name)}"
    arrow = rows.to_arrow()
    connection.register("workbook", arrow)
    connection.execute(f"create or replace table {table} as select * from workbook")
    connection.unregister("workbook")
    footer = rows.height + files.header_row - files.footer_rows + 1 if files.footer_rows else None
    return Relation(
        f"select * from {table}", dict.fromkeys(header, "VARCHAR"), "workbook", None, footer
    )


def _read_text(
    connection: duckdb.DuckDBPyConnection, path: Path, files: Files, expected: set[str], name: str
) -> Relation:
    decoded = decode(path, files.encoding, _scratch_file(connection, f"{name}.csv"))
    header, delimiter = _header(decoded.path, path, files, expected)
    columns = "{" + ", ".join(f"{literal(c)}: 'VARCHAR'" for c in header) + "}"
    table, faults = f"scratch.{quoted(name)}", f"scratch.{quoted(f'{name}_faults')}"
    for leftover in ("shape_errors", "shape_scans"):
        connection.execute(f"drop table if exists {leftover}")
    try:
        connection.execute(
            f"create or replace table {table} as select *, row_number() over () as record "
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
        "first(csv_line order by error_message) as value, "
        f"first('wrong shape: ' || error_message order by error_message) as reason, "
        f"{ROW} - row_number() over (order by {ROW}) as records_before "
        f"from (select cast(line as bigint) as {ROW}, csv_line, error_message from shape_errors) "
        f"group by {ROW}"
    )
    # A record's row is its place among the good ones, moved down by the faulty ones before it.
    first_row = files.header_row
    moved = (
        f"record + {first_row} + (select count(*) from {faults} as faults "
        f"where faults.records_before - {first_row} < record)"
    )
    bad, good = (
        connection.execute(f"select count(*) from {t}").fetchall()[0][0] for t in (faults, table)
    )
    row = moved if bad else f"record + {first_row}"
    footer = good + bad + first_row - files.footer_rows + 1 if files.footer_rows else None
    if decoded.path != path:
        decoded.path.unlink()
    return Relation(
        f"select * exclude (record), {row} as {ROW} from {table}",
        dict.fromkeys(header, "VARCHAR"),
        decoded.encoding,
        faults if bad else None,
        footer,
    )


def _header(decoded: Path, path: Path, files: Files, expected: set[str]) -> tuple[list[str], str]:
    """The column names and the delimiter, judged by the columns that the mapping expects."""
    with decoded.open(encoding="utf-8-sig", newline="") as stream:
        lines = [stream.readline() for _ in range(files.header_row)]
        rest = stream.read(1 << 16) if lines[-1].count('"') % 2 else ""
    if not lines[-1].strip():
        raise LoadError(f"{path.name} has no header in row {files.header_row}")
    candidates = (files.delimiter,) if files.delimiter else DELIMITERS
    headers = {d: next(csv.reader([lines[-1] + rest], delimiter=d)) for d in candidates}
    delimiter = max(candidates, key=lambda d: len(expected & {c.strip() for c in headers[d]}))
    return _unique(headers[delimiter], path), delimiter


def _unique(names: Sequence[str | None], path: Path) -> list[str]:
    """Header names without padding; empty ones are numbered, repeated ones are an error."""
    cleaned = [(name or "").strip() or f"column {i}" for i, name in enumerate(names, 1)]
    for name in cleaned:
        if cleaned.count(name) > 1:
            raise LoadError(f'{path.name} has two columns called "{name}"; rename one of them')
    return cleaned


def _scratch_file(connection: duckdb.DuckDBPyConnection, name: str) -> Path:
    """A file in the directory where this connection spills, which is cleared away with it."""
    (folder,) = connection.execute("select current_setting('temp_directory')").fetchall()[0]
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) / name


def _line(error: Exception) -> str:
    return str(error).splitlines()[0]
