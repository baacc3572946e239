"""Pareto/NBD: customers buy at random and drop out at any moment.

The likelihood of a history (x, t_x, T) with lambda ~ gamma(r, alpha) and mu ~ gamma(s, beta) is

    (r)_x alpha^r beta^s [ 1 / ((alpha + T)^(r + x) (beta + T)^s)
        + s * integral from t_x to T of dtau / ((alpha + tau)^(r + x) (beta + tau)^(s + 1)) ]

The integral is taken by Gauss-Legendre in log(alpha + tau), without hypergeometric functions: they
overflow for busy customers. Source: Schmittlein, Morrison and Colombo (1987), Management Science
33, 1-24; formulas as in Fader and Hardie (2005), "A note on deriving the Pareto/NBD model".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.maximum_likelihood import Derivatives, Objective, maximise
from dakehu.analysis.clv.purchase_model import Fit, Periods, decay_mean

NAME = "pareto_nbd"
NAMES = ("r", "alpha", "s", "beta")
BLOCK = 512  # histories at a time: their nodes stay in the processor's cache
DEEPEST = 23.0  # the integrand is followed down to e^-23 of its start
_points, _weights = np.polynomial.legendre.leggauss(16)
NODES, LOG_WEIGHTS = (_points + 1) / 2, np.log(_weights / 2)


@dataclass(frozen=True)
class ParetoNbd:
    """Purchases at rate lambda ~ gamma(r, alpha), drop-out at rate mu ~ gamma(s, beta)."""

    r: float
    alpha: float
    s: float
    beta: float

    def p_alive(self, histories: Histories) -> np.ndarray:
        """Probability that a customer with each history has not dropped out at T."""
        parts = []
        for part in _parts(histories):
            *_, odds = _integrand(self, part.frequency, part.recency, part.age)
            parts.append(expit(-np.logaddexp.reduce(odds, axis=1)))
        return np.concatenate(parts) if parts else np.zeros(0)

    def expected(self, histories: Histories, periods: Periods) -> np.ndarray:
        """Expected purchases in the `periods` units of time after T."""
        rate = (self.r + histories.frequency) / (self.alpha + histories.age)
        growth = np.log1p(periods / (self.beta + histories.age))
        lived = (self.beta + histories.age) * growth * decay_mean((self.s - 1) * growth)
        return self.p_alive(histories) * rate * lived

    def log_likelihood(self, histories: Histories) -> float:
        """Log-likelihood of the histories."""
        return _Likelihood(histories)(np.array([self.r, self.alpha, self.s, self.beta]))[0]


def _parts(histories: Histories) -> Iterator[Histories]:
    return (histories.take(slice(i, i + BLOCK)) for i in range(0, len(histories), BLOCK))


def _integrand(
    model: ParetoNbd, x: np.ndarray, recency: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log(alpha + tau), log(beta + tau) and the odds of death at each node, all (n, nodes).

    The odds are the logarithm of the node's part of the second term over the first term.
    """
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    # In log(the smaller scale + tau) both powers are smooth, however different the scales are.
    shift = min(alpha, beta)
    fall_alpha, fall_beta = r + x - (alpha == shift), s + 1 - (beta == shift)
    # Busy customers' integrands fall steeply: the nodes stay where there is something to add.
    reach = np.minimum(_steepest(alpha + recency, fall_alpha), _steepest(beta + recency, fall_beta))
    width = np.log1p(np.minimum(age - recency, reach) / (shift + recency))
    node = np.log(shift + recency)[:, None] + width[:, None] * NODES
    rise = np.exp(node)
    log_alpha, log_beta = np.log(rise + (alpha - shift)), np.log(rise + (beta - shift))
    with np.errstate(divide="ignore"):
        alive = (r + x) * np.log(alpha + age) + s * np.log(beta + age) + np.log(s * width)
    odds = alive[:, None] + LOG_WEIGHTS + node - (r + x)[:, None] * log_alpha - (s + 1) * log_beta
    return log_alpha, log_beta, odds


def _steepest(start: np.ndarray, power: np.ndarray | float) -> np.ndarray:
    """How far from `start` a falling power goes until it is down to e^-23."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(power > 0, start * np.expm1(DEEPEST / np.abs(power)), np.inf)


class _Likelihood:
    """Log-likelihood with gradient and Hessian; the sums without parameters are made once."""

    def __init__(self, histories: Histories) -> None:
        x, count = histories.frequency, histories.customer_count
        self.step_count = np.bincount(x, count)[::-1].cumsum()[::-1][1:]
        self.steps = np.arange(len(self.step_count))
        self.parts = [
            (part.frequency, part.recency, part.age, part.customer_count.astype(float))
            for part in _parts(histories)
        ]

    def __call__(self, theta: np.ndarray) -> Derivatives:
        """At theta = (r, alpha, s, beta)."""
        model = ParetoNbd(*theta)
        step = 1.0 / (model.r + self.steps)
        value = -(self.step_count @ np.log(model.alpha * step))
        gradient = np.array([self.step_count @ step, 0.0, 0.0, 0.0])
        hessian = np.zeros((4, 4))
        hessian[0, 0] = -(self.step_count @ step**2)
        for x, recency, age, count in self.parts:
            part = _bracket(model, x, recency, age, count)
            value += part[0]
            gradient += part[1]
            hessian += part[2]
        hessian = np.triu(hessian)
        return value, gradient, hessian + np.triu(hessian, 1).T


def _bracket(
    model: ParetoNbd, x: np.ndarray, recency: np.ndarray, age: np.ndarray, count: np.ndarray
) -> Derivatives:
    """The sum of the brackets' logarithms: a mixture of being alive and of dying at each node."""
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    log_alpha, log_beta, odds = _integrand(model, x, recency, age)
    at_alpha, at_beta = 1.0 / (alpha + age), 1.0 / (beta + age)
    # Times count in units of alpha and beta: where these run away, nothing cancels.
    log_age, log_age_beta = np.log1p(age / alpha), np.log1p(age / beta)
    fall_alpha, fall_beta = age * at_alpha / alpha, age * at_beta / beta
    top = np.maximum(odds.max(axis=1), 0.0)
    dead = np.exp(odds - top[:, None])
    total = dead.sum(axis=1) + np.exp(-top)
    dead *= (count / total)[:, None]
    value = count @ (top + np.log(total) - (r + x) * log_age - s * log_age_beta)
    per_alpha, per_beta = np.exp(-log_alpha), np.exp(-log_beta)
    rise_alpha, rise_beta = at_alpha[:, None] - per_alpha, at_beta[:, None] - per_beta
    first = np.empty((4, *odds.shape))  # derivatives of log dead at the node - log alive
    np.subtract((np.log(alpha) + log_age)[:, None], log_alpha, out=first[0])
    np.multiply((r + x)[:, None], rise_alpha, out=first[1])
    np.subtract((1 / s + np.log(beta) + log_age_beta)[:, None], log_beta, out=first[2])
    np.subtract(s * rise_beta, per_beta, out=first[3])
    mean = np.einsum("pnm,nm->pn", first, dead)
    gradient = mean.sum(axis=1) - np.array(
        [
            count @ log_age,
            count @ (x * at_alpha - r * fall_alpha),
            count @ log_age_beta,
            -s * (count @ fall_beta),
        ]
    )
    flat = first.reshape(4, -1)
    hessian = (flat * dead.ravel()) @ flat.T - (mean / count) @ mean.T
    by_alpha, by_beta = dead * rise_alpha, dead * rise_beta
    hessian[0, 1] += count @ fall_alpha + by_alpha.sum()
    hessian[1, 1] += count @ (x * at_alpha**2 - r * fall_alpha * (at_alpha + 1 / alpha))
    hessian[1, 1] -= (r + x) @ (by_alpha * (per_alpha + at_alpha[:, None])).sum(axis=1)
    hessian[2, 2] -= dead.sum() / s**2
    hessian[2, 3] += count @ fall_beta + by_beta.sum()
    hessian[3, 3] += (dead * per_beta**2).sum() - s * (count @ (fall_beta * (at_beta + 1 / beta)))
    hessian[3, 3] -= s * (by_beta * (per_beta + at_beta[:, None])).sum()
    return float(value), gradient, hessian


def fit_pareto_nbd(histories: Histories) -> Fit[ParetoNbd]:
    """Fit the Pareto/NBD.

    Raises:
        ValueError: for too few repeat buyers or a likelihood without a maximum.
    """
    histories.require_repeats(NAME)
    distinct = histories.distinct()
    age = distinct.age_total
    start = np.array([1.0, age / distinct.purchase_total, 1.0, age / distinct.total])

    def likelihood(customer_count: np.ndarray) -> Objective:
        return _Likelihood(distinct.counted(customer_count))

    count = distinct.customer_count
    estimate = maximise(NAME, NAMES, likelihood(count), start)
    return Fit(NAME, ParetoNbd(*map(float, estimate.values)), estimate, count, likelihood)
