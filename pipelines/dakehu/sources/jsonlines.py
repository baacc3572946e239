"""Files of one JSON object a line."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dakehu.source import Files, SourceFile
from dakehu.sources.decoding import LoadError, decode
from dakehu.sources.relation import (
    FILE,
    ROW,
    SHOWN,
    Part,
    Relation,
    literal,
    quoted,
    scratch_file,
    unique_headings,
)


def read_json_lines(
    connection: duckdb.DuckDBPyConnection,
    order: int,
    file: SourceFile,
    path: Path,
    files: Files,
    name: str,
    limit: int | None = None,
) -> Relation:
    """One JSON object a line, every value as its text; a line that is none is a fault.

    With a `limit` the first lines are read only.

    Raises:
        LoadError: no line holds an object.
    """
    decoded = decode(path, files.encoding, scratch_file(connection, f"{name}.jsonl"))
    lines, table, faults = (
        f"scratch.{quoted(f'{name}{part}')}" for part in ("_lines", "", "_faults")
    )
    # Neither sign can stand raw in a JSON text, so every line is one field.
    connection.execute(
        f"create or replace table {lines} as select row_number() over () as {ROW}, "
        "trim(line, chr(13) || ' ') as line, "
        "case when json_valid(line) then json_type(line) = 'OBJECT' else false end as is_object "
        f"from read_csv({literal(str(decoded.path))}, auto_detect = false, header = false, "
        "all_varchar = true, delim = '\x01', quote = '', escape = '', new_line = '\\n', "
        "null_padding = true, max_line_size = 4000000, columns = {'line': 'VARCHAR'}) "
        + ("" if limit is None else f"limit {limit}")
    )
    found = connection.execute(
        f"select distinct unnest(json_keys(line)) as key from {lines} where is_object order by key"
    ).fetchall()
    if not found:
        raise LoadError(f"{path.name} holds no line that is a JSON object")
    keys = [row[0] for row in found]
    header = unique_headings(keys, path)
    columns = ", ".join(
        f"json_extract_string(line, {literal(_pointer(key))}) as {quoted(heading)}"
        for key, heading in zip(keys, header, strict=True)
    )
    connection.execute(
        f"create or replace table {table} as select {ROW}, {columns} from {lines} where is_object"
    )
    connection.execute(
        f"create or replace table {faults} as select {order} as {FILE}, {ROW}, "
        f"line[:{SHOWN}] as value, "
        f"'no JSON object' as reason from {lines} where not is_object and line <> ''"
    )
    connection.execute(f"drop table {lines}")
    (bad,) = connection.execute(f"select count(*) from {faults}").fetchall()[0]
    return Relation(
        f"select *, {order} as {FILE} from {table}",
        dict.fromkeys(header, "VARCHAR"),
        (Part(order, file, decoded.encoding),),
        faults if bad else None,
    )


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
