"""How a run ended, told: in its log, on its portal, on the terminal and to whom [notify] names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from click import echo

from dakehu.notification import notify
from dakehu.pipeline import Pipeline
from dakehu.publication import Publication
from dakehu.terminal import harmless, sentence

EXIT_CODES = {"ok": 0, "unchanged": 0, "failed": 1, "refused": 3, "interrupted": 130}


def show(
    pipeline: Pipeline,
    publication: Publication,
    record: dict[str, Any],
    say: Callable[[str], None],
    audience: str,
) -> None:
    """Note the record of a run and draw the portal anew; a run without new pages says why.

    `audience` is whose edition it was, "" for the company's own.
    """
    from dakehu.portal import portal

    if EXIT_CODES[record["status"]]:
        of = f"audience {audience}: " if audience else ""
        echo(harmless(f"dakehu: {of}run {record['status']}: {record['reason']}"), err=True)
    try:
        publication.note(record)
        page = portal(publication.folder, pipeline.title.model_dump(), publication.history())
        publication.write_portal(page)
    except OSError as error:
        record["status"] = "failed"
        echo(harmless(f"dakehu: the portal could not be updated: {sentence(error)}"), err=True)
    else:
        say(f"portal: {publication.portal}")


def notify_of(pipeline: Pipeline, publication: Publication, record: dict[str, Any]) -> None:
    """Tell whoever [notify] names how a run and its audiences ended, and note that they know."""
    if trouble := notify(pipeline, record, str(publication.portal), date.today()):
        echo(harmless(f"dakehu: {trouble}"), err=True)
    elif pipeline.notify:
        publication.note({"run_id": record["run_id"], "is_told": True})
