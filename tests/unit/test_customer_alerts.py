"""Alerts on customers that keep their ways, and on those that changed them."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from alert_books import MONTHS, book, end, month, orders
from dakehu.analysis.customer_value import alert_orders, alert_sales
from dakehu.analysis.customer_value.alert_book import FIRED, runs_of
from dakehu.analysis.customer_value.policy import Policy

POLICY = Policy()
TAIL = (1 - POLICY.alert_coverage) / 2
LAST = MONTHS - 1
# Orders a month and shape of the gaps: at random times and in a rhythm.
PACES = [(0.5, 1), (1, 1), (2, 1), (2, 4)]


def standing(found: pl.DataFrame) -> int:
    return (
        found.filter(pl.col("at") == LAST).height
        if "at" in found.columns
        else found["ended_date"].null_count()
    )


def watch(ordered: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, int]]:
    block = book(ordered)
    days = alert_orders.orders_of(block)
    return {
        "volume": alert_sales.volume(block, POLICY),
        "mix_shift": alert_sales.mix_shift(block, POLICY),
        "interval": alert_orders.interval(days, block, POLICY),
        "silence": alert_orders.silence(days, block, POLICY),
    }


def in_families(ordered: pl.DataFrame, weights: list[float], seed: int = 3) -> pl.DataFrame:
    luck = np.random.default_rng(seed)
    names = [f"family {n}" for n in range(len(weights))]
    return ordered.with_columns(family=pl.Series(luck.choice(names, ordered.height, p=weights)))


@pytest.mark.parametrize(("a_month", "rhythm"), PACES)
def test_customers_that_keep_their_ways_alert_no_more_than_the_coverage_lets(a_month, rhythm):
    ordered = in_families(orders(1000, a_month, rhythm), [0.4, 0.3, 0.2, 0.1])
    for kind, (found, watched) in watch(ordered).items():
        luck = 2 * (TAIL * (1 - TAIL) / max(watched, 1)) ** 0.5
        assert standing(found) <= (TAIL + luck) * watched, kind
        assert watched > 0, kind


def test_the_alarms_are_not_dead():
    for kind, (found, watched) in watch(in_families(orders(1000, 2, 1), [0.5, 0.5])).items():
        assert standing(found) > 0.1 * TAIL * watched, kind


def test_a_halving_of_regular_customers_is_found():
    ordered = orders(200, 6, 4).with_columns(
        net_amount=pl.when(pl.col("order_date") >= month(MONTHS - 3))
        .then(pl.col("net_amount") / 2)
        .otherwise("net_amount")
    )
    found, watched = watch(ordered)["volume"]
    assert watched == 200
    assert standing(found) > 0.9 * watched
    last = found.filter(pl.col("at") == LAST)
    mean = (last["expected_low"] + last["expected_high"]) / 2
    assert (last["value"] / mean).mean() == pytest.approx(0.5, abs=0.1)
    assert (last["value"] + last["amount_at_stake"]).mean() == pytest.approx(
        3 * 6 * 113, rel=0.05
    )  # 6 orders a month of exp(0.5 ** 2 / 2) * 100 on average


def test_intervals_twice_as_long_are_found():
    steady, turn = orders(200, 2, 10), month(MONTHS - 4)
    slower = steady.with_columns(
        order_date=pl.when(pl.col("order_date") > turn)
        .then(turn + 2 * (pl.col("order_date") - turn))
        .otherwise("order_date")
    ).filter(pl.col("order_date") <= end(LAST))
    seen = watch(slower)
    found, watched = seen["interval"]
    # Of some the interval now running is already longer than any that was expected.
    assert standing(found) > 0.8 * watched
    assert standing(found) + standing(seen["silence"][0]) > 0.9 * watched
    last = found.filter(pl.col("at") == LAST)
    assert last["value"].mean() == pytest.approx(30.4, rel=0.1)
    assert (last["expected_low"] < 15.2).all()


def test_whoever_stops_is_silent_from_the_day_beyond_the_bound():
    stopped = orders(200, 2, 4).filter(pl.col("order_date") <= end(LAST - 4))
    found, watched = watch(stopped)["silence"]
    assert standing(found) == watched == 200
    now = found.filter(pl.col("ended_date").is_null())
    assert now["value"].to_list() == (now["expected_high"].floor() + 1).to_list()
    assert (now["latest_value"] > 90).all()
    last = stopped.group_by("customer_id").agg(pl.col("order_date").max()).sort("customer_id")
    day = last["order_date"] + now.sort("customer")["value"].cast(pl.Int64) * timedelta(days=1)
    assert now.sort("customer")["alert_date"].to_list() == day.to_list()


def test_nobody_is_silent_within_the_floor_and_gone_after_a_year():
    daily = orders(30, 25, 4).filter(pl.col("order_date") <= end(LAST - 1))
    assert watch(daily)["silence"][0]["ended_date"].null_count() == 30
    assert (watch(daily)["silence"][0]["value"] == 31).all()
    gone = orders(50, 2, 4).filter(pl.col("order_date") <= end(LAST - 14))
    found, watched = watch(gone)["silence"]
    assert (watched, found["ended_date"].null_count()) == (0, 0)
    assert found.filter(pl.col("has_come")).height == 50


def test_a_family_that_loses_its_share_is_named():
    ordered = in_families(orders(200, 4, 2), [0.5, 0.3, 0.2])
    moved = pl.col("order_date") >= month(MONTHS - 12)
    to_other = moved & (pl.col("family") == "family 0") & (pl.int_range(pl.len()) % 5 > 0)
    shifted = ordered.with_columns(
        family=pl.when(to_other).then(pl.lit("family 1")).otherwise("family")
    )
    found, watched = watch(shifted)["mix_shift"]
    last = found.filter(pl.col("at") == LAST)
    assert last.height > 0.9 * watched
    named = last.filter(pl.col("family") == "family 0")
    assert named.height > 0.95 * last.height
    assert named["value"].mean() == pytest.approx(0.1, abs=0.02)
    middle = (named["expected_low"] + named["expected_high"]) / 2
    assert middle.mean() == pytest.approx(0.5, abs=0.03)


def test_a_sparse_or_short_history_gives_no_alert():
    sparse = orders(300, 0.1, 4)
    for kind, (found, watched) in watch(in_families(sparse, [0.5, 0.5])).items():
        assert (found.height, watched) == (0, 0), kind
    short = orders(300, 2, 4).filter(pl.col("order_date") >= month(MONTHS - 14))
    found, watched = watch(short)["volume"]
    assert (found.height, watched) == (0, 0)


def test_only_the_first_of_a_run_is_an_alert():
    at = [5, 6, 7, 9, 46, 47]
    found = pl.DataFrame(
        {name: [None] * len(at) for name in FIRED} | {"customer": [0] * 6, "at": at},
        schema=FIRED,
    ).with_columns(value=pl.col("at").cast(pl.Float64))
    months = pl.DataFrame({"last_date": [end(n) for n in range(MONTHS)]})
    runs = runs_of(found, months)
    assert runs.select("alert_date", "ended_date", "value", "latest_value").rows() == [
        (end(5), end(8), 5, 7),
        (end(9), end(10), 9, 9),
        (end(46), None, 46, 47),
    ]
