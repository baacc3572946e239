"""A cohort of customers whose purchases are made one by one, as the models' own words say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.gamma_gamma import GammaGamma
from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.pareto_nbd import ParetoNbd

START = date(2020, 1, 1)
UNIT_DAYS = 100.0  # so fine that rounding times to days is nothing
MODELS = [
    BetaGeometric(0.9, 4.0, 0.8, 2.4),
    BetaGeometric(0.9, 4.0, 0.8, 2.4, drops_at_zero=True),
    BetaGeometric(1.5, 1.2, 0.6, 3.0, k=3, drops_at_zero=True),
    ParetoNbd(0.9, 4.0, 0.7, 9.0),
]


@dataclass(frozen=True)
class Cohort:
    """Histories up to T and what came after, customer by customer."""

    histories: Histories
    customers: pl.DataFrame
    is_alive: np.ndarray
    future_count: np.ndarray
    future_value: np.ndarray


def cohort(
    model: BetaGeometric | ParetoNbd,
    age: np.ndarray,
    horizon: float,
    random: np.random.Generator,
    spend: GammaGamma | None = None,
    rate: float = 0.0,
) -> Cohort:
    """Let a customer live for each `age` and `horizon` units beyond; `rate` discounts the value."""
    size, age = len(age), np.floor(age * UNIT_DAYS) / UNIT_DAYS
    lives = _Lives(model, size, random, spend or GammaGamma(1e6, 1e6, 1.0))
    frequency, recency = np.zeros(size, dtype=np.int64), np.zeros(size)
    spent, gaps = lives.spent(np.arange(size)), np.zeros(size)
    count, value = np.zeros(size), np.zeros(size)
    for who, clock, gap, amount in lives.purchases(age + horizon):
        past = clock <= age[who]
        old, new = who[past], who[~past]
        frequency[old] += 1
        recency[old] = clock[past]
        gaps[old] += np.log(gap[past] * UNIT_DAYS)
        spent[old] += amount[past]
        count[new] += 1
        value[new] += amount[~past] * np.exp(-rate * (clock[~past] - age[new]))
    days = [np.ceil(recency * UNIT_DAYS), np.round(age * UNIT_DAYS)]
    customers = pl.DataFrame(
        {
            "customer_id": np.arange(size),
            "frequency": frequency,
            "recency_days": days[0].astype(np.int64),
            "age_days": days[1].astype(np.int64),
            "log_gap_sum": gaps,
            "mean_amount": spent / (frequency + 1),
        }
    )
    histories = Histories.of(customers, UNIT_DAYS)
    return Cohort(histories, customers, lives.death > age, count, value)


def transactions(
    model: BetaGeometric | ParetoNbd,
    came: np.ndarray,
    end: float,
    random: np.random.Generator,
    spend: GammaGamma,
) -> pl.DataFrame:
    """Customers that came so many weeks after START, until `end` weeks after it, as exported.

    Columns customer_id, date, amount.
    """
    lives = _Lives(model, len(came), random, spend)
    everybody = np.arange(len(came))
    rows = [(everybody, came, lives.spent(everybody))]
    rows += [
        (who, came[who] + clock, amount) for who, clock, _, amount in lives.purchases(end - came)
    ]
    who, clock, amount = map(np.concatenate, zip(*rows, strict=True))
    days = pl.duration(days=pl.Series(np.floor(7 * clock).astype(np.int64)))
    return pl.DataFrame({"customer_id": who, "amount": amount}).with_columns(
        date=pl.lit(START) + days
    )


class _Lives:
    """Customers with a rate, a drop-out and a spend of their own, drawn from the model."""

    def __init__(
        self,
        model: BetaGeometric | ParetoNbd,
        size: int,
        random: np.random.Generator,
        spend: GammaGamma,
    ) -> None:
        self.random, self.spend = random, spend
        self.buying = random.gamma(model.r, 1 / model.alpha, size)
        self.nu = random.gamma(spend.q, 1 / spend.v, size)
        self.k, self.quitting, self.death = 1, np.zeros(size), np.full(size, np.inf)
        if isinstance(model, BetaGeometric):
            self.k, self.quitting = model.k, random.beta(model.a, model.b, size)
            if model.drops_at_zero:
                self.death[random.random(size) < self.quitting] = 0.0
        else:
            self.death = random.exponential(1 / random.gamma(model.s, 1 / model.beta, size))

    def spent(self, who: np.ndarray) -> np.ndarray:
        """What each spends on a purchase."""
        return self.random.gamma(self.spend.p, 1 / self.nu[who])

    def purchases(
        self, until: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
        """Repeat purchases in rounds, one of each customer: who, when, after what gap, how much."""
        going, clock = np.arange(len(until)), np.zeros(len(until))
        while len(going):
            gap = self.random.gamma(self.k, 1 / self.buying[going])
            clock = clock + gap
            kept = (clock < self.death[going]) & (clock < until[going])
            going, clock = going[kept], clock[kept]
            yield going, clock, gap[kept], self.spent(going)
            quits = self.random.random(len(going)) < self.quitting[going]
            self.death[going[quits]] = clock[quits]


def history(x: int, recency_days: int, age_days: int, unit_days: float = 7.0) -> Histories:
    """One customer's history."""
    return Histories(*(np.array([v]) for v in (x, recency_days, age_days, 1)), unit_days)
