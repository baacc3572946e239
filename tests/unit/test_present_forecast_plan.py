"""Pipeline, scenarios, quotas and supply of the forecast page."""

import polars as pl
import pytest

from dakehu.present.sales_forecast import pipeline, quota, scenarios, supply
from dakehu.present.text import Text
from forecast_page import HOSTILE, landed, money, plain, rows, said
from forecast_page_tables import QUOTA_SPLIT, SUPPLY, TABLES, stock

EN = Text("en", "CNY")
FULL = landed(tables=TABLES)


def test_pipeline_says_its_weight_its_part_and_what_is_not_counted():
    words = said(pipeline.sentences(EN, FULL))
    assert words[0] == (
        "2 open deals are bid at CN¥1.00M; times their chance to be won that is CN¥450.00K."
    )
    # 1.0 and 0.6 of 15.6 M.
    assert words[1] == (
        "Of the landing of Year 2026, open deals make 6.4% and deals not known yet 3.8%."
    )
    assert words[2] == f"The heaviest is {HOSTILE}: CN¥800.00K at 50%, 89% of the weighted sum."
    assert words[3].startswith("2 deals are not counted: ")
    assert "1 no amount" in words[3]


def test_deals_show_chance_with_interval_and_a_code_for_a_nameless_customer():
    found = rows(pipeline.deals(EN, FULL, 3))
    assert [row["customer_name"] for row in found] == [HOSTILE, "c-b2", "旧标"]
    assert found[0]["chance"] == "50% (40% to 60%)"
    assert found[2]["weighted_amount"] is None
    assert pipeline.deals(EN, FULL, 3)["note"] == "The 3 heaviest of 4."


def test_hit_rates_tell_own_from_borrowed():
    found = rows(pipeline.hit_rates(EN, FULL))
    assert [(row["stage"], row["basis"]) for row in found] == [
        ("All deals", "the stage"), ("Stage 2 or later", "all deals"),
    ]  # fmt: skip
    assert "fewer than 10 closed deals" in pipeline.hit_rates(EN, FULL)["note"]


def test_orders_taken_out_are_whole_orders_largest_first():
    found = rows(pipeline.taken_out(EN, FULL, 5))
    assert [row["net_amount"][0] for row in found] == ["CN¥400.00K", "CN¥90.00K"]
    assert "tender: one order, CN¥400.00K" in pipeline.taken_out(EN, FULL, 5)["note"]


def test_scenarios_add_up_over_their_months():
    found = rows(scenarios.scenarios_table(EN, FULL))
    # A tenth of two months of 1.3 M; a tenth less of twelve.
    assert [row["added_amount"][1] for row in found] == [260_000, -1_560_000]
    assert found[0]["name"] == f"{HOSTILE} once more"  # the event's name, not its id
    assert found[1]["name"] == HOSTILE  # as the pipeline file calls it
    assert [row["last_month"][0] for row in found] == ["Feb 2026", "Dec 2026"]


def test_scenario_lines_keep_markup_out():
    block = scenarios.lines(EN, FULL, 5)
    assert "<script" not in str(block["figure"])
    lines = [trace for trace in block["figure"]["data"] if trace["mode"] == "lines+markers"]
    assert [line["y"][0] for line in lines] == pytest.approx([1.3, 1.17, 1.43])
    assert scenarios.lines(EN, FULL, 1)["note"].startswith("The 1 that move most")


def test_only_a_base_says_how_to_write_a_scenario():
    base = TABLES["scenarios"].filter(scenario="base")
    block = scenarios.lines(EN, plain(tables={"scenarios": base}), 5)
    assert "[policy.sales_forecast.scenarios.<name>]" in block["text"]


def test_quota_names_the_overloaded_and_prints_the_rule():
    words = said(quota.sentences(EN, FULL))
    assert words[0] == (
        "1 of 2 targets are above 1.2 times what their distributor can carry, most of all "
        f"{HOSTILE}: 1.40 times."
    )
    assert "CN¥1.00M × (0.50 × share of the forecast + 0.50 × share of the potential)" in words[1]


def test_quota_without_potential_goes_by_forecast_and_says_what_is_unplaced():
    frame = QUOTA_SPLIT.with_columns(potential_share=None, overload=None)
    result = plain(
        tables={"quota_split": frame}, figures={"quota_unplaced_amount": (50_000.0, "amount")}
    )
    words = said(quota.sentences(EN, result))
    assert words[0].startswith("Whether a target can be carried is not known")
    assert "CN¥1.05M × (1.00 × share of the forecast + 0.00" in words[1]
    assert words[-1] == "No capacity can take CN¥50.00K of it."


def test_split_table_flags_the_overloaded_largest_proposal_first():
    found = rows(quota.split_table(EN, FULL))
    assert [row["proposed_amount"][1] for row in found] == [640_000, 340_000, 20_000]
    assert [row["is_overloaded"] and row["is_overloaded"][0] for row in found] == ["✓", "", None]
    marks = {trace["name"]: trace for trace in quota.bars(EN, FULL, 2)["figure"]["data"]}
    assert marks["Target as set"]["x"] == [980, 300]
    assert marks["What can be carried"]["x"] == [700, 700]


def test_supply_names_the_first_month_below_the_reorder_point():
    # 420 less 100 a month: 120 in April is below 150.
    assert said(supply.sentences(EN, FULL)) == [
        "1 of 3 families fall below their reorder point if nothing is ordered, first: "
        "电缆 (Apr 2026)."
    ]
    found = {row["name"]: row for row in rows(supply.stock_table(EN, FULL))}
    assert found["电缆"]["risk_month"][0] == "Apr 2026"
    assert found["(no product family)"]["risk_month"] is None
    assert found[HOSTILE]["stock_amount"] is None


def test_heat_map_tells_enough_short_and_used_up_from_unknown():
    block = supply.heat_map(EN, FULL)
    (grid,) = block["figure"]["data"]
    by_name = dict(zip(block["figure"]["layout"]["yaxis"]["ticktext"], grid["z"], strict=True))
    assert by_name["电缆"] == [0, 0, 0, 0.5, 0.5, *[1.0] * 7]
    assert [None] * 12 in grid["z"]
    assert "<script" not in str(block["figure"])


def test_no_own_stock_is_not_called_a_shortage():
    unknown = money(stock("电缆", None)).with_columns(pl.col("is_at_risk").cast(pl.Boolean))
    result = plain(tables={"supply": unknown})
    (words,) = said(supply.sentences(EN, result))
    assert "not on record" in words
    assert supply.heat_map(EN, result)["items"] == []
    enough = plain(tables={"supply": SUPPLY.filter(family="-")})
    assert said(supply.sentences(EN, enough))[0].startswith("No family falls below")


@pytest.mark.parametrize("part", [pipeline, quota, supply])
def test_absent_data_is_one_line(part):
    block = part.sentences(EN, plain())
    assert block["kind"] == "note"
    assert "not computed, data absent (not zero)" in block["text"]


@pytest.mark.parametrize(
    "draw",
    [
        lambda result: pipeline.deals(EN, result, 5),
        lambda result: pipeline.hit_rates(EN, result),
        lambda result: pipeline.taken_out(EN, result, 5),
        lambda result: scenarios.scenarios_table(EN, result),
        lambda result: quota.bars(EN, result, 5),
        lambda result: quota.split_table(EN, result),
        lambda result: supply.heat_map(EN, result),
        lambda result: supply.stock_table(EN, result),
    ],
)
def test_what_the_line_has_said_is_not_repeated(draw):
    assert draw(plain())["items"] == []
