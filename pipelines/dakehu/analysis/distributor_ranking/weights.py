"""Weights that the data alone would give: entropy and CRITIC.

A diagnosis only: they change with every period and reward a criterion for being noisy.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.score import Panel


def entropy(matrix: np.ndarray) -> np.ndarray:
    """Weights by Shannon's entropy of the columns, values >= 0, (n, k) -> (k,).

    w = (1 - e) / sum(1 - e) with e = -sum(p ln p) / ln n and p the shares of a column: the more
    unequal, the heavier. Hwang and Yoon (1981). A column of zeros weighs nothing.
    """
    sums = matrix.sum(axis=0)
    shares = matrix / np.where(sums > 0, sums, 1.0)
    logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    spread = np.where(sums > 0, 1 + (shares * logs).sum(axis=0) / np.log(len(matrix)), 0.0)
    return _to_one(np.maximum(spread, 0.0))


def critic(scaled: np.ndarray) -> np.ndarray:
    """Weights by CRITIC, (n, k) -> (k,): standard deviation times the sum of 1 - correlation.

    Diakoulaki, Mavrotas and Papayannakis (1995), Computers and Operations Research 22, 763-770.
    `scaled` is 0-1 by column, 1 the best. A column without variance weighs nothing.
    """
    deviation = scaled.std(axis=0)
    apart = scaled - scaled.mean(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    correlation = (apart / scale).T @ (apart / scale) / len(scaled)
    varied = deviation > 0
    conflict = ((1 - correlation) * varied).sum(axis=1)
    return _to_one(deviation * conflict)


def weights_beside(panel: Panel) -> pl.DataFrame:
    """Agreed weights beside those that the data alone would give, one row per criterion.

    Columns: criterion, agreed, entropy, critic; the last two, from the points of the distributors
    with all criteria, are missing where those are fewer than three.
    """
    full = panel.points[np.isfinite(panel.points).all(axis=1)]
    enough = len(full) >= 3
    return pl.DataFrame(
        {
            "criterion": pl.Series(panel.criteria, dtype=pl.String),
            "agreed": panel.weights,
            "entropy": entropy(full) if enough else np.full(len(panel.weights), np.nan),
            "critic": critic(full / 100) if enough else np.full(len(panel.weights), np.nan),
        },
        nan_to_null=True,
    )


def _to_one(values: np.ndarray) -> np.ndarray:
    total = values.sum()
    return values / total if total > 0 else np.full(len(values), 1 / max(len(values), 1))
