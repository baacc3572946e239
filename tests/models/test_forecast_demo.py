"""The demo company's sales forecast as a whole: what it promises, publishes and adds up to."""

from datetime import date

import polars as pl
import pytest

from dakehu.models import codebook
from forecast_company import not_numbers

CONTRACT = {
    "forecast": "level key month mean_amount low_80_amount high_80_amount low_95_amount "
    "high_95_amount model",
    "backtest": "level key cutoff model wape mase bias coverage_80 coverage_95",
    "target_gap": "level key period target_amount forecast_amount gap_amount probability_to_reach",
    "measures": "event_id lift_amount low_amount high_amount cost_per_extra_amount",
    "lost_sales": "month documented_amount estimated_amount",
    "scenarios": "scenario month mean_amount low_80_amount high_80_amount",
    "quota_split": "distributor_id period proposed_amount forecast_amount capacity_amount overload",
}  # fmt: skip
RATIOS = {"cost_per_extra_amount"}


def test_every_table_of_the_contract_has_its_columns_and_rows(demo_forecast):
    for name, columns in CONTRACT.items():
        table = demo_forecast.tables[name]
        assert set(columns.split()) <= set(table.columns), name
        assert table.height, name
    assert demo_forecast.bridge is None  # a first run has no earlier forecast
    assert "seasonal_naive" in demo_forecast.tables["backtest"]["model"]


def test_every_table_that_is_published_is_described_column_by_column(demo_forecast):
    book = codebook()["reports"]["sales_forecast"]
    told = {column for table in book.values() for column in table["columns"]}
    assert set(demo_forecast.tables) | {"bridge"} == set(book)
    for name, table in demo_forecast.tables.items():
        assert set(table.columns) <= told, name


def test_money_is_decimal_and_no_number_is_none(demo_forecast):
    assert not_numbers(demo_forecast.tables) == []
    for name, table in demo_forecast.tables.items():
        for column, kind in table.schema.items():
            if column.endswith("_amount") and column not in RATIOS:
                assert kind.is_decimal(), f"{name}.{column}"


def test_every_level_sums_to_the_total_to_the_cent(demo_forecast):
    sums = (
        demo_forecast.tables["forecast"].group_by("month", "level").agg(pl.col("mean_amount").sum())
    )
    wide = sums.pivot("level", index="month", values="mean_amount")
    assert wide.height == 12
    assert wide.width == 7
    for level in wide.columns[1:]:
        assert (wide[level] == wide["total"]).all(), level


def test_planted_deals_stand_in_the_landing_at_their_chance(demo_forecast, truth):
    """All of them fall into the first quarter; the total carries what each is worth."""
    planted = truth["tenders"]["open"]
    weighted = demo_forecast.tables["deals"]["weighted_amount"].sum()
    assert float(weighted) == pytest.approx(planted["weighted_amount"], rel=0.03)
    quarter = demo_forecast.landing.filter(period="2026-Q1").row(0, named=True)
    assert abs(quarter["pipeline_amount"] - weighted) < 1
    expected = date.fromisoformat(planted["first_order_date"])
    assert quarter["first_month"] <= expected.replace(day=1) <= quarter["last_month"]
    parts = ("actual_amount", "base_amount", "pipeline_amount", "unannounced_amount")
    for row in demo_forecast.tables["target_gap"].iter_rows(named=True):
        assert row["forecast_amount"] == sum(row[name] or 0 for name in parts)


def test_the_total_is_forecast_better_than_by_the_seasonal_naive(demo_forecast, record_property):
    figures = demo_forecast.figures
    chosen, naive = (figures[f"wape_{name}"][0] for name in ("chosen", "seasonal_naive"))
    record_property("demo: WAPE of the total", f"{chosen:.1%}; seasonal naive {naive:.1%}")
    assert chosen < 0.75 * naive
    assert abs(figures["bias_chosen"][0]) < abs(figures["bias_seasonal_naive"][0])


def test_intervals_cover_about_what_they_promise(demo_forecast, record_property):
    """Out of sample; the total has few past days, so its bounds are the widest."""
    overall = demo_forecast.tables["accuracy"].filter(pl.col("horizon").is_null(), model="chosen")
    assert overall.height == 6
    for row in overall.iter_rows(named=True):
        found = (row["coverage_80"], row["coverage_95"])
        record_property(
            f"demo: coverage of {row['level']}",
            f"80 %: {found[0]:.1%}, 95 %: {found[1]:.1%} of {row['judged_count']}",
        )
        slack = 0.12 if row["level"] == "total" else 0.07
        assert abs(found[0] - 0.80) < slack, row["level"]
        assert abs(found[1] - 0.95) < slack, row["level"]


def test_the_lunar_year_is_used_for_the_total(demo_forecast):
    row = demo_forecast.tables["calendar"].filter(level="total", key="total").row(0, named=True)
    assert row["regressor"] is not None
    assert row["wape"] < row["plain_wape"]


def test_only_the_campaign_is_taken_out_of_the_history(demo_forecast, truth):
    """The step of the north-east lies within what chance does there: its history stays as sold."""
    changes = demo_forecast.tables["history_changes"]
    assert set(changes["cause"]) == {truth["events"]["campaign"]["event_id"]}
    assert set(changes["month"]) == {date(2025, 6, 1), date(2025, 7, 1)}
