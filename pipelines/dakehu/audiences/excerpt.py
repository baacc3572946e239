"""The warehouse of one audience: the rows that it may see, and the models built on them alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dakehu import basis, gates, models
from dakehu.audiences import disguise, membership, ownership
from dakehu.audiences.definition import Audience
from dakehu.audiences.events import Ids, known_ids, own_policy, write_events
from dakehu.audiences.masking import MACROS
from dakehu.build import Built, GateRefused, refusal
from dakehu.pipeline import Pipeline
from dakehu.schema import tables
from dakehu.sources import NoSales, last_load
from dakehu.sources.orphans import write_orphans
from dakehu.sources.relation import insert_rows, literal
from dakehu.sources.structure import BOOKS, PER_LOAD
from dakehu.warehouse import building, open_readonly, publish

Say = Callable[[str], None]

WHOLE = "whole.loaded"
FILES = f"""
create or replace temp table shown_files as
    select file, 'file-' || row_number() over (order by md5(file)) as shown
    from (select distinct file from {WHOLE}.files) where names_a_stranger(file)
"""
REJECTS = f"""
insert into loaded.rejects
select {disguise.shown_file("file")}, row, target_table, "column",
    case when not names_a_stranger(value) then {{scrubbed}} end,
    case when names_a_stranger(reason) then 'the list of the whole company says why'
    else reason end,
    {disguise.shown("party", "customer_id")}
from {WHOLE}.rejects where is_own(customer_id)
"""
# A file stands with the audience's rows of it; where two sources read one into a table, as one.
BOOK = f"""
insert into loaded.files by name
with booked as (
    select target_table, file, min(source_number) as source_number, min(encoding) as encoding,
        min(sha256) as sha256
    from {WHOLE}.files group by target_table, file
),
kept as ({{counted}}),
refused as (
    select target_table, file, count(*) as rejected from loaded.rejects group by target_table, file
)
select source_number, {disguise.shown_file("booked.file")} as file, booked.target_table, encoding,
    sha256, kept.loaded + coalesce(rejected, 0) as rows, kept.loaded, coalesce(rejected, 0)
    as rejected, 0 as left_out, 0 as unmatched, amount as amount_in, amount as amount_loaded,
    if(amount is null, null, 0) as amount_rejected, if(amount is null, null, 0) as amount_left_out,
    if(amount is null, null, 0) as rounding_amount
from booked inner join kept on booked.target_table = kept.target_table
    and {disguise.shown_file("booked.file")} = kept.file
left join refused on booked.target_table = refused.target_table
    and {disguise.shown_file("booked.file")} = refused.file
order by source_number, file
"""


@dataclass(frozen=True)
class Excerpt:
    """A published warehouse of one audience, `policy` as it may know it, what nobody could place.

    `unplaced` counts, by canonical table, the rows that belong to no audience of this kind.
    """

    built: Built
    policy: dict[str, dict[str, Any]]
    unplaced: dict[str, int]


def excerpt(
    pipeline: Pipeline, name: str, whole: Built, *, run_id: str, say: Say, force: bool = False
) -> Excerpt:
    """Publish the warehouse of the audience `name` beside that of the whole company.

    Where the published one was taken from the same data for the same audience it stands, unless
    `force` is set.

    Raises:
        PipelineError: a value of the audience occurs nowhere in the data.
        NoSales: no sales line is the audience's.
        GateRefused: what was built does not add up; nothing was published.
    """
    audience = pipeline.audience[name]
    path = whole.path.with_name(f"{whole.path.stem}.audience-{name}{whole.path.suffix}")
    with open_readonly(whole.path) as connection:
        membership.check(connection, pipeline, name)
        inputs = basis.of_audience(connection, audience)
    if not force and (standing := _standing(path, inputs, whole.refused)):
        return standing
    with building(path, run_id) as (temporary, connection):
        connection.execute(f"attach {literal(str(whole.path))} as whole (read_only)")
        take(connection, audience)
        connection.execute("detach whole")
        if not connection.execute("select 1 from loaded.order_lines limit 1").fetchall():
            raise NoSales(f"audience {name}: no sales line belongs to {', '.join(audience.values)}")
        ordered = models.read_models()
        say(f"building {len(ordered)} models for the audience {name}")
        models.build(connection, ordered)
        checks = gates.check(connection, models.read_checks())
        if (refused := refusal(checks)) and not whole.refused:
            raise GateRefused(f"audience {name}: {refused}")
        basis.write(connection, ordered, inputs)
        publish(temporary, connection, path)
    return _published(path, whole.refused, is_new=True)


def take(connection: duckdb.DuckDBPyConnection, audience: Audience) -> None:
    """Fill the schema `loaded` with what the audience may see of the attached database `whole`."""
    is_masked = not audience.personal_data
    connection.execute(f"{MACROS}; create schema loaded; {BOOKS}; {PER_LOAD}")
    membership.choose(connection, audience, WHOLE)
    ownership.keep(connection, WHOLE, audience.teams or ())
    connection.execute(FILES)
    disguise.name_outsiders(connection, WHOLE, is_masked=is_masked)
    for table in tables().values():
        select = disguise.written(table, WHOLE, is_masked=is_masked)
        connection.execute(f"create table loaded.{table.name} as {select}")
    ids = known_ids(connection, WHOLE)
    write_events(connection, ids)
    _write_books(connection, is_masked)
    _write_policy(connection, ids)
    _write_unplaced(connection)


def _write_books(connection: duckdb.DuckDBPyConnection, is_masked: bool) -> None:
    for name in ("columns", "calendar", "run"):
        connection.execute(f"insert into loaded.{name} from {WHOLE}.{name}")
    connection.execute(
        f"insert into loaded.parties select {disguise.shown('party', 'customer_id')}, "
        f"{disguise.shown('party', 'other_id')}, decision from {WHOLE}.parties "
        "where is_own(customer_id) and is_own(other_id)"
    )
    connection.execute(REJECTS.format(scrubbed="scrubbed(value)" if is_masked else "value"))
    counted = " union all ".join(
        f"select '{table.name}' as target_table, source_file as file, count(*) as loaded, "
        f"{f'sum({table.amount})' if table.amount else 'null'} as amount "
        f"from loaded.{table.name} where source_file is not null group by source_file"
        for table in tables().values()
    )
    connection.execute(BOOK.format(counted=counted))
    mapped = connection.execute(
        "select table_name, list(column_name) from loaded.columns where is_mapped group by all"
    ).fetchall()
    write_orphans(connection, {table: set(columns) for table, columns in mapped})


def _write_policy(connection: duckdb.DuckDBPyConnection, ids: Ids) -> None:
    policy = _policy(connection, WHOLE)
    insert_rows(
        connection,
        "loaded.policy",
        [
            (report, name, json.dumps(value, ensure_ascii=False))
            for report, rules in policy.items()
            for name, value in own_policy(rules, ids).items()
        ],
    )


def _write_unplaced(connection: duckdb.DuckDBPyConnection) -> None:
    """loaded.unplaced: by table, the rows of parties that belong to no audience of this kind."""
    counted = " union all ".join(
        f"select '{name}' as table_name, count(*) as row_count from {WHOLE}.{name} "
        f"where {owner} is null or {owner} in (from unplaced_parties)"
        for name, owner in ownership.OWNERS.items()
    )
    connection.execute(f"create table loaded.unplaced as from ({counted}) where row_count > 0")


def _policy(connection: duckdb.DuckDBPyConnection, loaded: str) -> dict[str, dict[str, Any]]:
    policy: dict[str, dict[str, Any]] = {}
    for report, name, value in connection.execute(f"from {loaded}.policy").fetchall():
        policy.setdefault(report, {})[name] = json.loads(value)
    return policy


def _standing(path: Path, inputs: str, refused: str) -> Excerpt | None:
    """The published excerpt, if it was taken from these inputs."""
    if not inputs or not path.exists():
        return None
    try:
        with open_readonly(path) as connection:
            if basis.known_inputs(connection) != inputs:
                return None
    except duckdb.Error:  # damaged: it is built anew
        return None
    return _published(path, refused, is_new=False)


def _published(path: Path, refused: str, *, is_new: bool) -> Excerpt:
    with open_readonly(path) as connection:
        unplaced = connection.execute("from loaded.unplaced order by table_name").fetchall()
        built = Built(path, last_load(connection), gates.known(connection), refused, is_new)
        return Excerpt(built, _policy(connection, "loaded"), dict(unplaced))
