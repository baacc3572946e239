"""Scores of distributors under many drawn weights, a block of draws at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

BLOCK = 125  # draws at a time: scores of 500 distributors stay in the cache, and sums in 8 bits
_PRODUCT = 500_000  # multiplications of one product: BLAS starts threads for more, and waits
_PARTS = 2

T = TypeVar("T")


@dataclass(frozen=True)
class Missing:
    """Who lacks what: (criterion, rows of those who lack it), of n distributors."""

    cells: list[tuple[int, np.ndarray]]
    count: int

    @classmethod
    def of(cls, points: np.ndarray) -> Missing:
        """The missing of points (n, k)."""
        absent = np.isnan(points)
        columns = np.flatnonzero(absent.any(axis=0))
        return cls([(int(c), np.flatnonzero(absent[:, c])) for c in columns], len(points))

    def drawn(self, weights: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """What missing values add to the scores, each even from 0 to 100: (draws, n)."""
        added = np.zeros((len(weights), self.count), np.float32)
        for criterion, rows in self.cells:
            points = random.random((len(weights), len(rows)), np.float32) * np.float32(100)
            added[:, rows] += weights[:, criterion, np.newaxis] * points
        return added


def in_parts(
    work: Callable[[range, np.random.Generator], T], draws: int, random: np.random.Generator
) -> list[T]:
    """`work` on halves of the draws side by side, each with chance of its own."""
    ends = [draws * part // _PARTS for part in range(_PARTS + 1)]
    with ThreadPoolExecutor(_PARTS) as pool:
        return list(pool.map(work, map(range, ends[:-1], ends[1:]), random.spawn(_PARTS)))


def blocks(sets: int, draws: int, part: range) -> Iterator[tuple[int, slice]]:
    """Which draws of a part meet which set of points, a block at a time."""
    for number in range(sets):
        start = max(draws * number // sets, part.start)
        end = min(draws * (number + 1) // sets, part.stop)
        for first in range(start, end, BLOCK):
            yield number, slice(first, min(first + BLOCK, end))


def with_ones(weights: np.ndarray) -> np.ndarray:
    """(draws, k) -> (draws, k + 1): a one behind the weights, for what is not weighted."""
    return np.column_stack([weights, np.ones(len(weights))]).astype(np.float32)


def with_row(columns: np.ndarray, row: np.ndarray) -> np.ndarray:
    """(sets, k, n) and (n,) -> (sets, k + 1, n): a row behind the points that meets the one."""
    last = np.broadcast_to(row, (len(columns), 1, len(row)))
    return np.concatenate([columns, last], axis=1).astype(np.float32)


def product(weights: np.ndarray, points: np.ndarray, out: np.ndarray) -> np.ndarray:
    """`weights @ points`, some rows at a time."""
    rows = len(weights) // -(-len(weights) * points.size // _PRODUCT) or 1
    whole = len(weights) - len(weights) % rows
    stacked = (whole // rows, rows)
    np.matmul(
        weights[:whole].reshape(*stacked, len(points)),
        points,
        out=out[:whole].reshape(*stacked, points.shape[1]),
    )
    np.matmul(weights[whole:], points, out=out[whole:])
    return out
