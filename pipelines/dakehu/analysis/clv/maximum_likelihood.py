"""Newton's method on the logarithms of positive parameters, and what the curvature says after it.

Source of the step: Nocedal and Wright (2006), Numerical Optimization, 2nd edition, sections 3.4
(eigenvalue modification) and 3.1 (backtracking).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Derivatives = tuple[float, np.ndarray, np.ndarray]
Objective = Callable[[np.ndarray], Derivatives]

MAX_PASSES, MAX_HALVINGS = 100, 30
TOLERANCE = 1e-9  # log-likelihood still to be gained, by the quadratic model
REACH = 9.0  # a parameter may leave its start by a factor of e^9; there it has run away
LONGEST_STEP = 3.0


@dataclass(frozen=True)
class Estimate:
    """A maximum of a log-likelihood.

    `covariance` is the inverse of the observed information of the log-parameters; parameters in
    `runaway` stopped at the edge of the search, where the likelihood still rose: their rows are
    zero. `pass_count` counts evaluations of likelihood, gradient and Hessian.
    """

    names: tuple[str, ...]
    values: np.ndarray
    log_likelihood: float
    covariance: np.ndarray
    runaway: tuple[str, ...]
    pass_count: int

    @property
    def standard_errors(self) -> np.ndarray:
        """Standard errors of the parameters by the delta method; nan for a runaway one."""
        errors = self.values * np.sqrt(np.diag(self.covariance))
        return np.where(np.isin(self.names, self.runaway), np.nan, errors)

    def interval(self, z: float = 1.6448536269514722) -> tuple[np.ndarray, np.ndarray]:
        """Wald interval on the log scale (90 % by default); nan for a runaway parameter."""
        reach = np.exp(z * self.standard_errors / self.values)
        return self.values / reach, self.values * reach


def maximise(
    model: str, names: tuple[str, ...], objective: Objective, start: np.ndarray
) -> Estimate:
    """Maximise `objective` over positive parameters from `start`.

    `objective` gives the log-likelihood with gradient and Hessian by the parameters themselves.

    Raises:
        ValueError: when the search does not end, or the likelihood is not a number at the start.
    """
    origin = np.log(start)
    place = origin.copy()
    value, gradient, hessian = _on_logs(objective, place)
    if not np.isfinite(value):
        raise ValueError(f"{model}: the likelihood is not a number at {start}; check the histories")
    for count in range(1, MAX_PASSES + 1):
        step, free = _step(gradient, hessian, place - origin)
        if gradient @ step < 2 * TOLERANCE:
            return Estimate(
                names,
                np.exp(place + step),
                float(value + gradient @ step / 2),
                _covariance(hessian, free),
                tuple(name for name, is_free in zip(names, free, strict=True) if not is_free),
                count,
            )
        for halving in range(MAX_HALVINGS):
            part = step / 2**halving
            there = _on_logs(objective, place + part)
            if there[0] >= value + 1e-4 * (gradient @ part) - 1e-12 * abs(value):
                break
        else:
            break
        place, (value, gradient, hessian) = place + part, there
    raise ValueError(
        f"{model}: no maximum of the likelihood found near {np.exp(place)}; the customers may be"
        " too few or too alike for this model, choose another"
    )


def _step(
    gradient: np.ndarray, hessian: np.ndarray, gone: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Newton's step within REACH of the start, and which parameters it is free to move.

    A parameter at the edge that would go further stays, and the others step without it. The step is
    shortened as a whole, never bent: the likelihood is often a narrow ridge.
    """
    edge, free = np.abs(gone) >= REACH * (1 - 1e-12), np.ones(len(gone), dtype=bool)
    step = _newton_step(gradient, hessian)
    while (outward := edge & free & (step * gone > 0)).any():
        free &= ~outward
        step = np.zeros_like(gone)
        step[free] = _newton_step(gradient[free], hessian[np.ix_(free, free)])
    beyond = (np.abs(gone + step) > REACH) & (step != 0)
    if beyond.any():
        room = (REACH - np.sign(step[beyond]) * gone[beyond]) / np.abs(step[beyond])
        step *= room.min()
    return step, free


def _on_logs(objective: Objective, place: np.ndarray) -> Derivatives:
    """Likelihood and derivatives by the logarithms of the parameters (chain rule)."""
    theta = np.exp(place)
    value, gradient, hessian = objective(theta)
    slope = theta * gradient
    return value, slope, theta[:, None] * hessian * theta + np.diag(slope)


def _newton_step(gradient: np.ndarray, hessian: np.ndarray) -> np.ndarray:
    """Newton's step; where the surface is not concave, its curvature is taken as if it were."""
    if not len(gradient):
        return gradient
    curvature, axes = np.linalg.eigh(-hessian)
    floor = 1e-10 * max(float(curvature[-1]), 1.0)
    step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(curvature), floor))
    return step * min(1.0, LONGEST_STEP / float(np.abs(step).max()))


def _covariance(hessian: np.ndarray, free: np.ndarray) -> np.ndarray:
    covariance = np.zeros_like(hessian)
    inside = np.ix_(free, free)
    covariance[inside] = np.linalg.pinv(-hessian[inside], hermitian=True)
    return covariance
