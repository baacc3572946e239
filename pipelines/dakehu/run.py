"""One run of a pipeline: build the warehouse, execute the notebooks, publish what succeeded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from dakehu import announcement, basis, manifest
from dakehu.announcement import EXIT_CODES
from dakehu.audiences.definition import Scope
from dakehu.audiences.edition import edition, exit_code, scope_of
from dakehu.audiences.excerpt import excerpt
from dakehu.build import Built, GateRefused, build
from dakehu.delivery import deliver
from dakehu.execution import Job, execute_all, termination_as_interrupt
from dakehu.paths import REPORTS
from dakehu.pipeline import Pipeline, PipelineError, load_pipeline
from dakehu.plan import Report, plan
from dakehu.publication import Publication
from dakehu.reading import reads_of
from dakehu.sources import LoadError
from dakehu.terminal import sentence
from dakehu.warehouse import open_readonly

Say = Callable[[str], None]

# What a record says until the run lives to say otherwise.
UNFINISHED = {"status": "killed", "reason": "ended without a word"}


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


@dataclass(frozen=True)
class _Run:
    """What every step of one run has to know."""

    id: str
    pipeline: Pipeline
    reports: list[Report]
    options: Options
    publication: Publication
    say: Say
    audience: str = ""  # whose edition it is; "" is the company's own

    @property
    def languages(self) -> tuple[str, ...]:
        return self.options.languages or tuple(self.pipeline.languages)


def run(path: Path, options: Options, say: Say) -> int:
    """Run every report of the pipeline file at `path`; the exit code says how it went.

    Raises:
        PipelineError, PlanError: the file or the command is wrong (exit code 2).
        AlreadyRunning: the same pipeline is at work (exit code 4).
    """
    pipeline = load_pipeline(path)
    reports = plan(
        pipeline.reports, pipeline.policy, only=options.reports, overrides=options.parameters
    )
    publication = Publication(options.out / pipeline.name)
    this = _Run(new_id(), pipeline, reports, options, publication, say)
    with publication.locked(), termination_as_interrupt():
        return _serve(this)


def new_id() -> str:
    """A name for a run that sorts by time and is never used twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{uuid4().hex[:4]}"


def _serve(this: _Run) -> int:
    """Run for the whole company, then for each audience; the exit code speaks for all."""
    whole: list[Built] = []

    def attempt() -> dict[str, Any]:
        whole.append(_built(this))
        return _attempt(this, whole[0])

    code, record = _record(this, attempt)
    editions = {
        name: replace(
            this,
            audience=name,
            **edition(this.pipeline, this.reports, this.publication, name)._asdict(),
        )
        for name in this.pipeline.audience
        if code != EXIT_CODES["interrupted"]
    }
    asked = {name: one for name, one in editions.items() if one.reports}
    if asked:
        record["audiences"] = dict.fromkeys(asked, UNFINISHED)
        this.publication.note(record)
    codes = {}
    for name, one in asked.items():
        codes[name], ended = _record(one, partial(_excerpted, one, whole))
        record["audiences"] |= {name: {key: ended[key] for key in ("status", "reason")}}
        if codes[name] == EXIT_CODES["interrupted"]:
            code = codes[name]
            break
    if asked:
        this.publication.note(record)
    announcement.notify_of(this.pipeline, this.publication, record)
    return exit_code(codes, code)


def _excerpted(this: _Run, whole: list[Built]) -> dict[str, Any]:
    """Attempt the run on the rows of its audience alone."""
    if not whole:  # why not may name whom this audience must not know of
        raise LoadError("the data of the whole company was not loaded")
    taken = excerpt(
        this.pipeline,
        this.audience,
        whole[0],
        run_id=this.id,
        say=this.say,
        force=this.options.force,
    )
    own = this.pipeline.model_copy(update={"policy": taken.policy})
    return _attempt(replace(this, pipeline=own), taken.built, scope_of(own, this.audience, taken))


def _record(this: _Run, attempt: Callable[[], dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Make an attempt and write down, whatever happens, how it went: exit code and record."""
    started_at, started = _now(), time.perf_counter()
    record: dict[str, Any] = {"run_id": this.id, "started_at": started_at, "as_of": ""}
    code = 0
    try:
        this.publication.folder.mkdir(parents=True, exist_ok=True)
        this.publication.recover()
        this.publication.note(record | UNFINISHED)
        record |= attempt()
    except KeyboardInterrupt:
        record |= {"status": "interrupted", "reason": "stopped by hand or by the scheduler"}
    except (GateRefused, LoadError) as error:
        record |= {"status": "refused", "reason": str(error)}
    except Exception as error:  # whatever it was: say so, keep the pages, exit honestly
        record |= {"status": "failed", "reason": sentence(error)}
        code = 2 if isinstance(error, PipelineError) else 0
    this.publication.discard(this.id)  # first of all, for it may be what filled the disk
    record |= {"finished_at": _now(), "seconds": round(time.perf_counter() - started, 1)}
    announcement.show(this.pipeline, this.publication, record, this.say, this.audience)
    return code or EXIT_CODES[record["status"]], record


def _built(this: _Run) -> Built:
    options = this.options
    return build(
        this.pipeline,
        run_id=this.id,
        say=this.say,
        as_of=options.as_of,
        warehouse=options.warehouse,
        force=options.force,
    )


def _attempt(this: _Run, built: Built, scope: Scope | None = None) -> dict[str, Any]:
    """Execute, render, publish; returns what the run's record should say."""
    options = this.options
    as_of = built.loaded.as_of.isoformat()
    standing = [] if options.force else _standing(this, built, as_of)
    if standing:
        this.say(f"unchanged since their last run: {', '.join(standing)}")
    asked = [report for report in this.reports if report.name not in standing]
    if not asked:
        return {"as_of": as_of, "status": "unchanged", "reason": "", "unchanged": standing}
    work = this.publication.begin(this.id) / as_of
    work.mkdir()
    jobs = [_job(this, report, built, work) for report in asked]
    this.say(f"executing {len(jobs)} notebooks, {min(options.jobs, len(jobs))} side by side")
    reports: dict[str, Any] = {report.name: {} for report in asked}
    figures: dict[str, Any] = {}
    for outcome in execute_all(jobs, options.jobs):
        reason, figures[outcome.report] = deliver(
            outcome,
            work,
            run_id=this.id,
            pipeline=this.pipeline,
            languages=this.languages,
            built=built,
            publication=this.publication,
            scope=scope,
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
        this.say(f"  {outcome.report}: {reason or 'done'} ({outcome.seconds:.1f} s)")
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
        "parameters": {report.name: report.parameters for report in this.reports},
        # A run of some reports leaves the others of the same date, and what is known of them.
        "reports": this.publication.known_reports(work.name) | reports,
    }
    manifest.write(work, this.pipeline, built, kept)
    if len(failed) < len(reports):
        this.publication.publish(this.id)
    return record | {"figures": figures}


def _standing(this: _Run, built: Built, as_of: str) -> list[str]:
    """The reports asked for whose pages of this date rest on what they would rest on now."""
    known = this.publication.known_reports(as_of)
    found = []
    for name in (report.name for report in this.reports):
        entry = known.get(name, {})
        pages = [
            this.publication.folder / as_of / f"{name}.{language}.html"
            for language in this.languages
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
    if this.audience:
        settings["audience"] = pipeline.audience[this.audience].model_dump()
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
