"""Models of given occasions: BG/BB for donors and the like, sBG for contracts."""

import numpy as np
import pytest

from dakehu.analysis.clv.bg_bb import BetaGeometricBetaBernoulli, Opportunities, fit_bg_bb
from dakehu.analysis.clv.sbg import ShiftedBetaGeometric, fit_sbg


def test_bg_bb_expectation_by_simulation():
    model, random = BetaGeometricBetaBernoulli(1.2, 0.9, 1.0, 2.8), np.random.default_rng(11)
    size, n, ahead = 20_000, 6, 5
    buys, dies = random.beta(1.2, 0.9, size), random.beta(1.0, 2.8, size)
    lives = random.geometric(dies) - 1
    bought = random.random((size, n + ahead)) < buys[:, None]
    bought &= np.arange(n + ahead) < lives[:, None]
    x, came = bought[:, :n].sum(axis=1), bought[:, n:].sum(axis=1)
    last = np.where(x > 0, n - bought[:, :n][:, ::-1].argmax(axis=1), 0)
    histories = Opportunities(x, last, np.full(size, n), np.ones(size, dtype=int))
    expected = model.expected(histories, ahead)
    for value in (0, 2, 6):
        rows = x == value
        error = 4 * came[rows].std() / np.sqrt(rows.sum())
        assert expected[rows].mean() == pytest.approx(came[rows].mean(), abs=error)
        share = model.p_alive(histories)[rows].mean()
        assert share == pytest.approx((lives[rows] >= n).mean(), abs=2 / np.sqrt(rows.sum()))


def test_sbg_published_cohorts():
    """Fader and Hardie (2007): regular and high-end customers, seven renewals."""
    regular = np.array([1000, 631, 468, 382, 326, 289, 262, 241])
    high_end = np.array([1000, 869, 743, 653, 593, 551, 517, 491])
    for survivors, alpha, beta, value in [
        (regular, 0.7041, 1.1820, -1680.265),
        (high_end, 0.6681, 3.8061, -1611.158),
    ]:
        fit = fit_sbg(survivors)
        assert fit.estimate.values == pytest.approx([alpha, beta], abs=5e-5)
        assert fit.log_likelihood == pytest.approx(value, abs=5e-4)
    with pytest.raises(ValueError, match="must not rise"):
        fit_sbg(np.array([10, 12, 9]))


def test_sbg_lifetimes_are_sums_over_survival():
    model = ShiftedBetaGeometric(0.7, 3.8)
    survival = model.survival(5_000)
    renewals = np.array([0, 4])
    assert model.expected(renewals, 3) == pytest.approx(
        [survival[1:4].sum(), survival[5:8].sum() / survival[4]]
    )
    weights = 1.1 ** -np.arange(1, 4_997)
    residual = [survival[1:4_997] @ weights, survival[5:] @ weights / survival[4]]
    assert model.residual_lifetime(renewals, 0.1) == pytest.approx(residual, rel=1e-6)


def test_too_few_buyers_and_impossible_histories_are_refused():
    nobody = Opportunities(*(np.array([v]) for v in (0, 0, 6, 50)))
    with pytest.raises(ValueError, match="only 0 customers bought"):
        fit_bg_bb(nobody)
    with pytest.raises(ValueError, match="history 0 is impossible: 3 purchases"):
        Opportunities(*(np.array([v]) for v in (3, 2, 6, 1)))
