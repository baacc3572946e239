"""The first rows of a file as the loader reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from dakehu.source import Files, Format, SourceFile
from dakehu.sources.formats import read
from dakehu.sources.jsonlines import read_json_lines
from dakehu.sources.relation import ROW, quoted

if TYPE_CHECKING:
    import polars as pl


# Values that are no text: lists, structs, maps, bytes.
WORDLESS = re.compile(r"STRUCT|MAP|UNION|BLOB|BIT|VARIANT|.*\]$")


class Sample(NamedTuple):
    """Rows of a file: `frame` has its columns as text, `types` gives DuckDB's type of each.

    `is_whole` says that the file has no more of them.
    """

    frame: pl.DataFrame
    types: dict[str, str]
    is_whole: bool


def sample(file: SourceFile, kind: Format, limit: int, folder: Path) -> Sample:
    """The first `limit` rows of an unpacked file that tells its columns by itself.

    What has no text (nested values, bytes) is left out. `folder` takes what does not fit in memory.

    Raises:
        LoadError: the file cannot be read.
    """
    with duckdb.connect(config={"temp_directory": str(folder / "spill")}) as connection:
        connection.execute("attach ':memory:' as scratch")
        files = Files(files=(file.label,), format=kind)
        if kind == "jsonl":
            relation = read_json_lines(connection, 1, file, file.path, files, "sample", limit + 1)
        else:
            (relation,) = read(connection, {1: file}, files, set(), "sample")
        types = {n: kind for n, kind in relation.columns.items() if not WORDLESS.match(kind)}
        texts = ", ".join(f"cast({quoted(name)} as varchar) as {quoted(name)}" for name in types)
        rows = connection.sql(f"select {texts}, {ROW} from ({relation.sql}) limit {limit + 1}").pl()
        is_whole = rows[ROW].max() <= limit if rows.height else True
        return Sample(rows.head(limit).drop(ROW), types, is_whole)
