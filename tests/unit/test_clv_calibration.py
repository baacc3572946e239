"""Intervals from a holdout: ranks by hand, strata, and what they hold of customers not seen."""

import numpy as np
import pytest

from dakehu.analysis.clv.calibration import Calibration, Outcome, halves


def outcome(orders, spend, amount) -> Outcome:
    return Outcome(*(np.array(values, dtype=float) for values in (orders, spend, amount)))


def test_ends_are_the_ranks_of_the_scores():
    """Of 99 scores 1 ... 99 the fifth from either end; worth is that of one order more."""
    amounts = np.random.default_rng(0).permutation(np.arange(1, 100))
    found = Calibration.of(outcome(np.ones(99), np.full(99, 0.5), amounts))
    low, high = found.interval(np.array([1.0, 3.0]), np.array([0.5, 5.0]))
    assert low == pytest.approx([5, 100])
    assert high == pytest.approx([95, 1900])


def test_where_many_bring_nothing_the_interval_begins_at_zero_and_leaves_out_ten_per_cent_above():
    amounts = np.where(np.arange(99) < 6, 0, np.arange(1, 100))
    found = Calibration.of(outcome(np.zeros(99), np.ones(99), amounts))
    assert found.interval(np.zeros(1), np.ones(1)) == (0.0, 90.0)
    one_less = np.where(np.arange(99) < 4, 0, np.arange(1, 100))
    found = Calibration.of(outcome(np.zeros(99), np.ones(99), one_less))
    assert found.interval(np.zeros(1), np.ones(1)) == (5.0, 95.0)


def test_a_longer_horizon_stretches_what_is_expected_and_what_is_not():
    found = Calibration.of(outcome(np.zeros(30), np.ones(30), np.arange(1, 31)))
    high = found.interval(np.zeros(1), np.ones(1))[1]
    assert found.interval(np.zeros(1), np.ones(1), 2.0)[1] == 2 * high
    assert found.interval(np.array([6.0]), np.ones(1), 2.0)[1] == 8 * high


def test_few_customers_have_no_lower_end():
    low, high = Calibration.of(outcome(np.ones(12), np.ones(12), np.arange(1, 13))).interval(
        np.ones(1), np.ones(1)
    )
    assert (low, high) == (0.0, 12.0)


def test_strata_hold_customers_of_whom_alike_is_expected():
    """Few buy twice what is expected, many half: one width would hold all of one, few of the other.

    The lesser half is expected to order once, the other nine times.
    """
    random = np.random.default_rng(1)
    orders = np.repeat([1.0, 9.0], 600)
    factor = np.where(orders == 1, random.gamma(1, 2, 1200), random.gamma(50, 0.5 / 50, 1200))
    whole = Outcome(orders, np.ones(1200), orders * factor)
    learned = Calibration.of(whole.take(slice(0, None, 2)))
    assert learned.edges.tolist() == [9.0]
    unseen = whole.take(slice(1, None, 2))
    low, high = learned.interval(unseen.orders, unseen.spend)
    inside = (low <= unseen.amount) & (unseen.amount <= high)
    for kind in (1.0, 9.0):
        assert 0.85 <= inside[unseen.orders == kind].mean() <= 0.95
    assert halves(whole) == pytest.approx(0.9, abs=0.02)
    width = (high - low) / unseen.orders
    assert width[unseen.orders == 1].min() > 3 * width[unseen.orders == 9].max()


def test_intervals_hold_where_spend_and_frequency_go_together():
    """Who orders often spends more than is thought of it; a calibration knows, a model does not."""
    random = np.random.default_rng(2)
    orders = random.gamma(1.0, 5.0, 3_000)
    came = random.poisson(orders)
    amount = came * (1 + orders / 5) * random.gamma(5, 0.2, 3_000)
    whole = Outcome(orders, np.full(3_000, 2.0), amount)
    assert halves(whole) == pytest.approx(0.9, abs=0.02)
    learned, unseen = Calibration.of(whole.take(slice(0, 1500))), whole.take(slice(1500, None))
    assert learned.coverage(unseen) == pytest.approx(0.9, abs=0.03)
    busy = unseen.orders > 10
    of_busy = Outcome(unseen.orders[busy], unseen.spend[busy], unseen.amount[busy])
    assert 0.85 <= learned.coverage(of_busy) <= 0.95


def test_customers_alike_in_all_make_one_stratum():
    found = Calibration.of(outcome(np.full(500, 2.0), np.ones(500), np.arange(500)))
    assert len(found.edges) == 0
    assert len(found.low) == len(found.high) == 1
