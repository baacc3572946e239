"""Why a distributor stands where it stands, and what would lift it."""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, PLACES, Score

_LIFT = {
    "bands_up": pl.Int64,
    "needed_value": pl.Float64,
    "needed_score": pl.Float64,
    "distance": pl.Float64,
}


def explain(score: Score, distributor_id: str, policy: Policy) -> pl.DataFrame:
    """One row per criterion of a distributor, and what it alone would have to be for one rank more.

    Columns: platform, criterion, value, unit, band (1 the worst), band_count, score, weight,
    contribution (to the total, in points); then bands_up, needed_value (the bound to be reached)
    and needed_score, missing where this criterion alone cannot do it; is_smallest marks the
    fewest bands up, and of those the shortest way in parts of the criterion's whole scale.
    """
    own = score.criteria.filter(pl.col(DISTRIBUTOR) == distributor_id)
    return _explained(own, score, policy).drop(DISTRIBUTOR)


def explain_all(score: Score, policy: Policy) -> pl.DataFrame:
    """What `explain` tells, of every distributor, with its distributor_id in front."""
    return _explained(score.criteria, score, policy)


def _explained(lines: pl.DataFrame, score: Score, policy: Policy) -> pl.DataFrame:
    rows = lines.filter(pl.col("criterion").is_in(list(policy.criteria)))
    gaps = {one: _gap(score, one) for one in rows[DISTRIBUTOR].unique()}
    lifts = [_lift(row, *gaps[row[DISTRIBUTOR]], policy) for row in rows.iter_rows(named=True)]
    counts = {name: len(one.points) for name, one in policy.criteria.items()}
    order = pl.struct("bands_up", "distance").rank("ordinal").over(DISTRIBUTOR)
    least = pl.col("order").min().over(DISTRIBUTOR)
    return (
        rows.hstack(pl.DataFrame(lifts, schema=_LIFT, orient="row"))
        .with_columns(
            pl.col("criterion").replace_strict(counts, return_dtype=pl.Int64).alias("band_count"),
            (pl.col("score") * pl.col("weight")).alias("contribution"),
            pl.when(pl.col("bands_up").is_not_null()).then(order).alias("order"),
        )
        .with_columns((pl.col("order") == least).fill_null(False).alias("is_smallest"))
        .select(
            DISTRIBUTOR, "platform", "criterion", "value", "unit", "band", "band_count", "score",
            "weight", "contribution", "bands_up", "needed_value", "needed_score", "is_smallest",
        )
    )  # fmt: skip


def contrast(score: Score, one_id: str, other_id: str) -> pl.DataFrame:
    """Two distributors side by side: the reason why one stands before the other.

    One row per criterion that either has points on, and one, `deductions`, for those: platform,
    criterion, unit, value, other_value, score, other_score, lead. The lead is what the row adds to
    the first one's total above the second's, in points; the leads, largest first, sum to the
    difference of the two totals.
    """
    deductions = score.ranking.select(
        DISTRIBUTOR,
        pl.lit(None, pl.String).alias("platform"),
        pl.lit("deductions").alias("criterion"),
        pl.col("deduction_points").alias("value"),
        pl.lit("points").alias("unit"),
        (-pl.col("deduction_points")).alias("score"),
        pl.lit(1.0).alias("weight"),
    )
    names = deductions.columns
    earned = score.criteria.filter(pl.col("score").is_not_null()).select(names)
    rows = pl.concat([earned, deductions]).with_columns(
        (pl.col("score") * pl.col("weight")).alias("contribution")
    )
    key = ["platform", "criterion", "unit"]
    one, other = (
        rows.filter(pl.col(DISTRIBUTOR) == wanted).select(*key, "value", "score", "contribution")
        for wanted in (one_id, other_id)
    )
    both = one.join(other, on=key, how="full", coalesce=True, nulls_equal=True, suffix="_other")
    lead = pl.col("contribution").fill_null(0.0) - pl.col("contribution_other").fill_null(0.0)
    return both.select(
        *key,
        "value",
        pl.col("value_other").alias("other_value"),
        "score",
        pl.col("score_other").alias("other_score"),
        lead.alias("lead"),
    ).sort("lead", "criterion", descending=[True, False])


def _gap(score: Score, distributor_id: str) -> tuple[float | None, bool]:
    """Points to the next one up, and whether drawing level with it is enough."""
    panel = score.panel
    place = panel.distributors.index(distributor_id) if distributor_id in panel.distributors else 0
    if place == 0:
        return None, False
    totals = panel.scores()
    above, own = (score.ranking.row(at, named=True) for at in (place - 1, place))
    key = ("deduction_points", "observed_weight_share", DISTRIBUTOR)
    ranks = [(row[key[0]], -round(row[key[1]], PLACES), row[key[2]]) for row in (own, above)]
    return float(totals[place - 1] - totals[place]), ranks[0] < ranks[1]


def _lift(row: dict[str, Any], gap: float | None, wins_ties: bool, policy: Policy) -> tuple:
    """The least band of one criterion that closes the gap, in the columns of _LIFT."""
    if gap is None or row["score"] is None:
        return (None,) * len(_LIFT)
    criterion = policy.criteria[row["criterion"]]
    points = sorted(criterion.points)
    for band in range(row["band"] + 1, len(points) + 1):
        ahead = round((points[band - 1] - row["score"]) * row["weight"] - gap, PLACES)
        if ahead > 0 or (ahead == 0 and wins_ties):
            bound = criterion.bound_of(band)
            scale = criterion.bounds[-1] - criterion.bounds[0]
            return band - row["band"], bound, points[band - 1], abs(bound - row["value"]) / scale
    return (None,) * len(_LIFT)
