"""Silence by the own rhythm, churn and retention, cohorts."""

import itertools
from datetime import timedelta
from decimal import Decimal
from statistics import median

import numpy as np
import pytest

from customer_book import AS_OF, analysed, by_customer, calendar, line, mart, month
from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.rhythm import rhythm_of

POLICY = Policy()


def days(customer: str, *ago: int) -> list[dict]:
    """Order days, in days before the date of the report."""
    return [{"customer_id": customer, "order_date": AS_OF - timedelta(days=n)} for n in ago]


def rhythm(*order_days: dict, policy: Policy = POLICY) -> dict:
    frame = rhythm_of(mart("order_days", *order_days)["order_days"], AS_OF, policy)
    return {row["customer_id"]: row for row in frame.iter_rows(named=True)}


def test_the_rhythm_is_the_median_of_the_own_intervals():
    found = rhythm(*days("a", 400, 390, 380, 100), *days("b", 5))
    # Intervals of 10, 10 and 280 days: the mean would be 100.
    assert found["a"]["usual_interval_days"] == 10
    assert found["a"]["silent_days"] == 100
    assert found["b"]["usual_interval_days"] is None


@pytest.mark.parametrize(
    ("silent", "expected"), [(119, False), (120, False), (121, True), (300, True)]
)
def test_silent_is_more_than_thrice_the_own_interval(silent, expected):
    ago = [silent + 40 * n for n in range(4)]
    found = rhythm(*days("a", *ago))["a"]
    assert found["is_silent"] is expected
    since = AS_OF - timedelta(days=silent - 121)
    assert found["lost_date"] == (since if expected else None)


def test_a_daily_buyer_is_not_silent_within_the_floor():
    assert not rhythm(*days("a", *range(30, 40)))["a"]["is_silent"]
    assert rhythm(*days("a", *range(31, 40)))["a"]["is_silent"]
    low = Policy(silence_floor_days=0)
    assert rhythm(*days("a", *range(30, 40)), policy=low)["a"]["is_silent"]


def test_few_order_days_have_no_rhythm_to_judge_by():
    assert rhythm(*days("a", 400, 390, 380))["a"]["is_silent"] is None


def test_random_rhythms_against_a_slow_loop():
    generator = np.random.default_rng(5)
    book = {f"c{n}": sorted(generator.choice(900, 7, replace=False).tolist()) for n in range(30)}
    found = rhythm(*(row for name, ago in book.items() for row in days(name, *ago)))
    for name, ago in book.items():
        gaps = [later - earlier for earlier, later in itertools.pairwise(ago)]
        assert found[name]["usual_interval_days"] == median(gaps)
        assert found[name]["is_silent"] == (ago[0] > max(3 * median(gaps), 30))


def test_buyers_at_random_times_are_seldom_called_silent_and_steady_ones_as_before():
    generator = np.random.default_rng(6)
    ago = {
        f"c{n}": (5000 - np.cumsum(generator.exponential(60, 40)).astype(int)).tolist()
        for n in range(400)
    }
    # As of the day before the last order: the last interval, whole, is the silence.
    book = {
        name: [day - days_ago[-1] + 1 for day in days_ago[:-1]] for name, days_ago in ago.items()
    }
    rows = [row for name, days_ago in book.items() for row in days(name, *days_ago)]
    found = rhythm(*rows).values()
    alone = rhythm(*rows, policy=Policy(alert_history_min=99)).values()
    assert sum(row["is_silent"] for row in found) / 400 < 0.03
    assert 0.08 < sum(row["is_silent"] for row in alone) / 400 < 0.18
    steady = rhythm(*days("a", *(121 + 40 * n for n in range(20))))["a"]
    assert steady["lost_date"] == AS_OF


QUIET = [200, 210, 220, 230, 240]
BOOK = [
    line("stays", 3, 100),
    line("stays", 20, 150),
    line("shrinks", 3, 100),
    line("shrinks", 20, 40),
    line("quiet", 3, 50),
    line("quiet", 17, 30),
    line("gone", 3, 250),
    line("new", 20, 70),
]
READ = mart("order_days", *days("stays", 5, 15, 25, 35), *days("quiet", *QUIET), *days("gone", 500))


def test_churn_and_retention_of_customers_and_of_revenue():
    figures = {n: v for n, (v, _) in analysed(*BOOK, read=READ).figures.items()}
    assert figures["retention_rate"] == pytest.approx(3 / 4)
    assert figures["logo_churn"] == pytest.approx(2 / 4)  # gone, and quiet by silence
    assert figures["revenue_churn"] == pytest.approx(300 / 500)
    assert figures["net_revenue_retention"] == pytest.approx(220 / 500)
    assert figures["gross_revenue_retention"] == pytest.approx((100 + 40 + 30) / 500)
    assert figures["silent_customer_count"] == 1
    assert figures["revenue_at_risk"] == 30
    assert figures["rhythm_known_share"] == pytest.approx(2 / 4)


def test_leavers_by_window_and_by_silence():
    lost = analysed(*BOOK, read=READ).retention.lost_customers
    rows = {row["customer_id"]: row for row in lost.iter_rows(named=True)}
    assert list(rows) == ["gone", "quiet"]
    assert (rows["gone"]["left_by"], rows["gone"]["lost_amount"]) == ("window", Decimal(250))
    assert (rows["quiet"]["left_by"], rows["quiet"]["lost_amount"]) == ("silence", Decimal(50))
    assert rows["quiet"]["usual_interval_days"] == 10
    assert rows["quiet"]["silent_days"] == 200
    assert rows["gone"]["usual_interval_days"] is None


def test_silence_is_seen_without_a_window_before():
    result = analysed(line("quiet", 17, 30), months=calendar(12), read=READ)
    assert by_customer(result.retention.lost_customers, "left_by") == {"quiet": "silence"}
    assert "net_revenue_retention" not in result.figures
    assert result.figures["revenue_at_risk"] == (30.0, "amount")


def test_customers_long_gone_are_no_news():
    result = analysed(line("a", 20, 9), line("old", -3, 9), months=calendar(-12))
    assert result.retention.lost_customers.is_empty()


def test_who_only_returned_goods_then_is_no_base_to_retain():
    result = analysed(line("r", 3, -5), line("r", 20, 10), line("a", 3, 10), line("a", 20, 10))
    assert result.figures["net_revenue_retention"] == (1.0, "share")


def test_cohorts_follow_the_quarter_of_the_first_order():
    result = analysed(
        line("a", 0, 10),
        line("b", 2, 10),
        line("b", 4, 10),
        line("a", 23, 5),
        line("c", 21, 7),
        line("x", 22, -3),
    )
    assert result.retention.cohort_months == 3
    cohorts = {
        (row["cohort"], row["age"]): (row["customer_count"], row["active_count"])
        for row in result.retention.cohorts.iter_rows(named=True)
    }
    assert cohorts[month(0), 0] == (2, 2)
    assert cohorts[month(0), 1] == (2, 1)
    assert cohorts[month(0), 2] == (2, 0)
    assert cohorts[month(0), 7] == (2, 1)
    assert cohorts[month(21), 0] == (1, 1)
    assert len(cohorts) == 8 + 1
    money = result.retention.cohorts["net_amount"].sum()
    assert money == Decimal(42)


def test_a_long_history_goes_by_years():
    result = analysed(line("a", -28, 10), line("a", 20, 10), months=calendar(-36))
    assert result.retention.cohort_months == 12
    starts = result.retention.cohorts["cohort"].unique().to_list()
    assert starts == [month(-36)]
    shares = result.retention.cohorts.sort("age")["retention_share"].to_list()
    assert shares == [1, 0, 0, 0, 1]
