"""The effect of an event on one series, against others that it did not touch, with an interval.

Difference-in-differences on logs: the ratio of the series to the sum of its controls, mean of the
months of the event less mean of the months before. How far such a number is from zero where nothing
happened is told by placebos: the same estimate at every earlier window of the series and at every
window of each control against the others, each in units of its own spread before; their quantile,
with the finite-sample rank of conformal inference, gives the interval (Abadie, Diamond and
Hainmueller (2010), Journal of the American Statistical Association 105, 493-505; Chernozhukov,
Wuethrich and Zhu (2021), ibid. 116, 1849-1864).
"""

from __future__ import annotations

from math import ceil, nan
from typing import NamedTuple

import numpy as np

PRE_MONTHS = 12
LEAST_PLACEBOS = 9  # fewer give no 80 % interval worth the name


class Lift(NamedTuple):
    """Effects are in logs; `radius` is NaN where there are too few placebos.

    `drift` is how far the series moved from its controls over the months before the event, and
    `is_parallel` whether 95 % of the placebos drifted at least as much in units of their spread.
    """

    effect: float
    radius: float
    drift: float
    is_parallel: bool
    placebo_count: int


class Window(NamedTuple):
    """Places of the first month of an event and one past its last."""

    start: int
    stop: int


def lift_of(
    treated: np.ndarray,
    controls: np.ndarray,
    window: Window,
    disturbed: np.ndarray,
    level: float = 0.8,
) -> Lift | None:
    """The effect of an event on `treated` in the months of `window`.

    Args:
        treated: [T] amounts.
        controls: [J, T] amounts of series out of the event's scope.
        window: the months of the event.
        disturbed: [J + 1, T] months in which another event touched a series, the treated one first;
            they count neither as before nor as a placebo, nor is a control used in them.
        level: coverage of the interval.

    Returns:
        None where there are not 3 undisturbed months before, in PRE_MONTHS, or no control.
    """
    panel = np.vstack([treated[None], controls])
    clean = ~disturbed & (panel > 0)
    own = _estimate(panel, clean, 0, window)
    if own is None:
        return None
    length = window.stop - window.start
    spared = clean.copy()
    spared[0, window.start :] = False
    scores, drifts = [], []
    for target in range(len(panel)):
        for start in range(panel.shape[1] - length + 1):
            place = Window(start, start + length)
            if not spared[target, place.start : place.stop].all():
                continue
            found = _estimate(panel, spared, target, place, others=range(1, len(panel)))
            if found is not None:
                scores.append(abs(found.effect) / found.spread)
                drifts.append(abs(found.drift) / found.spread)
    radius, parallel = nan, True
    if len(scores) >= LEAST_PLACEBOS:
        radius = _ranked(scores, level) * own.spread
        parallel = abs(own.drift) / own.spread <= _ranked(drifts, 0.95)
    return Lift(own.effect, radius, own.drift, parallel, len(scores))


class _Estimate(NamedTuple):
    effect: float
    spread: float
    drift: float


def _estimate(
    panel: np.ndarray, clean: np.ndarray, target: int, window: Window, others: range | None = None
) -> _Estimate | None:
    donors = [place for place in others or range(1, len(panel)) if place != target]
    before = np.arange(max(window.start - PRE_MONTHS, 0), window.start)
    during = np.arange(window.start, window.stop)
    span = np.concatenate([before, during])
    is_whole = np.all(clean[:, during], axis=1)
    donors = [place for place in donors if is_whole[place]]
    if not donors:
        return None
    usable = clean[target, before] & clean[donors][:, before].all(axis=0)
    if usable.sum() < 3 or not (panel[target, during] > 0).all():
        return None
    ratio = np.full(panel.shape[1], nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio[span] = np.log(panel[target, span] / panel[donors][:, span].sum(axis=0))
    known = before[usable]
    base = ratio[known]
    slope = np.polyfit(known, base, 1)[0] if len(known) > 2 else 0.0
    spread = float(np.std(base, ddof=1))
    if not spread > 0:
        return None
    effect = ratio[during].mean() - base.mean()
    return _Estimate(float(effect), spread, float(slope * PRE_MONTHS))


def _ranked(scores: list[float], level: float) -> float:
    rank = min(ceil((len(scores) + 1) * level - 1e-9), len(scores))
    return float(np.sort(scores)[rank - 1])
