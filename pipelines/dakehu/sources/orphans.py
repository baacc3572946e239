"""Foreign keys against the tables that they point to: which values lead nowhere."""

from __future__ import annotations

import duckdb

from dakehu.schema import Column, Reference, Table, tables


def write_orphans(connection: duckdb.DuckDBPyConnection, mapped: dict[str, set[str]]) -> None:
    """Fill loaded.orphans: one row per foreign key that is mapped and whose table is mapped too.

    `mapped` names, by table, the columns that a source fills. A table that was only derived from
    the keys of the facts is not among them: nothing could be missing in it. Rows whose key is empty
    count nowhere; the example is the smallest key without a partner.
    """
    for table in tables().values():
        for column in table.columns.values():
            reference = column.reference
            if (
                reference
                and reference.table in mapped
                and column.name in mapped.get(table.name, ())
            ):
                connection.execute(_statement(table, column, reference))


def _statement(table: Table, column: Column, reference: Reference) -> str:
    """Each key is looked up once, however many rows hold it."""
    return f"""
        insert into loaded.orphans
        with keys as (
            select "{column.name}" as key, count(*) as row_count
            from loaded.{table.name}
            where "{column.name}" is not null
            group by "{column.name}"
        ),

        judged as (
            select
                key,
                row_count,
                not exists (
                    select 1 from loaded.{reference.table} as known
                    where known."{reference.column}" = keys.key
                ) as is_orphan
            from keys
        )

        select
            '{table.name}',
            '{column.name}',
            '{reference.table}',
            coalesce(sum(row_count), 0),
            coalesce(sum(row_count) filter (where is_orphan), 0),
            min(key) filter (where is_orphan)
        from judged
    """
