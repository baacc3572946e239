"""The holdout's choice, the curves of the figures, and all models in one call."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.clv.beta_geometric import BetaGeometric
from dakehu.analysis.clv.histories import Histories, purchase_days, summaries
from dakehu.analysis.clv.holdout import baselines, fit_candidates, judged, predictions
from dakehu.analysis.clv.lifetime_value import Policy, analyse
from dakehu.analysis.clv.tracking import frequency_recency, tracking

START = date(2022, 1, 3)
CUT, END = START + timedelta(days=546), START + timedelta(days=728)
SCHEMA = {"customer_id": pl.String, "date": pl.Date, "amount": pl.Decimal(18, 2)}


def dealings(customers: int, steady: bool) -> pl.DataFrame:
    """Transactions of buyers at random times that drop out, or of a club that buys every 26 days.

    The club's members each take four different amounts, and none ever leaves.
    """
    random, rows = np.random.default_rng(1), []
    for customer in range(customers):
        clock, pace = float(random.integers(0, 26 if steady else 300)), random.gamma(2.0, 12.0)
        quitting, own = random.beta(1.0, 8.0), random.gamma(5, 20)
        while clock <= 728:
            amount = Decimal(int(100 * random.gamma(4, own)) + 1) / 100
            rows.append((f"c{customer:03}", START + timedelta(days=int(clock)), amount))
            clock += 26.0 if steady else random.exponential(pace)
            if not steady and random.random() < quitting:
                break
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.fixture(scope="module")
def leavers() -> pl.DataFrame:
    return purchase_days(dealings(500, steady=False))


def table_of(expected: dict[str, list[float]], actual: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"actual_count": actual, **expected}).with_row_index("customer_id")


def test_errors_are_of_customers_and_totals():
    table = judged(table_of({"one": [1.0, 4.0], "two": [3.0, 0.0]}, [1, 2]))
    assert table.drop("is_chosen").rows() == [
        ("one", 1.0, pytest.approx(np.sqrt(2)), 5.0, 3),
        ("two", 2.0, 2.0, 3.0, 3),
    ]


def test_the_choice_is_the_smallest_error_among_totals_within_a_fifth():
    def chosen(expected: dict[str, list[float]], actual: list[int]) -> str:
        return judged(table_of(expected, actual)).filter("is_chosen")["model"].item()

    off = {"far": [9.0, 9.0], "near": [12.0, 12.0], "worse": [16.0, 4.0]}
    assert chosen(off, [10, 10]) == "far"
    assert chosen(off | {"far": [7.9, 7.9]}, [10, 10]) == "near"
    assert chosen({"a": [20.0, 20.0], "b": [14.0, 14.0]}, [10, 10]) == "b"
    assert chosen({"a": [9.0, 9.0], "b": [11.0, 11.0]}, [10, 10]) == "a"
    assert chosen({"zero": [0.0, 0.0], "model": [0.1, 0.2]}, [0, 0]) == "zero"


def test_baselines_count_what_they_say(leavers):
    customers = summaries(leavers, CUT)
    found = baselines(leavers, customers, CUT, 182)
    bought = leavers.filter(pl.col("is_purchase"))
    for row, customer in enumerate(customers["customer_id"].to_list()[:40]):
        days = [(on - CUT).days for on in bought.filter(customer_id=customer)["date"]]
        before = sum(-182 < day <= 0 for day in days)
        first = min(days)
        repeats = sum(first < day <= 0 for day in days)
        assert found["zero"][row] == 0
        assert found["same_as_before"][row] == before
        assert found["own_rate"][row] == pytest.approx(repeats / max(-first, 1) * 182)


def test_models_beat_the_baselines_where_customers_leave(leavers):
    fits, failures = fit_candidates(Histories.of(summaries(leavers, CUT)), is_regular=False)
    assert (set(fits), failures) == ({"bg_nbd", "mbg_nbd", "pareto_nbd"}, {})
    made = predictions(leavers, CUT, END, fits)
    table = judged(made)
    rmse = dict(table.select("model", "customer_rmse").iter_rows())
    naive = min(rmse[name] for name in ("zero", "same_as_before", "own_rate"))
    assert rmse[table.filter("is_chosen")["model"].item()] < naive
    after = leavers.filter(pl.col("is_purchase") & (pl.col("date") > CUT))
    known = summaries(leavers, CUT)["customer_id"].implode()
    bought = after.filter(pl.col("customer_id").is_in(known))
    assert table["total_actual"].unique().to_list() == [bought.height]
    assert made["actual_amount"].sum() == pytest.approx(float(bought["amount"].sum()))
    with pytest.raises(ValueError, match="not after its start"):
        predictions(leavers, CUT, CUT, fits)


def test_tracking_counts_repeat_purchases_and_sums_new_customers_curves(leavers):
    customers = summaries(leavers, CUT).filter(pl.col("first_date") < START + timedelta(days=60))
    model = BetaGeometric(0.9, 4.0, 0.8, 2.4)
    table = tracking(model, customers, leavers, END, step_days=91)
    bought = leavers.filter("is_purchase").join(customers, on="customer_id")
    for row in table.to_dicts():
        until = bought.filter(pl.col("date") <= row["date"], pl.col("date") > pl.col("first_date"))
        assert row["actual_count"] == until.height
        ages = [(row["date"] - first).days / 7 for first in customers["first_date"]]
        curve = [model.expected(Histories.blank(7.0), age)[0] for age in ages if age > 0]
        assert row["expected_count"] == pytest.approx(sum(curve))
    assert table["expected_new"].sum() == pytest.approx(table["expected_count"][-1])
    assert table["actual_new"].sum() == table["actual_count"][-1]
    with pytest.raises(ValueError, match="first bought before"):
        tracking(model, customers, leavers, START)


def test_frequency_recency_puts_every_customer_into_one_cell(leavers):
    model = BetaGeometric(0.9, 4.0, 0.8, 2.4)
    histories = Histories.of(summaries(leavers, END))
    table = frequency_recency(model, histories, 26.0)
    assert table["customer_count"].sum() == len(histories)
    expected = (table["customer_count"] * table["expected_orders"]).sum()
    assert expected == pytest.approx(model.expected(histories, 26.0).sum())
    bought, silent = histories.frequency + 1, histories.age_days - histories.recency_days
    alive = model.p_alive(histories)
    for cell in table.iter_rows(named=True):
        inside = (bought >= cell["purchases"]) & (silent >= cell["silent_days"])
        inside &= bought <= (cell["most_purchases"] or np.inf)
        inside &= silent <= (cell["most_silent_days"] or np.inf)
        assert cell["customer_count"] == inside.sum()
        assert cell["p_alive"] == pytest.approx(alive[inside].mean())
    assert table.filter(most_purchases=4)["purchases"].unique().to_list() == [3]


def test_one_call_fits_chooses_and_values(leavers):
    sold = dealings(500, steady=False)
    found = analyse(sold, END, Policy(horizon_days=365, holdout_days=182), margin_share=0.25)
    customers = found.tables["customers"]
    assert found.chosen in ("bg_nbd", "mbg_nbd", "pareto_nbd")
    assert customers["customer_id"].to_list() == summaries(leavers, END)["customer_id"].to_list()
    assert customers["p_alive"].is_between(0, 1).all()
    share = customers["clv_amount"] / customers["expected_amount"]
    assert share.is_between(0.25 / 1.10, 0.25).all()
    assert (customers["clv_low_amount"] <= customers["clv_amount"]).all()
    assert (customers["clv_amount"] <= customers["clv_high_amount"]).all()
    assert found.coverage.share > 0.85
    assert found.coverage.rule == "earlier_holdout"
    assert found.followed == found.chosen
    assert found.matrix["customer_count"].sum() == customers.height
    holdout = found.tables["holdout"]
    assert holdout.filter("is_chosen")["model"].to_list() == [found.chosen]
    fit = found.tables["model_fit"]
    assert set(fit["model"]) == {"bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma"}
    assert set(fit["interval"]) == {"bootstrap"}
    assert (fit["low"] < fit["high"]).all()
    near = (fit["high"] / fit["low"]).log() / (2 * 1.645 * fit["standard_error"] / fit["estimate"])
    assert near.is_between(0.5, 2.5).all()
    assert found.rhythm is not None
    assert not found.rhythm.is_regular
    again = analyse(sold, END, Policy(holdout_days=182), margin_share=0.25)
    assert again.tables["customers"].equals(customers)


def test_where_a_baseline_wins_it_is_taken_with_the_interval_of_its_own_errors():
    """A club whose members buy every 26 days and never leave: the past is the best forecast."""
    found = analyse(dealings(60, steady=True), END, Policy(horizon_days=364, holdout_days=182))
    assert found.rhythm is not None
    assert found.rhythm.is_regular
    assert found.rhythm.k == np.inf
    assert found.chosen == "same_as_before"
    customers = found.tables["customers"]
    assert set(customers["expected_orders"]) == {14.0}
    assert customers["p_alive"].null_count() == customers.height
    assert (customers["clv_low_amount"] < customers["clv_amount"]).all()
    assert (customers["clv_amount"] < customers["clv_high_amount"]).all()
    assert 0.8 < found.coverage.share <= 1
    assert found.followed in set(found.tables["model_fit"]["model"])
    discount = customers["clv_amount"] / customers["expected_amount"]
    assert discount.to_numpy() == pytest.approx(1.1**-0.5, abs=1e-3)
    k = found.tables["model_fit"].filter(parameter="k")
    assert k["model"].to_list() == ["mbg_cnbd_k"]
    assert k.select("low", "standard_error", "interval").rows() == [(None, None, None)]


def test_too_short_a_history_is_a_sentence():
    with pytest.raises(ValueError, match="nobody bought up to"):
        analyse(dealings(20, steady=True), START + timedelta(days=60))
    few = dealings(4, steady=True)
    with pytest.raises(ValueError, match="gamma_gamma: only 4 customers"):
        analyse(few, END)
