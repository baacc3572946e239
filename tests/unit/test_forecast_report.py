"""The numbers of the whole forecast add up: levels, landing, scenarios, and from run to run."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu.analysis.sales_forecast.bridge import bridge_of
from forecast_company import FEW, MONEY, forecast, marts, not_numbers, wave
from forecast_frames import deal, deals, decided, quota, quotas

SCENARIOS = {"push": {"growth": 0.1, "start": "2026-03", "months": 2}}
TARGETS = quotas(
    quota(date(2026, 1, 1), date(2026, 12, 31), 9000),
    quota(date(2026, 1, 1), date(2026, 3, 31), 2000),
    quota(date(2025, 10, 1), date(2025, 12, 31), 2000),
    quota(date(2026, 1, 1), date(2026, 12, 31), 3000, "region", "R1"),
)
CONTRACT = {
    "forecast": "level key month mean_amount low_80_amount high_80_amount low_95_amount "
    "high_95_amount model",
    "backtest": "level key cutoff model wape mase bias coverage_80 coverage_95",
    "target_gap": "level key period target_amount forecast_amount gap_amount probability_to_reach",
    "bridge": "component amount",
    "measures": "event_id lift_amount low_amount high_amount cost_per_extra_amount",
    "lost_sales": "month documented_amount estimated_amount",
    "scenarios": "scenario month mean_amount low_80_amount high_80_amount",
    "forecasts": "run_id made_on target_period level key part model mean q10 q50 q90 actual",
}


def company(months: int) -> dict[str, pl.DataFrame]:
    """Two regions by two families up to `months`, tenders in one of them, deals and targets.

    All that is sold in R1 goes through one distributor.
    """
    cells = {
        (region, family): wave(60, level, seed, 0.005)[:months]
        for seed, (region, family, level) in enumerate(
            [("R1", "a", 150), ("R1", "b", 60), ("R2", "a", 110), ("R2", "b", 200)]
        )
    }
    credit = pl.DataFrame({"level": ["total", "region"], "key": ["total", "R1"]})
    won = pl.lit(Decimal(90)).cast(MONEY)
    in_tenders = (pl.col("month").dt.month() % 3 == 0) & pl.col("key").is_in(["total", "R1"])
    tender = pl.when(in_tenders).then(won).otherwise(pl.lit(0).cast(MONEY))
    read = marts(cells, quotas=TARGETS, deals=deals(*decided(12, 4), deal(1), deal(2, stage_no=2)))
    monthly = read["monthly"].with_columns(
        tender_amount=tender, net_amount=(pl.col("base_amount") + tender).cast(MONEY)
    )
    sellers = monthly.filter(level="region").with_columns(
        level=pl.lit("distributor"), key=pl.col("key").replace({"R1": "D1", "R2": "-"})
    )
    monthly = pl.concat([monthly, sellers])
    credited = monthly.join(credit, on=["level", "key"]).select(read["credited"].columns)
    return read | {"monthly": monthly, "credited": credited}


@pytest.fixture(scope="module")
def runs():
    """The report of November, and that of December, which has kept the former's forecasts."""
    policy = replace(FEW, scenarios=SCENARIOS)
    first = forecast(company(59), 13, policy, run_id="one")
    return first, forecast(company(60), 12, policy, kept=first.tables["forecasts"], run_id="two")


def row_of(table: pl.DataFrame, **of):
    return table.filter(**of).row(0, named=True)


def test_every_level_sums_to_the_total_to_the_cent(runs):
    for result in runs:
        sums = result.tables["forecast"].group_by("month", "level").agg(pl.col("mean_amount").sum())
        wide = sums.pivot("level", index="month", values="mean_amount")
        assert wide.height == result.horizon_months
        for level in ("region", "product_family", "region_family", "distributor"):
            assert (wide[level] == wide["total"]).all(), level


def test_the_landing_is_the_sum_of_its_parts(runs):
    table = runs[1].tables["target_gap"].filter(pl.col("forecast_amount").is_not_null())
    assert table.filter(status="running").height == 3
    assert (table["pipeline_amount"].drop_nulls() > 0).any()
    assert (table["unannounced_amount"].drop_nulls() > 0).any()
    for row in table.iter_rows(named=True):
        parts = ("actual_amount", "base_amount", "pipeline_amount", "unannounced_amount")
        assert row["forecast_amount"] == sum(row[name] or 0 for name in parts)
        assert row["gap_amount"] == row["forecast_amount"] - row["target_amount"]
    over = row_of(table, status="over")
    assert over["forecast_amount"] == over["actual_amount"]


def test_the_base_of_a_landing_is_the_forecast_of_its_months(runs):
    year = row_of(runs[1].tables["target_gap"], level="region", key="R1", period="2026")
    months = runs[1].table("forecast", "region").filter(key="R1")
    assert year["base_amount"] == months["mean_amount"].sum()
    quarter = row_of(runs[1].landing, period="2026-Q1")
    assert (
        quarter["base_amount"]
        == runs[1].table("forecast").sort("month").head(3)["mean_amount"].sum()
    )


def test_the_bridge_leads_from_the_last_landing_to_this_one(runs):
    first, second = runs
    assert first.bridge is None
    assert first.is_first_run
    assert not second.is_first_run
    assert second.bridge.period == "2026-Q1"
    assert second.bridge.made_on == date(2025, 11, 30)
    quarter = pl.col("target_period").is_between(date(2026, 1, 1), date(2026, 3, 1))
    said = first.tables["forecasts"].filter(
        quarter, pl.col("part").is_in(["base", "pipeline"]), level="total"
    )
    assert second.bridge.previous_amount == said["mean"].sum()
    landed = row_of(second.landing, period="2026-Q1")["forecast_amount"]
    assert abs(second.bridge.current_amount - landed) <= Decimal("0.03")
    assert second.tables["bridge"]["amount"].sum() == second.bridge.change_amount
    assert "new_actuals" in second.tables["bridge"]["component"]


def test_a_month_that_has_closed_stands_in_the_bridge_as_new(runs):
    """The quarter that December ended: what came less what November said of it, pipeline too."""
    kept = [run.tables["forecasts"] for run in runs]
    found = bridge_of(*kept, date(2025, 10, 1), date(2025, 12, 1))
    came = runs[1].tables["forecasts"].filter(part="actual", target_period=date(2025, 12, 1))
    said = (
        runs[0]
        .tables["forecasts"]
        .filter(
            pl.col("part").is_in(["base", "pipeline"]),
            level="total",
            target_period=date(2025, 12, 1),
        )
    )
    news = row_of(found.components, component="new_actuals")["amount"]
    assert news == came["mean"].item() - said["mean"].sum()
    assert found.components["amount"].sum() == found.change_amount == news


def test_the_memory_judges_the_month_that_came(runs):
    memory = runs[1].tables["forecast_memory"]
    total = row_of(memory, level="total", horizon=1)
    said = runs[0].table("forecast").sort("month")["mean_amount"][0]
    came = runs[1].history.filter(level="total", month=date(2025, 12, 1))["amount"].item()
    assert total["wape"] == pytest.approx(abs(float(said) - came) / came)
    assert total["bias"] == pytest.approx((float(said) - came) / came)
    assert (total["cycle_count"], total["forecast_count"]) == (1, 1)
    assert runs[0].tables["forecast_memory"].is_empty()
    assert runs[1].figures["forecast_wape"] == (total["wape"], "share")


def test_the_base_scenario_is_the_forecast_and_another_differs_where_it_says(runs):
    table, plain = runs[1].tables["scenarios"], runs[1].table("forecast").sort("month")
    base = table.filter(scenario="base").sort("month")
    for name in ("mean_amount", "low_80_amount", "high_80_amount"):
        assert base[name].to_list() == plain[name].to_list()
    push = table.filter(scenario="push").sort("month")
    ratio = push["mean_amount"].cast(float) / plain["mean_amount"].cast(float)
    assert ratio.round(4).to_list() == [1.0] * 2 + [1.1] * 2 + [1.0] * 8


def test_contract_of_the_tables(runs):
    result = runs[1]
    for name, columns in CONTRACT.items():
        assert set(columns.split()) <= set(result.tables[name].columns), name
    assert "seasonal_naive" in result.tables["backtest"]["model"]
    assert not_numbers(result.tables) == []
    assert result.tables["forecast"].schema["mean_amount"] == pl.Decimal(18, 2)
    assert result.tables["forecast"].select("level", "key", "month").is_unique().all()
    assert {unit for _, unit in result.figures.values()} <= {"amount", "share", "count"}


def test_working_days_are_those_of_china_over_history_and_forecast(runs):
    _, result = runs
    days = result.tables["working_days"]
    assert days["month"].min() == result.history["month"].min()
    assert days["month"].max() == date(2026, 12, 1)
    assert dict(days.select("month", "working_day_count").iter_rows())[date(2025, 1, 1)] == 19
    assert "working_days" not in forecast(company(60), 2, currency="EUR").tables


def test_the_demand_behind_purchases_is_kept_to_the_last_complete_month():
    read = company(60)
    months = read["monthly"]["month"].unique().sort()
    channel = pl.DataFrame({"month": pl.concat([months, pl.Series([date(2026, 1, 1)])])}).select(
        distributor_id=pl.lit("D1"), distributor_name=pl.lit("one"), month="month",
        sell_in_amount=pl.lit(Decimal(100)).cast(MONEY), is_reported=pl.lit(True),
        sell_out_amount=pl.lit(Decimal(90)).cast(MONEY),
    )  # fmt: skip
    kept = forecast(read | {"channel": channel}, 2).tables["channel_demand"]
    assert kept["month"].max() == date(2025, 12, 1)
    assert set(kept["basis"]) == {"sell_out"}
    assert (kept["demand_amount"] == 100).all()
