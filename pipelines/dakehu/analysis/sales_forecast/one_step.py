"""Models of statsforecast that are fitted by errors one month ahead and follow no others.

The library's own classes carry errors up to three months ahead through every step of the search
and use them for nothing: the forecasts are the same, to the last bit, at half of the cost. All are
of histories without season. Seconds to import: only where models are fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from statsforecast.ces import auto_ces, forecast_ces
from statsforecast.ets import ets_f, forecast_ets

_AHEAD = 1
Means = Callable[[np.ndarray, int], np.ndarray]


@dataclass(repr=False)
class OneStep:
    """A model as StatsForecast takes it: `means` gives the next h months of a history."""

    alias: str
    means: Means
    uses_exog = False

    def __repr__(self) -> str:
        return self.alias  # StatsForecast names columns by it

    def forecast(self, y: np.ndarray, h: int, **_: Any) -> dict[str, np.ndarray]:
        """`mean`: the next `h` months after `y`."""
        return {"mean": self.means(y, h)}


def smoothing(alias: str, form: str, *, damped: bool = False) -> OneStep:
    """Exponential smoothing of one form, such as AAN."""
    return OneStep(alias, partial(_smoothing, form=form, damped=damped))


def complex_smoothing(alias: str) -> OneStep:
    """Complex exponential smoothing; a history of one value is carried on."""
    return OneStep(alias, _complex)


def _smoothing(y: np.ndarray, h: int, form: str, damped: bool) -> np.ndarray:
    return forecast_ets(ets_f(y, m=1, model=form, damped=damped or None, nmse=_AHEAD), h)["mean"]


def _complex(y: np.ndarray, h: int) -> np.ndarray:
    if (y == y[0]).all():
        return np.full(h, y[0])
    return forecast_ces(auto_ces(y, m=1, model="N", nmse=_AHEAD), h)["mean"]
