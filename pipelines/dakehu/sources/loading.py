"""A pipeline's sources into the canonical tables, with every row and every cent accounted for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import duckdb

from dakehu.pipeline import Pipeline
from dakehu.schema import Table, tables
from dakehu.sources import repairs
from dakehu.sources.accounts import account, balance
from dakehu.sources.currencies import sign_macro
from dakehu.sources.decoding import LoadError
from dakehu.sources.derivation import derive_dimensions, last_complete_month, write_calendar
from dakehu.sources.duplicates import is_numbered, losing_files, settle
from dakehu.sources.increments import (
    Memory,
    Place,
    affected,
    dependents,
    fingerprint,
    forget,
    remember,
    write_changes,
)
from dakehu.sources.inventory import Inventory, Say
from dakehu.sources.macros import MACROS
from dakehu.sources.orphans import write_orphans
from dakehu.sources.parties import read_decisions, write_parties
from dakehu.sources.relation import FILE, ROW, insert_rows, literal, quoted
from dakehu.sources.staging import STAGED, open_stage, stage
from dakehu.sources.structure import open_structure


class NoSales(LoadError):
    """The files were read, and what was loaded of them leaves the reports without a sales line."""


@dataclass(frozen=True)
class Loaded:
    """What a load did: rows by fate over all sources, and the date that the marts will speak of."""

    as_of: date
    rows: int
    loaded: int
    rejected: int
    left_out: int


def load(
    pipeline: Pipeline,
    connection: duckdb.DuckDBPyConnection,
    *,
    load_id: str,
    as_of: date | None = None,
    progress: Say,
) -> Loaded:
    """Read the sources of `pipeline` into the schema `loaded`.

    The database is empty, or a copy of what the load before published: then only files that are
    new or changed are read, and those that are gone leave; the result is the same. The connection
    needs an attached database `scratch`.

    Raises:
        LoadError: a file cannot be read as mapped, or the books do not balance.
        NoSales: there is nothing to report; loaded.run and the calendar stay empty.
    """
    decisions = read_decisions(pipeline, connection)
    known = fingerprint(pipeline)
    memory = remember(connection, known)
    mapped = {
        table.name: sorted({c for s in pipeline.source if s.table == table.name for c in s.columns})
        for table in tables().values()
        if any(source.table == table.name for source in pipeline.source)
    }
    open_structure(connection, mapped, is_kept=memory.is_usable)
    connection.execute(sign_macro(pipeline.currency) + MACROS + repairs.MACROS)
    inventory = Inventory(pipeline, connection, progress)
    for name, columns in mapped.items():
        places = _places(pipeline, inventory, name)
        _load_table(
            inventory, connection, tables()[name], columns, places, memory, load_id, progress
        )
    derive_dimensions(connection, set(mapped), load_id)
    if unknown := write_parties(connection, decisions):
        count, first = len(unknown), unknown[0][:60]
        progress(f'{pipeline.parties}: codes that no customer has: {count}, the first "{first}"')
    _write_columns(connection, mapped)
    write_orphans(connection, {name: set(columns) for name, columns in mapped.items()})
    write_changes(connection, memory)
    _write_run(pipeline, connection, load_id, as_of, known)
    return last_load(connection)


def last_load(connection: duckdb.DuckDBPyConnection) -> Loaded:
    """What the load behind a warehouse did."""
    dated, *counts = connection.execute(
        "select (select as_of from loaded.run), sum(rows), sum(loaded), sum(rejected), "
        "sum(left_out) from loaded.files"
    ).fetchall()[0]
    return Loaded(dated, *(int(count) for count in counts))


def _places(pipeline: Pipeline, inventory: Inventory, table: str) -> list[Place]:
    """Every file that feeds the table, in order: by source, then by name."""
    places: list[Place] = []
    for number, source in enumerate(pipeline.source, 1):
        if source.table != table:
            continue
        files = inventory.files(source)
        joined = [file for join in source.join for file in inventory.files(join)]
        joined_sha256 = "".join(inventory.content(file).sha256 for file in joined)
        places += [
            Place(order, number, source, file, inventory.content(file), joined_sha256)
            for order, file in enumerate(files, len(places) + 1)
        ]
    return places


def _load_table(
    inventory: Inventory,
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    mapped: list[str],
    places: list[Place],
    memory: Memory,
    load_id: str,
    progress: Say,
) -> None:
    """Stage the files of a table that have to be read, settle what they repeat, insert the rest."""
    document = table.key[0] if is_numbered(table, mapped) else None
    reading, going = affected(connection, table.name, places, memory, document)
    if not reading and not going:
        return
    forget(connection, table.name, going)
    connection.execute(
        f"create or replace table scratch.places ({FILE} integer, source_number integer, "
        "label varchar, is_distinct boolean)"
    )
    insert_rows(
        connection,
        "scratch.places",
        [(p.order, p.source_number, p.file.label, p.source.distinct) for p in places],
    )
    open_stage(connection, table, mapped)
    counts, waiting, is_partial = [], sorted(reading), len(reading) < len(places)
    by_order = {place.order: place for place in places}
    while waiting:
        chosen = [by_order[order] for order in waiting]
        for number, source in {place.source_number: place.source for place in chosen}.items():
            files = {p.order: p.file for p in chosen if p.source_number == number}
            progress(f"{table.name}: {_named([file.name for file in files.values()])}")
            counts += stage(inventory, connection, table, source, number, files)
        losing = losing_files(connection, table, mapped) if is_partial else set()
        losing |= dependents(connection, table.name, losing, document)
        forget(connection, table.name, losing)
        waiting = [place.order for place in places if place.file.label in losing]
    settle(connection, table, mapped)
    _insert(connection, table, mapped, places, load_id)
    account(connection, table, counts, by_order)
    balance(connection, table, mapped)
    connection.execute(f"drop table {STAGED}")


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    mapped: list[str],
    places: list[Place],
    load_id: str,
) -> None:
    """Staged rows into the table and into the rejects, in the order of their files."""
    columns = values = ", ".join(quoted(column) for column in mapped)
    if numbered := is_numbered(table, mapped):
        columns += ", line_no"
        values += (
            f", cast(row_number() over (partition by {quoted(table.key[0])} "
            f"order by {FILE}, {ROW}) as varchar)"
        )
    # Numbering shuffles the rows; what is near in a file should stay near in the table.
    order = f"order by {FILE}, {ROW}" if numbered else ""
    labels = [literal(place.file.label) for place in places]
    # One file's name is a constant, which costs nothing; of several it is looked up row by row.
    label = labels[0] if len(labels) == 1 else f"[{', '.join(labels)}][{FILE}]"
    connection.execute(
        f"insert into stored.{table.name} ({columns}, source_file, source_row, load_id) "
        f"select {values}, {label}, {ROW}, ? from {STAGED} where fate = 'loaded' " + order,
        [load_id],
    )
    customer = "customer_id" if "customer_id" in mapped else "null"
    connection.execute(
        f"insert into loaded.rejects select label, {ROW}, ?, fault_column, fault_value, "
        f"fault_reason, {customer} from {STAGED} join scratch.places using ({FILE}) "
        f"where fate = 'rejected' order by {FILE}, {ROW}",
        [table.name],
    )


def _write_columns(connection: duckdb.DuckDBPyConnection, mapped: dict[str, list[str]]) -> None:
    rows = [
        (table.name, column, column in mapped.get(table.name, ()))
        for table in tables().values()
        for column in table.columns
    ]
    # Three lists are ten times as fast here as a thousand parameters.
    connection.execute(
        "insert into loaded.columns select unnest(?), unnest(?), unnest(?)",
        [list(values) for values in zip(*rows, strict=True)],
    )


def _write_run(
    pipeline: Pipeline,
    connection: duckdb.DuckDBPyConnection,
    load_id: str,
    as_of: date | None,
    known: str,
) -> None:
    # A mistyped year far ahead must not decide which month is the last complete one.
    first, last, latest = connection.execute(
        "select min(order_date), coalesce(max(order_date) filter (where order_date <= "
        "current_date), max(order_date)), max(order_date) from loaded.order_lines"
    ).fetchall()[0]
    if first is None:
        raise NoSales("no sales line was loaded: every row was rejected or left out")
    end_day = pipeline.fiscal_month_end_day
    chosen = as_of or (pipeline.as_of if isinstance(pipeline.as_of, date) else None)
    dated = chosen or last_complete_month(last, end_day)
    if dated < first:
        raise NoSales(
            f"as of {dated} there are no sales yet, the first is dated {first}: set a later as_of"
        )
    write_calendar(connection, first, max(dated, latest), end_day)
    connection.execute(
        "insert into loaded.run values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            pipeline.name,
            pipeline.title.zh,
            pipeline.title.en,
            pipeline.currency,
            dated,
            end_day,
            load_id,
            known,
        ],
    )
    policy = [
        (report, name, json.dumps(value, ensure_ascii=False, default=str))
        for report, rules in pipeline.policy.items()
        for name, value in rules.items()
    ]
    insert_rows(connection, "loaded.policy", policy)


def _named(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} files, {names[0]} to {names[-1]}"
