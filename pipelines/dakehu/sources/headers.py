"""Headers that stand again in the middle of a file that was put together out of several."""

from __future__ import annotations

import duckdb

from dakehu.schema import Table
from dakehu.source import Source
from dakehu.sources.relation import FILE, Relation, literal, quoted


def reject_headers(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, relation: Relation
) -> None:
    """Reject the staged rows of the relation that hold the headings of their columns.

    Where a number or a date is mapped its heading has been rejected already; a table of texts
    alone would take the headings for a party or a product.
    """
    headings = {
        name: m.source
        for name, m in source.columns.items()
        if m.source and table.columns[name].kind != "personal"
    }
    texts = all(
        table.columns[name].kind in ("key", "text")
        and relation.columns.get(heading) == "VARCHAR"
        and not source.columns[name].codes
        for name, heading in headings.items()
    )
    if not headings or not texts:
        return
    found = " and ".join(f"{quoted(n)} = {literal(heading)}" for n, heading in headings.items())
    column, heading = next(iter(headings.items()))
    connection.execute(
        f"update scratch.staged set fate = 'rejected', fault_column = {literal(column)}, "
        f"fault_value = {literal(heading)}, fault_reason = 'the header again' "
        f"where {FILE} in ({', '.join(str(part.order) for part in relation.parts)}) "
        f"and fate = 'loaded' and {found}"
    )
