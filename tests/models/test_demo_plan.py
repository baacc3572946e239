"""The plan of the demo company: planted deals at their chance, targets, overload, stock."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from dakehu.analysis.sales_forecast.landing import landings
from dakehu.analysis.sales_forecast.periods import later
from dakehu.analysis.sales_forecast.pipeline import Pipeline, pipeline_of
from dakehu.analysis.sales_forecast.quota import Split, split_of
from dakehu.analysis.sales_forecast.targets import credited_sales, targets_of
from dakehu.reading import Marts, open_marts

LAST = date(2025, 12, 1)
PARTS = ("quotas", "credited", "deals", "distributors", "potentials", "lead_times", "stock")


@pytest.fixture(scope="module")
def marts(demo_warehouse: Any) -> Marts:
    return open_marts(str(demo_warehouse.path), "sales_forecast")


@pytest.fixture(scope="module")
def plan(marts: Marts) -> dict[str, pl.DataFrame]:
    return marts.parts(PARTS)


@pytest.fixture(scope="module")
def pipeline(plan, marts) -> Pipeline:
    return pipeline_of(plan["deals"], marts.as_of, LAST)


def test_planted_deals_stand_at_their_chance_to_be_won(pipeline, truth):
    planted = truth["tenders"]["open"]
    deals = pipeline.deals
    assert deals.height == truth["tenders"]["count"]["open"]
    assert set(deals["state"]) == {"counted"}
    row = deals.row(0, named=True)
    assert row["win_low"] < planted["win_probability"] < row["win_high"]
    assert row["win_probability"] == pytest.approx(planted["win_probability"], abs=0.01)
    weighted = float(deals["weighted_amount"].sum())
    assert weighted == pytest.approx(planted["weighted_amount"], rel=0.02)
    assert float(deals["bid_amount"].sum()) == pytest.approx(planted["our_bid"])


def test_planted_deals_are_expected_in_the_month_of_their_first_order(pipeline, truth):
    month = date.fromisoformat(truth["tenders"]["open"]["first_order_date"]).replace(day=1)
    assert set(pipeline.deals["expected_month"]) == {month}
    assert pipeline.chances["chance"].sum() == pytest.approx(
        3 * pipeline.deals["win_probability"].sum(), rel=1e-9
    ), "once for the total, the region and the account"


def test_the_total_has_its_own_target_and_distributors_their_quarters(plan):
    found = targets_of(plan["quotas"], plan["credited"], LAST)
    bases = {
        (level, period): basis
        for level, period, basis in found.select("level", "period", "basis").unique().iter_rows()
    }
    assert bases["total", "2026"] == "set"
    assert bases["distributor", "2026-Q1"] == "set"
    assert bases["distributor", "2026"] == "parts"
    assert bases["total", "2026-Q1"] is None, "a year's target is not cut into quarters"
    regions, total = (
        found.filter(level=level, period="2026")["target_amount"].sum()
        for level in ("region", "total")
    )
    # Quotas are rounded to 10,000 yuan, region by region.
    assert abs(regions - total) < 100_000


def test_a_year_that_is_over_is_a_fact(plan, truth):
    sales = credited_sales(plan["credited"], LAST)
    targets = targets_of(plan["quotas"], plan["credited"], LAST)
    nothing = pl.DataFrame(
        schema={
            "level": pl.String, "key": pl.String, "cutoff": pl.Date, "model": pl.String,
            "is_seasonal": pl.Boolean, "horizon": pl.Int64, "error": pl.Float64,
            "scale": pl.Float64, "month": pl.Date, "mean_amount": pl.Float64,
            "is_floored": pl.Boolean,
        }
    )  # fmt: skip
    year = landings(targets, sales, nothing, nothing, LAST).filter(level="total", period="2025")
    row = year.row(0, named=True)
    net = truth["company"]["net_amount"]["2025"]
    assert float(row["forecast_amount"]) == pytest.approx(float(net), rel=1e-4)
    assert row["probability_to_reach"] == float(row["actual_amount"] >= row["target_amount"])


def split(plan: dict[str, pl.DataFrame]) -> Split:
    """Next year's target shared out, each distributor forecast to sell as in the year before."""
    sales = credited_sales(plan["credited"], LAST).filter(level="distributor")
    year = sales.filter(pl.col("month") > later(LAST, -12))
    forecast = year.group_by(distributor_id="key").agg(forecast_amount=pl.col("amount").sum())
    targets = targets_of(plan["quotas"], plan["credited"], LAST).filter(period="2026")
    held = targets.filter(level="distributor").select("target_amount", distributor_id="key")
    total = targets.filter(level="distributors")["target_amount"].item()
    growth = plan["distributors"].select("region_id").unique().with_columns(growth=pl.lit(0.1))
    return split_of(
        plan["distributors"], plan["potentials"], forecast, held, growth, total,
        later(LAST, 1), later(LAST, 12),
    )  # fmt: skip


def test_a_split_is_exact_and_within_every_capacity(plan):
    found = split(plan)
    table = found.quota_split
    assert table.height == plan["distributors"].height
    assert table["proposed_amount"].sum() + found.unplaced_amount == found.total_amount
    over = table.filter(pl.col("proposed_amount") > pl.col("capacity_amount"))
    assert over.is_empty()


def test_every_family_has_a_lead_time_and_channel_stock(plan):
    assert plan["lead_times"].filter(pl.col("line_count") > 0).height >= 8
    assert set(plan["stock"]["holder"]) == {"channel"}, "the demo counts no depot of its own"
