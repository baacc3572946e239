"""From source files to a published warehouse: load, build the models, judge, replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dakehu import models
from dakehu.paths import WAREHOUSES
from dakehu.pipeline import Pipeline
from dakehu.sources import Loaded, load
from dakehu.warehouse import building, publish

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
    with building(path, run_id) as (temporary, connection):
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


def refusal(checks: list[models.CheckResult]) -> str:
    """One sentence on the blocking checks that failed, "" when none did."""
    failed = [c for c in checks if c.severity == "block" and c.status == "fail"]
    return "; ".join(
        f"data gate {c.check} refused: {c.failing_rows} rows. {c.description_en}" for c in failed
    )
