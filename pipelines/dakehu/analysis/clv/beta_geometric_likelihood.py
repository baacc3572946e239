"""Log-likelihood of the beta-geometric family with its gradient and Hessian.

A customer buys after gamma(k, lambda) distributed gaps and drops out with probability p after each
repeat purchase, in the modified (MBG) models after the first one too; lambda ~ gamma(r, alpha),
p ~ beta(a, b). The likelihood of a history (x, t_x, T) is

    (r)_kx alpha^r (b)_(x+d) / (a+b)_(x+d)
        * [ S / (alpha + T)^(r + kx)  +  a / (b + x + d - 1) / (alpha + t_x)^(r + kx) ]
    S = sum over j < k of (r + kx)_j / j! * ((T - t_x) / (alpha + T))^j

with d = 1 in the modified models and 0 in the others, where without a repeat purchase the second
term falls away; (y)_n is the rising factorial. Source: Fader, Hardie and Lee (2005) for k = 1,
d = 0; Batislam, Denizel and Filiztekin (2007) for k = 1, d = 1; Platzer and Reutterer (2017) for
k > 1. See docs/methods-customer-value.md.
"""

from __future__ import annotations

import numpy as np

from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.maximum_likelihood import Derivatives

BLOCK = 8192  # histories at a time: what a pass touches stays in the processor's cache


class Likelihood:
    """The sums that do not depend on parameters, made once; call it with (r, alpha, a, b).

    Logarithms and reciprocals of alpha + t are taken once per day and looked up; rising factorials
    are sums over the steps that customers took, weighted by how many took them.
    """

    def __init__(self, histories: Histories, k: int, drops_at_zero: bool) -> None:
        """Sum up `histories`; they need not be distinct, but are faster so."""
        self.k, self.shift = k, int(drops_at_zero)
        x, count, age = histories.frequency, histories.customer_count, histories.age_days
        self.days = np.arange(int(age.max()) + 1) / histories.unit_days
        self.purchases = np.arange(int(x.max()) + 1)
        at_least = np.bincount(x, count)[::-1].cumsum()[::-1]  # customers with x or more
        self.stage_count = np.repeat(at_least[1:], k)
        self.stages = np.arange(len(self.stage_count))
        self.trial_count = at_least if drops_at_zero else at_least[1:]
        self.trials = np.arange(len(self.trial_count))
        self.count_by_age = np.bincount(age, count)
        self.stages_by_age = np.bincount(age, count * (k * x))
        self.parts = [
            (x[part], histories.recency_days[part], age[part], count[part].astype(float))
            for part in (slice(i, i + BLOCK) for i in range(0, len(x), BLOCK))
        ]

    def __call__(self, theta: np.ndarray) -> Derivatives:
        """Log-likelihood, gradient and Hessian at theta = (r, alpha, a, b)."""
        r, alpha, a, b = theta
        value, gradient, hessian = self._shared(r, alpha, a, b)
        day, log_day = 1.0 / (alpha + self.days), np.log1p(self.days / alpha)
        left = self.purchases + (b + self.shift - 1)
        if not self.shift:
            left[0] = 1.0
        per_left, death = 1.0 / left, np.log(a / left)
        if not self.shift:  # nobody drops out before the first repeat purchase
            per_left[0], death[0] = 0.0, -np.inf
        for x, recency, age, count in self.parts:
            s = r + self.k * x
            gap = log_day[age] - log_day[recency]
            at_age, at_recency = day[age], day[recency]
            first = np.empty((4, len(x)))  # derivatives of log dead - log alive
            np.subtract(at_age, at_recency, out=first[1])
            rise = first[1].copy()
            first[0], first[2] = gap, 1.0 / a
            first[1] *= s
            np.negative(per_left[x], out=first[3])
            odds = death[x] + s * gap
            if self.k > 1:
                elapsed = self.days[age - recency] * at_age
                waiting = _waiting(s, elapsed, at_age, self.k)
                odds -= waiting[0]
                first[0] -= waiting[1]
                first[1] -= waiting[2]
                value += count @ waiting[0]
                gradient[:2] += count @ waiting[1], count @ waiting[2]
            fade = np.exp(-np.abs(odds))
            dead = np.where(odds > 0, 1.0, fade) / (1.0 + fade)
            value += count @ (np.maximum(odds, 0.0) + np.log(1.0 + fade))
            weight = count * dead
            gradient += first @ weight
            hessian += (first * (weight * (1.0 - dead))) @ first.T
            hessian[0, 1] += weight @ rise
            hessian[1, 1] -= (weight * s) @ (rise * (at_age + at_recency))
            hessian[2, 2] -= weight.sum() / a**2
            hessian[3, 3] += weight @ first[3] ** 2
            if self.k > 1:
                alive = count - weight
                hessian[0, 0] += alive @ waiting[3]
                hessian[0, 1] += alive @ waiting[4]
                hessian[1, 1] += alive @ waiting[5]
        hessian[1, 0] = hessian[0, 1]
        return float(value), gradient, hessian

    def _shared(self, r: float, alpha: float, a: float, b: float) -> Derivatives:
        """The factors outside the bracket, with 1 / (alpha + T)^(r + kx) drawn out of it.

        Times count in units of alpha: where r and alpha run away together, nothing cancels.
        """
        stage = 1.0 / (r + self.stages)
        kept, tried = 1.0 / (b + self.trials), 1.0 / (a + b + self.trials)
        day, log_day = 1.0 / (alpha + self.days), np.log1p(self.days / alpha)
        fall = self.days * day / alpha  # 1 / alpha - 1 / (alpha + t), exact for large alpha too
        value = (
            self.trial_count @ np.log(tried / kept)
            - self.stage_count @ np.log(alpha * stage)
            - (r * self.count_by_age + self.stages_by_age) @ log_day
        )
        kept_sum, tried_sum = self.trial_count @ kept, self.trial_count @ tried
        gradient = np.array(
            [
                self.stage_count @ stage - self.count_by_age @ log_day,
                r * (self.count_by_age @ fall) - self.stages_by_age @ day,
                -tried_sum,
                kept_sum - tried_sum,
            ]
        )
        hessian = np.zeros((4, 4))
        hessian[0, 0] = -(self.stage_count @ stage**2)
        hessian[0, 1] = self.count_by_age @ fall
        hessian[1, 1] = self.stages_by_age @ day**2
        hessian[1, 1] -= r * (self.count_by_age @ (fall * (day + 1.0 / alpha)))
        hessian[2:, 2:] = self.trial_count @ tried**2
        hessian[3, 3] -= self.trial_count @ kept**2
        return float(value), gradient, hessian


def _waiting(
    s: np.ndarray, elapsed: np.ndarray, at_age: np.ndarray, k: int
) -> tuple[np.ndarray, ...]:
    """Log S and its derivatives by r, alpha, r r, r alpha, alpha alpha."""
    term = np.ones_like(s)
    slope, bend = np.zeros_like(s), np.zeros_like(s)  # of log (s)_j by s
    sums = np.zeros((6, len(s)))
    sums[0] = term
    for j in range(1, k):
        term = term * (s + j - 1) * elapsed / j
        slope = slope + 1.0 / (s + j - 1)
        bend = bend - 1.0 / (s + j - 1) ** 2
        for row, moment in enumerate((1.0, slope, j, slope**2 + bend, slope * j, j * (j + 1))):
            sums[row] += term * moment
    by_r, stages, by_rr, mixed, square = sums[1:] / sums[0]
    by_alpha = -at_age * stages
    return (
        np.log(sums[0]),
        by_r,
        by_alpha,
        by_rr - by_r**2,
        -at_age * mixed - by_r * by_alpha,
        at_age**2 * square - by_alpha**2,
    )
