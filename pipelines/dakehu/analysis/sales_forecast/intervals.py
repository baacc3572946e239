"""Conformal intervals of reconciled forecasts, per level and horizon."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.sales_forecast import conformal

PERCENTS = [round(level * 100) for level in conformal.LEVELS]
# Which past errors make a radius: the first of these pools that has enough for both intervals.
POOLS = {
    "level_horizon": ["series_level", "horizon"],
    "level": ["series_level"],
    "horizon": ["horizon"],
}


def with_intervals(points: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """`points` (reconciled) with low and high amounts at 80 and 95 %.

    `judged` are past forecasts reconciled by the same method, as `compared` gives them. Radii are
    conformal, in units of the scale, pooled over the series of a level per horizon; where those are
    too few, as they mostly are for the total, over all horizons of the level that were judged at
    all; then over all levels per horizon. Never a sum of bounds: bounds do not add up. Missing
    where all are too few, and for months further ahead than any past forecast was judged.
    Adds low_80_amount, high_80_amount, low_95_amount, high_95_amount and interval_pool (a name of
    POOLS).
    """
    scores = judged.select(pl.col("level").alias("series_level"), "horizon", "score")
    reach = points.with_columns(pl.col("level").alias("series_level"))
    for name, keys in POOLS.items():
        reach = reach.join(_wide(scores, name, keys), on=keys, how="left")
    known = scores.filter(pl.col("score").is_finite())
    furthest = known.group_by("series_level").agg(pl.col("horizon").max().alias("furthest"))
    is_judged = pl.col("horizon") <= pl.col("furthest")
    reach = reach.join(furthest, on="series_level", how="left").with_columns(
        pl.when(is_judged).then(_radius("level", p)).alias(_radius("level", p)) for p in PERCENTS
    )
    pool = pl.coalesce(
        pl.when(pl.all_horizontal(pl.col(_radius(name, p)).is_not_null() for p in PERCENTS)).then(
            pl.lit(name)
        )
        for name in POOLS
    )
    reach = reach.with_columns(pool.alias("interval_pool"))
    for percent in PERCENTS:
        radius = pl.coalesce(
            pl.when(pl.col("interval_pool") == name).then(_radius(name, percent)) for name in POOLS
        )
        low = pl.col("mean_amount") - radius * pl.col("scale")
        reach = reach.with_columns(
            pl.when("is_floored")
            .then(low.clip(lower_bound=0))
            .otherwise(low)
            .alias(f"low_{percent}_amount"),
            (pl.col("mean_amount") + radius * pl.col("scale")).alias(f"high_{percent}_amount"),
        )
    return reach.drop(
        "series_level", "furthest", *(_radius(name, p) for name in POOLS for p in PERCENTS)
    )


def _radius(name: str, percent: int) -> str:
    return f"{name}_{percent}"


def _wide(scores: pl.DataFrame, name: str, keys: list[str]) -> pl.DataFrame:
    """The radii of a pool: one row per value of its keys, one column per percentage."""
    if "horizon" not in keys:
        scores = scores.with_columns(pl.lit(1, dtype=pl.Int64).alias("horizon"))
    radii = conformal.radii(scores, [key for key in keys if key != "horizon"])
    return radii.group_by(keys).agg(
        pl.col("radius").filter(pl.col("level") == level).first().alias(_radius(name, percent))
        for level, percent in zip(conformal.LEVELS, PERCENTS, strict=True)
    )


def covered(judged: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Whether each past value lay in the interval that other cutoffs would have given; the rule.

    Prequential (only months that had come by the cutoff) where that judges at least half of the
    values, else one cutoff at a time is left out. Adds is_covered_80 and is_covered_95, missing
    where there was no interval.
    """
    strict = _covered(judged, conformal.PREQUENTIAL)
    if strict["is_covered_80"].count() * 2 >= judged.height:
        return strict, conformal.PREQUENTIAL
    return _covered(judged, conformal.LEAVE_ONE_OUT), conformal.LEAVE_ONE_OUT


def _covered(judged: pl.DataFrame, rule: str) -> pl.DataFrame:
    parts = [with_intervals(judged.clear(), judged)]  # alone where nothing could be judged
    for (cutoff,), at_cutoff in judged.group_by("cutoff", maintain_order=True):
        is_known = pl.col("month") <= cutoff
        others = is_known if rule == conformal.PREQUENTIAL else pl.col("cutoff") != cutoff
        parts.append(with_intervals(at_cutoff, judged.filter(others)))
    bounds = [f"{side}_{percent}_amount" for side in ("low", "high") for percent in PERCENTS]
    return (
        pl.concat(parts)
        .with_columns(
            pl.col("actual_amount")
            .is_between(f"low_{percent}_amount", f"high_{percent}_amount")
            .alias(f"is_covered_{percent}")
            for percent in PERCENTS
        )
        .drop(*bounds, "interval_pool")
    )
