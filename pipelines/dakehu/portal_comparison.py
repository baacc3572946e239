"""The newest date of a portal beside those before it, as blocks: what `dakehu diff` computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from dakehu.comparison import Comparison, compare, published
from dakehu.present import changes
from dakehu.present.block import Finding, findings
from dakehu.present.text import Text
from dakehu.publication import Publication

DATES = 12  # dates before the newest one that it can be compared with: a year of months


@dataclass(frozen=True)
class Named:
    """How a report and its figures are called: in one language, headline figures first."""

    report: str
    title: str
    figures: Mapping[str, str]
    headline: Sequence[str]


def comparisons(publication: Publication) -> list[Comparison]:
    """The newest date against those before it, the nearest first.

    A date whose files cannot be read is left out: the portal has to say how the run went.
    """
    *earlier, newest = published(publication) or [""]
    found = []
    for day in reversed(earlier[-DATES:]):
        try:
            before, now = date.fromisoformat(day), date.fromisoformat(newest)
            found.append(compare(publication, before, now))
        except (OSError, ValueError, LookupError, pl.exceptions.PolarsError):
            continue
    return found


def blocks(text: Text, comparison: Comparison, reports: Sequence[Named]) -> list[dict[str, Any]]:
    """A comparison as the portal shows it: sentences, figures by report, the tables."""
    told, drawn = changes.summary(text, comparison), []
    for report in reports:
        frame = comparison.figures.filter(comparison.figures["report"] == report.report)
        if frame.is_empty():
            told.append(Finding(text("{report}: no figure changed.", report=report.title)))
        elif frame["before"].null_count() == frame.height:
            told.append(Finding(text("{report}: was not there yet.", report=report.title)))
        else:
            drawn.append(
                changes.figures(text, _ordered(frame, report), report.figures, report.title)
            )
    return [
        findings(*told),
        *drawn,
        *(draw(text, comparison) for draw in changes.tables(comparison)),
    ]


def _ordered(frame: pl.DataFrame, report: Named) -> pl.DataFrame:
    """Headline figures first, as their tiles stand."""
    places = {name: place for place, name in enumerate(report.headline)}
    order = [places.get(name, len(places)) for name in frame["figure"]]
    return frame[sorted(range(frame.height), key=lambda row: (order[row], row))]
