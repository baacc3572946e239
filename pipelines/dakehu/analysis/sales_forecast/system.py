"""The linear algebra of reconciliation: weights, projection, floors; numpy in, numpy out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

BOTTOM_UP, OLS = "bottom_up", "ols"
WLS_STRUCT, WLS_VAR, MINT_SHRINK = "wls_struct", "wls_var", "mint_shrink"
# From the simplest to what rests on most; ols, which weighs a cell like the total, last.
METHODS = (BOTTOM_UP, WLS_STRUCT, WLS_VAR, MINT_SHRINK, OLS)
NEEDS_ERRORS = (WLS_VAR, MINT_SHRINK)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def distinct_rows(summing: Floats) -> NDArray[np.intp]:
    """The rows of a summing matrix to reconcile: no sum of the same cells twice, cells last.

    `summing` (series by cells, the cells last and in their order) may hold a region of one cell or
    a total of one region; as a second row of the same it would make the weights singular.
    """
    cell_count = summing.shape[1]
    above = summing[:-cell_count]
    _, first = np.unique(above, axis=0, return_index=True)
    several = np.sort(first[above[first].sum(axis=1) > 1])
    return np.concatenate([several, np.arange(len(above), len(summing))])


def cell_forecasts(
    summing: Floats, base: Floats, errors: Floats, floors: Flags, method: str
) -> Floats:
    """Reconciled forecasts of the cells (cells by months).

    `base` (series by months) are the forecasts to reconcile, `errors` (series by observations) past
    errors of such forecasts, `floors` says which series never may be negative. The generalised
    least-squares projection and its weights are those of hierarchicalforecast: Wickramasuriya,
    Athanasopoulos and Hyndman (2019), Journal of the American Statistical Association 114, 804-819.
    """
    rows = distinct_rows(summing)
    cells = summing.shape[1]
    if method == BOTTOM_UP or len(rows) == cells:
        return _floored(base[-cells:], lambda held: np.eye(cells)[:, held], summing, floors)
    projection, weights = _projection(summing[rows], base[rows], errors[rows], method)
    return _floored(
        projection @ base[rows],
        # Of thousands of cells the whole covariance would cost more than all the rest.
        lambda held: projection @ (weights @ projection[held].T),
        summing,
        floors,
    )


def _projection(
    summing: Floats, base: Floats, errors: Floats, method: str
) -> tuple[Floats, Floats]:
    from hierarchicalforecast.methods import MinTrace  # seconds to import: only where it is used

    if method in NEEDS_ERRORS and not errors.any():
        method = WLS_STRUCT  # forecasts that were never wrong say nothing of weights
    # It wants actual and fitted values, but uses their differences alone.
    fitted = MinTrace(method).fit(
        S=summing, y_hat=base, y_insample=errors, y_hat_insample=np.zeros_like(errors)
    )
    return fitted.P, fitted.W


def _floored(
    cells: Floats, spread: Callable[[Flags], Floats], summing: Floats, floors: Flags
) -> Floats:
    """`cells` with negative ones held at 0 where they or a sum above them never were negative.

    The others move as the same least squares want it once those are held at 0: the conditional
    mean under the covariance of the cells, of which `spread` gives the columns of the held ones.
    A held cell stays held.
    """
    held_by_itself = floors[-cells.shape[0] :]
    done = cells.copy()
    # The cells whose columns are known: at first most of those that will ever be held.
    drawn = np.any(cells < 0, axis=1)
    columns = spread(drawn)
    for month in np.flatnonzero((cells < 0).any(axis=0)):
        held = np.zeros(cells.shape[0], dtype=bool)
        while True:
            now = done[:, month]
            broken = floors & (summing @ now < 0)
            below = (summing[broken] > 0).any(axis=0) | held_by_itself
            more = below & (now < 0) & ~held
            if not more.any():
                break
            held |= more
            if (held & ~drawn).any():
                drawn |= held
                columns = spread(drawn)
            mine = columns[:, held[drawn]]
            done[:, month] = cells[:, month] - mine @ _solved(mine[held], cells[held, month])
            done[held, month] = 0.0
    return done


def _solved(covariance: Floats, amounts: Floats) -> Floats:
    """The weights that give `amounts`; a covariance without inverse has a pseudo-inverse."""
    try:
        return cho_solve(cho_factor(covariance), amounts)
    except np.linalg.LinAlgError:
        return np.linalg.pinv(covariance, hermitian=True) @ amounts


def fitted_parts(base: Floats, variances: Floats, floors: Flags, total: Floats) -> Floats:
    """`base` (series by months) moved so that each month adds up to `total`.

    What is missing is spread by the series' error variances, where there are none by the size of
    their forecasts; a series of `floors` that would go below 0 is held there.
    """
    done = np.empty_like(base)
    for month in range(base.shape[1]):
        amounts = base[:, month]
        free = np.ones(len(amounts), dtype=bool)
        while True:
            gap = total[month] - amounts[free].sum()
            moved = np.where(free, amounts + gap * _shares(variances, amounts, free), 0.0)
            below = free & floors & (moved < 0)
            if not below.any() or (free & ~below).sum() == 0:
                break
            free &= ~below
        done[:, month] = moved
    return done


def _shares(variances: Floats, amounts: Floats, free: Flags) -> Floats:
    """How the free series share a gap; sums to 1."""
    for weights in (variances, np.abs(amounts)):
        some = np.where(free, weights, 0.0)
        if some.sum() > 0:
            return some / some.sum()
    return free / free.sum()
