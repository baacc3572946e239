"""The published tables of TOPSIS, VIKOR, PROMETHEE, AHP, entropy and CRITIC, digit by digit."""

import numpy as np
import pytest

from dakehu.analysis.distributor_ranking.judgements import ahp
from dakehu.analysis.distributor_ranking.score import score_of
from dakehu.analysis.distributor_ranking.second_opinions import (
    min_max,
    on_bounds,
    promethee,
    second_opinions,
    topsis,
    vector,
    vikor,
)
from dakehu.analysis.distributor_ranking.weights import critic, entropy, weights_beside
from distributor_sheets import POLICY, drawn, facts, sheet

EQUAL = np.array([0.5, 0.5])
MOUNTAIN, RISES = np.array([[1, 3000], [2, 3750], [5, 4500.0]]), np.array([False, True])
HYDRO = np.array(
    [
        [4184.3, 2914.0, 407.2, 251.0, 195, 244, 15, 2.41],
        [5211.9, 3630.0, 501.7, 308.3, 282, 346, 21, 1.41],
        [5021.3, 3920.5, 504.0, 278.6, 12, 56, 3, 4.42],
        [5566.1, 3957.9, 559.5, 335.3, 167, 268, 16, 3.36],
        [5060.5, 3293.5, 514.1, 284.2, 69, 90, 7, 4.04],
        [4317.9, 2925.9, 432.8, 239.3, 12, 55, 3, 4.36],
    ]
)
HYDRO_RISES = np.array([1, -1, 1, 1, -1, -1, -1, 1]) > 0
SCHOOLS = np.array(
    [
        [1, 4, 3, 1, 3, 4],
        [1 / 4, 1, 7, 3, 1 / 5, 1],
        [1 / 3, 1 / 7, 1, 1 / 5, 1 / 5, 1 / 6],
        [1, 1 / 3, 5, 1, 1, 1 / 3],
        [1 / 3, 5, 5, 1, 1, 3],
        [1 / 4, 1, 6, 3, 1 / 3, 1],
    ]
)
ELSAYED = np.array(
    [
        [7, 312, 1891, 6613, 163],
        [72, 88, 728, 941804, 1078],
        [10, 252, 2594, 3466, 117471],
        [10, 145, 980, 2371, 86329],
        [65, 54, 350, 501, 29897],
        [29, 48, 380, 912, 34051],
        [7, 476, 3300, 78470, 2212],
        [70, 87, 650, 733, 819000],
        [4, 86, 591, 3015, 103],
        [12, 79, 579, 3240, 96098],
        [21, 45, 261, 1253, 453],
        [1, 72, 530, 4333, 0.1048],
    ]
)
FIRMS = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.10],
        [-34.6, 3.31, 0.98],
    ]
)


def by_vector(matrix, weights, rises):
    scaled = vector(matrix)
    high, low = scaled.max(axis=0), scaled.min(axis=0)
    return topsis(scaled, weights, np.where(rises, high, low), np.where(rises, low, high))


def test_topsis_of_tzeng_and_huang():
    matrix = np.array([[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6.0]])
    closeness = by_vector(matrix, np.array([0.3, 0.4, 0.3]), np.ones(3, bool))
    assert closeness.round(4).tolist() == [0.5037, 0.6581, 0.7482, 0.3340]


def test_mountain_of_opricovic_and_tzeng():
    found = vikor(min_max(MOUNTAIN, RISES), EQUAL)
    assert found.s.tolist() == [0.5, 0.375, 0.5]
    assert found.r.tolist() == [0.5, 0.25, 0.5]
    assert found.q.tolist() == [1, 0, 1]
    assert topsis(min_max(MOUNTAIN, RISES), EQUAL).round(3).tolist() == [0.5, 0.617, 0.5]
    assert by_vector(MOUNTAIN, EQUAL, RISES).round(3).tolist() == [0.762, 0.722, 0.238]
    moved = MOUNTAIN * [1, 0.001] + [5, -1]
    assert by_vector(moved, EQUAL, RISES).round(3).tolist() == [0.489, 0.612, 0.511]


@pytest.mark.parametrize(
    ("weights", "q", "compromise"),
    [
        ([1] * 8, [0.991, 1, 0.473, 0.670, 0, 0.578], [4]),
        ([1, 1, 1, 1, 2, 2, 2, 2], [0.684, 1, 0.147, 0.554, 0.041, 0.191], [2, 4, 5]),
    ],
)
def test_hydro_schemes_of_opricovic_and_tzeng(weights, q, compromise):
    found = vikor(min_max(HYDRO, HYDRO_RISES), np.array(weights) / sum(weights))
    assert found.q.round(3).tolist() == q
    assert found.compromise.tolist() == compromise


def test_promethee_of_zhao():
    matrix = np.array([[4, 3, 2], [3, 2, 4], [5, 1, 3.0]])
    flow = promethee(matrix, np.array([0.5, 0.3, 0.2]), np.ones(3, bool))
    assert flow.round(12).tolist() == [0.1, -0.3, 0.2]
    falling = promethee(-matrix, np.array([0.5, 0.3, 0.2]), np.zeros(3, bool))
    assert falling.tolist() == flow.tolist()


def test_ahp_of_wang_and_chin_is_inconsistent_and_says_so():
    found = ahp(SCHOOLS)
    assert found.weights.round(4).tolist() == [0.3208, 0.1395, 0.0348, 0.1285, 0.2374, 0.1391]
    assert round(found.eigenvalue, 3) == 7.420
    assert round(found.consistency_ratio, 3) == 0.229
    assert not found.is_consistent
    small = ahp(np.array([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]))
    assert small.weights.round(4).tolist() == [0.6370, 0.2583, 0.1047]
    assert round(small.eigenvalue, 4) == 3.0385
    assert round(small.consistency_ratio, 4) == 0.0332
    assert small.is_consistent


def test_ahp_names_judgements_that_cannot_be():
    with pytest.raises(ValueError, match=r"row 2, column 1 must be 0\.25") as error:
        ahp(np.array([[1, 4], [3, 1]]))
    assert "it is 3" in str(error.value)
    for wrong in (np.ones((2, 3)), np.array([[1, 0], [0, 1]]), np.array([1, 2])):
        with pytest.raises(ValueError, match="square table of numbers above zero"):
            ahp(wrong)
    assert ahp(np.array([[1, 4], [0.25, 1]])).weights.tolist() == pytest.approx([0.8, 0.2])
    assert ahp(np.array([[1, 3], [0.33, 1]])).weights[0] == pytest.approx(0.75, abs=0.01)
    assert ahp(np.ones((1, 1))).weights.tolist() == [1]


def test_entropy_of_elsayed():
    weights = entropy(ELSAYED)
    assert weights.round(6).tolist() == [0.104991, 0.069124, 0.071373, 0.449937, 0.304575]
    with_zero = entropy(np.array([[0, 1, 0], [2, 1, 0], [4, 1, 0.0]]))
    assert with_zero.tolist() == pytest.approx([1, 0, 0])


def test_critic_of_diakoulaki():
    weights = critic(min_max(FIRMS, np.ones(3, bool)))
    assert weights.round(6).tolist() == [0.202226, 0.480902, 0.316873]
    flat = critic(np.column_stack([min_max(FIRMS, np.ones(3, bool)), np.ones(8)]))
    assert flat.round(6).tolist() == [0.202226, 0.480902, 0.316873, 0]


def test_vikor_takes_the_second_in_where_the_first_is_first_in_neither():
    scaled = np.array(
        [
            [0.3, 0.8, 0.5],
            [0.2, 0.5, 0.9],
            [0.4, 0.1, 0.4],
            [0.1, 0.9, 0.7],
            [0.1, 0.9, 0.4],
            [0.0, 1.0, 1.0],
            [0.2, 0.4, 0.2],
        ]
    )
    weights = np.array([0.5, 0.3, 0.2])
    found = vikor(scaled, weights)
    assert found.q.argmin() == 0
    assert (found.s.argmin(), found.r.argmin()) == (5, 2)
    assert np.sort(found.q)[1] - found.q[0] > 1 / 6
    # Two share the second place by Q.
    assert found.compromise.tolist() == [0, 1, 2]
    scaled[1, 0] += 0.01
    assert vikor(scaled, weights).compromise.tolist() == [0, 1]
    alone = vikor(np.array([[0.5, 0.2]]), EQUAL)
    assert (alone.q.tolist(), alone.compromise.tolist()) == ([0], [0])


def test_second_opinions_beside_the_official_ranking():
    values = drawn(15, np.random.default_rng(3), missing=0.1)
    panel = score_of(sheet(values), facts(), POLICY).panel
    found = second_opinions(panel, POLICY)
    assert found.columns == ["distributor_id", "method", "value", "rank", "is_compromise"]
    count = len(panel.distributors)
    assert found.height == 3 * count
    for (method,), rows in found.group_by("method"):
        assert sorted(rows["rank"]) == list(range(1, count + 1))
        ordered = rows.sort("value", descending=method != "vikor")["rank"].to_list()
        assert ordered == sorted(ordered)
    assert found.filter(method="vikor")["is_compromise"].sum() >= 1
    scaled = on_bounds(panel, POLICY)
    assert np.nanmin(scaled) == 0
    assert np.nanmax(scaled) == 1
    # On fixed bounds TOPSIS says the same of the rest when one leaves.
    whole, part = topsis(scaled, panel.weights), topsis(scaled[1:], panel.weights)
    assert part.tolist() == pytest.approx(whole[1:].tolist())


def test_methods_compare_on_what_both_have():
    matrix = np.array([[3, np.nan], [2, 5], [1, 9.0]])
    flow = promethee(matrix, EQUAL, np.ones(2, bool))
    # d0 beats both on the first; d1 and d2 share one win each between them.
    assert flow.tolist() == pytest.approx([1, -0.5, -0.5])
    scaled = np.array([[0.5, np.nan], [0.5, 0.5]])
    assert topsis(scaled, EQUAL).tolist() == pytest.approx([0.5, 0.5])
    assert vikor(scaled, EQUAL).s.tolist() == pytest.approx([0.5, 0.5])


def test_weights_from_data_stand_beside_the_agreed_ones():
    panel = score_of(sheet(drawn(30, np.random.default_rng(1))), facts(), POLICY).panel
    found = weights_beside(panel)
    assert found["criterion"].to_list() == panel.criteria
    for name in ("agreed", "entropy", "critic"):
        assert found[name].sum() == pytest.approx(1)
    few = score_of(sheet(drawn(2, np.random.default_rng(1))), facts(), POLICY).panel
    assert weights_beside(few)["entropy"].null_count() == len(few.criteria)
