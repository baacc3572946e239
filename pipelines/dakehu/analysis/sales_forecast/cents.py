"""Forecast amounts as money: every level adds up to the total to the cent."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.hierarchy import TOTAL, Structure

MONEY = pl.Decimal(18, 2)


def in_cents(points: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """Reconciled forecasts with mean_amount and bounds as DECIMAL(18,2).

    `points` has level, key, cutoff, month, mean_amount (float, adding up but for rounding) and may
    have the bounds low_80_amount ... high_95_amount. The cells are rounded and the sums made of the
    rounded cells; each partition is apportioned to the rounded total by largest remainders. A bound
    is rounded by itself and kept on its side of the mean.
    """
    run = ["cutoff", "month"]
    cells = points.filter(pl.col("level") == structure.bottom_level).select(
        pl.col("key").alias("cell"),
        *run,
        (pl.col("mean_amount") * 100).round().cast(pl.Int64).alias("cents"),
    )
    sums = (
        structure.members.join(cells, on="cell").group_by(*SERIES, *run).agg(pl.col("cents").sum())
    )
    totals = sums.filter(pl.col("level") == TOTAL).select(*run, pl.col("cents").alias("total"))
    parts = [sums]
    for level in structure.partitions:
        own = points.filter(pl.col("level") == level).select(*SERIES, *run, "mean_amount")
        parts += [
            month.select(*SERIES, *run).with_columns(
                pl.Series("cents", _apportioned(month["mean_amount"].to_numpy(), month["total"][0]))
            )
            for _, month in own.join(totals, on=run).sort(*run, *SERIES).group_by(run)
        ]
    bounds = [name for name in points.columns if name.startswith(("low_", "high_"))]
    return (
        points.drop("mean_amount")
        .join(pl.concat(parts), on=[*SERIES, *run], how="left", maintain_order="left")
        .with_columns((pl.col("cents") / 100).round(2).cast(MONEY).alias("mean_amount"))
        .with_columns(_bound(name) for name in bounds)
        .select(points.columns)
    )


def _bound(name: str) -> pl.Expr:
    amount = pl.col(name).round(2).cast(MONEY)
    side = pl.min_horizontal if name.startswith("low_") else pl.max_horizontal
    return pl.when(amount.is_not_null()).then(side(amount, "mean_amount")).alias(name)


def _apportioned(amounts: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole cents near `amounts` (currency) that add up to `total` cents.

    Amounts that are not negative are first scaled to the total, so that none of them becomes so;
    then each is rounded down and what is left goes to the largest remainders (Hamilton's method).
    """
    cents = amounts * 100
    if (cents >= 0).all() and cents.sum() > 0:
        cents = cents * (total / cents.sum())
    whole = np.floor(cents).astype(np.int64)
    left = total - int(whole.sum())
    count = left % len(whole)
    whole[np.argmax(np.abs(cents))] += left - count
    whole[np.argsort(whole - cents, kind="stable")[:count]] += 1
    return whole
