"""What real data showed of the page: no target at all, targets of people, one kept forecast."""

import polars as pl
import pytest

from dakehu.present.sales_forecast import (
    findings,
    gaps,
    headline,
    landing,
    page_one,
    pipeline,
    pull_forward,
)
from dakehu.present.text import Text
from forecast_page import gap_row, landed, money, plain
from forecast_page_tables import TABLES

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")


def said(block):
    return [item["text"] for item in block["items"]]


def columns(block):
    return [column["key"] for column in block["columns"]]


def test_the_landing_of_a_company_without_targets_has_no_word_on_whose_they_are():
    own = landed([gap_row("total", "total", "total", None, 90)])
    for text in (EN, ZH):
        shown = columns(landing.landing_table(text, own))
        assert "key_name" not in shown
        assert "basis" not in shown
        assert "forecast_amount" in shown


def test_who_a_landing_speaks_of_is_seen_on_a_narrow_screen_too():
    both = landed(
        [gap_row("total", "total", "total", None, 90), gap_row("people", "p", "", 80, 70)]
    )
    shown = {column["key"]: column for column in landing.landing_table(EN, both)["columns"]}
    assert shown["key_name"]["priority"] == 1


def test_the_gap_of_sales_people_is_named():
    rows = [
        gap_row("people", "people", "", 300, 200),
        gap_row("person", "7", "Ann", 200, 90),
        gap_row("person", "8", "Bo", 100, 110),
    ]
    found = gaps.gaps(EN, landed(rows))
    assert found["key_name"].to_list() == ["Ann", "Bo"]
    assert any(
        "Sales people (Q1 2026): Ann" in words
        for words in said(page_one.sentences(EN, landed(rows)))
    )


def memory(cycles):
    row = {
        "level": "total", "horizon": None, "cycle_count": cycles, "month_count": cycles,
        "actual_amount": 100, "wape": 0.1, "naive_wape": 0.2, "bias": 0.0, "coverage_80": 1.0,
    }  # fmt: skip
    return landed(tables={"forecast_memory": money([row])}, is_first_run=False)


@pytest.mark.parametrize(("cycles", "words"), [(1, "The last forecast"), (3, "Over the last 3")])
def test_one_kept_forecast_is_not_many(cycles, words):
    assert any(item.startswith(words) for item in said(page_one.sentences(EN, memory(cycles))))
    tile = next(
        tile for tile in headline.headline(EN, memory(cycles), {})["tiles"]
        if tile["name"] == "forecast_wape"
    )  # fmt: skip
    assert tile["note"].startswith("last forecast" if cycles == 1 else "last 3 forecasts")


def test_deals_that_cannot_be_counted_are_not_zero():
    open_deals = TABLES["deals"]
    none = open_deals.with_columns(
        state=open_deals["state"].replace({"counted": "no_amount"}),
        weighted_amount=open_deals["weighted_amount"].clear(open_deals.height),
    )
    result = landed(tables={"deals": none})
    assert not [
        tile for tile in headline.headline(EN, result, {})["tiles"]
        if tile["name"] == "pipeline_weighted_amount"
    ]  # fmt: skip
    assert said(pipeline.sentences(EN, result))[0].startswith("4 deals are not counted")
    assert pipeline.deals(EN, result, 12)["items"] == []


def test_small_series_are_part_of_all_others_and_not_left_out():
    words = said(findings.outlook(EN, plain()))
    assert any("no forecast of its own but stands among all others" in item for item in words)


def test_purchases_below_demand_are_said_without_a_minus():
    frame = TABLES["pull_forward"]
    fewer = frame.with_columns(
        pulled_amount=-pl.col("sell_in_amount") / 10,
        low_amount=-pl.col("sell_in_amount") / 5,
        high_amount=-pl.col("sell_in_amount") / 20,
    )
    result = landed(tables={"pull_forward": fewer})
    words = said(pull_forward.sentences(EN, result))[0]
    assert "less than their demand" in words
    assert "-" not in words
    tile = next(
        tile
        for tile in headline.headline(EN, result, {})["tiles"]
        if tile["name"] == "pulled_forward_amount"
    )
    assert tile["label"] == "Bought by distributors below their demand"
    assert tile["note"].startswith("nothing pulled forward; 10.0% of their purchases; 80%: ")
    assert "-" not in tile["value"] + tile["note"]
