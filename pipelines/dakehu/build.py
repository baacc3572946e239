"""From source files to a published warehouse: load, build the models, judge, replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dakehu import models
from dakehu.paths import WAREHOUSES
from dakehu.pipeline import Pipeline
from dakehu.sources import Loaded, load
from dakehu.warehouse import building, publish

if TYPE_CHECKING:
    import duckdb

Say = Callable[[str], None]


class GateRefused(RuntimeError):
    """A check that blocks has failed; the published warehouse and pages stay as they are."""


@dataclass(frozen=True)
class Built:
    """A published warehouse: the file, what was loaded, what the checks found.

    `refused` is the sentence on failed gates that `--force` overrode, else "".
    """

    path: Path
    loaded: Loaded
    checks: list[models.CheckResult]
    refused: str


def build(
    pipeline: Pipeline,
    *,
    run_id: str,
    say: Say,
    as_of: date | None = None,
    warehouse: Path | None = None,
    force: bool = False,
) -> Built:
    """Load the sources, build and check the models, publish the warehouse.

    Raises:
        GateRefused: a blocking check failed and `force` is not set; nothing was published.
    """
    path = warehouse or WAREHOUSES / f"{pipeline.name}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with building(path, run_id, is_continued=True) as (temporary, connection):
        loaded = load(pipeline, connection, load_id=run_id, as_of=as_of, progress=say)
        ordered = models.read_models()
        say(f"building {len(ordered)} models as of {loaded.as_of}")
        models.build(connection, ordered)
        checks = models.check(connection, models.read_checks())
        refused = refusal(checks)
        if refused and not force:
            raise GateRefused(refused)
        publish(temporary, connection, path)
    return Built(path, loaded, checks, refused)


def judge(pipeline: Pipeline, *, run_id: str, say: Say) -> list[str]:
    """Load the sources, build and check the models, publish nothing; returns what there is to say.

    One line per canonical table, then one per file and reason that rejected rows, then one per
    check that failed.
    """
    # Beside another file than a run's: looking must not clear away what a run is building.
    path = WAREHOUSES / f"{pipeline.name}.check.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with building(path, run_id) as (_, connection):
        load(pipeline, connection, load_id=run_id, progress=say)
        models.build(connection, models.read_models())
        checks = models.check(connection, models.read_checks())
        return _by_table(connection) + _by_reason(connection) + _by_check(checks)


def _by_table(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select target_table, count(*), sum(rows), sum(loaded), sum(rejected), sum(left_out), "
        "sum(amount_in), sum(rounding_amount) "
        "from loaded.files group by target_table order by min(source_number)"
    ).fetchall()
    return [
        f"{table}: {files} {'file' if files == 1 else 'files'}, {read:,} rows = {loaded:,} loaded "
        f"+ {rejected:,} rejected + {left_out:,} left out"
        + (f"; amount {amount:,.2f}, of which rounding {rounding:,.2f}" if amount else "")
        for table, files, read, loaded, rejected, left_out, amount, rounding in rows
    ]


def _by_reason(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select file, example_row, column_name, reason, row_count, example_value "
        "from mart_data_quality__rejects_by_reason order by row_count desc, file, reason"
    ).fetchall()
    return [
        f"rejected {count:,}: {file}, row {row}, {column or 'the row'}: {reason}"
        + (f' (value "{value[:60]}")' if value else "")
        for file, row, column, reason, count, value in rows
    ]


def _by_check(checks: list[models.CheckResult]) -> list[str]:
    return [
        f"{'refuses' if c.severity == 'block' else 'warns'}: {c.check}: {c.failing_rows:,} rows. "
        f"{c.description_en}"
        for c in checks
        if c.status == "fail"
    ]


def refusal(checks: list[models.CheckResult]) -> str:
    """One sentence on the blocking checks that failed, "" when none did."""
    failed = [c for c in checks if c.severity == "block" and c.status == "fail"]
    return "; ".join(
        f"data gate {c.check} refused: {c.failing_rows} rows. {c.description_en}" for c in failed
    )
