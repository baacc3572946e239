"""A process of one thread that bears children, each at the work of a run, and kills them on time.

It has imported whatever they need and touched no database, so a child costs a fork: hundreds of
kills in a minute. Orders come as lines of JSON on standard input, answers go to standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import dakehu.build
from dakehu import gates, models
from dakehu.pipeline import load_pipeline
from dakehu.publication import Publication
from dakehu.schema import tables

Mark = Callable[[str], None]

# The phases of each act in their order, with the call that each but the first begins with.
LOAD = {
    "opening": None,
    "reading": (dakehu.build, "load"),
    "models": (models, "build"),
    "checks": (gates, "check"),
    "publishing": (dakehu.build, "publish"),
    "replacing": (Path, "replace"),
}
PAGES = {
    "writing": None,
    "committing": (Publication, "publish"),
    "placing": (Publication, "_place"),
}


def load(folder: Path, name: str) -> None:
    """Load and publish what lies in the folder, over what is published there."""
    pipeline = load_pipeline(folder / "small.toml")
    path = folder / "published" / "w.duckdb"
    dakehu.build.build(pipeline, run_id=name, say=lambda _: None, warehouse=path)


def pages(folder: Path, name: str) -> None:
    """Write the pages of a run and publish them over those of the run before."""
    publication = Publication(folder)
    work = publication.begin(name)
    for path, text in written(name).items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    publication.publish({"run_id": name})


def recovery(folder: Path, _: str) -> None:
    """What every run begins with."""
    Publication(folder).recover()


def written(name: str) -> dict[str, str]:
    """The files of a run by path: each names the run, and no two runs have the same tables."""
    reports = [f"2025-0{month}-28/{report}" for month in (1, 2) for report in "abc"]
    paths = [f"{report}.{language}.html" for report in reports for language in ("zh", "en")]
    paths += [f"{report}/{table}.csv" for report in reports for table in ("t", name)]
    return {path: f"{path} of {name}\n" * 2000 for path in paths}


ACTS = {"load": (load, LOAD), "pages": (pages, PAGES), "recovery": (recovery, {"placing": None})}


def keep_to(wanted: set[str]) -> None:
    """Have loads build only the wanted models and what these read, with the checks of all that.

    A load stays of the same kind, and hundreds of loads do not last longer with every new report.
    """
    ordered = models.read_models()
    for model in reversed(ordered):
        wanted |= model.refs if model.name in wanted else set()
    built = [model for model in ordered if model.name in wanted]
    left = {model.name for model in ordered} - wanted
    checks = [check for check in models.read_checks() if not check.refs & left]
    models.read_models, models.read_checks = lambda: built, lambda: checks
    for name in left:
        models.codebook()["models"].pop(name, None)


def _announce(owner: Any, name: str, phase: str, mark: Mark) -> None:
    """Have the call say when it begins."""
    call = getattr(owner, name)

    @wraps(call)
    def announced(*arguments: Any, **named: Any) -> Any:
        mark(phase)
        return call(*arguments, **named)

    setattr(owner, name, announced)


def _perform(act: str, folder: str, name: str, mark: Mark) -> None:
    perform, phases = ACTS[act]
    for phase, begins_with in phases.items():
        if begins_with:
            _announce(*begins_with, phase, mark)
    mark(next(iter(phases)))
    perform(Path(folder), name)


def bear(act: str, folder: str, name: str, phase: str = "", delay: float = 0.0) -> dict[str, Any]:
    """Have a child do the act; kill it `delay` seconds after it has entered the phase, "" never.

    Gives when it entered each phase, when it had ended, and its exit code, -9 when it was killed.
    """
    reader, writer = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if not child:
        try:
            _perform(act, folder, name, lambda entered: _say(writer, entered))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writer)
    entered: dict[str, float] = {}
    with os.fdopen(reader) as said:
        for line in said:
            entered[line.strip()] = time.perf_counter() - began
            if line.strip() == phase:
                time.sleep(delay)
                os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    ended = time.perf_counter() - began
    return {"entered": entered, "ended": ended, "code": os.waitstatus_to_exitcode(status)}


def _say(writer: int, entered: str) -> None:
    os.write(writer, f"{entered}\n".encode())


if __name__ == "__main__":
    keep_to({"mart_customer_value", "mart_data_quality__sources"})
    tables()
    for order in sys.stdin:
        print(json.dumps(bear(*json.loads(order))), flush=True)
