"""What to have in stock by product family and month, and where it runs short (P9-7)."""

from __future__ import annotations

import polars as pl
from scipy.special import ndtri

DAYS_A_MONTH = 365.25 / 12
FAMILY = "product_family"
OWN, CHANNEL = "own", "channel"


def lead_times(mart: pl.DataFrame, default_days: float) -> pl.DataFrame:
    """Mean and standard deviation of the days from order to delivery, by family.

    `mart` is mart_sales_forecast__lead_times; `default_days` serves, without deviation, every
    family that has no delivery (key missing), or whose every line has its delivery for the day of
    its order: there that day is not on record. Columns: family, lead_days, lead_deviation_days.
    """
    count = pl.col("line_count").cast(pl.Float64)
    mean = pl.col("days") / count
    spread = (pl.col("squared_days") / count - mean**2).clip(lower_bound=0).sqrt()
    timed = mart.filter(pl.col("days") > 0)
    known = timed.select("family", lead_days=mean, lead_deviation_days=spread)
    usual = pl.DataFrame(
        {"family": [None], "lead_days": [default_days], "lead_deviation_days": [0.0]},
        schema=known.schema,
    )
    return pl.concat([known, usual])


def deviations(errors: pl.DataFrame) -> pl.DataFrame:
    """Root mean square of past monthly errors in units of the scale, by horizon, over all families.

    `errors` has level, horizon, error, scale. Columns: horizon, deviation.
    """
    share = pl.col("error") / pl.col("scale")
    return (
        errors.filter((pl.col("level") == FAMILY) & share.is_finite())
        .group_by("horizon")
        .agg(deviation=(share**2).mean().sqrt())
        .sort("horizon")
    )


def supply_of(
    forecast: pl.DataFrame,
    errors: pl.DataFrame,
    leads: pl.DataFrame,
    stock: pl.DataFrame,
    service_level: float = 0.95,
) -> pl.DataFrame:
    """The table supply: one row per family and month forecast.

    reorder point = d L + z sqrt(L s^2 + d^2 sL^2): d the month's forecast, s the standard deviation
    of its error, L and sL the lead time and its deviation in months, z the normal quantile of
    `service_level` (Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains,
    2017, ch. 6). Stock is projected without replenishment: what is counted less the forecast of the
    months before. A month is at risk where our own projected stock is below the reorder point;
    goods must be ordered by the first such month. Amounts are at selling prices.

    Args:
        forecast: level, key, month, horizon, mean_amount, scale; of the level product_family.
        errors: see `deviations`.
        leads: see `lead_times`.
        stock: mart_sales_forecast__stock: what we hold (own) and what our distributors hold
            (channel). Where we hold none on record, projection and risk are missing, not zero.
        service_level: chance (0.5-1) that the stock lasts the lead time.

    Returns:
        family, month, mean_amount, lead_days, safety_amount, reorder_amount, stock_amount,
        channel_stock_amount, projected_amount, is_at_risk.
    """
    usual = leads.filter(pl.col("family").is_null())
    frame = (
        forecast.filter(pl.col("level") == FAMILY)
        .rename({"key": "family"})
        .with_columns(pl.col("mean_amount").cast(pl.Float64).clip(lower_bound=0))
        .join(leads.drop_nulls("family"), on="family", how="left")
        .with_columns(
            pl.col(name).fill_null(usual[name][0]) for name in ("lead_days", "lead_deviation_days")
        )
        .join(deviations(errors), on="horizon", how="left")
        .join(_held(stock, OWN, "stock_amount"), on="family", how="left")
        .join(_held(stock, CHANNEL, "channel_stock_amount"), on="family", how="left")
        .sort("family", "month")
    )
    demand, length = pl.col("mean_amount"), pl.col("lead_days") / DAYS_A_MONTH
    error = pl.col("deviation") * pl.col("scale")
    wait = demand * pl.col("lead_deviation_days") / DAYS_A_MONTH
    safety = float(ndtri(service_level)) * (length * error**2 + wait**2).sqrt()
    before = demand.cum_sum().over("family") - demand
    return (
        frame.with_columns(
            safety_amount=safety,
            reorder_amount=demand * length + safety,
            projected_amount=(pl.col("stock_amount") - before).clip(lower_bound=0),
        )
        .with_columns(is_at_risk=pl.col("projected_amount") < pl.col("reorder_amount"))
        .with_columns(pl.col(name).round(2).cast(pl.Decimal(38, 2)) for name in _MONEY)
        .select("family", "month", "lead_days", *_MONEY, "is_at_risk")
    )


_MONEY = [
    "mean_amount", "safety_amount", "reorder_amount", "stock_amount", "channel_stock_amount",
    "projected_amount",
]  # fmt: skip


def _held(stock: pl.DataFrame, holder: str, name: str) -> pl.DataFrame:
    amount = pl.col("stock_amount").cast(pl.Float64).alias(name)
    return stock.filter(pl.col("holder") == holder).select("family", amount)
