"""The scorecard and weight panel blocks: every record, packed, in both languages."""

import json

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.present.block import Show
from dakehu.present.distributor_ranking.scorecard import scorecard
from dakehu.present.distributor_ranking.weights import weight_panel
from dakehu.present.text import Text
from distributor_result import POLICY, ranking, ranking_of

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")
FOUND = ranking()
SMALL = ranking_of(
    {
        "north": {"quota_attainment": 1.1, "cash_share": 0.3, "dso_days": 50.0},
        "south": {"quota_attainment": 0.85, "cash_share": 0.9, "dso_days": None},
        "west": {"quota_attainment": 0.5, "cash_share": 0.05, "dso_days": 70.0},
    }
)
EMPTY = ranking_of({})


@pytest.mark.parametrize("draw", [scorecard, weight_panel])
@pytest.mark.parametrize("found", [FOUND, SMALL, EMPTY], ids=["many", "few", "none"])
def test_blocks_are_plain_json_in_both_languages(draw, found):
    shown = Show("zh", "CNY")(draw, found)
    for block in shown.by_language.values():
        assert "None" not in json.dumps(block, allow_nan=False)
    assert shown.by_language["zh"].keys() == shown.by_language["en"].keys()
    assert "text/html" in shown._repr_mimebundle_()


def test_a_criterion_has_value_band_points_and_what_it_needs():
    block = scorecard(EN, SMALL)
    # south (60 · 2 + 100) / 3 = 73.3, north (100 · 2 + 40 + 40) / 4 = 70: 3.3 to close
    assert block["records"]["codes"] == ["south", "north", "west"]
    quota, cash, dso = block["records"]["criteria"]
    assert quota["values"] == ["85.0%", "110.0%", "50.0%"]
    assert (quota["bands"], quota["points"]) == ([4, 6, 1], [60.0, 100.0, 0.0])
    assert dso["values"] == [None, "50 days", "70 days"]
    assert (dso["bands"][0], dso["points"][0], dso["needs"][0]) == (None, None, None)
    assert [part["needs"][1] for part in (quota, cash, dso)] == [None, "≥ 40.0%", "≤ 45 days"]
    assert [part["smallest"][1] for part in (quota, cash, dso)] == [0, 0, 1]


def test_median_best_and_agreed_weight_of_a_criterion():
    quota, _, dso = scorecard(EN, SMALL)["criteria"]
    assert (quota["median_text"], quota["best_text"]) == ("85.0%", "110.0%")
    assert (dso["median_text"], dso["best_text"]) == ("60 days", "50 days")  # less is better
    assert (quota["median"], quota["best"], quota["bands"]) == (60.0, 100.0, 6)
    assert [one["weight"] for one in scorecard(EN, SMALL)["criteria"]] == pytest.approx(
        [0.5, 0.25, 0.25]
    )


def test_the_unranked_stand_last_and_say_so():
    block = scorecard(EN, FOUND)
    places = block["records"]["values"][0][0]
    assert places[0] == "1 of 11"
    assert places[-1] == "not ranked"
    assert block["records"]["ranked"] == 11
    assert scorecard(ZH, FOUND)["records"]["values"][0][0][-1] == "未排名"


def test_wins_against_those_below_are_in_thousandths():
    ids = FOUND.certainty.ranking["distributor_id"].to_list()
    wins = scorecard(EN, FOUND)["records"]["wins"]
    assert [len(row) for row in wins] == [10 - place for place in range(11)]
    pair = FOUND.certainty.pairwise.filter(distributor_id=ids[2], other_id=ids[5])
    assert wins[2][2] == round(pair["win_probability"].item() * 1000)


def test_what_nobody_measures_is_named_and_leads_carry_the_notice():
    note = scorecard(EN, SMALL)["note"]
    assert "Quota attainment, focus products" in note
    assert "verify and have it reviewed by counsel" in note
    titles = [title for title, _ in scorecard(EN, SMALL)["details"]]
    assert titles == ["Leads"]
    kept = scorecard(EN, SMALL)["records"]["details"][0]
    assert kept["counts"][0] == 3
    assert [column[2] for column in kept["columns"]] == [
        "Diversion", "benign, not scored", "3", "May 2024",
    ]  # fmt: skip


def test_the_panel_stands_by_id_and_carries_what_is_not_measured():
    policy = Policy(smaa_draws=1_000, platforms={"capital": 40.0})
    found = ranking_of({"b": {"dso_days": 20.0}, "a": {"dso_days": 70.0}}, policy)
    block = weight_panel(EN, found)
    assert block["records"]["codes"] == ["a", "b"]
    assert block["records"]["ranks"] == [2, 1]
    assert block["records"]["points"] == [[20.0, 80.0]]
    [capital] = block["platforms"]
    assert capital["weight"] == 40.0
    weights = {name: one.weight for name, one in POLICY.criteria.items()}
    assert capital["rest"] == sum(
        weight for name, weight in weights.items()
        if POLICY.criteria[name].platform == "capital" and name != "dso_days"
    )  # fmt: skip


def test_names_are_those_of_the_data_and_the_code_where_there_is_none():
    found = ranking_of({"x": {"dso_days": 20.0}}, names={"x": "<b>{name}</b>"})
    assert scorecard(EN, found)["records"]["names"] == ["<b>{name}</b>"]
    found.names = {}
    assert weight_panel(EN, found)["records"]["names"] == ["x"]
    assert scorecard(EN, found)["records"]["names"] == ["x"]


def test_a_verdict_has_its_reasons_and_the_unranked_have_none():
    panels = scorecard(EN, FOUND)["panels"]
    assert [title for title, _ in panels] == ["Rank", "Score", "Downstream", "Credit and money"]
    verdicts = scorecard(EN, FOUND)["records"]["values"][1][0]
    assert verdicts == ["Watch"] * 11 + [None]
    advice = scorecard(EN, FOUND)["records"]["advice"]
    assert advice[-1] is None
    name = scorecard(EN, FOUND)["records"]["names"][0]
    assert advice[0] == f"{name}: Watch (score 55)."
    assert FOUND.ranking.filter(pl.col("verdict") == "watch").height == 11
