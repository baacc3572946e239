"""Simulated customers: fits find what made them, and what is expected of them comes."""

import numpy as np
import pytest

from clv_cohort import MODELS, cohort
from dakehu.analysis.clv.beta_geometric import BetaGeometric, fit_bg_nbd, fit_mbg_cnbd, fit_mbg_nbd
from dakehu.analysis.clv.gamma_gamma import GammaGamma, fit_gamma_gamma
from dakehu.analysis.clv.pareto_nbd import fit_pareto_nbd


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_expectation_and_p_alive_hold_for_simulated_customers(model):
    random = np.random.default_rng(5)
    seen = cohort(model, random.uniform(5, 40, 10_000), 20.0, random)
    expected = model.expected(seen.histories, 20.0)
    alive = model.p_alive(seen.histories)
    for x in (0, 1, 2, 5):
        rows = seen.histories.frequency == x if x < 5 else seen.histories.frequency >= 5
        count = seen.future_count[rows]
        error = 4 * count.std() / np.sqrt(len(count))
        assert expected[rows].mean() == pytest.approx(count.mean(), abs=error)
        assert alive[rows].mean() == pytest.approx(
            seen.is_alive[rows].mean(), abs=2 / np.sqrt(len(count))
        )


FITTERS = [fit_bg_nbd, fit_mbg_nbd, fit_mbg_cnbd, fit_pareto_nbd]


@pytest.mark.parametrize(
    ("truth", "fitter"), [*zip(MODELS, FITTERS, strict=True)], ids=[f.__name__ for f in FITTERS]
)
def test_fits_recover_what_made_the_data(truth, fitter):
    """Over twelve cohorts the estimates miss by one standard error, to neither side."""
    random, misses = np.random.default_rng(8), []
    for _ in range(12):
        fit = fitter(cohort(truth, random.uniform(10, 60, 1_500), 0.0, random).histories)
        true = [getattr(truth, name) for name in fit.estimate.names]
        error = fit.estimate.standard_errors / fit.estimate.values
        misses.append(np.log(fit.estimate.values / true) / error)
        assert (error < 0.5).all()
        assert getattr(fit.model, "k", 1) == getattr(truth, "k", 1)
        assert fit.estimate.pass_count <= 10
    assert (np.abs(np.mean(misses, axis=0)) < 3.3 / np.sqrt(12)).all()
    assert ((np.std(misses, axis=0) > 0.3) & (np.std(misses, axis=0) < 1.6)).all()


def test_standard_errors_are_the_spread_of_estimates():
    truth, random = BetaGeometric(0.9, 4.0, 0.8, 2.4), np.random.default_rng(9)
    fits = [
        fit_bg_nbd(cohort(truth, np.full(600, 50.0), 0.0, random).histories).estimate
        for _ in range(40)
    ]
    spread = np.log([fit.values for fit in fits]).std(axis=0)
    claimed = np.mean([fit.standard_errors / fit.values for fit in fits], axis=0)
    assert spread == pytest.approx(claimed, rel=0.3)


def test_bootstrap_intervals_hold_the_truth_as_often_as_they_say():
    """Of 60 cohorts nine of ten 90 % intervals hold each parameter; the mean over all is closer."""
    truth, random, held = BetaGeometric(0.9, 4.0, 0.8, 2.4), np.random.default_rng(10), []
    for _ in range(60):
        fit = fit_bg_nbd(cohort(truth, np.full(600, 50.0), 0.0, random).histories)
        low, high = np.quantile(fit.bootstrap(60, random), [0.05, 0.95], axis=0)
        true = np.array([getattr(truth, name) for name in fit.estimate.names])
        held.append((low <= true) & (true <= high))
    assert (np.mean(held, axis=0) >= 0.78).all()
    assert 0.83 <= np.mean(held) <= 0.95


def test_bootstrap_draws_scatter_as_estimates_do():
    """For spend too, whose histories are customers; and in weights, not in rows, lies the draw."""
    random, truth = np.random.default_rng(11), GammaGamma(4.0, 5.0, 60.0)
    x = random.integers(1, 12, 800)
    nu = random.gamma(truth.q, 1 / truth.v, len(x))
    fit = fit_gamma_gamma(x, random.gamma(truth.p * x, 1 / nu) / x)
    drawn = np.log(fit.bootstrap(200, random))
    assert drawn.std(axis=0) == pytest.approx(
        fit.estimate.standard_errors / fit.estimate.values, rel=0.3
    )
    assert drawn.mean(axis=0) == pytest.approx(np.log(fit.estimate.values), abs=0.1)
    again = fit.likelihood(3 * fit.customer_count)(fit.estimate.values)[0]
    assert again == pytest.approx(3 * fit.log_likelihood)
