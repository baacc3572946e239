"""What the published warehouse remembers of the files, so that only what is new is read."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

import duckdb

from dakehu.paths import PACKAGE, SQL
from dakehu.pipeline import Pipeline
from dakehu.source import Source, SourceFile
from dakehu.sources.relation import insert_rows
from dakehu.sources.unpacking import Content


class Place(NamedTuple):
    """A file in the order of its table: the place, the source that reads it, and its content.

    `joined_sha256` stands for the content of the files that its source joins to it, "" for none.
    """

    order: int
    source_number: int
    source: Source
    file: SourceFile
    content: Content
    joined_sha256: str

    @property
    def identity(self) -> tuple[int, str, str, str]:
        """What has to be the same for the file not to be read again."""
        return self.source_number, self.file.label, self.content.sha256, self.joined_sha256


class Remembered(NamedTuple):
    """A file as the load before left it; `rows` and `amount` are what was loaded of it."""

    target_table: str
    source_number: int
    file: str
    sha256: str
    joined_sha256: str
    rows: int
    amount: object

    @property
    def identity(self) -> tuple[int, str, str, str]:
        """Comparable with that of a Place."""
        return self.source_number, self.file, self.sha256, self.joined_sha256


class Memory(NamedTuple):
    """The load before: its files, and whether its rows can be kept."""

    files: list[Remembered]
    is_usable: bool


def fingerprint(pipeline: Pipeline) -> str:
    """Of all that decides what a file becomes: the loader, the schema, the [[source]] sections."""
    known = hashlib.sha256(duckdb.__version__.encode())
    code = sorted((PACKAGE / "sources").glob("*.py"))
    for path in (*code, PACKAGE / "source.py", PACKAGE / "schema.py", SQL / "schema.yml"):
        known.update(path.read_bytes())
    sources = [source.model_dump(mode="json") for source in pipeline.source]
    known.update(json.dumps([sources, pipeline.currency], ensure_ascii=False).encode())
    return known.hexdigest()


def remember(connection: duckdb.DuckDBPyConnection, sources_fingerprint: str) -> Memory:
    """What the database, a copy of the published warehouse or an empty one, holds of earlier loads.

    A warehouse of another version, or one that cannot be asked, is no memory.
    """
    try:
        rows = connection.execute(
            "select target_table, source_number, file, sha256, joined_sha256, loaded, "
            "amount_loaded from loaded.files"
        ).fetchall()
        (found,) = connection.execute("select fingerprint from loaded.run").fetchall()[0]
    except (duckdb.Error, IndexError):
        return Memory([], False)
    return Memory([Remembered(*row) for row in rows], found == sources_fingerprint)


def affected(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    places: list[Place],
    memory: Memory,
    document: str | None,
) -> tuple[set[int], set[str]]:
    """The places of a table to read, and the files whose rows go.

    A file is read when it is new or its content changed; also when a file that took the place of
    some of its rows goes. `document` is the column by which the loader numbers lines: files that
    share a document with one that goes are read again.
    """
    if not memory.is_usable:
        return {place.order for place in places}, set()
    before = {file.identity: file for file in memory.files if file.target_table == table}
    now = {place.identity: place for place in places}
    going = {file.file for identity, file in before.items() if identity not in now}
    reading = {place.order for identity, place in now.items() if identity not in before}
    labels = [place.file.label for place in places]
    if (going or reading) and len(set(labels)) < len(labels):
        # Rows in store know their file but not their source; where two share one, all are read.
        return {place.order for place in places}, set(labels) | going
    going |= dependents(connection, table, going, document)
    reading |= {place.order for place in places if place.file.label in going}
    return reading, going


def dependents(
    connection: duckdb.DuckDBPyConnection, table: str, files: set[str], document: str | None
) -> set[str]:
    """Files whose rows lost to rows of `files`, or share a document with them, and so on."""
    found: set[str] = set()
    wanted = files
    while wanted:
        listed = sorted(wanted)
        rows = connection.execute(
            "select distinct file from loaded.contests where target_table = ? "
            "and list_contains(?, winner_file)",
            [table, listed],
        ).fetchall()
        if document:
            rows += connection.execute(
                f"select distinct source_file from stored.{table} where {document} in "
                f"(select {document} from stored.{table} where list_contains(?, source_file))",
                [listed],
            ).fetchall()
        wanted = {row[0] for row in rows} - files - found
        found |= wanted
    return found


def forget(connection: duckdb.DuckDBPyConnection, table: str, files: set[str]) -> None:
    """Take the rows of these files out of the table, and what was written down of them."""
    if not files:
        return
    listed = [sorted(files)]
    connection.execute(f"delete from stored.{table} where list_contains(?, source_file)", listed)
    for name in ("files", "rejects", "repairs", "overlaps", "contests"):
        connection.execute(
            f"delete from loaded.{name} where target_table = ? and list_contains(?, file)",
            [table, *listed],
        )


def write_changes(connection: duckdb.DuckDBPyConnection, memory: Memory) -> None:
    """loaded.changes: every file of this load and the one before, and what became of it."""
    connection.execute(
        "create or replace temp table files_before (target_table varchar, "
        "file varchar, sha256 varchar, rows bigint, amount decimal(18,2))"
    )
    insert_rows(
        connection,
        "files_before",
        [(f.target_table, f.file, f.sha256, f.rows, f.amount) for f in memory.files],
    )
    connection.execute(
        """
        insert into loaded.changes
        with before as (
            select target_table, file, min(sha256) as sha256, sum(rows) as rows,
                sum(amount) as amount
            from files_before group by all
        ),
        now as (
            select target_table, file, min(sha256) as sha256, sum(loaded) as rows,
                sum(amount_loaded) as amount
            from loaded.files group by all
        )
        select file, target_table,
            case
                when before.sha256 is null then 'new'
                when now.sha256 is null then 'withdrawn'
                when before.sha256 <> now.sha256 then 'changed'
                when (before.rows, before.amount) is distinct from (now.rows, now.amount)
                    then 'read_again'
                else 'unchanged'
            end as change,
            before.rows, now.rows, before.amount, now.amount
        from before full join now using (target_table, file)
        order by target_table, file
        """
    )
