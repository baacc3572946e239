"""Spend, discounted purchases, and values with their intervals."""

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.calibration import Calibration
from dakehu.analysis.clv.gamma_gamma import GammaGamma, fit_gamma_gamma, independence
from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.present_value import (
    continuous_rate,
    discounted_purchases,
    valuation,
)

SPEND = GammaGamma(4.0, 5.0, 60.0)
RATE = continuous_rate(0.10, 365.25, 7.0)


def test_spend_is_recovered_and_pulled_towards_the_mean():
    random = np.random.default_rng(1)
    x = random.integers(1, 12, 5_000)
    nu = random.gamma(SPEND.q, 1 / SPEND.v, len(x))
    z = random.gamma(SPEND.p * x, 1 / nu) / x
    fit = fit_gamma_gamma(x, z)
    true = np.array([SPEND.p, SPEND.q, SPEND.v])
    assert (np.abs(fit.estimate.values - true) < 3 * fit.estimate.standard_errors).all()
    assert fit.model.population_mean == pytest.approx(SPEND.p * SPEND.v / (SPEND.q - 1), rel=0.05)
    once, often = SPEND.expected(np.array([1, 50]), np.array([300.0, 300.0]))
    assert SPEND.population_mean < once < often < 300
    assert SPEND.expected(np.array([0]), np.array([np.nan]))[0] == SPEND.population_mean
    assert once == pytest.approx(4 * (60 + 300) / (4 + 5 - 1))
    in_cents = fit_gamma_gamma(x, 100 * z)
    assert in_cents.model.v == pytest.approx(100 * fit.model.v, rel=1e-6)
    assert in_cents.log_likelihood == pytest.approx(fit.log_likelihood - len(x) * np.log(100))


def test_an_infinite_mean_is_refused():
    with pytest.raises(ValueError, match=r"q = 0\.900 is not above 1"):
        _ = GammaGamma(2.0, 0.9, 10.0).population_mean
    with pytest.raises(ValueError, match="no finite mean"):
        GammaGamma(0.1, 0.5, 10.0).expected(np.array([1]), np.array([5.0]))
    with pytest.raises(ValueError, match="only 1 customers bought again"):
        fit_gamma_gamma(np.array([0, 1, 2]), np.array([5.0, 0.0, 3.0]))


def test_dependence_of_spend_on_frequency_is_noticed():
    random = np.random.default_rng(2)
    x, z = random.integers(0, 30, 500), random.gamma(3.0, 10.0, 500)
    assert not independence(x, z).is_doubtful
    assert independence(x, z * (1 + x)).is_doubtful
    assert independence(x, z / (1 + x)).rank_correlation < -0.3
    assert np.isnan(independence(np.array([1, 1]), np.array([2.0, 2.0])).correlation)
    ties = independence(np.array([1, 1, 2, 3]), np.array([5.0, 7.0, 6.0, 8.0]))
    assert ties.rank_correlation == pytest.approx(3 / np.sqrt(4.5 * 5))


def test_discounted_purchases_are_the_sum_of_small_steps():
    model = BetaGeometric(0.9, 4.0, 0.8, 2.4)
    histories = Histories.blank(7.0)
    times = np.linspace(0, 104, 1041)
    curve = np.array([model.expected(histories, t)[0] for t in times])
    steps = np.exp(-RATE * (times[1:] + times[:-1]) / 2) @ np.diff(curve)
    assert discounted_purchases(model, histories, 104.0, RATE)[0] == pytest.approx(steps, rel=1e-6)
    assert discounted_purchases(model, histories, 104.0, 0.0)[0] == curve[-1]
    assert np.exp(-continuous_rate(0.01, 30.4375, 7.0) * 365.25 / 7) == pytest.approx(1.01**-12)
    with pytest.raises(ValueError, match="leaves nothing"):
        continuous_rate(-1.0, 365.25)


def test_margins_below_zero_make_values_below_zero():
    customers = pl.DataFrame({"expected_orders": [4.0, 4.0], "discounted_orders": [3.8, 3.8]})
    calibration = Calibration(np.zeros(0), np.array([0.2]), np.array([1.5]))
    spend, discount = np.array([10.0, 10.0]), RATE * 52
    found = valuation(customers, spend, calibration, 1.0, discount, np.array([0.3, -0.1]))
    flat = (1 - np.exp(-discount)) / discount
    ends = [0.2 * 50 * flat, 38.0, 1.5 * 50 * flat]
    columns = found.select("clv_low_amount", "clv_amount", "clv_high_amount").to_numpy()
    assert columns[0] == pytest.approx([0.3 * end for end in ends])
    assert columns[1] == pytest.approx([-0.1 * end for end in reversed(ends)])
    assert found["expected_amount"].to_list() == [40.0, 40.0]


def test_an_interval_holds_the_value_even_where_a_rare_large_future_makes_it():
    customers = pl.DataFrame({"expected_orders": [4.0], "discounted_orders": [4.0]})
    calibration = Calibration(np.zeros(0), np.array([0.0]), np.array([0.1]))
    found = valuation(customers, np.array([10.0]), calibration, 1.0, 0.0)
    row = found.row(0, named=True)
    assert (row["clv_low_amount"], row["clv_high_amount"]) == (0.0, row["clv_amount"])
