"""The headline figures of a report at every date that its pages speak of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from dakehu.present.sparkline import Point, Sparkline, sparkline
from dakehu.present.text import Text

DATES = 36  # as far back as a sparkline looks: three years of months


class Past(NamedTuple):
    """A report's figures by date, oldest first, each as in summary.json; its currency.

    `runs` are the records of the runs behind these dates, with the words of their tiles.
    """

    report: str
    figures: Sequence[tuple[date, dict[str, Any]]]
    runs: Sequence[Mapping[str, Any]]
    currency: str

    def sparkline(self, language: str, tile: Mapping[str, Any]) -> Sparkline | None:
        """The line of a tile's figure; None where fewer than two values of it are known.

        A value in another unit is none of the same figure, nor is one that its tile called
        otherwise: a forecast of another quarter.
        """
        name = tile["name"]
        unit = self.figures[-1][1].get(name, {}).get("unit") if self.figures else None
        points = []
        for (day, figures), run in zip(self.figures, self.runs, strict=True):
            entry = figures.get(name, {})
            is_same = entry.get("unit") == unit and self._label(run, language, name) in (
                tile["label"],
                None,
            )
            points.append(Point(day, entry.get("value") if is_same else None))
        return sparkline(Text(language, self.currency), tile["label"], points, unit or "")

    def _label(self, run: Mapping[str, Any], language: str, name: str) -> str | None:
        """What that run's tile called the figure, None where it had no tile."""
        tiles = run.get("figures", {}).get(self.report, {}).get(language, {}).get("tiles", [])
        return next((tile["label"] for tile in tiles if tile["name"] == name), None)


def past(directory: Path, report: str, runs: Iterable[Mapping[str, Any]]) -> Past:
    """What the dated folders in `directory` kept of the report's figures, of the newest dates.

    `runs` are the records behind the report's pages, one a date; a date whose summary is gone or
    cannot be read is left out.
    """
    figures, kept = [], []
    currency = ""
    for run in sorted(runs, key=lambda run: run["as_of"])[-DATES:]:
        try:
            path = directory / run["as_of"] / report / "summary.json"
            summary = json.loads(path.read_text("utf-8"))
            figures.append((date.fromisoformat(run["as_of"]), summary["figures"]))
        except (OSError, ValueError, KeyError):
            continue
        kept.append(run)
        currency = summary.get("currency", "")
    return Past(report, figures, kept, currency)
