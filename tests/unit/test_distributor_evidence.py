"""The statistics of leads against their definitions and against scipy."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from dakehu.analysis.distributor_ranking.evidence import (
    discoveries,
    rank_sum_p,
    student,
    tail_p,
)

RNG = np.random.default_rng(3)


def test_rank_sum_is_the_share_of_all_choices():
    sample, others = np.array([3.0, 5.0, 5.0]), np.array([1.0, 2.0, 3.0, 5.0, 0.5, 0.0])
    ranks = stats.rankdata(np.concatenate([sample, others]))
    seen = ranks[:3].sum()
    sums = [sum(ranks[list(chosen)]) for chosen in combinations(range(9), 3)]
    assert rank_sum_p(sample, others) == pytest.approx(np.mean([one >= seen for one in sums]))


def test_rank_sum_agrees_with_mann_whitney_without_ties():
    for _ in range(20):
        sample, others = RNG.normal(1, 1, 4), RNG.normal(0, 1, 17)
        exact = stats.mannwhitneyu(sample, others, alternative="greater", method="exact").pvalue
        assert rank_sum_p(sample, others) == pytest.approx(exact)


def test_mean_above_zero_agrees_with_scipy():
    values = RNG.normal(0.3, 1, 12)
    frame = pl.DataFrame({"who": ["a"] * 12 + ["b"] * 4, "value": [*values, *values[:4]]})
    found = frame.group_by("who").agg(p=student(pl.col("value"), 5)).with_columns(tail_p("p"))
    known = dict(found.iter_rows())
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert known["a"] == pytest.approx(expected)
    assert known["b"] is None


def test_benjamini_and_hochbergs_own_example():
    """The fifteen p-values of their paper of 1995: four are discoveries at 0.05."""
    p_values = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
         0.5719, 0.6528, 0.7590, 1.000]
    )  # fmt: skip
    shuffled = RNG.permutation(15)
    kept = discoveries(p_values[shuffled], 0.05)
    assert sorted(p_values[shuffled][kept]) == [0.0001, 0.0004, 0.0019, 0.0095]
    assert not discoveries(np.array([]), 0.05).any()
    few = stats.false_discovery_control(p_values, method="bh") <= 0.10
    assert (discoveries(p_values, 0.10) == few).all()
