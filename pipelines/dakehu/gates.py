"""The data gates: every check and every key of a built warehouse, with the rows that fail them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from dakehu.models import Model, codebook
from dakehu.sources.relation import insert_rows

if TYPE_CHECKING:
    import duckdb

CHECKS = "mart_data_quality__checks"
FAILING_ROWS = "mart_data_quality__failing_rows"
ROWS_KEPT = 100
BY_ROW = "by_row"


class CheckResult(NamedTuple):
    """What a check found: a `failing_rows` of 0 is a pass."""

    check: str
    severity: str
    status: str
    failing_rows: int
    description_en: str
    description_zh: str


def check(connection: duckdb.DuckDBPyConnection, checks: Iterable[Model]) -> list[CheckResult]:
    """Run the checks and the key of every model; keep results and failing rows in the warehouse.

    A check is a query that returns the offending rows. Its severity stands in models.yml: `warn`,
    `block`, or `by_row` where each row says so itself in a column `severity`; such a check blocks
    when any of its rows does. A key that is not unique always blocks.
    """
    connection.execute(
        f'create or replace table {CHECKS} ("check" varchar, severity varchar, status varchar, '
        "failing_rows bigint, description_en varchar, description_zh varchar)"
    )
    connection.execute(
        f'create or replace table {FAILING_ROWS} ("check" varchar, row_number bigint, '
        "severity varchar, shown varchar)"
    )
    results = [
        _judge(
            connection,
            CheckResult(
                written.name,
                codebook()["checks"][written.name]["severity"],
                "pass",
                0,
                written.sql.splitlines()[0].removeprefix("--").strip(),
                codebook()["checks"][written.name]["zh"],
            ),
            written.sql,
        )
        for written in checks
    ]
    for name, model in codebook()["models"].items():
        key = ", ".join(f'"{column}"' for column in model["key"])
        unjudged = CheckResult(
            f"check_{name}__key_unique",
            "block",
            "pass",
            0,
            f"Rows of {name} that share their key ({', '.join(model['key'])}).",
            f"{name} 中主键（{', '.join(model['key'])}）重复的行",
        )
        sql = f"select {key}, count(*) as row_count from {name} group by {key} having count(*) > 1"
        results.append(_judge(connection, unjudged, sql))
    insert_rows(connection, CHECKS, results)
    return results


def known(connection: duckdb.DuckDBPyConnection) -> list[CheckResult]:
    """What `check` left in a warehouse."""
    return [CheckResult(*row) for row in connection.execute(f"from {CHECKS}").fetchall()]


def _judge(connection: duckdb.DuckDBPyConnection, unjudged: CheckResult, sql: str) -> CheckResult:
    """Run one check; of the rows that it finds, keep the first as text, the blocking ones first."""
    column = "" if unjudged.severity == BY_ROW else f", '{unjudged.severity}' as severity"
    connection.execute(
        f"create or replace temp table failing as select *{column} from ({sql}) as found"
    )
    failing, severity = connection.execute(
        "select count(*), min(severity) from failing"  # 'block' comes before 'warn'
    ).fetchall()[0]
    if not failing:
        return unjudged
    columns = [row[0] for row in connection.execute("describe failing").fetchall()]
    columns.remove("severity")
    order = ", ".join(f'"{column}"' for column in ("severity", *columns))
    # An empty value has no place in the text: `||` makes its part null, concat_ws leaves it out.
    parts = ", ".join(f"'{column}=' || cast(\"{column}\" as varchar)" for column in columns)
    connection.execute(
        f"insert into {FAILING_ROWS} "
        f"select ?, row_number() over (order by {order}), severity, concat_ws(', ', {parts}) "
        f"from (select * from failing order by {order} limit {ROWS_KEPT})",
        [unjudged.check],
    )
    return unjudged._replace(severity=severity, status="fail", failing_rows=failing)
