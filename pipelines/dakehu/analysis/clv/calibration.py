"""Intervals of what customers will bring, as wide as forecasts were off in the months held out.

Split conformal prediction by strata: customers of whom alike is expected share the quantiles of
their scores, so the intervals hold whatever the model gets wrong, its independence of frequency and
spend included, and for a baseline as for a model. Sources: Vovk, Gammerman and Shafer (2005),
Algorithmic Learning in a Random World, section 4.5 (strata); Lei et al. (2018), Journal of the
American Statistical Association 113, 1094-1111 (ranks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVEL = 0.90
STRATA, SMALLEST = 20, 100
_ROUNDING_GUARD = 1e-9  # 0.95 * 20 must count as 19, not as a hair more


@dataclass(frozen=True)
class Outcome:
    """What was expected of each customer in a holdout, and what came; arrays of one length.

    `orders` are expected purchases, `spend` the expected amount of one, `amount` what was spent.
    """

    orders: np.ndarray
    spend: np.ndarray
    amount: np.ndarray

    def take(self, index: slice) -> Outcome:
        """The customers at `index`."""
        return Outcome(self.orders[index], self.spend[index], self.amount[index])


@dataclass(frozen=True)
class Calibration:
    """Ends of the scores that hold LEVEL of a holdout's customers, stratum by stratum.

    A score is what a customer spent over the worth of its expected purchases and one more, which
    keeps it finite where nothing was expected. `edges` are the expected purchases that a stratum
    begins at, the first one's left out.
    """

    edges: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, outcome: Outcome) -> Calibration:
        """Learn from a holdout: up to twenty strata of a hundred customers or more.

        5 % of the customers lie below the ends and 5 % above; where more than 5 % bring nothing the
        interval begins at zero and 10 % lie above.
        """
        count = min(STRATA, max(1, len(outcome.orders) // SMALLEST))
        cuts = np.quantile(outcome.orders, np.arange(1, count) / count, method="lower")
        edges = np.unique(cuts[cuts > outcome.orders.min()])
        stratum = np.searchsorted(edges, outcome.orders, side="right")
        scores = outcome.amount / (outcome.spend * (outcome.orders + 1))
        ends = [_ends(scores[stratum == number]) for number in range(len(edges) + 1)]
        return cls(edges, *np.array(ends).T)

    def interval(
        self, orders: np.ndarray, spend: np.ndarray, stretch: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the amounts of customers of whom so much is expected.

        `stretch` is the length of the forecast over that of the holdout: what customers bring is
        taken to grow with it.
        """
        stratum = np.searchsorted(self.edges, orders / stretch, side="right")
        worth = spend * (orders + stretch)
        return self.low[stratum] * worth, self.high[stratum] * worth

    def coverage(self, outcome: Outcome) -> float:
        """Share of the customers of another holdout as long that lie inside their intervals."""
        low, high = self.interval(outcome.orders, outcome.spend)
        return float(np.mean((low <= outcome.amount) & (outcome.amount <= high)))


def _ends(scores: np.ndarray) -> tuple[float, float]:
    ordered, more = np.sort(scores), len(scores) + 1
    below = int(more * (1 - LEVEL) / 2 + _ROUNDING_GUARD)
    low = ordered[below - 1] if below else 0.0
    reach = (1 + LEVEL) / 2 if low > 0 else LEVEL
    rank = min(int(np.ceil(more * reach - _ROUNDING_GUARD)), len(scores))
    return low, ordered[rank - 1]


def halves(outcome: Outcome) -> float:
    """Share of the customers inside intervals that every other customer was the measure for."""
    even, odd = outcome.take(slice(0, None, 2)), outcome.take(slice(1, None, 2))
    inside = [
        Calibration.of(one).coverage(other) * len(other.orders)
        for one, other in ((even, odd), (odd, even))
    ]
    return sum(inside) / len(outcome.orders)
