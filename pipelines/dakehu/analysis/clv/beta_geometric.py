"""BG/NBD, MBG/NBD and MBG/CNBD-k: customers who may drop out after each purchase.

Sources: Fader, Hardie and Lee (2005), Marketing Science 24, 275-284 (BG/NBD); Batislam, Denizel and
Filiztekin (2007), International Journal of Research in Marketing 24, 201-209 (MBG/NBD); Platzer and
Reutterer (2017) and Reutterer, Platzer and Schröder (2021), International Journal of Research in
Marketing 38, 194-215 (MBG/CNBD-k). The expectation for k > 1 is exact, not their approximation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import factorial, log

import numpy as np
from scipy.special import betainc, expit, hyp2f1

from dakehu.analysis.clv.beta_geometric_likelihood import Likelihood
from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.maximum_likelihood import Objective, maximise
from dakehu.analysis.clv.purchase_model import Fit, Periods

NAMES = ("r", "alpha", "a", "b")
MAX_K = 12


@dataclass(frozen=True)
class BetaGeometric:
    """Gaps are gamma(k, lambda), lambda ~ gamma(r, alpha); drop-out after a purchase ~ beta(a, b).

    With `drops_at_zero` (the modified models) a customer may drop out after the first purchase.
    """

    r: float
    alpha: float
    a: float
    b: float
    k: int = 1
    drops_at_zero: bool = False

    def p_alive(self, histories: Histories) -> np.ndarray:
        """Probability that a customer with each history has not dropped out at T."""
        x, age, recency = histories.frequency, histories.age, histories.recency
        rounds = x + self.drops_at_zero
        per_left = 1.0 / np.where(rounds > 0, self.b + rounds - 1, np.inf)
        death = np.log(self.a * per_left, where=rounds > 0, out=np.full(len(x), -np.inf))
        gap = np.log1p((age - recency) / (self.alpha + recency))
        waiting = np.log(self._stages(histories).sum(axis=0))
        return expit(waiting - death - (self.r + self.k * x) * gap)

    def expected(self, histories: Histories, periods: Periods) -> np.ndarray:
        """Expected purchases in the `periods` units of time after T."""
        return self.p_alive(histories) * self._expected_if_alive(histories, periods)

    def log_likelihood(self, histories: Histories) -> float:
        """Log-likelihood of the histories; with k > 1 it needs their `log_gap_sum`."""
        theta = np.array([self.r, self.alpha, self.a, self.b])
        value = Likelihood(histories, self.k, self.drops_at_zero)(theta)[0]
        return value + _gaps_term(histories, self.k)

    def _stages(self, histories: Histories) -> np.ndarray:
        """Weights of having passed j = 0 ... k - 1 stages of the running gap at T, (k, n)."""
        s = self.r + self.k * histories.frequency
        elapsed = (histories.age - histories.recency) / (self.alpha + histories.age)
        weights = [np.ones(len(histories))]
        for j in range(1, self.k):
            weights.append(weights[-1] * (s + j - 1) * elapsed / j)
        return np.stack(weights)

    def _expected_if_alive(self, histories: Histories, periods: Periods) -> np.ndarray:
        if self.k > 1:
            return self._expected_by_counting(histories, periods)
        # The closed form is 0 / 0 where a = 1 or a + b + d = 1, and smooth around it.
        step = 1e-4
        is_smooth = min(abs(self.a - 1), abs(self.a + self.b + self.drops_at_zero - 1)) >= step / 2
        sides = [self] if is_smooth else [replace(self, a=self.a + side) for side in (-step, step)]
        result = np.mean([side._expected_closed(histories, periods) for side in sides], axis=0)
        missing = np.flatnonzero(~np.isfinite(result))
        if len(missing):  # parameters that ran away: 2F1 itself overflows
            each = np.broadcast_to(periods, len(histories))
            result[missing] = self._expected_by_counting(histories.take(missing), each[missing])
        return result

    def _expected_closed(self, histories: Histories, periods: Periods) -> np.ndarray:
        """Fader, Hardie and Lee (2005), after Euler's transformation of 2F1.

        Transformed, no argument grows with the frequency, so busy customers do not overflow.
        """
        a, kept = self.a, self.b + histories.frequency + self.drops_at_zero
        s, age = self.r + histories.frequency, histories.age
        z = periods / (self.alpha + age + periods)
        with np.errstate(invalid="ignore", over="ignore"):
            curve = hyp2f1(a + kept - 1 - s, a - 1, a + kept - 1, z)
            return (a + kept - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * curve)

    def _expected_by_counting(self, histories: Histories, periods: Periods) -> np.ndarray:
        """Sum over n of P(n - 1 purchases survived) P(n-th purchase in time), exact for any k.

        The stages passed in `periods` are negative binomial, so the second factor is a regularised
        incomplete beta function.
        """
        weights = self._stages(histories)
        weights /= weights.sum(axis=0)
        kept = self.b + histories.frequency + self.drops_at_zero
        z = periods / (self.alpha + histories.age + periods)
        s = self.r + self.k * histories.frequency
        result, survived = np.zeros(len(histories)), np.ones(len(histories))
        passed = np.flatnonzero(weights.any(axis=1))  # of new customers nobody has passed any
        going, n = np.arange(len(histories)), 1
        while len(going):
            in_time = sum(
                weights[j, going] * betainc(self.k * n - j, s[going] + j, z[going]) for j in passed
            )
            gain = survived[going] * in_time
            result[going] += gain
            survived[going] *= (kept[going] + n - 1) / (self.a + kept[going] + n - 1)
            going, n = going[gain > 1e-12], n + 1
        return result


def fit_bg_nbd(histories: Histories) -> Fit[BetaGeometric]:
    """Fit the BG/NBD.

    Raises:
        ValueError: for too few repeat buyers or a likelihood without a maximum.
    """
    return _fit("bg_nbd", histories, 1, drops_at_zero=False)


def fit_mbg_nbd(histories: Histories) -> Fit[BetaGeometric]:
    """Fit the MBG/NBD; raises as `fit_bg_nbd`."""
    return _fit("mbg_nbd", histories, 1, drops_at_zero=True)


def fit_mbg_cnbd(histories: Histories, k: int | None = None) -> Fit[BetaGeometric]:
    """Fit the MBG/CNBD-k; without `k`, that of the greatest likelihood, from 1 up to 12.

    The search ends at the first fall. Raises as `fit_bg_nbd`.
    """
    if k is not None:
        return _fit("mbg_cnbd_k", histories, k, drops_at_zero=True)
    best = fit_mbg_cnbd(histories, 1)
    for k in range(2, MAX_K + 1):
        tried = fit_mbg_cnbd(histories, k)
        if tried.log_likelihood <= best.log_likelihood:
            break
        best = tried
    return best


def _fit(name: str, histories: Histories, k: int, *, drops_at_zero: bool) -> Fit[BetaGeometric]:
    histories.require_repeats(name)
    distinct = histories.distinct()
    waited = distinct.age_total / distinct.purchase_total
    start = np.array([0.5, 0.3 * waited / k, 1.0, 3.0])

    def likelihood(customer_count: np.ndarray) -> Objective:
        return Likelihood(distinct.counted(customer_count), k, drops_at_zero)

    count = distinct.customer_count
    estimate = maximise(name, NAMES, likelihood(count), start)
    value = estimate.log_likelihood + _gaps_term(distinct, k)
    r, alpha, a, b = map(float, estimate.values)
    model = BetaGeometric(r, alpha, a, b, k, drops_at_zero)
    return Fit(name, model, replace(estimate, log_likelihood=value), count, likelihood)


def _gaps_term(histories: Histories, k: int) -> float:
    """What the gaps between purchases add to the log-likelihood: it depends on k alone."""
    purchases = histories.purchase_total
    gaps = histories.log_gap_sum - purchases * log(histories.unit_days)
    return (k - 1) * gaps - purchases * log(factorial(k - 1))
