"""Many regressions with airline errors at once: ARIMA (0,1,1)(0,1,1) of logs with regressors.

The model is that of Box and Jenkins' airline passengers: log y = X b + n, and the monthly and
yearly difference of n is a moving average, (1 - theta B)(1 - Theta B^12) e (Box, Jenkins, Reinsel
and Ljung (2015), Time Series Analysis, chapter 9; with calendar regressors: Bell and Hillmer
(1983), Journal of the American Statistical Association 78, 526-534). Filtering is linear, so that
for every pair on a grid of (theta, Theta) the regression is one least-squares fit of filtered
differences; the pair with the least sum of squares wins (conditional least squares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SEASON = 12
LOST = SEASON + 1  # months that the two differences cost
_GRID = np.linspace(0.0, 0.9, 10)
_RIDGE = 1e-9


@dataclass(frozen=True)
class Airline:
    """Fits of n histories over T months with k regressors.

    `effects` [n, k] are in logs, with `errors` [n, k] their standard errors; `theta` and
    `seasonal_theta` [n]; `innovations` [n, T] are 0 before a history's first difference.
    An effect that its history cannot tell (no movement of the regressor) is NaN, and counts as 0.
    """

    logs: np.ndarray
    regressors: np.ndarray
    effects: np.ndarray
    errors: np.ndarray
    theta: np.ndarray
    seasonal_theta: np.ndarray
    innovations: np.ndarray

    def forecast(self, ahead: np.ndarray) -> np.ndarray:
        """Logs of the next months [n, h], given their regressors [n, h, k]."""
        known = np.nan_to_num(self.effects)
        rest = self.logs - np.einsum("ntk,nk->nt", self.regressors, known)
        count, length = rest.shape
        horizon = ahead.shape[1]
        level = np.concatenate([rest, np.zeros((count, horizon))], axis=1)
        noise = np.concatenate([self.innovations, np.zeros((count, horizon))], axis=1)
        t1, t12 = self.theta, self.seasonal_theta
        for t in range(length, length + horizon):
            moving = -t1 * noise[:, t - 1] - t12 * noise[:, t - 12] + t1 * t12 * noise[:, t - 13]
            level[:, t] = level[:, t - 1] + level[:, t - 12] - level[:, t - 13] + moving
        return level[:, length:] + np.einsum("nhk,nk->nh", ahead, known)


def fitted(logs: np.ndarray, regressors: np.ndarray) -> Airline:
    """Fit every history.

    Args:
        logs: [n, T], aligned at the end; NaN before a history begins, and nowhere else. Each has at
            least 14 months.
        regressors: [n, T, k], known for every month; k may be 0.
    """
    wanted = _differenced(logs)
    moved = _differenced(np.moveaxis(regressors, 2, 1))  # [n, k, T]
    begun = ~np.isnan(wanted)
    wanted = np.where(begun, wanted, 0.0)
    moved = np.where(begun[:, None, :], moved, 0.0)
    # Months first: a filter walks over months, and all histories of one lie side by side.
    stack = np.ascontiguousarray(np.concatenate([wanted[:, None, :], moved], axis=1).T)
    best = np.full(len(logs), np.inf)
    count, wide = len(logs), regressors.shape[2]
    effects, errors = np.full((count, wide), np.nan), np.full((count, wide), np.nan)
    theta, seasonal, noise = np.zeros(count), np.zeros(count), np.zeros(wanted.shape[::-1])
    for one in _GRID:
        monthly = _filtered(stack, one, 1)
        for twelve in _GRID:
            filtered = _filtered(monthly, twelve, SEASON)
            coefficient, deviation, left = _regressed(filtered, begun.sum(axis=1))
            squares = np.einsum("tn,tn->n", left, left)
            better = squares < best
            best = np.where(better, squares, best)
            theta, seasonal = np.where(better, one, theta), np.where(better, twelve, seasonal)
            effects = np.where(better[:, None], coefficient, effects)
            errors = np.where(better[:, None], deviation, errors)
            noise = np.where(better, left, noise)
    return Airline(logs, regressors, effects, errors, theta, seasonal, noise.T)


def _differenced(values: np.ndarray) -> np.ndarray:
    """Monthly difference of the yearly one along the last axis; NaN where it is not known."""
    made = np.full(values.shape, np.nan)
    made[..., LOST:] = (
        values[..., LOST:] - values[..., 1:-SEASON] - values[..., SEASON:-1] + values[..., :-LOST]
    )
    return made


def _filtered(stack: np.ndarray, share: float, lag: int) -> np.ndarray:
    """E of w = (1 - share B^lag) e, along the first axis, from e = 0."""
    made = stack.copy()
    for start in range(lag, len(stack), lag):
        now = made[start : start + lag]
        now += share * made[start - lag : start][: len(now)]
    return made


def _regressed(
    filtered: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Effects, their standard errors, and what is left of the first row given the others.

    `filtered` is [T, 1 + k, n].
    """
    wanted, given = filtered[:, 0], filtered[:, 1:]
    if not given.shape[1]:
        none = np.zeros((wanted.shape[1], 0))
        return none, none, wanted
    gram = np.einsum("tkn,tln->nkl", given, given)
    size = np.einsum("nkk->nk", gram)
    told = size > _RIDGE
    gram = gram + np.einsum("nk,kl->nkl", np.where(told, _RIDGE * size, 1.0), np.eye(size.shape[1]))
    inverse = np.linalg.inv(gram)
    known = np.einsum("nkl,nl->nk", inverse, np.einsum("tkn,tn->nk", given, wanted))
    left = wanted - np.einsum("tkn,nk->tn", given, known)
    freedom = np.maximum(lengths - told.sum(axis=1) - 2, 1)
    spread = np.einsum("tn,tn->n", left, left) / freedom
    deviation = np.sqrt(spread[:, None] * np.einsum("nkk->nk", inverse))
    return np.where(told, known, np.nan), np.where(told, deviation, np.nan), left
