"""BG/BB: customers who buy or not at each of n given opportunities, and may have dropped out.

A living customer buys at an opportunity with probability p ~ beta(alpha, beta) and drops out before
each with probability theta ~ beta(gamma, delta). The likelihood of x purchases, the last at
opportunity t_x of n, is a sum over m, the opportunities lived through, from t_x to n:

    (alpha)_x (beta)_(m - x) / (alpha + beta)_m * L(m),
    L(n) = (delta)_n / (gamma + delta)_n,  L(m) = gamma (delta)_m / (gamma + delta)_(m + 1)

with (y)_n the rising factorial. Source: Fader, Hardie and Shang (2010), Marketing Science 29,
1086-1108.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from dakehu.analysis.clv.maximum_likelihood import Derivatives, Objective, maximise
from dakehu.analysis.clv.purchase_model import Fit

NAME = "bg_bb"
NAMES = ("alpha", "beta", "gamma", "delta")


@dataclass(frozen=True)
class Opportunities:
    """Histories over given occasions, integer arrays of one length.

    frequency x, last t_x (0 without a purchase), opportunity_count n, customer_count.
    """

    frequency: np.ndarray
    last: np.ndarray
    opportunity_count: np.ndarray
    customer_count: np.ndarray

    def __post_init__(self) -> None:
        sound = (self.frequency <= self.last) & (self.last <= self.opportunity_count)
        sound &= (self.frequency > 0) == (self.last > 0)
        if not sound.all():
            row = int(np.argmin(sound))
            raise ValueError(
                f"history {row} is impossible: {self.frequency[row]} purchases, the last at"
                f" opportunity {self.last[row]} of {self.opportunity_count[row]}"
            )


@dataclass(frozen=True)
class BetaGeometricBetaBernoulli:
    """Purchase probability p ~ beta(alpha, beta), drop-out probability ~ beta(gamma, delta)."""

    alpha: float
    beta: float
    gamma: float
    delta: float

    def p_alive(self, histories: Opportunities) -> np.ndarray:
        """Probability that a customer with each history has not dropped out after n."""
        theta = np.array([self.alpha, self.beta, self.gamma, self.delta])
        terms = _terms(theta, histories)[0]
        own = np.take_along_axis(terms, histories.opportunity_count[:, None], axis=1)[:, 0]
        return np.exp(own - np.logaddexp.reduce(terms, axis=1))

    def log_likelihood(self, histories: Opportunities) -> float:
        """Log-likelihood of the histories."""
        theta = np.array([self.alpha, self.beta, self.gamma, self.delta])
        return _likelihood(theta, histories)[0]

    def expected(self, histories: Opportunities, periods: int) -> np.ndarray:
        """Expected purchases at the next `periods` opportunities.

        P(alive) times the posterior mean of p times the sum of the chances to live through the
        1st ... last of them; equals the source's closed form, and holds for gamma = 1 too.
        """
        n = histories.opportunity_count
        buys = (self.alpha + histories.frequency) / (self.alpha + self.beta + n)
        lived = self.delta + n[:, None] + np.arange(periods)
        return self.p_alive(histories) * buys * (lived / (lived + self.gamma)).cumprod(1).sum(1)


def fit_bg_bb(histories: Opportunities) -> Fit[BetaGeometricBetaBernoulli]:
    """Fit the BG/BB.

    Raises:
        ValueError: for too few customers that bought, or a likelihood without a maximum.
    """
    buyers = int(histories.customer_count[histories.frequency > 0].sum())
    if buyers < 10:
        raise ValueError(f"{NAME}: only {buyers} customers bought, 10 are needed to learn from")

    def likelihood(customer_count: np.ndarray) -> Objective:
        drawn = customer_count > 0
        shown = (histories.frequency, histories.last, histories.opportunity_count, customer_count)
        return partial(_likelihood, histories=Opportunities(*(each[drawn] for each in shown)))

    count = histories.customer_count
    estimate = maximise(NAME, NAMES, likelihood(count), np.ones(4))
    model = BetaGeometricBetaBernoulli(*map(float, estimate.values))
    return Fit(NAME, model, estimate, count, likelihood)


def _terms(theta: np.ndarray, histories: Opportunities) -> tuple[np.ndarray, list[np.ndarray]]:
    """Logarithms of the summands, (n, m), and the Pochhammer steps that make their derivatives."""
    alpha, beta, gamma, delta = theta
    x, n = histories.frequency[:, None], histories.opportunity_count[:, None]
    lived = np.arange(int(n.max()) + 1)
    misses, deaths = np.maximum(lived - x, 0), lived + (lived < n)
    rising = [_log_rising(y, int(n.max()) + 1) for y in (alpha, beta, alpha + beta, delta)]
    both = _log_rising(gamma + delta, int(n.max()) + 1)
    steps = [x + 0 * lived, misses, lived + 0 * x, lived + 0 * x, deaths]
    terms = rising[0][x] + rising[1][misses] - rising[2][lived] + rising[3][lived] - both[deaths]
    terms = terms + np.where(lived < n, np.log(gamma), 0.0)
    inside = (lived >= histories.last[:, None]) & (lived <= n)
    return np.where(inside, terms, -np.inf), steps


def _log_rising(y: float, count: int) -> np.ndarray:
    """Log of (y)_0 ... (y)_count."""
    return np.concatenate([[0.0], np.cumsum(np.log(y + np.arange(count)))])


def _likelihood(theta: np.ndarray, histories: Opportunities) -> Derivatives:
    alpha, beta, gamma, delta = theta
    terms, (x, misses, lived, survived, deaths) = _terms(theta, histories)
    top = np.logaddexp.reduce(terms, axis=1)
    weight = np.exp(terms - top[:, None]) * histories.customer_count[:, None]
    count = int(deaths.max())
    died = (lived < histories.opportunity_count[:, None]).astype(float)
    slopes = [_sums(y, count, 1) for y in (alpha, beta, alpha + beta, delta, gamma + delta)]
    bends = [_sums(y, count, 2) for y in (alpha, beta, alpha + beta, delta, gamma + delta)]
    bought, total = slopes[2][lived], slopes[4][deaths]
    first = np.stack(
        [
            slopes[0][x] - bought,
            slopes[1][misses] - bought,
            died / gamma - total,
            slopes[3][survived] - total,
        ]
    )
    second = np.zeros((4, 4))
    second[:2, :2] = (weight * bends[2][lived]).sum()
    second[2:, 2:] = (weight * bends[4][deaths]).sum()
    second[0, 0] -= (weight * bends[0][x]).sum()
    second[1, 1] -= (weight * bends[1][misses]).sum()
    second[2, 2] -= (weight * died).sum() / gamma**2
    second[3, 3] -= (weight * bends[3][survived]).sum()
    mean = (first * weight).sum(axis=2)
    spread = np.einsum("pnm,qnm,nm->pq", first, first, weight)
    hessian = second + spread - (mean / histories.customer_count) @ mean.T
    return float(histories.customer_count @ top), mean.sum(axis=1), hessian


def _sums(y: float, count: int, power: int) -> np.ndarray:
    """Sums of 1 / (y + i)^power over the first 0 ... count values of i."""
    return np.concatenate([[0.0], np.cumsum((y + np.arange(count)) ** -float(power))])
