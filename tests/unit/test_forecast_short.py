"""Short, lumpy and wide series: what a year of history may say, and what it may not."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast.choice import chosen
from dakehu.analysis.sales_forecast.figures import _coverage
from dakehu.analysis.sales_forecast.models import IMAPA, MEDIAN, point_forecasts
from dakehu.analysis.sales_forecast.outlook import outlook_table
from dakehu.analysis.sales_forecast.policy import Policy


def month(number: int) -> date:
    return date(2024 + number // 12, number % 12 + 1, 1)


def ahead(values: list[float], model: str, *, is_seasonal: bool) -> list[float]:
    made = point_forecasts(
        pl.DataFrame(
            {
                "history_id": 1,
                "is_seasonal": is_seasonal,
                "is_intermittent": True,
                "month": [month(i) for i in range(len(values))],
                "amount": values,
            }
        ),
        12,
    )
    return made.filter(model=model)["mean_amount"].to_list()


def test_the_rise_to_the_high_season_of_a_single_year_is_no_trend():
    """A wholesaler's year that ends in its high season: 8 to 29 thousand, not 95 a year later."""
    year = [7.8, 4.9, 7.6, 18.3, 7.6, 15.9, 19.8, 16.3, 12.3, 40.6, 23.3, 29.1]
    made = ahead(year, MEDIAN, is_seasonal=False)
    assert max(made) < max(year)
    assert made[-1] < 1.3 * made[0]


def test_a_long_history_keeps_its_trend():
    long = [100.0 + 5 * i for i in range(36)]
    assert ahead(long, MEDIAN, is_seasonal=True)[-1] > 1.1 * long[-1]


def test_the_default_of_intermittent_series_does_not_promise_more_than_was_sold():
    """Two large orders early in sixteen months, then one small: the mean is 11, lately 2."""
    values = [100.0, 70.0, *[0.0] * 10, 8.0, 0.0, 0.0, 0.0]
    series = pl.DataFrame({"level": "region", "key": "a", "is_intermittent": True})
    no_errors = pl.DataFrame(
        schema={
            "level": pl.String, "key": pl.String, "cutoff": pl.Date, "month": pl.Date,
            "model": pl.String, "is_intermittent": pl.Boolean, "error": pl.Float64,
        }
    )  # fmt: skip
    assert chosen(no_errors, series, Policy())["model"].item() == IMAPA
    assert 0 <= np.mean(ahead(values, IMAPA, is_seasonal=False)) < np.mean(values)
    assert np.mean(ahead(values, "croston_sba", is_seasonal=False)) > 2 * np.mean(values)


def base(own_runs: int, small_error: float) -> SimpleNamespace:
    """A total of 100 a month, 10 to each side, and forty small series that err by all they sell."""
    keys = ["level", "key"]
    named = [("total", "total"), *(("key_account", f"a{i}") for i in range(40))]
    published = pl.DataFrame(
        [
            (*name, month(24 + i), Decimal("100"), *(Decimal(110), Decimal(120)), 20.0, True, "m")
            for name in named
            for i in range(2)
        ],
        schema=[
            *keys, "month", "mean_amount", "high_80_amount", "high_95_amount", "scale",
            "is_floored", "model",
        ],
        orient="row",
    )  # fmt: skip
    runs = [(*name, month(20 - run)) for name in named for run in range(own_runs)]
    past = pl.DataFrame(
        [
            (*run, h, (1.0 if run[0] == "total" else small_error) * 20.0, 20.0)
            for run in runs
            for h in (1, 2)
        ],
        schema=[*keys, "cutoff", "horizon", "error", "scale"],
        orient="row",
    )
    history = pl.DataFrame(
        [(*name, "n", month(i), 100.0) for name in named for i in range(24)],
        schema=[*keys, "key_name", "month", "amount"],
        orient="row",
    )
    kinds = history.select(keys).unique().with_columns(is_seasonal=pl.lit(True))
    return SimpleNamespace(published=published, past=past, history=history, kinds=kinds)


def total_width(found: SimpleNamespace) -> tuple[float, float]:
    row = outlook_table(found, 2).filter(level="total").row(0, named=True)
    middle = row["forecast_amount"]
    return float(row["high_80_amount"] - middle), float(middle - row["low_80_amount"])


def test_a_sum_judged_by_other_levels_is_no_surer_than_they_nor_wider_than_its_months():
    assert total_width(base(1, 3.0)) == pytest.approx((20.0, 20.0))  # 2 x 10, not 2 x 3 x 20
    assert total_width(base(1, 0.25)) == pytest.approx((10.0, 10.0))


def test_what_stands_behind_the_interval_of_a_sum_is_counted_where_it_was_taken():
    few = outlook_table(base(1, 3.0), 2).filter(level="total").row(0, named=True)
    assert (few["sum_score_count"], few["sum_cutoff_count"]) == (41, 1)
    own = outlook_table(base(5, 3.0), 2).filter(level="total").row(0, named=True)
    assert (own["sum_score_count"], own["sum_cutoff_count"]) == (5, 5)


def test_a_sum_with_past_sums_of_its_own_is_judged_by_these():
    assert total_width(base(5, 3.0)) == pytest.approx((40.0, 40.0))


def test_coverage_is_that_of_all_series_and_not_the_total_s():
    accuracy = pl.DataFrame(
        {
            "level": ["total", "region", "key_account", "region"],
            "model": ["chosen", "chosen", "chosen", "seasonal_naive"],
            "horizon": pl.Series([None] * 4, dtype=pl.Int64),
            "judged_count": [10, 90, 0, 50],
            "coverage_80": [0.5, 0.8, None, 0.1],
        }
    )
    found = _coverage(SimpleNamespace(tables={"accuracy": accuracy}), 80)  # ty: ignore[invalid-argument-type]
    assert found == pytest.approx((5 + 72) / 100)
    none = accuracy.with_columns(coverage_80=pl.lit(None, dtype=pl.Float64))
    assert _coverage(SimpleNamespace(tables={"accuracy": none}), 80) is None  # ty: ignore[invalid-argument-type]
