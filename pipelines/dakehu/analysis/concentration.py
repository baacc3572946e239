"""How unevenly amounts are spread: Pareto set, classes, Lorenz curve, Gini, HHI and top shares.

All work on a frame with one row per customer. Amounts below zero (returns above purchases) are no
part of the base: they get no share and stand outside every measure but `top_fifth_share`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

import numpy as np
import polars as pl

CENT = Decimal("0.01")


def ranked(frame: pl.DataFrame, value: str, key: str = "customer_id") -> pl.DataFrame:
    """Order `frame` by `value` downwards, ties by `key`, and add the shares of a Pareto chart.

    `value` is DECIMAL with two places. Added: `before`, the exact sum of the rows above, and the
    floats `amount_share` and `cumulative_share`; all three are null where `value` is negative or
    null.
    """
    base = pl.col(value) >= 0
    total = pl.col(value).filter(base).sum().cast(pl.Float64)
    total = pl.when(total > 0).then(total)
    return (
        frame.sort(value, key, descending=[True, False], nulls_last=True)
        .with_columns(cumulative=pl.when(base).then(pl.col(value).cum_sum()))
        .with_columns(
            before=pl.col("cumulative") - pl.col(value),
            amount_share=pl.when(base).then(pl.col(value).cast(pl.Float64) / total),
            cumulative_share=pl.col("cumulative").cast(pl.Float64) / total,
        )
        .drop("cumulative")
    )


def within(frame: pl.DataFrame, value: str, share: float) -> pl.Series:
    """Tell which rows of a `ranked` frame make the first `share` of `value` (catalogue P8-1).

    A row is in when what stands before it is less than `share` of the total, so the row that
    crosses the line is in. Rows outside the base are out.
    """
    total = Decimal(frame.filter(pl.col(value) >= 0)[value].sum() or 0)
    # Amounts are whole cents, so "below the limit" is the same as "below the limit rounded up".
    limit = (Decimal(str(share)) * total).quantize(CENT, ROUND_CEILING)
    return frame.select((pl.col("before") < pl.lit(limit)).fill_null(False)).to_series()


def classed(frame: pl.DataFrame, value: str, bounds: Mapping[str, float], last: str) -> pl.Series:
    """Give each row of a `ranked` frame the first class of `bounds` whose share it lies within.

    `bounds` maps a class to the cumulative share that it ends at, rising; the rest, rows outside
    the base among them, are `last`.
    """
    result = pl.Series([last] * frame.height, dtype=pl.String)
    for name, share in reversed(list(bounds.items())):
        result = pl.Series([name], dtype=pl.String).zip_with(within(frame, value, share), result)
    return result.alias("customer_class")


def class_table(frame: pl.DataFrame) -> pl.DataFrame:
    """Count customers and amount by `customer_class`; P9-1 and P9-2.

    `concentration_index` is the share of the amount over the share of the customers;
    `mean_multiple` is what a customer of the class buys on average over what all others do.
    """
    rest = (1 - pl.col("amount_share")) / (1 - pl.col("customer_share"))
    share = pl.col("amount_share") / pl.when(pl.col("customer_share") > 0).then("customer_share")
    return (
        frame.group_by("customer_class")
        .agg(
            pl.len().cast(pl.Int64).alias("customer_count"),
            pl.col("net_amount").filter(pl.col("net_amount") >= 0).sum(),
            pl.col("amount_share").sum(),
        )
        .sort("customer_class")
        .with_columns(customer_share=pl.col("customer_count") / pl.col("customer_count").sum())
        .with_columns(concentration_index=share)
        .with_columns(
            mean_multiple=pl.when((pl.col("customer_share") < 1) & (rest > 0)).then(
                pl.col("concentration_index") / rest
            )
        )
        .select(
            "customer_class",
            "customer_count",
            "customer_share",
            "net_amount",
            "amount_share",
            "concentration_index",
            "mean_multiple",
        )
    )


def lorenz(values: np.ndarray) -> pl.DataFrame:
    """Trace the Lorenz curve of values >= 0: from (0, 0) to (1, 1), poorest first."""
    ordered = np.sort(values)
    return pl.DataFrame(
        {
            "customer_share": np.arange(len(ordered) + 1) / max(len(ordered), 1),
            "amount_share": np.concatenate([[0.0], np.cumsum(ordered)]) / ordered.sum(),
        }
    )


def gini(values: np.ndarray) -> float:
    """Compute the Gini coefficient of values >= 0.

    2 sum(i x_i) / (n sum(x)) - (n + 1) / n over x sorted upwards (catalogue S1).
    """
    ordered, count = np.sort(values), len(values)
    weighted = float(np.dot(np.arange(1, count + 1), ordered))
    return 2 * weighted / (count * float(ordered.sum())) - (count + 1) / count


def top_fifth_share(amounts: np.ndarray) -> float:
    """Share of the first ceil(n / 5) amounts in the sum of all, negative amounts included."""
    ordered = np.sort(amounts)[::-1]
    return float(ordered[: math.ceil(len(ordered) / 5)].sum() / ordered.sum())


def measures(amounts: np.ndarray) -> dict[str, float]:
    """Compute HHI (0-10,000), CR1 to CR10, Gini, effective number and top-fifth share.

    All but the last are over amounts >= 0, whose sum must be above zero (catalogue S1).
    """
    base = np.sort(amounts[amounts >= 0])[::-1]
    shares = base / base.sum()
    squares = float(np.square(shares).sum())
    result = {"hhi": 10_000 * squares}
    result |= {f"cr{k}": float(shares[:k].sum()) for k in (1, 4, 5, 10)}
    result |= {"gini": gini(base), "effective_number": 1 / squares}
    if amounts.sum() > 0:
        result["top_fifth_share"] = top_fifth_share(amounts)
    return result
