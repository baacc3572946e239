"""All marts of the sales forecast for a company written down as monthly sales by region."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast import MARTS, Policy, SalesForecast, analyse
from dakehu.analysis.sales_forecast.periods import later
from forecast_frames import deals, quotas
from forecast_panel import mart

MONEY, PRICE = pl.Decimal(38, 2), pl.Decimal(18, 2)
TEXT, DAY, COUNT, SHARE, FLAG = pl.String, pl.Date, pl.Int64, pl.Float64, pl.Boolean
SCHEMAS: dict[str, dict[str, Any]] = {
    "monthly": {
        "level": TEXT, "key": TEXT, "key_name": TEXT, "month": DAY, "net_amount": MONEY,
        "base_amount": MONEY, "tender_amount": MONEY, "lumpy_amount": MONEY,
    },
    "taken_out": {
        "order_id": TEXT, "reason": TEXT, "tender_id": TEXT, "region_id": TEXT, "family": TEXT,
        "customer_id": TEXT, "group_id": TEXT, "customer_name": TEXT, "distributor_id": TEXT,
        "month": DAY, "order_date": DAY, "net_amount": MONEY, "usual_amount": PRICE,
    },
    "channel": {
        "distributor_id": TEXT, "distributor_name": TEXT, "month": DAY, "sell_in_amount": MONEY,
        "is_reported": FLAG, "sell_out_amount": MONEY,
    },
    "quotas": quotas().schema,
    "credited": {"level": TEXT, "key": TEXT, "month": DAY, "net_amount": MONEY},
    "deals": deals().schema,
    "distributors": {
        "distributor_id": TEXT, "distributor_name": TEXT, "region_id": TEXT,
        "capacity_amount": PRICE, "sold_amount": PRICE, "sold_month_count": COUNT,
    },
    "potentials": {"distributor_id": TEXT, "potential": SHARE},
    "lead_times": {"family": TEXT, "line_count": COUNT, "days": SHARE, "squared_days": SHARE},
    "events": {
        "event_id": TEXT, "event_name": TEXT, "event_type": TEXT, "start_date": DAY,
        "end_date": DAY, "scope_json": TEXT, "cost_amount": PRICE,
    },
    "cells": {
        "region_id": TEXT, "product_id": TEXT, "family": TEXT, "month": DAY, "net_amount": MONEY,
    },
    "scoped_customers": {
        "customer_id": TEXT, "region_id": TEXT, "month": DAY, "net_amount": MONEY,
    },
    "lost_lines": {
        "order_id": TEXT, "line_no": TEXT, "order_date": DAY, "due_date": DAY, "month": DAY,
        "customer_id": TEXT, "product_id": TEXT, "is_cancelled": FLAG,
        "quantity": pl.Decimal(18, 4), "net_amount": PRICE, "missed_quantity": pl.Decimal(38, 4),
        "reordered_quantity": pl.Decimal(38, 4),
    },
    "outages": {
        "product_id": TEXT, "family": TEXT, "start_date": DAY, "end_date": DAY, "month": DAY,
        "out_days": COUNT, "month_days": COUNT, "stocked_days": pl.Int32, "sold_amount": MONEY,
    },
    "first_supplies": {
        "case_id": TEXT, "customer_id": TEXT, "requested_date": DAY, "supplied_date": DAY,
    },
    "days": {
        "distributor_id": TEXT, "order_date": DAY, "launch_date": DAY, "month": DAY,
        "month_start": DAY, "month_end": DAY, "bought_amount": MONEY, "returned_amount": MONEY,
    },
    "company": {"month": DAY, "net_amount": MONEY, "distributor_amount": MONEY},
    "price_rises": {"event_id": TEXT, "event_name": TEXT, "start_date": DAY},
    "coverage": {"distributor_id": TEXT, "month": DAY, "is_reported": FLAG},
    "stock": {
        "distributor_id": TEXT, "month": DAY, "stock_amount": MONEY, "sold_amount": MONEY,
        "sold_cost_amount": MONEY,
    },
    "ledger": {
        "distributor_id": TEXT, "month": DAY, "invoiced_amount": MONEY, "received_amount": MONEY,
    },
    "stock_at_hand": {
        "family": TEXT, "holder": TEXT, "oldest_count_date": DAY, "stock_amount": PRICE,
    },
    "accounts": {
        "customer_id": TEXT, "customer_name": TEXT, "role": TEXT, "region_name": TEXT,
        "industry_name": TEXT, "month": DAY, "net_amount": MONEY, "cost_amount": MONEY,
        "margin_amount": MONEY, "order_count": COUNT, "first_order_date": DAY,
        "last_order_date": DAY,
    },
}  # fmt: skip
FEW = Policy(max_cutoffs=5, calendar_effects=False)


def marts(
    sold: dict[str, Sequence[float]] | dict[tuple[str, str], Sequence[float]], **more: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Every mart: sales by region, or by (region, family), from January 2021 on.

    The lists end together; shorter ones begin later. All that `more` does not give is empty.
    """
    cells = {
        key if isinstance(key, tuple) else (key, "-"): [round(float(value), 2) for value in values]
        for key, values in sold.items()
    }
    frame = mart(cells)
    monthly = frame.with_columns(
        net_amount="base_amount",
        tender_amount=pl.lit(0).cast(MONEY),
        lumpy_amount=pl.lit(0).cast(MONEY),
    ).select(list(SCHEMAS["monthly"]))
    total = monthly.filter(pl.col("level") == "total")
    side = pl.col("key").str.split("|").list
    given = {
        "monthly": monthly,
        "credited": total.select(list(SCHEMAS["credited"])),
        "cells": monthly.filter(pl.col("level") == "region_family").select(
            region_id=side.first(), product_id=side.last(), family=side.last(), month="month",
            net_amount="net_amount",
        ),
        "company": total.select("month", "net_amount", distributor_amount=pl.lit(0).cast(MONEY)),
    }  # fmt: skip
    return {name: pl.DataFrame(schema=SCHEMAS[name]) for name in MARTS} | given | more


def event(event_id: str, region: str, start: date, end: date | None = None) -> pl.DataFrame:
    """A row of mart_sales_forecast__events: something that happened in a region."""
    row = (event_id, event_id, "promotion", start, end, f'{{"region": ["{region}"]}}', None)
    return pl.DataFrame([row], schema=SCHEMAS["events"], orient="row")


def forecast(
    read: dict[str, pl.DataFrame],
    horizon_months: int = 12,
    policy: Policy = FEW,
    as_of: date | None = None,
    **more: Any,
) -> SalesForecast:
    """The report as of the end of the last month of `read`."""
    last = read["monthly"]["month"].max()
    assert isinstance(last, date)
    end = date.fromordinal(later(last, 1).toordinal() - 1)
    return analyse(read, as_of or end, horizon_months, policy, **more)


def not_numbers(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """The columns that hold a NaN or an infinity; what is not known must be missing."""
    return [
        f"{name}.{column}"
        for name, table in tables.items()
        for column, kind in table.schema.items()
        if kind.is_float() and not table[column].drop_nulls().is_finite().all()
    ]


def wave(months: int, level: float, seed: int, growth: float = 0.0) -> list[float]:
    """A yearly wave about `level` with a little noise."""
    random = np.random.default_rng(seed)
    t = np.arange(months)
    return list(
        level * (1 + growth * t + 0.3 * np.sin(t / 6 * np.pi)) + random.normal(0, 3, months)
    )
