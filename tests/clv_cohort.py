"""A cohort of customers whose purchases are made one by one, as the models' own words say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.gamma_gamma import GammaGamma
from dakehu.analysis.clv.histories import Histories
from dakehu.analysis.clv.pareto_nbd import ParetoNbd

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
    size, spend = len(age), spend or GammaGamma(1e6, 1e6, 1.0)
    age = np.floor(age * UNIT_DAYS) / UNIT_DAYS
    buying = random.gamma(model.r, 1 / model.alpha, size)
    nu = random.gamma(spend.q, 1 / spend.v, size)
    k, quitting, death = 1, np.zeros(size), np.full(size, np.inf)
    if isinstance(model, BetaGeometric):
        k, quitting = model.k, random.beta(model.a, model.b, size)
        if model.drops_at_zero:
            death[random.random(size) < quitting] = 0.0
    else:
        death = random.exponential(1 / random.gamma(model.s, 1 / model.beta, size))
    frequency, recency = np.zeros(size, dtype=np.int64), np.zeros(size)
    spent, gaps = random.gamma(spend.p, 1 / nu), np.zeros(size)
    count, value = np.zeros(size), np.zeros(size)
    going, clock = np.arange(size), np.zeros(size)
    while len(going):
        gap = random.gamma(k, 1 / buying[going])
        clock = clock + gap
        kept = (clock < death[going]) & (clock < age[going] + horizon)
        going, clock, gap = going[kept], clock[kept], gap[kept]
        amount = random.gamma(spend.p, 1 / nu[going])
        past = clock <= age[going]
        old, new = going[past], going[~past]
        frequency[old] += 1
        recency[old] = clock[past]
        gaps[old] += np.log(gap[past] * UNIT_DAYS)
        spent[old] += amount[past]
        count[new] += 1
        value[new] += amount[~past] * np.exp(-rate * (clock[~past] - age[new]))
        quits = random.random(len(going)) < quitting[going]
        death[going[quits]] = clock[quits]
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
    return Cohort(histories, customers, death > age, count, value)


def history(x: int, recency_days: int, age_days: int, unit_days: float = 7.0) -> Histories:
    """One customer's history."""
    return Histories(*(np.array([v]) for v in (x, recency_days, age_days, 1)), unit_days)
