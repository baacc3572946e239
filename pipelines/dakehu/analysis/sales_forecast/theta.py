"""Dynamic optimised Theta of many histories without season at once, by exact least squares.

The model is that of Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler (2016), International
Journal of Forecasting 32, 1151-1161: a smoothed level, and beside it 1 - 1/theta of the line
through all that is known so far. Given the rate alpha, the errors one month ahead are linear in the
first level and in that share, so that a fit is one regression with two unknowns; alpha is looked
for on a grid, then between its points. A search over all three, series by series, costs twenty
times as much and stops short of the least sum of squares.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

LEAST_MONTHS = 4
_RATES = np.linspace(0.1, 0.99, 30)
_HALVINGS = 6
_FIRST = 3  # errors of the first months owe to the start
_RIDGE = 1e-9


class _Lines(NamedTuple):
    """Mean, intercept and slope of the line through the months so far, [T, n]."""

    mean: np.ndarray
    intercept: np.ndarray
    slope: np.ndarray


class _Fit(NamedTuple):
    """Per history: sum of squares, rate, share of the line (1 - 1/theta), last level."""

    squares: np.ndarray
    rate: np.ndarray
    share: np.ndarray
    level: np.ndarray


def forecasts(histories: np.ndarray, lengths: np.ndarray, horizon_months: int) -> np.ndarray:
    """The next months [n, horizon_months] of histories [n, T].

    Each begins in the first column and has `lengths` [n] months, `LEAST_MONTHS` or more; what
    stands after them counts for nothing.
    """
    values = np.where(np.arange(histories.shape[1]) < lengths[:, None], histories, 0.0).T
    lines = _lines(values)
    fit = _best(values, lengths, lines)
    own = np.arange(values.shape[1])
    mean, intercept, slope = (part[lengths - 1, own] for part in lines)
    level, ahead = fit.level, np.empty((len(lengths), horizon_months))
    for step in range(horizon_months):
        at = lengths + step
        made = level + fit.share * _reach(fit.rate, at, intercept, slope)
        ahead[:, step] = made
        level = fit.rate * made + (1 - fit.rate) * level
        mean, intercept, slope = _extended(made, at, mean, slope)
    return ahead


def _extended(
    value: np.ndarray, at: np.ndarray | int, mean: np.ndarray, slope: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, intercept and slope once month `at` (from 0) is `value`."""
    slope = ((at - 1) * slope + 6 * (value - mean) / (at + 1)) / (at + 2)
    mean = (at * mean + value) / (at + 1)
    return mean, mean - slope * (at + 2) / 2, slope


def _lines(values: np.ndarray) -> _Lines:
    mean, intercept, slope = values[0], values[0], np.zeros_like(values[0])
    found = [(mean, intercept, slope)]
    for at in range(1, len(values)):
        mean, intercept, slope = _extended(values[at], at, mean, slope)
        found.append((mean, intercept, slope))
    return _Lines(*(np.array(part) for part in zip(*found, strict=True)))


def _reach(
    rate: np.ndarray, at: np.ndarray | int, intercept: np.ndarray, slope: np.ndarray
) -> np.ndarray:
    """What the line adds to the smoothed level in month `at`, the months before it known."""
    faded = (1 - rate) ** at
    return intercept * faded + slope * (1 - faded * (1 - rate)) / rate


def _best(values: np.ndarray, lengths: np.ndarray, lines: _Lines) -> _Fit:
    count = values.shape[1]
    best = _fitted(values, lengths, lines, np.full(count, _RATES[0]))
    for rate in _RATES[1:]:
        best = _better(best, _fitted(values, lengths, lines, np.full(count, rate)))
    step = _RATES[1] - _RATES[0]
    for _ in range(_HALVINGS):
        step /= 2
        middle = best.rate
        for rate in (middle - step, middle + step):
            near = rate.clip(_RATES[0], _RATES[-1])
            best = _better(best, _fitted(values, lengths, lines, near))
    return best


def _better(one: _Fit, other: _Fit) -> _Fit:
    wins = other.squares < one.squares
    return _Fit(*(np.where(wins, new, old) for old, new in zip(one, other, strict=True)))


def _fitted(values: np.ndarray, lengths: np.ndarray, lines: _Lines, rate: np.ndarray) -> _Fit:
    """Least squares of the first level and the share of the line, which lies in 0 to 1."""
    months, count = values.shape
    level = rate * values[0]  # were the first level 0
    faded = 1 - rate
    last_level, last_faded = level, faded
    uu, up, uc, pp, pc, cc = np.zeros((6, count))
    for at in range(1, months):
        inside = at < lengths
        if at >= _FIRST:
            line = np.where(
                inside,
                lines.intercept[at - 1] * faded
                + lines.slope[at - 1] * (1 - faded * (1 - rate)) / rate,
                0.0,
            )
            left = np.where(inside, values[at] - level, 0.0)
            start = np.where(inside, faded, 0.0)
            uu += left * left
            up += left * start
            uc += left * line
            pp += start * start
            pc += start * line
            cc += line * line
        level = rate * values[at] + (1 - rate) * level
        faded = faded * (1 - rate)
        last_level = np.where(inside, level, last_level)
        last_faded = np.where(inside, faded, last_faded)
    spread = pp * cc - pc * pc
    told = spread > _RIDGE * pp * cc
    share = np.where(told, (pp * uc - pc * up) / np.where(told, spread, 1.0), 0.0).clip(0, 1)
    first = (up - share * pc) / pp
    squares = uu - 2 * first * up - 2 * share * uc + first**2 * pp + 2 * first * share * pc
    squares += share**2 * cc
    return _Fit(squares, rate, share, last_level + last_faded * first)
