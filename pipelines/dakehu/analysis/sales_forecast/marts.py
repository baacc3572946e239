"""The marts behind the sales forecast, by the name that the analysis knows each by."""

from __future__ import annotations

OWN = (
    "taken_out", "channel", "quotas", "credited", "deals", "distributors", "potentials",
    "lead_times", "events", "cells", "scoped_customers", "lost_lines", "outages", "first_supplies",
)  # fmt: skip
# Whether distributors pull purchases forward is told as the ranking tells it.
RANKING = ("days", "company", "price_rises", "coverage", "stock", "ledger")
MARTS: dict[str, str] = {
    "monthly": "mart_sales_forecast",
    **{name: f"mart_sales_forecast__{name}" for name in OWN},
    **{name: f"mart_distributor_ranking__{name}" for name in RANKING},
    "stock_at_hand": "mart_sales_forecast__stock",
    "accounts": "mart_customer_value",
}
