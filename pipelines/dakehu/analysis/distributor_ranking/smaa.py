"""SMAA: what a ranking says when the weights are not known exactly.

Stochastic multicriteria acceptability analysis, Lahdelma, Hokkanen and Salminen (1998), European
Journal of Operational Research 106, 137-143; Lahdelma and Salminen (2001), Operations Research 49,
444-454. Weights are drawn, the distributors are ranked under each draw, and the ranks are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from dakehu.analysis.distributor_ranking.draws import (
    BLOCK,
    Missing,
    blocks,
    in_parts,
    product,
    with_ones,
    with_row,
)

LEVEL = 0.90
_COUNTED = 1_250  # draws counted at a time: the table of counts is much smaller than they are
_MARGIN = 32  # whole steps kept free at both ends of a key, more than single precision can err
_BITS = 23  # behind the leading one of a number in single precision
_BINS = 1024  # of more distributors than these, neighbouring ranks are counted together


@dataclass(frozen=True)
class Acceptability:
    """How n distributors fare over all draws.

    `first_rank` (n,): share of the draws in which each comes first. `low`, `high` (n,): ranks from
    1 that hold 90 % of the draws, 5 % on either side at most. `ranks` (n, bins): share of the draws
    in each rank, or in `width` neighbouring ranks. `central_weights` (n, k): mean of the weights
    under which it comes first, NaN where it never does. `ahead` (n, reach + 1): share of the draws
    in which each beats the one that many rows below it, NaN beyond the last; a tie is half a win.
    """

    first_rank: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranks: np.ndarray
    width: int
    central_weights: np.ndarray
    ahead: np.ndarray


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
    points: np.ndarray,
    weights: np.ndarray,
    handicap: np.ndarray,
    random: np.random.Generator,
    reach: int = 0,
) -> Acceptability:
    """Rank n distributors under each draw of the weights (draws, k).

    `points` is (n, k), or (r, n, k) where the points too are drawn: then each set of points meets
    its part of the weights. NaN is a missing value, which may be anything from 0 to 100 and is
    drawn anew each time. `handicap` (n,) is taken off each score. Ties are broken by a fair coin.
    Each is set beside those up to `reach` rows below it.

    A score and its distributor make one whole number of 32 bits, and rows of those are sorted. Of
    500 distributors a score keeps 23 bits: closer than 0.00002 points is tied.
    """
    sets = points if points.ndim == 3 else points[np.newaxis]
    field = _Field.of(sets, weights, handicap, reach)
    parts = in_parts(field.counted, len(weights), random)
    counts = np.sum([part.counts for part in parts], axis=0, dtype=np.int32)
    winners = np.concatenate([part.winners for part in parts])
    leads = np.sum([part.leads for part in parts], axis=0)
    count, draws, width = field.count, len(weights), field.width
    times = counts.reshape(-1, 1 << field.bits)[:, :count]
    so_far = times.cumsum(axis=0, dtype=np.int32)
    tail = np.ceil((1 - LEVEL) / 2 * draws - 1e-9)
    wins = np.bincount(winners, minlength=count)
    ends = np.arange(draws + 1, dtype=np.int32)
    won = csc_array((np.ones(draws), winners, ends), shape=(count, draws))
    return Acceptability(
        first_rank=wins / draws,
        low=(so_far < tail).sum(axis=0) * width + 1,
        high=np.minimum((so_far <= draws - tail).sum(axis=0) * width + width, count),
        ranks=times.T / draws,
        width=width,
        central_weights=won @ weights / np.where(wins, wins, np.nan)[:, np.newaxis],
        ahead=_ahead(leads / draws, sets[..., weights.any(axis=0)], handicap),
    )


def _ahead(leads: np.ndarray, sets: np.ndarray, handicap: np.ndarray) -> np.ndarray:
    """Wins out of wins less losses, (reach + 1, n) -> (n, reach + 1).

    Rounded scores may tie where one is nowhere worse and somewhere better: that one always wins.
    """
    count, found = len(handicap), np.full(leads.shape, np.nan)
    for below in range(1, len(leads)):
        upper, lower = slice(count - below), slice(below, None)
        level = np.broadcast_to(handicap[lower] - handicap[upper], (len(sets), count - below))
        apart = np.dstack([sets[:, upper] - sets[:, lower], level])
        least, most = apart.min(axis=2), apart.max(axis=2)
        lead = leads[below, upper]
        lead[((least >= 0) & (most > 0)).all(axis=0)] = 1
        lead[((most <= 0) & (least < 0)).all(axis=0)] = -1
        found[below, upper] = (1 + lead) / 2
    return found.T


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
    missing, ahead = Missing.of(sets[0]), handicap[who[other]] - handicap[who[one]]
    known = np.nan_to_num(sets)
    apart = with_row((known[:, one] - known[:, other]).transpose(0, 2, 1), ahead)
    drawn = with_ones(weights)

    def led(part: range, random: np.random.Generator) -> np.ndarray:
        leads, kept = np.zeros(len(one)), np.empty((BLOCK, len(one)), np.float32)
        for number, rows in blocks(len(sets), len(weights), part):
            lead = product(drawn[rows], apart[number], kept[: rows.stop - rows.start])
            if missing.cells:
                unknown = missing.drawn(drawn[rows], random)
                lead += unknown[:, one] - unknown[:, other]
            signs = (lead > 0).view(np.int8)
            signs -= (lead < 0).view(np.int8)
            leads += signs.sum(axis=0, dtype=np.int8)
        return leads

    leads = np.sum(in_parts(led, len(weights), random), axis=0)
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
    missing: Missing
    scale: float
    bits: int
    width: int
    reach: int

    @classmethod
    def of(cls, sets: np.ndarray, weights: np.ndarray, handicap: np.ndarray, reach: int) -> _Field:
        missing, count = Missing.of(sets[0]), sets.shape[1]
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
        return cls(with_row(down, start), with_ones(weights), missing, scale, bits, width, reach)

    @property
    def count(self) -> int:
        return self.steps.shape[2]

    def counted(self, part: range, random: np.random.Generator) -> _Counted:
        """Rank the distributors in some of the draws, and count."""
        size = -(-self.count // self.width) << self.bits
        counts = np.zeros(size, np.min_scalar_type(len(part)))
        winners = np.empty(len(part), np.int32)
        leads = np.zeros((self.reach + 1, self.count))
        # Room, kept: asking for it anew costs as much as filling it.
        kept = np.empty((BLOCK, self.count), np.float32)
        signs = np.zeros((2, kept.size), bool)
        places = np.empty((min(_COUNTED, len(part)), self.count), np.uint32)
        ones, coins = np.ones(places.size, counts.dtype), _coins(self.bits, random)
        for first in range(part.start, part.stop, _COUNTED):
            some = range(first, min(first + _COUNTED, part.stop))
            for number, rows in blocks(len(self.steps), len(self.weights), some):
                scores = self._scored(number, rows, kept, random)
                _add_leads(scores, leads, signs[:, : scores.size])
                place = slice(rows.start - first, rows.stop - first)
                self._place(scores.view(np.uint32), next(coins), places[place])
            bins = places[: len(some)].view(np.int32)
            winners[first - part.start : some.stop - part.start] = bins[:, 0]
            # The only column of a sparse matrix: ones that fall on the same row add up.
            ends = np.array([0, bins.size], np.int32)
            counts += csc_array((ones[: bins.size], bins.ravel(), ends), shape=(size, 1)) @ ones[:1]
        return _Counted(counts, winners, leads)

    def _scored(
        self, number: int, rows: slice, kept: np.ndarray, random: np.random.Generator
    ) -> np.ndarray:
        """Steps down from the best, (draws, n), in the room that is kept for them."""
        drawn = self.weights[rows]
        scores = product(drawn, self.steps[number], kept[: len(drawn)])
        if self.missing.cells:
            scores -= self.missing.drawn(drawn, random) * np.float32(self.scale)
        return scores

    def _place(self, keys: np.ndarray, coin: np.uint32, places: np.ndarray) -> None:
        """Turn scores into rank (from 0) and number of each distributor, best first."""
        labels = np.arange(self.count, dtype=np.uint32)
        keys <<= self.bits
        keys |= labels ^ coin
        keys.sort(axis=1)
        keys &= (1 << self.bits) - 1
        np.bitwise_xor(keys, (labels // self.width << self.bits) | coin, out=places)


@dataclass(frozen=True)
class _Counted:
    """Of some draws: `counts` by rank and number, `winners` (draws,), `leads` (reach + 1, n).

    A lead is the number of wins less losses against the one that many rows below.
    """

    counts: np.ndarray
    winners: np.ndarray
    leads: np.ndarray


def _add_leads(scores: np.ndarray, leads: np.ndarray, signs: np.ndarray) -> None:
    """Compare each score with those below it: fewer steps down from the best is a win.

    Rows are laid end to end, which is fast; what meets a score of the next draw is nobody's lead.
    """
    flat, (more, less) = scores.ravel(), signs
    for below in range(1, len(leads)):
        np.less(flat[:-below], flat[below:], out=more[:-below])
        np.greater(flat[:-below], flat[below:], out=less[:-below])
        lead = np.subtract(more.view(np.int8), less.view(np.int8), out=more.view(np.int8))
        leads[below] += lead.reshape(scores.shape).sum(axis=0, dtype=np.int8)


def _coins(bits: int, random: np.random.Generator) -> Iterator[np.uint32]:
    """Coins to relabel a block with: of two that are tied it puts either first, then the other."""
    while True:
        coin = random.integers(0, 1 << bits, dtype=np.uint32)
        yield coin
        yield coin ^ np.uint32((1 << bits) - 1)
