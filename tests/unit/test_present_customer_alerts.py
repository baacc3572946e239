"""Alerts on the page, in both languages: what stands, what past ones came to, what is absent."""

import ast
import json
import string
from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
from babel.messages.pofile import read_po

import dakehu.present
from alert_books import LOST, alerted, known_in, orders, random_company
from customer_results import HOSTILE, RESULTS, strings
from dakehu.analysis.customer_value.alerts import KINDS, NEEDS
from dakehu.analysis.customer_value.policy import Policy
from dakehu.models import codebook
from dakehu.present.customer_value import alert_terms, alerts, terms
from dakehu.present.text import Text

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")


def result(found) -> SimpleNamespace:
    return SimpleNamespace(alerts=found, policy=Policy())


def rich() -> SimpleNamespace:
    ordered, marts = random_company()
    last = ordered.group_by("customer_id").agg(day=pl.col("order_date").max())
    lost = (
        known_in(ordered)
        .join(last, on="customer_id")
        .filter(pl.col("customer_id").str.ends_with("3"))
        .select(
            "customer_id",
            "customer_name",
            lost_date=pl.col("day") + pl.duration(days=60),
            lost_amount=pl.lit(1).cast(LOST["lost_amount"]),
        )
    )
    found = alerted(ordered, lost, **marts)
    first = found.now["customer_id"][0]
    hostile = pl.when(pl.col("customer_id") == first).then(pl.lit(HOSTILE))
    object.__setattr__(
        found, "now", found.now.with_columns(customer_name=hostile.otherwise("customer_name"))
    )
    return result(found)


LATE = orders(20, 2, 4).filter(pl.col("order_date") > pl.date(2025, 10, 1))
FOUND = {
    "rich": rich(),
    "calm": result(alerted(orders(3, 2, 400), lacking={*NEEDS})),
    "poor": result(alerted(LATE, lacking={*NEEDS})),
    "whole": RESULTS["poor"],
}
BLOCKS = {
    "sentences": alerts.sentences,
    "standing": lambda text, found: alerts.standing(text, found, 20),
    "record": alerts.record,
}


@pytest.mark.parametrize("kind", FOUND)
@pytest.mark.parametrize("block", BLOCKS)
def test_block_is_json_and_says_the_same_in_both_languages(block, kind):
    zh, en = (BLOCKS[block](text, FOUND[kind]) for text in (ZH, EN))
    for drawn in (zh, en):
        assert json.loads(json.dumps(drawn, allow_nan=False)) == drawn
        for words in strings(drawn):
            assert "{" not in words
            assert words not in ("None", "nan")
    assert zh["kind"] == en["kind"]
    assert len(strings(zh)) == len(strings(en))
    assert zh != en or zh.get("items") == []


def test_rich_data_shows_tables_and_poor_data_says_why_not():
    kinds = {name: [BLOCKS[name](EN, FOUND[f])["kind"] for f in FOUND] for name in BLOCKS}
    assert kinds["sentences"] == ["findings", "findings", "note", "note"]
    assert kinds["standing"] == ["table", "findings", "findings", "findings"]
    assert kinds["record"] == ["table", "table", "findings", "findings"]
    words = alerts.sentences(EN, FOUND["poor"])["text"]
    assert words.startswith("Not watched (not zero): Mix shifted (no product families in the data)")
    assert "Sales below expectation, Orders stretched out, Silent" in words
    calm = [item["text"] for item in alerts.sentences(EN, FOUND["calm"])["items"]]
    assert calm[0] == "No alert stands on Dec 31, 2025."
    assert calm[1].startswith("No alert is old enough")
    assert calm[2].startswith("Not watched")


def test_the_sentences_are_the_numbers_of_the_tables():
    found = FOUND["rich"].alerts
    said = [item["text"] for item in alerts.sentences(EN, FOUND["rich"])["items"]]
    assert f": {found.now.height}, for {found.now['customer_id'].n_unique()} customers" in said[0]
    assert HOSTILE in said[0]
    judged, false = found.record["judged_count"].sum(), found.record["false_count"].sum()
    assert said[1].startswith(
        f"Of {judged} alerts whose outcome is known, {EN.percent(false / judged, 0)}"
    )
    early = found.leads.filter(pl.col("lead_days") > 0)
    assert 0 < early.height < found.leads.height
    assert f": {found.leads.height}; an alert stood before that day for {early.height}." in said[2]
    assert f"Not told before: {found.leads.height - early.height};" in said[2]


def test_a_row_says_what_was_seen_and_what_was_expected():
    base = {"value": 12.4, "expected_low": 3.2, "expected_high": 9.7, "family": "oil"}
    shares = base | {"value": 0.124, "expected_low": 0.32, "expected_high": 0.5}
    said = {
        kind: alerts.why(
            EN,
            (shares if kind in ("mix_shift", "price_inversion") else base) | {"kind": kind},
            Policy(),
        )
        for kind in KINDS
    }
    assert said == {
        "volume": "CN¥12.40 in 3 months; expected CN¥3.20 to CN¥9.70",
        "interval": "12 days between the last 3 orders; expected 3 to 10",
        "silence": "12 days without an order; expected at most 10",
        "mix_shift": "oil is 12.4% of its purchases; expected 32.0% to 50.0%",
        "price_inversion": "12.4% of the sales of 3 months below cost; at most 50.0% is tolerated",
        "overdue": "CN¥12.40 overdue for more than 60 days",
        "single_interface": "12 of our people met it in the month, its key account manager did not",
    }


def test_the_record_shows_each_kind_with_what_it_warns_of():
    found = FOUND["rich"]
    drawn = alerts.record(EN, found)
    rows = {row[0]: row for row in drawn["rows"]}
    assert rows.keys() == {alert_terms.KINDS[kind] for kind in KINDS}
    silence = found.alerts.record.filter(pl.col("kind") == "silence").to_dicts()[0]
    row = rows["Silent beyond expectation"]
    assert row[2][1] == silence["standing_count"]
    assert row[5].startswith(f"{EN.percent(silence['false_share'], 0)} (")
    assert row[-1] == "no order comes in 6 months"


def test_tables_figures_and_kinds_are_explained():
    book = codebook()["reports"]["customer_value"]
    found = FOUND["rich"].alerts
    named = {"customer_id", "customer_name", "kind", "alert_date", "lost_amount"}
    for name, frame in found.tables.items():
        assert set(frame.columns) - named <= book[name]["columns"].keys()
    contract = {"customer_id", "alert_date", "kind", "value", "expected_low", "expected_high"}
    assert contract <= set(found.every.columns) & set(found.now.columns)
    assert found.figures.keys() == alert_terms.FIGURES.keys() <= terms.FIGURES.keys()
    assert alert_terms.KINDS.keys() == alert_terms.COMES.keys() == set(KINDS)
    assert alert_terms.ABSENT.keys() == {*NEEDS.values(), "short_history"}


@pytest.mark.parametrize("module", ["alerts", "alert_terms"])
def test_every_text_of_the_modules_has_a_translation(module):
    path = Path(dakehu.present.__file__).parent / "customer_value" / f"{module}.py"
    said = [
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in ("text", "N_")
        and isinstance(call.args[0], ast.Constant)
    ]
    assert said
    same_form = {"{share} ({low} to {high})", "{kinds} ({reason})"}
    assert [words for words in said if ZH(words) == words and words not in same_form] == []


def test_translations_fill_the_same_places():
    with (resources.files("dakehu.locale") / "customer_alerts.zh_CN.po").open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]

    def places(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert messages
    assert [m.id for m in messages if places(m.id) != places(m.string)] == []
