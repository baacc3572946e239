"""What a source is joined to before it is mapped, as SQL."""

from __future__ import annotations

import duckdb
from sqlglot import exp

from dakehu.source import Files, Source
from dakehu.sources.decoding import LoadError
from dakehu.sources.expressions import expression, unmarked
from dakehu.sources.formats import read
from dakehu.sources.inventory import Inventory
from dakehu.sources.relation import FILE, ROW, Relation, quoted


def partners(
    inventory: Inventory, connection: duckdb.DuckDBPyConnection, source: Source, where: str
) -> list[list[Relation]]:
    """What each join of a source reads.

    Raises:
        LoadError: a joined file has a row of the wrong shape.
    """
    found = []
    for place, join in enumerate(source.join, 1):
        files = dict(enumerate(inventory.files(join), 1))
        relations = read(connection, files, join, set(), f"join_{place}")
        if broken := [relation.faults for relation in relations if relation.faults]:
            row, reason = connection.execute(
                f"select {ROW}, reason from {broken[0]} order by {ROW} limit 1"
            ).fetchall()[0]
            raise LoadError(f"{where}.join {place}: row {row} of a joined file has the {reason}")
        found.append(relations)
    return found


def joined(
    source: Source, main: Relation, partners: list[list[Relation]], where: str
) -> tuple[str, str]:
    """The FROM clause of a source with its joins, and the condition that all found a partner."""
    own = _marked(main, source)
    relation, found = f"from ({own}) as source", "true"
    if not source.join:
        return relation, found
    shown, taken = ["source.*"], {name.lower() for name in main.columns}
    for place, (join, parts) in enumerate(zip(source.join, partners, strict=True), 1):
        partner = f"join{place}"
        rows = " union all by name ".join(_partner_rows(part, join) for part in parts)
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


def _partner_rows(relation: Relation, join: Files) -> str:
    footer = "".join(
        f" and not ({FILE} = {order} and {ROW} >= {first})"
        for order, first in relation.footers.items()
    )
    return f"(select * exclude ({FILE}, {ROW}) from ({_marked(relation, join)}) where true{footer})"


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
