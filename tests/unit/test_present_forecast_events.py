"""Measures, losses, pull-forward, ramp-up, calendar and memory of the forecast page."""

from datetime import date

import polars as pl
import pytest

from dakehu.present.sales_forecast import (
    accuracy,
    calendar,
    channel,
    lost_sales,
    measures,
    plan_terms,
    pull_forward,
    ramp_up,
    tables,
)
from dakehu.present.text import Text
from forecast_page import HOSTILE, landed, months, plain, rows, said
from forecast_page_tables import (
    LOST_SALES,
    LUNAR_GROWTH,
    MEASURES,
    MEMORY,
    PULL_FORWARD,
    TABLES,
)

EN = Text("en", "CNY")
FULL = landed(tables=TABLES)


def test_measures_say_what_they_brought_cost_and_how_they_stood_before():
    won, lost, vague, left = said(measures.sentences(EN, FULL))
    assert won == (
        f"{HOSTILE} brought CN¥400.00K more than without it (80%: CN¥150.00K to CN¥650.00K). Each "
        "unit of extra sales cost 0.25. It was moving away from its comparison before: read with "
        "care."
    )
    assert lost == (
        "With 渠道整顿 sales were CN¥120.00K lower than without it (80%: -CN¥200.00K to "
        "-CN¥40.00K)."
    )
    assert vague == "Cannot be told from chance or has no interval: 小活动."
    assert left == "Not measured: e4 (it touched everything: nothing to compare with)."


def test_measures_table_remarks_the_trend_before():
    found = rows(measures.measures_table(EN, FULL))
    assert found[0]["before"] == "moved away (+3.0%)"
    assert found[1]["before"] == "like its comparison"
    assert found[0]["interval"] == "CN¥150.00K to CN¥650.00K"
    assert found[0]["cost_per_extra_amount"][1] == 0.25
    assert found[1]["cost_per_extra_amount"] is None


def test_measures_of_the_bare_contract_are_enough():
    bare = MEASURES.select(
        "event_id", "lift_amount", "low_amount", "high_amount", "cost_per_extra_amount"
    ).head(3)
    result = plain(tables={"measures": bare})
    assert said(measures.sentences(EN, result))[0].startswith("e1 brought CN¥400.00K")
    assert [row["event_name"] for row in rows(measures.measures_table(EN, result))] == [
        "e1", "e2", "e3",
    ]  # fmt: skip


def test_lifts_are_drawn_with_their_bounds():
    block = measures.lifts(EN, FULL)
    (dots,) = (trace for trace in block["figure"]["data"] if trace["type"] == "scatter")
    assert dots["x"] == [400, -120, 9]  # thousand
    assert dots["error_x"]["array"] == [250, 80, 61]
    assert dots["error_x"]["arrayminus"] == [250, 80, 59]
    assert "<script" not in str(block["figure"])


def test_two_ways_to_count_losses_are_never_added():
    documented, estimated = said(lost_sales.sentences(EN, FULL))
    # 10,000 in each of the eleven months after January 2025.
    assert "in the last 12 months: CN¥110.00K" in documented
    assert "30 days past the promised date" in documented
    assert estimated == "Estimated losses are not known: outages are not mapped."
    both = LOST_SALES.with_columns(estimated_amount=pl.lit(2_000).cast(pl.Decimal(38, 2)))
    result = plain(tables={"lost_sales": both})
    assert "CN¥24.00K. It overlaps" in said(lost_sales.sentences(EN, result))[1]
    drawn = lost_sales.months(EN, result)["figure"]["data"]
    assert [bars["name"] for bars in drawn] == ["Documented", "Estimated"]
    assert len(drawn[0]["x"]) == 24


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (0, "CN¥80.00K (80%: CN¥30.00K to CN¥130.00K) is bought ahead of demand and CN¥720.00K"),
        (-45_000, "cannot be told from demand"),
        (-90_000, "Distributors bought CN¥100.00K (80%: CN¥50.00K to CN¥150.00K) less"),
    ],
)
def test_bought_ahead_is_told_from_demand_by_its_interval(shift, words):
    moved = PULL_FORWARD.with_columns(pl.col("pulled_amount", "low_amount", "high_amount") + shift)
    block = pull_forward.sentences(EN, plain(tables={"pull_forward": moved}))
    assert words in said(block)[0]


def test_distributors_that_bought_ahead_show_their_demand():
    first, second = rows(pull_forward.distributors(EN, FULL, 5))
    assert (first["name"], first["demand_amount"][1]) == (HOSTILE, 410_000)
    assert second["basis_text"] == "its own ordinary months"
    nameless = plain(tables={"pull_forward": PULL_FORWARD.drop("distributor_name")})
    assert rows(pull_forward.distributors(EN, nameless, 1))[0]["name"] == "d1"


def test_ramp_up_draws_quartiles_and_waiting_times():
    block = ramp_up.curve(EN, FULL)
    assert block["figure"]["data"][2]["y"] == [0.2, 0.5, 0.8]
    assert block["note"].startswith("17 accounts")
    assert [row["median_days"][1] for row in rows(ramp_up.waiting(EN, FULL))] == [21, 14]
    assert "not zero" in ramp_up.curve(EN, plain())["text"]
    assert ramp_up.waiting(EN, plain())["items"] == []


def test_growth_is_drawn_with_the_holiday_taken_out():
    lines = calendar.growth_lines(EN, FULL)["figure"]["data"]
    assert [line["y"][0] for line in lines] == [0.3, 0.06]
    found = rows(calendar.growth_table(EN, FULL))
    assert [(row["key_name"], row["adjusted_growth"][0]) for row in found] == [("Total", "+6.0%")]


def test_no_effect_of_the_calendar_is_said():
    still = LUNAR_GROWTH.with_columns(adjusted_growth="growth")
    result = plain(tables={"lunar_growth": still})
    assert "No effect of Lunar New Year" in calendar.growth_lines(EN, result)["text"]
    assert calendar.growth_table(EN, result)["items"] == []
    assert "13 complete months" in calendar.growth_lines(EN, plain())["text"]


def test_kept_forecasts_stand_beside_the_naive_rule():
    total, region = rows(accuracy.cycles_table(EN, FULL))
    assert (total["wape"][0], total["naive_wape"][0], total["bias"][0]) == (
        "7.1%", "12.0%", "+6.0%",
    )  # fmt: skip
    assert region["level"] == "Regions"
    assert "Whether" not in accuracy.cycles_table(EN, FULL)["note"]
    assert "No kept forecast has come due yet" in accuracy.cycles_table(EN, plain())["text"]


def test_after_too_few_runs_the_table_says_why_no_interval_is_judged():
    few = MEMORY.with_columns(cycle_count=1, coverage_80=pl.lit(None, dtype=pl.Float64))
    block = accuracy.cycles_table(EN, landed(tables=TABLES | {"forecast_memory": few}))
    assert "coverage_80" not in rows(block)[0]
    assert "judged from 3 earlier runs on; so far: 1." in block["note"]


def test_kept_forecasts_that_cannot_be_read_are_named():
    assert accuracy.unread(EN, [])["items"] == []
    words = accuracy.unread(EN, [f"2025-11-30/{HOSTILE}: no parquet", "2025-10-31/x: empty"])
    assert words["text"].endswith(f"2025-11-30/{HOSTILE}: no parquet; 2025-10-31/x: empty.")


def test_demand_stands_beside_purchases_and_says_what_is_smoothed():
    month = months(2, date(2025, 11, 1)) * 2
    frame = pl.DataFrame({
        "distributor_id": ["d1", "d1", "d2", "d2"], "month": month,
        "sell_in_amount": [100.0, 300.0, 100.0, 100.0],
        "demand_amount": [180.0, 180.0, 100.0, 100.0],
        "loading_amount": [-80.0, 120.0, 0.0, 0.0],
        "basis": ["sell_out", "sell_out", "smoothed_sell_in", "smoothed_sell_in"],
    })  # fmt: skip
    block = channel.demand_lines(EN, plain(tables={"channel_demand": frame}))
    bought, demand = block["figure"]["data"]
    assert bought["y"] == [200, 400]
    assert demand["y"] == [280, 280]
    assert "for 33% of the purchases shown" in block["note"]
    told = frame.with_columns(basis=pl.lit("sell_out"))
    block = channel.demand_lines(EN, plain(tables={"channel_demand": told}))
    assert block["note"] == "Demand is the sell-out that distributors reported, at our prices."
    assert channel.demand_lines(EN, plain())["items"] == []


def test_working_days_stand_beside_the_months_as_far_as_they_are_announced():
    days = pl.DataFrame({
        "month": months(24, date(2025, 1, 1)), "working_day_count": range(10, 34),
        "makeup_day_count": [0] * 18 + [None] * 6, "is_published": [True] * 18 + [False] * 6,
    })  # fmt: skip
    result = plain(tables={"working_days": days, "lunar_growth": LUNAR_GROWTH})
    block = tables.months_table(EN, result)
    assert [row["working_day_count"][1] for row in rows(block)] == list(range(22, 34))
    assert block["note"].startswith("Working days from Jul 2026 on are not announced yet")
    line = calendar.growth_lines(EN, landed(tables=TABLES | {"working_days": days}))
    assert "Working days" not in str(line)  # no year before is known
    later = LUNAR_GROWTH.with_columns(pl.col("month").dt.offset_by("12mo"))
    line = calendar.growth_lines(EN, plain(tables={"working_days": days, "lunar_growth": later}))
    assert "Working days 22, the year before 10" in str(line["figure"]["data"])
    assert "working_day_count" not in rows(tables.months_table(EN, plain()))[0]


def test_accuracy_lists_all_models_for_the_total_and_two_for_each_level():
    found = [(row["of"], row["name"]) for row in rows(tables.accuracy_table(EN, plain()))]
    assert found == [
        ("Total", "Each series by its own model"),
        ("Total", "Median of four models"),
        ("Total", "Seasonal naive (same month a year before)"),
        ("Regions", "Each series by its own model"),
        ("Regions", "Seasonal naive (same month a year before)"),
    ]


def test_error_lines_are_the_models_used_against_the_naive_rule():
    lines = {line["name"]: line for line in accuracy.error_lines(EN, plain())["figure"]["data"]}
    assert lines["Total · Model used"]["y"] == [0.08] * 3
    assert lines["Regions · Naive"]["y"] == [0.11] * 3


def test_terms_print_the_policy_that_they_use():
    words = str(plan_terms.planning(EN, plain())["items"] + plan_terms.events(EN, plain())["items"])
    for value in ("w = 0.50", "above 1.2", "level of 95%", "below 10 closed", "given up 30 days"):
        assert value in words


@pytest.mark.parametrize("part", [measures, lost_sales, pull_forward])
def test_absent_data_is_one_line(part):
    block = part.sentences(EN, plain())
    assert block["kind"] == "note"
    assert "not computed, data absent (not zero)" in block["text"]


def test_what_the_line_has_said_is_not_repeated():
    empty = plain()
    for block in (
        measures.lifts(EN, empty),
        measures.measures_table(EN, empty),
        lost_sales.months(EN, empty),
        pull_forward.distributors(EN, empty, 5),
    ):
        assert block["items"] == []
