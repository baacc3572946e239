"""The warehouse file: built aside, published in one step, read by everyone, written by no one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

import duckdb

MEMORY_LIMIT = "2GB"


class PublishError(RuntimeError):
    """What was built is not what would be published; the published warehouse was left alone."""


@contextmanager
def building(
    path: Path, run_id: str, *, is_continued: bool = False
) -> Generator[tuple[Path, duckdb.DuckDBPyConnection]]:
    """A connection on a file of its own beside `path`, which is gone afterwards unless published.

    The file starts empty; with `is_continued` as a copy of what is published, if that can be read.
    The database `scratch` of the connection takes what need not be kept: it lives in memory and
    spills beside the file.
    """
    _clear(path, "")
    temporary = path.with_name(f"{path.name}.tmp-{run_id}")
    if is_continued and path.exists():
        shutil.copyfile(path, temporary)
        try:
            connection = _connect(temporary)
        except duckdb.Error:  # a damaged warehouse is no reason not to build a whole one
            temporary.unlink()
            connection = _connect(temporary)
    else:
        connection = _connect(temporary)
    try:
        connection.execute("attach ':memory:' as scratch")
        yield temporary, connection
    finally:
        connection.close()
        _clear(path, run_id)


def _connect(temporary: Path) -> duckdb.DuckDBPyConnection:
    # A file that is thrown away when its run dies need not reach the disk before it is published.
    return duckdb.connect(
        str(temporary),
        config={
            "fsync_mode": "NONE",
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": f"{temporary}-spill",
            "max_temp_directory_size": "20GB",
        },
    )


def publish(temporary: Path, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Close the built warehouse, prove it whole, and put it in place of `path` in one step.

    A file whose write-ahead log is lost opens without a word and with rows missing, so the log must
    be gone and every count must come out of the closed file as it went in.

    Raises:
        PublishError: it is not whole; `path` was not touched.
    """
    counts = _counts(connection)
    connection.execute("detach scratch")
    connection.execute("checkpoint")
    connection.close()
    if temporary.with_name(f"{temporary.name}.wal").exists():
        raise PublishError(f"{temporary.name} still has a write-ahead log after its checkpoint")
    with open_readonly(temporary) as written:
        if (found := _counts(written)) != counts:
            lost = sorted(name for name in counts if found.get(name) != counts[name])
            raise PublishError(f"{temporary.name} does not hold what was built: {', '.join(lost)}")
    for target in (temporary, path.parent):
        handle = os.open(target, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        if target == temporary:
            temporary.replace(path)


def open_readonly(path: Path, *, is_watched: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection that can read this warehouse and reach nothing else.

    One that `is_watched` counts how far a query is, for `query_progress` from another thread.
    """
    # What is locked cannot be told to count.
    connection = duckdb.connect(
        str(path),
        read_only=True,
        config={"enable_external_access": "false", "lock_configuration": str(not is_watched)},
    )
    if is_watched:
        connection.execute("set enable_progress_bar_print = false; set enable_progress_bar = true")
    return connection


def _clear(path: Path, run_id: str) -> None:
    """Drop what a run (or, with no id, any run before this one) left beside the warehouse."""
    for leftover in path.parent.glob(f"{escape(path.name)}.tmp-{run_id}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_database() and not internal"
    ).fetchall()
    counted = " union all ".join(
        f'select {number}, count(*) from "{schema}"."{table}"'
        for number, (schema, table) in enumerate(tables)
    )
    counts = connection.execute(counted).fetchall() if tables else []
    return {".".join(tables[number]): count for number, count in counts}
