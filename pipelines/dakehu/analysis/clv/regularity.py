"""Whether customers buy in a rhythm or at random times.

Of two successive gaps of a customer, the share of the first in both is beta(k, k) where gaps are
gamma(k, lambda), whatever the customer's own lambda: uniform for random times (k = 1), closer to
one half the more regular. Source: Wheat and Morrison (1990), Journal of Marketing Research 27,
87-93. Gaps are whole days here, at least one: of random times with n days in both gaps the first is
uniform on 1 ... n - 1, which keeps frequent buyers from looking regular.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import polars as pl


@dataclass(frozen=True)
class Regularity:
    """k of the gaps, infinite for a perfect rhythm, and the evidence against random times.

    `p_value` is one-sided: the chance of shares as close to one half where times are random.
    """

    customer_count: int
    k: float
    p_value: float

    @property
    def is_regular(self) -> bool:
        """Whether random times are refused at 5 %."""
        return self.p_value < 0.05


def regularity(days: pl.DataFrame) -> Regularity:
    """Test the last two gaps of each customer of `purchase_days` that has three purchases.

    With u the share of the first gap, the mean of (u - 1/2)^2 is 1 / (4 (2k + 1)) in fine time, so
    k = (3 q - 1) / 2 with q what random times give (in fine time 1/12) over what is seen.

    Raises:
        ValueError: when fewer than ten customers have two gaps.
    """
    gap = pl.col("date").diff().dt.total_days()
    pairs = (
        days.filter(pl.col("is_purchase"))
        .sort("customer_id", "date")
        .group_by("customer_id")
        .agg(gap.tail(2).alias("gaps"), pl.len().alias("purchases"))
        .filter(pl.col("purchases") >= 3)
        .select(
            pl.col("gaps").list.first().alias("earlier"), pl.col("gaps").list.last().alias("later")
        )
    )
    if pairs.height < 10:
        raise ValueError(
            f"regularity: only {pairs.height} customers have three purchases, 10 are needed"
        )
    earlier, both = pairs["earlier"].to_numpy(), (pairs["earlier"] + pairs["later"]).to_numpy()
    points = both - 1.0
    spread = float(np.sum((earlier / both - 0.5) ** 2))
    variance = (points**2 - 1) / 12
    random = float(np.sum(variance / both**2))
    fourth = (points**2 - 1) * (3 * points**2 - 7) / 240
    error = sqrt(float(np.sum((fourth - variance**2) / both**4)))
    if error == 0:  # nobody ever waited longer than two days: both gaps could not differ
        return Regularity(len(both), 1.0, 1.0)
    k = np.inf if spread == 0 else (3 * random / spread - 1) / 2
    return Regularity(len(both), float(k), erfc((random - spread) / error / sqrt(2)) / 2)
