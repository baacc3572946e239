"""The marts behind the parts of the customer value report, each mart_customer_value__<name>."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

AMOUNT = pl.Decimal(38, 2)

MARTS: dict[str, dict[str, Any]] = {
    "profiles": {
        "customer_id": pl.String,
        "customer_name": pl.String,
        "role": pl.String,
        "industry_name": pl.String,
        "size_band": pl.String,
        "fit_score": pl.Decimal(9, 6),
        "fit_source": pl.String,
        "is_central": pl.Boolean,
        "is_direct": pl.Boolean,
        "status": pl.String,
        "potential_amount": AMOUNT,
        "given_class": pl.String,
    },
    "centralisation": {
        "customer_id": pl.String,
        "month": pl.Date,
        "ordered_amount": AMOUNT,
        "central_amount": AMOUNT,
    },
    "families": {
        "customer_id": pl.String,
        "month": pl.Date,
        "family": pl.String,
        "net_amount": AMOUNT,
    },
    "order_days": {"customer_id": pl.String, "order_date": pl.Date, "net_amount": AMOUNT},
    "events": {
        "customer_id": pl.String,
        "month": pl.Date,
        "kind": pl.String,
        "event_count": pl.Int64,
    },
    "managers": {
        "customer_id": pl.String,
        "person_id": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "first_month": pl.Date,
        "last_month": pl.Date,
    },
    "meetings": {
        "customer_id": pl.String,
        "month": pl.Date,
        "person_count": pl.Int64,
        "manager_count": pl.Int64,
    },
    "months": {"month": pl.Date, "first_date": pl.Date, "last_date": pl.Date},
    "price_inversion": {
        "customer_id": pl.String,
        "product_id": pl.String,
        "product_name": pl.String,
        "month": pl.Date,
        "line_count": pl.Int64,
        "quantity": pl.Decimal(38, 4),
        "net_amount": AMOUNT,
        "loss_amount": AMOUNT,
    },
    "late_items": {
        "customer_id": pl.String,
        "due_date": pl.Date,
        "settled_date": pl.Date,
        "late_amount": AMOUNT,
    },
    "costs": {
        "customer_id": pl.String,
        "month": pl.Date,
        "cost_type": pl.String,
        "cost_amount": AMOUNT,
    },
    "mapped": {"table_name": pl.String, "is_mapped": pl.Boolean},
    "solutions": {
        "customer_id": pl.String,
        "month": pl.Date,
        "order_count": pl.Int64,
        "typed_count": pl.Int64,
        "solution_count": pl.Int64,
        "ordered_amount": AMOUNT,
        "bundled_amount": AMOUNT,
        "kind_amount": AMOUNT,
        "custom_amount": AMOUNT,
    },
    "wallets": {
        "customer_id": pl.String,
        "size_band": pl.String,
        "potential_amount": AMOUNT,
        "potential_year": pl.Int64,
        "potential_source": pl.String,
    },
    "stages": {
        "case_id": pl.String,
        "stage_no": pl.Int64,
        "customer_id": pl.String,
        "role": pl.String,
        "month": pl.Date,
        "entered_date": pl.Date,
        "left_date": pl.Date,
        "has_advanced": pl.Boolean,
        "outcome": pl.String,
    },
    "proposals": {
        "activity_id": pl.String,
        "customer_id": pl.String,
        "role": pl.String,
        "level": pl.String,
        "month": pl.Date,
        "proposal_date": pl.Date,
        "tender_date": pl.Date,
        "tender_result": pl.String,
    },
}


def frames(read: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every mart of `MARTS` by name; one that was not read has no rows, as data that is absent."""
    return {name: read.get(name, pl.DataFrame(schema=schema)) for name, schema in MARTS.items()}
