"""Every block of the growth part, for rich, plain and poor data, in both languages."""

import ast
import json
import string
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path

import polars as pl
import pytest
from babel.messages.pofile import read_po

import dakehu.present
from dakehu.analysis.customer_value import Policy, analyse
from dakehu.models import codebook
from dakehu.present.customer_value import (
    coverage,
    funnel,
    growth,
    growth_terms,
    industries,
    mix,
    tables,
    terms,
)
from dakehu.present.text import Text
from growth_book import mart

HOSTILE = "<script>alert(1)</script>"
MODULES = ["coverage", "funnel", "growth", "growth_terms", "industries", "mix"]
AS_OF, MONTHS = date(2024, 12, 31), [date(y, m, 1) for y in (2023, 2024) for m in range(1, 13)]
BLOCKS = {
    "sentences": growth.sentences,
    "effects": industries.effects,
    "industries": industries.industries,
    "families": mix.families,
    "heat_map": lambda text, found: coverage.heat_map(text, found, 10),
    "white_space": lambda text, found: coverage.white_space(text, found, 10),
    "wallets": lambda text, found: coverage.wallets(text, found, 10),
    "stages": funnel.stages,
    "stage_table": funnel.stage_table,
    "proposals": funnel.proposals,
}
TEXT = Text("en", "CNY")


def sales(industries: list[str | None]) -> pl.DataFrame:
    """Twelve customers that buy every month, ten more the next month for each customer before."""
    return pl.DataFrame(
        [
            {
                "customer_id": f"c{i:02}",
                "customer_name": HOSTILE if i == 0 else f"客户 {i}",
                "role": "customer",
                "region_name": None,
                "industry_name": industries[i % len(industries)],
                "month": month,
                "net_amount": Decimal(1000 - 50 * i + 10 * i * at),
                "cost_amount": Decimal(500),
                "margin_amount": Decimal(500 - 50 * i + 10 * i * at),
                "order_count": 1,
                "first_order_date": month,
                "last_order_date": month,
            }
            for i in range(12)
            for at, month in enumerate(MONTHS)
        ],
        schema_overrides={"region_name": pl.String, "industry_name": pl.String}
        | dict.fromkeys(("net_amount", "cost_amount", "margin_amount"), pl.Decimal(38, 2)),
    )


def rich() -> dict[str, pl.DataFrame]:
    bought = [
        (f"c{i:02}", month, family, 300 - 90 * at + 9 * month.month)
        for i in range(12)
        for month in (MONTHS[5], MONTHS[15])
        for at, family in enumerate((HOSTILE, "油", "脂"))
        if i != 3 or family == "油"
    ]
    day = date(2024, 5, 1)
    stays = [
        (str(i), stage, "c01", "customer", day, day, date(2024, 6, 1) if i else None, stage == 1,
         "passed" if stage == 1 else "won")
        for i in range(3)
        for stage in (1, 9)
    ]  # fmt: skip
    offers = [
        (level or "", "c01", "customer", level, day, day, None, None)
        for level in ("product", "custom", None)
    ]
    return {
        "families": mart("families", *bought),
        "solutions": mart("solutions", ("c01", day, 4, 4, 1, 200, 50, 160, 40)),
        "wallets": mart(
            "wallets",
            *((f"c{i:02}", "large", 90_000 if i else 9, 2024, "declared") for i in range(12)),
        ),
        "stages": mart("stages", *stays),
        "proposals": mart("proposals", *offers),
        "order_days": mart("order_days", ("c01", date(2024, 5, 9), 1)),
    }


def analysed(industries, read, months=MONTHS):
    frame = sales(industries).filter(pl.col("month").is_in(months))
    calendar = pl.DataFrame({"month": months, "is_closed": [True] * len(months)})
    return analyse(frame, calendar, AS_OF, 12, Policy(), read)


RESULTS = {
    "rich": analysed(["钢铁", HOSTILE, None], rich()),
    "short": analysed(["钢铁"], rich(), MONTHS[12:]),
    "poor": analysed([None], {}),
    "old": analysed(
        [None],
        {
            name: rich()[name].with_columns(month=pl.lit(MONTHS[0]))
            for name in ("stages", "proposals")
        },
    ),
}


def strings(value) -> list[str]:
    """Every text in a block, however deep."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_block_is_json_complete_and_alike_in_both_languages(block, kind):
    zh, en = (BLOCKS[block](Text(name, "CNY"), RESULTS[kind]) for name in ("zh", "en"))
    assert len(strings(zh)) == len(strings(en))
    assert zh != en or not zh.get("items", True)
    for drawn in (zh, en):
        assert json.loads(json.dumps(drawn, allow_nan=False))["kind"] == drawn["kind"]
        for words in strings(drawn):
            assert "{" not in words.replace("%{customdata}", "").replace("%{text}", "")
            assert words not in ("None", "nan")
        if drawn["kind"] == "figure":
            assert not any("<script" in words for words in strings(drawn["figure"]))


def test_rich_data_draws_every_block():
    drawn = {name: block(TEXT, RESULTS["rich"]) for name, block in BLOCKS.items()}
    assert [n for n, b in drawn.items() if b["kind"] == "note" or b.get("items") == []] == []
    assert {item["tone"] for item in drawn["sentences"]["items"]} == {""}


def test_poor_data_says_once_what_is_missing():
    drawn = {name: block(TEXT, RESULTS["poor"]) for name, block in BLOCKS.items()}
    said = " ".join(strings(drawn["sentences"]))
    assert said.count("not zero") == 2
    assert "no guess" in said
    for name in ("stages", "proposals"):
        assert "not zero" in drawn[name]["text"]
    silent = set(BLOCKS) - {"sentences", "stages", "proposals"}
    assert [name for name in silent if drawn[name]["items"] != []] == []
    assert RESULTS["poor"].growth.tables == {}
    assert not {"family_coverage", "wallet_share"} & set(RESULTS["poor"].customers.columns)


def test_what_is_there_but_not_in_this_window_is_told_apart():
    found = RESULTS["old"]
    assert "in this window" in funnel.stages(TEXT, found)["text"]
    assert "in this window" in funnel.proposals(TEXT, found)["text"]


def test_sentences_carry_the_figures():
    found = RESULTS["rich"]
    said = " ".join(strings(growth.sentences(TEXT, found)))
    change = found.figures["net_amount"][0] - found.figures["previous_amount"][0]
    assert f"Sales changed by {TEXT.amount(change)}" in said
    assert sum(found.growth.industries.effects.values()) == pytest.approx(change)
    for name in ("key_family_coverage", "wallet_share", "solution_share", "bundled_share"):
        assert TEXT.percent(found.figures[name][0]) in said
    assert "below our sales: 1" in said


def test_without_industries_all_families_are_the_measure():
    found = analysed([None], {"families": rich()["families"]})
    said = " ".join(strings(growth.sentences(TEXT, found)))
    share = TEXT.percent(found.figures["key_family_coverage"][0])
    assert f"Class A customers buy {share} of all families, on average." in said
    assert "their industry" not in said


def test_heat_map_marks_the_white_space():
    found = RESULTS["rich"]
    (trace,) = coverage.heat_map(TEXT, found, 10)["figure"]["data"]
    ids = found.customers["customer_id"].head(10).to_list()
    lacking = ids.index("c03")
    assert trace["text"][lacking] == ["+", "", "+"]
    assert trace["z"][lacking][0] is None
    assert [sum(row.count("+") for row in trace["text"]), len(trace["z"])] == [2, 10]
    assert found.growth.coverage.white_space.height == 2


def test_bars_of_effects_add_up_to_the_change():
    found = RESULTS["rich"]
    traces = industries.effects(TEXT, found)["figure"]["data"]
    change = found.figures["net_amount"][0] - found.figures["previous_amount"][0]
    total = sum(sum(trace["x"]) for trace in traces)
    assert total * TEXT.money_scale(change / 3).divisor == pytest.approx(change)


def test_every_label_and_column_is_explained():
    book = codebook()["reports"]["customer_value"]
    for found in RESULTS.values():
        assert found.growth.figures.keys() <= terms.FIGURES.keys()
        for name, frame in found.growth.tables.items():
            assert set(frame.columns) == set(frame.columns) & book[name]["columns"].keys()
        assert set(found.customers.columns) <= book["customers"]["columns"].keys()
    keys = {column["key"] for column in tables.customers(TEXT, RESULTS["rich"])["columns"]}
    assert {"family_coverage", "wallet_share"} <= keys


@pytest.mark.parametrize("module", MODULES)
def test_every_text_of_the_modules_has_a_translation(module):
    path = Path(dakehu.present.__file__).parent / "customer_value" / f"{module}.py"
    zh = Text("zh", "CNY")
    said = [
        call.args[0].value
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in ("text", "N_")
        and isinstance(call.args[0], ast.Constant)
    ]
    assert said
    assert [words for words in said if zh(words) == words] == []


def test_translations_fill_the_same_places():
    with (resources.files("dakehu.locale") / "customer_growth.zh_CN.po").open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]

    def places(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert messages
    assert [m.id for m in messages if places(m.id) != places(m.string)] == []


def test_definitions_have_words():
    for language in ("zh", "en"):
        said = growth_terms.definitions(Text(language, "CNY"))
        assert all(definition.term and definition.text for definition in said)
