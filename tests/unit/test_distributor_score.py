"""The official score, line by line, on scorecards that can be reckoned by hand."""

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.score import score_of
from distributor_sheets import POLICY, drawn, facts, sheet

NO_FACTS = facts()
# Agreed weights: attainment .15, growth .08 (sales); OTIF .04 (logistics); cash .075, DSO .075.
FIVE = ["quota_attainment", "relative_growth", "otif_share", "cash_share", "dso_days"]
A = dict(zip(FIVE, (1.0, 1.3, 0.85, 0.8, 30), strict=True))  # points 100 100 60 100 80
B = dict(zip(FIVE, (0.85, 0.8226, 0.7, 0.0, 60), strict=True))  # points 60 20 20 0 40


def ranked(values, *found, policy=POLICY, measured=FIVE):
    return score_of(sheet(values), facts(*found), policy, measured)


def of(frame: pl.DataFrame, name: str) -> dict:
    return dict(frame.select("distributor_id", name).iter_rows())


def test_the_score_is_the_weighted_mean_of_the_points():
    score = ranked({"A": A, "B": B})
    total = 0.15 + 0.08 + 0.04 + 0.075 + 0.075
    a = (0.15 * 100 + 0.08 * 100 + 0.04 * 60 + 0.075 * 100 + 0.075 * 80) / total
    b = (0.15 * 60 + 0.08 * 20 + 0.04 * 20 + 0.075 * 0 + 0.075 * 40) / total
    assert of(score.ranking, "score") == pytest.approx({"A": a, "B": b})
    assert of(score.ranking, "rank") == {"A": 1, "B": 2}
    row = score.ranking.row(0, named=True)
    assert row["sales_score"] == pytest.approx(100)
    assert row["logistics_score"] == pytest.approx(60)
    assert row["capital_score"] == pytest.approx(90)
    lines = score.criteria.filter(pl.col("distributor_id") == "A")
    assert lines["score"].to_list() == [100, 100, 60, 100, 80]
    assert lines["band"].to_list() == [6, 6, 4, 6, 5]
    assert lines["weight"].sum() == pytest.approx(1)
    assert (lines["score"] * lines["weight"]).sum() == pytest.approx(a)


def test_what_the_source_does_not_measure_is_named_with_its_agreed_weight():
    left_out = ranked({"A": A}).left_out
    assert left_out.height == len(POLICY.criteria) - 5
    assert left_out["weight"].sum() == pytest.approx(1 - 0.42)
    assert score_of(sheet({"A": A}), NO_FACTS, POLICY).left_out.is_empty()


def test_missing_is_left_out_and_its_weight_spread_never_zero_nor_average():
    score = ranked({"A": A, "B": B, "C": A | {"relative_growth": None}})
    c = score.criteria.filter(pl.col("distributor_id") == "C")
    assert c.filter(criterion="relative_growth")["weight"].item() is None
    assert c.filter(criterion="relative_growth")["score"].item() is None
    rest = 0.15 + 0.04 + 0.075 + 0.075
    assert c.filter(criterion="quota_attainment")["weight"].item() == pytest.approx(0.15 / rest)
    expected = (0.15 * 100 + 0.04 * 60 + 0.075 * 100 + 0.075 * 80) / rest
    assert of(score.ranking, "score")["C"] == pytest.approx(expected)
    assert of(score.ranking, "observed_weight_share")["C"] == pytest.approx(rest / 0.42)
    assert of(score.ranking, "rank") == {"A": 1, "C": 2, "B": 3}


def test_a_whole_platform_may_be_missing():
    row = ranked({"A": A | {"otif_share": None}}).ranking.row(0, named=True)
    assert row["logistics_score"] is None
    assert row["is_ranked"]
    assert row["score"] == pytest.approx((0.15 * 100 + 0.08 * 100 + 0.075 * 180) / 0.38)


def test_under_sixty_per_cent_of_the_weight_is_not_ranked():
    # Attainment and OTIF are 19 of 42, with the DSO 26.5 of 42.
    seen = {"quota_attainment": 1.2, "otif_share": 0.99}
    nothing = dict.fromkeys(FIVE)
    score = ranked(
        {"B": B, "L": nothing | seen, "M": nothing | seen | {"dso_days": 5}, "N": nothing}
    )
    assert of(score.ranking, "rank") == {"M": 1, "B": 2, "L": None, "N": None}
    assert of(score.ranking, "is_ranked") == {"M": True, "B": True, "L": False, "N": False}
    last = score.ranking.row(2, named=True)
    assert (last["score"], last["sales_score"]) == (None, 100)
    assert score.panel.distributors == ["M", "B"]
    exact = ranked({"B": B, "L": nothing | seen}, policy=Policy(observed_weight_min=0.19 / 0.42))
    assert of(exact.ranking, "is_ranked") == {"L": True, "B": True}


def test_deductions_are_capped_and_unknown_facts_play_no_part():
    score = ranked(
        {"A": A, "B": B},
        ("A", "diversion", 1),
        ("A", "file", 2),
        ("B", "diversion", 9),
        ("B", "complaint", 1),
        ("B", "something_else", 50),
        ("Z", "diversion", 1),
    )
    assert of(score.ranking, "deduction_points") == {"A": 3 + 4, "B": 6 + 3}
    plain = ranked({"A": A, "B": B})
    taken = {
        key: value - of(score.ranking, "score")[key]
        for key, value in of(plain.ranking, "score").items()
    }
    assert taken == pytest.approx({"A": 7, "B": 9})
    assert of(score.ranking, "sales_score") == of(plain.ranking, "sales_score")


def test_a_score_ends_at_zero_and_the_order_does_not():
    worst = dict(zip(FIVE, (0, 0, 0, 0, 99), strict=True))
    score = ranked({"A": worst, "B": worst}, ("A", "diversion", 2), ("B", "diversion", 1))
    assert of(score.ranking, "score") == {"A": 0, "B": 0}
    assert of(score.ranking, "rank") == {"B": 1, "A": 2}


def test_a_veto_ranks_behind_everyone_without_one():
    found = [("A", "blacklisted", 1), ("C", "overdue_over_90_share", 0.49)]
    score = ranked({"A": A, "B": B, "C": B}, *found, ("A", "graded_a_diversion", 3))
    assert of(score.ranking, "rank") == {"B": 1, "C": 2, "A": 3}
    assert of(score.ranking, "veto") == {
        "A": "blacklisted, graded_a_diversion", "B": None, "C": None,
    }  # fmt: skip
    assert score.panel.scores()[2] < 0 < score.panel.scores()[1]


def test_equal_scores_have_a_total_order():
    all_80 = dict(zip(FIVE, (0.9, 1.1, 0.9, 0.6, 30), strict=True))
    part = all_80 | {"otif_share": None}
    score = ranked({"Y": all_80, "P": part, "X": all_80})
    assert of(score.ranking, "score") == pytest.approx(dict.fromkeys("XYP", 80))
    assert score.ranking["distributor_id"].to_list() == ["X", "Y", "P"]
    # 83 less 3 is 80 as well, and stands behind 80 with nothing taken off, whatever was observed.
    measured = ["quota_attainment", "cash_share", "dso_days"]
    policy = Policy(
        platforms={"sales": 15, "capital": 85},
        criteria={name: {"weight": 0} for name in POLICY.criteria if name not in measured}
        | {"cash_share": {"weight": 70}, "dso_days": {"weight": 15}},
    )
    a = {"quota_attainment": 1.0, "cash_share": 0.6, "dso_days": 30}
    b = {"quota_attainment": 0.9, "cash_share": 0.6, "dso_days": None}
    level = score_of(sheet({"A": a, "B": b}), facts(("A", "complaint", 1)), policy, measured)
    assert of(level.ranking, "score") == pytest.approx({"A": 80, "B": 80})
    assert of(level.ranking, "observed_weight_share") == pytest.approx({"A": 1, "B": 0.85})
    assert of(level.ranking, "rank") == {"B": 1, "A": 2}


def test_a_criterion_without_policy_comes_back_without_points():
    values = {"A": A | {"weather": 3.0}}
    line = ranked(values).criteria.filter(criterion="weather").row(0, named=True)
    assert (line["value"], line["score"], line["weight"], line["band"]) == (3, None, None, None)
    assert of(ranked(values).ranking, "score") == of(ranked({"A": A}).ranking, "score")


def test_the_order_of_rows_does_not_matter_and_input_is_not_touched():
    random = np.random.default_rng(1)
    frame = sheet(drawn(12, random, missing=0.2))
    before = frame.clone()
    score = score_of(frame, NO_FACTS, POLICY)
    shuffled = score_of(frame.sample(fraction=1, shuffle=True, seed=3), NO_FACTS, POLICY)
    assert frame.equals(before)
    assert score.ranking.equals(shuffled.ranking)
    assert (np.diff(score.panel.scores()) <= 1e-9).all()


def test_nobody_and_nothing_measured():
    empty = sheet({})
    assert score_of(empty, NO_FACTS, POLICY).ranking.is_empty()
    none = score_of(sheet({"A": A}), NO_FACTS, POLICY, [])
    assert none.ranking.select("is_ranked", "score").row(0) == (False, None)


@pytest.mark.parametrize("seed", range(3))
def test_nobody_who_leaves_changes_the_order_of_the_others(seed: int):
    values = drawn(15, np.random.default_rng(seed), missing=0.15)
    order = score_of(sheet(values), NO_FACTS, POLICY).ranking["distributor_id"].to_list()
    for leaving in values:
        kept = sheet({key: value for key, value in values.items() if key != leaving})
        left = score_of(kept, NO_FACTS, POLICY).ranking["distributor_id"].to_list()
        assert left == [one for one in order if one != leaving]
