"""What to have in stock: the reorder point by hand, and missing stock is not zero."""

from datetime import date

import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.sales_forecast.supply import DAYS_A_MONTH, deviations, lead_times, supply_of
from forecast_frames import ahead, past_errors
from small_books import books, company, needed, table

FAMILY = "product_family", "oils"
HALF_A_MONTH = DAYS_A_MONTH / 2
ERRORS = past_errors([[20, -20], [-20, 20]], 10, *FAMILY)  # twice the scale at both horizons


def leads(days: float, deviation: float = 0.0) -> pl.DataFrame:
    mart = pl.DataFrame(
        {"family": ["oils"], "line_count": [2],
         "days": [2 * days], "squared_days": [2 * (days**2 + deviation**2)]}
    )  # fmt: skip
    return lead_times(mart, 14)


def stock(**amounts: float) -> pl.DataFrame:
    return pl.DataFrame(
        [("oils", holder, amount) for holder, amount in amounts.items()],
        schema={"family": pl.String, "holder": pl.String, "stock_amount": pl.Float64},
        orient="row",
    )


def supply(held: pl.DataFrame, lead: pl.DataFrame, level: float = 0.95) -> list[dict]:
    return supply_of(ahead([100, 100], *FAMILY), ERRORS, lead, held, level).to_dicts()


def test_deliveries_on_the_day_of_the_order_are_no_lead_time():
    """Who knows the day of delivery alone, and orders by it, would have nothing to stock."""
    usual = leads(0)
    assert usual.to_dicts() == [{"family": None, "lead_days": 14.0, "lead_deviation_days": 0.0}]
    first, _ = supply(stock(own=90), usual)
    assert first["lead_days"] == 14
    assert first["reorder_amount"] > 0


def test_the_reorder_point_by_hand():
    first, _ = supply(stock(own=90), leads(HALF_A_MONTH))
    # 100 x 0.5 + 1.64485 x sqrt(0.5 x 20^2) = 50 + 23.26
    assert float(first["safety_amount"]) == pytest.approx(23.26)
    assert float(first["reorder_amount"]) == pytest.approx(73.26)
    assert first["lead_days"] == pytest.approx(HALF_A_MONTH)


def test_a_lead_time_that_varies_asks_for_more():
    first, _ = supply(stock(own=90), leads(HALF_A_MONTH, DAYS_A_MONTH / 10))
    # 1.64485 x sqrt(0.5 x 20^2 + 100^2 x 0.1^2) = 1.64485 x sqrt(300)
    assert float(first["safety_amount"]) == pytest.approx(28.49)


def test_stock_runs_down_and_the_risk_is_flagged():
    first, second = supply(stock(own=90), leads(HALF_A_MONTH))
    assert (first["projected_amount"], first["is_at_risk"]) == (90, False)
    assert (second["projected_amount"], second["is_at_risk"]) == (0, True)
    short, _ = supply(stock(own=73), leads(HALF_A_MONTH))
    assert short["is_at_risk"]
    assert not supply(stock(own=73), leads(HALF_A_MONTH), 0.9)[0]["is_at_risk"]


def test_what_distributors_hold_is_shown_and_is_not_ours():
    first, _ = supply(stock(channel=500), leads(10))
    assert first["channel_stock_amount"] == 500
    assert (first["stock_amount"], first["projected_amount"], first["is_at_risk"]) == (None,) * 3


def test_a_family_without_deliveries_takes_the_usual_lead_time():
    nothing = pl.DataFrame(
        schema={
            "family": pl.String, "line_count": pl.Int64, "days": pl.Float64,
            "squared_days": pl.Float64,
        }
    )  # fmt: skip
    first, _ = supply(stock(own=90), lead_times(nothing, 21))
    assert first["lead_days"] == 21


def test_without_past_errors_there_is_no_safety_stock():
    found = supply_of(ahead([100], *FAMILY), ERRORS.head(0), leads(10), stock(own=1))
    assert found.select("safety_amount", "reorder_amount", "is_at_risk").row(0) == (None,) * 3
    assert deviations(ERRORS).rows() == [(1, 2.0), (2, 2.0)]


def test_the_marts_of_lead_times_and_stock(tmp_path):
    tables = {
        "products": [{"product_id": "P5", "product_name": "Oil", "family": "oils"}],
        "order_lines": [
            {"order_id": "O5", "line_no": "1", "order_date": date(2024, 1, 5), "customer_id": "C1",
             "product_id": "P5", "quantity": 4, "net_amount": 40},
        ],
        "shipments": [
            {"ship_no": "S1", "line_no": "1", "order_id": "O5", "order_line_no": "1",
             "ship_date": date(2024, 1, 7), "delivered_date": date(2024, 1, 9)},
            {"ship_no": "S2", "line_no": "1", "order_id": "O5", "order_line_no": "1",
             "ship_date": date(2024, 1, 11)},
        ],
        "inventory": [
            {"as_of": date(2024, 11, 30), "holder_id": "DEPOT", "product_id": "P5", "quantity": 99},
            {"as_of": date(2024, 12, 30), "holder_id": "DEPOT", "product_id": "P5", "quantity": 3},
            {"as_of": date(2024, 6, 30), "holder_id": "C1", "product_id": "P5", "quantity": 5},
            {"as_of": date(2025, 1, 30), "holder_id": "C1", "product_id": "P5", "quantity": 7},
        ],
    }  # fmt: skip
    names = [f"mart_sales_forecast__{name}" for name in ("lead_times", "stock")]
    with books(company(tmp_path), **tables) as connection:
        models.build(connection, needed(*names))
        lead, held = (table(connection, name) for name in names)
    assert lead.rows() == [("oils", 2, 10.0, 52.0)]  # 4 and 6 days
    assert held.select("family", "holder", "stock_amount").rows() == [
        ("oils", "channel", 50), ("oils", "own", 30),
    ]  # fmt: skip
