"""Rows that share a key: which one counts, and what becomes of the others.

Of two sources the first counts, of two files of one source the later one (a corrected export
replaces the one before), within a file the first row; of a dimension taken from facts (`distinct`)
simply the first. Where documents have lines without numbers, all lines of a document and day count
from the last file that has it.
"""

from __future__ import annotations

import duckdb

from dakehu.schema import Table
from dakehu.sources.relation import FILE, ROW, literal, quoted
from dakehu.sources.staging import STAGED

# The order in which rows of one key are preferred.
PREFERENCE = f"source_number, case when is_distinct then {FILE} else -{FILE} end, {ROW}"


def losing_files(
    connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[str]
) -> set[str]:
    """Files in store with a row that a staged row takes the place of.

    They have to be read again before duplicates can be settled. `scratch.places` names every file
    of the table.
    """
    if not set(table.key) <= set(mapped):
        if not is_numbered(table, mapped):
            return set()
        document = quoted(table.key[0])
        found = connection.execute(
            f"select distinct source_file from stored.{table.name} where {document} in "
            f"(select {document} from {STAGED} where fate = 'loaded')"
        ).fetchall()
    elif table.key:
        _find_contested(connection, table, mapped)
        found = connection.execute(
            "select distinct file from contested where is_stored and occurrence > 1"
        ).fetchall()
    else:
        return set()
    return {row[0] for row in found}


def settle(connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[str]) -> None:
    """Decide over every staged row whose key another row shares; no row in store may lose.

    Writes loaded.overlaps for rows that another file of the same source replaces, and
    loaded.contests for every pair of files that met.
    """
    if not table.key:
        return
    if set(table.key) <= set(mapped):
        _find_contested(connection, table, mapped)
    elif is_numbered(table, mapped):
        _find_contested_documents(connection, table, mapped)
    else:
        return
    key = ", ".join(table.key)
    connection.execute(
        f"update {STAGED} as staged set fault_column = {literal(key)}, "
        "fault_value = shown_key, "
        "fault_reason = 'repeats row ' || winner_row || ' of ' || winner_file, "
        "fate = case when is_distinct or is_overlap then 'left out' else 'rejected' end "
        "from contested where occurrence > 1 and not is_stored "
        f"and staged.{FILE} = contested.{FILE} and staged.{ROW} = contested.{ROW}"
    )
    connection.execute(
        "insert into loaded.overlaps select ?, file, winner_file, count(*), "
        "count(*) filter (where is_changed), cast(sum(amount) as decimal(18,2)) "
        "from contested where occurrence > 1 and not is_stored and is_overlap "
        "group by file, winner_file order by file, winner_file",
        [table.name],
    )
    connection.execute(
        "insert into loaded.contests select distinct ?, file, winner_file from contested "
        "where occurrence > 1 and not is_stored and file <> winner_file order by all",
        [table.name],
    )


def is_numbered(table: Table, mapped: list[str]) -> bool:
    """Whether the loader numbers the lines of the table's documents itself."""
    return "line_no" in table.key and "line_no" not in mapped


def _rows(table: Table, mapped: list[str]) -> str:
    """The rows that count so far, staged or in store, each with its file's place."""
    content = ", ".join(quoted(c) for c in mapped)
    amount = quoted(table.amount) if table.amount in mapped else "null"
    return (
        f"select staged.{FILE}, staged.source_number, {ROW}, label as file, is_distinct, "
        f"false as is_stored, {amount} as amount, {content} "
        f"from {STAGED} as staged join scratch.places using ({FILE}) where fate = 'loaded' "
        f"union all select {FILE}, source_number, source_row, label, is_distinct, true, "
        f"{amount}, {content} from stored.{table.name} join scratch.places on source_file = label"
    )


def _find_contested(connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[str]) -> None:
    """The temporary table `contested`: the rows that share their key, each with its winner."""
    key = ", ".join(quoted(c) for c in table.key)
    content = ", ".join(quoted(c) for c in mapped)
    shown = ", ".join(f"cast({quoted(c)} as varchar)" for c in table.key)
    place = f"over (partition by {key} order by {PREFERENCE})"
    (stored,) = connection.execute(f"select count(*) from stored.{table.name}").fetchall()[0]
    others = f"union all select {key} from stored.{table.name} semi join {STAGED} using ({key})"
    connection.execute(
        f"create or replace temp table shared as select {key} from ("
        f"select {key} from {STAGED} where fate = 'loaded' {others if stored else ''}) "
        "group by all having count(*) > 1"
    )
    connection.execute(
        f"create or replace temp table contested as select {FILE}, {ROW}, file, is_distinct, "
        f"is_stored, amount, concat_ws(', ', {shown}) as shown_key, "
        f"row_number() {place} as occurrence, first_value(file) {place} as winner_file, "
        f"first_value({ROW}) {place} as winner_row, "
        f"not is_distinct and first_value(source_number) {place} = source_number "
        f"and first_value({FILE}) {place} <> {FILE} as is_overlap, "
        f"hash({content}) <> first_value(hash({content})) {place} as is_changed "
        f"from ({_rows(table, mapped)}) semi join shared using ({key})"
    )


def _find_contested_documents(
    connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[str]
) -> None:
    """`contested` where lines have no number: documents that stand in several files of a source."""
    day = next(c.name for c in table.columns.values() if c.is_required and c.kind == "date")
    document = f"source_number, {quoted(table.key[0])}, {quoted(day)}"
    content = ", ".join(quoted(c) for c in mapped)
    connection.execute(
        f"create or replace temp table shared as select {document}, max({FILE}) as winner "
        f"from {STAGED} where fate = 'loaded' group by {document} having min({FILE}) <> max({FILE})"
    )
    connection.execute(
        "create or replace temp table contested as with candidates as ("
        f"select staged.*, label as file, winner, hash({content}) as content "
        f"from {STAGED} as staged join shared using ({document}) "
        f"join scratch.places using ({FILE}) where fate = 'loaded'), "
        f"winners as (select {document}, content, min({ROW}) as found from candidates "
        f"where {FILE} = winner group by all), "
        f"firsts as (select {document}, min(found) as winner_row from winners group by all) "
        f"select candidates.{FILE}, {ROW}, file, false as is_distinct, false as is_stored, "
        f"{quoted(table.amount) if table.amount in mapped else 'null'} as amount, "
        f"concat_ws(', ', {quoted(table.key[0])}, {quoted(day)}) as shown_key, "
        f"if(candidates.{FILE} = winner, 1, 2) as occurrence, "
        "places.label as winner_file, winner_row, "
        "true as is_overlap, found is null as is_changed "
        f"from candidates left join winners using ({document}, content) "
        f"join firsts using ({document}) "
        f"join scratch.places as places on places.{FILE} = winner"
    )
