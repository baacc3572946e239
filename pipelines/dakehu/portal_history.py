"""The headline figures of a report at every date that its pages speak of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from dakehu.present.sparkline import Point, Sparkline, sparkline
from dakehu.present.text import Text

DATES = 36  # as far back as a sparkline looks: three years of months


class Past(NamedTuple):
    """`figures` of a report by date, oldest first, each as in summary.json; its currency."""

    figures: Sequence[tuple[date, dict[str, Any]]]
    currency: str

    def sparkline(self, language: str, name: str, label: str) -> Sparkline | None:
        """The line of the figure `name`, called `label`; None where two values are not known.

        Values in another unit than the newest one's are no values of the same figure.
        """
        unit = self.figures[-1][1].get(name, {}).get("unit", "") if self.figures else ""
        points = [
            Point(day, figures[name]["value"] if _is_in(figures, name, unit) else None)
            for day, figures in self.figures
        ]
        return sparkline(Text(language, self.currency), label, points, unit)


def past(directory: Path, report: str, days: Iterable[str]) -> Past:
    """What the dated folders in `directory` kept of the report's figures, of the newest dates.

    `days` are ISO dates; one whose summary is gone or cannot be read is left out.
    """
    found = []
    currency = ""
    for day in sorted(days)[-DATES:]:
        try:
            summary = json.loads((directory / day / report / "summary.json").read_text("utf-8"))
            found.append((date.fromisoformat(day), summary["figures"]))
        except (OSError, ValueError, KeyError):
            continue
        currency = summary.get("currency", "")
    return Past(found, currency)


def _is_in(figures: dict[str, Any], name: str, unit: str) -> bool:
    return name in figures and figures[name].get("unit") == unit
