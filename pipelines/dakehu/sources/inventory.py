"""What a load reads: files looked through, and the results of queries, each fetched once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from dakehu.pipeline import Pipeline, PipelineError
from dakehu.source import Files, SourceFile
from dakehu.sources.databases import SCHEMES, Database, database_of, said
from dakehu.sources.decoding import LoadError
from dakehu.sources.expressions import selection
from dakehu.sources.relation import RESERVED, literal, scratch_file, unique_headings
from dakehu.sources.unpacking import Content, contents

Say = Callable[[str], None]

FETCHED = "fetched"  # what the stream of rows is called while it runs
LINE = "record_in_file"  # reserved: no column of a result can be called so
BATCH_ROWS = 50_000


class Inventory:
    """The files of one load and what they hold; a query's result is a file in the scratch folder.

    Whoever asks again for the same files or the same query, another table or a join, gets the same.
    """

    def __init__(
        self, pipeline: Pipeline, connection: duckdb.DuckDBPyConnection, progress: Say
    ) -> None:
        """An empty inventory; `progress` is told how many rows each query gave."""
        self._pipeline, self._connection, self._progress = pipeline, connection, progress
        self.currency = pipeline.currency
        self._results: dict[tuple[str, str], SourceFile] = {}
        self._contents: dict[SourceFile, Content] = {}

    def files(self, source: Files) -> list[SourceFile]:
        """The files of a source or a join, in order.

        Raises:
            PipelineError: a pattern finds no file, or a variable holds no URL of a database.
            LoadError: a file cannot be read through, a database not reached, a query not run.
        """
        if source.database is not None and source.query is not None:
            return [self._result(source.database.removeprefix("$"), source.query)]
        found = self._pipeline.expand(source)
        self._contents |= contents(file for file in found if file not in self._contents)
        return found

    def content(self, file: SourceFile) -> Content:
        """What a file that `files` gave holds."""
        return self._contents[file]

    def _result(self, variable: str, query: str) -> SourceFile:
        if (variable, query) not in self._results:
            url = os.environ.get(variable, "")
            database = database_of(url)
            if database is None:
                fault = f"does not begin with {', '.join(SCHEMES)}://" if url else "is not set"
                raise PipelineError(
                    f'{self._pipeline.path.name}: database = "${variable}": the environment '
                    f"variable {variable} {fault}; set it to a URL such as "
                    "postgresql://user:password@host/name"
                )
            path = scratch_file(self._connection, f"query_{len(self._results)}.parquet")
            short = hashlib.sha256(query.encode()).hexdigest()[:6]
            file = SourceFile(path, "", f"{database.name}: {variable}, query {short}")
            rows = _fetched(self._connection, database, url, query, file)
            self._progress(f"{file.label}: {rows:,} rows fetched")
            self._contents[file] = _content(self._connection, path)
            self._results[variable, query] = file
        return self._results[variable, query]


def _fetched(
    connection: duckdb.DuckDBPyConnection,
    database: Database,
    url: str,
    query: str,
    file: SourceFile,
) -> int:
    """Run a query, keep its rows in the file and count them; only batches of them are in memory.

    Without an ORDER BY a database gives rows in any order: they are sorted by all columns, so that
    the same rows are the same content and have the same numbers.

    Raises:
        LoadError: the query is no SELECT, the database cannot be reached or refuses it, or two
            columns share a name.
    """
    ordering = selection(query, database.dialect, file.label).args.get("order")
    order = "" if ordering else "order by all"
    text = query.rstrip().rstrip(";") + "\n"  # it may end in a comment
    with database.stream(url, text, file.label) as batches:
        unique_headings(batches.schema.names, Path(file.label), (*RESERVED, "file_row_number"))
        connection.register(FETCHED, batches)
        try:
            (count,) = connection.execute(
                f"copy (from {FETCHED} {order}) to {literal(str(file.path))} (format parquet)"
            ).fetchall()[0]
        except duckdb.Error as error:
            raise LoadError(f"{file.label}: {said(error)}") from None
        finally:
            connection.unregister(FETCHED)
    return count


def _content(connection: duckdb.DuckDBPyConnection, path: Path) -> Content:
    """What the Parquet file of a result holds, whatever version wrote it: its rows with numbers."""
    sha256, length = hashlib.sha256(), 0
    lines = connection.execute(
        f"select to_json({LINE}) from read_parquet({literal(str(path))}, file_row_number = true) "
        f"as {LINE}"
    )
    while rows := lines.fetchmany(BATCH_ROWS):
        text = "".join(f"{line}\n" for (line,) in rows).encode()
        sha256.update(text)
        length += len(text)
    return Content(length, sha256.hexdigest())
