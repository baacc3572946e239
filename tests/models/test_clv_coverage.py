"""Nine of ten values come out inside their intervals: cohorts valued, then lived on."""

import numpy as np
import pytest

from clv_cohort import UNIT_DAYS, cohort
from dakehu.analysis.clv.beta_geometric import BetaGeometric, fit_bg_nbd, fit_mbg_cnbd, fit_mbg_nbd
from dakehu.analysis.clv.gamma_gamma import GammaGamma, fit_gamma_gamma
from dakehu.analysis.clv.pareto_nbd import ParetoNbd, fit_pareto_nbd
from dakehu.analysis.clv.present_value import bought, continuous_rate, valuation

SPEND = GammaGamma(4.0, 5.0, 60.0)
RATE = continuous_rate(0.10, 365.25, 7.0)
CASES = [
    (BetaGeometric(1.2, 6.0, 0.8, 4.0), fit_bg_nbd),
    (BetaGeometric(1.2, 6.0, 0.8, 4.0, drops_at_zero=True), fit_mbg_nbd),
    (BetaGeometric(2.0, 2.0, 0.7, 5.0, k=3, drops_at_zero=True), fit_mbg_cnbd),
    (ParetoNbd(1.2, 6.0, 0.7, 30.0), fit_pareto_nbd),
]


def lived_and_valued(truth, fitter, customers: int, random):
    """A cohort of known make, valued from its histories alone."""
    lived = cohort(truth, random.uniform(20, 80, customers), 52.0, random, SPEND, RATE)
    purchases, spend = fitter(lived.histories), fit_gamma_gamma(*bought(lived.customers))
    return lived, valuation(purchases, spend, lived.customers, 52.0, RATE, unit_days=UNIT_DAYS)


@pytest.mark.parametrize(("truth", "fitter"), CASES, ids=[repr(case[0]) for case in CASES])
def test_intervals_cover_what_comes(truth, fitter):
    lived, valued = lived_and_valued(truth, fitter, 1_500, np.random.default_rng(3))
    columns = valued.customers.select("clv_low_amount", "clv_amount", "clv_high_amount")
    low, value, high = columns.to_numpy().T
    inside = (low <= lived.future_value) & (lived.future_value <= high)
    assert 0.85 <= inside.mean() <= 0.95
    active = valued.customers["p_alive"].to_numpy() > 0.8
    assert 0.85 <= inside[active].mean() <= 0.95
    assert ((low <= value) & (value <= high)).all()
    assert value.sum() == pytest.approx(lived.future_value.sum(), rel=0.12)


def test_the_sum_of_all_customers_is_covered_too():
    random, truth, inside = np.random.default_rng(4), BetaGeometric(1.2, 6.0, 0.8, 4.0), []
    for _ in range(25):
        lived, valued = lived_and_valued(truth, fit_bg_nbd, 300, random)
        total, low, high = valued.equity
        assert low < total < high
        inside.append(low <= lived.future_value.sum() <= high)
    assert np.mean(inside) >= 0.76
