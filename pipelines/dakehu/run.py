"""One run of a pipeline: build the warehouse, make the pages for the company and each audience."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

from dakehu import announcement
from dakehu.announcement import EXIT_CODES
from dakehu.audiences.edition import edition, exit_code, scope_of
from dakehu.audiences.excerpt import excerpt
from dakehu.build import Built, GateRefused, build
from dakehu.interruption import signals_as_interrupts
from dakehu.log import Log
from dakehu.pipeline import PipelineError, load_pipeline
from dakehu.plan import plan
from dakehu.production import Options, Production
from dakehu.publication import Publication
from dakehu.sources import LoadError
from dakehu.stopwatch import RUN, Stopwatch
from dakehu.terminal import sentence

# What a record says until the run lives to say otherwise.
UNFINISHED = {"status": "killed", "reason": "ended without a word"}


def run(path: Path, options: Options, log: Log, watch: Stopwatch) -> int:
    """Run every report of the pipeline file at `path`; the exit code says how it went.

    `watch` takes the seconds of each step.

    Raises:
        PipelineError, PlanError: the file or the command is wrong (exit code 2).
        AlreadyRunning: the same pipeline is at work (exit code 4).
    """
    watch.add(RUN, "start and imports", time.process_time())
    pipeline = load_pipeline(path)
    log.about["pipeline"] = pipeline.name
    reports = plan(
        pipeline.reports, pipeline.policy, only=options.reports, overrides=options.parameters
    )
    publication = Publication(options.out / pipeline.name)
    company = Production(new_id(), pipeline, reports, options, publication, log, watch)
    log.about["run_id"] = company.id
    stop = Event()
    with publication.locked(company.id), signals_as_interrupts(stop):
        return _serve(company, stop)


def new_id() -> str:
    """A name for a run that sorts by time and is never used twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:4]}"


def _serve(company: Production, stop: Event) -> int:
    """Run for the whole company, then for each audience; the exit code speaks for all."""
    whole: list[Built] = []

    def attempt() -> dict[str, Any]:
        whole.append(_built(company))
        if stop.is_set():  # while the engine was asked whether the warehouse still stands
            raise KeyboardInterrupt
        return company.make(whole[0])

    code, record = _record(company, attempt, stop)
    asked = _editions(company)
    if asked and not stop.is_set():
        record["audiences"] = dict.fromkeys(asked, UNFINISHED)
        company.publication.note(record)
        codes = {}
        for name, one in asked.items():
            with company.watch.step(f"audience {name}"):
                codes[name], ended = _record(one, partial(_excerpted, one, whole), stop)
            record["audiences"] |= {name: {key: ended[key] for key in ("status", "reason")}}
            if stop.is_set():
                code = EXIT_CODES["interrupted"]
                break
        company.publication.note(record)
        code = exit_code(codes, code)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is over: let people be told
    announcement.tell(company.pipeline, company.publication, record, company.log)
    return code


def _editions(company: Production) -> dict[str, Production]:
    """What is made for each audience that gets one of the reports asked for."""
    editions = {}
    for name in company.pipeline.audience:
        own = edition(company.pipeline, company.reports, company.publication, name)
        if own.reports:
            editions[name] = replace(company, audience=name, watch=Stopwatch(), **own._asdict())
    return editions


def _excerpted(this: Production, whole: list[Built]) -> dict[str, Any]:
    """Attempt the run on the rows of its audience alone."""
    if not whole:  # why not may name whom this audience must not know of
        raise LoadError("the data of the whole company was not loaded")
    taken = excerpt(
        this.pipeline,
        this.audience,
        whole[0],
        run_id=this.id,
        say=this.log.say,
        force=this.options.force,
    )
    own = this.pipeline.model_copy(update={"policy": taken.policy})
    return replace(this, pipeline=own).make(taken.built, scope_of(own, this.audience, taken))


def _record(
    this: Production, attempt: Callable[[], dict[str, Any]], stop: Event
) -> tuple[int, dict[str, Any]]:
    """Make an attempt and write down, whatever happens, how it went: exit code and record."""
    started_at, started = _now(), time.perf_counter()
    record: dict[str, Any] = {"run_id": this.id, "started_at": started_at, "as_of": ""}
    is_wrong = False
    try:
        this.publication.folder.mkdir(parents=True, exist_ok=True)
        announcement.catch_up(this.pipeline, this.publication, this.log, this.audience)
        this.publication.note(record | UNFINISHED)
        record |= attempt()
    except (KeyboardInterrupt, Exception) as error:  # whatever it was: say so, keep the pages
        record |= _end(error, is_stopped=stop.is_set())
        is_wrong = isinstance(error, PipelineError)
    listening = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is over: let it say so
    this.publication.discard(this.id)  # first of all, for it may be what filled the disk
    record |= {"finished_at": _now(), "seconds": round(time.perf_counter() - started, 1)}
    with this.watch.step("portal"):
        announcement.show(this.pipeline, this.publication, record, this.log, this.audience)
    signal.signal(signal.SIGTERM, listening)
    return 2 if is_wrong else EXIT_CODES[record["status"]], record


def _end(error: BaseException, *, is_stopped: bool) -> dict[str, str]:
    """What a run's record says of the error that ended it."""
    # A signal in the middle of a query comes out of the engine as an error like any other.
    if is_stopped or isinstance(error, KeyboardInterrupt):
        return {"status": "interrupted", "reason": "stopped by hand or by the scheduler"}
    if isinstance(error, GateRefused | LoadError):
        return {"status": "refused", "reason": str(error)}
    return {"status": "failed", "reason": sentence(error)}


def _built(this: Production) -> Built:
    return build(
        this.pipeline,
        run_id=this.id,
        say=this.log.say,
        as_of=this.options.as_of,
        warehouse=this.options.warehouse,
        force=this.options.force,
        watch=this.watch,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
