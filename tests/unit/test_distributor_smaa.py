"""Ranks under drawn weights: the exact case, a plain loop, ties, missing values, vetoes."""

import numpy as np
import pytest

from dakehu.analysis.distributor_ranking.smaa import (
    acceptability,
    any_weights,
    weights_around,
    win_probability,
)

NONE = np.zeros(3)
EXACT = np.array([[1, 0], [0, 1], [0.6, 0.6]])


def generator(seed=1):
    return np.random.default_rng(seed)


def test_the_exact_case():
    weights = any_weights(2, 200_000, generator())
    found = acceptability(EXACT, weights, NONE, generator(2))
    assert found.first_rank == pytest.approx([0.4, 0.4, 0.2], abs=0.005)
    assert found.ranks[:, 0] == pytest.approx(found.first_rank)
    assert found.ranks[:, 2] == pytest.approx([0.5, 0.5, 0], abs=0.005)
    assert found.central_weights == pytest.approx(
        np.array([[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]]), abs=0.005
    )
    assert found.low.tolist() == [1, 1, 1]
    assert found.high.tolist() == [3, 3, 2]
    wins = win_probability(EXACT, weights, NONE, (np.array([0, 0]), np.array([1, 2])), generator())
    assert wins == pytest.approx([0.5, 0.4], abs=0.005)


def test_a_plain_loop_counts_the_same_ranks():
    random = generator()
    points, handicap = random.uniform(0, 100, (40, 7)), random.choice([0.0, 3.0, 8.0], 40)
    weights = weights_around(np.full(7, 1 / 7), 0.4, 3_001, random)
    counted, wins = np.zeros((40, 40)), np.zeros((40, 40))
    for one in weights:
        total = points @ one - handicap
        counted[np.argsort(-total), np.arange(40)] += 1
        wins += total[:, np.newaxis] > total
    found = acceptability(points, weights, handicap, random, reach=39)
    # A pair closer than the last bit of a key may change places in a draw or two.
    assert np.abs(found.ranks * 3_001 - counted).max() <= 2
    pairs = np.triu_indices(40, 1)
    assert win_probability(points, weights, handicap, pairs, random) == pytest.approx(
        wins[pairs] / 3_001, abs=2 / 3_001
    )
    one, other = pairs
    assert found.ahead[one, other - one] == pytest.approx(wins[pairs] / 3_001, abs=2 / 3_001)
    assert np.isnan(found.ahead).sum() == 40 * 40 - len(one)
    shares = counted.cumsum(axis=1) / 3_001
    assert np.abs(found.low - 1 - (shares >= 0.05).argmax(axis=1)).max() <= 1
    assert (found.low - 1 == (shares >= 0.05).argmax(axis=1)).mean() > 0.9
    assert (found.high - 1 == (shares >= 0.95).argmax(axis=1)).mean() > 0.9


def test_drawn_weights_sum_to_one_and_stay_within_their_spread():
    agreed = np.array([0.5, 0.3, 0.2])
    weights = weights_around(agreed, 0.3, 5_000, generator())
    assert weights.sum(axis=1) == pytest.approx(np.ones(5_000))
    ratio = weights / agreed
    assert (ratio.max(axis=1) / ratio.min(axis=1)).max() <= 1.3 / 0.7
    assert weights.mean(axis=0) == pytest.approx(agreed, abs=0.01)
    assert weights_around(agreed, 0.0, 3, generator()) == pytest.approx(np.tile(agreed, (3, 1)))


def test_twins_share_their_ranks_and_win_half():
    points = np.array([[80.0, 20], [50, 50], [50, 50], [50, 50], [20, 20]])
    weights = weights_around(np.array([0.6, 0.4]), 0.2, 20_000, generator())
    found = acceptability(points, weights, np.zeros(5), generator(), reach=1)
    assert found.ahead[1:3, 1].tolist() == [0.5, 0.5]
    assert (found.low.tolist(), found.high.tolist()) == ([1, 2, 2, 2, 5], [1, 4, 4, 4, 5])
    twins = found.ranks[1:4, 1:4]
    assert twins.sum(axis=0) == pytest.approx([1, 1, 1])
    assert twins[:, [0, 2]].min() > 0.2
    pairs = (np.array([1, 0, 1]), np.array([2, 4, 4]))
    assert win_probability(points, weights, np.zeros(5), pairs, generator()).tolist() == [0.5, 1, 1]


def test_whoever_is_nowhere_worse_wins_with_probability_one_exactly():
    random = generator()
    points = np.repeat(random.uniform(0, 100, (50, 12)), 2, axis=0)
    points[1::2, 3] -= 1e-3
    weights = any_weights(12, 20_000, random)
    pairs = (np.arange(0, 100, 2), np.arange(1, 100, 2))
    assert (win_probability(points, weights, np.zeros(100), pairs, random) == 1.0).all()
    assert (win_probability(points, weights, np.zeros(100), pairs[::-1], random) == 0.0).all()
    # Far below a step of the rounded scores.
    points[1::2, 3] = points[::2, 3] - 1e-9
    found = acceptability(points, weights, np.zeros(100), random, reach=1)
    assert (found.ahead[::2, 1] == 1.0).all()
    turned = acceptability(points[::-1], weights, np.zeros(100), random, reach=1)
    assert (turned.ahead[::2, 1] == 0.0).all()


def test_missing_widens_the_interval_and_keeps_others_as_they_were():
    random = generator()
    points = np.linspace(90, 10, 17)[:, np.newaxis] * np.ones(5)
    weights = weights_around(np.full(5, 0.2), 0.3, 8_000, random)
    full = acceptability(points, weights, np.zeros(17), generator())
    assert (full.high - full.low).max() == 0
    points[8, 1] = np.nan
    one = acceptability(points, weights, np.zeros(17), generator())
    points[8, 3] = np.nan
    two = acceptability(points, weights, np.zeros(17), generator())
    assert one.low[8] < 9 < one.high[8]
    assert two.high[8] - two.low[8] > one.high[8] - one.low[8] >= 2
    assert two.ranks[0, 0] == two.ranks[16, 16] == 1
    # Between 40 and 60 points of 100 the one with 50 and a fifth unknown may be anywhere.
    beside = (np.array([8, 8]), np.array([0, 16]))
    assert win_probability(points, weights, np.zeros(17), beside, generator()).tolist() == [0, 1]
    close = win_probability(points, weights, np.zeros(17), (np.array([8]), np.array([9])), random)
    assert 0.5 < close[0] < 0.8


def test_sets_of_points_share_the_draws():
    random = generator()
    sets = np.stack([EXACT, EXACT[::-1]])
    weights = any_weights(2, 100_001, random)
    found = acceptability(sets, weights, NONE, random)
    assert found.first_rank == pytest.approx([0.3, 0.4, 0.3], abs=0.01)
    pair = (np.array([0]), np.array([2]))
    assert win_probability(sets, weights, NONE, pair, random) == pytest.approx(0.5, abs=0.01)


def test_a_handicap_beyond_all_points_keeps_a_veto_last():
    points = np.array([[100.0, 100], [10, 0], [5, 5]])
    weights = any_weights(2, 2_000, generator())
    found = acceptability(points, weights, np.array([131.0, 0, 2]), generator())
    assert (found.low[0], found.high[0]) == (3, 3)
    assert found.central_weights[1].sum() == pytest.approx(1)
    assert np.isnan(found.central_weights[0]).all()


def test_few_distributors_do_not_overflow_the_keys():
    points = np.array([[100.0, 80, 80], [80, 80, 80], [60, 60, 60], [40, 40, 40]])
    weights = weights_around(np.full(3, 1 / 3), 0.3, 20_000, generator())
    found = acceptability(points, weights, np.zeros(4), generator())
    assert found.ranks.tolist() == np.eye(4).tolist()


def test_one_distributor_and_more_ranks_than_are_counted_one_by_one(monkeypatch):
    alone = acceptability(np.array([[50.0]]), np.ones((100, 1)), np.zeros(1), generator())
    assert (alone.first_rank[0], alone.low[0], alone.high[0]) == (1, 1, 1)
    points = np.linspace(100, 0, 50)[:, np.newaxis]
    monkeypatch.setattr("dakehu.analysis.distributor_ranking.smaa._BINS", 20)
    found = acceptability(points, np.ones((1_000, 1)), np.zeros(50), generator())
    assert found.width == 3
    rank = np.arange(1, 51)
    assert ((found.low <= rank) & (rank <= found.high)).all()
    assert (found.high - found.low).max() == 2
    assert found.high.max() == 50
