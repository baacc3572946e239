"""What is in the warehouse: its tables, and the meaning of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dakehu.models import codebook
from dakehu.schema import tables as canonical_tables
from dakehu.source import nearest
from dakehu.warehouse import open_readonly
from dakehu.workbench.bench import warehouse

if TYPE_CHECKING:
    import polars as pl

LAYERS = {"mart": 0, "fct": 1, "dim": 2, "int": 3, "stg": 4}


def columns_of_tables() -> dict[str, dict[str, str]]:
    """Every table that `%%sql` can read, marts first: the type of each column by its name."""
    with open_readonly(warehouse()) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from information_schema.columns "
            "where table_schema = 'main' order by table_name, ordinal_position"
        ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in sorted(rows, key=lambda row: LAYERS.get(row[0].split("_")[0], 9)):
        found.setdefault(table, {})[column] = kind
    return found


def tables() -> pl.DataFrame:
    """What can be queried: one row per table, marts first.

    Columns: table_name, row_count, first_date and last_date (of its first column of dates, empty
    where it has none), column_count, grain.
    """
    import polars as pl

    columns = columns_of_tables()
    counts = " union all ".join(
        f"select '{name}', count(*), {_period(kinds)} from {name}"
        for name, kinds in columns.items()
    )
    with open_readonly(warehouse()) as connection:
        counted = {row[0]: row[1:] for row in connection.execute(counts).fetchall()}
    schema = {
        "table_name": pl.String,
        "row_count": pl.Int64,
        "first_date": pl.Date,
        "last_date": pl.Date,
        "column_count": pl.Int64,
        "grain": pl.String,
    }
    rows = [(name, *counted[name], len(kinds), _grain(name)) for name, kinds in columns.items()]
    return pl.DataFrame(rows, schema, orient="row")


def definitions(table: str) -> pl.DataFrame:
    """What the columns of a table mean: column, type, unit, zh, en; empty where nothing is said.

    Raises:
        LookupError: the warehouse holds no such table.
    """
    import polars as pl

    known = columns_of_tables()
    if table not in known:
        raise LookupError(f'the warehouse holds no table "{table}"{nearest(table, known)}')
    canonical, models = canonical_tables(), codebook()["models"]
    shared = [models[name]["columns"] for name in models if name.startswith("dim_")]
    own = canonical.get(table.removeprefix("stg_"))
    meanings = {name: meaning for columns in shared for name, meaning in columns.items()} | {
        name: {"unit": column.unit, "zh": column.zh, "en": column.en}
        for entry in [*reversed(canonical.values()), *([own] if own else [])]
        for name, column in entry.columns.items()
    }
    meanings |= models.get(table, {}).get("columns", {})
    nothing = dict.fromkeys(("unit", "zh", "en"), "")
    return pl.DataFrame(
        [
            {"column": name, "type": kind, **(nothing | meanings.get(name, {}))}
            for name, kind in known[table].items()
        ]
    )


def _grain(table: str) -> str:
    canonical = canonical_tables().get(table.removeprefix("stg_"))
    said = f"one row per {canonical.grain}" if canonical else ""
    return codebook()["models"].get(table, {}).get("grain", said)


def _period(kinds: dict[str, str]) -> str:
    dated = next((name for name, kind in kinds.items() if kind == "DATE"), None)
    return f"min({dated}), max({dated})" if dated else "null::date, null::date"
