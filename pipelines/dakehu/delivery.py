"""From an executed notebook to the pages of its report, whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dakehu import manifest, report_index
from dakehu.audiences.definition import Scope
from dakehu.build import Built
from dakehu.execution import Outcome
from dakehu.pipeline import Pipeline
from dakehu.publication import Publication
from dakehu.terminal import sentence

if TYPE_CHECKING:
    from dakehu.render import PageContext


def deliver(
    outcome: Outcome,
    work: Path,
    *,
    run_id: str,
    pipeline: Pipeline,
    languages: tuple[str, ...],
    built: Built,
    publication: Publication,
    scope: Scope | None = None,
) -> tuple[str, dict[str, Any]]:
    """Write pages, workbooks and summaries of an executed notebook below `work`.

    Returns why that failed, else "", and the headline.

    `scope` is whose rows they are where that is not the whole company. Of a report that failed
    nothing stays in `work`; its notebook is kept for a person to look at.
    """
    tables = work / outcome.report
    reason = outcome.reason
    headline: dict[str, Any] = {}
    if not reason:
        try:
            headline = _render(outcome, work, run_id, pipeline, languages, built, scope)
        except Exception as error:  # a page that cannot be rendered fails like its notebook
            reason = sentence(error)
    if reason:
        shutil.rmtree(tables, ignore_errors=True)
        for written in work.glob(f"{outcome.report}.*"):
            written.unlink()
        if outcome.output.exists():
            kept = publication.keep_failed(outcome.report, outcome.output)
            reason += f" (see {kept})"
    return reason, headline


def _render(
    outcome: Outcome,
    work: Path,
    run_id: str,
    pipeline: Pipeline,
    languages: tuple[str, ...],
    built: Built,
    scope: Scope | None,
) -> dict[str, Any]:
    from dakehu.render import PageContext, headline, notebook_from_file

    tables = work / outcome.report
    tables.mkdir(exist_ok=True)
    shutil.copyfile(outcome.output, tables / "notebook.ipynb")
    notebook = notebook_from_file(outcome.output)
    context = PageContext(
        report=outcome.report,
        pipeline=pipeline.name,
        title=pipeline.title.model_dump(),
        as_of=built.loaded.as_of,
        currency=pipeline.currency,
        run_id=run_id,
        made_at=datetime.now().astimezone(),
        versions=manifest.versions(),
        languages=languages,
        tables=tuple(sorted(path.name for path in tables.glob("*.csv"))),
        marked=built.refused,
        scope=scope,
    )
    write(work, notebook, context)
    return headline(notebook)


def write(work: Path, notebook: Mapping[str, Any], context: PageContext) -> None:
    """Write what readers of an executed notebook get, below `work`: pages, workbooks, summaries."""
    from dakehu.digest import digest
    from dakehu.manuscript import read
    from dakehu.render import page
    from dakehu.workbook import workbook

    tables = work / context.report
    report_index.write(tables, notebook)
    for language in context.languages:
        html = page(notebook, context, language)
        (work / f"{context.report}.{language}.html").write_text(html, "utf-8")
        manuscript = read(notebook, language)
        book = workbook(tables, manuscript, context, language)
        (work / f"{context.report}.{language}.xlsx").write_bytes(book)
        summary = digest(manuscript, context, language)
        (tables / f"summary.{language}.html").write_text(summary, "utf-8")
