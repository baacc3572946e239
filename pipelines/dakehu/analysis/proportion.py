"""An interval for a share that was counted (Wilson, 1927)."""

from __future__ import annotations

import polars as pl
from scipy.special import ndtri


def wilson(count: pl.Expr, total: pl.Expr, coverage: float) -> tuple[pl.Expr, pl.Expr]:
    """The lower and upper end of the interval of a share of which `count` of `total` were seen.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    Both ends lie in 0-1, also where all or none were seen; null where `total` is zero.
    """
    z = float(ndtri((1 + coverage) / 2))
    n = pl.when(total > 0).then(total).cast(pl.Float64)
    share = count / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (share * (1 - share) / n + z**2 / (4 * n**2)).sqrt()
    # Where none or all were seen the end is 0 or 1, but for the last digit.
    return (centre - half).clip(lower_bound=0), (centre + half).clip(upper_bound=1)
