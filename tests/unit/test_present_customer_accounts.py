"""Key accounts, the four types, leaving and staying on the page, in both languages."""

import dataclasses
import json
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest

from customer_book import AS_OF, analysed, calendar, line, mart
from customer_results import HOSTILE, RESULTS, strings
from dakehu.present.customer_value import (
    account_terms,
    classes,
    retention,
    screens,
    team,
    terms,
    types,
)
from dakehu.present.text import Text

BLOCKS = {
    "outcomes": screens.outcomes,
    "candidates": lambda text, found: screens.candidates(text, found, 20),
    "lookalikes": lambda text, found: screens.lookalikes(text, found, 20),
    "families": screens.families,
    "cross": classes.cross,
    "differences": lambda text, found: classes.differences(text, found, 20),
    "chart": types.chart,
    "wildcats": lambda text, found: types.wildcats(text, found, 20),
    "summary": types.summary,
    "migration": types.migration,
    "team": team.sentences,
    "teams": lambda text, found: team.accounts(text, found, 20),
    "rates": retention.rates,
    "lost": lambda text, found: retention.lost(text, found, 20),
    "cohorts": retention.cohorts,
    "relations": retention.relations,
    "setbacks": lambda text, found: retention.setbacks(text, found, 20),
}
EN, ZH = Text("en", "CNY"), Text("zh", "CNY")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_block_is_json_and_complete(block, kind, language):
    drawn = BLOCKS[block](Text(language, "CNY"), RESULTS[kind])
    assert json.loads(json.dumps(drawn, allow_nan=False))["kind"] == drawn["kind"]
    for words in strings(drawn):
        assert "{" not in words.replace("%{customdata}", "").replace("%{text}", "")
        assert words not in ("None", "nan") or block == "migration"
    if drawn["kind"] == "figure":
        assert drawn["title"]
        assert drawn["summary"]
        assert not any("<script" in words for words in strings(drawn["figure"]))


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_languages_say_the_same_in_other_words(block, kind):
    zh, en = (BLOCKS[block](text, RESULTS[kind]) for text in (ZH, EN))
    assert zh["kind"] == en["kind"]
    assert len(strings(zh)) == len(strings(en))
    assert zh != en or not zh.get("items", True)


def test_every_label_has_a_chinese_text():
    tables = vars(account_terms).items()
    known = [words for name, words in tables if name.isupper() and isinstance(words, dict)]
    labels = [label for words in known for label in words.values()]
    assert len(labels) > 40
    assert [label for label in labels if ZH(label) == label] == []
    defined = zip(terms.terms(ZH)["items"], terms.terms(EN)["items"], strict=True)
    assert [zh["term"] for zh, en in defined if zh["text"] == en["text"]] == []


def test_rich_data_shows_every_block_and_poor_data_says_why_not():
    shown = {name: BLOCKS[name](EN, RESULTS["rich"])["kind"] for name in BLOCKS}
    assert shown == dict.fromkeys(BLOCKS, "table") | dict.fromkeys(
        ("outcomes", "chart", "migration", "cohorts", "relations"), "figure"
    ) | {"rates": "tiles", "team": "findings"}
    assert "80/20 set" in BLOCKS["outcomes"](EN, RESULTS["poor"])["text"]
    for block in ("chart", "rates"):
        assert "not zero" in BLOCKS[block](EN, RESULTS["poor"])["text"]
    for block in ("candidates", "wildcats", "summary", "migration", "families", "differences",
                  "teams"):  # fmt: skip
        assert BLOCKS[block](EN, RESULTS["poor"])["items"] == []
    assert "Map account_team" in BLOCKS["team"](EN, RESULTS["poor"])["text"]
    assert "Map customer_classes" in BLOCKS["cross"](EN, RESULTS["poor"])["text"]
    assert "No industry" in BLOCKS["lookalikes"](EN, RESULTS["poor"])["text"]
    assert "too short" in BLOCKS["migration"](EN, RESULTS["plain"])["text"]


def reasons(*lines, profile=None, **policy) -> list[str]:
    """Why each candidate of a book of three years is a key account or not."""
    read = mart("profiles", {"customer_id": "a", "customer_name": "A", **(profile or {})})
    found = analysed(*lines, months=calendar(-12), read=read, **policy)
    rows = found.key_accounts.screens.iter_rows(named=True)
    return [screens.reason(EN, row, found.policy) for row in rows]


def test_the_reason_carries_the_numbers_that_decided():
    even = [line("a", n, 100) for n in range(-12, 24)]
    fits = {"fit_score": Decimal(8), "is_central": True}
    assert reasons(*even, profile=fits) == ["passes all three screens"]
    assert reasons(*even) == ["passes what is known; not known: Fit, Central purchase"]
    assert reasons(*even, profile={"fit_score": Decimal("5.5"), "is_central": False}) == [
        "fit 5.5 is below 6.0; buys in scattered orders"
    ]
    once = [line("a", -6, 20000)]
    assert reasons(*once, line("b", 20, 1))[0] == (
        "outside the 80/20 set of this window; bought in 1 of the last 3 years (CV 1.41)"
    )
    rare = [line("a", n, 100) for n in (-6, 6, 18)]
    assert reasons(*rare) == ["ordered in only 25.0% of the quarters"]
    uneven = [line("a", n, 10 if n < 12 else 9000) for n in range(-12, 24)]
    assert reasons(*uneven) == ["annual sales vary too much (CV 1.41)"]


def test_candidates_show_the_evidence_and_failures_stay_visible():
    found = RESULTS["rich"]
    drawn = screens.candidates(EN, found, 20)
    rows = {row[0]: row for row in drawn["rows"]}
    assert len(rows) == found.key_accounts.screens.height
    assert rows[HOSTILE][5] == "✓\u00a0stated; 67% measured"
    assert "not known" in rows["客户 5"][4]
    assert [row for row in rows.values() if row[1][0] == ""]


def test_the_sentence_names_the_largest_that_is_none():
    words = screens.finding(EN, RESULTS["rich"]).text
    failed = RESULTS["rich"].key_accounts.screens.filter(~pl.col("is_key_account"))
    assert failed["customer_name"][0] in words
    poor = screens.finding(EN, RESULTS["poor"])
    assert "not decided: Fit, Central purchase, Continuity" in poor.text
    assert poor.tone == "warn"


def test_the_class_by_management_stands_beside_the_class_by_sales():
    found = RESULTS["rich"]
    rows = classes.cross(EN, found)["rows"]
    counted = sum(cell[1] for row in rows for cell in row[1:-1])
    assert counted == found.key_accounts.classes.cross["customer_count"].sum()
    assert [row[0] for row in rows] == ["A", "B", "Not given"]
    differing = {row[0]: row[1:3] for row in classes.differences(EN, found, 20)["rows"]}
    assert differing["客户 20"] == ["A", "C"]
    assert differing["客户 2"] == ["B", "A"]


def test_outcomes_count_every_candidate_on_every_screen():
    found = RESULTS["rich"]
    traces = screens.outcomes(EN, found)["figure"]["data"]
    for row in range(4):
        assert sum(t["x"][row] for t in traces) == found.key_accounts.screens.height


def test_the_meaning_of_the_types_stands_under_the_chart():
    drawn = types.chart(EN, RESULTS["rich"])
    assert "not the question mark" in drawn["note"]
    assert EN.change(RESULTS["rich"].types.benchmark) in drawn["note"]
    assert "margin, before cost to serve" in drawn["note"]
    assert drawn["title"].endswith("by contribution and growth")
    plain = types.chart(EN, RESULTS["plain"])
    assert plain["title"].endswith("by sales only")
    assert "contribution below zero" not in plain["note"]
    assert "野猫" in types.chart(ZH, RESULTS["rich"])["note"]


def test_overdue_amounts_are_named_once_they_are_known():
    found = RESULTS["rich"]
    owing = dataclasses.replace(found.types, has_overdue=True)
    note = types.chart(EN, dataclasses.replace(found, types=owing))["note"]
    assert "overdue by more than 90 days" in note
    assert "before cost to serve" in note


def test_what_the_types_go_by_is_said():
    found = RESULTS["rich"]
    served = SimpleNamespace(contribution=SimpleNamespace(is_known=True))
    after = dataclasses.replace(found, money=served)
    assert "before cost to serve" in types.chart(EN, found)["note"]
    assert "before cost to serve" not in types.chart(EN, after)["note"]
    assert "fewer are wildcats" not in types.migration(EN, found)["note"]
    assert "fewer are wildcats" in types.migration(EN, after)["note"]


def test_wildcats_say_what_is_wrong_with_them():
    rows = types.wildcats(EN, RESULTS["rich"], 20)["rows"]
    assert {row[0]: row[1] for row in rows} == {
        "客户 4": "loses money",
        "客户 3": "proven diversion",
    }
    assert "largest wildcat is 客户 4" in types.finding(EN, RESULTS["rich"]).text


def test_migration_cells_add_up_to_all_customers():
    found = RESULTS["rich"]
    cells = types.migration(EN, found)["figure"]["data"][0]["z"]
    assert sum(map(sum, cells)) == found.types.types_migration["customer_count"].sum()


def test_rates_are_the_figures():
    tiles = retention.rates(EN, RESULTS["rich"])["tiles"]
    figures = RESULTS["rich"].figures
    assert {t["name"]: t["value"] for t in tiles} == {
        name: EN.percent(figures[name][0]) for name in retention.RATES
    }


def test_nobody_left_is_said_with_the_rule():
    drawn = retention.lost(EN, analysed(line("a", 3, 5), line("a", 20, 5)), 20)
    assert (drawn["kind"], drawn["tone"]) == ("note", "good")
    assert "median interval" in drawn["text"]
    words = retention.finding(EN, analysed(line("a", 20, 5))).text
    assert words.startswith("No customer is silent")


def test_the_triggers_that_the_data_lacks_are_named():
    note = retention.relations(EN, RESULTS["rich"])["note"]
    assert "two quarters without orders, tender lost." in note
    assert note.endswith("No data: contact left.")


def test_a_restless_team_and_a_crowd_are_told():
    found = RESULTS["rich"]
    words = " ".join(strings(team.sentences(EN, found)))
    assert "Of 1 accounts with a manager 1 changed theirs 2 times or more" in words
    assert "came in a month without its manager: 1." in words
    rows = {row[0]: row[1:] for row in team.accounts(EN, found, 20)["rows"]}
    assert [cell and cell[1] for cell in rows["客户 1"][:4]] == [3, 2, 236, None]
    assert rows["客户 2"][3][1] == 4


def test_cohorts_of_one_quarter_say_that_the_history_is_short():
    found = analysed(line("a", 23, 5), months=calendar(22))
    assert "too short" in retention.cohorts(EN, found)["text"]
    assert found.period.as_of == AS_OF
