"""What a history lets expect: the share of new values outside is what the coverage says."""

import numpy as np
import pytest

from dakehu.analysis.customer_value.expectation import Parts, next_mean, next_share

DRAWS, HISTORY = 20_000, 24
LAWS = {
    "random times": lambda luck, size: luck.exponential(30, size),
    "a rhythm": lambda luck, size: luck.gamma(4, 7.5, size),
    "skewed": lambda luck, size: 30 * luck.lognormal(0, 0.5, size),
}


def ends(values: np.ndarray, following: int, rounding: float = 0.0) -> tuple:
    history, count = values[:, :HISTORY], np.full(len(values), HISTORY)
    sums = history.sum(axis=1), (history**2).sum(axis=1)
    return tuple(next_mean(*sums, count, following, p, rounding) for p in (0.05, 0.95))


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("following", [1, 3, 6])
def test_five_per_cent_lie_on_either_side(law, following):
    values = LAWS[law](np.random.default_rng(1), (DRAWS, HISTORY + following))
    low, high = ends(values, following)
    new = values[:, HISTORY:].mean(axis=1)
    assert np.mean(new > high) == pytest.approx(0.05, abs=0.013)
    assert np.mean(new < low) == pytest.approx(0.05, abs=0.025)


def test_a_steady_history_expects_itself_and_rounding_widens_it():
    low, high = ends(np.full((1, HISTORY), 14.0), 1)
    assert (low, high) == (pytest.approx(14, rel=0.03), pytest.approx(14, rel=0.03))
    low, high = ends(np.full((1, HISTORY), 14.0), 1, 1 / 6)
    assert (low, high) == (pytest.approx(13.2, abs=0.2), pytest.approx(14.8, abs=0.2))


def test_without_a_mean_above_zero_or_with_three_values_nothing_is_expected():
    total, squares, count = np.array([-3.0, 6.0]), np.array([9.0, 14.0]), np.array([12, 3])
    assert np.isnan(next_mean(total, squares, count, 3, 0.9)).all()


def parts(share: np.ndarray, whole: np.ndarray) -> Parts:
    part = share * whole
    sums = (part, whole, part**2, part * whole, whole**2, np.ones_like(whole))
    return Parts(*(values.sum(axis=1) for values in sums))


def test_a_share_that_stays_is_seldom_below_its_interval():
    luck = np.random.default_rng(2)
    shape = (DRAWS, 12)
    years = [
        parts(luck.beta(2, 3, shape), luck.lognormal(0, 0.7, shape)) for _ in ("before", "after")
    ]
    expected = next_share(*years, np.full(DRAWS, 0.9))
    share = years[1].x / years[1].y
    assert 0.02 < np.mean(share < expected.low) < 0.055
    assert 0.02 < np.mean(share > expected.high) < 0.055


def test_the_standard_error_against_a_slow_loop():
    luck = np.random.default_rng(3)
    shares, wholes = luck.beta(2, 2, (2, 1, 12)), luck.gamma(2, 2, (2, 1, 12))
    found = next_share(*map(parts, shares, wholes), np.array([0.9]))
    amounts = shares * wholes
    ratio = amounts.sum() / wholes.sum()
    variance = 0.0
    for year in range(2):
        residuals = [a - ratio * w for a, w in zip(amounts[year, 0], wholes[year, 0], strict=True)]
        variance += sum(r * r for r in residuals) / wholes[year].sum() ** 2
    half = 1.7171443743802424 * variance**0.5  # Student's t, 22 degrees, 95 %
    centre = amounts[0].sum() / wholes[0].sum()
    assert found.low == pytest.approx(max(centre - half, 0))
    assert found.high == pytest.approx(min(centre + half, 1))
