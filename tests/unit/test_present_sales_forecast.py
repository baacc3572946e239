"""Every block of the sales forecast, for long, short and hopeless history, in both languages."""

import json
import string
from importlib import resources

import numpy as np
import polars as pl
import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from dakehu.analysis.sales_forecast import Policy
from dakehu.analysis.sales_forecast.series import ALL_ZERO, STOPPED, TOO_SHORT
from dakehu.paths import ROOT
from dakehu.present import appendix
from dakehu.present.sales_forecast import (
    accuracy,
    figures,
    findings,
    headline,
    labels,
    landing,
    levels,
    page_one,
    plan_terms,
    tables,
    terms,
)
from dakehu.present.text import Text
from forecast_company import forecast, marts
from forecast_page import HOSTILE, landed, plain
from forecast_page_tables import TABLES


def result(months: int, regions: int, *, peak: float = 1.0):
    """`regions` waves of `months` months; the last month is `peak` times itself."""
    random = np.random.default_rng(months)
    sold = {
        f"r{n}": [
            (900 + 90 * n + 200 * np.sin(i / 6 * np.pi) + random.normal(0, 30))
            * (peak if i == months - 1 else 1)
            for i in range(months)
        ]
        for n in range(regions)
    }
    read = marts(sold | {"-": [3.0] if sold else [3.0] * months})
    named = pl.when(pl.col("key") == "r0").then(pl.lit(HOSTILE)).otherwise("key_name")
    monthly = read["monthly"].with_columns(key_name=named)
    return forecast(read | {"monthly": monthly}, policy=Policy(max_cutoffs=12))


@pytest.fixture(scope="module")
def results():
    return {
        "long": result(40, 9),
        "three years": result(36, 3),
        "short": result(14, 7, peak=3.0),
        "hopeless": result(4, 2),
        "no region": result(30, 0),
        "hand-made": plain(),
        "everything": landed(tables=TABLES),
    }


KINDS = ("long", "three years", "short", "hopeless", "no region", "hand-made", "everything")
BLOCKS = {
    "headline": lambda text, found: headline.headline(text, found, {"wape_chosen": (0.1, "share")}),
    "outlook": findings.outlook,
    "page_one": page_one.sentences,
    "scope": terms.scope,
    "landing_figure": landing.landing_figure,
    "fan": figures.fan,
    "months_table": tables.months_table,
    "region_bars": lambda text, found: levels.bars(text, found, "region", 5),
    "region_months": lambda text, found: levels.months(text, found, "region", 6),
    "regions_table": lambda text, found: levels.level_table(text, found, "region"),
    "left_out": levels.left_out,
    "error_lines": accuracy.error_lines,
    "coverage_lines": accuracy.coverage_lines,
    "accuracy_table": tables.accuracy_table,
    "left_out_table": tables.left_out_table,
    "method": terms.method,
    "planning": plan_terms.planning,
    "events": plan_terms.events,
    "rules": lambda text, found: appendix.rules(text, Policy(), labels.RULES),
    "changes": lambda text, found: appendix.changes(
        text, found.figures, {"wape_chosen": (0.1, "share")}, labels.LABELS
    ),
}
PRESENT = ROOT / "pipelines" / "dakehu" / "present"
MODULES = sorted((PRESENT / "sales_forecast").glob("*.py"))


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("data", KINDS)
def test_every_block_is_plain_json_in_both_languages(results, name, data):
    drawn = {code: BLOCKS[name](Text(code, "CNY"), results[data]) for code in ("zh", "en")}
    assert drawn["zh"]["kind"] == drawn["en"]["kind"]
    for block in drawn.values():
        content = json.dumps(block, ensure_ascii=False, allow_nan=False)
        assert "None" not in content
        if block["kind"] == "figure":
            assert "<script" not in content


def said(found, code="en"):
    return " ".join(item["text"] for item in BLOCKS["outlook"](Text(code, "CNY"), found)["items"])


def test_long_history_states_sum_interval_and_error(results):
    words = said(results["long"])
    row = results["long"].table("outlook").row(0, named=True)
    text = Text("en", "CNY")
    for amount in ("forecast_amount", "low_80_amount", "high_80_amount", "last_amount"):
        assert text.amount(row[amount]) in words
    assert text.percent(results["long"].figures["wape_seasonal_naive"][0]) in words


def test_one_past_year_is_called_a_rough_range(results):
    assert "rests on one past year only" in said(results["three years"])
    assert "rests on one past year only" not in said(results["long"])


def test_short_history_warns_says_which_rule_and_flags_a_peak(results):
    words = said(results["short"])
    assert "There are only 14 complete months" in words
    assert "There is no interval for this sum" in words
    assert "if these were a high season, the forecast is too high" in words
    assert "Naive (last month repeated)" in words
    assert "完整月份只有 14 个" in said(results["short"], "zh")


def test_the_month_that_towers_is_named(results):
    assert "Feb 2022 stands out" in said(results["short"])
    assert "stands out" not in said(results["long"])


def test_months_without_an_interval_are_told(results):
    block = BLOCKS["months_table"](Text("en", "CNY"), results["short"])
    missing = sum(row[2] is None for row in block["rows"])
    assert missing > 0
    assert f"The last {missing} months have no 80% interval" in block["note"]


def test_a_series_without_a_region_is_named_so_and_why_it_is_left_out(results):
    block = BLOCKS["left_out_table"](Text("zh", "CNY"), results["long"])
    assert block["rows"][0][:3] == ["（未注明区域）", "区域", "历史太短"]


def test_fan_draws_the_forecast_of_the_table(results):
    found = results["long"]
    block = BLOCKS["fan"](Text("en", "CNY"), found)
    lines = {trace["name"]: trace for trace in block["figure"]["data"] if "name" in trace}
    scale = Text("en", "CNY").money_scale(
        found.history.filter(pl.col("level") == "total")["amount"].tail(36).max()
    )
    rows = found.table("forecast")
    assert lines["Forecast"]["y"] == pytest.approx(
        [float(a) / scale.divisor for a in rows["mean_amount"]]
    )
    assert lines["80% interval"]["y"] == pytest.approx(
        [float(a) / scale.divisor for a in rows["low_80_amount"].drop_nulls()]
    )
    assert lines["95% interval"]["fill"] == "tonexty"


def messages_of(files):
    found = {
        message
        for file in files
        for _, message, _, _ in extract_from_file(
            "python", str(file), keywords={"text": None, "N_": None}
        )
    }
    return {message for message in found if isinstance(message, str)}


def test_every_message_is_translated_with_the_same_places():
    """A word that another report says too stands in that report's catalogue alone."""
    said, own = {}, set()
    for catalogue in resources.files("dakehu.locale").iterdir():
        if catalogue.name.endswith(".zh_CN.po"):
            with catalogue.open("rb") as stream:
                found = {m.id: m.string for m in read_po(stream) if m.id}
            said |= found
            if catalogue.name in ("sales_forecast.zh_CN.po", "forecast_page.zh_CN.po"):
                own |= found.keys()
    used = messages_of(MODULES)
    assert used <= said.keys()
    assert own <= used

    def places(words):
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    for message in used:
        assert said[message]
        assert places(message) == places(said[message]), message


def test_every_figure_rule_and_reason_has_a_name(results):
    for found in results.values():
        assert found.figures.keys() <= labels.LABELS.keys()
    assert set(Policy.__dataclass_fields__) <= set(labels.RULES)
    assert {ALL_ZERO, STOPPED, TOO_SHORT} <= set(labels.REASONS)
