"""One file at a time into a staged table: every row with its typed values and its fate.

Fates: `loaded`, `rejected` (with the first failing column, its raw value and a reason), `left out`
(the `where` of the source, the footer, a repetition of a dimension's key).
"""

from __future__ import annotations

from typing import NamedTuple

import duckdb
from sqlglot import exp

from dakehu.pipeline import Pipeline
from dakehu.schema import Table
from dakehu.source import Files, Source, SourceFile
from dakehu.sources.decoding import LoadError
from dakehu.sources.formats import read
from dakehu.sources.mapping import Typed, expression, inputs, typed, unmarked
from dakehu.sources.relation import Relation, literal, quoted

FOOTER = "in the footer"


class FileCount(NamedTuple):
    """A staged file: its place in the load, what it is, and how many rows were read from it."""

    order: int
    source_number: int
    file: SourceFile
    encoding: str
    rows: int
    unmatched: int


def stage(
    pipeline: Pipeline,
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    number: int,
    file: SourceFile,
    order: int,
) -> FileCount:
    """Read one file of a source into scratch.staged_<order>.

    Raises:
        LoadError: it cannot be read as mapped, or a join would multiply its rows.
    """
    where = f"{file.name}, [[source]] {number}"
    main = read(connection, file, source, _expected(source, where), f"main_{order}")
    relation, found = _joined(pipeline, connection, source, main, where, order)
    columns = typed(connection, table, source, relation, where)
    kept = "true" if source.where is None else f"coalesce(({source.where}\n), false)"
    if source.where is not None:
        expression(source.where, f"{where}.where")
    footer = f"row_in_file >= {main.footer_from}" if main.footer_from else "false"
    try:
        connection.execute(
            f"create or replace table scratch.staged_{order} as "
            f"select {order} as file_order, {number} as source_number, "
            f"{literal(file.label)} as file, * "
            f"from ({_statement(table, columns, relation, kept, footer, found)})"
        )
    except duckdb.Error as error:
        raise LoadError(f"{where}: {str(error).splitlines()[0]}") from None
    if main.faults:
        connection.execute(
            f"insert into scratch.staged_{order} by name select {order} as file_order, "
            f"{number} as source_number, {literal(file.label)} as file, row_in_file, "
            f"case when {footer} then 'left out' else 'rejected' end as fate, "
            f"null as fault_column, value as fault_value, reason as fault_reason from {main.faults}"
        )
    (rows,) = connection.execute(f"select count(*) from ({main.sql})").fetchall()[0]
    if main.faults:
        rows += connection.execute(f"select count(*) from {main.faults}").fetchall()[0][0]
    staged, unmatched = connection.execute(
        f"select count(*), count(*) filter (where not is_matched) from scratch.staged_{order}"
    ).fetchall()[0]
    if staged > rows:
        raise LoadError(
            f"{where}: its join finds several partners for a row ({rows} rows became {staged}); "
            "join on a column that is unique in the joined file"
        )
    return FileCount(order, number, file, main.encoding, rows, unmatched)


def _statement(
    table: Table, columns: list[Typed], relation: str, kept: str, footer: str, found: str
) -> str:
    """The SELECT that types every row of the relation and judges it."""

    def each(part: str) -> str:
        made = ((getattr(t, part), i) for i, t in numbered)
        return "".join(f", {sql} as {part}_{i}" for sql, i in made if sql)

    numbered = list(enumerate(columns))
    # An amount too large for its column is rejected, and is in no sum; that of a total row is a
    # sum already.
    amount = next(
        (
            f"case when {quoted(table.amount)} is not null then exact_{i} end"
            for i, t in numbered
            if t.column.name == table.amount
        ),
        "cast(null as decimal(28,8))",
    )
    shown_names = [
        f"case when not is_footer then {n} end as {n}" if n == quoted(table.amount) else n
        for n in (quoted(t.column.name) for t in columns)
    ]
    first = " ".join(f"when fault_{i} is not null then {i}" for i, _ in numbered)

    def pick(choices: dict[int, str]) -> str:
        branches = " ".join(f"when {i} then {sql}" for i, sql in choices.items())
        return f"case first_fault {branches} end"

    shown = {
        i: f"coalesce(cast(raw_{i} as varchar), due_{i})" if t.due else f"raw_{i}"
        for i, t in numbered
    }
    names = [quoted(t.column.name) for t in columns]
    values = ", ".join(f"{t.value} as {name}" for t, name in zip(columns, names, strict=True))
    return f"""
        with raws as (
            select row_in_file, {footer} as is_footer,
                {kept} and not ({footer}) as is_kept, {found} as is_matched
                {each("raw")} {each("due")} {each("scale")} {relation}
        ),
        plains as (select * {each("plain")} from raws),
        exacts as (select * {each("exact")} from plains),
        valued as (select *, {values} from exacts),
        judged as (select * {each("fault")} from valued),
        found as (select *, case {first} end as first_fault from judged)
        select
            row_in_file,
            case when not is_kept then 'left out' when first_fault is not null then 'rejected'
                else 'loaded' end as fate,
            {pick({i: literal(t.column.name) for i, t in numbered})} as fault_column,
            {pick({i: f"cast({sql} as varchar)" for i, sql in shown.items()})} as fault_value,
            {pick({i: f"fault_{i}" for i, _ in numbered})} as fault_reason,
            case when not is_footer then {amount} end as exact_amount,
            case when is_footer then {amount} end as footer_amount,
            is_matched, {", ".join(shown_names)}
        from found
    """


def _expected(source: Source, where: str) -> set[str]:
    """The columns that the file itself must have; with joins they may come from elsewhere."""
    if source.join:
        return set()
    named = {name for mapping in source.columns.values() for name in mapping.headings}
    texts = [mapping.sql for mapping in source.columns.values() if mapping.sql]
    texts += [source.where] if source.where else []
    return named | {column.name for text in texts for column in inputs(text, where)}


def _joined(
    pipeline: Pipeline,
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    main: Relation,
    where: str,
    order: int,
) -> tuple[str, str]:
    """The FROM clause of a source with its joins, and the condition that all found a partner."""
    own = _marked(main, source)
    relation, found = f"from ({own}) as source", "true"
    if not source.join:
        return relation, found
    shown, taken = ["source.*"], {name.lower() for name in main.columns}
    for place, join in enumerate(source.join, 1):
        partner = f"join{place}"
        parts = [
            read(connection, file, join, set(), f"join_{order}_{place}_{n}")
            for n, file in enumerate(pipeline.expand(join))
        ]
        if broken := [part.faults for part in parts if part.faults]:
            row, reason = connection.execute(
                f"select row_in_file, reason from {broken[0]} order by row_in_file limit 1"
            ).fetchall()[0]
            raise LoadError(f"{where}.join {place}: row {row} of a joined file has the {reason}")
        rows = " union all by name ".join(
            f"(select * exclude (row_in_file) from ({_marked(part, join)})"
            + (f" where row_in_file < {part.footer_from})" if part.footer_from else ")")
            for part in parts
        )
        relation += (
            f" left join (select *, true as is_partner_{place} from ({rows})) as {partner} "
            f"on {_condition(join.on, partner, where)}\n"
        )
        found += f" and is_partner_{place} is not null"
        # A heading that stands on both sides means the source's; the partner's is "join1.heading".
        names = {name: None for part in parts for name in part.columns}
        for name in names:
            is_taken = name.lower() in taken
            shown.append(
                f"{partner}.{quoted(name)}" + (f" as {quoted(f'{partner}.{name}')}" * is_taken)
            )
        shown.append(f"is_partner_{place}")
        taken |= {name.lower() for name in names}
    return f"from (select {', '.join(shown)} {relation}) as source", found


def _marked(relation: Relation, files: Files) -> str:
    """The relation with the texts that mean no value taken out of every column of text."""
    texts = [quoted(name) for name, kind in relation.columns.items() if kind == "VARCHAR"]
    if not files.missing or not texts:
        return relation.sql
    cleaned = ", ".join(f"{unmarked(name, files.missing)} as {name}" for name in texts)
    return f"select * replace ({cleaned}) from ({relation.sql})"


def _condition(on: str, partner: str, where: str) -> str:
    """The join's condition; a single heading means that both sides have it."""
    tree = expression(on, f"{where}.join")
    if isinstance(tree, exp.Column) and not tree.table:
        return f"source.{quoted(tree.name)} = {partner}.{quoted(tree.name)}"
    return on


def settle_duplicates(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    distinct: dict[int, bool],
) -> None:
    """Of rows that share the table's key the first in file order is loaded.

    A later one is left out where the source says `distinct`, else rejected with the row it repeats.
    """
    columns = {row[0] for row in connection.execute("describe scratch.staged").fetchall()}
    if not table.key or not set(table.key) <= columns:
        return
    key = ", ".join(f"coalesce(cast({quoted(c)} as varchar), '')" for c in table.key)
    place = "over (partition by key_values order by file_order, row_in_file)"
    connection.execute(
        "create or replace temp table repeated as "
        f"with keyed as (select file_order, row_in_file, file, [{key}] as key_values "
        "from scratch.staged where fate = 'loaded'), "
        "shared as (select key_values from keyed group by key_values having count(*) > 1) "
        f"select keyed.*, first_value(file) {place} as first_file, "
        f"first_value(row_in_file) {place} as first_row, row_number() {place} as occurrence "
        "from keyed semi join shared using (key_values)"
    )
    flags = " ".join(f"when {number} then {str(flag).lower()}" for number, flag in distinct.items())
    connection.execute(
        "update scratch.staged as staged set "
        f"fate = case when (case staged.source_number {flags} end) "
        "then 'left out' else 'rejected' end, "
        f"fault_column = {literal(', '.join(table.key))}, "
        "fault_value = array_to_string(repeated.key_values, ', '), "
        "fault_reason = 'repeats row ' || repeated.first_row || ' of ' || repeated.first_file "
        "from repeated where repeated.occurrence > 1 "
        "and staged.file_order = repeated.file_order and staged.row_in_file = repeated.row_in_file"
    )
