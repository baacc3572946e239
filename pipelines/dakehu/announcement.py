"""How a run ended, told: in its log, on its portal, on the terminal and to whom [notify] names."""

from __future__ import annotations

from datetime import date
from typing import Any

from dakehu.log import Log
from dakehu.notification import notify
from dakehu.pipeline import Pipeline
from dakehu.publication import Publication
from dakehu.terminal import sentence

EXIT_CODES = {"ok": 0, "unchanged": 0, "failed": 1, "refused": 3, "interrupted": 130}


def show(
    pipeline: Pipeline, publication: Publication, record: dict[str, Any], log: Log, audience: str
) -> None:
    """Note the record of a run and draw the portal anew; a run without new pages says why.

    `audience` is whose edition it was, "" for the company's own.
    """
    of = f"audience {audience}: " if audience else ""
    portal = publication.portal
    facts = {key: record[key] for key in ("status", "as_of", "seconds")} | {"portal": portal}
    if EXIT_CODES[record["status"]]:
        log.complain(f"{of}run {record['status']}: {record['reason']}", **facts)
    try:
        publication.note(record)
        _draw(pipeline, publication)
    except OSError as error:
        record["status"] = "failed"
        log.complain(f"{of}the portal could not be updated: {sentence(error)}")
    else:
        log.say(f"portal: {portal}", **facts)


def tell(pipeline: Pipeline, publication: Publication, record: dict[str, Any], log: Log) -> None:
    """Tell whoever [notify] names how a run and its audiences ended, and note that they know."""
    if trouble := notify(pipeline, record, str(publication.portal), date.today()):
        log.complain(trouble)
    else:
        publication.note({"run_id": record["run_id"], "is_told": True})


def catch_up(pipeline: Pipeline, publication: Publication, log: Log, audience: str) -> None:
    """Place, show and tell what the run before was killed over, if it was.

    Of an audience's edition nobody is told: it stands in what is told of the company's run.
    """
    publication.recover()
    runs = publication.history()
    if runs and not audience and not runs[-1].get("is_told"):
        _draw(pipeline, publication)
        tell(pipeline, publication, runs[-1], log)


def _draw(pipeline: Pipeline, publication: Publication) -> None:
    from dakehu.portal import portal

    title, history = pipeline.title.model_dump(), publication.history()
    publication.write_portal(portal(publication.folder, title, history, pipeline.stale_after_days))
