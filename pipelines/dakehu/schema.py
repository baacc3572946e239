"""The canonical schema: the tables and columns that every source is mapped to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import yaml

from dakehu.paths import SQL

SQL_TYPES = {
    "key": "VARCHAR",
    "text": "VARCHAR",
    "personal": "VARCHAR",
    "date": "DATE",
    "time": "TIMESTAMP",
    "money": "DECIMAL(18,2)",
    "quantity": "DECIMAL(18,4)",
    "price": "DECIMAL(18,6)",
    "factor": "DECIMAL(18,6)",
    "rate": "DECIMAL(9,6)",
    "int": "BIGINT",
    "flag": "BOOLEAN",
}
NUMBERS = ("money", "quantity", "price", "factor", "rate", "int")


class Reference(NamedTuple):
    """The column whose values a foreign key may hold."""

    table: str
    column: str


@dataclass(frozen=True)
class Column:
    """A canonical column: `kind` is one of SQL_TYPES, `is_required` means no row may lack it.

    `level` says how usual it is, L0 (needed) to L3 (rare); `unit` is "" where it has none;
    `values` are the words that the reports know, empty where any will do.
    """

    name: str
    kind: str
    is_required: bool
    level: str
    unit: str
    zh: str
    en: str
    values: tuple[str, ...]
    reference: Reference | None

    @property
    def sql_type(self) -> str:
        """The DuckDB type that the loaded table has."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A canonical table; `key` is empty where there is no natural one, `amount` is its money.

    `is_personal` tells that a column names a person: such names are masked at the door.
    """

    name: str
    level: str
    zh: str
    en: str
    grain: str
    key: tuple[str, ...]
    amount: str
    columns: dict[str, Column]

    @property
    def is_personal(self) -> bool:
        """Whether a column is of the kind `personal`."""
        return any(column.kind == "personal" for column in self.columns.values())


@cache
def tables() -> dict[str, Table]:
    """sql/schema.yml by table name."""
    # The base loader leaves every word a text, and need not look for numbers and dates.
    written = yaml.load((SQL / "schema.yml").read_text("utf-8"), yaml.CBaseLoader)
    keys = {name: entry.get("key", ()) for name, entry in written.items()}
    return {
        name: Table(
            name=name,
            level=entry["level"],
            zh=entry["zh"],
            en=entry["en"],
            grain=entry["grain"],
            key=tuple(keys[name]),
            amount=entry.get("amount", ""),
            columns={
                column: _column(column, meaning, entry["level"], keys)
                for column, meaning in entry["columns"].items()
            },
        )
        for name, entry in written.items()
    }


def _column(name: str, meaning: dict[str, Any], level: str, keys: dict[str, list[str]]) -> Column:
    kind = meaning["type"]
    return Column(
        name=name,
        kind=kind.rstrip("!"),
        is_required=kind.endswith("!"),
        level=meaning.get("level", level),
        unit=meaning.get("unit", ""),
        zh=meaning["zh"],
        en=meaning["en"],
        values=tuple(meaning.get("values", ())),
        reference=_reference(meaning["references"], keys) if "references" in meaning else None,
    )


def _reference(written: str, keys: dict[str, list[str]]) -> Reference:
    """`table.column`, or `table` for the one column of its key."""
    table, _, column = written.partition(".")
    return Reference(table, column or keys[table][0])
