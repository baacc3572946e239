"""Bands: a value earns the points of the band of fixed policy bounds that it falls into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np

# A share reckoned as 0.30000000000000004 still counts as 0.30.
_HAIR = 1e-9


@dataclass(frozen=True)
class Criterion:
    """One line of the scorecard: what it weighs on its platform, and what its values earn.

    `bounds` (at least two, rising, in the unit of the values) cut the values into bands; `points`
    (0-100, one more than there are bounds) are earned in each, from the lowest values up. Points
    rise where more is better and fall where less is. A value on a bound is in the better band.
    """

    platform: str
    weight: float
    bounds: tuple[float, ...]
    points: tuple[float, ...]

    @property
    def rises(self) -> bool:
        """Whether more is better."""
        return self.points[-1] > self.points[0]

    def band_at(self, values: np.ndarray) -> np.ndarray:
        """Band of each value, from 1 for the worst up; 0 for whatever is not finite."""
        cuts = np.array(self.bounds, float)
        hair = _HAIR * np.maximum(np.abs(cuts), _HAIR)
        if self.rises:
            bands = np.searchsorted(cuts - hair, values, side="right") + 1
        else:
            bands = len(self.points) - np.searchsorted(cuts + hair, values, side="left")
        return np.where(np.isfinite(values), bands, 0)

    def points_at(self, values: np.ndarray) -> np.ndarray:
        """Points of each value, NaN where it is not finite."""
        return np.array([np.nan, *sorted(self.points)])[self.band_at(values)]

    def bound_of(self, band: int) -> float:
        """The value from which on the `band`, 2 or higher, is earned."""
        return self.bounds[band - 2 if self.rises else -(band - 1)]

    def scaled_at(self, values: np.ndarray) -> np.ndarray:
        """Place of each value between the outermost bounds: 0 at the worse, 1 at the better."""
        low, high = self.bounds[0], self.bounds[-1]
        place = np.clip((values - low) / (high - low), 0.0, 1.0)
        return place if self.rises else 1.0 - place

    def fault(self) -> tuple[str, str] | None:
        """The key that cannot be, and what to write instead; nothing where all can be."""
        cuts, earned = self.bounds, self.points
        wanted = len(cuts) + 1
        if not _numbers((self.weight,)) or self.weight < 0:
            return "weight", f"write a number from 0 up (it is {self.weight!r})"
        if not _numbers(cuts) or wanted < 3 or any(a >= b for a, b in pairwise(cuts)):
            return "bounds", f"write at least two rising numbers (it is {list(cuts)})"
        if not _numbers(earned) or len(earned) != wanted or min(earned) < 0 or max(earned) > 100:
            return "points", f"write {wanted} numbers from 0 to 100 (it is {list(earned)})"
        steps = np.diff(earned)
        if not (steps > 0).all() and not (steps < 0).all():
            return "points", f"write numbers that only rise or only fall (it is {list(earned)})"
        return None


def _numbers(values: Iterable[Any]) -> bool:
    return all(type(one) in (int, float) and isfinite(one) for one in values)
