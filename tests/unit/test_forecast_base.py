"""What events did leaves the history before it is forecast; the calendar acts where it may."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import SalesForecast
from event_panel import panel
from forecast_company import FEW, event, forecast, marts

JUNE = date(2023, 6, 1)  # the last one known: month 29 of 36
STEP = 1.2


def sold(step: float, window: range) -> dict[str, list[float]]:
    """Six regions that move alike; r0 sells `step` more in the months of `window`."""
    amounts = panel(np.random.default_rng(7), step, window)
    return {f"r{i}": list(row) for i, row in enumerate(amounts)}


def of(result: SalesForecast, month: date) -> float:
    rows = result.table("forecast", "region").filter(key="r0", month=month)
    return float(rows["mean_amount"].item())


@pytest.fixture(scope="module")
def campaign():
    """The same sales without the campaign, with it, and with it and told of it."""
    plain, lifted = sold(0.0, range(0)), sold(STEP, range(29, 30))
    told = event("E1", "r0", JUNE, date(2023, 6, 30))
    return (
        forecast(marts(plain), 6),
        forecast(marts(lifted), 6),
        forecast(marts(lifted, events=told), 6),
    )


def test_a_campaign_does_not_lift_the_june_that_comes(campaign):
    plain, lifted, cleaned = (of(result, date(2024, 6, 1)) for result in campaign)
    assert lifted > 1.1 * plain
    assert cleaned == pytest.approx(plain, rel=0.05)


def test_the_change_is_told_and_adds_up(campaign):
    changes = campaign[2].tables["history_changes"]
    assert campaign[1].tables["history_changes"].is_empty()
    assert set(changes["month"]) == {JUNE}
    assert set(changes["kind"]) == {"lift"}
    levels = changes.group_by("level").agg(pl.col("change_amount").sum())
    assert levels["change_amount"].to_list() == pytest.approx([changes["change_amount"][0]] * 4)
    lift = float(campaign[2].tables["measures"]["lift_amount"].item())
    assert float(changes["change_amount"][0]) == pytest.approx(-lift, abs=0.01)


def test_history_and_accuracy_speak_of_what_was_really_sold(campaign):
    _, lifted, cleaned = campaign
    for one, other in zip(lifted.history["amount"], cleaned.history["amount"], strict=True):
        assert one == pytest.approx(other)
    rows = [
        result.tables["backtest"].filter(
            level="region", key="r0", cutoff=date(2023, 3, 1), model="seasonal_naive"
        )
        for result in (lifted, cleaned)
    ]
    assert rows[0].height == 1
    assert rows[1]["actual_amount"].to_list() == rows[0]["actual_amount"].to_list()


def test_a_lasting_step_moves_all_that_was_before_to_its_level():
    """Nine months after it the models of a short memory would know; the season needs the years."""
    values = sold(STEP, range(27, 36))
    told = event("E2", "r0", date(2023, 4, 1))
    result = forecast(marts(values, events=told), 6)
    changes = result.tables["history_changes"].filter(level="region")
    assert set(changes["kind"]) == {"level_shift"}
    assert changes["month"].max() == date(2023, 3, 1)
    moved = result.history.filter(level="region", key="r0")["amount"].to_numpy()
    without = np.array(sold(0.0, range(0))["r0"])
    ratio = moved / without
    assert ratio[27:] == pytest.approx(np.full(9, 1 + STEP), rel=0.001)
    assert ratio[:27] == pytest.approx(np.full(27, ratio[0]), rel=0.001)
    assert ratio[0] == pytest.approx(1 + STEP, rel=0.25)
    assert of(result, date(2024, 6, 1)) == pytest.approx((1 + STEP) * without[-12:].mean(), rel=0.4)


def holiday_company() -> dict[str, list[float]]:
    """Five years of two regions that sell a third less in the month of the Lunar New Year."""
    new_year = [2, 2, 1, 2, 1]  # 2021 to 2025
    random = np.random.default_rng(3)
    factor = np.array([2 / 3 if i % 12 + 1 == new_year[i // 12] else 1.0 for i in range(60)])
    return {f"r{i}": list(100 * (i + 1) * factor * random.normal(1, 0.01, 60)) for i in range(2)}


def test_the_lunar_year_is_looked_for_in_yuan_alone():
    read = marts(holiday_company())
    policy = replace(FEW, calendar_effects=True)
    yuan, dollars = (forecast(read, 3, policy, currency=name) for name in ("CNY", "USD"))
    used = yuan.tables["calendar"].filter(pl.col("regressor").is_not_null())
    assert used.height == yuan.tables["outlook"].height
    assert (used["effect"] < 0).all()
    assert dollars.tables["calendar"]["regressor"].drop_nulls().is_empty()
    january, february = (of(yuan, date(2026, month, 1)) for month in (1, 2))
    assert february < 0.8 * january  # 17 February 2026
    grown = dollars.tables["lunar_growth"]
    assert (grown["growth"] == grown["adjusted_growth"]).all()
