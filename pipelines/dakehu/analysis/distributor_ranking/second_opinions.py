"""What other methods say of the same distributors: TOPSIS, PROMETHEE II and VIKOR.

None of them is the official ranking: PROMETHEE and VIKOR move when a third party leaves, and so
does TOPSIS on any scale but fixed bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, Panel

_HAIR = 1e-12


@dataclass(frozen=True)
class Vikor:
    """S (sum of regrets), R (largest regret), Q (both, 0 best), each (n,), and who may win."""

    s: np.ndarray
    r: np.ndarray
    q: np.ndarray
    compromise: np.ndarray


def min_max(matrix: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """Scale columns to 0 at the panel's worst and 1 at its best; 1 where all are equal.

    `rises` (k,) says where more is better.
    """
    low, high = np.nanmin(matrix, axis=0), np.nanmax(matrix, axis=0)
    span = np.where(high > low, high - low, 1.0)
    return np.where(rises, matrix - low, high - matrix) / span + (high <= low)


def vector(matrix: np.ndarray) -> np.ndarray:
    """Divide columns by their Euclidean length."""
    length = np.sqrt(np.nansum(matrix**2, axis=0))
    return matrix / np.where(length > 0, length, 1.0)


def on_bounds(panel: Panel, policy: Policy) -> np.ndarray:
    """Place of each value between the outermost bounds of the policy, 1 at the better, (n, k)."""
    columns = zip(panel.criteria, panel.values.T, strict=True)
    return np.column_stack([policy.criteria[name].scaled_at(one) for name, one in columns])


def topsis(
    scaled: np.ndarray,
    weights: np.ndarray,
    best: np.ndarray | float = 1.0,
    worst: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Closeness to the ideal, 0-1: d- / (d+ + d-), Hwang and Yoon (1981). (n, k), (k,) -> (n,).

    `best` and `worst` are the ideal and the anti-ideal profile on the scale of `scaled`.
    """
    shares = _shares(scaled, weights)
    far, near = (
        np.sqrt(np.nansum((shares * (scaled - ideal)) ** 2, axis=1)) for ideal in (best, worst)
    )
    return near / np.where(near + far > 0, near + far, 1.0)


def promethee(matrix: np.ndarray, weights: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """Net flow of PROMETHEE II, -1 to 1, by the usual criterion: any difference counts in full.

    Brans and Vincke (1985), Management Science 31, 647-656. (n, k) -> (n,). Two are compared on
    what both have a value for, its weights made to sum to 1.
    """
    count = len(matrix)
    net, total = np.zeros((count, count)), np.zeros((count, count))
    for column, weight in zip(np.where(rises, matrix, -matrix).T, weights, strict=True):
        known = np.isfinite(column)
        both = weight * np.outer(known, known)
        value = np.nan_to_num(column)
        net += both * np.sign(value[:, np.newaxis] - value)
        total += both
    preferred = np.divide(net, total, out=np.zeros_like(net), where=total > 0)
    return preferred.sum(axis=1) / max(count - 1, 1)


def vikor(scaled: np.ndarray, weights: np.ndarray, v: float = 0.5) -> Vikor:
    """Compromise ranking, Opricovic and Tzeng (2004), EJOR 156, 445-455. (n, k), (k,).

    `scaled` is 1 at the best and 0 at the worst value of each criterion; `v` is the weight of the
    majority against the largest regret. The compromise set: the first by Q alone, if its lead is at
    least 1 / (n - 1) and it is also first by S or R; with it the second, if only the latter fails;
    else everyone whose distance to the first is below 1 / (n - 1).
    """
    regret = _shares(scaled, weights) * (1 - scaled)
    s, r = np.nansum(regret, axis=1), np.nanmax(regret, axis=1)
    q = v * _from_least(s) + (1 - v) * _from_least(r)
    order = np.argsort(q, kind="stable")
    lead = q[order] - q[order[0]]
    enough = 1 / max(len(q) - 1, 1)
    first = order[0]
    if len(q) == 1 or lead[1] >= enough - _HAIR:
        is_stable = s[first] <= s.min() or r[first] <= r.min()
        chosen = order[:1] if is_stable else order[lead <= lead[1] + _HAIR]
    else:
        chosen = order[lead < enough - _HAIR]
    return Vikor(s, r, q, np.sort(chosen))


def second_opinions(panel: Panel, policy: Policy) -> pl.DataFrame:
    """Rank by other methods: distributor_id, method, value, rank, is_compromise.

    One row per ranked distributor and method: TOPSIS and VIKOR on the policy's bounds, PROMETHEE on
    the points, with the agreed weights spread over what a distributor has a value for. Deductions
    and vetoes play no part. Of VIKOR the value is Q, of which less is better, and is_compromise
    says who is in its compromise set.
    """
    schema = {
        DISTRIBUTOR: pl.String, "method": pl.String, "value": pl.Float64, "rank": pl.Int64,
        "is_compromise": pl.Boolean,
    }  # fmt: skip
    if not panel.distributors:
        return pl.DataFrame(schema=schema)
    scaled = on_bounds(panel, policy)
    compromise = vikor(scaled, panel.weights)
    values = {
        "topsis": topsis(scaled, panel.weights),
        "promethee": promethee(panel.points, panel.weights, np.ones(len(panel.weights), bool)),
        "vikor": compromise.q,
    }
    among = np.isin(np.arange(len(panel.distributors)), compromise.compromise)
    return pl.concat(
        pl.DataFrame(
            {
                DISTRIBUTOR: panel.distributors,
                "method": [method] * len(value),
                "value": value,
                "rank": _ranks(value if method == "vikor" else -value),
                "is_compromise": pl.Series(
                    among if method == "vikor" else [None] * len(value), dtype=pl.Boolean
                ),
            },
            schema=schema,
        )
        for method, value in values.items()
    )


def _shares(scaled: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights by row, spread over what is not NaN, (n, k)."""
    shares = np.where(np.isfinite(scaled), weights, 0.0)
    return shares / shares.sum(axis=1, keepdims=True)


def _from_least(values: np.ndarray) -> np.ndarray:
    span = values.max() - values.min()
    return (values - values.min()) / (span if span > 0 else 1.0)


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, the least value first; equal ones keep the official order."""
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(np.round(values, 12), kind="stable")] = np.arange(1, len(values) + 1)
    return ranks
