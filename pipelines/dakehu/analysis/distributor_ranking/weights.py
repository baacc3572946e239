"""Where weights may come from: people's judgements (AHP), or the data (entropy, CRITIC).

Weights from data are a diagnosis only: they change with every period and reward a criterion for
being noisy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking.score import Panel

CONSISTENT = 0.10
_SLIP = 0.02  # 0.33 stands for a third
# Mean consistency index of random judgements, for 1 to 15 criteria: Saaty (1980); beyond, the last.
_RANDOM = (0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)


@dataclass(frozen=True)
class Ahp:
    """Weights (k,) that pairwise judgements imply, and whether the judgements agree."""

    weights: np.ndarray
    eigenvalue: float
    consistency_ratio: float

    @property
    def is_consistent(self) -> bool:
        """Whether the consistency ratio is at most 0.10; else the judgements want another look."""
        return self.consistency_ratio <= CONSISTENT


def ahp(judgements: np.ndarray) -> Ahp:
    """Weights by the analytic hierarchy process, Saaty (1980): the principal eigenvector.

    `judgements` (k, k): how many times as important row is as column, 1/9 to 9.

    Raises:
        ValueError: the matrix is not square, not positive, or a pair contradicts itself.
    """
    matrix = np.asarray(judgements, float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not (matrix > 0).all():
        raise ValueError("judgements: write a square table of numbers above zero")
    off = np.abs(matrix * matrix.T - 1)
    if off.max() > _SLIP:
        row, column = np.unravel_index(off.argmax(), off.shape)
        there, back = matrix[row, column], matrix[column, row]
        raise ValueError(
            f"judgements: row {row + 1}, column {column + 1} is {there:g}, so row {column + 1}, "
            f"column {row + 1} must be {1 / there:g} (it is {back:g})"
        )
    values, vectors = np.linalg.eig(matrix)
    principal = values.real.argmax()
    weights = np.abs(vectors[:, principal].real)
    count, eigenvalue = len(matrix), float(values[principal].real)
    by_chance = _RANDOM[min(count, len(_RANDOM)) - 1]
    index = (eigenvalue - count) / max(count - 1, 1)
    return Ahp(weights / weights.sum(), eigenvalue, index / by_chance if by_chance else 0.0)


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
