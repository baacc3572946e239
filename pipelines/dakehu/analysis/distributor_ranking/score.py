"""The official score: points by fixed bounds, agreed weights, capped deductions, vetoes.

Nothing in it looks at another distributor, so none gains or loses a place because a third one
leaves. It follows the rating sheets of Chinese makers, see docs/methods-distributor-ranking.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.policy import PLATFORMS, Policy

DISTRIBUTOR = "distributor_id"
PLACES = 9  # decimals beyond which equal scores differ by the order of their summing


@dataclass(frozen=True)
class Panel:
    """The n ranked distributors on the k measured criteria, in official order.

    `values` (n, k) are as measured and `points` (n, k) 0-100, NaN where missing; `weights` (k,) are
    the agreed ones and sum to 1; `handicap` (n,) is taken off each score: the deductions, and for a
    veto more than there are points.
    """

    distributors: list[str]
    criteria: list[str]
    values: np.ndarray
    points: np.ndarray
    weights: np.ndarray
    handicap: np.ndarray

    def scores(self) -> np.ndarray:
        """Points less handicap under the agreed weights, falling, shape (n,)."""
        return weighted(self.points, self.weights) - self.handicap


@dataclass(frozen=True)
class Score:
    """The official ranking.

    `ranking`, the best first and the unranked last: distributor_id, rank, score, sales_score,
    logistics_score, capital_score, deduction_points, observed_weight_share, is_ranked, veto.
    `criteria`, a row for each that came in: distributor_id, platform, criterion, value, unit, band
    (1 the worst), score, weight (after the missing ones were left out), is_available.
    `left_out`: platform, criterion and agreed weight of what the source does not measure.
    """

    ranking: pl.DataFrame
    criteria: pl.DataFrame
    left_out: pl.DataFrame
    panel: Panel


@dataclass(frozen=True)
class _Sheet:
    """What distributors `ids` earn on the measured criteria.

    `values`, `bands` and `points` are (n, k); line i of the frame is row `who[i]`, column `what[i]`
    of them, the column being -1 where the criterion is not measured.
    """

    ids: np.ndarray
    who: np.ndarray
    what: np.ndarray
    values: np.ndarray
    bands: np.ndarray
    points: np.ndarray


def score_of(
    criteria: pl.DataFrame,
    facts: pl.DataFrame,
    policy: Policy,
    measured: Collection[str] | None = None,
) -> Score:
    """Score and rank every distributor of `criteria`.

    `criteria`: distributor_id, platform, criterion, value, unit, is_available, one row for each
    distributor and criterion; those that the policy does not know come back without points.
    `facts`: distributor_id, fact, value (counts of cases, shares), one row for each distributor and
    fact; `deductions` and `vetoes` of the policy pick theirs by name. `measured`: the criteria that
    the source carries at all, every one of the policy when not given. Taken from what is mapped and
    not from who is there, it keeps the order of two from depending on a third.

    A missing criterion is left out and its weight spread over the others of that distributor; with
    less than `observed_weight_min` of the measured weight it is not ranked. A veto ranks behind all
    without one. Equal scores: the fewer points deducted, then the more weight observed, then by id.
    """
    weights = policy.weights(policy.criteria if measured is None else measured)
    agreed = np.array(list(weights.values()))
    sheet = _sheet(criteria, list(weights), policy)
    deducted, vetoes = _faults(facts, sheet.ids, policy)
    vetoed = np.array([bool(one) for one in vetoes], bool)
    observed = (np.isfinite(sheet.points) * agreed).sum(axis=1)
    net = weighted(sheet.points, agreed) - deducted
    ranked = (observed > 0) & (observed >= policy.observed_weight_min - 10**-PLACES)
    # The last key sorts first; ids already stand in order.
    keys = (-np.round(observed, PLACES), deducted, -np.round(net, PLACES), vetoed, ~ranked)
    order = np.lexsort(keys)
    best = order[: ranked.sum()]
    beneath = 101 + sum(one.cap for one in policy.deductions.values())
    ranking = pl.DataFrame(
        {
            DISTRIBUTOR: pl.Series(sheet.ids[order], dtype=pl.String),
            "rank": pl.Series(range(1, len(best) + 1), dtype=pl.Int64).extend_constant(
                None, len(order) - len(best)
            ),
            "score": np.round(np.where(ranked, np.maximum(net, 0), np.nan), PLACES)[order],
            **_platform_scores(sheet.points[order], weights, policy),
            "deduction_points": deducted[order],
            "observed_weight_share": observed[order],
            "is_ranked": ranked[order],
            "veto": pl.Series([vetoes[row] or None for row in order], dtype=pl.String),
        },
        nan_to_null=True,
    )
    panel = Panel(
        [str(one) for one in sheet.ids[best]],
        list(weights),
        sheet.values[best],
        sheet.points[best],
        agreed,
        (deducted + vetoed * beneath)[best],
    )
    lines = _with_points(criteria, sheet, agreed, policy)
    return Score(ranking, lines, _left_out(weights, policy), panel)


def weighted(points: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean of what is not NaN, by row; NaN where nothing is. (n, k), (k,) -> (n,).

    Summed row by row, so that not even rounding depends on who else is there.
    """
    shares = np.where(np.isfinite(points), weights, 0.0)
    total = shares.sum(axis=1)
    sums = (np.nan_to_num(points) * shares).sum(axis=1)
    return np.divide(sums, total, out=np.full(len(points), np.nan), where=total > 0)


def _sheet(criteria: pl.DataFrame, names: list[str], policy: Policy) -> _Sheet:
    ids, who = np.unique(criteria[DISTRIBUTOR].to_numpy(), return_inverse=True)
    column = {name: k for k, name in enumerate(names)}
    what = np.array([column.get(name, -1) for name in criteria["criterion"]], np.int64)
    known = (what >= 0) & criteria["is_available"].to_numpy()
    values = np.full((len(ids), len(names)), np.nan)
    values[who[known], what[known]] = criteria["value"].cast(pl.Float64).to_numpy()[known]
    bands, points = np.empty(values.shape, np.int64), np.empty(values.shape)
    for k, name in enumerate(names):
        bands[:, k] = policy.criteria[name].band_at(values[:, k])
        points[:, k] = policy.criteria[name].points_at(values[:, k])
    return _Sheet(ids, who, what, values, bands, points)


def _platform_scores(
    points: np.ndarray, weights: Mapping[str, float], policy: Policy
) -> dict[str, np.ndarray]:
    """Sub-scores, 0-100: the same weighted mean over the criteria of one platform."""
    agreed = np.array(list(weights.values()))
    at = np.array([policy.criteria[name].platform for name in weights])
    return {
        f"{name}_score": weighted(points[:, at == name], agreed[at == name]) for name in PLATFORMS
    }


def _faults(facts: pl.DataFrame, ids: np.ndarray, policy: Policy) -> tuple[np.ndarray, list[str]]:
    """Points deducted from each and the vetoes that stand, by name, none being an empty text."""
    row = {one: number for number, one in enumerate(ids)}
    deducted, vetoes = np.zeros(len(ids)), [""] * len(ids)
    for one, fact, value in facts.select(DISTRIBUTOR, "fact", "value").sort("fact").iter_rows():
        if one not in row or value is None:
            continue
        if deduction := policy.deductions.get(fact):
            deducted[row[one]] += min(max(value, 0) * deduction.points, deduction.cap)
        if value >= policy.vetoes.get(fact, np.inf):
            vetoes[row[one]] += f", {fact}" if vetoes[row[one]] else fact
    return deducted, vetoes


def _with_points(
    criteria: pl.DataFrame, sheet: _Sheet, agreed: np.ndarray, policy: Policy
) -> pl.DataFrame:
    known = np.where(np.isfinite(sheet.points), agreed, 0.0)
    total = known.sum(axis=1, keepdims=True)
    weights = np.divide(known, total, out=np.zeros_like(known), where=total > 0)
    earned = sheet.what >= 0
    earned[earned] = sheet.bands[sheet.who[earned], sheet.what[earned]] > 0
    at = (sheet.who[earned], sheet.what[earned])
    parts = {}
    for name, part in (("band", sheet.bands), ("score", sheet.points), ("weight", weights)):
        column = np.full(len(earned), np.nan)
        column[earned] = part[at]
        parts[name] = column
    platforms = {name: one.platform for name, one in policy.criteria.items()}
    return criteria.select(
        DISTRIBUTOR,
        pl.coalesce(pl.col("criterion").replace_strict(platforms, default=None), "platform").alias(
            "platform"
        ),
        "criterion",
        "value",
        "unit",
        pl.Series("band", parts["band"], nan_to_null=True).cast(pl.Int64),
        pl.Series("score", parts["score"], nan_to_null=True),
        pl.Series("weight", parts["weight"], nan_to_null=True),
        "is_available",
    )


def _left_out(weights: Mapping[str, float], policy: Policy) -> pl.DataFrame:
    rows = [
        (policy.criteria[name].platform, name, weight)
        for name, weight in policy.weights(policy.criteria).items()
        if name not in weights
    ]
    schema = {"platform": pl.String, "criterion": pl.String, "weight": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
