"""Scenarios: what is written is judged, what is computed is checked by hand."""

import re
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dakehu.analysis.sales_forecast.scenarios import (
    Scenario,
    of_measures,
    regions_of,
    scenarios_of,
    written,
)
from forecast_frames import ahead

FORECAST = pl.concat([ahead([100, 200]), ahead([40, 50], "region", "HD")])
MARCH = date(2026, 2, 1)


def months(table: pl.DataFrame, scenario: str) -> list[tuple]:
    return table.filter(scenario=scenario).drop("scenario", "month").rows()


def test_the_base_is_the_forecast_of_the_total():
    table = scenarios_of(FORECAST, {})
    assert months(table, "base") == [(100, 90, 120), (200, 190, 220)]
    assert table.schema["mean_amount"] == pl.Decimal(18, 2)


def test_growth_of_the_total_in_one_month_widens_the_bounds_with_it():
    table = scenarios_of(FORECAST, {"push": Scenario(0.1, MARCH, 1)})
    assert months(table, "push") == [(100, 90, 120), (220, 209, 242)]


def test_growth_of_a_region_adds_what_the_region_sells():
    table = scenarios_of(FORECAST, {"HD": Scenario(0.5, scope="region/HD")})
    # 40 x 0.5 = 20 on 100: the bounds, 10 and 20 away, widen by a fifth.
    assert months(table, "HD")[0] == (120, 108, 144)
    assert months(table, "HD")[1] == (225, 213.75, 247.5)


def test_a_measure_taken_again_carries_the_doubt_of_its_lift():
    measures = pl.DataFrame(
        {
            "event_id": ["EV1", "EV2"],
            "lift_share": [0.2, None],
            "low": [0.1, None],
            "high": [0.2, None],
        }
    )
    scenarios = of_measures(measures)
    assert set(scenarios) == {"EV1"}
    # January: 120; below sqrt((10 x 1.2)^2 + (100 x 0.1)^2), above 20 x 1.2.
    low = round(120 - (12**2 + 10**2) ** 0.5, 2)
    assert months(scenarios_of(FORECAST, scenarios), "EV1")[0] == (120, Decimal(str(low)), 144)


def test_bounds_of_a_measure_are_brought_to_80_percent():
    measures = pl.DataFrame(
        {"event_id": ["E"], "lift_share": [0.2], "low": [0.0], "high": [0.4], "month_count": [2],
         "level": ["region"], "key": ["HD"]}
    )  # fmt: skip
    (scenario,) = of_measures(measures, coverage=0.95).values()
    assert (scenario.months, scenario.scope) == (2, "region/HD")
    assert scenario.high == pytest.approx(0.2 + 0.2 * 1.281552 / 1.959964)


def test_a_forecast_of_nothing_can_grow():
    flat = ahead([0])
    assert months(scenarios_of(flat, {"up": Scenario(0.5)}), "up") == [(0, -10, 20)]


def test_written_scenarios():
    given = {"spring": {"growth": -0.05, "start": "2026-02", "months": 3, "scope": "region/HD"}}
    assert written(given) == {"spring": Scenario(-0.05, MARCH, 3, "region/HD")}
    assert written({"all": {"growth": 1, "start": date(2026, 2, 14)}})["all"].start == MARCH
    assert written({}) == {}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"growht": 0.1}, '.x]: there is no "growht" (did you mean "growth"?)'),
        ({"zzz": 0.1}, "(known: growth, start, months, scope)"),
        ({}, ".x] growth: write a share from -1 up, 0.05 for 5 % (it is None)"),
        ({"growth": "5%"}, "(it is '5%')"),
        ({"growth": -1.5}, "(it is -1.5)"),
        ({"growth": float("nan")}, "(it is nan)"),
        ({"growth": True}, "(it is True)"),
        ({"growth": 0.1, "months": 0}, ".x] months: write a whole number from 1 up (it is 0)"),
        ({"growth": 0.1, "start": "March"}, '.x] start: write a month such as "2026-03"'),
        ({"growth": 0.1, "start": 3}, "(it is 3)"),
        ({"growth": 0.1, "scope": "HD"}, ".x] scope: write \"total\" or level/key (it is 'HD')"),
        (0.1, ".x]: write a table with growth, start, months, scope"),
    ],
)
def test_what_cannot_be_names_its_key(table, words):
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        written({"x": table})
    assert str(caught.value).startswith("[policy.sales_forecast.scenarios.x]")


def test_the_name_base_is_taken_and_the_whole_must_be_tables():
    with pytest.raises(ValueError, match="choose another name"):
        written({"base": {"growth": 0.1}})
    with pytest.raises(ValueError, match="write a table for each scenario"):
        written(0.1)  # ty: ignore[invalid-argument-type]


def test_series_and_months_that_are_not_forecast():
    with pytest.raises(ValueError, match='no series "region/ZZ" is forecast'):
        scenarios_of(FORECAST, {"x": Scenario(0.1, scope="region/ZZ")})
    with pytest.raises(ValueError, match="speaks of 2026-01 to 2026-02, not of 2027-01 to 2027-03"):
        scenarios_of(FORECAST, {"x": Scenario(0.1, date(2027, 1, 1), 3)})


def test_a_measure_is_taken_again_in_its_region_where_that_is_forecast() -> None:
    changes = pl.DataFrame(
        [
            ("one", "region", "HD"),
            ("one", "total", "total"),
            ("two", "region", "HD"),
            ("two", "region", "HN"),
            ("small", "region", "XZ"),
        ],
        schema=["cause", "level", "key"],
        orient="row",
    )
    forecast = pl.DataFrame({"level": ["total", "region", "region"], "key": ["total", "HD", "HN"]})
    assert regions_of(changes, forecast).rows() == [("one", "HD")]
    # Where all sales are of one region only the total is forecast.
    assert regions_of(changes, forecast.head(1)).is_empty()
