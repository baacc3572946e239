"""Which series there are to forecast, how long they are, and which are not forecast and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.policy import Policy

TOO_SHORT, ALL_ZERO, STOPPED = "too_short", "all_zero", "stopped"
YEAR_MONTHS = 12


def current_runs(history: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The months that a series is forecast from: since its first sale, or since it came back.

    A series that stopped (`stopped_months` zeros in a row) and sells again is a new one: what it
    sold before, and the gap, say little about what it will sell.
    """
    zero, run = pl.col("amount") == 0, pl.col("run")
    is_long = (pl.len().over(*SERIES, "run") >= policy.stopped_months) | (run == run.min())
    is_past = run < run.max().over(SERIES)
    return (
        history.sort(*SERIES, "month")
        .with_columns(pl.struct(*SERIES, zero.alias("zero")).rle_id().alias("run"))
        .with_columns((zero & is_past & is_long.over(SERIES)).alias("is_gap"))
        .filter(
            (pl.col("month") > pl.col("month").filter("is_gap").max().over(SERIES)).fill_null(True)
        )
        .drop("run", "is_gap")
    )


def cutoffs_of(
    months: Sequence[date], series: pl.DataFrame, horizon_months: int, policy: Policy
) -> list[date]:
    """The month ends that a backtest forecasts from, spread evenly over the latest.

    They reach back `backtest_months`, as far as a seasonal model could be fitted where there is
    one. There are at most `max_cutoffs`, and fewer where many series make up for few days, so that
    series times cutoffs stay within `max_histories`. A single one lies `horizon_months` back, so
    that it is judged on all of them.
    """
    shortest = series.filter(pl.col("reason").is_null())["min_train_months"].max()
    if not isinstance(shortest, int):
        return []
    possible = list(months[shortest - 1 : -1][-policy.backtest_months :])
    wanted = min(policy.max_cutoffs, max(1, policy.max_histories // series.height))
    if len(possible) <= wanted:
        return possible
    if wanted == 1:
        return [possible[max(0, len(possible) - horizon_months)]]
    step = (len(possible) - 1) / (wanted - 1)
    return [possible[round(number * step)] for number in range(wanted)]


def series_of(history: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per series: its length, whether a seasonal model fits, why it is not forecast.

    `history` holds the current runs alone.
    """
    recent = pl.col("amount").tail(policy.stopped_months)
    interval = policy.intermittent_interval_months
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
            (pl.len() >= interval * (pl.col("amount") != 0).sum()).alias("is_intermittent"),
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
