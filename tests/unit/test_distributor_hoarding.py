"""Purchases pulled forward, told from thin months, holidays, price rises and launches."""

from datetime import date, timedelta

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking.hoarding import hoarding_of
from dakehu.analysis.distributor_ranking.leads import leads_of
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.purchases import months_of
from distributor_panel import AS_OF, WINDOW, daily, days_of, left_in_month, read_of

LATE, POLICY = 7, Policy()


def even(day: date) -> float:
    return 100.0


def pushing(day: date) -> float:
    """Fifteen times as much in the last week of a quarter, hardly anything in the next three."""
    if day.month % 3 == 0 and left_in_month(day) <= LATE:
        return 1500.0
    return 10.0 if day.month % 3 == 1 and day.day <= 20 else 100.0


def amounts(values: list[tuple[str, date, float]], name: str) -> pl.DataFrame:
    frame = pl.DataFrame(
        values, schema={"distributor_id": pl.String, "month": pl.Date, name: pl.Float64},
        orient="row",
    )  # fmt: skip
    return frame.with_columns(pl.col(name).cast(pl.Decimal(38, 2)))


def month(found, code: str, first: date) -> dict:
    return found.months.filter(distributor_id=code, month=first).row(0, named=True)


def test_a_thin_start_alone_raises_the_index_to_five_quarters():
    """The catalogue's trap: ten days at two fifths, and the end of an even month looks pushed."""
    days = days_of(daily("A", lambda day: 40.0 if day.day <= 10 else 100.0, date(2024, 4, 1)))
    frame = months_of(days, AS_OF, POLICY)
    april = frame.filter(pl.col("month") == date(2024, 4, 1)).row(0, named=True)
    assert april["late_index"] == pytest.approx(1.25)
    assert april["early_index"] == pytest.approx(0.5)


def test_the_one_that_pushes_is_found_and_the_even_one_is_not():
    days = days_of(daily("A", pushing) + daily("B", even))
    found = leads_of(read_of(days), WINDOW, AS_OF, POLICY)
    pushed = found.leads.filter(measure="pull_forward")
    assert set(pushed["distributor_id"]) == {"A"}
    assert pushed["month"].to_list() == [date(2024, month, 1) for month in (3, 6, 9, 12)]
    # March: 10,500 of its 12,900 in the last week, a week being 7 of 31 days.
    march = month(found.hoarding, "A", date(2024, 3, 1))
    assert march["late_share"] == pytest.approx(10_500 / 12_900)
    assert march["normal"] == pytest.approx(1)
    assert march["pull_forward"] == pytest.approx(10_500 / 12_900 * 31 / 7)
    assert march["payback"] == pytest.approx(100 / 1200 * 30 / 10)
    assert set(pushed["evidence_grade"]) == {"C"}  # purchases alone
    assert set(found.leads.filter(~pl.col("is_benign"))["measure"]) == {"pull_forward", "payback"}
    assert set(found.tests["distributor_id"]) == {"A", "B"}


def test_stock_or_sell_out_or_debts_make_it_two_independent_signs():
    days = days_of(daily("A", pushing))
    firsts = sorted(set(days["month"]))
    bought = dict(days.group_by("month").agg(pl.col("bought_amount").sum()).iter_rows())
    mean = float(sum(bought.values())) / len(firsts)
    held, stock = 0.0, []
    for first in firsts:
        held += float(bought[first]) - mean
        stock.append(("A", first, held + 3000))
    sold = amounts([("A", first, mean) for first in firsts], "sold_cost_amount")
    counted = amounts(stock, "stock_amount").join(sold, on=["distributor_id", "month"])
    coverage = counted.select("distributor_id", "month", is_reported=pl.lit(True))
    found = leads_of(read_of(days, stock=counted, coverage=coverage), WINDOW, AS_OF, POLICY)
    push = found.leads.filter(pl.col("month") == date(2024, 9, 1), ~pl.col("is_benign"))
    assert {"pull_forward", "stock_jump_days"} <= set(push["measure"])
    assert set(push["evidence_grade"]) == {"B"}
    september = month(found.hoarding, "A", date(2024, 9, 1))
    quarter = sum(float(bought[date(2024, n, 1)]) for n in (7, 8, 9))
    assert september["sell_in_over_sell_out"] == pytest.approx(quarter / (3 * mean))
    ends = dict(counted.select("month", "stock_amount").iter_rows())
    assert september["stock_days"] == pytest.approx(
        float(ends[date(2024, 9, 1)]) / (3 * mean / 92), rel=1e-4
    )


def test_debts_against_purchases_of_the_quarter_before():
    days = days_of(daily("A", even))
    firsts = sorted(set(days["month"]))
    open_at = {first: 1000.0 * n for n, first in enumerate(firsts, 1)}
    ledger = amounts([("A", first, 1000.0) for first in firsts], "invoiced_amount")
    ledger = ledger.with_columns(received_amount=pl.lit(0).cast(pl.Decimal(38, 2)))
    found = hoarding_of(read_of(days, ledger=ledger), WINDOW, AS_OF, POLICY)
    june = month(found, "A", date(2024, 6, 1))
    expected = (open_at[date(2024, 6, 1)] / 91) / (open_at[date(2024, 3, 1)] / 91)
    assert june["receivables_index"] == pytest.approx(expected)


def test_what_is_given_back_in_the_two_months_after():
    back = [("A", date(2024, 10, 5), 300.0), ("A", date(2024, 11, 5), 150.0)]
    found = hoarding_of(read_of(days_of(daily("A", even), back)), WINDOW, AS_OF, POLICY)
    assert month(found, "A", date(2024, 9, 1))["returned_share"] == pytest.approx(450 / 3000)
    assert month(found, "A", date(2024, 11, 1))["returned_share"] is None  # not known yet


def rising(day: date) -> float:
    """Everybody's push before new prices of the first of July; even otherwise."""
    return 600.0 if date(2024, 6, 24) <= day < date(2024, 7, 1) else 100.0


def test_what_is_loaded_before_a_price_rise_is_benign():
    days = days_of(daily("A", rising) + daily("B", pushing))
    rise = pl.DataFrame({"event_id": ["E"], "start_date": [date(2024, 7, 1)]})
    found = leads_of(read_of(days, price_rises=rise), WINDOW, AS_OF, POLICY)
    rows = found.leads.filter(distributor_id="A")
    assert set(rows["measure"]) == {"pull_forward", "price_rise_load"}
    assert rows["is_benign"].all()
    load = rows.filter(measure="price_rise_load").row(0, named=True)
    assert load["month"] == date(2024, 6, 1)
    assert load["value"] == pytest.approx((7 * 600 + 23 * 100) / 30 / 100)
    # The one that always pushes is judged on its other quarters.
    scored = found.leads.filter(~pl.col("is_benign"), distributor_id="B", measure="pull_forward")
    assert scored["month"].to_list() == [date(2024, month, 1) for month in (3, 9, 12)]


def lunar(day: date) -> float:
    return 300.0 if date(2024, 1, 20) <= day < date(2024, 2, 7) else 100.0


def test_what_is_loaded_before_the_lunar_new_year_is_benign():
    found = leads_of(read_of(days_of(daily("A", lunar))), WINDOW, AS_OF, POLICY)
    load = found.leads.row(0, named=True)
    assert (load["measure"], load["is_benign"]) == ("lunar_new_year_load", True)
    assert load["value"] == pytest.approx((18 * 300 + 12 * 100) / 30 / 100)
    assert found.leads.height == 1
    elsewhere = Policy(lunar_new_year=False)
    assert leads_of(read_of(days_of(daily("A", lunar))), WINDOW, AS_OF, elsewhere).leads.is_empty()


def test_a_launch_fills_empty_shelves():
    launch = date(2024, 9, 20)
    new = [("A", launch + timedelta(n), 900.0) for n in range(11)]
    old = days_of(daily("A", even))
    fresh = days_of(new).with_columns(launch_date=pl.lit(launch))
    both = pl.concat([old, fresh.select(old.columns)])
    first = date(2024, 9, 1)
    quiet, loud = (
        month(hoarding_of(read_of(days), WINDOW, AS_OF, POLICY), "A", first)
        for days in (both, pl.concat([old, fresh.select(old.columns).with_columns(
            launch_date=pl.lit(date(1900, 1, 1)))]))
    )  # fmt: skip
    assert quiet["pull_forward"] == pytest.approx(1, abs=0.05)
    assert loud["pull_forward"] > 2
    assert quiet["sell_in_amount"] == loud["sell_in_amount"]  # it was bought all the same


def test_a_month_that_has_not_ended_is_not_judged():
    days = days_of(daily("A", even))
    frame = months_of(days, AS_OF - timedelta(1), POLICY)
    assert frame["month"].max() == date(2024, 11, 1)


def test_who_seldom_buys_is_not_tested():
    seldom = [("A", date(2024, n, 28), 100.0) for n in (3, 6, 9, 12)]
    found = hoarding_of(read_of(days_of(seldom)), WINDOW, AS_OF, POLICY)
    assert found.hypotheses.is_empty()
    assert found.months["normal"].is_null().all()


def test_a_rhythm_of_one_order_a_quarter_is_no_push_and_not_tested():
    """Orders on the last day of each quarter only: no usual month to compare them with."""

    def quarterly(day: date) -> float:
        return 900.0 if day.month % 3 == 0 and left_in_month(day) == 1 else 0.0

    found = leads_of(
        read_of(days_of(daily("A", quarterly) + daily("B", even))), WINDOW, AS_OF, POLICY
    )
    assert found.tests["distributor_id"].to_list() == ["B"]
    assert found.leads.is_empty()
