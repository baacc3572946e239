"""Likelihoods against integrals over the customers' own rates, slopes against differences."""

from dataclasses import replace
from itertools import pairwise
from math import factorial, log

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_law
from scipy.stats import gamma as gamma_law
from scipy.stats import poisson

from clv_cohort import cohort, history
from dakehu.analysis.clv import bg_bb, gamma_gamma, pareto_nbd
from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.beta_geometric_likelihood import Likelihood
from dakehu.analysis.clv.pareto_nbd import ParetoNbd

HISTORIES = [(0, 0, 272), (1, 30, 272), (2, 213, 272), (7, 272, 272), (10, 100, 140)]


def mean_over(law, function) -> float:
    """Expectation under a law on the positive axis, piece by piece between its quantiles."""
    point, weight = np.polynomial.legendre.leggauss(80)
    cuts = law.ppf([1e-15, 1e-6, 1e-3, 0.05, 0.5, 0.95, 1 - 1e-3, 1 - 1e-6, 1 - 1e-13])
    y = cuts[:-1, None] + np.diff(cuts)[:, None] * (point + 1) / 2
    return float((np.diff(cuts) / 2) @ (function(y) * law.pdf(y)) @ weight)


@pytest.mark.parametrize(("k", "drops_at_zero"), [(1, False), (1, True), (3, True), (2, False)])
@pytest.mark.parametrize(("x", "recency", "age"), HISTORIES)
def test_beta_geometric_likelihood_is_the_integral_over_rates(k, drops_at_zero, x, recency, age):
    model = BetaGeometric(1.3, 5.0, 1.4, 2.6, k, drops_at_zero)
    t, end, rounds = recency / 7, age / 7, x + drops_at_zero
    quitting, buying = beta_law(model.a, model.b), gamma_law(model.r, scale=1 / model.alpha)
    stays = mean_over(quitting, lambda p: (1 - p) ** rounds)
    alive = mean_over(
        buying, lambda m: m ** (k * x) * np.exp(-m * t) * poisson.cdf(k - 1, m * (end - t))
    )
    dead = 0.0
    if rounds:
        quits = mean_over(quitting, lambda p: p * (1 - p) ** (rounds - 1))
        dead = quits * mean_over(buying, lambda m: m ** (k * x) * np.exp(-m * t))
    # A gap of g adds g^(k - 1) / (k - 1)!; let all gaps be equal.
    gap = recency / x if x else 1.0
    gaps = x * ((k - 1) * log(gap / 7) - log(factorial(k - 1)))
    own = replace(history(x, recency, age), log_gap_sum=x * log(gap))
    assert model.log_likelihood(own) == pytest.approx(log(stays * alive + dead) + gaps, rel=1e-7)
    assert model.p_alive(own)[0] == pytest.approx(stays * alive / (stays * alive + dead), rel=1e-6)


@pytest.mark.parametrize(("x", "recency", "age"), HISTORIES)
@pytest.mark.parametrize("scales", [(5.0, 9.0), (9.0, 0.3)])
def test_pareto_likelihood_is_the_integral_over_moments_of_death(x, recency, age, scales):
    """The moment of death is integrated by parts of itself, lambda and mu in closed form."""
    model = ParetoNbd(0.7, scales[0], 1.4, scales[1])
    t, end = recency / 7, age / 7

    def buys(moment: float) -> float:
        """E[lambda^x e^(-lambda moment)]."""
        rising = np.prod(model.r + np.arange(x))
        return rising * model.alpha**model.r / (model.alpha + moment) ** (model.r + x)

    def dies(moment: float) -> float:
        """Density of the lifetime."""
        return model.s * model.beta**model.s / (model.beta + moment) ** (model.s + 1)

    alive = buys(end) * (model.beta / (model.beta + end)) ** model.s
    cuts = t + (end - t) * np.array([0, 1e-4, 1e-3, 1e-2, 0.1, 0.3, 1])
    dead = sum(
        quad(lambda u: buys(u) * dies(u), lo, hi, epsabs=0, epsrel=1e-11)[0]
        for lo, hi in pairwise(cuts)
        if hi > lo
    )
    own = history(x, recency, age)
    assert model.log_likelihood(own) == pytest.approx(log(alive + dead), rel=1e-9)
    assert model.p_alive(own)[0] == pytest.approx(alive / (alive + dead), rel=1e-8)


@pytest.mark.parametrize(("x", "last", "n"), [(0, 0, 2), (1, 1, 3), (3, 5, 6)])
def test_bg_bb_likelihood_is_the_integral_over_probabilities(x, last, n):
    model = bg_bb.BetaGeometricBetaBernoulli(1.2, 1.1, 1.3, 2.8)
    buys, dies = beta_law(model.alpha, model.beta), beta_law(model.gamma, model.delta)

    def lived(m: int) -> float:
        buying = mean_over(buys, lambda p: p**x * (1 - p) ** (m - x))
        return buying * mean_over(dies, lambda q: (1 - q) ** m * (q if m < n else 1.0))

    terms = [lived(m) for m in range(last, n + 1)]
    own = bg_bb.Opportunities(*(np.array([v]) for v in (x, last, n, 1)))
    assert model.log_likelihood(own) == pytest.approx(log(sum(terms)), rel=1e-6)
    assert model.p_alive(own)[0] == pytest.approx(terms[-1] / sum(terms), rel=1e-6)


def test_gamma_gamma_likelihood_is_the_integral_over_scales():
    x, z = np.array([1, 2, 9]), np.array([11.0, 40.0, 25.0])
    p, q, v = 3.0, 2.5, 20.0
    each = [
        mean_over(
            gamma_law(q, scale=1 / v),
            lambda nu, n=n, m=m: gamma_law(p * n, scale=1 / (nu * n)).pdf(m),
        )
        for n, m in zip(x, z, strict=True)
    ]
    value, *_ = gamma_gamma._Likelihood(x, z, np.ones(len(x)))(np.array([p, q, v]))
    assert value == pytest.approx(np.log(each).sum(), rel=1e-8)


def objectives():
    random = np.random.default_rng(1)
    age = random.uniform(5, 40, 400)
    family = cohort(BetaGeometric(0.8, 4.0, 0.9, 2.5), age, 0.0, random).histories
    theta = np.array([0.7, 6.0, 1.3, 3.0])
    for k, drops_at_zero in [(1, False), (1, True), (4, True), (3, False)]:
        yield f"k={k}, {drops_at_zero}", Likelihood(family, k, drops_at_zero), theta
    yield "pareto_nbd", pareto_nbd._Likelihood(family), theta
    yield (
        "pareto_nbd, beta below alpha",
        pareto_nbd._Likelihood(family),
        np.array([3.0, 9.0, 0.4, 2.0]),
    )
    grid = [(x, t, n) for n in (4, 6) for t in range(n + 1) for x in range(bool(t), t + 1)]
    counts = random.integers(1, 50, len(grid))
    seen = bg_bb.Opportunities(*np.array(grid).T, counts)
    yield "bg_bb", lambda theta: bg_bb._likelihood(theta, seen), np.array([1.2, 0.7, 0.6, 2.8])
    x, z, count = random.integers(1, 9, 200), random.gamma(3, 10, 200), random.integers(1, 5, 200)
    spend = gamma_gamma._Likelihood(x, z, count)
    yield "gamma_gamma", spend, np.array([3.0, 2.5, 20.0])


@pytest.mark.parametrize(
    ("objective", "theta"), [pytest.param(o, t, id=n) for n, o, t in objectives()]
)
def test_gradient_and_hessian_are_what_differences_say(objective, theta):
    _, gradient, hessian = objective(theta)
    for i, step in enumerate(np.diag(1e-5 * theta)):
        up, down = objective(theta + step), objective(theta - step)
        width = 2 * step[i]
        assert gradient[i] == pytest.approx((up[0] - down[0]) / width, rel=1e-5)
        assert hessian[i] == pytest.approx((up[1] - down[1]) / width, rel=1e-6, abs=1e-6)


def test_grouping_identical_histories_changes_nothing():
    random = np.random.default_rng(2)
    many = cohort(BetaGeometric(0.8, 4.0, 0.9, 2.5), np.full(500, 3.0), 0.0, random).histories
    coarse = type(many)(
        many.frequency,
        many.recency_days // 50 + (many.frequency > 0),
        np.full(500, 7),
        many.customer_count,
    )
    grouped = coarse.distinct()
    assert len(grouped) < 60
    assert grouped.total == 500
    theta = np.array([0.7, 6.0, 1.3, 3.0])
    for one, other in zip(
        Likelihood(coarse, 2, True)(theta), Likelihood(grouped, 2, True)(theta), strict=True
    ):
        assert one == pytest.approx(other, rel=1e-12)
    assert grouped.distinct().customer_count.tolist() == grouped.customer_count.tolist()
