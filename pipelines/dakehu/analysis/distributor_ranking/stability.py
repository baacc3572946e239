"""What the ranking leans on: a criterion, a competitor, or the months that happened to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, PLACES, Panel, weighted
from dakehu.analysis.distributor_ranking.second_opinions import min_max


@dataclass(frozen=True)
class Months:
    """The criteria month by month, as far as they can be told so.

    `values` (months, distributors, criteria) in the unit of the criterion, NaN where a month has
    none; `bases` of the same shape, what each value weighs in the window: for a ratio its
    denominator (attainment: the month's target; OTIF: its lines), 1 where nothing else is known.
    The value of a window is the mean of its months so weighted, up to a difference that stays
    as it is. `distributors` and `criteria` name the two axes.
    """

    distributors: list[str]
    criteria: list[str]
    values: np.ndarray
    bases: np.ndarray

    @classmethod
    def of(cls, monthly: pl.DataFrame) -> Months | None:
        """The months of `Criteria.monthly`, None where fewer than two are known."""
        known = monthly.filter(pl.col("value").is_not_null())
        axes = [known[name].unique().sort() for name in ("month", DISTRIBUTOR, "criterion")]
        if len(axes[0]) < 2:
            return None
        places = [
            known[axis.name]
            .replace_strict(axis, range(len(axis)), return_dtype=pl.Int64)
            .to_numpy()
            for axis in axes
        ]
        values = np.full([len(axis) for axis in axes], np.nan)
        bases = np.zeros(values.shape)
        values[*places] = known["value"].to_numpy()
        bases[*places] = known["denominator"].cast(pl.Float64).to_numpy()
        return cls(axes[1].to_list(), axes[2].to_list(), values, bases)

    def lined_up(self, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
        """Values and bases in the panel's order, each (months, n, k); bases are 0 where missing."""
        shape = (len(self.values), *panel.values.shape)
        values, bases = np.zeros(shape), np.zeros(shape)
        who = [i for i, name in enumerate(panel.distributors) if name in set(self.distributors)]
        what = [i for i, name in enumerate(panel.criteria) if name in set(self.criteria)]
        from_who = [self.distributors.index(panel.distributors[i]) for i in who]
        from_what = [self.criteria.index(panel.criteria[i]) for i in what]
        there, here = np.ix_(from_who, from_what), np.ix_(who, what)
        known = np.isfinite(self.values) & np.isfinite(self.bases) & (self.bases > 0)
        values[:, *here] = np.where(known, self.values, 0.0)[:, *there]
        bases[:, *here] = np.where(known, self.bases, 0.0)[:, *there]
        return values, bases


def resampled_points(
    panel: Panel, months: Months, policy: Policy, random: np.random.Generator
) -> np.ndarray:
    """Points had the months been others like them: bootstrap over months, (draws, n, k).

    The same months are drawn for everyone and every criterion, so that a bad season stays one
    (Efron and Tibshirani 1993, chapter 8). A deviation of the mean from the observed one is put
    on the value of the panel, stretched by sqrt(m / (m - 1)) for the m months that were there.
    What has no months, or one, stays as it is, and so does what is missing.
    """
    values, bases = months.lined_up(panel)
    count = len(values)
    turns = random.multinomial(count, np.full(count, 1 / count), policy.bootstrap_draws)
    flat = bases.reshape(count, -1)
    sums, total = turns @ (flat * values.reshape(count, -1)), turns @ flat
    seen, whole = (flat * values.reshape(count, -1)).sum(axis=0), flat.sum(axis=0)
    mean = np.divide(seen, whole, out=np.zeros_like(seen), where=whole > 0)
    drawn = np.divide(sums, total, out=np.broadcast_to(mean, sums.shape).copy(), where=total > 0)
    there = (flat > 0).sum(axis=0)
    stretch = np.sqrt(there / np.maximum(there - 1, 1))
    shape = (policy.bootstrap_draws, *panel.values.shape)
    shifted = panel.values + ((drawn - mean) * stretch).reshape(shape)
    columns = [
        policy.criteria[name].points_at(shifted[:, :, k]) for k, name in enumerate(panel.criteria)
    ]
    return np.stack(columns, axis=2)


def leave_one_criterion_out(panel: Panel) -> pl.DataFrame:
    """Ranks without each criterion in turn: criterion, distributor_id, rank, rank_change.

    rank_change is positive where the distributor climbs without it.
    """
    count, names = len(panel.distributors), panel.criteria
    ranks = np.empty((len(names), count), np.int64)
    for column in range(len(names)):
        others = np.arange(len(names)) != column
        scores = weighted(panel.points[:, others], panel.weights[others])
        ranks[column] = ranks_of(np.nan_to_num(scores, nan=-1.0) - panel.handicap)
    return pl.DataFrame(
        {
            "criterion": pl.Series(np.repeat(names, count), dtype=pl.String),
            DISTRIBUTOR: pl.Series(panel.distributors * len(names), dtype=pl.String),
            "rank": ranks.ravel(),
            "rank_change": (np.arange(1, count + 1) - ranks).ravel(),
        }
    )


def leave_one_distributor_out(panel: Panel, policy: Policy) -> dict[str, int]:
    """How many of the n turn the order of the others by leaving: officially, and on own scales.

    Own scales reach from the worst to the best value who is there, as in many rankings; they show
    that the count can find something.
    """
    rises = np.array([policy.criteria[name].rises for name in panel.criteria], bool)

    def official(kept: np.ndarray) -> np.ndarray:
        return weighted(panel.points[kept], panel.weights) - panel.handicap[kept]

    def own_scale(kept: np.ndarray) -> np.ndarray:
        known = np.isfinite(panel.values[kept]).any(axis=0)
        scaled = min_max(panel.values[kept][:, known], rises[known])
        return weighted(scaled, panel.weights[known]) - panel.handicap[kept] / 100

    count = len(panel.distributors)
    if count < 3:
        return {"official": 0, "own_scale": 0}
    return {"official": reversals(official, count), "own_scale": reversals(own_scale, count)}


def reversals(values_of: Callable[[np.ndarray], np.ndarray], count: int) -> int:
    """Of `count` distributors, how many turn the order of the others around by leaving.

    `values_of` gets the row numbers that stay and gives them values, more being better; equal ones
    stay in the order of rows.
    """
    everyone = np.arange(count)
    order = everyone[np.argsort(ranks_of(values_of(everyone)))]
    turned = 0
    for leaving in everyone:
        kept = np.delete(everyone, leaving)
        turned += (kept[np.argsort(ranks_of(values_of(kept)))] != order[order != leaving]).any()
    return int(turned)


def ranks_of(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, the greatest value first; equal ones in the order of rows."""
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(-np.round(values, PLACES), kind="stable")] = np.arange(1, len(values) + 1)
    return ranks
