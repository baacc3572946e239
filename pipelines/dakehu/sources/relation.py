"""A readable file as DuckDB sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import duckdb

from dakehu.source import SourceFile
from dakehu.sources.decoding import LoadError

FILE = "file_order"
ROW = "row_in_file"
RESERVED = (FILE, ROW, "file_index", "record_in_file", "gap_count", "records_before")
SHOWN = 1000  # characters of a broken row that its reject shows


class Part(NamedTuple):
    """One file of a relation: `order` is its place among all files of its table."""

    order: int
    file: SourceFile
    encoding: str


class Relation(NamedTuple):
    """Readable files of one shape: `sql` selects `file_order`, `row_in_file` and their columns.

    `columns` gives the types. `faults` is the name of a table (file_order, row_in_file, value,
    reason) of the rows that have the wrong shape; `footers` gives, by file_order, the first row of
    the footer.
    """

    sql: str
    columns: dict[str, str]
    parts: tuple[Part, ...]
    faults: str | None = None
    footers: Mapping[int, int] = MappingProxyType({})


def quoted(name: str) -> str:
    """An identifier for DuckDB, whatever characters it has."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A text literal for DuckDB."""
    return "'" + value.replace("'", "''") + "'"


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]
) -> None:
    """Rows of Python values into a table, each column as one list: quickly parsed and bound."""
    if rows:
        columns = [list(values) for values in zip(*rows, strict=True)]
        taken = ", ".join(["unnest(?)"] * len(columns))
        connection.execute(f"insert into {table} select {taken}", columns)


def scratch_file(connection: duckdb.DuckDBPyConnection, name: str) -> Path:
    """A file in the directory where this connection spills, which is cleared away with it."""
    (folder,) = connection.execute("select current_setting('temp_directory')").fetchall()[0]
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) / name


def unique_headings(
    names: Sequence[str | None], path: Path, reserved: Sequence[str] = RESERVED
) -> list[str]:
    """Header names without padding; empty ones are numbered.

    Raises:
        LoadError: a name is repeated, or one of `reserved`.
    """
    cleaned = [(name or "").strip() or f"column {i}" for i, name in enumerate(names, 1)]
    folded = [name.lower() for name in cleaned]
    for name in cleaned:
        if folded.count(name.lower()) > 1:
            raise LoadError(f'{path.name} has two columns called "{name}"; rename one of them')
        if name.lower() in reserved:
            raise LoadError(f'{path.name} calls a column "{name}", as the loader does; rename it')
    return cleaned
