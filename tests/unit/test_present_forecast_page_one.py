"""Page one of the forecast: tiles and sentences that answer its four questions."""

import polars as pl
import pytest

from dakehu.present.sales_forecast import (
    accuracy,
    gaps,
    headline,
    landing,
    page_one,
    terms,
)
from dakehu.present.text import Text
from forecast_page import HOSTILE, LAST, TARGET_GAP, YEAR, bridge, gap_row, landed, plain
from forecast_page_tables import DEALS, MEMORY, PULL_FORWARD, TAKEN_OUT

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")
FULL = {"deals": DEALS, "pull_forward": PULL_FORWARD, "forecast_memory": MEMORY}


def tiles(result, text=EN):
    return {tile["name"]: tile for tile in headline.headline(text, result, {})["tiles"]}


def said(result, text=EN):
    return [item["text"] for item in page_one.sentences(text, result)["items"]]


def test_tiles_state_landing_target_interval_chance_and_what_stands_behind():
    found = tiles(landed(bridge=bridge(), is_first_run=False, tables=FULL))
    quarter = found["landing_amount"]
    assert (quarter["label"], quarter["value"], quarter["tone"]) == (
        "Q1 2026: landing", "CN¥3.60M", "bad",
    )  # fmt: skip
    assert quarter["note"] == ("80%: CN¥3.24M to CN¥3.96M; target CN¥4.00M (-CN¥400.00K)")
    assert "target CN¥15.00M (+CN¥600.00K)" in found["landing_year_amount"]["note"]
    chance = found["landing_probability"]
    assert (chance["value"], chance["note"]) == ("22%", "Year 2026: 61%")
    assert found["bridge_change_amount"]["value"] == "-CN¥300.00K"
    assert found["forecast_wape"]["value"] == "7.1%"
    assert found["forecast_wape"]["note"] == (
        "last 4 forecasts as made; seasonal naive 12.0%; bias +6.0%"
    )
    # 800,000 x 0.5 + 200,000 x 0.25; what is not counted is left out of the bids too.
    assert found["pipeline_weighted_amount"]["value"] == "CN¥450.00K"
    assert found["pipeline_weighted_amount"]["note"] == "2 deals, bids of CN¥1.00M"
    # 90,000 - 10,000, and bounds by the root of 30,000^2 + 40,000^2.
    pulled = found["pulled_forward_amount"]
    assert (pulled["value"], pulled["tone"]) == ("CN¥80.00K", "warn")
    assert pulled["note"] == "10.0% of their purchases; 80%: CN¥30.00K to CN¥130.00K"


def test_four_sentences_answer_four_questions():
    items = said(landed(bridge=bridge(), is_first_run=False, tables=FULL))
    assert len(items) == 4
    where_we_land, where_the_gap_is, why, how_good = items
    assert "CN¥400.00K short of the target of CN¥4.00M. The chance to reach it is 22%." in (
        where_we_land
    )
    assert "CN¥600.00K above the target of CN¥15.00M. The chance to reach it is 61%." in (
        where_we_land
    )
    assert where_the_gap_is == (
        f"The gap lies at: Regions (Q1 2026): 华东 -CN¥300.00K, {HOSTILE} -CN¥50.00K; "
        "Distributors (Q1 2026): 恒达商贸 -CN¥110.00K."
    )
    assert why == (
        "Since the forecast of Nov 30, 2025 that of Q1 2026 moved by -CN¥300.00K: "
        "New actuals -CN¥200.00K, Model -CN¥150.00K, Open deals +CN¥50.00K."
    )
    assert how_good.startswith("Over the last 4 forecasts, as they were made,")
    assert "missed by 7.1%" in how_good
    assert "12.0%" in how_good
    assert "too high by 6.0% on average" in how_good


def test_chinese_sentences_stand_without_a_space_between():
    first, *_ = said(landed(), ZH)
    assert "达成概率 22%。2026 年预计达成 1,560万元" in first


def test_without_memory_the_backtest_speaks_and_says_so():
    result = plain()
    assert accuracy.record(result) == accuracy.Record(0, 0.08, 0.11, 0.02)
    assert "No kept forecast has come due yet; in the backtest" in said(result)[-1]
    assert tiles(result)["forecast_wape"]["note"].startswith("backtest; seasonal naive 11.0%")


@pytest.mark.parametrize(
    ("is_first_run", "words"),
    [(True, "No earlier forecast is kept"), (False, "The last forecast does not cover")],
)
def test_without_a_bridge_the_reason_is_said(is_first_run, words):
    result = landed(is_first_run=is_first_run)
    assert any(sentence.startswith(words) for sentence in said(result))
    assert tiles(result)["bridge_change_amount"]["value"] == "–"


def test_without_a_target_the_year_before_is_the_measure():
    row = gap_row("total", "total", "total", None, 4_500_000, first=YEAR["first"])
    result = landed([row])
    # January to March 2025 sold 1.24 + 1.25 + 1.26 M.
    assert "no target; +20.0% on the year before" in tiles(result)["landing_amount"]["note"]
    assert "landing_probability" not in tiles(result)
    assert said(result)[0].endswith("+20.0% on the year before.")  # one sentence says it of all
    year = gap_row("total", "total", "total", 15_000_000, 15_600_000, **YEAR)
    assert "+20.0% on the year before; it has no target." in said(landed([row, year]))[0]


def test_orders_taken_out_count_in_the_year_before():
    row = gap_row("total", "total", "total", None, 4_150_000)
    # 400,000 of them in February 2025, the others later.
    result = landed([row], tables={"taken_out": TAKEN_OUT})
    assert "no target; 0.0% on the year before" in tiles(result)["landing_amount"]["note"]


def test_without_a_landing_the_horizon_stands_in():
    assert tiles(plain())["forecast_amount"]["value"] == "CN¥15.60M"
    assert said(plain())[0].startswith("The next 12 months are forecast at CN¥15.60M")


def test_without_targets_by_level_losses_are_named():
    result = landed(TARGET_GAP[:2])
    assert gaps.gaps(EN, result).is_empty()
    assert not any("gap lies" in sentence for sentence in said(result))
    names = gaps.losses(EN, result)["key_name"].to_list()
    assert names == ["(no region)", "华东"]


def test_nobody_short_is_good_news():
    rows = [TARGET_GAP[0], gap_row("region", "XN", "西南", 500_000, 620_000, 0.9)]
    items = page_one.sentences(EN, landed(rows))["items"]
    assert items[1] == {
        "text": (
            "No region, distributor, family or account is expected to fall short of its target."
        ),
        "tone": "good",
    }


def test_each_level_is_looked_at_in_the_shortest_period_for_which_it_has_targets():
    rows = [
        gap_row("total", "total", "total", None, 4_125_000),
        gap_row("total", "total", "total", 15_000_000, 15_600_000, 0.61, **YEAR),
        gap_row("region", "HD", "华东", 9_000_000, 8_000_000, **YEAR),
        gap_row("distributor", "d1", "恒达商贸", 800_000, 690_000),
        gap_row("distributor", "d1", "恒达商贸", 3_000_000, 2_000_000, **YEAR),
    ]
    result = landed(rows)
    assert said(result)[1] == (
        "The gap lies at: Regions (Year 2026): 华东 -CN¥1.00M; "
        "Distributors (Q1 2026): 恒达商贸 -CN¥110.00K."
    )
    found = tiles(result)
    assert found["landing_probability"]["label"] == "Chance to reach the target, Year 2026"
    assert found["landing_probability"]["value"] == "61%"
    assert "no target; +10.0% on the year before" in found["landing_amount"]["note"]
    block = landing.landing_figure(EN, result)
    # The quarter is held against the 3.75 M of the year before, the year against its target.
    ends = next(t for t in block["figure"]["data"] if t["name"] == "Landing, 80% interval")
    assert ends["x"] == pytest.approx([1.1, 1.04])
    assert "the target, without one the year before" in block["note"]


def test_holders_of_targets_are_named():
    row = gap_row("distributors", "distributors", "distributors", 900_000, 800_000)
    assert "Only distributors hold targets" in said(landed([row]))[0]


def test_scope_names_what_is_left_out_and_leaves_the_reason_to_the_sections():
    words = terms.scope(EN, landed(tables={"deals": DEALS}))["text"]
    assert words == (
        "Not in this forecast: measures, lost sales, the split of the target, supply,"
        " pull-forward. Each section below says what data it needs."
    )
    months = pl.DataFrame(
        {"month": [LAST], "documented_amount": [None], "estimated_amount": [None]}
    )
    assert "lost sales" in terms.scope(EN, landed(tables={"lost_sales": months}))["text"]
    told = months.with_columns(documented_amount=pl.lit(1.0))
    assert "lost sales" not in terms.scope(EN, landed(tables={"lost_sales": told}))["text"]


def test_without_any_target_page_one_says_that_there_is_no_gap_and_how_to_have_one():
    words = [one for one in said(plain()) if "no gap" in one]
    assert words == [
        'No target was given, so there is no gap: add a [[source]] with table = "quotas" to the'
        " pipeline file to have it."
    ]
    assert not [one for one in said(landed()) if "no gap" in one]
