"""Landing, gaps, bridge and levels of the forecast page."""

import polars as pl
import pytest

from dakehu.present.sales_forecast import bridge as bridges
from dakehu.present.sales_forecast import gaps, landing, levels, words
from dakehu.present.text import Text
from forecast_page import HOSTILE, TARGET_GAP, bridge, gap_row, landed, plain

EN = Text("en", "CNY")


def traces(block):
    return {trace["name"]: trace for trace in block["figure"]["data"] if "name" in trace}


def test_landing_bars_are_shares_of_the_target():
    drawn = traces(landing.landing_figure(EN, landed()))
    assert drawn["Forecast of the rest"]["x"] == pytest.approx([0.8, 14 / 15])
    assert drawn["Open deals"]["x"] == pytest.approx([0.075, 1 / 15])
    assert "So far" not in drawn  # nothing is closed yet
    ends = drawn["Landing, 80% interval"]
    assert ends["x"] == pytest.approx([0.9, 1.04])
    assert ends["error_x"]["array"] == pytest.approx([0.09, 0.104])
    assert ends["error_x"]["arrayminus"] == pytest.approx([0.09, 0.104])


def test_a_landing_without_interval_draws_none():
    row = gap_row("total", "total", "total", 100, 90, None, low_80_amount=None, high_80_amount=None)
    block = landing.landing_figure(EN, landed([row]))
    assert traces(block)["Landing, 80% interval"]["error_x"]["array"] == [None]
    assert "no 80% interval" in str(block["figure"]["data"])


def test_landing_table_holds_totals_alone_and_names_reasons():
    closed = gap_row("total", "total", "total", 100, 90, reason="lacks_data", forecast_amount=None)
    over = gap_row("total", "total", "total", 100, 90, 0.0, status="over")
    block = landing.landing_table(EN, landed([*TARGET_GAP, closed, over]))
    keys = [column["key"] for column in block["columns"]]
    assert [row[0] for row in block["rows"]] == ["Q1 2026", "Year 2026", "Q1 2026", "Q1 2026"]
    assert block["rows"][0][keys.index("interval")] == "CN¥3.24M to CN¥3.96M"
    assert block["rows"][2][keys.index("reason")] == "the data begins within the period"
    assert block["rows"][0][keys.index("deals_amount")][1] == 400_000
    assert block["rows"][3][keys.index("interval")] is None
    assert "key_name" not in keys
    assert "basis" not in keys


def test_landing_table_of_a_total_with_a_target_for_the_year_alone():
    without = gap_row("total", "total", "total", None, 90)
    year = gap_row("total", "total", "total", 400, 360, label="2026")
    block = landing.landing_table(EN, landed([without, year]))
    assert [row[0] for row in block["rows"]] == ["Q1 2026", "Q1 2026"]


def test_no_target_gap_is_said_once():
    assert landing.landing_figure(EN, plain())["kind"] == "note"
    assert landing.landing_table(EN, plain())["items"] == []
    assert gaps.gap_bars(EN, plain(), 12)["items"] == []  # page one says it
    assert gaps.gap_table(EN, plain(), 12)["items"] == []


def test_gap_bars_stand_by_level_worst_first():
    block = gaps.gap_bars(EN, landed(), 12)
    (bars,) = block["figure"]["data"]
    assert bars["x"] == [-300, -50, 120, -110, 50]  # thousand
    assert len(set(bars["marker"]["color"])) == 2
    assert HOSTILE not in str(block["figure"])
    assert "Regions (Q1 2026), Distributors (Q1 2026), Product families (Q1 2026)" in block["note"]


def test_gap_table_is_short_and_largest_shortfall_first():
    block = gaps.gap_table(EN, landed(), 2)
    names = [row[0] for row in block["rows"]]
    assert names == ["华东", "恒达商贸", HOSTILE, "电缆"]  # the third region is left out


def test_bridge_steps_from_the_last_forecast_to_this_one():
    block = bridges.bridge_figure(EN, landed(bridge=bridge(), is_first_run=False))
    (steps,) = block["figure"]["data"]
    assert steps["x"] == pytest.approx([3.9, -0.2, -0.15, 0.05, 3.6])  # no step for a zero
    assert block["title"] == "Why the forecast of Q1 2026 changed"
    assert block["summary"] == "From CN¥3.90M to CN¥3.60M: -CN¥300.00K."


def test_no_bridge_is_one_line():
    assert bridges.bridge_figure(EN, plain())["kind"] == "note"


def test_levels_name_what_no_source_states_and_say_whether_they_add_up():
    block = levels.level_table(EN, plain(), "region")
    assert [row[0] for row in block["rows"]] == ["华东", "(no region)"]
    assert "add up to the total" in block["note"]
    assert levels.bars(EN, plain(), "region", 1)["note"].startswith("The 1 largest of 2")
    found = plain()
    found.tables["forecast"] = found.tables["forecast"].with_columns(
        pl.when(pl.col("key") == "HD").then(1).otherwise("mean_amount").alias("mean_amount")
    )
    assert "need not add up" in levels.level_table(EN, found, "region")["note"]


def test_a_level_without_series_vanishes_and_is_named_once():
    for draw in (levels.bars, levels.months):
        assert draw(EN, plain(), "distributor", 6)["items"] == []
    assert levels.level_table(EN, plain(), "distributor")["items"] == []
    said = levels.left_out(EN, plain())["text"]
    assert "Distributors, Product families, Key accounts" in said
    assert "Regions" not in said


@pytest.mark.parametrize(
    ("level", "key", "name", "said"),
    [
        ("total", "total", "total", "Total"),
        ("distributor", "-", None, "(direct sales)"),
        ("key_account", "others", None, "All others"),
        ("region_family", "HD|电缆", None, "HD · 电缆"),
        ("region", "HD", None, "HD"),
        ("key_account", None, None, "(not stated)"),
    ],
)
def test_series_have_names(level, key, name, said):
    assert words.series_name(EN, level, key, name) == said


def test_an_unknown_model_keeps_its_own_name():
    assert words.model_name(EN, "new_model", is_seasonal=True) == "new_model"
