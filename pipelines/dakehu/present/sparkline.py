"""A figure over the dates of a report: a line without axes, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from dakehu.present.appendix import figure_text
from dakehu.present.text import Text

WIDTH, HEIGHT = 100.0, 24.0  # of the drawing's own coordinates
EDGE = 3.0  # room for half a stroke and the dot at the end
SPOKEN = 6  # values up to which the description names each


Known = tuple[date, float]


class Point(NamedTuple):
    """A figure as of a day; `value` is None where that run did not know it."""

    day: date
    value: float | None


class Sparkline(NamedTuple):
    """`path` and `end` are paths of SVG: the line, and a dot at the newest value, if it is known.

    `summary` says all of it to those who cannot see it, `span` in a few words to everybody.
    """

    path: str
    end: str
    summary: str
    span: str


def sparkline(text: Text, label: str, points: Sequence[Point], unit: str) -> Sparkline | None:
    """The line of one figure, oldest first; None where fewer than two of its values are known.

    Days stand at their distance, a missing value breaks the line.
    """
    points = [Point(day, value if _is_finite(value) else None) for day, value in points]
    known = [(day, value) for day, value in points if value is not None]
    if len(known) < 2:
        return None
    path, is_open = [], False
    places = _places(points, known)
    for place in places:
        if place is not None:
            spot = f"{place[0]:.1f} {place[1]:.1f}"
            path.append(f"L{spot}" if is_open else f"M{spot}h0")  # a dot, should it stand alone
        is_open = place is not None
    last = places[-1]
    return Sparkline(
        path=" ".join(path),
        end="" if last is None else f"M{last[0]:.1f} {last[1]:.1f}h0",
        summary=_summary(text, label, points, known, unit),
        span=_span(text, known, unit),
    )


def _places(points: Sequence[Point], known: Sequence[Known]) -> list[tuple[float, float] | None]:
    """Where each point stands, x and y, in the drawing's coordinates."""
    first, days = points[0].day, max((points[-1].day - points[0].day).days, 1)
    low, high = _lowest(known)[1], _highest(known)[1]
    found: list[tuple[float, float] | None] = []
    for day, value in points:
        if value is None:
            found.append(None)
            continue
        x = EDGE + (WIDTH - 2 * EDGE) * (day - first).days / days
        share = (value - low) / (high - low) if high > low else 0.5
        found.append((x, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share))
    return found


def _summary(
    text: Text, label: str, points: Sequence[Point], known: Sequence[Known], unit: str
) -> str:
    named = points
    if len(points) > SPOKEN:
        ends = {points[0], points[-1], Point(*_lowest(known)), Point(*_highest(known))}
        named = [point for point in points if point in ends]
    said = [
        text("{date}: {value}", date=text.date(day), value=figure_text(text, value, unit))
        for day, value in named
    ]
    return text(
        "{label} at {n} dates. {values}.",
        label=label,
        n=len(points),
        values=text("; ").join(said),
    )


def _span(text: Text, known: Sequence[Known], unit: str) -> str:
    low, high = (figure_text(text, end(known)[1], unit) for end in (_lowest, _highest))
    since = text.month(known[0][0])
    if low == high:
        return text("the same since {month}", month=since)
    return text("{low} to {high} since {month}", month=since, low=low, high=high)


def _lowest(known: Sequence[Known]) -> Known:
    return min(known, key=lambda point: point[1])


def _highest(known: Sequence[Known]) -> Known:
    return max(known, key=lambda point: point[1])


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
