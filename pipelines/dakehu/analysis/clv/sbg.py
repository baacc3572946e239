"""Shifted beta-geometric: how long customers under contract keep renewing.

Each customer ends at every renewal with its own probability theta ~ beta(alpha, beta); seen over
the whole cohort, the chance to end at renewal i (from 0) is alpha / (alpha + beta + i). Source:
Fader and Hardie (2007), Journal of Interactive Marketing 21, 76-90.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dakehu.analysis.clv.maximum_likelihood import Derivatives, Objective, maximise
from dakehu.analysis.clv.purchase_model import Fit

NAME = "sbg"
NAMES = ("alpha", "beta")


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """The chance to end at a renewal is theta ~ beta(alpha, beta), constant for each customer."""

    alpha: float
    beta: float

    def retention(self, renewals: np.ndarray) -> np.ndarray:
        """Chance to renew once more after so many renewals; it rises, as the loyal remain."""
        return (self.beta + renewals) / (self.alpha + self.beta + renewals)

    def survival(self, renewal_count: int) -> np.ndarray:
        """Share of a new cohort still there after 0 ... renewal_count renewals."""
        return np.concatenate([[1.0], self.retention(np.arange(renewal_count)).cumprod()])

    def expected(self, renewals: np.ndarray, periods: int) -> np.ndarray:
        """Expected renewals in the next `periods` of customers after so many renewals each."""
        return self.retention(renewals[:, None] + np.arange(periods)).cumprod(axis=1).sum(axis=1)

    def residual_lifetime(self, renewals: np.ndarray, rate: float) -> np.ndarray:
        """Renewals still to come, each discounted at `rate` per period, without an end.

        The next renewal falls one period from now. Fader and Hardie (2010), Marketing Science 29,
        85-93, by Gauss-Jacobi instead of a hypergeometric function: the expectation of
        (1 - theta) / (rate + theta) given the renewals.
        """
        from scipy.special import roots_jacobi

        result = []
        for count in renewals:
            node, weight = roots_jacobi(64, self.beta + count - 1, self.alpha - 1)
            theta = (1 + node) / 2
            result.append(float(weight @ ((1 - theta) / (rate + theta)) / weight.sum()))
        return np.array(result)


def fit_sbg(survivors: np.ndarray) -> Fit[ShiftedBetaGeometric]:
    """Fit the sBG to a cohort: customers at the start, and after each renewal.

    Raises:
        ValueError: for survivors that rise, fewer than two renewals or nobody lost.
    """
    kept = survivors[1:]
    lost = survivors[:-1] - kept
    if len(kept) < 2 or (lost < 0).any() or kept.min() < 0 or lost.sum() == 0:
        raise ValueError(
            f"{NAME}: the survivors {survivors.tolist()} must not rise, must fall somewhere and"
            " need at least two renewals"
        )
    renewal = np.arange(len(kept))

    def likelihood(ends: np.ndarray) -> Objective:
        """Of customers by the renewal that they ended at, those still there last."""
        staying = ends[::-1].cumsum()[::-1]
        at_risk, kept, ended = staying[:-1], staying[1:], float(ends[:-1].sum())

        def objective(theta: np.ndarray) -> Derivatives:
            alpha, beta = theta
            left, stay = 1.0 / (alpha + beta + renewal), 1.0 / (beta + renewal)
            value = ended * np.log(alpha) - kept @ np.log(stay) + at_risk @ np.log(left)
            gradient = np.array([ended / alpha, kept @ stay]) - at_risk @ left
            hessian = np.diag([-ended / alpha**2, -(kept @ stay**2)]) + at_risk @ left**2
            return float(value), gradient, hessian

        return objective

    ends = np.append(lost, kept[-1])
    estimate = maximise(NAME, NAMES, likelihood(ends), np.ones(2))
    model = ShiftedBetaGeometric(*map(float, estimate.values))
    return Fit(NAME, model, estimate, ends, likelihood)
