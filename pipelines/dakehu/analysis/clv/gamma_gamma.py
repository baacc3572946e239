"""Gamma-Gamma: what customers spend per purchase, learned from the mean of what they spent.

A customer's purchases are gamma(p, nu) with nu ~ gamma(q, v), independent of how often it buys.
Source: Fader and Hardie (2013), "The Gamma-Gamma model of monetary value"; Colombo and Jiang
(1999), Journal of Interactive Marketing 13, 2-12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln, zeta

from dakehu.analysis.clv.maximum_likelihood import Derivatives, Objective, maximise
from dakehu.analysis.clv.purchase_model import Fit

NAME = "gamma_gamma"
NAMES = ("p", "q", "v")
DOUBTFUL = 0.3


@dataclass(frozen=True)
class GammaGamma:
    """Spend per purchase gamma(p, nu), nu ~ gamma(q, v); v is in the currency of the spend."""

    p: float
    q: float
    v: float

    @property
    def population_mean(self) -> float:
        """Mean spend per purchase of a customer about whom nothing is known.

        Raises:
            ValueError: where q <= 1: the model's mean is infinite.
        """
        if self.q <= 1:
            raise ValueError(
                f"{NAME}: q = {self.q:.3f} is not above 1, so the mean spend is infinite: a few"
                " customers dwarf the rest; value customers by their own means, or leave the"
                " largest out and value them one by one"
            )
        return self.p * self.v / (self.q - 1)

    def expected(self, frequency: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
        """Expected spend per purchase given the mean of `frequency` purchases, (n,).

        Without a purchase (frequency 0, whatever mean_spend says) the population's mean.

        Raises:
            ValueError: where p * frequency + q <= 1: the expectation is infinite.
        """
        spent = np.where(frequency > 0, frequency * mean_spend, 0.0)
        blank = self.population_mean if (frequency == 0).any() else np.nan
        size = self.p * frequency + self.q - 1
        if (size[frequency > 0] <= 0).any():
            raise ValueError(
                f"{NAME}: with p = {self.p:.3f} and q = {self.q:.3f} what customers of few"
                " purchases spend has no finite mean; value customers by their own means"
            )
        known = self.p * (self.v + spent) / np.where(frequency > 0, size, 1.0)
        return np.where(frequency > 0, known, blank)


@dataclass(frozen=True)
class Independence:
    """How far purchases and spend per purchase go together among repeat buyers."""

    customer_count: int
    correlation: float
    rank_correlation: float

    @property
    def is_doubtful(self) -> bool:
        """Whether the ranks correlate by more than 0.3: then the product of the two is biased."""
        return abs(self.rank_correlation) > DOUBTFUL


def independence(frequency: np.ndarray, mean_spend: np.ndarray) -> Independence:
    """Pearson's and Spearman's correlation of frequency and mean spend where frequency > 0."""
    repeat = frequency > 0
    x, z = frequency[repeat].astype(float), mean_spend[repeat]
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(z) == 0:
        return Independence(len(x), np.nan, np.nan)
    ranks = np.corrcoef(_ranks(x), _ranks(z))[0, 1]
    return Independence(len(x), float(np.corrcoef(x, z)[0, 1]), float(ranks))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, ties sharing their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (count.cumsum() - (count - 1) / 2)[place]


def fit_gamma_gamma(frequency: np.ndarray, mean_spend: np.ndarray) -> Fit[GammaGamma]:
    """Fit the Gamma-Gamma to the customers with frequency > 0 and mean_spend > 0.

    `frequency` counts the purchases that `mean_spend` is the mean of; customers without are left
    out. Means of zero (all goods free) cannot be gamma and are left out too.

    Raises:
        ValueError: for fewer than ten such customers or a likelihood without a maximum.
    """
    usable = (frequency > 0) & (mean_spend > 0)
    x, z = frequency[usable], mean_spend[usable]
    if len(x) < 10:
        raise ValueError(
            f"{NAME}: only {len(x)} customers bought again at a price above zero, 10 are needed"
        )

    def likelihood(customer_count: np.ndarray) -> Objective:
        drawn = customer_count > 0
        return _Likelihood(x[drawn], z[drawn], customer_count[drawn])

    each = np.ones(len(x), dtype=np.int64)
    start = np.array([1.0, 3.0, 2.0 * z.mean()])
    estimate = maximise(NAME, NAMES, likelihood(each), start)
    return Fit(NAME, GammaGamma(*map(float, estimate.values)), estimate, each, likelihood)


class _Likelihood:
    """Log-likelihood with gradient and Hessian; gamma functions are taken once per frequency."""

    def __init__(
        self, frequency: np.ndarray, mean_spend: np.ndarray, customer_count: np.ndarray
    ) -> None:
        values, place = np.unique(frequency, return_inverse=True)
        self.x, self.count = values.astype(float), np.bincount(place, customer_count)
        self.own, self.spent = frequency.astype(float), frequency * mean_spend
        self.each = customer_count.astype(float)
        self.weighted = (self.own * self.each) @ np.log(self.spent)
        self.constant = -float(self.each @ np.log(mean_spend))

    def __call__(self, theta: np.ndarray) -> Derivatives:
        """At theta = (p, q, v)."""
        p, q, v = theta
        x, n, count, own = self.x, self.each.sum(), self.count, self.own
        a, total = p * x, p * x + q
        log_each, per_each = np.log(v + self.spent), 1.0 / (v + self.spent)
        shape, log_each, inverse = p * own + q, self.each * log_each, self.each * per_each
        value = (
            count @ (gammaln(total) - gammaln(a))
            + n * (q * np.log(v) - gammaln(q))
            + p * self.weighted
            - shape @ log_each
            + self.constant
        )
        up, up2 = digamma(total), zeta(2, total)
        gradient = np.array(
            [
                (count * x) @ (up - digamma(a)) + self.weighted - own @ log_each,
                count @ up + n * (np.log(v) - digamma(q)) - log_each.sum(),
                n * q / v - shape @ inverse,
            ]
        )
        pq, pv = (count * x) @ up2, -(own @ inverse)
        qv = n / v - inverse.sum()
        hessian = np.array(
            [
                [(count * x**2) @ (up2 - zeta(2, a)), pq, pv],
                [pq, count @ up2 - n * zeta(2, q), qv],
                [pv, qv, -n * q / v**2 + shape @ (inverse * per_each)],
            ]
        )
        return float(value), gradient, hessian
