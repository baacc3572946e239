"""Fiscal months, quota periods, and which target a period has."""

from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.sales_forecast.periods import label, later, month_of, months_covered
from dakehu.analysis.sales_forecast.targets import credited_sales, holders, targets_of
from forecast_frames import LAST, quota, quotas, sales
from small_books import books, company, needed, table

NO_SALES = sales(date(2025, 1, 1), [])


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def target(*args) -> pl.DataFrame:
    """What has a target."""
    return targets_of(*args).drop_nulls("target_amount")


def one(value) -> pl.DataFrame:
    return pl.DataFrame({"day": [value]}, schema={"day": pl.Date})


@pytest.mark.parametrize(
    ("day", "closes", "month"),
    [
        (date(2025, 3, 25), 25, date(2025, 3, 1)),
        (date(2025, 3, 26), 25, date(2025, 4, 1)),
        (date(2025, 12, 26), 25, date(2026, 1, 1)),
        (date(2025, 2, 28), 31, date(2025, 2, 1)),
        (date(2025, 2, 28), 30, date(2025, 2, 1)),
    ],
)
def test_the_fiscal_month_of_a_day(day, closes, month):
    assert one(day).select(month_of(pl.col("day"), pl.lit(closes))).item() == month


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2025, 1, 1), date(2025, 3, 31)),  # by calendar months
        (date(2024, 12, 26), date(2025, 3, 25)),  # by fiscal months
    ],
)
def test_a_quarter_dated_either_way_is_the_fiscal_quarter(start, end):
    frame = pl.DataFrame({"start": [start], "end": [end]})
    first, last = months_covered(pl.col("start"), pl.col("end"), pl.lit(25))
    found = frame.select(first=first, last=last).row(0)
    assert found == (date(2025, 1, 1), date(2025, 3, 1))


def test_names_of_periods():
    january = date(2026, 1, 1)
    assert [label(january, later(january, n - 1)) for n in (1, 3, 12, 2)] == [
        "2026-01", "2026-Q1", "2026", "2026-01/2026-02",
    ]  # fmt: skip
    assert label(date(2025, 7, 1), date(2026, 6, 1)) == "2025-07/2026-06"
    assert label(date(2025, 10, 1), date(2025, 12, 1)) == "2025-Q4"


def test_quarters_fill_a_year_only_when_all_are_there():
    quarters = [
        quota(date(2026, 3 * i + 1, 1), later(date(2026, 3 * i + 1, 1), 3), 10 + i)
        for i in range(4)
    ]
    for row in quarters:
        row["period_end"] = date.fromordinal(row["period_end"].toordinal() - 1)
    whole = target(quotas(*quarters), NO_SALES, LAST)
    assert dict(whole.select("period", "basis").iter_rows()) == {"2026-Q1": "set", "2026": "parts"}
    assert whole.filter(period="2026")["target_amount"].item() == 46
    three = target(quotas(*quarters[:3]), NO_SALES, LAST)
    assert three["period"].to_list() == ["2026-Q1"]


def test_a_fiscal_year_from_july_and_a_closed_quarter():
    rows = [
        quota(date(2025, 7, 1), date(2026, 6, 30), 100),
        quota(date(2025, 10, 1), date(2025, 12, 31), 30),
        quota(date(2024, 7, 1), date(2025, 6, 30), 90),
    ]
    found = target(quotas(*rows), NO_SALES, LAST)
    assert dict(found.select("period", "status").iter_rows()) == {
        "2025-07/2026-06": "running",
        "2025-Q4": "over",
    }


def test_months_that_close_on_the_25th():
    rows = [
        quota(date(2025, 10, 1), date(2025, 12, 31), 30, closes=25),
        quota(date(2025, 9, 26), date(2025, 12, 25), 33, closes=25),
    ]
    found = target(quotas(*rows), NO_SALES, LAST)
    assert found.select("period", "target_amount").rows() == [("2025-Q4", Decimal("30.00"))]


def test_the_sales_of_holders_run_without_gaps_and_are_summed_once():
    credited = pl.concat(
        [
            sales(date(2025, 10, 1), [5], "person", "p1"),
            sales(date(2025, 12, 1), [7], "person", "p1"),
            sales(date(2025, 12, 1), [1], "person", "p2"),
            sales(date(2025, 10, 1), [9, 9, 9]),
        ]
    ).rename({"amount": "net_amount"})
    found = credited_sales(credited, LAST)
    assert found.filter(key="p1")["amount"].to_list() == [5, 0, 7]
    assert found.filter(level="people")["amount"].to_list() == [5, 0, 8]
    assert found.filter(level="total")["amount"].to_list() == [9, 9, 9]
    assert set(holders(found)["level"]) == {"person", "people"}


def version(amount, set_at, **more) -> dict:
    return {
        "territory_id": "R1",
        "period_start": date(2024, 1, 1),
        "period_end": date(2024, 12, 31),
        "target_amount": amount,
        "set_at": set_at,
        **more,
    }


PARTIES = {
    "territories": [
        {"territory_id": "N", "territory_name": "Nation", "level": "nation"},
        {"territory_id": "R1", "territory_name": "One", "level": "region", "parent_id": "N"},
        {"territory_id": "P1", "territory_name": "Spot", "level": "province", "parent_id": "R1"},
    ],
    "customers": [
        {"customer_id": "D1", "customer_name": "Dealer", "role": "distributor"},
        {"customer_id": "G2", "customer_name": "Branch", "role": "customer", "group_id": "G1"},
        {"customer_id": "G1", "customer_name": "Head", "role": "customer", "group_id": "G1"},
    ],
    "products": [{"product_id": "P7", "product_name": "Oil", "family": "oils"}],
}


def chosen(empty, *rows):
    with books(empty, quotas=list(rows), **PARTIES) as connection:
        models.build(connection, needed("mart_sales_forecast__quotas"))
        return table(connection, "mart_sales_forecast__quotas")


def test_the_newest_version_set_by_the_day_counts(empty):
    found = chosen(
        empty,
        version(100, date(2023, 12, 1)),
        version(120, date(2024, 6, 1)),
        version(150, date(2025, 1, 15)),  # after the as-of date
    )
    assert found.select("level", "key", "target_amount").rows() == [("region", "R1", 120)]


def test_who_holds_what(empty):
    bare = {"territory_id": None}
    found = chosen(
        empty,
        version(1, None, territory_id="N"),
        version(2, None, territory_id="P1"),
        version(4, None, **bare, customer_id="D1", product_scope_id="全部"),
        version(8, None, **bare, customer_id="G1"),
        version(16, None, **bare, customer_id="G2"),
        version(32, None, **bare, person_id="S1"),
        version(64, None, **bare, product_scope_id="oils"),
        version(128, None, **bare, customer_id="D1", product_scope_id="focus"),
    )
    assert dict(
        found.select(pl.concat_str("level", "key", separator=" "), "target_amount").rows()
    ) == {
        "total total": 1,
        "territory P1": 2,
        "distributor D1": 4,
        "key_account G1": 24,
        "person S1": 32,
        "product_family oils": 64,
        "part D1|focus": 128,
    }


def test_sales_credited_to_holders_and_the_total(empty):
    with books(empty, quotas=[version(9, None, territory_id=None, customer_id="C1")]) as connection:
        models.build(connection, needed("mart_sales_forecast__credited"))
        found = table(connection, "mart_sales_forecast__credited")
    assert found.rows() == [
        ("key_account", "C1", date(2024, 1, 1), 100),
        ("total", "total", date(2024, 1, 1), 100),
        ("total", "total", date(2024, 3, 1), 50),
    ]
