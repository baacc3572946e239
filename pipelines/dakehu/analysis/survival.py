"""How long something lasts when some of it has not ended yet (Kaplan and Meier, 1958)."""

from __future__ import annotations

import polars as pl

# A product of fractions that ought to be one half may come out a hair above it.
HALF = 0.5 + 1e-9


def kaplan_meier(spells: pl.DataFrame, by: str) -> pl.DataFrame:
    """The product-limit estimate of what part of the spells lasts longer than each length.

    Args:
        spells: one row per spell: `by`, `days` (0 or more; null is left out), `has_ended` (false:
            it had lasted so long when last seen, and went on).
        by: the column whose values are estimated apart.

    Returns:
        `by`, `days`, `at_risk_count`, `ended_count`, `survival` (0-1); a row for each length at
        which a spell ended or was last seen, shortest first.
    """
    later = pl.col("left_count").sum().over(by) - pl.col("left_count").cum_sum().over(by)
    return (
        spells.filter(pl.col("days") >= 0)
        .group_by(by, "days")
        .agg(
            left_count=pl.len().cast(pl.Int64),
            ended_count=pl.col("has_ended").sum().cast(pl.Int64),
        )
        .sort(by, "days")
        .with_columns(at_risk_count=later + pl.col("left_count"))
        .with_columns(
            survival=(1 - pl.col("ended_count") / pl.col("at_risk_count")).cum_prod().over(by)
        )
        .select(by, "days", "at_risk_count", "ended_count", "survival")
    )


def medians(estimate: pl.DataFrame, by: str) -> pl.DataFrame:
    """The shortest length that at most half of the spells outlast; null where more than half do."""
    return estimate.group_by(by).agg(
        median_days=pl.col("days").filter(pl.col("survival") <= HALF).min()
    )
