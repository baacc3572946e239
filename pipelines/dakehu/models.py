"""The SQL models: read from sql/, put in dependency order, built and checked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlglot
import yaml
from sqlglot import exp

from dakehu.paths import SQL

if TYPE_CHECKING:
    import duckdb

CHECKS = "mart_data_quality__checks"


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


class CheckResult(NamedTuple):
    """What a check found: a `failing_rows` of 0 is a pass."""

    check: str
    severity: str
    status: str
    failing_rows: int
    description_en: str
    description_zh: str


@cache
def codebook() -> dict[str, Any]:
    """sql/models.yml: for each model its grain, key and columns; the report tables; the checks."""
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


def read_checks(folder: Path = SQL) -> list[Model]:
    """Every check of `folder`, by name."""
    return [_parse(path) for path in sorted((folder / "checks").glob("*.sql"))]


def build(connection: duckdb.DuckDBPyConnection, models: Iterable[Model]) -> None:
    """Create every model, in the order given."""
    for model in models:
        connection.execute(f"create or replace {model.kind} {model.name} as {model.sql}")


def check(connection: duckdb.DuckDBPyConnection, checks: Iterable[Model]) -> list[CheckResult]:
    """Run the checks and the key of every model; keep the results in the warehouse.

    A check is a query that returns the offending rows. Its severity, `warn` or `block`, stands in
    models.yml; a key that is not unique always blocks.
    """
    results = []
    for written in checks:
        entry = codebook()["checks"][written.name]
        result = _judge(connection, written.name, entry["severity"], written.sql)
        results.append(
            result._replace(description_en=_claim(written.sql), description_zh=entry["zh"])
        )
    for name, model in codebook()["models"].items():
        key = ", ".join(model["key"])
        sql = f"select {key} from {name} group by {key} having count(*) > 1"
        result = _judge(connection, f"check_{name}__key_unique", "block", sql)
        results.append(
            result._replace(
                description_en=f"Rows of {name} that share their key ({key}).",
                description_zh=f"{name} 中主键({key})重复的行",
            )
        )
    connection.execute(
        f'create or replace table {CHECKS} ("check" varchar, severity varchar, status varchar, '
        "failing_rows bigint, description_en varchar, description_zh varchar)"
    )
    connection.executemany(f"insert into {CHECKS} values (?, ?, ?, ?, ?, ?)", results)
    return results


def _judge(
    connection: duckdb.DuckDBPyConnection, name: str, severity: str, sql: str
) -> CheckResult:
    (failing,) = connection.execute(f"select count(*) from ({sql})").fetchall()[0]
    return CheckResult(name, severity, "fail" if failing else "pass", failing, "", "")


def _parse(path: Path) -> Model:
    sql = path.read_text("utf-8").strip().rstrip(";")
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {f"{t.db}.{t.name}" if t.db else t.name for t in tree.find_all(exp.Table)}
    return Model(path.stem, path.parent.name, sql, frozenset(tables - ctes))


def _claim(sql: str) -> str:
    return sql.splitlines()[0].removeprefix("--").strip()
