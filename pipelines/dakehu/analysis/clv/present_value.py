"""Customer lifetime value: the margin still to come, discounted.

Value = margin share * expected spend per purchase * expected purchases up to the horizon, each
discounted to the day of valuation at its own time. Its interval is that of the amount
(`calibration`), discounted as if spread evenly over the horizon.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from dakehu.analysis.clv.calibration import Calibration
from dakehu.analysis.clv.histories import UNIT_DAYS, Histories
from dakehu.analysis.clv.purchase_model import PurchaseModel, decay_mean

_points, _weights = np.polynomial.legendre.leggauss(10)


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


def bought(customers: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Purchases of each customer, the first included, and their mean amount."""
    mean = customers["mean_amount"].to_numpy()
    return np.where(mean > 0, customers["frequency"].to_numpy() + 1, 0), mean


def valuation(
    customers: pl.DataFrame,
    spend: np.ndarray,
    calibration: Calibration,
    stretch: float,
    discount: float,
    margin_share: np.ndarray | float = 1.0,
) -> pl.DataFrame:
    """Value each of `customers`, of whom `expected_orders` and `discounted_orders` are known.

    `spend` is the expected amount of a purchase; `stretch` is the horizon over the length of the
    holdout that `calibration` learned from; `discount` is the exponent of the whole horizon.
    `margin_share` is margin over net amount, one for all or one per row; below zero it makes the
    value negative. The interval is stretched to hold the value itself, which is a mean and lies
    above it where a rare large future makes it. Adds expected_spend (per purchase), expected_amount
    (neither discounted nor margin), clv_amount, clv_low_amount, clv_high_amount.
    """
    orders = customers["expected_orders"].to_numpy()
    value = margin_share * spend * customers["discounted_orders"].to_numpy()
    share = margin_share * decay_mean(np.array(discount))
    ends = [share * end for end in calibration.interval(orders, spend, stretch)]
    return customers.drop("discounted_orders").with_columns(
        expected_spend=spend,
        expected_amount=orders * spend,
        clv_amount=value,
        clv_low_amount=np.minimum.reduce([*ends, value]),
        clv_high_amount=np.maximum.reduce([*ends, value]),
    )
