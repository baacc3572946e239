"""China's calendar by fiscal month, and the effect that it has on a series."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis import airline, calendar
from dakehu.analysis.calendar_effects import (
    adjusted,
    effects_of,
    growth,
    restored,
)
from dakehu.analysis.sales_forecast.series import Policy

FIRST, LAST = date(2017, 1, 1), date(2026, 12, 1)
MONTHS = calendar.fiscal_months(FIRST, LAST)
EFFECT = -0.5


def test_a_fiscal_month_runs_to_its_closing_day():
    rows = calendar.fiscal_months(date(2024, 1, 1), date(2024, 3, 1), 25).rows()
    assert rows[0] == (date(2024, 1, 1), date(2023, 12, 26), date(2024, 1, 25))
    assert rows[2] == (date(2024, 3, 1), date(2024, 2, 26), date(2024, 3, 25))
    whole = calendar.fiscal_months(date(2024, 1, 1), date(2024, 3, 1))
    assert whole["month_end"].to_list()[1] == date(2024, 2, 29)


def test_the_window_falls_where_the_new_year_does():
    values = dict(calendar.regressors(MONTHS).select("month", "lunar_0_7").iter_rows())
    # 2023-01-22 to 28 is all January; 2024-02-10 to 16 all February; 2025-01-29 on both.
    assert values[date(2023, 1, 1)] - values[date(2024, 1, 1)] == pytest.approx(1)
    assert values[date(2025, 1, 1)] - values[date(2024, 1, 1)] == pytest.approx(3 / 7)
    assert values[date(2025, 2, 1)] - values[date(2023, 2, 1)] == pytest.approx(4 / 7)
    assert values[date(2024, 6, 1)] == 0


def test_a_month_that_closes_on_the_25th_holds_another_share():
    months = calendar.fiscal_months(FIRST, LAST, 25)
    values = dict(calendar.regressors(months, 25).select("month", "lunar_0_7").iter_rows())
    # 2023-01-22 to 28: four days to the 25th, three in the fiscal February.
    assert values[date(2023, 1, 1)] - values[date(2024, 1, 1)] == pytest.approx(4 / 7)


def test_working_days_know_bridges_and_say_where_they_stop():
    months = calendar.fiscal_months(date(2025, 1, 1), date(2031, 2, 1))
    rows = {row[0]: row[1:] for row in calendar.working_days(months).iter_rows()}
    assert rows[date(2025, 1, 1)] == (19, 1, True)  # Sunday the 26th was worked
    assert rows[date(2025, 10, 1)] == (18, 1, True)
    count, makeup, is_published = rows[date(2031, 2, 1)]
    assert (makeup, is_published) == (None, False)
    assert count == 20


def series(key, effect, seed, level="region", first=FIRST):
    months = calendar.fiscal_months(first, date(2025, 12, 1))
    size = calendar.regressors(months)["lunar_0_7"].to_numpy()
    rng = np.random.default_rng(seed)
    season = 0.1 * np.sin(np.arange(months.height) * np.pi / 6)
    logs = 5 + 0.005 * np.arange(months.height) + season + rng.normal(0, 0.03, months.height)
    return pl.DataFrame(
        {
            "level": level,
            "key": key,
            "month": months["month"],
            "amount": np.exp(logs + effect * size),
        }
    )


def test_an_effect_is_found_and_one_that_is_not_there_is_not():
    history = pl.concat([series("a", EFFECT, 1, "region"), series("b", 0.0, 2, "product_family")])
    choice = effects_of(history, MONTHS, 31, Policy()).choice
    hit, free = choice.filter(key="a").row(0, named=True), choice.filter(key="b")
    assert hit["regressor"] == "lunar_0_7"
    assert hit["effect"] == pytest.approx(EFFECT, abs=3 * hit["error"])
    assert hit["error"] < 0.05
    assert hit["wape"] < hit["plain_wape"]
    assert free["regressor"].item() is None


@pytest.fixture(scope="module")
def moved():
    """A history that the holiday moves, and what was found of it."""
    history = series("a", EFFECT, 1)
    return history, effects_of(history, MONTHS, 31, Policy())


def test_the_effect_goes_out_and_comes_back(moved):
    history, effects = moved
    clean = adjusted(history, effects)
    assert restored(clean, effects, ["amount"])["amount"].to_list() == pytest.approx(
        history["amount"].to_list()
    )
    ahead = pl.DataFrame(
        {"level": "region", "key": "a", "month": [date(2026, 2, 1)], "mean_amount": [100.0]}
    )
    assert restored(ahead, effects, ["mean_amount"])["mean_amount"].item() < 90


def test_growth_is_freed_of_the_moving_holiday(moved):
    history, effects = moved
    grown = growth(history, effects)
    january = grown.filter(pl.col("month") == date(2024, 1, 1)).row(0, named=True)
    assert january["growth"] > 0.4  # the holiday moved out of January
    assert january["adjusted_growth"] == pytest.approx(np.exp(0.06) - 1, abs=0.12)
    assert grown["growth"].head(12).null_count() == 12
    quarter = growth(history, effects, 3)
    march = quarter.filter(pl.col("month") == date(2024, 3, 1)).row(0, named=True)
    assert march["growth"] == pytest.approx(march["adjusted_growth"], abs=0.06)


def test_short_series_take_the_choice_and_strength_of_their_level():
    late = date(2023, 1, 1)
    history = pl.concat([series(str(n), EFFECT, n, first=late) for n in range(8)])
    choice = effects_of(history, MONTHS, 31, Policy()).choice
    assert set(choice["basis"]) == {"pooled"}
    assert choice["regressor"].n_unique() == 1
    assert choice["effect"].to_list() == pytest.approx([EFFECT] * 8, abs=0.15)


@pytest.mark.parametrize(
    "amounts",
    [[0.0] * 40, [5.0], [5.0, -1.0] * 20, [5.0] * 40],
    ids=["zeros", "one", "neg", "flat"],
)
def test_series_without_logs_or_movement_stay_as_they_are(amounts):
    months = pl.date_range(date(2023, 1, 1), date(2026, 12, 1), "1mo", eager=True)[: len(amounts)]
    history = pl.DataFrame({"level": "total", "key": "t", "month": months, "amount": amounts})
    effects = effects_of(history, MONTHS, 31, Policy())
    assert adjusted(history, effects)["amount"].to_list() == pytest.approx(amounts)


def test_airline_forecasts_carry_on_season_and_trend():
    t = np.arange(72)
    logs = (0.01 * t + 0.2 * np.sin(t * np.pi / 6))[None]
    fit = airline.fitted(logs[:, :60], np.zeros((1, 60, 0)))
    assert fit.forecast(np.zeros((1, 12, 0)))[0] == pytest.approx(logs[0, 60:], abs=1e-6)


def test_histories_of_many_lengths_fit_as_each_alone():
    rng = np.random.default_rng(3)
    logs, moved = rng.normal(0, 1, (2, 60)).cumsum(axis=1), rng.normal(0, 1, (2, 60, 1))
    logs[1, :20] = np.nan
    both = airline.fitted(logs, moved)
    alone = airline.fitted(logs[1:, 20:], moved[1:, 20:])
    assert both.effects[1] == pytest.approx(alone.effects[0])
    ahead = rng.normal(0, 1, (2, 4, 1))
    assert both.forecast(ahead)[1] == pytest.approx(alone.forecast(ahead[1:])[0])
