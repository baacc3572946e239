"""The Lunar New Year in China's trade: 14 Januaries forecast from the December before."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis import airline, calendar
from dakehu.analysis.calendar_effects import adjusted, effects_of, restored
from dakehu.analysis.panel import panel_of
from dakehu.analysis.sales_forecast.series import Policy

YEARS = range(2000, 2014)
SERIES = ["level", "key"]
MONTHS = calendar.fiscal_months(date(1983, 7, 1), date(2014, 12, 1))


def trade(shared, name):
    frame = pl.read_csv(shared / "forecast" / f"china_{name}.csv")
    return frame.select(
        level=pl.lit("total"),
        key=pl.lit(name),
        month=pl.date("year", "month", 1),
        amount=pl.col("y").cast(pl.Float64),
    )


def first_quarter(history):
    panel = panel_of(history, SERIES)
    fit = airline.fitted(panel.logs, np.zeros((*panel.logs.shape, 0)))
    return np.exp(fit.forecast(np.zeros((1, 3, 0))))[0]


def errors(history, policy):
    """Split error, MAPE of two and three months; every choice is made at its origin."""
    made, came = [], []
    for year in YEARS:
        known = history.filter(pl.col("month") < date(year, 1, 1))
        quarter = history.filter(pl.col("month").is_between(date(year, 1, 1), date(year, 3, 1)))
        effects = effects_of(known, MONTHS, 31, policy)
        points = quarter.with_columns(
            amount=pl.Series(first_quarter(adjusted(known, effects)))
        )  # fmt: skip
        made.append(restored(points, effects, ["amount"])["amount"].to_numpy())
        came.append(quarter["amount"].to_numpy())
    made, came = np.array(made), np.array(came)
    split = np.abs((made[:, 0] / made[:, 1]) / (came[:, 0] / came[:, 1]) - 1).mean()
    off = np.abs(made / came - 1)
    return split, off[:, :2].mean(), off.mean()


@pytest.fixture(scope="module", params=["imp", "exp"])
def measured(request, shared):
    history = trade(shared, request.param)
    plain = errors(history, Policy(calendar_effects=False))
    return request.param, plain, errors(history, Policy())


def test_the_holiday_model_splits_january_and_february(measured, record_property):
    name, plain, holiday = measured
    for label, values in (("plain", plain), ("holiday", holiday)):
        record_property(f"{name} {label}", ", ".join(f"{value:.3f}" for value in values))
    if name == "imp":
        assert plain == pytest.approx((0.204, 0.153, 0.129), abs=0.002)
        assert holiday[0] < 0.08
        assert holiday[1] < 0.115
        assert holiday[2] < 0.105
    else:  # exports gain little, and must not lose
        assert all(with_it <= without for with_it, without in zip(holiday, plain, strict=True))


def test_new_years_day_is_the_published_one(shared):
    published = pl.read_csv(shared / "forecast" / "cny_dates.csv")["date"].str.to_date().to_list()
    known = calendar.lunar_new_years()
    common = [day for day in published if day.year in known]
    assert len(common) > 60
    assert all(known[day.year] == day for day in common)
