"""The distributors' targets of the running period, judged and shared out anew."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from dakehu.analysis.sales_forecast.periods import distance
from dakehu.analysis.sales_forecast.policy import Policy
from dakehu.analysis.sales_forecast.quota import Split, split_of


def running_split(
    read: Mapping[str, pl.DataFrame], landed: pl.DataFrame, outlook: pl.DataFrame, policy: Policy
) -> Split | None:
    """The sum of the targets set for the shortest running period, split by forecast and potential.

    `landed` is target_gap, `outlook` the table of that name, from which the growth of each region
    is taken. None where no distributor has a target and a forecast for a period that runs.
    """
    rows = landed.filter(
        pl.col("level") == "distributor",
        pl.col("status") == "running",
        pl.col("target_amount") > 0,
        pl.col("forecast_amount").is_not_null(),
    )
    if rows.is_empty():
        return None
    periods = rows.select("first_month", "last_month").unique().rows()
    first, last = min(periods, key=lambda months: (distance(*months), months))
    mine = rows.filter(pl.col("first_month") == first, pl.col("last_month") == last).select(
        pl.col("key").alias("distributor_id"), "forecast_amount", "target_amount"
    )
    growth = outlook.filter(pl.col("level") == "region", pl.col("growth").is_not_null())
    return split_of(
        read["distributors"],
        read["potentials"],
        mine.drop("target_amount"),
        mine.drop("forecast_amount"),
        growth.select(pl.col("key").alias("region_id"), "growth"),
        Decimal(mine["target_amount"].sum()),
        first,
        last,
        forecast_weight=policy.forecast_weight,
        overload_line=policy.overload_line,
    )
