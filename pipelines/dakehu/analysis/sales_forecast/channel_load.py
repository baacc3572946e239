"""Purchases that distributors pulled forward, from the marts of sell-in, sell-out and days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.hoarding import hoarding_of
from dakehu.analysis.distributor_ranking.policy import Policy as RankingPolicy
from dakehu.analysis.distributor_ranking.window import window_of
from dakehu.analysis.sales_forecast.pull_forward import (
    SCHEMA,
    beyond_sell_out,
    loaded,
    pulled_forward,
)


def pulled_of(read: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """What of the newest purchases came out of months to come, a row per distributor.

    By its sell-out where it reports it, else by its own months, as the ranking tests hoarding: with
    the ranking's own thresholds. Columns of `pulled_forward`, with the distributor's name.
    """
    channel = read["channel"].filter(pl.col("month") <= as_of)
    if channel.is_empty():
        return pl.DataFrame(schema=SCHEMA | {"basis": pl.String, "distributor_name": pl.String})
    told = beyond_sell_out(channel.rename({"is_reported": "is_covered"}))
    window = window_of(read["company"], as_of, 12)
    months = hoarding_of(read, window, as_of, RankingPolicy()).months
    names = read["distributors"].select("distributor_id", "distributor_name")
    return pulled_forward(told, loaded(months)).join(
        names, on="distributor_id", how="left", maintain_order="left"
    )
