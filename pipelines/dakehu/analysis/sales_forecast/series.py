"""Which series there are to forecast, how long they are, and which are not forecast and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES

TOO_SHORT, ALL_ZERO, STOPPED = "too_short", "all_zero", "stopped"
YEAR_MONTHS = 12


@dataclass(frozen=True)
class Policy:
    """Thresholds of the report, in months unless they are counts or shares."""

    min_months: int = 6
    seasonal_months: int = 24
    min_cutoffs: int = 3
    max_cutoffs: int = 24
    stopped_months: int = 12
    # landing, pipeline, quotas, scenarios, supply
    pipeline_min_deals: int = 10
    memory_cycles: int = 4
    forecast_weight: float = 0.5
    overload_line: float = 1.2
    service_level: float = 0.95
    usual_lead_days: float = 14.0
    scenarios: Mapping[str, Any] = field(default_factory=dict)
    # hierarchy: how many members of a level stand by themselves
    max_regions: int = 20
    max_families: int = 10
    max_distributors: int = 40
    min_member_share: float = 0.005
    # calendar
    calendar_effects: bool = True
    calendar_origins: int = 8
    calendar_min_origins: int = 3
    calendar_margin: float = 0.05
    # events
    lost_after_days: int = 30
    outage_cap: float = 0.5


def history_of(monthly: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Float amounts by series and month; a region without a name keeps an empty one."""
    history = (
        monthly.filter(pl.col("month") <= as_of)
        .select(
            "level",
            pl.col("key", "key_name").fill_null(""),
            "month",
            pl.col("net_amount").cast(pl.Float64).alias("amount"),
        )
        .sort(*SERIES, "month")
    )
    if history.is_empty():
        raise ValueError(
            f"mart_sales_forecast has no complete month up to {as_of}; "
            "choose a later as_of or load earlier months"
        )
    _demand_every_month(history)
    return history


def _demand_every_month(history: pl.DataFrame) -> None:
    """Refuse a series with a month left out: the models would take the next one for it."""
    months = pl.col("month").dt.year().cast(pl.Int64) * YEAR_MONTHS + pl.col("month").dt.month()
    gaps = history.filter((months.diff().over(SERIES) > 1).fill_null(False))
    if gaps.height:
        level, key, month = gaps.select(*SERIES, "month").row(0)
        raise ValueError(
            f'mart_sales_forecast lacks the month before {month} for {level} "{key}"; '
            "a month without sales must be there with 0"
        )


def series_of(history: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per series: its length, whether a seasonal model fits, why it is not forecast."""
    recent = pl.col("amount").tail(policy.stopped_months)
    seasonal_from = policy.seasonal_months + policy.min_cutoffs
    return (
        history.group_by(SERIES)
        .agg(
            pl.col("key_name").last(),
            pl.len().cast(pl.Int64).alias("month_count"),
            pl.col("month").min().alias("first_month"),
            pl.col("amount").tail(YEAR_MONTHS).sum().alias("last_amount"),
            (pl.col("amount") == 0).all().alias("is_zero"),
            (recent == 0).all().alias("is_stopped"),
        )
        .with_columns((pl.col("month_count") >= seasonal_from).alias("is_seasonal"))
        .with_columns(
            pl.when("is_seasonal")
            .then(policy.seasonal_months)
            .otherwise(policy.min_months)
            .alias("min_train_months"),
            pl.when("is_zero")
            .then(pl.lit(ALL_ZERO))
            .when(pl.col("month_count") < policy.min_months)
            .then(pl.lit(TOO_SHORT))
            .when("is_stopped")
            .then(pl.lit(STOPPED))
            .alias("reason"),
        )
        .drop("is_zero", "is_stopped")
        .sort(SERIES)
    )
