"""The pages of a warehouse: which are to be made anew, executed, rendered, published."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from dakehu import basis, chromium, manifest
from dakehu.audiences.definition import Scope
from dakehu.build import Built
from dakehu.delivery import deliver
from dakehu.execution import Job, execute_all
from dakehu.log import Log
from dakehu.paths import REPORTS
from dakehu.pipeline import Pipeline
from dakehu.plan import Report
from dakehu.publication import Publication
from dakehu.reading import reads_of
from dakehu.stopwatch import Stopwatch
from dakehu.warehouse import open_readonly


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
class Production:
    """The reports of one run, for the whole company or for one audience."""

    id: str
    pipeline: Pipeline
    reports: list[Report]
    options: Options
    publication: Publication
    log: Log
    watch: Stopwatch
    audience: str = ""  # whose edition it is; "" is the company's own

    @property
    def languages(self) -> tuple[str, ...]:
        """Those asked for, else those of the pipeline file."""
        return self.options.languages or tuple(self.pipeline.languages)

    def make(self, built: Built, scope: Scope | None = None) -> dict[str, Any]:
        """Execute, render, publish what would differ; returns what the run's record should say.

        `scope` is whose rows `built` holds where that is not the whole company.
        """
        as_of = built.loaded.as_of.isoformat()
        with self.watch.step("compare pages"):
            standing = [] if self.options.force else self._standing(built, as_of)
        if standing:
            self.log.say(f"unchanged since their last run: {', '.join(standing)}")
        asked = [report for report in self.reports if report.name not in standing]
        if not asked:
            return {"as_of": as_of, "status": "unchanged", "reason": "", "unchanged": standing}
        work = self.publication.begin(self.id) / as_of
        work.mkdir()
        reports, figures = self._executed(asked, built, work, scope)
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
            "run_id": self.id,
            "profile": self.watch.rows(),
            "parameters": {report.name: report.parameters for report in self.reports},
            # A run of some reports leaves the others of the same date, and what is known of them.
            "reports": self.publication.known_reports(work.name) | reports,
        }
        manifest.write(work, self.pipeline, built, kept)
        record["figures"] = figures
        if self.options.pdf:
            with self.watch.step("print"):
                self._print(work)
        if len(failed) < len(reports):
            with self.watch.step("publish pages"):
                self.publication.publish({"run_id": self.id} | record)
        return record

    def _executed(
        self, asked: list[Report], built: Built, work: Path, scope: Scope | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is to be known of each report once it stands in `work`, and its headline."""
        jobs = [self._job(report, built, work) for report in asked]
        side_by_side = min(self.options.jobs, len(jobs))
        self.log.say(f"executing {len(jobs)} notebooks, {side_by_side} side by side")
        reports: dict[str, Any] = {report.name: {} for report in asked}
        figures: dict[str, Any] = {}
        for outcome in execute_all(jobs, self.options.jobs):
            for step, seconds in outcome.steps.items():
                self.watch.add(outcome.report, step, seconds)
            with self.watch.step("render", outcome.report):
                reason, figures[outcome.report] = deliver(
                    outcome,
                    work,
                    run_id=self.id,
                    pipeline=self.pipeline,
                    languages=self.languages,
                    built=built,
                    publication=self.publication,
                    scope=scope,
                )
            reads = reads_of(outcome.reads)
            reports[outcome.report] = {
                "basis": self._basis(outcome.report, built, work.name, reads),
                "reads": reads,
                "run_id": self.id,
                "status": "failed" if reason else "ok",
                "reason": reason,
                "seconds": round(outcome.seconds, 1),
                "languages": list(self.languages),
            }
            self.log.say(f"  {outcome.report}: {reason or 'done'} ({outcome.seconds:.1f} s)")
        return reports, figures

    def _print(self, work: Path) -> None:
        """The pages of this run on paper; where that fails they stand without, and it is said."""
        pages = sorted(work.glob("*.html"))
        self.log.say(f"printing {len(pages)} pages")
        try:
            chromium.print_pages(pages)
        except (chromium.PrintError, OSError) as error:
            self.log.complain(str(error))

    def _standing(self, built: Built, as_of: str) -> list[str]:
        """The reports asked for whose pages of this date rest on what they would rest on now."""
        known = self.publication.known_reports(as_of)
        found = []
        kinds = ("html", "pdf") if self.options.pdf and chromium.find() else ("html",)
        for name in (report.name for report in self.reports):
            entry = known.get(name, {})
            pages = [
                self.publication.folder / as_of / f"{name}.{language}.{kind}"
                for language in self.languages
                for kind in kinds
            ]
            if (
                entry.get("status") == "ok"
                and not built.refused
                and all(page.is_file() for page in pages)
                and entry.get("basis") == self._basis(name, built, as_of, entry.get("reads", []))
            ):
                found.append(name)
        return found

    def _basis(self, name: str, built: Built, as_of: str, reads: list[str]) -> str:
        report = next(report for report in self.reports if report.name == name)
        pipeline = self.pipeline
        settings = {
            "as_of": as_of,
            "pipeline": pipeline.name,
            "title": pipeline.title.model_dump(),
            "currency": pipeline.currency,
            "languages": self.languages,
            "parameters": report.parameters,
            "policy": pipeline.policy.get(name, {}),
            "refused": built.refused,
        }
        if self.audience:
            settings["audience"] = pipeline.audience[self.audience].model_dump()
        previous = self.publication.earlier(name, as_of)
        with open_readonly(built.path) as connection:
            return basis.of_report(connection, reads, report.notebook, settings, previous)

    def _job(self, report: Report, built: Built, work: Path) -> Job:
        scratch = work.parents[1] / "scratch" / report.name
        scratch.mkdir(parents=True)
        previous = self.publication.earlier(report.name, work.name)
        parameters = report.parameters | {
            "as_of": work.name,
            "warehouse": str(built.path.resolve()),
            "language": self.languages[0],
            "output_dir": str((work / report.name).resolve()),
            "previous_dir": str(previous.resolve()) if previous else "",
        }
        return Job(report.name, report.notebook, scratch / "notebook.ipynb", parameters)
