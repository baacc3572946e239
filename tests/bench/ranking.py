"""Our count of ranks under drawn weights beside a plain loop over the draws.

What a user would pick instead is that loop: neither pymcdm nor scikit-criteria has SMAA. The yard-
stick is one product, weights (draws x criteria) by points (criteria x distributors), without which
nothing can be ranked. Prints a table; exits 1 when ours takes more than four times the product, or
when loop and count disagree. Judged is processor time, over all threads: on a busy machine that of
the clock says more of the others.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dakehu.analysis.distributor_ranking.smaa import acceptability, weights_around

DISTRIBUTORS, CRITERIA, DRAWS = 500, 12, 20_000
BOUND, TURNS = 4.0, 15
_ASLEEP_SECONDS = 0.3  # after a product its BLAS threads spin; they must not count as ours


class Found(NamedTuple):
    """What either way finds out.

    First-rank acceptability, wins over the next, the weights under which each comes first, as a
    share of all draws, and both bounds of the 90 % rank interval.
    """

    first_rank: np.ndarray
    wins: np.ndarray
    central: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True)
class Case:
    """A panel in official order: points (n, k), drawn weights (draws, k)."""

    points: np.ndarray
    weights: np.ndarray

    @classmethod
    def drawn(cls, random: np.random.Generator) -> Case:
        """Points in steps of 20, as bands give them, and weights within 30 % of the agreed ones."""
        agreed = random.dirichlet(np.full(CRITERIA, 5.0))
        points = 20.0 * random.integers(0, 6, (DISTRIBUTORS, CRITERIA))
        order = np.argsort(-(points @ agreed))
        return cls(points[order], weights_around(agreed, 0.3, DRAWS, random))

    def product(self) -> np.ndarray:
        """The yardstick."""
        return self.weights @ self.points.T

    def ours(self) -> Found:
        nothing, random = np.zeros(DISTRIBUTORS), np.random.default_rng(1)
        found = acceptability(self.points, self.weights, nothing, random, reach=1)
        central = np.nan_to_num(found.central_weights) * found.first_rank[:, np.newaxis]
        bounds = np.stack([found.low, found.high])
        return Found(found.first_rank, found.ahead[:-1, 1], central, bounds)

    def loop(self) -> Found:
        """The same, draw by draw."""
        ranks = np.empty((DRAWS, DISTRIBUTORS), np.int64)
        central, wins = np.zeros_like(self.points), np.zeros(DISTRIBUTORS - 1)
        for draw, weights in enumerate(self.weights):
            scores = self.points @ weights
            order = np.argsort(-scores)
            ranks[draw, order] = np.arange(1, DISTRIBUTORS + 1)
            central[order[0]] += weights
            wins += (1 + np.sign(scores[:-1] - scores[1:])) / 2
        tail = DRAWS // 20
        bounds = np.partition(ranks, [tail - 1, DRAWS - tail], axis=0)[[tail - 1, DRAWS - tail]]
        return Found((ranks == 1).mean(axis=0), wins / DRAWS, central / DRAWS, bounds)


def fastest(*works: Callable[[], object], turns: int = TURNS) -> np.ndarray:
    """Least seconds of each, by clock and of processors, (works, 2), taken in turns."""
    best = np.full((len(works), 2), np.inf)
    for _ in range(turns):
        for number, work in enumerate(works):
            time.sleep(_ASLEEP_SECONDS)
            started = np.array([time.perf_counter(), time.process_time()])
            work()
            ended = np.array([time.perf_counter(), time.process_time()])
            best[number] = np.minimum(best[number], ended - started)
    return best


def main() -> int:
    """Measure, print, judge."""
    case = Case.drawn(np.random.default_rng(1))
    # A near tie may fall the other way in single precision, in a draw or two.
    apart = [np.abs(a - b).max() for a, b in zip(case.ours(), case.loop(), strict=True)]
    share, ranks = max(apart[:3]), apart[3]
    seconds = np.vstack([fastest(case.product, case.ours), fastest(case.loop, turns=1)])
    size = f"{DISTRIBUTORS} distributors, {CRITERIA} criteria, {DRAWS:,} draws"
    print(f"{size:46} {'clock':>9} {'processor':>10} {'products':>9}")
    names = ("one product", "ours", "loop over the draws")
    for name, (clock, used) in zip(names, seconds, strict=True):
        products = used / seconds[0, 1]
        print(f"{name:46} {1e3 * clock:7.1f}ms {1e3 * used:8.1f}ms {products:8.1f}x")
    print(
        f"at most {BOUND:.0f} products; apart from the loop: shares {share:.0e}, ranks {ranks:.0f}"
    )
    agree = share < 1e-3 and ranks <= 1
    return 0 if seconds[1, 1] <= BOUND * seconds[0, 1] and agree else 1


if __name__ == "__main__":
    sys.exit(main())
