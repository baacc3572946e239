"""Two published dates of a pipeline side by side: what `dakehu diff` shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from dakehu.analysis.changes import WATCHED, compared
from dakehu.publication import Publication

FIGURES = "figures"


class NotPublished(LookupError):
    """A date of which nothing is published."""


@dataclass(frozen=True)
class Comparison:
    """Changes from `before` to `now`: figures, and a frame for each watched table that both have.

    `missing` names the watched tables that one of the dates does not have.
    """

    before: date
    now: date
    figures: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    missing: tuple[str, ...]

    def as_json(self) -> str:
        """The same as one JSON document; amounts are texts, so that no cent is lost."""
        document = {
            "before": self.before,
            "now": self.now,
            FIGURES: self.figures.to_dicts(),
            **{name: frame.to_dicts() for name, frame in self.tables.items()},
            "missing": self.missing,
        }
        return json.dumps(document, ensure_ascii=False, indent=1, default=str)


def compare(publication: Publication, before: date, now: date) -> Comparison:
    """What differs between the published tables of two dates.

    Raises:
        NotPublished: of one of the dates nothing is published.
    """
    earlier, later = (_folder(publication, day) for day in (before, now))
    tables, missing = compared(WATCHED, _kept(earlier), _kept(later))
    return Comparison(before, now, _figures(earlier, later), tables, missing)


def _kept(folder: Path) -> dict[str, pl.DataFrame]:
    """The watched tables of a date that are there, by name."""
    files = {
        name: folder / watched.report / f"{watched.table}.parquet"
        for name, watched in WATCHED.items()
    }
    return {name: pl.read_parquet(file) for name, file in files.items() if file.is_file()}


def last_two(publication: Publication) -> tuple[date, date]:
    """The last two dates of which reports are published.

    Raises:
        NotPublished: there are fewer.
    """
    dates = published(publication)
    if len(dates) < 2:
        raise NotPublished(
            f"{len(dates)} dates are published; run another with `dakehu run PIPELINE.toml --as-of`"
        )
    return date.fromisoformat(dates[-2]), date.fromisoformat(dates[-1])


def published(publication: Publication) -> list[str]:
    """The dates of which there is something, oldest first."""
    return sorted(path.parent.name for path in publication.folder.glob("????-??-??/run.json"))


def _folder(publication: Publication, day: date) -> Path:
    folder = publication.folder / day.isoformat()
    if not (folder / "run.json").is_file():
        dates = published(publication)
        known = f"published are {', '.join(dates)}" if dates else "nothing is published yet"
        raise NotPublished(f"of {day} there are no reports; {known}")
    return folder


def _figures(before: Path, now: Path) -> pl.DataFrame:
    """Headline figures that differ: report, figure, unit, before, now."""
    rows = []
    for summary in sorted(now.glob("*/summary.json")):
        report = summary.parent.name
        earlier = _read(before / report / "summary.json")
        for figure, entry in _read(summary).items():
            value, was = entry["value"], earlier.get(figure, {}).get("value")
            if value != was:
                rows.append((report, figure, entry["unit"], was, value))
    schema = {
        "report": pl.String,
        "figure": pl.String,
        "unit": pl.String,
        "before": pl.Float64,
        "now": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _read(summary: Path) -> dict[str, Any]:
    return json.loads(summary.read_text("utf-8"))["figures"] if summary.is_file() else {}
