"""What the models say of customers, against simulated ones, counting and extremes."""

import numpy as np
import pytest

from clv_cohort import MODELS, cohort, history
from dakehu.analysis.clv.beta_geometric import BetaGeometric, fit_bg_nbd, fit_mbg_cnbd, fit_mbg_nbd
from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.maximum_likelihood import maximise
from dakehu.analysis.clv.pareto_nbd import ParetoNbd, fit_pareto_nbd


def test_a_length_of_its_own_for_each_history():
    histories = Histories(
        np.array([0, 1, 4]), np.array([0, 50, 270]), np.array([272, 272, 280]), np.ones(3, int)
    )
    periods = np.array([10.0, 39.0, 104.0])
    for model in [*MODELS, BetaGeometric(0.05, 0.01, 900.0, 0.02)]:
        each = [
            model.expected(histories.take(slice(i, i + 1)), float(periods[i]))[0] for i in range(3)
        ]
        assert model.expected(histories, periods) == pytest.approx(each)


def test_new_customers_buy_what_the_blank_history_expects():
    random = np.random.default_rng(7)
    for model in MODELS:
        seen = cohort(model, np.full(10_000, 0.0), 30.0, random).future_count
        expected = model.expected(Histories.blank(7.0), 30.0)[0]
        assert seen.mean() == pytest.approx(expected, abs=4 * seen.std() / np.sqrt(len(seen)))


@pytest.mark.parametrize("a", [0.3, 1.0, 1.00003, 2.5, 7.0])
@pytest.mark.parametrize("drops_at_zero", [False, True])
def test_closed_form_equals_counting(a, drops_at_zero):
    model = BetaGeometric(0.6, 4.0, a, 2.4, 1, drops_at_zero)
    histories = Histories(
        np.array([0, 1, 4, 60]),
        np.array([0, 50, 270, 700]),
        np.array([272, 272, 280, 730]),
        np.ones(4, dtype=int),
    )
    closed = model.expected(histories, 39.0)
    counted = model.p_alive(histories) * model._expected_by_counting(histories, 39.0)
    assert closed == pytest.approx(counted, rel=1e-7)


@pytest.mark.parametrize(
    "model",
    [*MODELS, BetaGeometric(0.05, 0.01, 900.0, 0.02), ParetoNbd(30.0, 0.5, 8e3, 7e4)],
    ids=repr,
)
def test_busy_customers_and_runaway_parameters_stay_finite(model):
    busy = Histories(
        np.array([500, 500, 5000, 0]),
        np.array([1090, 400, 1095, 0]),
        np.full(4, 1095),
        np.ones(4, dtype=int),
    )
    alive, expected = model.p_alive(busy), model.expected(busy, 52.0)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert np.isfinite(model.log_likelihood(busy))
    assert (expected >= 0).all()
    assert np.isfinite(expected).all()
    assert alive[0] > alive[1]


def test_pareto_expectation_is_smooth_through_s_equal_one():
    at = [
        ParetoNbd(0.6, 9.0, s, 10.0).expected(history(2, 200, 272), 39.0)[0]
        for s in (1 - 1e-7, 1.0, 1 + 1e-7)
    ]
    assert at[1] == pytest.approx(at[0], rel=1e-6)
    assert at[1] == pytest.approx(at[2], rel=1e-6)


def test_customers_that_never_leave_or_are_all_alike_do_not_break_the_fit():
    random = np.random.default_rng(10)
    loyal = cohort(BetaGeometric(2.0, 1.0, 1e-9, 1.0), np.full(200, 50.0), 0.0, random).histories
    for fitter in (fit_bg_nbd, fit_pareto_nbd):
        fit = fitter(loyal)
        assert fit.estimate.runaway
        assert fit.model.p_alive(loyal).min() > 0.99
        rate = loyal.frequency.sum() / loyal.age.sum()
        assert fit.model.expected(loyal, 10.0).mean() == pytest.approx(10 * rate, rel=0.02)
        assert np.isnan(fit.estimate.standard_errors).any()
    alike = cohort(BetaGeometric(1e6, 2e6, 1e5, 9e5), np.full(300, 80.0), 0.0, random).histories
    fit = fit_bg_nbd(alike)
    assert fit.model.a / (fit.model.a + fit.model.b) == pytest.approx(0.1, abs=0.02)
    assert fit.model.r / fit.model.alpha == pytest.approx(0.5, abs=0.05)


def test_too_few_repeat_buyers_is_a_sentence():
    few = Histories(np.array([0, 1]), np.array([0, 9]), np.array([90, 90]), np.array([500, 9]))
    for fitter in (fit_bg_nbd, fit_mbg_nbd, fit_mbg_cnbd, fit_pareto_nbd):
        with pytest.raises(ValueError, match="only 9 of 509 customers bought again, 10 are needed"):
            fitter(few)


def test_a_search_without_an_end_says_so():
    def nowhere(theta):
        return float(np.sin(1e9 * theta[0])), np.ones(1), np.ones((1, 1))

    with pytest.raises(ValueError, match="odd: no maximum of the likelihood found"):
        maximise("odd", ("a",), nowhere, np.ones(1))
    with pytest.raises(ValueError, match="odd: the likelihood is not a number"):
        maximise("odd", ("a",), lambda theta: (np.nan, np.ones(1), np.ones((1, 1))), np.ones(1))


def test_impossible_histories_are_refused():
    with pytest.raises(
        ValueError, match=r"history 1 is impossible: 0 repeat purchases, the last 5"
    ):
        Histories(np.array([0, 0]), np.array([0, 5]), np.array([9, 9]), np.ones(2, dtype=int))
