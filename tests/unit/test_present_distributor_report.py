"""Every block of the official ranking, for rich, poor and empty data, in both languages."""

import json
from dataclasses import replace
from itertools import chain
from urllib.parse import quote

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.present import appendix
from dakehu.present import distributor_ranking as page
from dakehu.present.distributor_ranking.leads import LOOKED_FOR, NOTICE
from dakehu.present.distributor_ranking.words import reasons
from dakehu.present.text import Text
from distributor_results import BOOKS, HOSTILE, result

BLOCKS = {
    "headline": lambda text, found: page.headline.headline(text, found, {}),
    "sentences": page.headline.sentences,
    "ranking": lambda text, found: page.ranking.ranking_table(text, found, 10),
    "inversion": page.ranking.inversion_table,
    "unranked": page.ranking.unranked_table,
    "intervals": page.certainty.intervals,
    "rank_map": page.acceptability.rank_map,
    "removals": page.acceptability.removals,
    "contenders": lambda text, found: page.acceptability.contenders(text, found, 10),
    "pairs": lambda text, found: page.certainty.pairs(text, found, 10),
    "opinions": lambda text, found: page.certainty.opinions(text, found, 10),
    "stability": page.certainty.stability,
    "sub_scores": lambda text, found: page.platforms.sub_scores(text, found, 10),
    "points_map": page.platforms.points_map,
    "criteria": page.platforms.criteria_table,
    "left_out": page.platforms.left_out,
    "structure_sentences": page.downstream.sentences,
    "structure": page.downstream.structure,
    "structure_table": lambda text, found: page.downstream.structure_table(text, found, 10),
    "notice": page.diversion.notice,
    "subjects": page.diversion.subjects,
    "diversion": lambda text, found: page.diversion.signs(text, found, "diversion"),
    "loads": lambda text, found: page.diversion.signs(text, found, "hoarding", "quota_overload"),
    "benign": page.diversion.benign,
    "victims": page.diversion.victims,
    "price_gaps": page.diversion.price_gaps,
    "hoarding": page.hoarding.months,
    "quota_load": lambda text, found: page.hoarding.quota_load(text, found, 10),
    "credit": page.credit.sentences,
    "ageing": page.credit.ageing,
    "debtors": lambda text, found: page.credit.debtors(text, found, 10),
    "own_money": lambda text, found: page.credit.own_money(text, found, 10),
    "rebates": page.rebates.sentences,
    "rebate_tiers": page.rebates.tiers,
    "unequal": lambda text, found: page.rebates.unequal(text, found, 10),
    "bands": page.agreed.bands,
    "judgements": page.agreed.judgements,
    "faults": page.agreed.faults,
    "meanings": page.meanings.meanings,
    "rules": lambda text, found: appendix.rules(text, found.policy, page.terms.RULES),
    "changes": lambda text, found: appendix.changes(
        text, found.figures, {"ranked_count": (2.0, "count")}, page.terms.LABELS
    ),
}


def block(name: str, data: str, language: str = "en") -> dict:
    return BLOCKS[name](Text(language, "CNY"), result(data))


def said(found: dict) -> str:
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def cells(found: dict, key: str) -> list:
    place = [column["key"] for column in found["columns"]].index(key)
    return [row[place][0] if isinstance(row[place], list) else row[place] for row in found["rows"]]


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("data", BOOKS)
def test_every_block_is_plain_json_in_both_languages(name, data):
    drawn = {code: block(name, data, code) for code in ("zh", "en")}
    assert drawn["zh"]["kind"] == drawn["en"]["kind"]
    for one in drawn.values():
        assert "None" not in said(one)
        assert "nan" not in said(one).lower().split()


@pytest.mark.parametrize("name", ["intervals", "sub_scores", "points_map", "structure"])
def test_names_from_data_stay_text_in_figures(name):
    content = said(block(name, "rich"))
    assert "&lt;script" in content
    assert "<script" not in content


def test_page_one_tells_rank_interval_platforms_sales_rank_and_verdict_with_reasons():
    table, found = block("ranking", "rich"), result("rich")
    assert cells(table, "distributor_name") == [HOSTILE, "经销商 C", "经销商 B"]
    assert cells(table, "sales_rank") == ["2", "3", "1"]
    low, high = found.ranking.row(2, named=True)["rank_low"], 3
    assert cells(table, "interval")[2] == f"{low}–{high}"
    assert cells(table, "previous_rank") == ["1", "3", "2"]
    assert cells(table, "verdict") == ["Support", "Fix", "Replace"]
    assert [column["key"] for column in table["columns"]][:3] == [
        "rank",
        "distributor_name",
        "verdict",
    ]  # a phone shows no more
    support, _, last = cells(table, "why")
    assert (support, last) == ("score 95, above 70", "score 30, below 35")
    chinese = block("ranking", "rich", "zh")
    assert (cells(chinese, "verdict")[2], cells(chinese, "why")[2]) == ("调整", "得分 30，低于 35")


def test_names_open_scorecards():
    for name, key in (("ranking", "distributor_name"), ("pairs", "other_name")):
        table, found = block(name, "rich"), result("rich")
        place = [column["key"] for column in table["columns"]].index(key)
        named = {f"#scorecard={quote(code, safe='')}": who for code, who in found.names.items()}
        assert all(named[row[place][2]] == row[place][0] for row in table["rows"])


def test_who_could_be_first_and_what_nobody_s_leaving_changes():
    told = block("contenders", "rich")
    sums = [[float(one.rstrip("%")) for one in cells(told, key)]
            for key in ("sales", "logistics", "capital")]  # fmt: skip
    assert all(sum(row) == pytest.approx(100, abs=0.2) for row in zip(*sums, strict=True))
    first = cells(told, "first_share")
    assert first == sorted(first, key=lambda one: -float(one.rstrip("%")))
    (line,) = block("removals", "rich")["items"]
    assert line["tone"] == "good"
    assert "Each of the 3 ranked was left out once" in line["text"]
    assert "changed 0 times" in line["text"]
    shares = block("rank_map", "rich")["figure"]["data"][0]["z"]
    for row in shares:
        assert sum(one or 0 for one in row) == pytest.approx(1)


def test_judgements_stand_beside_the_agreed_weights_with_their_warning():
    pairs = {"sales": {"logistics": 3, "capital": 2}, "capital": {"logistics": 2}}
    agreed = Policy(platforms={"sales": 50}, judgements=pairs)
    found = replace(result("rich"), policy=agreed)
    table = page.agreed.judgements(Text("en", "CNY"), found)
    assert cells(table, "agreed") == ["50.0%", "20.0%", "30.0%"]
    assert cells(table, "judged") == ["54.0%", "16.3%", "29.7%"]
    assert "consistency ratio 0.008, at most 0.10" in table["note"]
    at_odds = {"sales": {"logistics": 5, "capital": 1 / 5}, "capital": {"logistics": 1 / 5}}
    found = replace(found, policy=Policy(judgements=at_odds))
    said_first = page.headline.sentences(Text("en", "CNY"), found)["items"][0]
    assert said_first["tone"] == "warn"
    assert "contradict each other" in said_first["text"]
    assert "contradict each other" in page.agreed.judgements(Text("en", "CNY"), found)["note"]


def test_the_gravest_three_reasons_are_told():
    text = Text("en", "CNY")
    rows = [
        {"reason": "veto_blacklisted", "value": None, "threshold": None},
        {"reason": "lead_diversion_a", "value": 3.0, "threshold": None},
        {"reason": "overdue_share", "value": 0.312, "threshold": 0.2},
        {"reason": "limit_use_share", "value": 1.5, "threshold": 1.0},
    ]
    told = "veto: blacklisted; Diversion: lead of grade A; 31% of what it owes is overdue"
    assert reasons(text, rows) == told
    assert reasons(text, rows[3:]) == "150% of its credit limit in use"


def test_sentences_say_who_leads_and_where_the_ranks_part():
    leads, turned, stakes = (item["text"] for item in block("sentences", "rich")["items"])
    assert leads.startswith(f"{HOSTILE} leads with 94.7 of 100 points")
    assert turned.startswith("经销商 B is number 1 by sales but 3 of 3 by the three platforms")
    assert "evidence of grade A is on record of 经销商 B" in stakes
    table = block("inversion", "rich")
    assert "why" in table["title"].lower()
    assert cells(table, "lead")[0] == max(cells(table, "lead"), key=float)


def test_little_data_is_said_before_all_else_and_judges_nobody():
    first = block("sentences", "poor")["items"][0]
    assert first["tone"] == "bad"
    assert "measures 13% of the agreed weight" in first["text"]
    assert "never by the score" in first["text"]
    keys = [column["key"] for column in block("ranking", "poor")["columns"]]
    assert not {"verdict", "why"}.intersection(keys)
    lacks = cells(block("left_out", "poor"), "lacks")
    assert any("sell_out.amount" in (one or "") for one in lacks)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("structure_sentences", "No sell-out in the data"),
        ("credit", "credit is not computed (not zero)"),
        ("rebates", "its effect is not computed (not zero)"),
        ("quota_load", "overload is not computed (not zero)"),
        ("diversion", "data absent (not zero): diversion."),
        ("notice", "data absent (not zero)"),
    ],
)
def test_absent_data_says_so(name, words):
    assert words in said(block(name, "poor"))


def test_what_could_not_be_looked_for_is_not_said_to_be_absent():
    # Nobody's quotas are known, but everybody's purchases.
    assert block("loads", "poor")["text"] == "No lead of this kind holds: hoarding."
    assert said(block("headline", "poor")).count("no data on quota overload") == 1
    absent = pl.DataFrame({"measure": ["pull_forward", "overload"], "missing": ["", "quotas.x"]})
    found = result("poor")
    blind = replace(found, leads=replace(found.leads, absent=absent))
    tiles = page.headline.headline(Text("en", "CNY"), blind, {})["tiles"]
    assert [tile["value"] for tile in tiles if tile["name"] == "loaded_count"] == ["–"]
    everything = pl.DataFrame({"measure": list(chain(*LOOKED_FOR.values())), "missing": ""})
    blind_of_all = replace(found, leads=replace(found.leads, absent=everything))
    tiles = page.headline.headline(Text("en", "CNY"), blind_of_all, {})["tiles"]
    assert [tile["value"] for tile in tiles if tile["name"] == "leads_a_count"] == ["–"]
    assert page.diversion.notice(Text("en", "CNY"), blind)["items"][-1]["text"].endswith(
        "Missing: quotas.x."
    )


def test_leads_carry_the_legal_sentence_and_the_number_of_tests():
    for language in ("en", "zh"):
        first, counted, *_ = block("notice", "rich", language)["items"]
        assert first["text"] == Text(language, "CNY")(NOTICE)
        assert str(result("rich").leads.tests.height) in counted["text"]
    assert set(cells(block("subjects", "rich"), "evidence_grade")) == {"A"}
    values = dict(zip(cells(block("diversion", "rich"), "what"), cells(
        block("diversion", "rich"), "shown"), strict=True))  # fmt: skip
    assert values["Codes scanned outside the territory"] == "100.0%"
    assert values["Cases on record"] == "1"


def test_whoever_is_not_ranked_stands_apart_with_the_reason():
    table = block("unranked", "rich")
    assert cells(table, "distributor_name") == ["经销商 D"]
    assert "Cash share" in cells(table, "lacking")[0]
    assert block("unranked", "young")["text"] == "Everybody that ever bought is ranked."


def test_money_on_credit_is_told_with_its_interest():
    told = said(block("credit", "rich"))
    assert "at 6.0%" in told
    assert "Of what distributors paid us, 62.5% was cash and 100.0% with bills" in told
    assert cells(block("debtors", "rich"), "name")[0] == "经销商 B"


def test_unequal_rates_at_one_step_are_shown():
    assert set(cells(block("unequal", "rich"), "name")) == {HOSTILE, "经销商 B"}


def test_everything_that_is_agreed_stands_on_the_page():
    policy = Policy()
    bands, faults = block("bands", "empty"), block("faults", "empty")
    assert cells(bands, "name") == [f"criteria.{name}" for name in policy.criteria]
    attainment = cells(bands, "name").index("criteria.quota_attainment")
    assert cells(bands, "bounds")[attainment] == "0.6 | 0.7 | 0.8 | 0.9 | 1"
    assert cells(bands, "points")[attainment] == "0 | 20 | 40 | 60 | 80 | 100"
    listed = {*(f"deductions.{name}" for name in policy.deductions)}
    assert set(cells(faults, "name")) == listed | {f"vetoes.{name}" for name in policy.vetoes}
    assert "3 points a case, at most 6" in cells(faults, "effect")
    nested = {"criteria", "deductions"}
    assert set(cells(block("rules", "empty"), "name")) == set(Policy.__dataclass_fields__) - nested
    assert set(page.terms.RULES) == set(Policy.__dataclass_fields__)


def test_of_many_page_one_shows_both_ends():
    found = result("rich")
    rows = pl.concat([found.ranking] * 12).with_columns(rank=pl.int_range(1, pl.len() + 1))
    many = type(found)(**{**vars(found), "ranking": rows})
    table = page.ranking.ranking_table(Text("en", "CNY"), many, 5)
    assert cells(table, "rank") == [str(n) for n in (*range(1, 6), *range(32, 37))]
    assert "The first 5 and the last 5 of 36" in table["note"]


def test_every_figure_has_a_name():
    for data in BOOKS:
        assert result(data).figures.keys() <= page.terms.LABELS.keys()
