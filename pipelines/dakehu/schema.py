"""The canonical schema: the tables and columns that every source is mapped to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from dakehu.paths import SQL

SQL_TYPES = {
    "key": "VARCHAR",
    "text": "VARCHAR",
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


@dataclass(frozen=True)
class Column:
    """A canonical column: `kind` is one of SQL_TYPES, `is_required` means no row may lack it."""

    name: str
    kind: str
    is_required: bool

    @property
    def sql_type(self) -> str:
        """The DuckDB type that the loaded table has."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """A canonical table; `key` is empty where there is no natural one, `amount` is its money."""

    name: str
    grain: str
    key: tuple[str, ...]
    amount: str
    columns: dict[str, Column]


@cache
def tables() -> dict[str, Table]:
    """sql/schema.yml by table name."""
    written = yaml.load((SQL / "schema.yml").read_text("utf-8"), yaml.CSafeLoader)
    return {
        name: Table(
            name=name,
            grain=entry["grain"],
            key=tuple(entry.get("key", ())),
            amount=entry.get("amount", ""),
            columns={
                column: Column(column, kind.rstrip("!"), kind.endswith("!"))
                for column, kind in entry["columns"].items()
            },
        )
        for name, entry in written.items()
    }
