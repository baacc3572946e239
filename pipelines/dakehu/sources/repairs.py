"""What had to be undone to read a value: counted by kind, so that nobody is surprised by it."""

from __future__ import annotations

import duckdb

from dakehu.schema import NUMBERS, Table
from dakehu.source import Source
from dakehu.sources.currencies import EVERY_SIGN
from dakehu.sources.expressions import marks_pattern
from dakehu.sources.relation import FILE, ROW, Relation, insert_rows, literal, quoted

# Each gives the kinds of repair of one text, separated by commas, or NULL.
MACROS = f"""
create or replace temp macro number_repairs(t, separator) as list_transform([narrow(t)],
    lambda n: nullif(concat_ws(',',
        case when n <> t then 'full_width' end,
        case when separator <> '' and regexp_matches(replace(n, separator, '_'), '\\d_\\d{{3}}')
            then 'thousands' end,
        case when regexp_matches(n, '[{EVERY_SIGN}]') then 'currency_sign' end,
        case when regexp_matches(n, '^\\(|-$') then 'accounting_negative' end,
        case when contains(n, '%') then 'percent' end,
        case when regexp_matches(n, '\\d[eE][-+]?\\d') then 'exponent' end), ''))[1];

create or replace temp macro date_repairs(t) as list_transform([narrow(t)],
    lambda n: nullif(concat_ws(',',
        case when n <> t then 'full_width' end,
        case when regexp_full_match(n, '\\d{{4}}年\\d{{1,2}}月') then 'month_only'
            when contains(n, '年') then 'chinese_date'
            when regexp_full_match(n, '\\d{{8}}') then 'compact_date'
            when regexp_full_match(n, '\\d{{5}}(\\.\\d+)?') then 'excel_serial' end), ''))[1];
"""

# A value of three digits behind its only comma can be read in two ways; a column that writes
# decimals with a comma elsewhere takes the usual way from it.
DECIMAL_COMMA = r"[-+]?\d+,(\d{1,2}|\d{4,})"
EITHER_WAY = r"[-+]?\d{1,3},\d{3}"


def count_repairs(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    number: int,
    relation: Relation,
) -> None:
    """Add to loaded.repairs what `scratch.staged` says of the relation's files, by kind.

    Of rows that are rejected or left out nothing is counted, but for the marks of "no value".
    """
    labels = {part.order: part.file.label for part in relation.parts}
    orders = ", ".join(map(str, labels))
    found = connection.execute(
        f"with listed as (select {FILE}, {ROW}, unnest(repairs) as repair from scratch.staged "
        f"where {FILE} in ({orders}) and repairs is not null and fate = 'loaded'), "
        f"kinds as (select {FILE}, {ROW}, repair.name as name, repair.value as value, "
        "unnest(string_split(repair.kinds, ',')) as kind from listed where repair is not null) "
        f"select {FILE}, name, kind, count(*), min({ROW}), arg_min(value, {ROW}) from kinds "
        "group by all"
    ).fetchall()
    for name, mapping in source.columns.items():
        marks = mapping.missing + source.missing
        if mapping.source and marks and relation.columns.get(mapping.source) == "VARCHAR":
            cell = quoted(mapping.source)
            found += connection.execute(
                f"select {FILE}, {literal(name)}, 'missing_mark', count(*), min({ROW}), "
                f"arg_min({cell}, {ROW}) from ({relation.sql}) "
                f"where regexp_full_match(trim({cell}), {marks_pattern(marks)}) group by {FILE}"
            ).fetchall()
    insert_rows(
        connection,
        "loaded.repairs",
        [
            (number, labels[order], table.name, name, kind, count, row, value)
            for order, name, kind, count, row, value in sorted(found)
        ],
    )


def reject_ambiguous(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, relation: Relation
) -> None:
    """Reject `1,234` in a column of a file that writes `1,5` too: it may be 1234 or 1.234."""
    if source.decimal != "." or source.thousands != ",":
        return
    for name, mapping in source.columns.items():
        is_number = table.columns[name].kind in NUMBERS and not mapping.codes
        if not is_number or relation.columns.get(mapping.source or "") != "VARCHAR":
            continue
        either = (
            f"list_filter(repairs, lambda r: r.name = {literal(name)} "
            f"and regexp_full_match(r.value, {literal(EITHER_WAY)}))"
        )
        doubted = (
            f"{FILE} in ({', '.join(str(part.order) for part in relation.parts)}) "
            f"and fate = 'loaded' and repairs is not null and len({either}) > 0"
        )
        orders = {
            row[0]
            for row in connection.execute(
                f"select distinct {FILE} from scratch.staged where {doubted}"
            ).fetchall()
        }
        if orders:
            decimals = connection.execute(
                f"select distinct {FILE} from ({relation.sql}) where regexp_full_match("
                f"trim({quoted(mapping.source or '')}), {literal(DECIMAL_COMMA)})"
            ).fetchall()
            orders &= {row[0] for row in decimals}
        amount = ", exact_amount = null" if name == table.amount else ""
        for order in orders:
            connection.execute(
                f"update scratch.staged set fate = 'rejected', fault_column = {literal(name)}, "
                f"fault_value = {either}[1].value, {quoted(name)} = null{amount}, "
                "fault_reason = 'thousands or decimals? the column also writes decimals with a "
                f"comma; set decimal and thousands' where {FILE} = {order} and {doubted}"
            )
