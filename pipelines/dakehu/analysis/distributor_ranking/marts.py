"""The marts behind the distributor ranking, by the name that the analysis knows each by."""

from __future__ import annotations

OWN = (
    "company", "quotas", "distributors", "focus", "focus_quotas", "sell_out", "coverage", "stock",
    "shipments", "fulfilment", "payments", "rivals", "rebates", "cases",
    "mapped",
    "places", "scans", "days", "landed", "support", "neighbours", "ledger", "price_rises",
    "seen_prices",
)  # fmt: skip
SHARED = ("months", "open_items", "accounts", "debtors")
MARTS: dict[str, str] = {
    "monthly": "mart_distributor_ranking",
    **{name: f"mart_distributor_ranking__{name}" for name in OWN},
    # What is owed is the same for every report.
    **{name: f"mart_customer_value__{name}" for name in SHARED},
}
