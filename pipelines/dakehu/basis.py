"""What pages rest on, as digests: where nothing of it changed, nothing has to be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from dakehu.audiences.definition import Audience
from dakehu.models import Model, loaded_behind
from dakehu.paths import PACKAGE, ROOT, SQL
from dakehu.pipeline import Pipeline
from dakehu.reading import FILES_BEHIND, KEPT
from dakehu.sources.increments import fingerprint
from dakehu.sources.relation import insert_rows
from dakehu.sources.unpacking import contents

INPUTS = "inputs"
# What of a pipeline file does not decide what the warehouse holds, or is told by `fingerprint`.
APART = {"path", "source", "reports", "schedule", "languages", "audience"}
# Whole rows, whatever their order and the load that brought them; the sum keeps rows that repeat.
CONTENT = "count(*), sum(hash(*columns(lambda c: c <> 'load_id'))::hugeint)"


def of_inputs(pipeline: Pipeline, as_of: date | None) -> str:
    """Of all that decides what a warehouse holds; "" where only a database could tell.

    Raises:
        PipelineError: a pattern finds no file.
        LoadError: a file cannot be read through.
    """
    sources = [part for source in pipeline.source for part in (source, *source.join)]
    if any(source.database for source in sources):
        return ""
    files = {file for source in sources for file in pipeline.expand(source)}
    read = sorted((file.label, content.sha256) for file, content in contents(files).items())
    parties = pipeline.path.parent / pipeline.parties if pipeline.parties else None
    return _digest(
        fingerprint(pipeline),
        pipeline.model_dump_json(exclude=APART),
        str(as_of),
        str(read),
        parties.read_bytes() if parties and parties.is_file() else b"",
        *_files(SQL.rglob("*.*")),
        _program(),
    )


def of_audience(connection: duckdb.DuckDBPyConnection, audience: Audience) -> str:
    """Of all that decides what an audience's warehouse holds, "" where that cannot be told.

    `connection` is on the warehouse of the whole company.
    """
    inputs = known_inputs(connection)
    return _digest(inputs, audience.model_dump_json()) if inputs else ""


def of_report(
    connection: duckdb.DuckDBPyConnection,
    reads: Iterable[str],
    notebook: Path,
    settings: Mapping[str, Any],
    previous: Path | None,
) -> str:
    """Of all that decides a report's pages: the tables that it reads, the code, what was asked.

    `settings` are its parameters and languages, `as_of` among them; `previous` is the folder of
    the run that it compares itself with.
    """
    names = sorted(reads)
    tables = connection.execute(
        "select name, digest from loaded.basis where name = any(?) order by name", [names]
    ).fetchall()
    files = connection.execute(
        "select * from mart_data_quality__sources where target_table in "
        "(select target_table from loaded.lineage where model = any(?)) order by all",
        [names if FILES_BEHIND in names else []],
    ).fetchall()
    earlier = [
        path.read_bytes()
        for name in names
        if previous and name.startswith(KEPT)
        for path in sorted(previous.parents[1].glob(f"*/{_kept(name, previous.name)}.parquet"))
        if path.parents[1].name < settings["as_of"]
    ]
    summary = previous / "summary.json" if previous else None
    return _digest(
        str(tables),
        str(files),
        notebook.read_bytes(),
        json.dumps(settings, sort_keys=True, default=str),
        summary.read_bytes() if summary and summary.is_file() else b"",
        *earlier,
        _program(),
    )


def _kept(name: str, report: str) -> str:
    """The folder and name of a kept table: of `report` itself where the name says no other."""
    report_of, _, table = name.removeprefix(KEPT).rpartition("/")
    return f"{report_of or report}/{table}"


def write(connection: duckdb.DuckDBPyConnection, models: Iterable[Model], inputs: str) -> None:
    """Keep in the warehouse the digest of its inputs and of every table, and what lies behind each.

    `loaded.basis`: name, digest. `loaded.lineage`: model, target_table.
    """
    names = connection.execute(
        "select table_name from duckdb_tables() "
        "where schema_name = 'main' and database_name = current_database()"
    ).fetchall()
    digests = [
        (name, str(connection.execute(f'select {CONTENT} from "{name}"').fetchone()))
        for (name,) in names
    ]
    connection.execute("create or replace table loaded.basis (name varchar, digest varchar)")
    insert_rows(connection, "loaded.basis", [(INPUTS, inputs), *digests])
    connection.execute(
        "create or replace table loaded.lineage (model varchar, target_table varchar)"
    )
    insert_rows(connection, "loaded.lineage", loaded_behind(models))


def known_inputs(connection: duckdb.DuckDBPyConnection) -> str:
    """The digest of the inputs that this warehouse was built of; "" where it may not stand.

    A row dated ahead may count tomorrow: such a warehouse does not stand.
    """
    try:
        found = connection.execute(
            "select digest from loaded.basis where name = ? and not exists "
            "(select 1 from loaded.order_lines where order_date > current_date)",
            [INPUTS],
        ).fetchall()
    except duckdb.Error:
        return ""
    return found[0][0] if found else ""


@cache
def _program() -> str:
    """Of the program with its texts and templates, and of the versions of what it uses."""
    code = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".po"}]
    page = (ROOT / "reports" / "template").iterdir()
    return _digest(
        *_files(code), *_files(page), *_files([ROOT / "requirements.lock", SQL / "models.yml"])
    )


def _files(paths: Iterable[Path]) -> Iterable[bytes]:
    return (path.read_bytes() for path in sorted(paths))


def _digest(*parts: str | bytes) -> str:
    known = hashlib.sha256()
    for part in parts:
        known.update(hashlib.sha256(part.encode() if isinstance(part, str) else part).digest())
    return known.hexdigest()
