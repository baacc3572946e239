"""Pooled split-conformal intervals: past errors of forecasts say how far the next may be off.

A score is the absolute error of a past forecast divided by the scale of its series, so that scores
of large and small series can be pooled. Source of the finite-sample rank: Vovk, Gammerman and
Shafer (2005); Lei et al. (2018), Journal of the American Statistical Association 113, 1094-1111.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

LEVELS = (0.80, 0.95)
PREQUENTIAL = "prequential"
LEAVE_ONE_OUT = "leave_one_cutoff_out"

_ROUNDING_GUARD = 1e-9  # 0.95 * 40 must count as 38, not as a hair more


def radii(scores: pl.DataFrame, pool: Sequence[str]) -> pl.DataFrame:
    """Half-widths of intervals in units of a series' scale, per pool, horizon and level.

    `scores` has the columns of `pool`, horizon (months ahead, from 1) and score (>= 0, unitless);
    missing scores count for nothing. Of n scores the one of rank ceil((n + 1) level) is taken;
    where that rank exceeds n there are too few and the radius is missing. Radii never fall with the
    horizon. Columns: pool, horizon, level, score_count, radius.
    """
    known = scores.filter(pl.col("score").is_finite())
    keys = [*pool, "horizon"]
    per_level = [_radii_at(known, keys, level) for level in LEVELS]
    return (
        pl.concat(per_level)
        .sort(*keys, "level")
        .with_columns(pl.col("radius").cum_max().over(*pool, "level"))
    )


def _radii_at(scores: pl.DataFrame, keys: Sequence[str], level: float) -> pl.DataFrame:
    rank = ((pl.len() + 1) * level - _ROUNDING_GUARD).ceil().cast(pl.Int64)
    return (
        scores.group_by(keys)
        .agg(
            pl.lit(level).alias("level"),
            pl.len().cast(pl.Int64).alias("score_count"),
            pl.when(rank <= pl.len())
            .then(pl.col("score").sort().get(pl.min_horizontal(rank, pl.len()) - 1))
            .alias("radius"),
        )
        .select(*keys, "level", "score_count", "radius")
    )


def covered(scores: pl.DataFrame, pool: Sequence[str], rule: str) -> pl.DataFrame:
    """Whether each past value lay inside the interval that other origins would have given it.

    `scores` needs in addition cutoff (the last month known) and month (the month forecast). Under
    the rule prequential the interval of a cutoff rests only on months already known at it; under
    leave_one_cutoff_out on every other cutoff, later ones too. Adds one column per level, such as
    is_covered_80, missing where the others are too few for an interval.
    """
    parts = []
    for (cutoff,), at_cutoff in scores.group_by("cutoff", maintain_order=True):
        known = pl.col("month") <= cutoff if rule == PREQUENTIAL else pl.col("cutoff") != cutoff
        others = radii(scores.filter(known), pool)
        for level in LEVELS:
            reach = others.filter(pl.col("level") == level).select(*pool, "horizon", "radius")
            at_cutoff = at_cutoff.join(
                reach, on=[*pool, "horizon"], how="left", maintain_order="left"
            ).with_columns((pl.col("score") <= pl.col("radius")).alias(covered_column(level)))
            at_cutoff = at_cutoff.drop("radius")
        parts.append(at_cutoff)
    return (
        pl.concat(parts)
        if parts
        else scores.with_columns(
            pl.lit(None, dtype=pl.Boolean).alias(covered_column(level)) for level in LEVELS
        )
    )


def covered_column(level: float) -> str:
    """The column that says whether a value lay inside the interval of `level`."""
    return f"is_covered_{round(level * 100)}"


def judged(scores: pl.DataFrame, pool: Sequence[str]) -> tuple[pl.DataFrame, str]:
    """`covered` by the strictest rule that can judge at least half of the scores, and its name.

    Prequential needs a long history; where it can judge fewer than half of the scores at 80 %,
    one cutoff at a time is left out instead.
    """
    strict = covered(scores, pool, PREQUENTIAL)
    answered = strict[covered_column(LEVELS[0])].is_not_null().sum()
    if answered * 2 >= max(scores.height, 1):
        return strict, PREQUENTIAL
    return covered(scores, pool, LEAVE_ONE_OUT), LEAVE_ONE_OUT
