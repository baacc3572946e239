"""What of a run is one audience's: its pages in a folder of its own, under a title of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from dakehu.audiences.definition import Scope
from dakehu.audiences.excerpt import Excerpt
from dakehu.pipeline import Pipeline, Title
from dakehu.plan import Report
from dakehu.publication import Publication

FOLDER = "audiences"


class Edition(NamedTuple):
    """The part of a run that an audience sees; `publication` lies below that of the company."""

    pipeline: Pipeline
    reports: list[Report]
    publication: Publication


def edition(
    pipeline: Pipeline, reports: Iterable[Report], publication: Publication, name: str
) -> Edition:
    """The edition of a run for the audience `name`."""
    company = pipeline.title.model_dump()
    title = Title(**{language: f"{words} · {name}" for language, words in company.items()})
    audience = pipeline.audience[name]
    return Edition(
        pipeline.model_copy(update={"title": title}),
        [report for report in reports if audience.gets(report.name)],
        Publication(publication.folder / FOLDER / name),
    )


def scope_of(pipeline: Pipeline, name: str, taken: Excerpt) -> Scope:
    """What the pages say of the rows that they rest on."""
    audience = pipeline.audience[name]
    return Scope(audience.kind, audience.values, not audience.personal_data, taken.unplaced)


def exit_code(codes: Mapping[str, int], own: int) -> int:
    """The exit code of a run: its own, else 2 where an audience is wrong, 1 where one failed."""
    others = set(codes.values()) - {0}
    return own or (2 if 2 in others else int(bool(others)))
