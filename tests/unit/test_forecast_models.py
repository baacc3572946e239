"""The models behind the forecast against the libraries' own, and every odd series there is."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import global_model, seasons, theta
from dakehu.analysis.sales_forecast.models import (
    INTERMITTENT,
    MEDIAN,
    NAIVE,
    THETA,
    point_forecasts,
)


def month(number: int) -> date:
    return date(2021 + number // 12, number % 12 + 1, 1)


def wave(months: int, level: float, seed: int) -> list[float]:
    random = np.random.default_rng(seed)
    t = np.arange(months)
    return list(level * (1 + 0.3 * np.sin(t / 6 * np.pi)) + random.normal(0, level / 30, months))


def history(values: list[float], number: int = 1, **facts: bool) -> pl.DataFrame:
    facts = {"is_seasonal": len(values) >= 24, "is_intermittent": False} | facts
    return pl.DataFrame(
        {
            "history_id": pl.Series([number] * len(values), dtype=pl.Int64),
            "month": [month(i) for i in range(len(values))],
            "amount": [float(v) for v in values],
        }
    ).with_columns(**{name: pl.lit(value) for name, value in facts.items()})


def ahead(values: list[float], model: str, months: int = 12, **facts: bool) -> list[float]:
    made = point_forecasts(history(values, **facts), months).filter(model=model)
    assert made["horizon"].to_list() == list(range(1, months + 1))
    assert made["month"].to_list() == [month(len(values) + i) for i in range(months)]
    return made["mean_amount"].to_list()


@pytest.fixture(scope="module")
def panel():
    """Thirty waves, enough rows for the global model, and the forecasts of all."""
    frame = pl.concat(history(wave(36, 100.0 + 10 * i, i), i) for i in range(30))
    return frame, point_forecasts(frame, 12)


def test_theta_does_not_hang_on_the_unit_of_the_amounts():
    values = wave(40, 100.0, 7)
    made = ahead(values, THETA, is_seasonal=False)
    in_millions = ahead([value / 1e6 for value in values], THETA, is_seasonal=False)
    assert in_millions == pytest.approx([value / 1e6 for value in made], rel=1e-9)


def test_the_default_is_the_median_of_four_on_adjusted_histories(panel):
    from statsforecast.models import AutoCES, AutoETS

    frame, made = panel
    without, found = seasons.adjusted(frame)
    trees = global_model.global_forecasts(without, 12).filter(history_id=7).sort("month")
    values = without.filter(history_id=7)["amount"].to_numpy()
    factors = dict(found.filter(history_id=7).select("calendar_month", "factor").iter_rows())
    members = [
        theta.forecasts(values[None], np.array([36]), 12)[0],
        AutoCES(season_length=1, model="N").forecast(values, h=12)["mean"],
        np.exp(AutoETS(model="AAN", damped=True).forecast(np.log(values), h=12)["mean"]),
        trees["global_trees"].to_numpy(),
    ]
    season = [factors[m.month] for m in trees["month"]]
    expected = np.median(members, axis=0) * season
    own = made.filter(history_id=7, model=MEDIAN)["mean_amount"]
    assert own.to_list() == pytest.approx(list(expected))
    truth = [(100.0 + 70) * (1 + 0.3 * np.sin(t / 6 * np.pi)) for t in range(36, 48)]
    assert own.to_list() == pytest.approx(truth, rel=0.12)


def test_without_lightgbm_the_median_is_of_three(panel, monkeypatch):
    frame, made = panel
    monkeypatch.setattr(global_model, "is_available", lambda: False)
    of_three = point_forecasts(frame, 12)
    assert of_three.select("history_id", "model", "horizon").equals(
        made.select("history_id", "model", "horizon")
    )
    assert of_three["mean_amount"].is_finite().all()
    assert not of_three.filter(model=MEDIAN).equals(made.filter(model=MEDIAN))
    assert of_three.filter(model=THETA).equals(made.filter(model=THETA))


def test_a_missing_runtime_makes_lightgbm_unavailable(monkeypatch):
    import builtins

    load = builtins.__import__

    def refusing(name, *rest, **named):
        if name == "lightgbm":
            raise OSError("libgomp.so.1: cannot open shared object file")
        return load(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", refusing)
    assert not global_model.is_available.__wrapped__()


def test_the_naive_forecast_is_last_year_s_month_and_without_a_season_the_last_month():
    values = [float(v) for v in range(1, 31)]
    assert ahead(values, NAIVE, 14) == [*range(19, 31), 19.0, 20.0]
    assert ahead(values, NAIVE, 3, is_seasonal=False) == [30.0] * 3


def test_croston_s_method_is_statsforecast_s_own_and_forecasts_the_mean_demand():
    from statsforecast.models import CrostonSBA

    random = np.random.default_rng(1)
    values = list(random.poisson(0.3, 48) * 100.0)
    made = ahead(values, "croston_sba", 6, is_intermittent=True)
    expected = CrostonSBA().forecast(np.array(values), h=6)["mean"]
    assert made == pytest.approx(list(expected))
    assert made[0] == pytest.approx(np.mean(values), rel=0.5)


def test_a_candidate_stands_beside_the_others_and_may_leave_histories_out(panel):
    def level(histories: pl.DataFrame, horizon_months: int) -> pl.DataFrame:
        last = (
            histories.filter(pl.col("history_id") < 3)
            .group_by("history_id")
            .agg(pl.col("month", "amount").last())
        )
        steps = pl.DataFrame({"step": range(1, horizon_months + 1)})
        return last.join(steps, how="cross").select(
            "history_id",
            pl.col("month").dt.offset_by(pl.format("{}mo", "step")),
            pl.col("amount").alias("mean_amount"),
        )

    frame, _ = panel
    made = point_forecasts(frame.filter(pl.col("history_id") < 5), 4, {"level": level})
    assert set(made["model"]) == {MEDIAN, THETA, NAIVE, "level"}
    own = made.filter(model="level")
    assert set(own["history_id"]) == {0, 1, 2}
    assert own.filter(history_id=2)["horizon"].to_list() == [1, 2, 3, 4]


ODD = {
    "one month": [100.0],
    "three months": [100.0, 120.0, 110.0],
    "six months": wave(6, 100, 1),
    "zeros": [0.0] * 30,
    "constant": [100.0] * 30,
    "constant and short": [100.0] * 8,
    "negatives": [*wave(20, 100, 2), -150.0, *wave(15, 100, 3)],
    "all negative": [-v for v in wave(30, 100, 4)],
    "sum of zero": [100.0, -100.0] * 15,
    "many zeros": [0.0, 0.0, 300.0] * 12,
    "one sale": [0.0] * 29 + [500.0],
    "a gap of a year": [*wave(18, 100, 5), *[0.0] * 12, *wave(18, 100, 6)],
    "outlier": [*wave(20, 100, 7), 1000.0, *wave(15, 100, 8)],
    "outlier at the end": [*wave(35, 100, 9), 1000.0],
    "huge": [v * 1e12 for v in wave(30, 1, 10)],
    "tiny": [v * 1e-6 for v in wave(30, 1, 11)],
}


@pytest.mark.parametrize("is_intermittent", [False, True])
def test_no_odd_series_breaks_a_model_or_its_neighbours(panel, is_intermittent):
    frame, made = panel
    facts = {"is_intermittent": is_intermittent}
    odd = [history(v, 100 + i, **facts) for i, v in enumerate(ODD.values())]
    mixed = point_forecasts(pl.concat([frame, *odd]), 12)
    assert mixed["mean_amount"].is_finite().all()
    models = 3 + len(INTERMITTENT) * is_intermittent
    for number, values in enumerate(ODD.values(), 100):
        own = mixed.filter(history_id=number)
        assert own.height == models * 12
        assert own["mean_amount"].abs().max() <= 3 * max(map(abs, values))
    kept = mixed.filter(pl.col("history_id") < 100, model=THETA)
    assert kept["mean_amount"].to_list() == pytest.approx(
        made.filter(model=THETA)["mean_amount"].to_list()
    )


def test_a_tenfold_month_long_past_does_not_carry_the_forecast_away():
    made = ahead(ODD["outlier"], MEDIAN)
    assert all(50 < amount < 250 for amount in made)


def test_returns_may_be_forecast_below_zero_and_nothing_else():
    assert min(ahead(ODD["all negative"], MEDIAN)) < 0
    assert min(ahead([100.0 - 3 * i for i in range(30)], MEDIAN)) >= 0
