"""Every block of the customer value report, for rich and poor data, in both languages."""

import json
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from babel.messages.pofile import read_po

from customer_results import RESULTS, strings
from dakehu.analysis.customer_value import Policy
from dakehu.present import appendix
from dakehu.present.customer_value import figures, headline, movement, sentences, tables, terms
from dakehu.present.text import Text

BLOCKS = {
    "headline": lambda text, found: headline.headline(text, found, {"hhi": (900.0, "points")}),
    "page_one": sentences.page_one,
    "classes_sentence": sentences.classes,
    "growth_sentence": sentences.growth,
    "leaving_sentence": sentences.leaving,
    "types_sentence": sentences.types,
    "margin_sentence": sentences.margin,
    "unclosed": terms.unclosed,
    "left_out": terms.left_out,
    "terms": lambda text, found: terms.terms(text),
    "customers": tables.customers,
    "classes_table": tables.classes,
    "concentration": tables.concentration,
    "only_one_set": tables.only_one_set,
    "movers_table": lambda text, found: tables.movers(text, found, 5),
    "negative": tables.negative,
    "pareto": lambda text, found: figures.pareto(text, found, 20),
    "margin_pareto": lambda text, found: figures.pareto(text, found, 20, "margin_amount"),
    "lorenz": figures.lorenz,
    "classes": figures.classes,
    "segments": figures.segments,
    "margins": figures.margins,
    "bridge": movement.bridge,
    "movers": lambda text, found: movement.movers(text, found, 20),
    "rules": lambda text, found: appendix.rules(text, found.policy, terms.RULES),
    "changes": lambda text, found: appendix.changes(
        text, found.figures, {"hhi": (900.0, "points")}, terms.FIGURES
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_block_is_json_and_complete(block, kind, language):
    drawn = BLOCKS[block](Text(language, "CNY"), RESULTS[kind])
    written = json.dumps(drawn, allow_nan=False)
    assert json.loads(written)["kind"] == drawn["kind"]
    for words in strings(drawn):
        # A placeholder that nobody filled, or Python's own spelling of a missing value.
        assert "{" not in words.replace("%{customdata}", "")
        assert words not in ("None", "nan")
    if drawn["kind"] == "figure":
        assert drawn["title"]
        assert drawn["summary"]
        assert drawn["figure"]["data"]


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_languages_say_the_same_in_other_words(block, kind):
    zh, en = (BLOCKS[block](Text(name, "CNY"), RESULTS[kind]) for name in ("zh", "en"))
    assert zh["kind"] == en["kind"]
    assert len(strings(zh)) == len(strings(en))
    assert zh != en or not zh.get("items", True)


def test_poor_data_says_what_is_missing_instead_of_drawing():
    text = Text("en", "CNY")
    assert "not zero" in BLOCKS["margins"](text, RESULTS["poor"])["text"]
    # Said once in a section, not once a block.
    for block in ("bridge", "movers", "movers_table", "margin_pareto", "only_one_set"):
        assert BLOCKS[block](text, RESULTS["poor"])["items"] == []
    assert "not zero" in " ".join(strings(BLOCKS["growth_sentence"](text, RESULTS["poor"])))
    assert "not closed" in BLOCKS["unclosed"](text, RESULTS["poor"])["text"]


def test_tiles_follow_the_data():
    def names(kind):
        return {t["name"] for t in BLOCKS["headline"](Text("en", "CNY"), RESULTS[kind])["tiles"]}

    assert {"margin_amount", "net_revenue_retention"} <= names("rich")
    assert not {"margin_amount", "net_revenue_retention"} & names("poor")
    assert names("poor") <= RESULTS["poor"].figures.keys()


def test_sentences_carry_the_figures():
    text, found = Text("en", "CNY"), RESULTS["rich"]

    def said(block):
        return " ".join(strings(BLOCKS[block](text, found)))

    assert text.percent(found.figures["key_amount_share"][0]) in said("classes_sentence")
    assert text.amount(found.figures["net_amount"][0]) in said("growth_sentence")
    assert text.percent(found.figures["cr1"][0]) in said("page_one")
    losing = found.customers.filter(pl.col("margin_amount") < 0)
    assert losing["customer_id"].to_list() == ["c04"]
    assert "lost money on: 1" in said("margin_sentence")


def test_page_one_has_three_sentences_whatever_the_data():
    for found in RESULTS.values():
        assert len(sentences.page_one(Text("en", "CNY"), found)["items"]) == 3


def test_what_is_at_stake_names_every_known_amount():
    text, found = Text("en", "CNY"), RESULTS["rich"]
    known = {"silent_customer_count": (2, "count"), "revenue_at_risk": (5000.0, "amount")}
    known |= {"overdue_amount": (300.0, "amount")}
    known |= {"losing_count": (1, "count"), "losing_amount": (-70.0, "amount")}
    item = sentences.page_one(text, replace(found, figures=found.figures | known))["items"][-1]
    assert item["text"] == (
        "At stake now: CN¥5.00K of sales with customers silent beyond their own rhythm (2);"
        " CN¥300 overdue; CN¥70 lost on customers that cost more than they bring (1)."
    )
    none = dict.fromkeys(known, (0, "count"))
    quiet = sentences.page_one(text, replace(found, figures=found.figures | none))["items"][-1]
    assert quiet["tone"] == "good"


def test_growth_in_words_adds_up():
    found = RESULTS["rich"]
    change = found.figures["net_amount"][0] - found.figures["previous_amount"][0]
    bars = movement.bridge(Text("en", "CNY"), found)["figure"]["data"][0]["x"]
    scale = Text("en", "CNY").money_scale(max(found.figures["net_amount"][0], bars[0])).divisor
    assert sum(bars[1:-1]) * scale == pytest.approx(change)
    assert (bars[-1] - bars[0]) * scale == pytest.approx(change)


def test_names_from_data_stay_text_in_figures():
    for block in ("pareto", "movers", "margins"):
        drawn = BLOCKS[block](Text("en", "CNY"), RESULTS["rich"])["figure"]
        assert not any("<script" in words for words in strings(drawn))


def test_risers_and_fallers_share_the_rows_of_the_table():
    found = RESULTS["rich"]
    changes = [row[-2][1] for row in tables.movers(Text("en", "CNY"), found, 2)["rows"]]
    moved = found.movers.filter(pl.col("change_amount") != 0)["change_amount"].to_list()
    assert changes == [float(moved[0]), float(moved[-1])]
    assert changes[0] > 0 > changes[1]


def test_pareto_shows_no_more_than_asked():
    drawn = figures.pareto(Text("en", "CNY"), RESULTS["rich"], 5)["figure"]
    assert [len(trace["x"]) for trace in drawn["data"]] == [5, 5]
    shares = drawn["data"][1]["x"]
    assert shares == sorted(shares)
    assert shares[-1] < 1


def test_chinese_texts_are_there_for_every_label():
    zh = Text("zh", "CNY")
    labels = [
        *appendix.TABLES.values(),
        *appendix.UNITS.values(),
        *terms.SEGMENTS.values(),
        *terms.KINDS.values(),
        *terms.FIGURES.values(),
        *terms.RULES.values(),
        *terms.LEFT_OUT.values(),
    ]
    assert [label for label in labels if zh(label) == label] == []
    assert terms.RULES.keys() == Policy.__dataclass_fields__.keys()
    for found in RESULTS.values():
        assert found.figures.keys() <= terms.FIGURES.keys()


@pytest.mark.parametrize(
    "slug", ["customer_value", "customer_accounts", "appendix", "data_quality", "changes", "page"]
)
def test_translations_fill_the_same_places(slug):
    import string
    from importlib import resources

    with (resources.files("dakehu.locale") / f"{slug}.zh_CN.po").open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]

    def places(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert messages
    for message in messages:
        assert message.string, message.id
        assert places(message.id) == places(message.string)


def test_no_earlier_run_is_said():
    drawn = appendix.changes(Text("en", "CNY"), RESULTS["rich"].figures, {}, {})
    assert drawn["kind"] == "note"


def test_changes_are_in_the_figure_s_own_unit():
    figures = {"s": (0.25, "share"), "m": (150.0, "amount"), "n": (3, "count"), "d": (5, "days")}
    before = {"s": (0.20, "share"), "m": (100.0, "amount"), "n": (3, "count")}
    rows = appendix.changes(Text("en", "GBP"), figures, before, {})["rows"]
    assert [row[3] for row in rows] == [
        "+5.0 percentage points",
        "+£50 (+50.0%)",
        None,
        "unchanged",  # last, for it says least
    ]


def test_freshness_adds_up_by_table():
    sources = pl.DataFrame(
        {
            "file": ["a.csv", "b.csv", "c.csv"],
            "target_table": ["order_lines", "order_lines", "customers"],
            "rows": [10, 20, 5],
            "loaded": [8, 20, 5],
            "rejected": [1, 0, 0],
            "left_out": [1, 0, 0],
        }
    )
    drawn = appendix.freshness(Text("en", "CNY"), sources, date(2024, 12, 31))
    assert [[c[1] if isinstance(c, list) else c for c in row] for row in drawn["rows"]] == [
        ["Sales lines", 2, 30, 28, 1, 1],
        ["Customers", 1, 5, 5, 0, 0],
    ]


def test_codebook_joins_columns_that_mean_the_same():
    entry = {"column": "net_amount", "unit": "amount", "zh": "销售额", "en": "sales"}
    book = [{"table": "a", **entry}, {"table": "b", **entry}]
    assert appendix.codebook(Text("en", "EUR"), book)["rows"] == [
        ["net_amount", "sales", "EUR", "a, b"]
    ]
