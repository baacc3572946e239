"""Panels of distributors that buy day by day, as the frames that leads are made of."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.window import Window

AS_OF = date(2024, 12, 31)
WINDOW = Window(date(2024, 1, 1), date(2024, 12, 1), 12, 12)
FIRST = date(2022, 1, 1)
LONG_AGO = date(1900, 1, 1)
Rows = list[tuple[str, date, float]]
NONE = {
    "places": {"distributor_id": pl.String, "month": pl.Date, "territory_id": pl.String,
               "standing": pl.String, "holder_id": pl.String, "line_count": pl.Int64,
               "quantity": pl.Decimal(38, 4), "amount": pl.Decimal(38, 2)},
    "scans": {"distributor_id": pl.String, "month": pl.Date, "territory_id": pl.String,
              "accuracy_km": pl.Float64, "standing": pl.String, "holder_id": pl.String,
              "code_count": pl.Int64},
    "cases": {"distributor_id": pl.String, "month": pl.Date, "case_type": pl.String,
              "evidence_grade": pl.String, "case_count": pl.Int64},
    "rebates": {"distributor_id": pl.String, "period_start": pl.Date, "period_end": pl.Date,
                "is_off_price": pl.Boolean, "accrued_amount": pl.Decimal(38, 2),
                "net_amount": pl.Decimal(38, 2)},
    "support": {"distributor_id": pl.String, "month": pl.Date, "cost_type": pl.String,
                "amount": pl.Decimal(38, 2)},
    "neighbours": {"distributor_id": pl.String, "other_id": pl.String,
                   "freight_per_unit": pl.Decimal(18, 6)},
    "landed": {"distributor_id": pl.String, "product_id": pl.String, "month": pl.Date,
               "quantity": pl.Decimal(38, 4), "net_amount": pl.Decimal(38, 2)},
    "seen_prices": {"distributor_id": pl.String, "product_id": pl.String, "month": pl.Date,
                    "price": pl.Decimal(18, 6)},
    "quotas": {"holder_kind": pl.String, "holder_id": pl.String, "period_start": pl.Date,
               "period_end": pl.Date, "target_amount": pl.Decimal(38, 2)},
    "coverage": {"distributor_id": pl.String, "month": pl.Date, "is_reported": pl.Boolean},
    "stock": {"distributor_id": pl.String, "month": pl.Date, "stock_amount": pl.Decimal(38, 2),
              "sold_cost_amount": pl.Decimal(38, 2)},
    "ledger": {"distributor_id": pl.String, "month": pl.Date,
               "invoiced_amount": pl.Decimal(38, 2), "received_amount": pl.Decimal(38, 2)},
    "price_rises": {"event_id": pl.String, "start_date": pl.Date},
    "distributors": {"distributor_id": pl.String, "distributor_level": pl.String,
                     "capacity_amount": pl.Decimal(38, 2)},
    "mapped": {"table_name": pl.String, "column_name": pl.String},
}  # fmt: skip


def days_of(rows: Rows, returned: Rows | None = None) -> pl.DataFrame:
    """The mart `days` of purchases: who, when, how much; and what was given back."""
    schema = {"distributor_id": pl.String, "order_date": pl.Date, "amount": pl.Float64}
    bought, back = (
        pl.DataFrame(part, schema=schema, orient="row")
        .group_by("distributor_id", "order_date")
        .agg(pl.col("amount").sum().cast(pl.Decimal(38, 2)))
        for part in (rows, returned or [])
    )
    start = pl.col("order_date").dt.month_start()
    return (
        bought.rename({"amount": "bought_amount"})
        .join(
            back.rename({"amount": "returned_amount"}),
            on=["distributor_id", "order_date"],
            how="full",
            coalesce=True,
        )
        .with_columns(
            pl.col("bought_amount", "returned_amount").fill_null(Decimal(0)),
            launch_date=pl.lit(LONG_AGO),
            month=start,
            month_start=start,
            month_end=pl.col("order_date").dt.month_end(),
        )
    )


def read_of(days: pl.DataFrame, **more: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """Every frame that leads read: these, sales by month out of `days`, and nothing else."""
    monthly = days.group_by("distributor_id", "month").agg(
        net_amount=(pl.col("bought_amount") - pl.col("returned_amount")).sum(),
        region_name=pl.lit("R").first(),
    )
    empty = {name: pl.DataFrame(schema=schema) for name, schema in NONE.items()}
    return {**empty, "days": days, "monthly": monthly, **more}


def daily(code: str, rate: Callable[[date], float], first: date = FIRST) -> Rows:
    """Purchases of every day to the as-of date, at a rate that may depend on the day."""
    count = (AS_OF - first).days + 1
    every = [first + timedelta(n) for n in range(count)]
    return [(code, day, rate(day)) for day in every if rate(day) > 0]


def left_in_month(day: date) -> int:
    """Days left in the month, the day itself included."""
    following = (day.replace(day=28) + timedelta(4)).replace(day=1)
    return (following - day).days


def quiet(rng: np.random.Generator, count: int) -> Mapping[str, pl.DataFrame]:
    """A panel with nothing planted: few and uneven orders, equal prices, neighbours in a ring."""
    codes = [f"D{n:02d}" for n in range(count)]
    length = (AS_OF - FIRST).days + 1
    orders = rng.integers(60, 400, count)
    who = np.repeat(np.arange(count), orders)
    when = rng.integers(0, length, who.size)
    amounts = rng.lognormal(10, 0.8, who.size)
    every = np.datetime64(FIRST) + when
    rows = pl.DataFrame(
        {"distributor_id": np.array(codes)[who], "order_date": every, "amount": amounts}
    ).with_columns(pl.col("order_date").cast(pl.Date))
    products = [f"P{n}" for n in range(20)]
    prices = np.exp(rng.normal(4, 0.5, 20) + rng.normal(0, 0.03, (count, 20)))
    landed = pl.DataFrame(
        {
            "distributor_id": np.repeat(codes, 20),
            "product_id": products * count,
            "month": pl.Series([AS_OF.replace(day=1)] * 20 * count),
            "quantity": np.full(20 * count, 100.0),
            "net_amount": 100 * prices.ravel(),
        }
    ).with_columns(
        pl.col("quantity").cast(pl.Decimal(38, 4)), pl.col("net_amount").cast(pl.Decimal(38, 2))
    )
    ring = [(codes[n], codes[(n + step) % count]) for n in range(count) for step in (1, -1)]
    neighbours = pl.DataFrame(ring, schema=["distributor_id", "other_id"], orient="row")
    return read_of(
        days_of(list(rows.iter_rows())),
        landed=landed,
        neighbours=neighbours.with_columns(freight_per_unit=pl.lit(Decimal(0))),
    )
