"""Distributions of amounts that come or do not come: deals won or lost, added up exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

MOST_AMOUNTS = 256


@dataclass(frozen=True)
class Spread:
    """A discrete distribution: ascending `amounts` with `weights` that sum to 1."""

    amounts: np.ndarray
    weights: np.ndarray

    @property
    def mean(self) -> float:
        """The expected amount."""
        return float(self.amounts @ self.weights)

    def plus(self, other: Spread) -> Spread:
        """The distribution of the sum of two independent amounts."""
        amounts = (self.amounts[:, None] + other.amounts[None, :]).ravel()
        return _merged(amounts, (self.weights[:, None] * other.weights[None, :]).ravel())


NOTHING = Spread(np.zeros(1), np.ones(1))


def of_values(values: Iterable[float]) -> Spread:
    """What was seen, each value as likely as the others."""
    seen = np.array(list(values), dtype=float)
    return _merged(seen, np.full(seen.size, 1 / seen.size)) if seen.size else NOTHING


def of_deals(amounts: Iterable[float], chances: Iterable[float]) -> Spread:
    """The sum of deals that each bring their amount with their chance (0-1), independently.

    Convolved deal by deal. Past `MOST_AMOUNTS` different sums, neighbours within one part in
    `MOST_AMOUNTS` of the range are merged into their mean: the expected amount stays exact.
    """
    total = NOTHING
    for amount, chance in zip(amounts, chances, strict=True):
        total = total.plus(Spread(np.array([0.0, amount]), np.array([1 - chance, chance])))
    return total


def _merged(amounts: np.ndarray, weights: np.ndarray) -> Spread:
    values, place = np.unique(amounts, return_inverse=True)
    mass = np.bincount(place, weights)
    if values.size > MOST_AMOUNTS:
        width = (values[-1] - values[0]) / MOST_AMOUNTS
        bins = np.minimum((values - values[0]) // width, MOST_AMOUNTS - 1).astype(int)
        sums = np.bincount(bins, mass)
        held = sums > 0
        values, mass = np.bincount(bins, mass * values)[held] / sums[held], sums[held]
    return Spread(values, mass)
