"""Theta of many histories at once, against statsforecast's search history by history."""

import numpy as np
import pytest
from statsforecast.theta import auto_theta, forecast_theta

from dakehu.analysis.sales_forecast import theta


def walks(count: int, months: int, seed: int = 5) -> np.ndarray:
    """Levels that wander, with drift and noise."""
    random = np.random.default_rng(seed)
    drift = random.normal(0, 0.5, (count, 1)) * np.arange(months)
    steps = random.normal(0, 2, (count, months)).cumsum(axis=1)
    return 100 + drift + steps + random.normal(0, 3, (count, months))


def ahead(histories: np.ndarray, months: int = 12) -> np.ndarray:
    return theta.forecasts(histories, np.full(len(histories), histories.shape[1]), months)


@pytest.fixture(scope="module")
def library():
    """Forty histories and statsforecast's fits of them."""
    histories = walks(40, 48)
    return histories, [auto_theta(one, m=1, model="DOTM", nmse=1) for one in histories]


def test_no_fit_has_a_greater_sum_of_squares_than_statsforecast_s(library):
    histories, fits = library
    theirs = np.array([(fit["residuals"][3:] ** 2).sum() for fit in fits])
    lengths = np.full(len(histories), histories.shape[1])
    ours = theta._best(histories.T, lengths, theta._lines(histories.T)).squares
    assert (ours <= theirs * (1 + 1e-6)).all()
    assert ours.sum() > 0.9 * theirs.sum()


def test_where_both_find_the_same_fit_they_forecast_the_same(library):
    histories, fits = library
    lengths = np.full(len(histories), histories.shape[1])
    rates = theta._best(histories.T, lengths, theta._lines(histories.T)).rate
    same = [abs(fit["par"]["alpha"] - rate) < 0.02 for fit, rate in zip(fits, rates, strict=True)]
    theirs = np.array([forecast_theta(fit, 12)["mean"] for fit in fits])
    assert np.mean(same) > 0.6
    assert ahead(histories)[same] == pytest.approx(theirs[same], rel=1e-2)


def test_a_history_among_others_of_other_lengths_is_forecast_as_alone():
    lengths = np.array([48, 20, 4, 33])
    histories = walks(4, 48)
    made = theta.forecasts(histories, lengths, 6)
    for one, length, own in zip(histories, lengths, made, strict=True):
        assert own == pytest.approx(ahead(one[None, :length], 6)[0], rel=1e-9)


def test_no_forecast_hangs_on_the_unit():
    histories = walks(10, 36)
    assert ahead(histories * 1e6) == pytest.approx(ahead(histories) * 1e6, rel=1e-6)


def test_a_line_without_noise_goes_on_and_a_level_stays():
    line = 10.0 + 2.0 * np.arange(30)
    made = ahead(line[None], 3)[0]
    assert made[0] == pytest.approx(70, abs=1.5)
    assert (np.diff(made) > 0.9).all()
    assert ahead(np.full((1, 12), 7.0), 3)[0] == pytest.approx([7.0] * 3)
    assert ahead(np.zeros((1, 12)), 3)[0] == pytest.approx([0.0] * 3)
    assert np.isfinite(ahead(-walks(5, 4), 3)).all()
