"""Weights that people's judgements on pairs imply, and whether those agree (AHP)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
