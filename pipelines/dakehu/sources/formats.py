"""Files into relations: every format becomes rows of DuckDB, numbered as the user sees them.

`row_in_file` counts the header as row 1 in text files and workbooks; in Parquet the first row is 1.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import duckdb

from dakehu.source import Files, Format, SourceFile
from dakehu.sources.decoding import LoadError
from dakehu.sources.jsonlines import read_json_lines
from dakehu.sources.relation import (
    FILE,
    RESERVED,
    ROW,
    Part,
    Relation,
    literal,
    quoted,
    scratch_file,
    unique_headings,
)
from dakehu.sources.texts import headings, prepared, read_texts
from dakehu.sources.unpacking import unpacked
from dakehu.sources.workbooks import cells

Columns = tuple[tuple[str, str], ...]  # names and types
SUFFIXES: dict[str, Format] = {
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
    numbered: dict[int, SourceFile],
    files: Files,
    expected: set[str],
    name: str,
) -> list[Relation]:
    """The files, by their place, as few relations as they have shapes.

    Each is checked against the columns that the mapping expects. Tables that are needed on the way
    are made in `scratch` under `name`.

    Raises:
        LoadError: a format is unknown, or an expected column is missing.
    """
    paths = unpacked(numbered, scratch_file(connection, name))
    texts, parquets, relations = [], [], []
    for order, file in numbered.items():
        path, own = paths[order], f"{name}_{order}"
        kind = files.format or SUFFIXES.get(path.suffix.lower())
        if kind == "csv":
            texts.append(prepared(connection, order, file, path, files, expected))
        elif kind == "parquet":
            part = Part(order, file, "query" if files.query else kind)
            parquets.append((_parquet_columns(connection, path), path, part))
        elif kind == "xlsx":
            relations.append(_read_workbook(connection, order, file, path, files, own))
        elif kind == "jsonl":
            relations.append(read_json_lines(connection, order, file, path, files, own))
        else:
            raise LoadError(
                f'{file.name}: "{path.suffix}" is no format that is read here; '
                "set `format` to csv, xlsx, parquet or jsonl in its [[source]]"
            )
    relations += read_texts(connection, texts, files, f"{name}_text")
    relations += _read_parquets(parquets)
    for relation in relations:
        if missing := sorted(expected - relation.columns.keys()):
            has = ", ".join(list(relation.columns)[:30])
            shown = relation.parts[0].file.name
            raise LoadError(f'{shown} has no column "{missing[0]}"; it has: {has}')
    for text in texts:
        if text.path != text.part.file.path:  # a copy that has been read
            text.path.unlink()
    return relations


def _parquet_columns(connection: duckdb.DuckDBPyConnection, path: Path) -> Columns:
    try:
        described = connection.execute(
            f"describe select * from read_parquet({literal(str(path))})"
        ).fetchall()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise LoadError(f"{path.name} is no readable Parquet file: {reason}") from None
    unique_headings([row[0] for row in described], path, (*RESERVED, "file_row_number"))
    return tuple((row[0], row[1]) for row in described)


def _read_parquets(parquets: list[tuple[Columns, Path, Part]]) -> list[Relation]:
    relations = []
    for columns, group in groupby(sorted(parquets, key=lambda p: p[0]), key=lambda p: p[0]):
        alike = list(group)
        listed = "[" + ", ".join(literal(str(path)) for _, path, _ in alike) + "]"
        orders = ", ".join(str(part.order) for _, _, part in alike)
        place = f"[{orders}][file_index + 1]" if len(alike) > 1 else orders
        relations.append(
            Relation(
                f"select * exclude (file_row_number), {place} as {FILE}, "
                f"file_row_number + 1 as {ROW} "
                f"from read_parquet({listed}, file_row_number = true)",
                dict(columns),
                tuple(part for _, _, part in alike),
            )
        )
    return relations


def _read_workbook(
    connection: duckdb.DuckDBPyConnection,
    order: int,
    file: SourceFile,
    path: Path,
    files: Files,
    name: str,
) -> Relation:
    import polars as pl

    rows = cells(path, files.sheet)
    first, last = files.header_rows[0], files.header_rows[-1]
    if len(rows) < last:
        sheet = f', sheet "{files.sheet}"' if files.sheet else ""
        raise LoadError(f"{path.name}{sheet} has no row {last} for a header")
    header = unique_headings(headings(rows[first - 1 : last]), path)
    below = pl.DataFrame(rows[last:], schema=dict.fromkeys(header, pl.String), orient="row")
    filled = below.with_row_index(ROW, last + 1).filter(
        ~pl.all_horizontal(pl.col(header).is_null())
    )
    footer = filled[ROW].tail(files.footer_rows).to_list()
    table = f"scratch.{quoted(name)}"
    connection.register("workbook", filled.to_arrow())
    connection.execute(f"create or replace table {table} as select * from workbook")
    connection.unregister("workbook")
    return Relation(
        f"select *, {order} as {FILE} from {table}",
        dict.fromkeys(header, "VARCHAR"),
        (Part(order, file, "workbook"),),
        None,
        {order: footer[0]} if footer else {},
    )
