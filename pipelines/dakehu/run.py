"""One run of a pipeline: build the warehouse, execute the notebooks, publish what succeeded."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

from dakehu import basis, chromium, manifest
from dakehu.build import Built, GateRefused, build
from dakehu.delivery import deliver
from dakehu.execution import Job, execute_all
from dakehu.interruption import signals_as_interrupts
from dakehu.log import Log
from dakehu.notification import notify
from dakehu.paths import REPORTS
from dakehu.pipeline import Pipeline, load_pipeline
from dakehu.plan import Report, plan
from dakehu.publication import Publication
from dakehu.reading import reads_of
from dakehu.sources import LoadError
from dakehu.stopwatch import RUN, Stopwatch
from dakehu.terminal import sentence
from dakehu.warehouse import open_readonly

EXIT_CODES = {"ok": 0, "unchanged": 0, "failed": 1, "refused": 3, "interrupted": 130}


@dataclass(frozen=True)
class Options:
    """What the command line asks for beyond the pipeline file."""

    reports: tuple[str, ...] = ()
    as_of: date | None = None
    languages: tuple[str, ...] = ()
    out: Path = REPORTS
    warehouse: Path | None = None
    parameters: tuple[str, ...] = ()
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    force: bool = False
    pdf: bool = False


@dataclass(frozen=True)
class _Run:
    """What every step of one run has to know."""

    id: str
    pipeline: Pipeline
    reports: list[Report]
    options: Options
    publication: Publication
    log: Log
    watch: Stopwatch
    stop: Event = field(default_factory=Event)

    @property
    def languages(self) -> tuple[str, ...]:
        return self.options.languages or tuple(self.pipeline.languages)


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
    this = _Run(new_id(), pipeline, reports, options, publication, log, watch)
    log.about["run_id"] = this.id
    with publication.locked(this.id), signals_as_interrupts(this.stop):
        return _record(this)


def new_id() -> str:
    """A name for a run that sorts by time and is never used twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:4]}"


def _record(this: _Run) -> int:
    """Attempt the run and write down, whatever happens, how it went."""
    started_at, started = _now(), time.perf_counter()
    record: dict[str, Any] = {"run_id": this.id, "started_at": started_at, "as_of": ""}
    try:
        _catch_up(this)
        # Stands unless the run lives to say otherwise.
        this.publication.note(record | {"status": "killed", "reason": "ended without a word"})
        record |= _attempt(this)
    except (KeyboardInterrupt, Exception) as error:  # whatever it was: say so, keep the pages
        record |= _end(error, is_stopped=this.stop.is_set())
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it is over: let it say so
    this.publication.discard(this.id)  # first of all, for it may be what filled the disk
    record |= {"finished_at": _now(), "seconds": round(time.perf_counter() - started, 1)}
    _tell(this, record)
    return EXIT_CODES[record["status"]]


def _end(error: BaseException, *, is_stopped: bool) -> dict[str, str]:
    """What a run's record says of the error that ended it."""
    # A signal in the middle of a query comes out of the engine as an error like any other.
    if is_stopped or isinstance(error, KeyboardInterrupt):
        return {"status": "interrupted", "reason": "stopped by hand or by the scheduler"}
    if isinstance(error, GateRefused | LoadError):
        return {"status": "refused", "reason": str(error)}
    return {"status": "failed", "reason": sentence(error)}


def _catch_up(this: _Run) -> None:
    """Place, show and tell what the run before was killed over, if it was."""
    this.publication.recover()
    runs = this.publication.history()
    if runs and not runs[-1].get("is_told"):
        _announce(this, runs[-1])


def _tell(this: _Run, record: dict[str, Any]) -> None:
    log, portal = this.log, this.publication.portal
    facts = {key: record[key] for key in ("status", "as_of", "seconds")} | {"portal": portal}
    if EXIT_CODES[record["status"]]:
        log.complain(f"run {record['status']}: {record['reason']}", **facts)
    try:
        this.publication.note(record)
        with this.watch.step("portal and notification"):
            _announce(this, record)
    except OSError as error:
        record["status"] = "failed"
        log.complain(f"the portal could not be updated: {sentence(error)}")
    else:
        log.say(f"portal: {portal}", **facts)


def _announce(this: _Run, record: dict[str, Any]) -> None:
    """Show the history on the portal, and tell people how its last run ended."""
    from dakehu.portal import portal

    publication = this.publication
    title = this.pipeline.title.model_dump()
    history = publication.history()
    page = portal(publication.folder, title, history, this.pipeline.stale_after_days)
    publication.write_portal(page)
    if trouble := notify(this.pipeline, record, str(publication.portal), date.today()):
        this.log.complain(trouble)
    else:
        publication.note({"run_id": record["run_id"], "is_told": True})


def _attempt(this: _Run) -> dict[str, Any]:
    """Build, execute, render, publish; returns what the run's record should say."""
    options = this.options
    built = build(
        this.pipeline,
        run_id=this.id,
        say=this.log.say,
        as_of=options.as_of,
        warehouse=options.warehouse,
        force=options.force,
        watch=this.watch,
    )
    if this.stop.is_set():  # while the engine was asked whether the warehouse still stands
        raise KeyboardInterrupt
    as_of = built.loaded.as_of.isoformat()
    with this.watch.step("compare pages"):
        standing = [] if options.force else _standing(this, built, as_of)
    if standing:
        this.log.say(f"unchanged since their last run: {', '.join(standing)}")
    asked = [report for report in this.reports if report.name not in standing]
    if not asked:
        return {"as_of": as_of, "status": "unchanged", "reason": "", "unchanged": standing}
    work = this.publication.begin(this.id) / as_of
    work.mkdir()
    jobs = [_job(this, report, built, work) for report in asked]
    this.log.say(f"executing {len(jobs)} notebooks, {min(options.jobs, len(jobs))} side by side")
    reports: dict[str, Any] = {report.name: {} for report in asked}
    figures: dict[str, Any] = {}
    for outcome in execute_all(jobs, options.jobs):
        for step, seconds in outcome.steps.items():
            this.watch.add(outcome.report, step, seconds)
        with this.watch.step("render", outcome.report):
            reason, figures[outcome.report] = deliver(
                outcome,
                work,
                run_id=this.id,
                pipeline=this.pipeline,
                languages=this.languages,
                built=built,
                publication=this.publication,
            )
        reports[outcome.report] = {
            "basis": _basis(this, outcome.report, built, as_of, reads := reads_of(outcome.reads)),
            "reads": reads,
            "run_id": this.id,
            "status": "failed" if reason else "ok",
            "reason": reason,
            "seconds": round(outcome.seconds, 1),
            "languages": list(this.languages),
        }
        this.log.say(f"  {outcome.report}: {reason or 'done'} ({outcome.seconds:.1f} s)")
    failed = {name: entry["reason"] for name, entry in reports.items() if entry["reason"]}
    record = {
        "as_of": as_of,
        "status": "failed" if failed else "ok",
        "reason": "; ".join(f"{name}: {reason}" for name, reason in failed.items()),
        "reports": reports,
        "unchanged": standing,
        "forced": bool(built.refused),
    }
    kept = {key: record[key] for key in ("as_of", "status", "forced")} | {
        "run_id": this.id,
        "profile": this.watch.rows(),
        "parameters": {report.name: report.parameters for report in this.reports},
        # A run of some reports leaves the others of the same date, and what is known of them.
        "reports": this.publication.known_reports(work.name) | reports,
    }
    manifest.write(work, this.pipeline, built, kept)
    record["figures"] = figures
    if options.pdf:
        with this.watch.step("print"):
            _print(this, work)
    if len(failed) < len(reports):
        with this.watch.step("publish pages"):
            this.publication.publish({"run_id": this.id} | record)
    return record


def _print(this: _Run, work: Path) -> None:
    """The pages of this run on paper; where that fails they stand without, and it is said."""
    pages = sorted(work.glob("*.html"))
    this.log.say(f"printing {len(pages)} pages")
    try:
        chromium.print_pages(pages)
    except (chromium.PrintError, OSError) as error:
        this.log.complain(str(error))


def _standing(this: _Run, built: Built, as_of: str) -> list[str]:
    """The reports asked for whose pages of this date rest on what they would rest on now."""
    known = this.publication.known_reports(as_of)
    found = []
    kinds = ("html", "pdf") if this.options.pdf and chromium.find() else ("html",)
    for name in (report.name for report in this.reports):
        entry = known.get(name, {})
        pages = [
            this.publication.folder / as_of / f"{name}.{language}.{kind}"
            for language in this.languages
            for kind in kinds
        ]
        if (
            entry.get("status") == "ok"
            and not built.refused
            and all(page.is_file() for page in pages)
            and entry.get("basis") == _basis(this, name, built, as_of, entry.get("reads", []))
        ):
            found.append(name)
    return found


def _basis(this: _Run, name: str, built: Built, as_of: str, reads: list[str]) -> str:
    report = next(report for report in this.reports if report.name == name)
    pipeline = this.pipeline
    settings = {
        "as_of": as_of,
        "pipeline": pipeline.name,
        "title": pipeline.title.model_dump(),
        "currency": pipeline.currency,
        "languages": this.languages,
        "parameters": report.parameters,
        "policy": pipeline.policy.get(name, {}),
        "refused": built.refused,
    }
    previous = this.publication.earlier(name, as_of)
    with open_readonly(built.path) as connection:
        return basis.of_report(connection, reads, report.notebook, settings, previous)


def _job(this: _Run, report: Report, built: Built, work: Path) -> Job:
    scratch = work.parents[1] / "scratch" / report.name
    scratch.mkdir(parents=True)
    previous = this.publication.earlier(report.name, work.name)
    parameters = report.parameters | {
        "as_of": work.name,
        "warehouse": str(built.path.resolve()),
        "language": this.languages[0],
        "output_dir": str((work / report.name).resolve()),
        "previous_dir": str(previous.resolve()) if previous else "",
    }
    return Job(report.name, report.notebook, scratch / "notebook.ipynb", parameters)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
