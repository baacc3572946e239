"""Seasons against their definition, and how little is left of a season by chance."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast.seasons import adjusted, restored


def month(number: int) -> date:
    return date(2021 + number // 12, number % 12 + 1, 1)


def histories(*series: list[float], is_seasonal: bool = True) -> pl.DataFrame:
    return pl.concat(
        pl.DataFrame(
            {
                "history_id": number,
                "is_seasonal": is_seasonal,
                "month": [month(i) for i in range(len(values))],
                "amount": [float(v) for v in values],
            }
        )
        for number, values in enumerate(series, 1)
    )


def slow_factors(values: np.ndarray) -> np.ndarray:
    """Factors from January, in loops: ratios to the 2 x 12 average, their means, shrunk."""
    ratios: dict[int, list[float]] = {m: [] for m in range(12)}
    for t in range(6, len(values) - 6):
        average = (values[t - 6 : t + 6].mean() + values[t - 5 : t + 7].mean()) / 2
        ratios[t % 12].append(values[t] / average)
    means = np.array([np.mean(ratios[m]) for m in range(12)])
    season = means / means.mean() - 1
    changes = np.log(values[12:] / values[:-12])
    sampling = changes.var(ddof=1) / 2 / np.mean([len(r) for r in ratios.values()])
    return 1 + max(0.0, 1 - 9 / 11 * sampling / season.var(ddof=1)) * season


@pytest.mark.parametrize("months", [24, 31, 36, 60])
def test_factors_are_those_of_the_definition(months):
    random = np.random.default_rng(months)
    t = np.arange(months)
    values = 100 * np.exp(0.01 * t + 0.3 * np.sin(t / 6 * np.pi) + random.normal(0, 0.1, months))
    _, found = adjusted(histories(list(values)))
    found = found.sort("calendar_month")
    assert found["factor"].to_list() == pytest.approx(slow_factors(values))
    assert set(found["shift"]) == {0.0}


def test_a_season_is_taken_out_and_put_back():
    t = np.arange(36)
    season = 1 + 0.4 * np.sin(t / 6 * np.pi)
    frame = histories(list(100 * season), list(50 * season - 40))
    without, found = adjusted(frame)
    first, second = without.partition_by("history_id")
    assert first["amount"].to_list() == pytest.approx([100.0] * 36, rel=1e-6)
    assert second["amount"].to_list() == pytest.approx([10.0] * 36, rel=1e-6)
    assert restored(without, found, ["amount"])["amount"].to_list() == pytest.approx(
        frame["amount"].to_list()
    )


def test_of_noise_alone_little_season_is_left():
    random = np.random.default_rng(1)
    noise = [list(np.exp(random.normal(5, 0.3, 36))) for _ in range(200)]
    factors = adjusted(histories(*noise))[1]["factor"]
    unshrunk = np.std([np.mean(random.normal(0, 0.3, 2)) for _ in range(2000)])
    assert factors.std() < 0.5 * unshrunk


def test_zeros_and_negatives_have_a_season_by_difference():
    t = np.arange(36)
    values = np.array([0.0, 0, 5, 10, 15, 20, 20, 15, 10, 5, 0, 0])[t % 12]
    without, found = adjusted(histories(list(values), list(values - 5)))
    assert set(found["factor"]) == {1.0}
    assert without["amount"].is_finite().all()
    assert without.filter(history_id=1)["amount"].std() < 0.1 * values.std()


def test_short_and_constant_histories_have_none():
    short = histories([5.0, 9.0, 7.0], is_seasonal=False)
    constant = histories([5.0] * 30)
    for frame in (short, constant):
        without, found = adjusted(frame)
        assert without.equals(frame)
        assert found.height == 12
        assert (found["factor"] == 1.0).all()
        assert (found["shift"] == 0.0).all()
