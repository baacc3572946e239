"""Lift of an event, its cost, and history without it (P12-1, P12-2)."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis import calendar
from dakehu.analysis.sales_forecast import cleaning
from dakehu.analysis.sales_forecast.lift import Window, lift_of
from dakehu.analysis.sales_forecast.measures import measures_of, window_of
from dakehu.analysis.sales_forecast.scopes import scope_of
from event_panel import panel

MONTHS = calendar.fiscal_months(date(2023, 1, 1), date(2025, 12, 1))
REGIONS = ["A", "B", "C", "D", "E", "F"]
NOBODY = pl.DataFrame(
    schema={
        "customer_id": pl.String,
        "region_id": pl.String,
        "month": pl.Date,
        "amount": pl.Float64,
    }
)


def test_an_interval_is_not_wider_than_what_it_must_tell():
    rng, calm = np.random.default_rng(5), np.zeros((6, 36), dtype=bool)
    amounts = panel(rng, 0.5, Window(24, 26))
    found = lift_of(amounts[0], amounts[1:], Window(24, 26), calm)
    assert found.effect - found.radius > 0.1
    assert found.placebo_count > 100


def test_a_disturbed_control_is_not_used():
    rng, window = np.random.default_rng(6), Window(24, 26)
    amounts = panel(rng, 0.0, window)
    shaken = np.zeros((6, 36), dtype=bool)
    plain = lift_of(amounts[0], amounts[1:], window, shaken)
    amounts[3, 24:26] *= 5
    shaken[3, 24:26] = True
    assert lift_of(amounts[0], amounts[1:], window, ~shaken & False).effect < -0.15
    assert lift_of(amounts[0], amounts[1:], window, shaken).effect == pytest.approx(
        plain.effect, abs=0.08
    )


def cells(step=0.5):
    amounts = panel(np.random.default_rng(5), step, Window(29, 31))
    rows = [
        (region, f"{family}1", family, month, amounts[place, at] * share)
        for place, region in enumerate(REGIONS)
        for at, month in enumerate(MONTHS["month"])
        for family, share in (("oil", 0.7), ("grease", 0.3))
    ]
    columns = ["region_id", "product_id", "family", "month", "amount"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def event(**facts):
    row = {
        "event_id": "e",
        "event_name": "e",
        "event_type": "campaign",
        "start_date": date(2025, 6, 1),
        "end_date": date(2025, 7, 31),
        "scope_json": '{"region": "A"}',
        "cost_amount": 100.0,
    }
    return pl.DataFrame([row | facts], schema_overrides={"end_date": pl.Date})


def test_lift_in_money_and_its_cost():
    found = measures_of(event(), cells(), NOBODY, MONTHS)
    row = found.details.row(0, named=True)
    assert row["low_effect"] <= 0.5 <= row["high_effect"]
    brought = row["actual_amount"] * (1 - 1 / 1.5)
    assert row["low_amount"] <= brought <= row["high_amount"]
    table = found.table.row(0, named=True)
    assert table["cost_per_extra_amount"] == pytest.approx(100 / row["lift_amount"])
    assert found.table.columns == [
        "event_id", "lift_amount", "low_amount", "high_amount", "cost_per_extra_amount",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"scope_json": "{}"}, "no_control"),
        ({"scope_json": "everywhere"}, "scope_unknown"),
        ({"scope_json": '{"planet": "Mars"}'}, "scope_unknown"),
        ({"start_date": date(2027, 1, 1), "end_date": None}, "not_begun"),
        ({"start_date": date(2023, 1, 1), "end_date": date(2023, 1, 31)}, "too_short"),
        ({"scope_json": '{"region": "nowhere"}'}, "too_short"),
    ],
)
def test_what_cannot_be_measured_says_why(facts, reason):
    found = measures_of(event(**facts), cells(), NOBODY, MONTHS)
    assert found.details["reason"].item() == reason
    assert found.table.is_empty()


def test_customers_and_families_are_compared_with_others():
    own = cells().filter(region_id="A", family="oil").with_columns(customer_id=pl.lit("G1"))
    named = own.select(NOBODY.columns)
    by_customer = measures_of(event(scope_json='{"customer": ["G1"]}'), cells(), named, MONTHS)
    assert by_customer.details["effect"].item() > 0.2
    by_family = measures_of(event(scope_json='{"family": "oil"}'), cells(), NOBODY, MONTHS)
    assert by_family.details["control_count"].item() == 1


def test_months_of_an_event():
    assert window_of(date(2025, 9, 8), date(2025, 9, 21), MONTHS) == Window(32, 33)
    assert window_of(date(2025, 5, 30), date(2025, 7, 31), MONTHS) == Window(29, 31)
    assert window_of(date(2024, 7, 1), None, MONTHS) == Window(18, 24)
    assert scope_of(None) == {}


def test_cleaning_takes_the_lift_out_at_every_level():
    sold = cells()
    events = event()
    found = measures_of(events, sold, NOBODY, MONTHS)
    changes = cleaning.event_changes(found, events.select("event_id", "scope_json"), sold)
    lift = found.details["lift_amount"].item()
    for level in ("total", "region", "product_family"):
        part = changes.filter(level=level)
        assert part["change_amount"].sum() == pytest.approx(-lift)
        assert set(part["kind"]) == {"lift"}
    touched = changes.filter(level="total")["month"].to_list()
    assert touched == [date(2025, 6, 1), date(2025, 7, 1)]


def test_a_lasting_event_moves_the_months_before_it():
    sold = cells(0.0).with_columns(
        pl.when((pl.col("region_id") == "A") & (pl.col("month") >= date(2024, 7, 1)))
        .then(pl.col("amount") * 1.6)
        .otherwise("amount")
        .alias("amount")
    )
    events = event(event_type="reorg", start_date=date(2024, 7, 1), end_date=None)
    found = measures_of(events, sold, NOBODY, MONTHS)
    effect = found.details["effect"].item()
    changes = cleaning.event_changes(found, events.select("event_id", "scope_json"), sold)
    region = changes.filter(level="region", key="A")
    assert region["month"].max() == date(2024, 6, 1)
    before = sold.filter(pl.col("region_id") == "A", pl.col("month") < date(2024, 7, 1))
    assert region["change_amount"].sum() == pytest.approx(before["amount"].sum() * effect)
