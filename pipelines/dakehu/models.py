"""The SQL models: read from sql/, put in dependency order, and built on the gates' thresholds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlglot
import yaml
from sqlglot import exp

from dakehu.paths import SQL
from dakehu.source import nearest

if TYPE_CHECKING:
    import duckdb

LEAST_SCORE = 0.6  # below it every name is like every other, and comparing takes for ever


class Model(NamedTuple):
    """One file of sql/: `refs` are the tables it reads, as `name` or `loaded.name`."""

    name: str
    layer: str
    sql: str
    refs: frozenset[str]

    @property
    def kind(self) -> str:
        """Staging shapes names only, so it is a view; whatever else is dated is a table."""
        return "view" if self.layer == "staging" else "table"


@cache
def codebook() -> dict[str, Any]:
    """sql/models.yml: each model's grain, key, columns; the reports' tables; gates; checks."""
    return yaml.load((SQL / "models.yml").read_text("utf-8"), yaml.CSafeLoader)


def read_models(folder: Path = SQL) -> list[Model]:
    """Every model of `folder`, each after the models that it reads."""
    models = {
        path.stem: _parse(path)
        for layer in ("staging", "intermediate", "marts")
        for path in sorted((folder / layer).glob("*.sql"))
    }
    try:
        order = TopologicalSorter({m.name: m.refs & models.keys() for m in models.values()})
        return [models[name] for name in order.static_order()]
    except CycleError as error:
        raise ValueError(
            f"models read each other in a circle: {' -> '.join(error.args[1])}"
        ) from error


def loaded_behind(models: Iterable[Model]) -> list[tuple[str, str]]:
    """Each model with each loaded table that it rests on, directly or through other models."""
    behind: dict[str, set[str]] = {}
    for model in models:  # each after those that it reads
        loaded = {ref.removeprefix("loaded.") for ref in model.refs if ref.startswith("loaded.")}
        behind[model.name] = loaded.union(*(behind.get(ref, set()) for ref in model.refs))
    return sorted((name, table) for name, tables in behind.items() for table in tables)


def read_checks(folder: Path = SQL) -> list[Model]:
    """Every check of `folder`, by name."""
    return [_parse(path) for path in sorted((folder / "checks").glob("*.sql"))]


def thresholds(settings: Mapping[str, Any]) -> dict[str, float]:
    """Every threshold of the data gates: the default of models.yml, or what `settings` says.

    `settings` is the pipeline file's [policy.data_quality].

    Raises:
        ValueError: a name is not known, a value is no number from 0, a share is above 1, or a
            score of likeness is not from LEAST_SCORE to 1.
    """
    values = {name: gate["value"] for name, gate in codebook()["gates"].items()}
    for name, value in settings.items():
        where = f"[policy.data_quality] {name}"
        if name not in values:
            hint = nearest(name, values) or f" (known: {', '.join(values)})"
            raise ValueError(f"{where}: there is no such threshold{hint}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise ValueError(f"{where}: write a number from 0 up (it is {value!r})")
        if name.endswith("_share") and value > 1:
            raise ValueError(f"{where}: write a share from 0 to 1, such as 0.05 (it is {value!r})")
        if name.endswith("_score") and not LEAST_SCORE <= value <= 1:
            raise ValueError(
                f"{where}: write a likeness from {LEAST_SCORE} to 1, such as 0.88 (it is {value!r})"
            )
    return {name: float(settings.get(name, value)) for name, value in values.items()}


def build(connection: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> None:
    """Write the thresholds that the load's policy sets; create every model, in the order given."""
    _write_gates(connection)
    for model in models:
        connection.execute(f"create or replace {model.kind} {model.name} as {model.sql}")


def _write_gates(connection: duckdb.DuckDBPyConnection) -> None:
    settings = connection.execute(
        "select name, value from loaded.policy where report = 'data_quality'"
    ).fetchall()
    values = thresholds({name: json.loads(value) for name, value in settings})
    connection.execute(
        "create or replace table loaded.gates "
        "(name varchar, value double, description_en varchar, description_zh varchar)"
    )
    for name, meaning in codebook()["gates"].items():
        connection.execute(
            "insert into loaded.gates values (?, ?, ?, ?)",
            [name, values[name], meaning["en"], meaning["zh"]],
        )


def _parse(path: Path) -> Model:
    sql = path.read_text("utf-8").strip().rstrip(";")
    return Model(path.stem, path.parent.name, sql, _refs(sql))


@cache
def _refs(sql: str) -> frozenset[str]:
    """The tables that a query reads, those that it makes itself left out."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {f"{t.db}.{t.name}" if t.db else t.name for t in tree.find_all(exp.Table)}
    return frozenset(tables - ctes)
