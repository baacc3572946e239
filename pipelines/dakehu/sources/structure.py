"""The tables that a load fills: what the canonical schema names, and the load's own books.

Rows lie in the schema `stored`, with the columns that the sources fill; what everyone reads is the
view of the same name in `loaded`, with all columns of the schema. A table that no source feeds is
an empty table in `loaded`.
"""

from __future__ import annotations

import duckdb

from dakehu.schema import tables
from dakehu.sources.relation import quoted

BOOKS = """
create table loaded.files (source_number integer, file varchar, target_table varchar,
    encoding varchar, bytes bigint, sha256 varchar, joined_sha256 varchar, rows bigint,
    loaded bigint, rejected bigint, left_out bigint, unmatched bigint,
    amount_in decimal(18,2), amount_loaded decimal(18,2), amount_rejected decimal(18,2),
    amount_left_out decimal(18,2), rounding_amount decimal(18,4), footer_amount decimal(18,2));
create table loaded.rejects (file varchar, row bigint, target_table varchar, "column" varchar,
    value varchar, reason varchar, customer_id varchar);
create table loaded.repairs (source_number integer, file varchar, target_table varchar,
    column_name varchar, kind varchar, row_count bigint, example_row bigint, example_value varchar);
create table loaded.overlaps (target_table varchar, file varchar, winner_file varchar,
    row_count bigint, changed_count bigint, amount decimal(18,2));
create table loaded.contests (target_table varchar, file varchar, winner_file varchar);
"""
# Written anew by every load.
PER_LOAD = """
create or replace table loaded.orphans (table_name varchar, column_name varchar,
    reference_table varchar, row_count bigint, orphan_count bigint, example_key varchar);
create or replace table loaded.changes (file varchar, target_table varchar, change varchar,
    rows_before bigint, rows_after bigint, amount_before decimal(18,2), amount_after decimal(18,2));
create or replace table loaded.parties (customer_id varchar, other_id varchar, decision varchar);
create or replace table loaded.united_groups (group_id varchar, head_id varchar);
create or replace table loaded.columns (table_name varchar, column_name varchar,
    is_mapped boolean);
create or replace table loaded.policy (report varchar, name varchar, value varchar);
create or replace table loaded.calendar (date date, month date, month_end date);
create or replace table loaded.run (pipeline varchar, title_zh varchar, title_en varchar,
    currency varchar, as_of date, fiscal_month_end_day integer, load_id varchar,
    fingerprint varchar);
"""
TRACE = {"source_file": "varchar", "source_row": "bigint", "load_id": "varchar"}


def open_structure(
    connection: duckdb.DuckDBPyConnection, mapped: dict[str, list[str]], *, is_kept: bool
) -> None:
    """The tables in which a load writes; `mapped` gives the filled columns of each fed table.

    With `is_kept` the rows and the books of the load before stay. Models of an earlier build go.
    """
    for kind in ("view", "table"):
        for (name,) in connection.execute(
            f"select {kind}_name from duckdb_{kind}s() where database_name = current_database() "
            "and schema_name = 'main' and not internal"
        ).fetchall():
            connection.execute(f"drop {kind} {quoted(name)}")
    if not is_kept:
        connection.execute(
            "drop schema if exists loaded cascade; drop schema if exists stored cascade; "
            f"create schema loaded; create schema stored; {BOOKS}"
        )
    connection.execute(PER_LOAD)
    for table in tables().values():
        types = {c.name: c.sql_type for c in table.columns.values()} | TRACE
        if table.name not in mapped:
            columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
            connection.execute(f"create or replace table loaded.{table.name} ({columns})")
            continue
        own = {*mapped[table.name], *(("line_no",) if "line_no" in table.key else ()), *TRACE}
        columns = ", ".join(f"{quoted(n)} {kind}" for n, kind in types.items() if n in own)
        shown = ", ".join(
            quoted(name) if name in own else f"cast(null as {kind}) as {quoted(name)}"
            for name, kind in types.items()
        )
        connection.execute(
            f"create table if not exists stored.{table.name} ({columns}); "
            f"create or replace view loaded.{table.name} as select {shown} "
            f"from stored.{table.name}"
        )
