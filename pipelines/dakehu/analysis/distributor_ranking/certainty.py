"""How sure each rank is, and which ranks cannot be told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, Panel
from dakehu.analysis.distributor_ranking.smaa import (
    Acceptability,
    acceptability,
    any_weights,
    weights_around,
    win_probability,
)
from dakehu.analysis.distributor_ranking.stability import (
    Months,
    leave_one_distributor_out,
    resampled_points,
)

SEED = 20_260_101
ALL_PAIRS = 100
REACH = 20

_SCHEMAS = (
    {
        DISTRIBUTOR: pl.String,
        "rank": pl.Int64,
        "rank_low": pl.Int64,
        "rank_high": pl.Int64,
        "first_rank_acceptability": pl.Float64,
        "tier": pl.Int64,
    },
    {DISTRIBUTOR: pl.String, "other_id": pl.String, "win_probability": pl.Float64},
    {DISTRIBUTOR: pl.String, "rank": pl.Int64, "share": pl.Float64},
    {
        DISTRIBUTOR: pl.String,
        "criterion": pl.String,
        "weight": pl.Float64,
        "first_share": pl.Float64,
    },
)

Beats = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Certainty:
    """How sure the official ranks are, over weights and, where there are any, months drawn.

    `ranking`, by rank: distributor_id, rank, rank_low, rank_high (90 % interval, stretched to hold
    the official rank), first_rank_acceptability, tier (from 1). `pairwise`: distributor_id,
    other_id, win_probability, both ways round, of all pairs up to 100 distributors, of more only
    those at most 20 ranks apart. `rank_shares`: distributor_id, rank, share of the draws, where
    there is any. `central_weights`: distributor_id, criterion, weight, the mean of all weights
    there can be under which it comes first, and first_share, how many of them those are; only of
    those who ever do. `reversals`: see `leave_one_distributor_out`.
    """

    ranking: pl.DataFrame
    pairwise: pl.DataFrame
    rank_shares: pl.DataFrame
    central_weights: pl.DataFrame
    reversals: dict[str, int]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name; ranks are published with the scores."""
        return {
            "pairwise": self.pairwise,
            "rank_shares": self.rank_shares,
            "central_weights": self.central_weights,
        }


def certainty_of(panel: Panel, policy: Policy, months: Months | None = None) -> Certainty:
    """Rank under weights drawn around the agreed ones and, given `months`, months drawn anew.

    Without months the interval knows only of the weights and of what is missing.
    """
    random = np.random.default_rng(SEED)
    count, draws = len(panel.distributors), policy.smaa_draws
    if not count:
        return Certainty(*(pl.DataFrame(schema=schema) for schema in _SCHEMAS), {})
    points = resampled_points(panel, months, policy, random) if months else panel.points
    weights = weights_around(panel.weights, policy.weight_spread, draws, random)
    any_of_all = any_weights(len(panel.criteria), draws, random)
    reach = count - 1 if count <= ALL_PAIRS else REACH
    around = acceptability(points, weights, panel.handicap, random, reach)
    anywhere = acceptability(panel.points, any_of_all, panel.handicap, random)

    def beats(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return win_probability(points, weights, panel.handicap, (one, other), random)

    near = around.ahead
    official = np.arange(1, count + 1)
    return Certainty(
        pl.DataFrame(
            {
                DISTRIBUTOR: panel.distributors,
                "rank": official,
                "rank_low": np.minimum(around.low, official),
                "rank_high": np.maximum(around.high, official),
                "first_rank_acceptability": around.first_rank,
                "tier": _tiers(near, beats, policy.separable_probability),
            }
        ),
        _pairwise(panel, near),
        _rank_shares(panel, around),
        _central_weights(panel, anywhere),
        leave_one_distributor_out(panel, policy),
    )


def _tiers(near: np.ndarray, beats: Beats, level: float) -> np.ndarray:
    """Tiers from 1, in official order.

    A tier begins with its head and takes in the next ranks until the head beats one of them with a
    probability of at least `level`; that one heads the next tier.
    """
    count, reach = len(near), near.shape[1] - 1
    tiers = np.empty(count, np.int64)
    head = tier = 0
    while head < count:
        tier += 1
        apart = near[head, 1:]
        if head + reach < count - 1 and not (apart >= level).any():
            rest = np.arange(head + reach + 1, count)
            apart = np.append(apart, beats(np.full(len(rest), head), rest))
        found = np.flatnonzero(apart >= level)
        end = head + 1 + int(found[0]) if len(found) else count
        tiers[head:end] = tier
        head = end
    return tiers


def _pairwise(panel: Panel, near: np.ndarray) -> pl.DataFrame:
    one, step = np.nonzero(np.isfinite(near))
    names = np.array(panel.distributors, object)
    wins = near[one, step]
    return pl.DataFrame(
        {
            DISTRIBUTOR: pl.Series([*names[one], *names[one + step]], dtype=pl.String),
            "other_id": pl.Series([*names[one + step], *names[one]], dtype=pl.String),
            "win_probability": np.concatenate([wins, 1 - wins]),
        }
    )


def _rank_shares(panel: Panel, found: Acceptability) -> pl.DataFrame:
    who, step = np.nonzero(found.ranks)
    return pl.DataFrame(
        {
            DISTRIBUTOR: pl.Series(panel.distributors, dtype=pl.String).gather(who),
            "rank": step * found.width + 1,
            "share": found.ranks[who, step],
        }
    )


def _central_weights(panel: Panel, found: Acceptability) -> pl.DataFrame:
    who, what = np.nonzero(np.isfinite(found.central_weights))
    return pl.DataFrame(
        {
            DISTRIBUTOR: pl.Series(panel.distributors, dtype=pl.String).gather(who),
            "criterion": pl.Series(panel.criteria, dtype=pl.String).gather(what),
            "weight": found.central_weights[who, what],
            "first_share": found.first_rank[who],
        }
    )
