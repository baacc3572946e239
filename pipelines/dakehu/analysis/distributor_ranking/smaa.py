"""SMAA: what a ranking says when the weights are not known exactly.

Stochastic multicriteria acceptability analysis, Lahdelma, Hokkanen and Salminen (1998), European
Journal of Operational Research 106, 137-143; Lahdelma and Salminen (2001), Operations Research 49,
444-454. Weights are drawn, the distributors are ranked under each draw, and the ranks are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.sparse import csc_array

LEVEL = 0.90
_BLOCK = 96  # draws at a time: scores of 500 distributors stay in the cache, and sums in 8 bits
_COUNTED = 1_250  # draws counted at a time: the table of counts is much smaller than they are
_PRODUCT = 500_000  # multiplications of one product: BLAS starts threads for more, and waits
_MARGIN = 32  # whole steps kept free at both ends of a key, more than single precision can err
_BITS = 23  # behind the leading one of a number in single precision
_PARTS = 4
_BINS = 1024  # of more distributors than these, neighbouring ranks are counted together

T = TypeVar("T")


@dataclass(frozen=True)
class Acceptability:
    """How n distributors fare over all draws.

    `first_rank` (n,): share of the draws in which each comes first. `low`, `high` (n,): ranks from
    1 that hold 90 % of the draws, 5 % on either side at most. `ranks` (n, bins): share of the draws
    in each rank, or in `width` neighbouring ranks. `central_weights` (n, k): mean of the weights
    under which it comes first, NaN where it never does.
    """

    first_rank: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranks: np.ndarray
    width: int
    central_weights: np.ndarray


def weights_around(
    agreed: np.ndarray, spread: float, draws: int, random: np.random.Generator
) -> np.ndarray:
    """Draw weights, each even within `spread` (0-1) of itself around the agreed one; they sum to 1.

    (k,) -> (draws, k).
    """
    drawn = agreed * random.uniform(1 - spread, 1 + spread, (draws, len(agreed)))
    return drawn / drawn.sum(axis=1, keepdims=True)


def any_weights(count: int, draws: int, random: np.random.Generator) -> np.ndarray:
    """Draw from all weights that sum to 1, each as likely as any other, (draws, count)."""
    return random.dirichlet(np.ones(count), draws)


def acceptability(
    points: np.ndarray, weights: np.ndarray, handicap: np.ndarray, random: np.random.Generator
) -> Acceptability:
    """Rank n distributors under each draw of the weights (draws, k).

    `points` is (n, k), or (r, n, k) where the points too are drawn: then each set of points meets
    its part of the weights. NaN is a missing value, which may be anything from 0 to 100 and is
    drawn anew each time. `handicap` (n,) is taken off each score. Ties are broken by a fair coin.

    A score and its distributor make one whole number of 32 bits, and rows of those are sorted. Of
    500 distributors a score keeps 23 bits: closer than 0.00002 points is tied.
    """
    field = _Field.of(points if points.ndim == 3 else points[np.newaxis], weights, handicap)
    parts = _in_parts(field.counted, len(weights), random)
    counts = np.sum([part for part, _ in parts], axis=0, dtype=np.int32)
    winners = np.concatenate([part for _, part in parts])
    count, draws, width = field.count, len(weights), field.width
    times = counts.reshape(-1, 1 << field.bits)[:, :count]
    so_far = times.cumsum(axis=0, dtype=np.int32)
    tail = np.ceil((1 - LEVEL) / 2 * draws - 1e-9)
    wins = np.bincount(winners, minlength=count)
    won = csc_array(
        (np.ones(draws), winners, np.arange(draws + 1, dtype=np.int32)), shape=(count, draws)
    )
    return Acceptability(
        first_rank=wins / draws,
        low=(so_far < tail).sum(axis=0) * width + 1,
        high=np.minimum((so_far <= draws - tail).sum(axis=0) * width + width, count),
        ranks=times.T / draws,
        width=width,
        central_weights=won @ weights / np.where(wins, wins, np.nan)[:, np.newaxis],
    )


def win_probability(
    points: np.ndarray,
    weights: np.ndarray,
    handicap: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    random: np.random.Generator,
) -> np.ndarray:
    """Share of the draws in which the first of each pair beats the second; a tie is half a win.

    Arguments as for `acceptability`; `pairs` are two arrays of row numbers. Scores are compared by
    the weighted sum of the differences, which has no rounding where all have one sign: whoever is
    nowhere worse and somewhere better wins with probability 1 exactly.
    """
    who = np.union1d(*pairs)
    one, other = (np.searchsorted(who, rows) for rows in pairs)
    sets = (points if points.ndim == 3 else points[np.newaxis])[:, who]
    missing, ahead = _Missing.of(sets[0]), handicap[who[other]] - handicap[who[one]]
    known = np.nan_to_num(sets)
    apart = _with_row((known[:, one] - known[:, other]).transpose(0, 2, 1), ahead)
    drawn = _with_ones(weights)

    def led(part: range, random: np.random.Generator) -> np.ndarray:
        leads, kept = np.zeros(len(one)), np.empty((_BLOCK, len(one)), np.float32)
        for number, rows in _blocks(len(sets), len(weights), part):
            lead = _product(drawn[rows], apart[number], kept[: rows.stop - rows.start])
            if missing.cells:
                unknown = missing.drawn(drawn[rows], random)
                lead += unknown[:, one] - unknown[:, other]
            signs = (lead > 0).view(np.int8)
            signs -= (lead < 0).view(np.int8)
            leads += signs.sum(axis=0, dtype=np.int8)
        return leads

    leads = np.sum(_in_parts(led, len(weights), random), axis=0)
    return (1 + leads / len(weights)) / 2


@dataclass(frozen=True)
class _Field:
    """The distributors as they are ranked: `steps` (sets, k + 1, n) down from the best score.

    A product with the weights and a one lies between 2^23 and 2^24, where single precision knows
    whole numbers only: its last 23 bits are the steps. `scale` is the number of steps in a point,
    `bits` those that a distributor's number takes.
    """

    steps: np.ndarray
    weights: np.ndarray
    missing: _Missing
    scale: float
    bits: int
    width: int

    @classmethod
    def of(cls, sets: np.ndarray, weights: np.ndarray, handicap: np.ndarray) -> _Field:
        missing, count = _Missing.of(sets[0]), sets.shape[1]
        bits = max(count - 1, 1).bit_length()
        best = max(np.nanmax(sets), 100.0 if missing.cells else -np.inf)
        worst = min(np.nanmin(sets), 0.0 if missing.cells else np.inf)
        behind = handicap - handicap.min()
        scale = ((1 << min(32 - bits, _BITS)) - 2 * _MARGIN) / max(
            best - worst + behind.max(), 1e-9
        )
        down = (best - np.nan_to_num(sets)).transpose(0, 2, 1) * scale
        start = behind * scale + _MARGIN + (1 << _BITS)
        width = -(-count // _BINS)
        return cls(_with_row(down, start), _with_ones(weights), missing, scale, bits, width)

    @property
    def count(self) -> int:
        return self.steps.shape[2]

    def counted(self, part: range, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Times each took each rank in some of the draws, by rank, and who won each of them."""
        size = -(-self.count // self.width) << self.bits
        counts, winners = (
            np.zeros(size, np.min_scalar_type(len(part))),
            np.empty(len(part), np.int32),
        )
        # Room, kept: asking for it anew costs as much as filling it.
        kept = np.empty((_BLOCK, self.count), np.float32)
        places = np.empty((min(_COUNTED, len(part)), self.count), np.uint32)
        ones, coins = np.ones(places.size, counts.dtype), _coins(self.bits, random)
        for first in range(part.start, part.stop, _COUNTED):
            some = range(first, min(first + _COUNTED, part.stop))
            for number, rows in _blocks(len(self.steps), len(self.weights), some):
                order = places[rows.start - first : rows.stop - first]
                self._order(number, rows, kept[: len(order)], next(coins), random, order)
            bins = places[: len(some)].view(np.int32)
            winners[first - part.start : some.stop - part.start] = bins[:, 0]
            # The only column of a sparse matrix: ones that fall on the same row add up.
            ends = np.array([0, bins.size], np.int32)
            counts += csc_array((ones[: bins.size], bins.ravel(), ends), shape=(size, 1)) @ ones[:1]
        return counts, winners

    def _order(
        self,
        number: int,
        rows: slice,
        kept: np.ndarray,
        coin: np.uint32,
        random: np.random.Generator,
        order: np.ndarray,
    ) -> None:
        """Fill `kept` with the rank (from 0) and the number of each distributor, best first."""
        _product(self.weights[rows], self.steps[number], kept)
        if self.missing.cells:
            kept -= self.missing.drawn(self.weights[rows], random) * np.float32(self.scale)
        keys, labels = kept.view(np.uint32), np.arange(self.count, dtype=np.uint32)
        keys <<= self.bits
        keys |= labels ^ coin
        keys.sort(axis=1)
        keys &= (1 << self.bits) - 1
        np.bitwise_xor(keys, (labels // self.width << self.bits) | coin, out=order)


@dataclass(frozen=True)
class _Missing:
    """Who lacks what: (criterion, rows of those who lack it), of n distributors."""

    cells: list[tuple[int, np.ndarray]]
    count: int

    @classmethod
    def of(cls, points: np.ndarray) -> _Missing:
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


def _in_parts(
    work: Callable[[range, np.random.Generator], T], draws: int, random: np.random.Generator
) -> list[T]:
    """`work` on quarters of the draws side by side, each with chance of its own."""
    ends = [draws * quarter // _PARTS for quarter in range(_PARTS + 1)]
    with ThreadPoolExecutor(_PARTS) as pool:
        return list(pool.map(work, map(range, ends[:-1], ends[1:]), random.spawn(_PARTS)))


def _blocks(sets: int, draws: int, part: range) -> Iterator[tuple[int, slice]]:
    """Which draws of a part meet which set of points, a block at a time."""
    for number in range(sets):
        start = max(draws * number // sets, part.start)
        end = min(draws * (number + 1) // sets, part.stop)
        for first in range(start, end, _BLOCK):
            yield number, slice(first, min(first + _BLOCK, end))


def _coins(bits: int, random: np.random.Generator) -> Iterator[np.uint32]:
    """Coins to relabel a block with: of two that are tied it puts either first, then the other."""
    while True:
        coin = random.integers(0, 1 << bits, dtype=np.uint32)
        yield coin
        yield coin ^ np.uint32((1 << bits) - 1)


def _with_ones(weights: np.ndarray) -> np.ndarray:
    return np.column_stack([weights, np.ones(len(weights))]).astype(np.float32)


def _with_row(columns: np.ndarray, row: np.ndarray) -> np.ndarray:
    """(sets, k, n) and (n,) -> (sets, k + 1, n): what is added to the weighted sum comes last."""
    last = np.broadcast_to(row, (len(columns), 1, len(row)))
    return np.concatenate([columns, last], axis=1).astype(np.float32)


def _product(weights: np.ndarray, points: np.ndarray, product: np.ndarray) -> np.ndarray:
    """`weights @ points`, some rows at a time."""
    rows = len(weights) // -(-len(weights) * points.size // _PRODUCT) or 1
    whole = len(weights) - len(weights) % rows
    stacked = (whole // rows, rows)
    np.matmul(
        weights[:whole].reshape(*stacked, len(points)),
        points,
        out=product[:whole].reshape(*stacked, points.shape[1]),
    )
    np.matmul(weights[whole:], points, out=product[whole:])
    return product
