"""Customer lifetime value: the margin still to come, discounted, with the interval it may lie in.

Value = margin share * expected spend per purchase * expected purchases up to the horizon, each
discounted to the day of valuation at its own time. The interval is predictive: futures of each
customer are drawn from what its history says about it (alive or not, its own rate of purchase, of
drop-out and of spend), under parameters drawn from the sampling distribution of the fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from dakehu.analysis.clv.gamma_gamma import GammaGamma
from dakehu.analysis.clv.histories import UNIT_DAYS, Histories
from dakehu.analysis.clv.purchase_model import Fit, PurchaseModel

LEVEL = 0.90
PARAMETER_DRAWS, FUTURES = 100, 10
BLOCK = 4096  # customers at a time: bounds the memory of the draws
_points, _weights = np.polynomial.legendre.leggauss(10)


@dataclass(frozen=True)
class Valuation:
    """One row per customer, and the sum over all of them in each draw.

    Columns: customer_id, p_alive, expected_orders, expected_spend (per purchase), expected_amount
    (neither discounted nor margin), clv_amount, clv_low_amount, clv_high_amount.
    """

    customers: pl.DataFrame
    equity_draws: np.ndarray

    @property
    def equity(self) -> tuple[float, float, float]:
        """The sum of all customers' values, and the ends of its equal-tailed 90 % interval."""
        low, high = np.quantile(self.equity_draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return float(self.customers["clv_amount"].sum()), float(low), float(high)


def continuous_rate(rate: float, rate_days: float, unit_days: float = UNIT_DAYS) -> float:
    """The rate per unit of time, compounded continuously, of `rate` per `rate_days` days."""
    if rate <= -1:
        raise ValueError(f"a discount rate of {rate} leaves nothing; give a share such as 0.01")
    return float(np.log1p(rate)) * unit_days / rate_days


def discounted_purchases(
    model: PurchaseModel, histories: Histories, periods: float, rate: float
) -> np.ndarray:
    """Expected purchases up to `periods`, each discounted by exp(-rate t) at its own time t.

    Integrated by parts: exp(-rate H) E(H) + rate * integral of exp(-rate t) E(t) dt.
    """
    total = np.exp(-rate * periods) * model.expected(histories, periods)
    if rate == 0:
        return total
    for point, weight in zip((_points + 1) / 2 * periods, _weights / 2 * periods, strict=True):
        share = rate * weight * np.exp(-rate * point)
        total = total + share * model.expected(histories, float(point))
    return total


def valuation(
    purchases: Fit[PurchaseModel],
    spend: Fit[GammaGamma],
    customers: pl.DataFrame,
    periods: float,
    rate: float,
    margin_share: np.ndarray | float = 1.0,
    unit_days: float = UNIT_DAYS,
    seed: int = 0,
) -> Valuation:
    """Value each of `customers` (`summaries`) over the next `periods` units of time.

    `rate` is continuous per unit (`continuous_rate`). `margin_share` is margin over net amount, one
    for all or one per row; below zero it makes the value negative. `spend` was fitted to all
    purchases, the first included. The interval leaves out 5 % of the drawn futures on either side;
    where more than 5 % of them bring nothing it begins at zero and leaves out 10 % above. It is
    stretched to hold the value itself, which is above it where a rare large future makes the mean.

    Raises:
        ValueError: for a horizon that is not above zero.
    """
    if periods <= 0:
        raise ValueError(f"the horizon of a customer's value is {periods}; it must be above zero")
    histories = Histories.of(customers, unit_days)
    share = np.broadcast_to(np.asarray(margin_share, dtype=float), len(histories))
    count, mean = bought(customers)
    per_purchase = spend.model.expected(count, mean)
    orders = purchases.model.expected(histories, periods)
    value = share * per_purchase * discounted_purchases(purchases.model, histories, periods, rate)
    low, high, equity = np.empty_like(value), np.empty_like(value), np.zeros(1)
    random = np.random.default_rng(seed)
    models = purchases.drawn(random, PARAMETER_DRAWS)
    spends = spend.drawn(random, PARAMETER_DRAWS)
    for start in range(0, len(value), BLOCK):
        part = slice(start, start + BLOCK)
        futures = np.concatenate(
            [
                _futures(
                    *drawn, histories.take(part), count[part], mean[part], periods, rate, random
                )
                for drawn in zip(models, spends, strict=True)
            ],
            axis=1,
        )
        equity = equity + share[part] @ futures
        ends = share[part] * np.stack(_interval(futures))
        low[part], high[part] = ends.min(axis=0), ends.max(axis=0)
    frame = customers.select("customer_id").with_columns(
        p_alive=purchases.model.p_alive(histories),
        expected_orders=orders,
        expected_spend=per_purchase,
        expected_amount=orders * per_purchase,
        clv_amount=value,
        clv_low_amount=np.minimum(low, value),
        clv_high_amount=np.maximum(high, value),
    )
    return Valuation(frame, equity)


def bought(customers: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Purchases of each customer, the first included, and their mean amount."""
    mean = customers["mean_amount"].to_numpy()
    return np.where(mean > 0, customers["frequency"].to_numpy() + 1, 0), mean


def _futures(
    model: PurchaseModel,
    spend: GammaGamma,
    histories: Histories,
    bought_count: np.ndarray,
    mean: np.ndarray,
    periods: float,
    rate: float,
    random: np.random.Generator,
) -> np.ndarray:
    """Discounted amounts of FUTURES futures of each customer under one set of parameters.

    Of a future's purchases each is discounted at its time; all share their mean discount.
    """
    amount = np.zeros((len(histories), FUTURES))
    alive = random.random(amount.shape) < model.p_alive(histories)[:, None]
    row, _ = np.nonzero(alive)
    count, discounted = model.futures(histories.take(row), periods, rate, random)
    spent = spend.spent(bought_count[row], mean[row], count, random)
    amount[alive] = spent * discounted / np.maximum(count, 1)
    return amount


def _interval(futures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval of each row of draws >= 0 that holds LEVEL of them."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(futures, [tail, 1 - tail], axis=1)
    return low, np.where(low > 0, high, np.quantile(futures, LEVEL, axis=1))
