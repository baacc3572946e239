"""What every model of purchases offers, and a model together with the estimate it came from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.maximum_likelihood import Estimate, Objective, maximise

Periods = float | np.ndarray


class PurchaseModel(Protocol):
    """A model of when customers buy and when they drop out; times in units of the histories."""

    def p_alive(self, histories: Histories) -> np.ndarray:
        """Probability that a customer with each history has not dropped out at T."""
        ...

    def expected(self, histories: Histories, periods: Periods) -> np.ndarray:
        """Expected purchases in the `periods` units of time after T, one for all or one each."""
        ...

    def log_likelihood(self, histories: Histories) -> float:
        """Log-likelihood of the histories."""
        ...


M_co = TypeVar("M_co", covariant=True)


@dataclass(frozen=True)
class Fit(Generic[M_co]):
    """A fitted model: its field's name for itself, the model, and the estimate behind it.

    It was fitted to distinct histories shared by `customer_count` customers each; `likelihood` is
    that of the same histories shared by other numbers of customers.
    """

    name: str
    model: M_co
    estimate: Estimate
    customer_count: np.ndarray
    likelihood: Callable[[np.ndarray], Objective]

    @property
    def log_likelihood(self) -> float:
        """Log-likelihood at the maximum."""
        return self.estimate.log_likelihood

    def bootstrap(self, draws: int, random: np.random.Generator) -> np.ndarray:
        """Estimates from customers drawn again with replacement, (draws, p) or fewer rows.

        As many customers as there are, so that of each distinct history a multinomial number is
        drawn; each search starts from the estimate. A draw without a maximum is left out. Source:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 6.
        """
        total = int(self.customer_count.sum())
        chances = self.customer_count / total
        found = []
        for _ in range(draws):
            objective = self.likelihood(random.multinomial(total, chances))
            with suppress(ValueError):
                names, start = self.estimate.names, self.estimate.values
                found.append(maximise(self.name, names, objective, start).values)
        return np.array(found).reshape(-1, len(self.estimate.values))


def decay_mean(exponent: np.ndarray) -> np.ndarray:
    """(1 - e^-z) / z: the mean of e^-y over y from 0 to z, which may be negative; 1 at z = 0."""
    flat = np.abs(exponent) < 1e-12
    return np.where(flat, 1.0, -np.expm1(-exponent) / np.where(flat, 1.0, exponent))
