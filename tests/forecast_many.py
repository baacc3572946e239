"""An invented company of 3,000 series by 60 months, as the marts of the sales forecast."""

from datetime import date

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast import MARTS
from forecast_company import MONEY, SCHEMAS

REGIONS, FAMILIES, DISTRIBUTORS, MONTHS, DEALS = 60, 45, 194, 60, 200
SERIES_COUNT = 1 + REGIONS + FAMILIES + REGIONS * FAMILIES + DISTRIBUTORS
FIRST_MONTH, LAST_MONTH, AS_OF = date(2021, 1, 1), date(2025, 12, 1), date(2025, 12, 31)
YEAR = date(2026, 1, 1), date(2026, 12, 31)
POLICY = {
    "max_regions": REGIONS,
    "max_families": FAMILIES,
    "max_distributors": DISTRIBUTORS,
    "min_member_share": 0.0,
}


def company() -> dict[str, pl.DataFrame]:
    """Every mart; of events, targets, deals, channel and stock there are some, of losses none."""
    sales = _sales()
    monthly = _monthly(sales)
    total = monthly.filter(pl.col("level") == "total")
    given = {
        "monthly": monthly,
        "cells": sales.select(
            "region_id", pl.col("family").alias("product_id"), "family", "month", "net_amount"
        ),
        "credited": monthly.filter(
            pl.col("level").is_in(["total", "region", "product_family", "distributor"])
        ),
        "quotas": _quotas(monthly),
        "events": _events(),
        "deals": _deals(),
        "company": total.select("month", "net_amount", distributor_amount="net_amount"),
        **_distributors(sales),
        **_families(sales),
    }
    empty = {name: pl.DataFrame(schema=SCHEMAS[name]) for name in MARTS}
    return empty | {
        name: frame.select(pl.col(column).cast(kind) for column, kind in SCHEMAS[name].items())
        for name, frame in given.items()
    }


def _sales() -> pl.DataFrame:
    """Sales by cell and month, of all sizes, with growth, season, drift and noise.

    The cells of a region and family go to one distributor.
    """
    random = np.random.default_rng(1)
    count, t = REGIONS * FAMILIES, np.arange(MONTHS)
    own = (count, 1)
    season = random.uniform(0, 0.4, own) * np.sin((t + random.uniform(0, 12, own)) / 6 * np.pi)
    walk = random.normal(0, 0.04, (count, MONTHS)).cumsum(axis=1)
    noise = random.normal(0, 0.12, (count, MONTHS))
    logs = random.normal(10, 1.5, own) + random.normal(0, 0.004, own) * t + season + walk + noise
    cell = pl.Series("cell", np.repeat(np.arange(count), MONTHS))
    months = pl.date_range(FIRST_MONTH, LAST_MONTH, "1mo", eager=True)
    return pl.DataFrame([cell, pl.Series("amount", np.exp(logs).ravel())]).select(
        region_id=_code("R", pl.col("cell") // FAMILIES),
        family=_code("F", pl.col("cell") % FAMILIES),
        distributor_id=_code("D", pl.col("cell") % DISTRIBUTORS),
        month=pl.concat([months] * count),
        net_amount=pl.col("amount").round(2).cast(MONEY),
    )


def _code(letter: str, number: pl.Expr) -> pl.Expr:
    return pl.format("{}{}", pl.lit(letter), number.cast(pl.String).str.zfill(3))


def _monthly(sales: pl.DataFrame) -> pl.DataFrame:
    keys = {
        "total": pl.lit("total"),
        "region": pl.col("region_id"),
        "product_family": pl.col("family"),
        "region_family": pl.format("{}|{}", "region_id", "family"),
        "distributor": pl.col("distributor_id"),
    }
    levels = [
        sales.group_by(pl.lit(level).alias("level"), key.alias("key"), "month").agg(
            pl.col("net_amount").sum()
        )
        for level, key in keys.items()
    ]
    none = pl.lit(0).cast(MONEY)
    return (
        pl.concat(levels)
        .with_columns(
            key_name="key", base_amount="net_amount", tender_amount=none, lumpy_amount=none
        )
        .sort("level", "key", "month")
    )


def _quotas(monthly: pl.DataFrame) -> pl.DataFrame:
    """For the next year a tenth above the last, for all but cells."""
    last_year = monthly.filter(
        pl.col("month") > date(2024, 12, 1), pl.col("level") != "region_family"
    )
    return last_year.group_by("level", "key", "key_name").agg(
        pl.lit(YEAR[0]).alias("period_start"),
        pl.lit(YEAR[1]).alias("period_end"),
        pl.lit(31).alias("month_end_day"),
        (pl.col("net_amount").sum().cast(pl.Float64) * 1.1).round(2).alias("target_amount"),
    )


def _events() -> pl.DataFrame:
    """Three promotions of a quarter, each in one region."""
    regions = pl.Series("region", [f"R{number:03}" for number in (3, 20, 41)])
    return pl.DataFrame([regions]).select(
        event_id="region",
        event_name="region",
        event_type=pl.lit("promotion"),
        start_date=pl.lit(date(2025, 4, 1)),
        end_date=pl.lit(date(2025, 6, 30)),
        scope_json=pl.concat_str(pl.lit('{"region": ["'), "region", pl.lit('"]}')),
        cost_amount=pl.lit(100_000),
    )


def _deals() -> pl.DataFrame:
    """A third open, a third won, a third lost."""
    number = pl.int_range(DEALS)
    opened = pl.lit(date(2025, 1, 1)) + pl.duration(days=number % 300)
    won = number % 3 == 1
    return pl.select(
        deal_id=_code("T", number),
        customer_id=_code("C", number % 50),
        customer_name=_code("C", number % 50),
        region_id=_code("R", number % REGIONS),
        known_date=opened - pl.duration(days=40),
        open_date=pl.when(number % 3 == 0).then(pl.lit(date(2026, 1, 20))).otherwise(opened),
        stage_no=number % 4 + 1,
        bid_amount=50_000 + number * 1_000,
        result=pl.when(number % 3 == 0)
        .then(pl.lit("open"))
        .when(won)
        .then(pl.lit("won"))
        .otherwise(pl.lit("lost")),
        first_order_date=pl.when(won).then(opened + pl.duration(days=20 + number % 30)),
    )


def _distributors(sales: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What distributors bought and sold on, what they could, and what they paid."""
    bought = sales.group_by("distributor_id", "month").agg(pl.col("net_amount").sum())
    bought = bought.sort("distributor_id", "month")
    year = (
        bought.filter(pl.col("month") > date(2024, 12, 1))
        .group_by("distributor_id")
        .agg(pl.col("net_amount").sum().cast(pl.Float64).alias("amount"))
    )
    number = pl.col("distributor_id").str.slice(1).cast(pl.Int64)
    return {
        "channel": bought.select(
            "distributor_id",
            "month",
            distributor_name="distributor_id",
            sell_in_amount="net_amount",
            is_reported=pl.lit(True),
            sell_out_amount="net_amount",
        ),
        "distributors": year.select(
            "distributor_id",
            distributor_name="distributor_id",
            region_id=_code("R", number % REGIONS),
            capacity_amount=(pl.col("amount") * 1.3).round(2),
            sold_amount=pl.col("amount").round(2),
            sold_month_count=pl.lit(12),
        ),
        "potentials": year.select("distributor_id", potential=pl.col("amount").sqrt()),
        "coverage": bought.select("distributor_id", "month", is_reported=pl.lit(True)),
        "accounts": bought.select(
            "month",
            "net_amount",
            customer_id="distributor_id",
            customer_name="distributor_id",
            role=pl.lit("distributor"),
            region_name=pl.lit("-"),
            industry_name=pl.lit("-"),
            cost_amount=pl.lit(None),
            margin_amount=pl.lit(None),
            order_count=pl.lit(1),
            first_order_date=pl.lit(FIRST_MONTH),
            last_order_date=pl.lit(LAST_MONTH),
        ),
    }


def _families(sales: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Lead times of two to six weeks, and a month's sales in stock."""
    last = sales.filter(pl.col("month") == LAST_MONTH).group_by("family").agg("net_amount")
    days = (14 + pl.col("family").str.slice(1).cast(pl.Int64) % 28).cast(pl.Float64)
    return {
        "lead_times": last.select(
            "family", line_count=pl.lit(100), days=days * 100, squared_days=days**2 * 110
        ),
        "stock_at_hand": last.select(
            "family",
            holder=pl.lit("own"),
            oldest_count_date=pl.lit(AS_OF),
            stock_amount=pl.col("net_amount").list.sum(),
        ),
    }
