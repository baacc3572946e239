"""What a history lets expect of what comes next, as an interval of stated coverage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import fdtri, stdtrit

# Below 4 values the shape cannot be corrected; an even steadier rhythm than this is no other.
LEAST, STEADIEST = 4, 1e4
# The difference of two days, each rounded, has this variance over that of the moments.
ROUNDING = 1 / 6


def next_mean(
    total: np.ndarray,
    squares: np.ndarray,
    count: np.ndarray,
    following: int,
    probability: float,
    rounding: float = 0.0,
) -> np.ndarray:
    """Below what the mean of the `following` next of independent, positive, skewed values lies.

    The mean of k gamma values over that of n others of the same shape is F with 2k and 2n times the
    shape as degrees of freedom. The shape is mean squared over variance of the n values, less the
    bias of small samples, (n - 3) / n.

    Args:
        total: sum of each history.
        squares: sum of its squares.
        count: its number of values, at least 4.
        following: how many values the mean is taken of.
        probability: of lying below (0-1).
        rounding: variance that comes from rounding the values (1/6 for days between dates).

    Returns:
        NaN where the history's mean is not above zero.
    """
    mean = total / count
    spread = np.maximum(squares - count * mean**2, 0) / (count - 1) + rounding
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = np.minimum(mean**2 / spread, STEADIEST) * (count - 3) / count
    shape = np.where((mean > 0) & (count >= LEAST), shape, np.nan)
    return mean * fdtri(2 * following * shape, 2 * count * shape, probability)


class Parts(NamedTuple):
    """Sums over the months of one stretch: a part of sales (x) and all of them (y), per row."""

    x: np.ndarray
    y: np.ndarray
    xx: np.ndarray
    xy: np.ndarray
    yy: np.ndarray
    count: np.ndarray


class Range(NamedTuple):
    """The middle and both ends of what is expected, one value per row."""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def next_share(before: Parts, after: Parts, coverage: np.ndarray) -> Range:
    """The share x / y expected after, from that before, were there one share all the time.

    The difference of two ratios over the standard error of their linear approximation, residuals
    taken about the common ratio (Cochran, Sampling Techniques, 3rd ed. 1977, section 6.14), is
    Student's t with the number of months less 2. Months are the units: whatever a customer buys
    together counts once.

    Args:
        before: the sums over the months that the share is expected from.
        after: the same over those that it is expected of; only their amounts' spread is used.
        coverage: of the interval (0-1), one per row.
    """
    ratio = (before.x + after.x) / (before.y + after.y)
    variance = sum(
        np.maximum(part.xx - 2 * ratio * part.xy + ratio**2 * part.yy, 0) / part.y**2
        for part in (before, after)
    )
    half = stdtrit(before.count + after.count - 2, (1 + coverage) / 2) * np.sqrt(variance)
    share = before.x / before.y
    return Range(share, np.maximum(share - half, 0), np.minimum(share + half, 1))
