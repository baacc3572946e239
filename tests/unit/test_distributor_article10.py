"""Article 10: B sells a lot and stands behind A, whatever the weights; and why."""

import numpy as np
import polars as pl
import pytest

from article10 import B_GROWTH, COMPANY_GROWTH, A, B
from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.certainty import certainty_of
from dakehu.analysis.distributor_ranking.explain import contrast, explain
from dakehu.analysis.distributor_ranking.score import score_of
from dakehu.analysis.distributor_ranking.smaa import any_weights, win_probability
from distributor_sheets import POLICY, drawn, facts, sheet

MEASURED = list(A)
RANDOM = np.random.default_rng(1)
FIRST, SECOND = np.array([0]), np.array([1])


def scored(a, b, *found, measured=MEASURED):
    return score_of(sheet({"A": a, "B": b}), facts(*found), POLICY, measured)


def total(score, one):
    return score.ranking.filter(distributor_id=one)["score"].item()


def test_the_numbers_of_the_article_on_the_scorecard():
    points = {name: POLICY.criteria[name].points_at(np.array([A[name], B[name]])) for name in A}
    assert all(a > b for a, b in points.values())
    assert points["cash_share"].tolist() == [100, 0]
    assert points["self_pickup_share"].tolist() == [100, 0]
    assert points["downstream_cr4"].tolist() == [100, 20]
    growth = (1 + B_GROWTH) / (1 + COMPANY_GROWTH)
    assert round(growth, 4) == 0.8226
    assert POLICY.criteria["relative_growth"].points_at(np.array([growth])).tolist() == [20]


def test_a_stands_before_b_under_every_weight():
    panel = scored(A, B).panel
    assert panel.distributors == ["A", "B"]
    weights = any_weights(len(MEASURED), 100_000, np.random.default_rng(1))
    wins = win_probability(panel.points, weights, panel.handicap, (FIRST, SECOND), RANDOM)
    assert wins[0] == 1.0
    found = certainty_of(panel, POLICY)
    assert found.pairwise.rows() == [("A", "B", 1.0), ("B", "A", 0.0)]
    assert found.ranking["tier"].to_list() == [1, 2]
    assert found.ranking["first_rank_acceptability"].to_list() == [1.0, 0.0]
    assert found.central_weights["distributor_id"].unique().to_list() == ["A"]


@pytest.mark.parametrize(("growth", "least", "most"), [(0.8226, 0.9999, 1), (1.3, 0.9, 0.9999)])
def test_growth_that_nobody_knows_of_a_leaves_room_for_doubt(growth, least, most):
    measured = [*MEASURED, "relative_growth"]
    known, unknown = {"relative_growth": growth}, {"relative_growth": None}
    panel = scored(A | unknown, B | known, measured=measured).panel
    weights = any_weights(len(measured), 20_000, np.random.default_rng(1))
    random = np.random.default_rng(2)
    wins = win_probability(panel.points, weights, panel.handicap, (FIRST, SECOND), random)
    assert least <= wins[0] <= most


def test_where_b_sells_more_both_ranks_stand_and_their_difference_is_explained():
    larger = score_of(
        sheet({"A": A | {"amount_share": 0.04}, "B": B | {"amount_share": 0.3}}),
        facts(),
        POLICY,
        [*MEASURED, "amount_share"],
    )
    by_sales = (
        larger.criteria.filter(criterion="amount_share")
        .sort("value", descending=True)["distributor_id"]
        .to_list()
    )
    assert by_sales == ["B", "A"]
    assert larger.ranking["distributor_id"].to_list() == ["A", "B"]
    reasons = contrast(larger, "A", "B")
    assert reasons["lead"].sum() == pytest.approx(total(larger, "A") - total(larger, "B"))
    assert reasons["lead"].is_sorted(descending=True)
    assert reasons["criterion"][0] == "cash_share"
    last = reasons.row(-1, named=True)
    assert last["criterion"] == "amount_share"
    assert (last["value"], last["other_value"], last["score"], last["other_score"]) == (
        (0.04, 0.3, 60, 100)
    )
    weight = larger.criteria.filter(criterion="amount_share")["weight"][0]
    assert last["lead"] == pytest.approx(-40 * weight)
    wins = certainty_of(larger.panel, POLICY).pairwise["win_probability"][0]
    assert wins == 1.0


def test_deductions_and_missing_lines_take_part_in_the_contrast():
    score = scored(A | {"credit_days": None}, B, ("A", "diversion", 1), ("B", "file", 1))
    reasons = contrast(score, "A", "B")
    line = reasons.filter(criterion="deductions").row(0, named=True)
    assert (line["value"], line["other_value"], line["lead"]) == (3, 2, -1)
    gone = reasons.filter(criterion="credit_days").row(0, named=True)
    assert (gone["score"], gone["other_score"]) == (None, 20)
    assert reasons["lead"].sum() == pytest.approx(total(score, "A") - total(score, "B"))
    back = contrast(score, "B", "A")
    assert back["lead"].sum() == pytest.approx(-reasons["lead"].sum())


def test_the_scorecard_says_what_would_lift_by_one_rank():
    close = A | {"cash_share": 0.6, "credit_days": 12.0}
    score = score_of(sheet({"A": A, "C": close, "B": B}), facts(), POLICY, MEASURED)
    card = explain(score, "C", POLICY)
    assert card.height == len(MEASURED)
    cash = card.filter(criterion="cash_share").row(0, named=True)
    assert (cash["band"], cash["band_count"], cash["score"]) == (5, 6, 80)
    assert cash["contribution"] == pytest.approx(80 * cash["weight"])
    # One band of cash is not enough while credit days are a band behind too.
    assert card["bands_up"].null_count() == card.height
    assert card["is_smallest"].sum() == 0
    lone = score_of(sheet({"A": A, "C": A | {"cash_share": 0.6}}), facts(), POLICY, MEASURED)
    # Drawing level is not enough for C, whose id comes after A's; for 0 it is.
    assert explain(lone, "C", POLICY)["bands_up"].null_count() == len(MEASURED)
    early = score_of(sheet({"A": A, "0": A | {"cash_share": 0.6}}), facts(), POLICY, MEASURED)
    lift = explain(early, "0", POLICY).filter("is_smallest").row(0, named=True)
    assert (lift["criterion"], lift["bands_up"]) == ("cash_share", 1)
    assert (lift["needed_value"], lift["needed_score"]) == (0.8, 100)


@pytest.mark.parametrize("seed", range(2))
def test_every_lift_lifts_and_a_band_less_does_not(seed: int):
    values = drawn(9, np.random.default_rng(seed), missing=0.1)
    deducted = facts(("d001", "file", 1), ("d004", "diversion", 2), ("d007", "blacklisted", 1))
    score = score_of(sheet(values), deducted, POLICY)
    ranks = dict(score.ranking.select("distributor_id", "rank").iter_rows())
    lifted = 0
    for one in score.panel.distributors:
        for row in explain(score, one, POLICY).iter_rows(named=True):
            criterion = POLICY.criteria[row["criterion"]]
            for band in range((row["band"] or 99) + 1, row["band_count"] + 1):
                moved = values | {one: values[one] | {row["criterion"]: criterion.bound_of(band)}}
                rank = dict(
                    score_of(sheet(moved), deducted, POLICY)
                    .ranking.select("distributor_id", "rank")
                    .iter_rows()
                )[one]
                enough = row["bands_up"] is not None and band >= row["band"] + row["bands_up"]
                assert (rank < ranks[one]) == enough
                lifted += enough
                if enough:
                    break
    assert lifted > 10


def test_the_first_the_vetoed_and_the_unranked_have_nothing_to_be_lifted_to():
    values = {"A": A, "B": B, "V": A, "U": {"cash_share": 0.9}}
    score = score_of(sheet(values), facts(("V", "blacklisted", 1)), POLICY, MEASURED)
    assert score.ranking["distributor_id"].to_list() == ["A", "B", "V", "U"]
    for one in ("A", "V", "U"):
        card = explain(score, one, POLICY)
        assert card.height == len(values[one])
        assert card["bands_up"].null_count() == card.height
    ranked = score.ranking.filter(pl.col("rank").is_not_null())
    assert ranked["rank"].to_list() == [1, 2, 3]
    assert Policy().vetoes["blacklisted"] == 1
