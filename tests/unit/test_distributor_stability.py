"""What holds when a criterion, a distributor or a month is another: intervals, tiers, reversals."""

from dataclasses import replace
from math import erf

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.certainty import certainty_of
from dakehu.analysis.distributor_ranking.score import Panel, score_of, weighted
from dakehu.analysis.distributor_ranking.second_opinions import min_max, topsis, vector
from dakehu.analysis.distributor_ranking.stability import (
    Months,
    leave_one_criterion_out,
    leave_one_distributor_out,
    ranks_of,
    resampled_points,
    reversals,
)
from distributor_sheets import POLICY, drawn, facts, sheet

FEW = Policy(smaa_draws=4_000, bootstrap_draws=100)
NAMES = ["quota_attainment", "relative_growth", "cash_share"]


def panel_of(points: list[list[float]], names=NAMES, handicap=None) -> Panel:
    """A panel in official order whose values sit in the middle of the bands of `points`."""
    earned = np.array(points, float)
    values = np.full(earned.shape, np.nan)
    for k, name in enumerate(names):
        criterion = POLICY.criteria[name]
        middles = np.convolve(criterion.bounds, [0.5, 0.5], "valid")
        around = [criterion.bounds[0] - 0.01, *middles, criterion.bounds[-1] + 0.01]
        for i, one in enumerate(earned[:, k]):
            if np.isfinite(one):
                values[i, k] = around[criterion.points.index(one)]
    weights = np.array(list(POLICY.weights(names).values()))
    ids = [f"d{i}" for i in range(len(points))]
    return Panel(ids, names, values, earned, weights, np.array(handicap or [0.0] * len(points)))


def test_leaving_a_criterion_out_shows_who_leans_on_it():
    panel = panel_of([[100, 40, 60], [60, 100, 60], [20, 20, 60]])
    without = leave_one_criterion_out(panel)
    assert without.height == 9
    changes = {
        name: rows.sort("distributor_id")["rank_change"].to_list()
        for (name,), rows in without.group_by("criterion")
    }
    assert changes["quota_attainment"] == [-1, 1, 0]
    assert changes["relative_growth"] == [0, 0, 0]
    assert changes["cash_share"] == [0, 0, 0]
    handicapped = replace(panel, handicap=np.array([150.0, 0, 0]))
    last = leave_one_criterion_out(handicapped).filter(distributor_id="d0")
    assert last["rank"].to_list() == [3, 3, 3]


def test_nobody_s_leaving_turns_the_official_order():
    random = np.random.default_rng(4)
    values = random.uniform(0.0, 1.4, (25, len(NAMES)))
    rows = {f"d{i:02}": dict(zip(NAMES, row, strict=True)) for i, row in enumerate(values)}
    panel = score_of(sheet(rows), facts(), POLICY, NAMES).panel
    turned = leave_one_distributor_out(panel, POLICY)
    assert turned["official"] == 0
    assert turned["own_scale"] > 0
    assert leave_one_distributor_out(panel_of([[100, 40, 60], [60, 100, 60]]), POLICY) == {
        "official": 0, "own_scale": 0
    }  # fmt: skip


def test_fixed_bounds_have_no_reversals_and_the_panel_s_own_scales_have_them():
    random = np.random.default_rng(1)
    turned = dict.fromkeys(("official", "min-max", "vector"), 0)
    for _ in range(40):
        values, weights = random.uniform(0, 100, (20, 6)), random.dirichlet(np.ones(6))
        rises = np.ones(6, bool)

        def official(kept, values=values, weights=weights):
            return weighted(values[kept], weights)

        def by_min_max(kept, values=values, weights=weights, rises=rises):
            return weighted(min_max(values[kept], rises), weights)

        def by_vector(kept, values=values, weights=weights):
            scaled = vector(values[kept])
            return topsis(scaled, weights, scaled.max(axis=0), scaled.min(axis=0))

        turned["official"] += reversals(official, 20)
        turned["min-max"] += reversals(by_min_max, 20)
        turned["vector"] += reversals(by_vector, 20)
    assert turned["official"] == 0
    assert turned["min-max"] > 100
    assert turned["vector"] > 200


def test_ranks_of_equal_values_keep_their_order():
    assert ranks_of(np.array([1.0, 5, 1, 5 + 1e-12])).tolist() == [3, 1, 4, 2]


def months_of(panel: Panel, spread: np.ndarray, count: int, bases=None) -> Months:
    random = np.random.default_rng(7)
    values = panel.values + spread * random.normal(size=(count, *panel.values.shape))
    values += panel.values - values.mean(axis=0)
    return Months(
        panel.distributors, panel.criteria, values, np.ones_like(values) if bases is None else bases
    )


def test_months_that_are_all_alike_change_nothing():
    panel = panel_of([[100, 20, 60], [60, np.nan, 60]])
    same = months_of(panel, np.zeros(3), 12)
    points = resampled_points(panel, same, POLICY, np.random.default_rng(1))
    assert points.shape == (200, 2, 3)
    np.testing.assert_array_equal(points, np.broadcast_to(panel.points, points.shape))


def test_a_value_near_a_bound_falls_to_either_side_as_its_months_say():
    panel = panel_of([[60, 60, 60]])
    panel.values[0, 0] = 0.9 + 0.02
    months = months_of(panel, np.array([0.06, 0, 0]), 12)
    policy = Policy(bootstrap_draws=10_000)
    drawn_points = resampled_points(panel, months, policy, np.random.default_rng(1))[:, 0, 0]
    error = months.values[:, 0, 0].std(ddof=1) / np.sqrt(12)
    expected = pytest.approx(0.5 * (1 + erf(0.02 / error / np.sqrt(2))), abs=0.02)
    assert np.mean(drawn_points >= 80) == expected


def test_a_month_weighs_by_its_base_and_the_unknown_stays():
    panel = panel_of([[60, 60, 60], [60, 60, 60]])
    bases = np.ones((2, 2, 3))
    bases[1, 0] = 1e-9
    months = months_of(panel, np.full(3, 0.2), 2, bases)
    # The second month of d0 weighs nothing, so it cannot move the mean, unless it is alone.
    months.values[1, 1] = np.nan
    random = np.random.default_rng(1)
    points = resampled_points(panel, months, Policy(bootstrap_draws=1_000), random)
    np.testing.assert_array_equal(points[:, 1], np.broadcast_to(panel.points[1], (1_000, 3)))
    alone = 0.25
    changed = (points[:, 0] != panel.points[0]).any(axis=1).mean()
    assert changed <= alone + 0.05
    others = Months(
        ["d1", "zz"], ["cash_share", "weather"], months.values[:, :, :2], bases[:, :, :2]
    )
    only = resampled_points(panel, others, POLICY, random)
    np.testing.assert_array_equal(only[:, 0], np.broadcast_to(panel.points[0], (200, 3)))
    assert set(map(tuple, only[:, 1, :2])) == {(60.0, 60.0)}
    values, weights = others.lined_up(panel)
    np.testing.assert_array_equal(values[:, 1, 2], months.values[:, 0, 0])
    assert weights[:, 0].sum() == weights[:, 1, :2].sum() == 0


def test_tiers_hold_what_cannot_be_told_apart_from_their_head():
    # d1 differs from d0 by what the weights decide; d2 is worse everywhere; d3 and d4 are twins.
    points = [[100, 60, 60], [60, 100, 80], [40, 40, 40], [20, 20, 20], [20, 20, 20]]
    found = certainty_of(panel_of(points), FEW)
    assert found.ranking["tier"].to_list() == [1, 1, 2, 3, 3]
    assert found.ranking["rank"].to_list() == [1, 2, 3, 4, 5]
    low, high = found.ranking["rank_low"].to_list(), found.ranking["rank_high"].to_list()
    assert (low, high) == ([1, 1, 3, 4, 4], [2, 2, 3, 5, 5])
    first = found.ranking["first_rank_acceptability"].to_list()
    assert sum(first) == pytest.approx(1)
    assert 0.5 < first[0] < 0.95
    pairs = {(a, b): wins for a, b, wins in found.pairwise.iter_rows()}
    assert len(pairs) == 20
    assert pairs["d0", "d1"] == pytest.approx(first[0], abs=0.02)
    assert pairs["d1", "d2"] == 1.0
    assert pairs["d2", "d1"] == 0.0
    assert pairs["d3", "d4"] == 0.5
    assert all(pairs[a, b] + pairs[b, a] == 1 for a, b in pairs)
    shares = found.rank_shares.group_by("distributor_id").agg(pl.col("share").sum())
    assert shares["share"].to_list() == pytest.approx([1] * 5)
    central = found.central_weights.group_by("distributor_id").agg(pl.col("weight").sum())
    assert sorted(central["distributor_id"]) == ["d0", "d1"]
    assert central["weight"].to_list() == pytest.approx([1, 1])


def test_noise_in_the_months_widens_intervals_and_joins_tiers():
    panel = panel_of([[100, 80, 80], [80, 80, 80], [60, 60, 60], [40, 40, 40]])
    weights_only = certainty_of(panel, FEW).ranking
    assert weights_only["tier"].to_list() == [1, 2, 3, 4]
    noisy = certainty_of(panel, FEW, months_of(panel, np.array([0.5, 0.5, 0.8]), 12)).ranking
    width = [(f["rank_high"] - f["rank_low"]).sum() for f in (weights_only, noisy)]
    assert width[0] == 0
    assert width[1] >= 4
    assert noisy["tier"].max() < 4


def test_a_long_ranking_is_compared_near_by_and_tiers_reach_farther(monkeypatch):
    module = "dakehu.analysis.distributor_ranking.certainty"
    everyone = score_of(sheet(drawn(40, np.random.default_rng(2), 0.1)), facts(), POLICY).panel
    whole = certainty_of(everyone, FEW)
    monkeypatch.setattr(f"{module}.ALL_PAIRS", 10)
    monkeypatch.setattr(f"{module}.REACH", 2)
    near = certainty_of(everyone, FEW)
    assert whole.pairwise.height == 40 * 39
    assert near.pairwise.height == 2 * (39 + 38)
    assert whole.ranking["tier"].max() >= 3
    assert near.ranking["tier"].max() == pytest.approx(whole.ranking["tier"].max(), abs=1)
    assert (near.ranking.group_by("tier").len()["len"] > 3).any()


def test_the_same_panel_gives_the_same_ranks_twice_and_nobody_gives_none():
    panel = score_of(sheet(drawn(9, np.random.default_rng(1), 0.2)), facts(), POLICY).panel
    one, two = certainty_of(panel, FEW), certainty_of(panel, FEW)
    assert one.ranking.equals(two.ranking)
    assert one.pairwise.equals(two.pairwise)
    empty = certainty_of(score_of(sheet({}), facts(), POLICY).panel, FEW)
    assert empty.ranking.columns == one.ranking.columns
    assert empty.ranking.is_empty()
    assert empty.pairwise.schema == one.pairwise.schema
    assert empty.rank_shares.schema == one.rank_shares.schema
    assert empty.central_weights.schema == one.central_weights.schema


def test_the_interval_holds_the_official_rank_even_where_half_is_missing():
    points = np.full((4, 2), 99.0)
    points[0] = 100, np.nan
    half = np.full(2, 0.5)
    panel = Panel(list("abcd"), NAMES[:2], points / 100, points, half, np.zeros(4))
    found = certainty_of(panel, FEW).ranking
    assert found.row(0, named=True)["first_rank_acceptability"] < 0.05
    assert found.select("rank_low", "rank_high").row(0) == (1, 4)
