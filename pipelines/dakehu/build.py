"""From source files to a published warehouse: load, build the models, judge, replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dakehu import gates, models
from dakehu.paths import WAREHOUSES
from dakehu.pipeline import Pipeline, PipelineError
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
    checks: list[gates.CheckResult]
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
        PipelineError: [policy.data_quality] names no threshold, or gives it no value that can be.
        GateRefused: a blocking check failed and `force` is not set; nothing was published.
    """
    _check_thresholds(pipeline)
    path = warehouse or WAREHOUSES / f"{pipeline.name}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with building(path, run_id, is_continued=True) as (temporary, connection):
        loaded = load(pipeline, connection, load_id=run_id, as_of=as_of, progress=say)
        ordered = models.read_models()
        say(f"building {len(ordered)} models as of {loaded.as_of}")
        models.build(connection, ordered)
        checks = gates.check(connection, models.read_checks())
        refused = refusal(checks)
        if refused and not force:
            raise GateRefused(refused)
        publish(temporary, connection, path)
    return Built(path, loaded, checks, refused)


def judge(pipeline: Pipeline, *, run_id: str, say: Say) -> list[str]:
    """Load the sources, build and check the models, publish nothing; returns what there is to say.

    One line per canonical table; then, the most rows first, one per reason that rejected rows, per
    kind of repair, per overlap of two files, per foreign key with orphans; then one per check that
    failed, with the first row that it found. Nothing is compared with the load before.

    Raises:
        PipelineError: as `build` does.
    """
    _check_thresholds(pipeline)
    # Beside another file than a run's: looking must not clear away what a run is building.
    path = WAREHOUSES / f"{pipeline.name}.check.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    with building(path, run_id) as (_, connection):
        load(pipeline, connection, load_id=run_id, progress=say)
        models.build(connection, models.read_models())
        checks = gates.check(connection, models.read_checks())
        looks = (_by_table, _by_reason, _by_repair, _by_overlap, _by_orphan)
        return [line for look in looks for line in look(connection)] + _by_check(connection, checks)


def _check_thresholds(pipeline: Pipeline) -> None:
    """Say before the load, not after it, that a threshold cannot be."""
    try:
        models.thresholds(pipeline.policy.get("data_quality", {}))
    except ValueError as error:
        raise PipelineError(f"{pipeline.path.name}: {error}") from None


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


def _by_repair(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select target_table, column_name, kind, sum(row_count), count(distinct file), "
        "min(file), arg_min(example_row, file), arg_min(example_value, file) "
        "from mart_data_quality__repairs group by all order by 4 desc, 1, 2, 3"
    ).fetchall()
    return [
        f"repaired {count:,}: {table}.{column}: {kind}, in {files:,} "
        f"{'file' if files == 1 else 'files'}, such as {_quoted(value)} ({file}, row {row})"
        for table, column, kind, count, files, file, row, value in rows
    ]


def _by_overlap(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select target_table, file, winner_file, row_count, changed_count "
        "from mart_data_quality__overlaps order by row_count desc, file, winner_file"
    ).fetchall()
    return [
        f"overlap {count:,}: {table}: rows of {file} stand again in {winner} and count there only"
        + (f"; {changed:,} of them differ" if changed else "")
        for table, file, winner, count, changed in rows
    ]


def _by_orphan(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name, column_name, reference_table, orphan_count, row_count, example_key "
        "from mart_data_quality__orphans where orphan_count > 0 order by 4 desc, 1, 2, 3"
    ).fetchall()
    return [
        f"orphans {orphans:,} of {count:,}: {table}.{column} is not in {reference}, "
        f"such as {_quoted(key)}"
        for table, column, reference, orphans, count, key in rows
    ]


def _by_check(connection: duckdb.DuckDBPyConnection, checks: list[gates.CheckResult]) -> list[str]:
    first = dict(
        connection.execute(
            f'select "check", shown from {gates.FAILING_ROWS} where row_number = 1'
        ).fetchall()
    )
    return [
        f"{'refuses' if c.severity == 'block' else 'warns'}: {c.check}: {_rows(c.failing_rows)}. "
        f"{c.description_en} "
        f"First: {first[c.check][:200]}"
        for c in checks
        if c.status == "fail"
    ]


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _quoted(value: str | None) -> str:
    return f'"{value[:60]}"' if value else "an empty value"


def refusal(checks: list[gates.CheckResult]) -> str:
    """One sentence on the blocking checks that failed, "" when none did."""
    failed = [c for c in checks if c.severity == "block" and c.status == "fail"]
    return "; ".join(
        f"data gate {c.check} refused: {_rows(c.failing_rows)}. {c.description_en}" for c in failed
    )
