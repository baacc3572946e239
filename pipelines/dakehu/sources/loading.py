"""A pipeline's sources into the canonical tables, with every row and every cent accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import duckdb

from dakehu.pipeline import Pipeline
from dakehu.schema import Table, tables
from dakehu.source import Source, SourceFile
from dakehu.sources.decoding import LoadError
from dakehu.sources.derivation import derive_dimensions, last_complete_month, write_calendar
from dakehu.sources.macros import MACROS
from dakehu.sources.staging import FileCount, settle_duplicates, stage
from dakehu.sources.unpacking import digest

Say = Callable[[str], None]

STRUCTURE = """
create schema loaded;
create table loaded.files (source_number integer, file varchar, target_table varchar,
    encoding varchar, bytes bigint, sha256 varchar, rows bigint, loaded bigint,
    rejected bigint, left_out bigint, unmatched bigint,
    amount_in decimal(18,2), amount_loaded decimal(18,2), amount_rejected decimal(18,2),
    amount_left_out decimal(18,2), rounding_amount decimal(18,4), footer_amount decimal(18,2));
create table loaded.repairs (source_number integer, file varchar, target_table varchar,
    column_name varchar, kind varchar, row_count bigint, example_row bigint, example_value varchar);
create table loaded.overlaps (target_table varchar, file varchar, winner_file varchar,
    row_count bigint, changed_count bigint, amount decimal(18,2));
create table loaded.orphans (table_name varchar, column_name varchar, reference_table varchar,
    row_count bigint, orphan_count bigint, example_key varchar);
create table loaded.changes (file varchar, target_table varchar, change varchar,
    rows_before bigint, rows_after bigint, amount_before decimal(18,2), amount_after decimal(18,2));
create table loaded.parties (customer_id varchar, other_id varchar, decision varchar);
create table loaded.rejects (file varchar, row bigint, target_table varchar, "column" varchar,
    value varchar, reason varchar);
create table loaded.columns (table_name varchar, column_name varchar, is_mapped boolean);
create table loaded.policy (report varchar, name varchar, value varchar);
create table loaded.run (pipeline varchar, title_zh varchar, title_en varchar, currency varchar,
    as_of date, fiscal_month_end_day integer, load_id varchar);
"""


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
    """Read every source of `pipeline` into the schema `loaded` of an empty database.

    The connection needs an attached database `scratch`.

    Raises:
        LoadError: a file cannot be read as mapped, or the books do not balance.
    """
    connection.execute(STRUCTURE)
    connection.execute(MACROS)
    for table in tables().values():
        columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in table.columns.values())
        connection.execute(
            f"create table loaded.{table.name} "
            f"({columns}, source_file varchar, source_row bigint, load_id varchar)"
        )
    mapped: dict[str, set[str]] = {}
    for table in tables().values():
        numbered = [(i, s) for i, s in enumerate(pipeline.source, 1) if s.table == table.name]
        if numbered:
            _load_table(pipeline, connection, table, numbered, load_id, progress)
            mapped[table.name] = {name for _, source in numbered for name in source.columns}
    derive_dimensions(connection, set(mapped), load_id)
    _write_columns(connection, mapped)
    dated = _write_run(pipeline, connection, load_id, as_of)
    counts = connection.execute(
        "select sum(rows), sum(loaded), sum(rejected), sum(left_out) from loaded.files"
    ).fetchall()[0]
    return Loaded(dated, *(int(count) for count in counts))


def _load_table(
    pipeline: Pipeline,
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    numbered: list[tuple[int, Source]],
    load_id: str,
    progress: Say,
) -> None:
    """Stage every file that feeds `table`, settle what it repeats, insert what is left."""
    staged: list[FileCount] = []
    for number, source in numbered:
        files = pipeline.expand(source)
        progress(f"{table.name}: {_files(files)}")
        for file in files:
            staged.append(stage(pipeline, connection, table, source, number, file, len(staged) + 1))
    parts = [f"scratch.staged_{count.order}" for count in staged]
    if len(parts) == 1:
        connection.execute(f"alter table {parts[0]} rename to staged")
    else:
        union = " union all by name ".join(f"select * from {part}" for part in parts)
        connection.execute(f"create table scratch.staged as {union}")
        connection.execute("; ".join(f"drop table {part}" for part in parts))
    settle_duplicates(connection, table, {n: s.distinct for n, s in numbered})
    mapped = sorted({name for _, source in numbered for name in source.columns})
    columns, values = ", ".join(f'"{c}"' for c in mapped), ", ".join(f'"{c}"' for c in mapped)
    if "line_no" in table.key and "line_no" not in mapped:
        columns += ", line_no"
        values += (
            ", cast(row_number() over "
            "(partition by order_id order by file_order, row_in_file) as varchar)"
        )
    connection.execute(
        f"insert into loaded.{table.name} ({columns}, source_file, source_row, load_id) "
        f"select {values}, file, row_in_file, ? from scratch.staged where fate = 'loaded' "
        "order by file_order, row_in_file",
        [load_id],
    )
    connection.execute(
        "insert into loaded.rejects "
        "select file, row_in_file, ?, fault_column, fault_value, fault_reason "
        "from scratch.staged where fate = 'rejected' order by file_order, row_in_file",
        [table.name],
    )
    _account(connection, table, staged)
    connection.execute("drop table scratch.staged")


def _account(connection: duckdb.DuckDBPyConnection, table: Table, staged: list[FileCount]) -> None:
    """Write loaded.files and prove that rows and money balance against the loaded table itself."""
    has_money = table.amount in {
        row[0] for row in connection.execute("describe scratch.staged").fetchall()
    }
    money = f'"{table.amount}"' if has_money else "cast(null as decimal(18,2))"
    sums = ", ".join(
        f"cast({zero}sum({money}) filter (where fate = '{fate}'){close} as decimal(18,2))"
        for fate in ("loaded", "rejected", "left out")
        for zero, close in [("coalesce(", ", 0)") if has_money else ("", "")]
    )
    total = "coalesce(sum(exact_amount), 0)" if has_money else "null"
    try:
        counts = connection.execute(
            "select file_order, count(*), count(*) filter (where fate = 'loaded'), "
            "count(*) filter (where fate = 'rejected'), count(*) filter (where fate = 'left out'), "
            f"cast({total} as decimal(18,2)), {sums}, "
            f"cast({total} - coalesce(sum({money}), 0) as decimal(18,4)), "
            "cast(arg_max(footer_amount, row_in_file) filter (where footer_amount is not null) "
            "as decimal(18,2)) "
            "from scratch.staged group by file_order"
        ).fetchall()
    except duckdb.ConversionException:
        raise LoadError(
            f"the {table.amount} of a file of {table.name} adds up to more than DECIMAL(18,2) "
            "holds; look at its largest values, or map it in a larger unit"
        ) from None
    counted = {row[0]: row[1:] for row in counts}
    empty = (0, 0, 0, 0, *((0,) * 5 if has_money else (None,) * 5), None)
    for count in staged:
        rows, loaded, rejected, left_out, *amounts = counted.get(count.order, empty)
        if rows != count.rows:
            raise LoadError(f"{count.file.name}: {count.rows} rows were read and {rows} staged")
        connection.execute(
            f"insert into loaded.files values ({', '.join('?' * 17)})",
            [count.source_number, count.file.label, table.name, count.encoding, *digest(count.file),
             rows, loaded, rejected, left_out, count.unmatched, *amounts],
        )  # fmt: skip
    target = f'sum("{table.amount}")' if has_money else "null"
    stored = connection.execute(f"select count(*), {target} from loaded.{table.name}").fetchall()[0]
    booked = connection.execute(
        "select sum(loaded), sum(amount_loaded) from loaded.files where target_table = ?",
        [table.name],
    ).fetchall()[0]
    if (stored[0], stored[1] or 0) != (booked[0], booked[1] or 0):
        raise LoadError(
            f"{table.name} holds {stored}, its files say {booked}: the books do not balance"
        )


def _write_columns(connection: duckdb.DuckDBPyConnection, mapped: dict[str, set[str]]) -> None:
    rows = [
        (table.name, column, column in mapped.get(table.name, set()))
        for table in tables().values()
        for column in table.columns
    ]
    connection.executemany("insert into loaded.columns values (?, ?, ?)", rows)


def _write_run(
    pipeline: Pipeline, connection: duckdb.DuckDBPyConnection, load_id: str, as_of: date | None
) -> date:
    # A mistyped year far ahead must not decide which month is the last complete one.
    first, last, latest = connection.execute(
        "select min(order_date), coalesce(max(order_date) filter (where order_date <= "
        "current_date), max(order_date)), max(order_date) from loaded.order_lines"
    ).fetchall()[0]
    if first is None:
        raise LoadError(
            "no sales line was loaded: every row was rejected or left out; "
            "run `dakehu check` to see why"
        )
    end_day = pipeline.fiscal_month_end_day
    chosen = as_of or (pipeline.as_of if isinstance(pipeline.as_of, date) else None)
    dated = chosen or last_complete_month(last, end_day)
    if dated < first:
        raise LoadError(f"as of {dated} there are no sales yet: the first is dated {first}")
    write_calendar(connection, first, max(dated, latest), end_day)
    connection.execute(
        "insert into loaded.run values (?, ?, ?, ?, ?, ?, ?)",
        [
            pipeline.name,
            pipeline.title.zh,
            pipeline.title.en,
            pipeline.currency,
            dated,
            end_day,
            load_id,
        ],
    )
    policy = [
        (report, name, json.dumps(value, ensure_ascii=False, default=str))
        for report, rules in pipeline.policy.items()
        for name, value in rules.items()
    ]
    if policy:
        connection.executemany("insert into loaded.policy values (?, ?, ?)", policy)
    return dated


def _files(files: list[SourceFile]) -> str:
    return (
        files[0].name
        if len(files) == 1
        else f"{len(files)} files, {files[0].name} to {files[-1].name}"
    )
