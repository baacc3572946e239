"""The files of a source into the staged table: every row with its typed values and its fate.

Fates: `loaded`, `rejected` (with the first failing column, its raw value and a reason), `left out`
(the `where` of the source, the footer, a repetition of a dimension's key).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import duckdb

from dakehu.schema import Table
from dakehu.source import Source, SourceFile
from dakehu.sources.currencies import reject_foreign
from dakehu.sources.decoding import LoadError
from dakehu.sources.expressions import expression, inputs
from dakehu.sources.formats import read
from dakehu.sources.headers import reject_headers
from dakehu.sources.inventory import Inventory
from dakehu.sources.joins import joined, partners
from dakehu.sources.macros import EXACT
from dakehu.sources.mapping import Typed, typed
from dakehu.sources.relation import FILE, ROW, Part, Relation, literal, quoted
from dakehu.sources.repairs import count_repairs, reject_ambiguous

STAGED = "scratch.staged"


class FileCount(NamedTuple):
    """A staged file, how many rows were read from it, how many of them found no partner."""

    part: Part
    source_number: int
    rows: int
    unmatched: int


def open_stage(connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[str]) -> None:
    """An empty scratch.staged for the rows of a table, with its `mapped` columns."""
    columns = "".join(f", {quoted(c)} {table.columns[c].sql_type}" for c in mapped)
    connection.execute(
        f"create or replace table {STAGED} ({FILE} integer, source_number integer, {ROW} bigint, "
        "fate varchar, fault_column varchar, fault_value varchar, fault_reason varchar, "
        f"exact_amount {EXACT}, footer_amount {EXACT}, is_matched boolean, "
        f"repairs struct(name varchar, kinds varchar, value varchar)[]{columns})"
    )


def stage(
    inventory: Inventory,
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    number: int,
    files: dict[int, SourceFile],
) -> list[FileCount]:
    """Add the files of a source, given by their place, to the staged table.

    Raises:
        LoadError: one cannot be read as mapped, or a join would multiply its rows.
    """
    where = f"[[source]] {number}"
    shown = f"{next(iter(files.values())).name}, {where}" if len(files) == 1 else where
    joined_to = partners(inventory, connection, source, shown)
    counts = []
    for relation in read(connection, files, source, _expected(source, shown), f"main_{number}"):
        named = f"{relation.parts[0].file.name}, {where}"
        relation_sql, found = joined(source, relation, joined_to, named)
        columns = typed(connection, table, source, relation_sql, named)
        kept = "true" if source.where is None else f"coalesce(({source.where}\n), false)"
        if source.where is not None:
            expression(source.where, f"{named}.where")
        try:
            connection.execute(
                f"insert into {STAGED} by name "
                f"{_statement(table, columns, relation_sql, kept, found, number)}"
            )
        except duckdb.Error as error:
            raise LoadError(f"{named}: {str(error).splitlines()[0]}") from None
        if relation.faults:
            # A broken row is shown as it stands, but where it may hold somebody's name.
            value = "null" if table.is_personal else "value"
            connection.execute(
                f"insert into {STAGED} by name select {FILE}, {number} as source_number, {ROW}, "
                f"'rejected' as fate, {value} as fault_value, reason as fault_reason "
                f"from {relation.faults}"
            )
        _leave_out_footers(connection, table, relation.footers, columns)
        counts += _counted(connection, relation, number)
        reject_ambiguous(connection, table, source, relation)
        reject_foreign(connection, table, source, relation, inventory.currency)
        reject_headers(connection, table, source, relation)
        count_repairs(connection, table, source, number, relation)
    _clear_scratch(connection)
    return counts


def _clear_scratch(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the tables of text that files were read into; what counts is staged."""
    for (name,) in connection.execute(
        "select table_name from duckdb_tables() where database_name = 'scratch' "
        "and table_name not in ('staged', 'places')"
    ).fetchall():
        connection.execute(f"drop table scratch.{quoted(name)}")


def _statement(
    table: Table, columns: list[Typed], relation: str, kept: str, found: str, number: int
) -> str:
    """The SELECT that types every row of the relation and judges it."""

    def each(part: str) -> str:
        made = ((getattr(t, part), i) for i, t in numbered)
        return "".join(f", {sql} as {part}_{i}" for sql, i in made if sql)

    numbered = list(enumerate(columns))
    given = "".join(f", {t.given}" for t in columns if t.given)
    names = [quoted(t.column.name) for t in columns]
    values = ", ".join(f"{t.value} as {name}" for t, name in zip(columns, names, strict=True))
    # An amount too large for its column is rejected, and is in no sum.
    exact = next(
        (
            f"case when {quoted(table.amount)} is not null then exact_{i} end"
            for i, t in numbered
            if t.column.name == table.amount
        ),
        f"cast(null as {EXACT})",
    )
    shown = {i: _shown(i, t, is_personal=table.is_personal) for i, t in numbered}
    column = " ".join(f"when ({t.fault}) is not null then {i}" for i, t in numbered)

    def pick(choices: dict[int, str]) -> str:
        branches = " ".join(f"when {i} then {sql}" for i, sql in choices.items())
        return f"case first_fault {branches} end"

    return f"""
        with cells as (
            select {FILE}, {ROW}, {kept} as is_kept, {found} as is_matched
                {each("cell")} {each("simple")} {each("scale")} {given} {relation}
        ),
        raws as (select * {each("raw")} from cells),
        plains as (select * {each("due")} {each("plain")} from raws),
        exacts as (select * {each("exact")} from plains),
        valued as (select *, {values} from exacts),
        judged as (select *, {" and ".join(t.is_sound for t in columns)} as is_sound from valued),
        found as (
            select * {each("repair")},
                case when not is_sound then case {column} end end as first_fault
            from judged
        )
        select
            {FILE},
            {number} as source_number,
            {ROW},
            case when not is_kept then 'left out' when is_sound then 'loaded' else 'rejected'
                end as fate,
            {pick({i: literal(t.column.name) for i, t in numbered})} as fault_column,
            {pick(shown)} as fault_value,
            {pick({i: t.fault for i, t in numbered})} as fault_reason,
            {exact} as exact_amount,
            is_matched,
            {_repaired(columns)} as repairs,
            {", ".join(names)}
        from found
    """


def _shown(i: int, column: Typed, *, is_personal: bool) -> str:
    """What a reject shows of a column: its raw text, or what its expression was given.

    The expressions of a table with names of people are given such names.
    """
    if column.column.kind == "personal":
        return "cast(null as varchar)"
    raw = f"cast(raw_{i} as varchar)"
    return f"coalesce({raw}, due_{i})" if column.due and not is_personal else raw


def _repaired(columns: list[Typed]) -> str:
    """The repairs of a row as a list, NULL in the usual case that there is none."""
    repaired = [(i, t) for i, t in enumerate(columns) if t.repair]
    if not repaired:
        return "null"
    listed = ", ".join(
        f"case when repair_{i} is not null then struct_pack(name := {literal(t.column.name)}, "
        f"kinds := repair_{i}, value := cast(raw_{i} as varchar)) end"
        for i, t in repaired
    )
    some = " or ".join(f"repair_{i} is not null" for i, _ in repaired)
    return f"case when {some} then [{listed}] end"


def _leave_out_footers(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    footers: Mapping[int, int],
    columns: list[Typed],
) -> None:
    """Total rows are left out, and what they say of the amount is kept apart: it is a sum."""
    has_amount = table.amount in {t.column.name for t in columns}
    amount = f", {quoted(table.amount)} = null" if has_amount else ""
    for order, first in footers.items():
        connection.execute(
            f"update {STAGED} set fate = 'left out', footer_amount = exact_amount, "
            f"exact_amount = null{amount} where {FILE} = {order} and {ROW} >= {first}"
        )


def _counted(
    connection: duckdb.DuckDBPyConnection, relation: Relation, number: int
) -> list[FileCount]:
    """The rows of each file, counted where they were read, beside those that were staged."""
    read_from = f"select {FILE} from ({relation.sql})"
    if relation.faults:
        read_from += f" union all select {FILE} from {relation.faults}"
    rows = dict(
        connection.execute(f"select {FILE}, count(*) from ({read_from}) group by {FILE}").fetchall()
    )
    staged = {
        order: (count, unmatched)
        for order, count, unmatched in connection.execute(
            f"select {FILE}, count(*), count(*) filter (where not is_matched) from {STAGED} "
            f"where source_number = {number} group by {FILE}"
        ).fetchall()
    }
    counts = []
    for part in relation.parts:
        count, unmatched = staged.get(part.order, (0, 0))
        expected = rows.get(part.order, 0)
        if count > expected:
            raise LoadError(
                f"{part.file.name}, [[source]] {number}: its join finds several partners for a row "
                f"({expected} rows became {count}); join on a column that is unique in the joined "
                "file"
            )
        if count < expected:
            raise LoadError(f"{part.file.name}: {expected} rows were read and {count} staged")
        counts.append(FileCount(part, number, count, unmatched))
    return counts


def _expected(source: Source, where: str) -> set[str]:
    """The columns that the file itself must have; with joins they may come from elsewhere."""
    if source.join:
        return set()
    named = {name for mapping in source.columns.values() for name in mapping.headings}
    texts = [mapping.sql for mapping in source.columns.values() if mapping.sql]
    texts += [source.where] if source.where else []
    return named | {column.name for text in texts for column in inputs(text, where)}
