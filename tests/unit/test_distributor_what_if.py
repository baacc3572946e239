"""Other weights and bounds than the agreed ones, and every distributor explained at once."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dakehu.analysis.distributor_ranking import DistributorRanking, Policy
from dakehu.analysis.distributor_ranking.explain import explain, explain_all
from dakehu.analysis.distributor_ranking.score import score_of
from dakehu.analysis.distributor_ranking.what_if import what_if
from distributor_result import ranking
from distributor_sheets import POLICY, drawn, facts, sheet

SHEET = sheet(
    {
        "north": {"quota_attainment": 1.1, "cash_share": 0.3},  # 100 and 40 points
        "south": {"quota_attainment": 0.85, "cash_share": 0.9},  # 60 and 100 points
        "west": {"quota_attainment": 0.5, "cash_share": 0.05},
    }
)
CONDUCT = facts(("north", "complaint", 1.0))
MEASURED = ("quota_attainment", "cash_share")
SCORE = score_of(SHEET, CONDUCT, POLICY, MEASURED)


def test_the_agreed_weights_give_the_official_order():
    found = what_if(SCORE, CONDUCT, POLICY)
    assert found["rank"].equals(found["official_rank"], check_names=False)
    assert found["score"].equals(found["official_score"], check_names=False)
    assert found["rank_change"].to_list() == [0, 0, 0]


def test_a_platform_that_weighs_more_lifts_who_is_strong_on_it():
    # sales 50 · 30/100 = 15, capital w · 25/100: at 30 they are 2 : 1, at 180 they are 1 : 3
    assert SCORE.ranking["distributor_id"].to_list() == ["north", "south", "west"]
    found = what_if(SCORE, CONDUCT, POLICY, {"capital": 180})
    assert found.select("distributor_id", "rank", "official_rank", "rank_change").rows() == [
        ("south", 1, 2, 1),
        ("north", 2, 1, -1),
        ("west", 3, 3, 0),
    ]
    assert found["score"].to_list() == pytest.approx([90.0, 55.0 - 3.0, 0.0])


def test_bounds_and_the_weight_of_a_criterion_are_laid_over_what_was_agreed():
    stern = Policy(criteria={"cash_share": {"weight": 50.0}})
    official = score_of(SHEET, CONDUCT, stern, MEASURED)
    found = what_if(official, CONDUCT, stern, bounds={"cash_share": [0.92, 0.93, 0.94, 0.95, 0.96]})
    moved = Policy(
        criteria={"cash_share": {"weight": 50.0, "bounds": [0.92, 0.93, 0.94, 0.95, 0.96]}}
    )
    expected = score_of(SHEET, CONDUCT, moved, MEASURED).ranking
    assert found["score"].equals(expected["score"])
    south = found.filter(distributor_id="south")
    assert south["score"].item() < south["official_score"].item()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"weights": {"cash": 3}}, 'criteria: there is no "cash"'),
        ({"weights": {"capital": -1}}, "platforms.capital: write a number from 0 up"),
        ({"bounds": {"dso_days": [30, 15]}}, "criteria.dso_days.bounds: write at least two rising"),
    ],
)
def test_what_cannot_be_is_said_by_name(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        what_if(SCORE, CONDUCT, POLICY, **changes)


def test_all_explained_at_once_are_as_each_by_itself():
    score = score_of(sheet(drawn(12, np.random.default_rng(5), 0.1)), facts(), POLICY)
    together = explain_all(score, POLICY)
    for one in score.ranking["distributor_id"]:
        own = together.filter(pl.col("distributor_id") == one).drop("distributor_id")
        assert_frame_equal(own, explain(score, one, POLICY))
    assert together.filter("is_smallest").height > 6


def test_the_analyst_sees_names_beside_the_new_order():
    found = ranking()
    told = DistributorRanking.what_if(found, {"capital": 90})
    assert told.columns[:3] == ["distributor_id", "distributor_name", "rank"]
    assert told["distributor_name"].to_list() == [
        found.names[one] for one in told["distributor_id"]
    ]
    assert told.drop("distributor_name").equals(
        what_if(found.score, found.held, found.policy, {"capital": 90})
    )
