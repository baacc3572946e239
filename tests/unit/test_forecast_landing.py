"""The landing against target: hand-checked numbers, and stated chances that come true."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import conformal
from dakehu.analysis.sales_forecast.landing import Outlook, headline, landings, sum_errors
from dakehu.analysis.sales_forecast.pipeline import pipeline_of
from dakehu.analysis.sales_forecast.spread import NOTHING, of_deals
from dakehu.analysis.sales_forecast.targets import targets_of
from forecast_frames import LAST, ahead, deal, deals, decided, past_errors, quota, quotas, sales

NINE = [[e, 0, 0] for e in (-40, -30, -20, -10, 0, 10, 20, 30, 40)]
MID = date(2025, 11, 1)  # the fourth quarter with a month to come


def landed(rows, actual, forecast, errors=None, last=LAST, pipeline=None):
    found = targets_of(quotas(*rows), actual, last)
    errors = past_errors(NINE) if errors is None else errors
    return landings(found, actual, forecast, errors, last, pipeline)


def row(table: pl.DataFrame, **wanted) -> dict:
    return table.filter(**wanted).row(0, named=True)


def test_actual_forecast_gap_interval_and_chance_by_hand():
    year = quota(date(2025, 1, 1), date(2025, 12, 31), 1215)
    table = landed([year], sales(date(2025, 1, 1), [100] * 11), ahead([110], last=MID), last=MID)
    found = row(table, period="2025")
    assert found["actual_amount"] == Decimal("1100.00")
    assert found["forecast_amount"] == Decimal("1210.00")
    assert found["gap_amount"] == Decimal("-5.00")
    # Nine past errors of one month: -40 ... 40; the eighth in size is 40: the 80 % bounds.
    assert (found["low_80_amount"], found["high_80_amount"]) == (1170, 1250)
    # Eight errors are 5 or larger, each half on the good side: 115 or more, (8 / 2 + 1) / (9 + 2).
    assert found["probability_to_reach"] == pytest.approx(5 / 11)
    assert found["attainment"] == pytest.approx(1210 / 1215)
    assert (found["status"], found["basis"], found["reason"]) == ("running", "set", None)


def test_errors_of_sums_not_sums_of_errors():
    # Monthly errors cancel within each cutoff: the sums of two months were never off.
    errors = past_errors([[30, -30], [-30, 30]] * 10)
    first, second = (sum_errors(errors, ["model"])["m", h] for h in (1, 2))
    assert sorted(set(first)) == [-3, 3]
    assert set(second) == {0}


def test_half_of_the_distributors_are_not_added_to_their_regions():
    span = date(2026, 1, 1), date(2026, 3, 31)
    rows = [
        quota(*span, 60, "region", "r1"),
        quota(*span, 40, "region", "r2"),
        quota(*span, 30, "distributor", "d1"),
        quota(*span, 25, "distributor", "d2"),
    ]
    actual = pl.concat(
        sales(date(2025, 1, 1), [10] * 12, *series)
        for series in (("total", "total"), ("region", "r1"), ("region", "r2"))
    )
    table = landed(rows, actual, ahead([30, 30, 30]))
    total = row(table, level="total", period="2026-Q1")
    assert (total["target_amount"], total["basis"]) == (100, "regions")
    assert row(table, level="distributors")["target_amount"] == 55
    assert row(table, level="distributors")["reason"] == "lacks_forecast"
    without = landed(rows[1:], actual, ahead([30, 30, 30]))
    total = row(without, level="total", period="2026-Q1")
    assert total["target_amount"] is None, "a region without a target makes no total"


def test_a_total_that_was_set_stands_before_the_sum_of_regions():
    span = date(2026, 1, 1), date(2026, 3, 31)
    rows = [quota(*span, 90), quota(*span, 60, "region", "r1")]
    actual = pl.concat(
        [sales(date(2025, 1, 1), [10] * 12), sales(date(2025, 1, 1), [10] * 12, "region", "r1")]
    )
    assert (
        row(landed(rows, actual, ahead([30] * 3)), key="total", period="2026-Q1")["target_amount"]
        == 90
    )


def test_deals_shift_the_landing_and_its_chance():
    # Past sums were never off: the target of 150 is reached if, and only if, the deal is won.
    pipeline = pipeline_of(deals(deal(1), *decided(5, 5)), date(2025, 12, 31), LAST)
    rows = [quota(date(2026, 1, 1), date(2026, 3, 31), 150)]
    exact = past_errors([[0, 0, 0]] * 98)
    found = row(
        landed(rows, sales(date(2025, 1, 1), [30] * 12), ahead([20] * 3), exact, LAST, pipeline),
        period="2026-Q1",
    )
    assert found["pipeline_amount"] == 50
    assert found["forecast_amount"] == 110
    assert found["probability_to_reach"] == pytest.approx((98 * 0.5 + 1) / 100)
    assert (found["low_80_amount"], found["high_80_amount"]) == (60, 160)


def test_odd_targets():
    year = date(2025, 1, 1), date(2025, 12, 31)
    actual = pl.concat(
        [
            sales(date(2025, 1, 1), [100] * 12),
            sales(date(2025, 1, 1), [5] * 12, "region", "r1"),
            sales(date(2025, 1, 1), [0] * 12, "region", "zero"),
        ]
    )
    rows = [
        quota(*year, 1200),
        quota(*year, 61, "region", "r1"),
        quota(*year, 0, "region", "zero"),
        quota(date(2026, 1, 1), date(2026, 12, 31), 900, "region", "r1"),
        quota(date(2026, 1, 1), date(2026, 3, 31), 15, "region", "never_sold"),
    ]
    table = landed(rows, actual, ahead([5.0] * 3, "region", "r1"))
    over = row(table, key="total", period="2025")
    assert (over["status"], over["probability_to_reach"], over["gap_amount"]) == ("over", 1, 0)
    assert row(table, key="r1", period="2025")["probability_to_reach"] == 0
    zero = row(table, key="zero")
    assert (zero["probability_to_reach"], zero["attainment"]) == (None, None)
    assert zero["gap_amount"] == 0
    beyond = row(table, key="r1", period="2026")
    assert (beyond["reason"], beyond["forecast_amount"]) == ("beyond_horizon", None)
    assert row(table, key="never_sold")["reason"] == "lacks_forecast"


def test_data_that_begins_within_the_period_is_no_actual():
    rows = [quota(date(2025, 1, 1), date(2025, 12, 31), 1200)]
    table = landed(rows, sales(date(2025, 7, 1), [100] * 6), ahead([100] * 12))
    found = row(table, period="2025")
    assert (found["reason"], found["forecast_amount"]) == ("lacks_data", None)


def test_without_quotas_the_total_lands_without_target_or_chance():
    table = landed([], sales(date(2025, 1, 1), [100] * 12), ahead([100] * 3))
    quarter, year = row(table, period="2026-Q1"), row(table, period="2026")
    assert (quarter["forecast_amount"], quarter["low_80_amount"]) == (300, 260)
    assert [quarter[name] for name in ("target_amount", "gap_amount", "probability_to_reach")] == [
        None
    ] * 3
    assert year["reason"] == "beyond_horizon"
    assert headline(table)["period"].to_list() == ["2026-Q1"]


def test_bounds_are_those_of_the_conformal_radii():
    errors = np.random.default_rng(2).normal(3, 10, 40)
    scores = pl.DataFrame({"horizon": 1, "score": np.abs(errors)})
    radius = conformal.radii(scores, []).filter(level=0.80)["radius"].item()
    assert Outlook(500, errors, NOTHING, True).interval() == pytest.approx(
        (500 - radius, 500 + radius)
    )
    assert Outlook(500, errors, NOTHING, True).probability(500) == pytest.approx(0.5)
    assert Outlook(5, errors, NOTHING, True).interval()[0] == 0, "never below zero"


def test_too_few_errors_give_no_bounds_but_a_cautious_chance():
    outlook = Outlook(100, np.array([0.0, 5.0]), NOTHING, True)
    assert outlook.interval() == (None, None)
    assert outlook.probability(1) == 3 / 4
    assert Outlook(100, np.array([]), NOTHING, True).probability(1) is None


def test_the_headline_is_the_total_shortest_period_first():
    rows = [
        quota(date(2026, 1, 1), date(2026, 12, 31), 1300),
        quota(date(2026, 1, 1), date(2026, 3, 31), 320),
        quota(date(2026, 1, 1), date(2026, 3, 31), 20, "person", "p1"),
    ]
    actual = pl.concat(
        sales(date(2024, 1, 1), [100] * 24, *series)
        for series in (("total", "total"), ("person", "p1"), ("people", "people"))
    )
    errors = past_errors([[e] + [0] * 11 for e in range(-9, 10)])
    forecast = pl.concat([ahead([100] * 12), ahead([100] * 12, "people", "people")])
    both = headline(landed(rows, actual, forecast, errors))
    assert both["period"].to_list() == ["2026-Q1", "2026"]
    people = headline(landed(rows[2:], actual, forecast, errors))
    assert people["level"].to_list() == ["people"]


def test_among_targets_with_a_stated_chance_that_share_is_reached():
    """300 panels of monthly sales with a season and a level that wanders; targets near the mark."""
    random = np.random.default_rng(7)
    months, known, horizon = 84, 72, 3
    season = 1 + 0.3 * np.sin(np.arange(months) / 6 * np.pi)
    level = 100 + random.normal(0, 2, (300, months)).cumsum(axis=1)
    panel = level * season + random.normal(0, 6, (300, months))

    def naive(cutoff: int) -> np.ndarray:
        """Same months a year before, moved by how the last quarter compares with its own."""
        back = panel[:, cutoff - 12 : cutoff - 12 + horizon]
        last, before = (panel[:, c - 3 : c].mean(axis=1) for c in (cutoff, cutoff - 12))
        return back * (last / before)[:, None]

    cutoffs = range(30, known - horizon + 1, 3)
    off = np.stack([naive(c) - panel[:, c : c + horizon] for c in cutoffs]).sum(axis=2)
    forecast = naive(known).sum(axis=1)
    truth = panel[:, known : known + horizon].sum(axis=1)
    stated, reached = [], []
    for i in range(300):
        outlook = Outlook(forecast[i], off[:, i], NOTHING, True)
        for part in (0.85, 0.92, 0.97, 1.0, 1.03, 1.08, 1.15):
            target = part * panel[i, known - 12 : known - 12 + horizon].sum()
            stated.append(outlook.probability(target))
            reached.append(truth[i] >= target)
    bins = pl.DataFrame({"stated": stated, "reached": reached}).group_by(
        (pl.col("stated") * 5).floor().clip(0, 4).alias("bin")
    )
    for found in bins.agg(pl.len(), pl.all().mean()).iter_rows(named=True):
        assert found["len"] > 100
        assert abs(found["stated"] - found["reached"]) < 0.08, found


def test_deals_of_known_chance_come_true_as_stated():
    random = np.random.default_rng(3)
    stated, reached = [], []
    for _ in range(2000):
        amounts, chances = random.lognormal(3, 1, 6), random.uniform(0.1, 0.9, 6)
        outlook = Outlook(100, np.linspace(-20, 20, 199), of_deals(amounts, chances), True)
        target = 100 + amounts.sum() * random.uniform(0, 1)
        stated.append(outlook.probability(target))
        came = 100 - random.uniform(-20, 20) + amounts @ (random.random(6) < chances)
        reached.append(came >= target)
    stated, reached = np.array(stated), np.array(reached)
    for low in (0, 0.25, 0.5, 0.75):
        held = (stated >= low) & (stated < low + 0.25)
        assert abs(stated[held].mean() - reached[held].mean()) < 0.06
