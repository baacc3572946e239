"""Criteria as ratios of monthly sums: what a window, or months drawn at random, make of them.

Every criterion is a sum over months divided by a sum over the same months. So one frame of monthly
numerators and denominators gives the value of the window and, months drawn again, its uncertainty.
"""

from __future__ import annotations

import polars as pl

KEY = ["distributor_id", "criterion"]
SCHEMA = {
    "distributor_id": pl.String,
    "month": pl.Date,
    "criterion": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
}


def ratio(frame: pl.DataFrame, criterion: str, above: pl.Expr, below: pl.Expr) -> pl.DataFrame:
    """The monthly parts of a criterion; months in which there is nothing to divide are left out.

    `frame` has distributor_id and month; several rows of one month are summed.
    """
    rows = frame.select(
        "distributor_id",
        "month",
        criterion=pl.lit(criterion),
        numerator=above.cast(pl.Float64),
        denominator=below.cast(pl.Float64),
    )
    return (
        rows.drop_nulls()
        .group_by("distributor_id", "month", "criterion")
        .agg(pl.col("numerator", "denominator").sum())
        .filter((pl.col("numerator") != 0) | (pl.col("denominator") != 0))
    )


def joined(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The parts of all criteria in one frame of SCHEMA, in a fixed order."""
    frame = pl.concat([pl.DataFrame(schema=SCHEMA), *parts])
    return frame.sort("distributor_id", "criterion", "month")


def values(parts: pl.DataFrame) -> pl.DataFrame:
    """Value of each criterion over the months of `parts`: sum of numerators / denominators.

    Columns: distributor_id, criterion, value, month_count. Missing where the denominators do not
    add up to more than zero. Months drawn twice are to stand twice in `parts`.
    """
    below = pl.col("denominator").sum()
    return (
        parts.group_by(KEY)
        .agg(
            value=pl.col("numerator").sum() / pl.when(below > 0).then(below),
            month_count=pl.len().cast(pl.Int64),
        )
        .sort(KEY)
    )
