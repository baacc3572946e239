"""Overload of a target, and the fair split of a total, exact to the cent."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.sales_forecast.quota import shared_out, split_of
from small_books import books, company, needed, table

YEAR = date(2026, 1, 1), date(2026, 12, 1)
QUARTER = date(2026, 1, 1), date(2026, 3, 1)


def split(rows, total, months=YEAR, growth=0.1, **more):
    """`rows`: name -> (forecast, potential, capacity, sell-out of 12 months, target)."""
    money = pl.Decimal(18, 2)
    frame = pl.DataFrame(
        [(name, name, "R1", *values, 12) for name, values in rows.items()],
        schema={
            "distributor_id": pl.String, "distributor_name": pl.String, "region_id": pl.String,
            "forecast_amount": pl.Float64, "potential": pl.Float64, "capacity_amount": money,
            "sold_amount": money, "target_amount": money, "sold_month_count": pl.Int64,
        },
        orient="row",
    )  # fmt: skip
    growths = pl.DataFrame({"region_id": ["R1"], "growth": [growth]})
    return split_of(
        frame.drop("forecast_amount", "potential", "target_amount"),
        frame.select("distributor_id", "potential").drop_nulls(),
        frame.select("distributor_id", "forecast_amount"),
        frame.select("distributor_id", "target_amount").drop_nulls(),
        growths,
        Decimal(total),
        *months,
        **more,
    )


def proposed(found) -> list[Decimal]:
    return found.quota_split["proposed_amount"].to_list()


def test_overload_by_hand():
    # min(400 capacity, 300 x 1.1 = 330) = 330; a target of 412.5 is 1.25 times that.
    found = split({"A": (350, 1, 400, 300, 412.5), "B": (350, 1, None, None, 100)}, 700)
    first, second = found.quota_split.iter_rows(named=True)
    assert first["reachable_amount"] == 330
    assert (first["overload"], first["is_overloaded"]) == (pytest.approx(1.25), True)
    assert (second["overload"], second["is_overloaded"]) == (None, None)


def test_capacity_of_a_quarter_is_a_quarter_of_the_year():
    found = split({"A": (80, 1, 400, 1000, 90)}, 80, QUARTER)
    row = found.quota_split.row(0, named=True)
    assert (row["period"], row["capacity_amount"]) == ("2026-Q1", 100)
    assert row["overload"] == pytest.approx(0.9)


def test_half_by_forecast_half_by_potential():
    rows = {"A": (300, 10, None, None, None), "B": (100, 30, None, None, None)}
    assert proposed(split(rows, 1000)) == [500, 500]
    assert proposed(split(rows, 1000, forecast_weight=1.0)) == [750, 250]
    assert proposed(split(rows, 1000, forecast_weight=0.0)) == [250, 750]


def test_beyond_capacity_goes_to_the_others():
    rows = {
        "A": (500, 50, 300, None, None),
        "B": (300, 30, 320, None, None),
        "C": (200, 20, None, None, None),
    }
    # A is full at 300; of 700 B would get 420 and is full at 320; C takes 380.
    found = split(rows, 1000)
    assert proposed(found) == [300, 320, 380]
    assert found.quota_split["is_capped"].to_list() == [True, True, False]
    assert found.unplaced_amount == 0


def test_what_no_capacity_can_take_is_left_over():
    found = split({"A": (5, 1, 30, None, None), "B": (5, 1, 20, None, None)}, 100)
    assert proposed(found) == [30, 20]
    assert found.unplaced_amount == 50


def test_who_lacks_a_potential_is_not_punished():
    known = (100, 10, None, None, None)
    found = split({"A": known, "B": known, "C": (200, None, None, None, None)}, 400)
    assert proposed(found) == [100, 100, 200]
    nobody = split({"A": (3, None, None, None, None), "B": (1, None, None, None, None)}, 100)
    assert (proposed(nobody), nobody.forecast_weight) == ([75, 25], 1.0)


def test_odd_totals():
    third = [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert shared_out(Decimal(100), [1, 1, 1], [None] * 3) == third
    assert shared_out(Decimal(0), [1, 2], [None, None]) == [0, 0]
    assert shared_out(Decimal(10), [0, 0], [None, None]) == [5, 5]
    assert shared_out(Decimal(10), [1, 1], [Decimal(0), None]) == [0, 10]
    assert shared_out(Decimal(10), [], []) == []
    found = split({"A": (-50, 1, None, None, None), "B": (50, 1, None, None, None)}, 100)
    assert proposed(found) == [25, 75]


def test_splits_are_exact_and_never_above_a_cap():
    random = np.random.default_rng(5)
    for _ in range(200):
        size = int(random.integers(1, 30))
        claims = random.lognormal(0, 2, size).tolist()
        caps = [
            None if random.random() < 0.3 else Decimal(f"{cap:.2f}")
            for cap in random.lognormal(3, 1, size)
        ]
        total = Decimal(f"{random.uniform(0, 2000):.2f}")
        shares = shared_out(total, claims, caps)
        assert all(cap is None or share <= cap for share, cap in zip(shares, caps, strict=True))
        room = None if None in caps else sum(filter(None, caps))
        assert sum(shares) == (total if room is None else min(total, room))


def test_the_marts_of_capacity_and_potential(tmp_path):
    year = {"valid_from": date(2024, 1, 1)}
    tables = {
        "customers": [{"customer_id": "D1", "customer_name": "Dealer", "role": "distributor"}],
        "distributors": [{"customer_id": "D1", "capacity_amount": 900}],
        "order_lines": [
            {"order_id": "O9", "line_no": "1", "order_date": date(2024, 2, 1), "customer_id": "D1",
             "product_id": "P1", "quantity": 10, "net_amount": 40},
        ],
        "sell_out": [
            {"doc_date": date(2024, month, 1), "distributor_id": "D1", "downstream_id": "X",
             "product_id": "P1", "quantity": 3, "amount": 99}
            for month in (2, 3)
        ],
        "territories": [
            {"territory_id": "T1", "territory_name": "T1", "level": "province",
             "potential_index": 6},
            {"territory_id": "T2", "territory_name": "T2", "level": "province",
             "potential_index": 4},
        ],
        "territory_grants": [
            {"distributor_id": "D1", "territory_id": "T1", **year},
            {"distributor_id": "D2", "territory_id": "T1", **year},
            {"distributor_id": "D1", "territory_id": "T2", **year},
            {"distributor_id": "D2", "territory_id": "T2", **year, "valid_to": date(2024, 6, 1)},
        ],
    }  # fmt: skip
    names = [f"mart_sales_forecast__{name}" for name in ("distributors", "potentials")]
    with books(company(tmp_path), **tables) as connection:
        models.build(connection, needed(*names))
        known, potentials = (table(connection, name) for name in names)
    row = known.row(0, named=True)
    assert (row["distributor_id"], row["capacity_amount"]) == ("D1", 900)
    assert (row["sold_amount"], row["sold_month_count"]) == (24, 2)  # 6 pieces at 4.00
    assert potentials.rows() == [("D1", 7.0), ("D2", 3.0)]
