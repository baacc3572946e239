"""What the order would be under other weights or bounds than the agreed ones: never official."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from dakehu.analysis.distributor_ranking.policy import PLATFORMS, Policy
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, Score, score_of


def what_if(
    score: Score,
    conduct: pl.DataFrame,
    policy: Policy,
    weights: Mapping[str, float] | None = None,
    bounds: Mapping[str, Sequence[float]] | None = None,
) -> pl.DataFrame:
    """The distributors of `score` scored and ranked anew, the official rank and score beside it.

    Args:
        score: the official ranking under `policy`.
        conduct: the `facts` that it was made with.
        policy: the agreed one; what is not named below stays as it is there.
        weights: new weights of platforms and criteria, by name.
        bounds: new bounds of criteria, by name; rising, as many as before.

    Returns:
        distributor_id, rank, official_rank, rank_change (places won), score, official_score; by the
        new rank, the unranked last.

    Raises:
        ValueError: there is no such platform or criterion, or a number cannot be; the sentence
            names it.
    """
    changed = _changed(policy, weights or {}, bounds or {})
    lines = score.criteria.select(
        DISTRIBUTOR, "platform", "criterion", "value", "unit", "is_available"
    )
    anew = score_of(lines, conduct, changed, score.panel.criteria).ranking
    official = score.ranking.select(
        DISTRIBUTOR, official_rank=pl.col("rank"), official_score=pl.col("score")
    )
    return anew.join(official, on=DISTRIBUTOR, maintain_order="left").select(
        DISTRIBUTOR,
        "rank",
        "official_rank",
        (pl.col("official_rank") - pl.col("rank")).alias("rank_change"),
        "score",
        "official_score",
    )


def _changed(
    policy: Policy, weights: Mapping[str, float], bounds: Mapping[str, Sequence[float]]
) -> Policy:
    parts: dict[str, dict[str, object]] = {}
    for name, weight in weights.items():
        if name not in PLATFORMS:
            parts.setdefault(name, {})["weight"] = weight
    for name, cuts in bounds.items():
        parts.setdefault(name, {})["bounds"] = tuple(cuts)
    agreed = {name: vars(one) for name, one in policy.criteria.items()}
    return replace(
        policy,
        platforms={**policy.platforms, **{n: w for n, w in weights.items() if n in PLATFORMS}},
        criteria={
            **policy.criteria,
            **{name: {**agreed.get(name, {}), **part} for name, part in parts.items()},
        },
    )
