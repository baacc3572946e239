"""From source files to a published warehouse: load, build the models, judge, replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from dakehu import basis, gates, models
from dakehu.audiences import membership
from dakehu.paths import WAREHOUSES
from dakehu.pipeline import Pipeline, PipelineError
from dakehu.sources import Loaded, LoadError, NoSales, last_load, load
from dakehu.stopwatch import Stopwatch
from dakehu.warehouse import building, open_readonly, publish

if TYPE_CHECKING:
    import polars as pl

    from dakehu.analysis.data_quality import DataQuality

Say = Callable[[str], None]

FIRST_REJECTS = """
    select target_table, column_name, reason, file, row_number_in_file as row, value
    from stg_rejects
    qualify row_number() over (
        partition by target_table, column_name, reason, file order by row_number_in_file
    ) <= 3
"""


class GateRefused(RuntimeError):
    """A check that blocks has failed; the published warehouse and pages stay as they are."""


@dataclass(frozen=True)
class Built:
    """A published warehouse: the file, what was loaded, what the checks found.

    `refused` is the sentence on failed gates that `--force` overrode, else "". `is_new` is False
    where it stood already, built of the same.
    """

    path: Path
    loaded: Loaded
    checks: list[gates.CheckResult]
    refused: str
    is_new: bool = True


@dataclass(frozen=True)
class Judgement:
    """What a look at the sources found.

    `rejects` holds the first rejected rows of every file, column and reason; `refused` says why a
    run would publish nothing, "" where it would.
    """

    quality: DataQuality
    rejects: pl.DataFrame
    refused: str


def build(
    pipeline: Pipeline,
    *,
    run_id: str,
    say: Say,
    as_of: date | None = None,
    warehouse: Path | None = None,
    force: bool = False,
    watch: Stopwatch | None = None,
) -> Built:
    """Load the sources, build and check the models, publish the warehouse.

    Where the published one was built of the same inputs by the same program it stands, unless
    `force` is set. `watch` takes the seconds of each step.

    Raises:
        PipelineError: [policy.data_quality] names no threshold, or gives it no value that can be.
        GateRefused: a blocking check failed and `force` is not set; nothing was published.
    """
    _check_thresholds(pipeline)
    path = warehouse or WAREHOUSES / f"{pipeline.name}.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    watch = watch or Stopwatch()
    with watch.step("compare files"):
        inputs = basis.of_inputs(pipeline, as_of)
        standing = None if force else _standing(path, inputs)
    if standing:
        say(f"nothing read: the warehouse of {standing.loaded.as_of} was built of the same files")
        return standing
    with building(path, run_id, is_continued=True) as (temporary, connection):
        try:
            with watch.step("load"):
                loaded = load(pipeline, connection, load_id=run_id, as_of=as_of, progress=say)
        except NoSales as error:
            raise LoadError(f"{error}; `dakehu check {pipeline.path.name}` says why") from None
        ordered = models.read_models()
        say(f"building {len(ordered)} models as of {loaded.as_of}")
        with watch.step("models"):
            models.build(connection, ordered)
        with watch.step("checks"):
            checks = gates.check(connection, models.read_checks())
        refused = refusal(checks)
        if refused and not force:
            raise GateRefused(f"{refused} `dakehu check {pipeline.path.name}` shows them")
        with watch.step("publish warehouse"):
            # What was forced does not stand: the next run must refuse it again.
            basis.write(connection, ordered, "" if refused else inputs)
            publish(temporary, connection, path)
    return Built(path, loaded, checks, refused)


def _standing(path: Path, inputs: str) -> Built | None:
    """The published warehouse, if it was built of these inputs."""
    if not inputs or not path.exists():
        return None
    try:
        with open_readonly(path) as connection:
            if basis.known_inputs(connection) != inputs:
                return None
            loaded = last_load(connection)
            checks = gates.known(connection)
    except duckdb.Error:  # damaged: it is built anew
        return None
    return Built(path, loaded, checks, "", is_new=False)


def judge(pipeline: Pipeline, *, run_id: str, say: Say) -> Judgement:
    """Load the sources, build and check the models, publish nothing.

    Nothing is compared with the load before.

    Raises:
        PipelineError: as `build` does, or a value of an audience occurs nowhere in the data.
    """
    from dakehu.analysis.data_quality import MARTS, analyse  # polars: a run needs none of it

    _check_thresholds(pipeline)
    # Beside another file than a run's: looking must not clear away what a run is building.
    path = WAREHOUSES / f"{pipeline.name}.check.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    unsold = ""
    with building(path, run_id) as (_, connection):
        try:
            load(pipeline, connection, load_id=run_id, progress=say)
        except NoSales as error:
            unsold = str(error)
        for name in pipeline.audience:
            membership.check(connection, pipeline, name)
        say("building and checking the models")
        models.build(connection, models.read_models())
        checks = gates.check(connection, models.read_checks())
        marts = {name: connection.sql(f"from mart_data_quality__{name}").pl() for name in MARTS}
        rejects = connection.sql(FIRST_REJECTS).pl()
    return Judgement(analyse(marts), rejects, unsold or refusal(checks))


def _check_thresholds(pipeline: Pipeline) -> None:
    """Say before the load, not after it, that a threshold cannot be."""
    try:
        models.thresholds(pipeline.policy.get("data_quality", {}))
    except ValueError as error:
        raise PipelineError(f"{pipeline.path.name}: {error}") from None


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def refusal(checks: list[gates.CheckResult]) -> str:
    """One sentence on the blocking checks that failed, "" when none did."""
    failed = [c for c in checks if c.severity == "block" and c.status == "fail"]
    return "; ".join(
        f"data gate {c.check} refused: {_rows(c.failing_rows)}. {c.description_en}" for c in failed
    )
