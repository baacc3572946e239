"""What every model of purchases offers, and a model together with the estimate it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.maximum_likelihood import Estimate


class PurchaseModel(Protocol):
    """A model of when customers buy and when they drop out; times in units of the histories."""

    def p_alive(self, histories: Histories) -> np.ndarray:
        """Probability that a customer with each history has not dropped out at T."""
        ...

    def expected(self, histories: Histories, periods: float | np.ndarray) -> np.ndarray:
        """Expected purchases in the `periods` units of time after T; one number, or one each."""
        ...

    def futures(
        self, living: Histories, periods: float, rate: float, random: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Draw a future of each living customer: its purchases, and their sum discounted to T.

        `rate` is continuous: a purchase t units after T counts exp(-rate t).
        """
        ...

    def log_likelihood(self, histories: Histories) -> float:
        """Log-likelihood of the histories."""
        ...


M_co = TypeVar("M_co", covariant=True)


@dataclass(frozen=True)
class Fit(Generic[M_co]):
    """A fitted model: its field's name for itself, the model, and the estimate behind it."""

    name: str
    model: M_co
    estimate: Estimate

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood at the maximum."""
        return self.estimate.log_likelihood

    def drawn(self, random: np.random.Generator, count: int) -> Sequence[M_co]:
        """The model at `count` parameters drawn around the estimate."""
        model: Any = self.model
        names = self.estimate.names
        return [
            replace(model, **dict(zip(names, map(float, values), strict=True)))
            for values in self.estimate.draws(random, count)
        ]


def decay_mean(exponent: np.ndarray) -> np.ndarray:
    """(1 - e^-z) / z: the mean of e^-y over y from 0 to z, which may be negative; 1 at z = 0."""
    flat = np.abs(exponent) < 1e-12
    return np.where(flat, 1.0, -np.expm1(-exponent) / np.where(flat, 1.0, exponent))
