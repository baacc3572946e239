"""Which months a series is forecast from, on which past days it is tested, which model it gets."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast.choice import chosen
from dakehu.analysis.sales_forecast.models import IMAPA, MEDIAN, NAIVE, THETA
from dakehu.analysis.sales_forecast.series import Policy, current_runs, cutoffs_of, series_of

POLICY = Policy()


def month(number: int) -> date:
    return date(2021 + number // 12, number % 12 + 1, 1)


def history(series: dict[str, list[float]]) -> pl.DataFrame:
    rows = [
        ("region", key, key, month(i), float(v))
        for key, values in series.items()
        for i, v in enumerate(values)
    ]
    return pl.DataFrame(rows, schema=["level", "key", "key_name", "month", "amount"], orient="row")


def run_of(values: list[float]) -> list[float]:
    return current_runs(history({"a": values}), POLICY)["amount"].to_list()


def facts_of(values: list[float]) -> dict:
    return series_of(current_runs(history({"a": values}), POLICY), POLICY).row(0, named=True)


def test_a_series_that_stopped_for_a_year_and_came_back_is_a_new_one():
    after = [5.0, 0.0, 7.0, 8.0, 6.0, 7.0, 9.0]
    assert run_of([3.0] * 20 + [0.0] * 12 + after) == after
    assert run_of([3.0] * 20 + [0.0] * 11 + after) == [3.0] * 20 + [0.0] * 11 + after
    assert facts_of([3.0] * 20 + [0.0] * 12 + after)["reason"] is None
    assert facts_of([3.0] * 20 + [0.0] * 12 + after[:3])["reason"] == "too_short"


def test_a_series_begins_with_its_first_sale_and_keeps_its_last_gap():
    assert run_of([0.0, 0.0, 4.0, 0.0, 5.0]) == [4.0, 0.0, 5.0]
    assert run_of([4.0] * 9 + [0.0] * 14) == [4.0] * 9 + [0.0] * 14
    assert facts_of([4.0] * 9 + [0.0] * 14)["reason"] == "stopped"
    assert facts_of([0.0] * 9)["reason"] == "all_zero"


def test_runs_of_several_series_do_not_mix():
    frame = history({"a": [1.0, 0.0], "b": [0.0, 2.0], "c": [0.0] * 13 + [3.0]})
    kept = current_runs(frame, POLICY).select("key", "amount").rows()
    assert kept == [("a", 1.0), ("a", 0.0), ("b", 2.0), ("c", 3.0)]


@pytest.mark.parametrize(("zeros", "expected"), [(0, False), (8, False), (9, True), (20, True)])
def test_intermittent_is_from_1_32_months_per_month_with_sales(zeros, expected):
    """36 months with 9 zeros: 36 / 27 = 1.33."""
    values = np.full(36, 5.0)
    values[np.random.default_rng(2).permutation(np.arange(1, 35))[:zeros]] = 0
    assert facts_of(list(values))["is_intermittent"] is expected


@pytest.mark.parametrize(
    ("months", "series", "expected"),
    [
        (36, 250, list(range(23, 35))),  # twelve days on which a season could be fitted
        (30, 250, list(range(23, 29))),
        (80, 250, [55, 57, 59, 61, 63, 65, 68, 70, 72, 74, 76, 78]),  # spread over two years
        (60, 2000, [35, 58]),  # many series need fewer days,
        (60, 3000, [47]),  # the most of them one, a horizon ago
        (10, 3, [5, 6, 7, 8]),
        (6, 3, []),
    ],
)
def test_cutoffs_are_spread_and_few_where_series_are_many(months, series, expected):
    facts = series_of(history({"a": [5.0] * months}), POLICY)
    many = pl.concat([facts] * series)
    found = cutoffs_of([month(i) for i in range(months)], many, 12, POLICY)
    assert [12 * (day.year - 2021) + day.month - 1 for day in found] == expected


def test_no_cutoffs_without_a_series_to_forecast():
    assert cutoffs_of([month(0)], series_of(history({"a": [5.0]}), POLICY), 12, POLICY) == []


def errors(misses: dict[str, list[float]], *, is_intermittent: bool = False) -> pl.DataFrame:
    """One month ahead of each past day, by model."""
    return pl.DataFrame(
        [
            ("region", "a", month(i), month(i + 1), model, is_intermittent, error)
            for model, values in misses.items()
            for i, error in enumerate(values)
        ],
        schema=["level", "key", "cutoff", "month", "model", "is_intermittent", "error"],
        orient="row",
    )


def choice(misses: dict[str, list[float]], *, is_intermittent: bool = False) -> str:
    series = pl.DataFrame({"level": "region", "key": "a", "is_intermittent": is_intermittent})
    return chosen(errors(misses, is_intermittent=is_intermittent), series, POLICY)["model"].item()


def test_the_default_stays_unless_another_is_clearly_better():
    default = [10.0, -10.0] * 4
    assert choice({MEDIAN: default, NAIVE: [9.1] * 8}) == MEDIAN
    assert choice({MEDIAN: default, NAIVE: [9.0] * 8}) == NAIVE
    assert choice({MEDIAN: default, NAIVE: [9.0] * 8, THETA: [-8.0] * 8}) == THETA


def test_few_past_days_or_one_lucky_day_are_not_enough():
    assert choice({MEDIAN: [10.0] * 5, NAIVE: [1.0] * 5}) == MEDIAN
    assert choice({MEDIAN: [10.0] * 7 + [500.0], NAIVE: [11.0] * 7 + [1.0]}) == MEDIAN


def test_models_are_compared_on_the_months_that_both_forecast():
    """On its own seven days the candidate was better; the first, dreadful one it did not see."""
    default = [900.0] + [10.0] * 7
    late = errors({MEDIAN: default, "holiday": [0.0] + [11.0] * 7}).filter(
        (pl.col("model") == MEDIAN) | (pl.col("cutoff") > month(0))
    )
    series = pl.DataFrame({"level": "region", "key": "a", "is_intermittent": False})
    assert chosen(late, series, POLICY)["model"].item() == MEDIAN
    better = late.with_columns(
        pl.when(pl.col("model") == "holiday").then(5.0).otherwise("error").alias("error")
    )
    assert chosen(better, series, POLICY)["model"].item() == "holiday"


def test_a_forecast_of_zero_does_not_win_an_intermittent_series():
    """Sales of 0 and now and then 100, mean 25: the absolute error is least for zero."""
    actual = np.array([0.0, 0, 0, 100] * 3)
    misses = {IMAPA: list(25 - actual), NAIVE: list(0 - actual)}
    assert np.abs(misses[NAIVE]).sum() < np.abs(misses[IMAPA]).sum()
    assert choice(misses, is_intermittent=True) == IMAPA


def test_a_series_without_a_backtest_has_the_default():
    assert choice({NAIVE: [1.0]}) == MEDIAN
    assert choice({NAIVE: [1.0]}, is_intermittent=True) == IMAPA
