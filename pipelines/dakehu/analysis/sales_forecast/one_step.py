"""Models of statsforecast that are fitted by errors one month ahead and follow no others.

The library's own classes carry errors up to three months ahead through every step of the search
and use them for nothing: the forecasts are the same, to the last bit, at half of the cost. Seconds
to import: only where models are fitted.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from statsforecast.ces import auto_ces, forecast_ces
from statsforecast.ets import ets_f, forecast_ets
from statsforecast.models import AutoCES, AutoETS, DynamicOptimizedTheta
from statsforecast.theta import auto_theta, forecast_theta

Means = dict[str, np.ndarray]
_AHEAD = 1


class Theta(DynamicOptimizedTheta):
    """Dynamic optimised Theta of a history without season."""

    def forecast(self, y: np.ndarray, h: int, **_: Any) -> Means:
        """`mean`: the next `h` months."""
        return forecast_theta(auto_theta(y, m=1, model=self.model, nmse=_AHEAD), h)


class Smoothing(AutoETS):
    """Exponential smoothing of one form, such as AAN, of a history without season."""

    def forecast(self, y: np.ndarray, h: int, **_: Any) -> Means:
        """`mean`: the next `h` months."""
        fitted = ets_f(y, m=1, model=self.model, damped=self.damped, nmse=_AHEAD)
        return {"mean": forecast_ets(fitted, h)["mean"]}


class ComplexSmoothing(AutoCES):
    """Complex exponential smoothing without season; a history of one value is carried on."""

    def forecast(self, y: np.ndarray, h: int, **_: Any) -> Means:
        """`mean`: the next `h` months."""
        if (y == y[0]).all():
            return {"mean": np.full(h, y[0])}
        return {"mean": forecast_ces(auto_ces(y, m=1, model="N", nmse=_AHEAD), h)["mean"]}
