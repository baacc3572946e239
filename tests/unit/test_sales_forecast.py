"""The forecast of known series, the backtest against a slow twin, and the rules for poor series."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import Policy, analyse, backtest
from dakehu.analysis.sales_forecast.models import NAIVE, THETA, point_forecasts


def month(number: int) -> date:
    """The first day of month `number`, counted from January 2021."""
    return date(2021 + number // 12, number % 12 + 1, 1)


def mart(series: dict[str, list[float]], months: int = 0) -> pl.DataFrame:
    """mart_sales_forecast: the given regions, ending together, and their total."""
    months = months or max(len(values) for values in series.values())
    rows = [
        ("region", key, key.upper(), month(months - len(values) + i), Decimal(str(round(v, 2))))
        for key, values in series.items()
        for i, v in enumerate(values)
    ]
    schema = {
        "level": pl.String,
        "key": pl.String,
        "key_name": pl.String,
        "month": pl.Date,
        "net_amount": pl.Decimal(38, 2),
    }
    regions = pl.DataFrame(rows, schema=schema, orient="row")
    total = regions.group_by("month").agg(pl.col("net_amount").sum())
    names = (pl.lit("total").alias(name) for name in ("level", "key", "key_name"))
    return pl.concat([total.with_columns(*names).select(list(schema)), regions])


def wave(months: int, level: float, seed: int, growth: float = 0.0) -> list[float]:
    random = np.random.default_rng(seed)
    t = np.arange(months)
    return list(
        level * (1 + growth * t + 0.3 * np.sin(t / 6 * np.pi)) + random.normal(0, 3, months)
    )


@pytest.fixture(scope="module")
def three_years():
    regions = {f"r{i}": wave(36, 100 + 40 * i, i) for i in range(4)}
    frame = mart(
        regions | {"new": wave(9, 80, 9), "tiny": [5.0, 6.0], "gone": [9.0] * 8 + [0.0] * 28}
    )
    return frame, analyse(frame, date(2023, 12, 31), 12)


def test_backtest_is_what_a_loop_over_cut_frames_gives():
    values = wave(34, 200, 3, growth=0.01)
    series = pl.DataFrame(
        {
            "level": "total",
            "key": "total",
            "month": [month(i) for i in range(34)],
            "amount": values,
            "is_seasonal": True,
            "is_intermittent": False,
            "min_train_months": 24,
        }
    )
    cutoffs = [month(i) for i in range(20, 33)]
    found = backtest.errors(series, cutoffs, 6).filter(pl.col("model") == THETA)
    assert found["cutoff"].unique().sort().to_list() == [month(i) for i in range(23, 33)]
    for last in range(23, 33):
        known = values[: last + 1]
        frame = series.head(last + 1).with_columns(history_id=pl.lit(1, dtype=pl.Int64))
        made = point_forecasts(frame, 6).filter(model=THETA)["mean_amount"].to_list()
        scale = np.mean([abs(known[i] - known[i - 12]) for i in range(12, len(known))])
        errors = [m - v for m, v in zip(made, values[last + 1 :], strict=False)]
        rows = found.filter(pl.col("cutoff") == month(last)).sort("horizon")
        assert rows["horizon"].to_list() == list(range(1, len(errors) + 1))
        assert rows["error"].to_list() == pytest.approx(errors)
        assert rows["score"].to_list() == pytest.approx([abs(e) / scale for e in errors])
        assert rows["sum_score"].to_list() == pytest.approx(np.abs(np.cumsum(errors)) / scale)


def test_nothing_of_the_future_leaks_into_a_past_forecast():
    """Not even by the model that learns from all series: 20 of 30 months are rows enough for it."""
    regions = {f"r{i:02}": wave(36, 100 + i, i) for i in range(20)}
    spoilt = {key: values[:30] + [1e6] * 6 for key, values in regions.items()}
    known, after = (
        backtest.forecasts(
            mart(values)
            .filter(pl.col("level") == "region")
            .with_columns(
                pl.col("net_amount").cast(pl.Float64).alias("amount"),
                is_seasonal=pl.lit(True),
                is_intermittent=pl.lit(False),
                min_train_months=pl.lit(24),
            ),
            [month(27), month(29)],
            6,
        )
        for values in (regions, spoilt)
    )
    assert known.equals(after)


def test_accuracy_by_hand():
    judged = pl.DataFrame(
        {
            "cutoff": [month(1), month(1), month(2)],
            "error": [10.0, -20.0, 5.0],
            "actual_amount": [100.0, 200.0, 50.0],
            "score": [1.0, 2.0, 0.5],
            "is_covered_80": [True, False, None],
            "is_covered_95": [True, True, None],
            "g": ["a", "a", "a"],
        }
    )
    row = backtest.accuracy(judged, ["g"]).row(0, named=True)
    assert row["wape"] == pytest.approx(35 / 350)
    assert row["bias"] == pytest.approx(-5 / 350)
    assert row["mase"] == pytest.approx(3.5 / 3)
    assert (row["coverage_80"], row["coverage_95"], row["judged_count"]) == (0.5, 1.0, 2)


def test_intervals_nest_widen_and_stay_above_zero(three_years):
    rows = (
        three_years[1].table("forecast").with_columns(pl.exclude("month").cast(float, strict=False))
    )
    width = rows["high_80_amount"] - rows["mean_amount"]
    known = width.drop_nulls()
    assert known.len() > 6
    assert (known.diff().drop_nulls() >= -0.011).all()
    both = rows.drop_nulls("low_95_amount")
    assert (both["low_95_amount"] <= both["low_80_amount"]).all()
    assert (both["high_95_amount"] >= both["high_80_amount"]).all()
    assert (rows["low_80_amount"].drop_nulls() >= 0).all()


def test_the_sum_s_interval_comes_from_past_sums_not_from_monthly_ends(three_years):
    result = three_years[1]
    months, total = result.table("forecast"), result.table("outlook").row(0, named=True)
    assert abs(total["forecast_amount"] - months["mean_amount"].sum()) <= Decimal("0.06")
    usable = result.history.join(
        result.series.filter("is_seasonal", pl.col("reason").is_null()).select(
            "level", "key", "is_seasonal", "is_intermittent", "min_train_months"
        ),
        on=["level", "key"],
    )
    past = backtest.errors(usable, [month(i) for i in range(23, 35)], 12).filter(
        pl.col("model") == total["model"]
    )
    reach = 0.0
    for horizon in range(1, 13):
        scores = sorted(past.filter(pl.col("horizon") == horizon)["sum_score"])
        reach = max(reach, scores[-(-(len(scores) + 1) * 4 // 5) - 1])
    values = [float(v) for v in usable.filter(pl.col("level") == "total")["amount"]]
    scale = np.mean([abs(values[i] - values[i - 12]) for i in range(12, 36)])
    assert float(total["high_80_amount"]) == pytest.approx(
        float(total["forecast_amount"]) + reach * scale, abs=0.02
    )
    assert (total["sum_score_count"], total["sum_cutoff_count"]) == (5, 1)


def test_series_that_cannot_be_forecast_are_named_with_the_reason(three_years):
    result = three_years[1]
    assert dict(result.tables["not_forecast"].select("key", "reason").rows()) == {
        "tiny": "too_short",
        "gone": "stopped",
    }
    assert set(result.table("forecast", "region")["key"]) == {"r0", "r1", "r2", "r3", "new"}


def test_short_history_has_no_season_no_growth_and_says_how_far_it_can_see():
    regions = {f"r{i}": wave(12, 100 + i, i) for i in range(6)}
    result = analyse(mart(regions), date(2021, 12, 31), 12)
    total = result.table("outlook").row(0, named=True)
    assert not result.is_seasonal
    assert (total["growth"], total["low_80_amount"]) == (None, None)
    rows = result.table("forecast")
    assert rows["low_80_amount"].is_not_null().to_list() == [True] * 6 + [False] * 6
    naive = result.tables["outlook"].filter(pl.col("model") == NAIVE)
    for key in naive.filter(pl.col("level") == "region")["key"]:
        values = result.table("forecast", "region").filter(pl.col("key") == key)["mean_amount"]
        assert set(values) == {Decimal(str(round(regions[key][-1], 2)))}


def test_negative_history_may_be_forecast_below_zero():
    falling = [100.0 - 8 * i for i in range(30)]
    result = analyse(mart({"a": falling, "b": [5.0] * 30}), date(2023, 6, 30), 12)
    rows = result.table("forecast", "region")
    assert (rows.filter(pl.col("key") == "a")["low_80_amount"].drop_nulls() < 0).any()
    assert (rows.filter(pl.col("key") == "b")["mean_amount"] == Decimal("5.00")).all()


def test_series_of_zeros_and_a_single_month_break_nothing():
    result = analyse(mart({"a": [0.0] * 30}), date(2023, 6, 30), 12)
    assert result.tables["forecast"].is_empty()
    assert set(result.tables["not_forecast"]["reason"]) == {"all_zero"}
    result = analyse(mart({"a": [7.0]}), date(2021, 1, 31), 12)
    assert set(result.tables["not_forecast"]["reason"]) == {"too_short"}
    assert "forecast_amount" not in result.figures


def test_months_after_as_of_are_not_seen():
    frame = mart({"a": wave(36, 100, 1), "b": wave(36, 50, 2)})
    early = analyse(frame, date(2023, 6, 30), 6)
    cut = analyse(frame.filter(pl.col("month") < date(2023, 7, 1)), date(2023, 6, 30), 6)
    assert early.last_month == date(2023, 6, 1)
    assert early.tables["forecast"].equals(cut.tables["forecast"])


def test_a_missing_month_and_no_month_are_refused_in_one_sentence():
    frame = mart({"a": wave(20, 100, 1)})
    with pytest.raises(ValueError, match='lacks the month before 2021-06-01 for region "a"'):
        analyse(
            frame.filter((pl.col("level") == "total") | (pl.col("month") != date(2021, 5, 1))),
            date(2022, 8, 31),
        )
    with pytest.raises(ValueError, match="no complete month up to 2020-01-31"):
        analyse(frame, date(2020, 1, 31))


def test_contract_of_the_tables(three_years):
    result = three_years[1]
    assert {
        "level", "key", "month", "mean_amount", "low_80_amount", "high_80_amount",
        "low_95_amount", "high_95_amount", "model",
    } <= set(result.tables["forecast"].columns)  # fmt: skip
    assert {
        "level", "key", "cutoff", "model", "wape", "mase", "bias", "coverage_80", "coverage_95",
    } <= set(result.tables["backtest"].columns)  # fmt: skip
    assert result.tables["forecast"].schema["mean_amount"] == pl.Decimal(18, 2)
    assert result.tables["forecast"].select("level", "key", "month").is_unique().all()
    assert {unit for _, unit in result.figures.values()} <= {"amount", "share", "count"}


def test_a_region_without_a_name_is_forecast_under_an_empty_one():
    frame = mart({"a": wave(30, 100, 1), "b": wave(30, 60, 2)}).with_columns(
        pl.when(pl.col("key") == "b").then(None).otherwise("key").alias("key")
    )
    result = analyse(frame, date(2023, 6, 30), 3, Policy(max_cutoffs=6))
    assert set(result.table("forecast", "region")["key"]) == {"a", ""}
