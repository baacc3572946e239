"""Customer value on books small enough to reckon by hand, and against slow loops."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from customer_book import AS_OF, SCHEMA, analysed, by_customer, calendar, line, month
from dakehu.analysis.customer_value import analyse


def test_window_holds_twelve_months_and_the_one_before_its_own():
    result = analysed(
        line("a", 12, 100), line("a", 23, 20), line("a", 11, 60), line("a", 0, 40), line("b", 5, 7)
    )
    assert by_customer(result.customers, "net_amount") == {"a": Decimal(120)}
    assert by_customer(result.customers, "growth")["a"] == pytest.approx(0.2)
    assert result.figures["growth"][0] == pytest.approx(120 / 107 - 1)
    assert (result.period.first_month, result.period.previous_first_month) == (month(12), month(0))


def test_short_history_leaves_growth_out():
    result = analysed(line("a", 12, 100), line("b", 13, 50), months=calendar(1))
    assert not result.period.has_previous
    assert "growth" not in result.customers.columns
    assert not {"growth", "lost_amount", "new_amount"} & result.figures.keys()
    assert result.movers.is_empty()


def test_history_shorter_than_one_window_is_taken_whole():
    result = analysed(line("a", 21, 100), months=calendar(20))
    assert result.period.month_count == 4


def test_months_without_sales_at_the_end_count():
    # Nobody bought since month 9: the window must not slide back to where the sales were.
    with pytest.raises(ValueError, match="no customer has sales above zero") as caught:
        analysed(line("a", 9, 100))
    assert "2024-01 to 2024-12" in str(caught.value)


def test_nothing_at_all_is_an_error_that_says_what_to_do():
    with pytest.raises(ValueError, match="choose a later as_of"):
        analyse(pl.DataFrame(schema=SCHEMA), calendar().clear(), AS_OF)
    with pytest.raises(ValueError, match=r"policy\.roles"):
        analysed(line("a", 20, 5), roles=["distributor"])


def test_one_customer():
    result = analysed(line("a", 20, 100))
    assert result.figures["cr1"] == (1, "share")
    assert result.classes.select("customer_class", "customer_count").rows() == [("A", 1)]


def test_roles_narrow_the_book_and_are_told():
    lines = [line("a", 20, 100), line("d", 20, 900, role="distributor")]
    assert analysed(*lines).figures["customer_count"][0] == 2
    result = analysed(*lines, roles=["customer"])
    assert result.customers["customer_id"].to_list() == ["a"]
    assert result.left_out.rows() == [("role", 1, Decimal(900))]


def test_negative_customers_are_listed_and_stand_outside():
    result = analysed(line("a", 20, 100), line("b", 20, -30), line("c", 3, 5))
    shares = by_customer(result.customers, "amount_share")
    assert shares["a"] == pytest.approx(1)
    assert shares["b"] is None
    assert by_customer(result.customers, "customer_class") == {"a": "A", "b": "C"}
    assert by_customer(result.customers, "rfm_segment")["b"] == "returns_only"
    assert result.left_out.rows() == [
        ("returns_exceed_purchases", 1, Decimal(-30)),
        ("no_sales_in_window", 1, Decimal(0)),
    ]


def test_ties_stand_in_order_of_the_id():
    result = analysed(*(line(name, 20, 10) for name in "dbca"))
    assert result.customers["customer_id"].to_list() == ["a", "b", "c", "d"]


def test_without_cost_there_is_no_margin_column():
    result = analysed(line("a", 20, 100))
    assert not result.has_margin
    assert "is_pareto_margin" not in result.customers.columns
    assert "margin_amount" not in result.figures


def test_margin_only_where_every_month_has_its_cost():
    result = analysed(
        line("a", 20, 100, cost=60),
        line("a", 21, 100),
        line("b", 20, 50, cost=10),
        line("c", 20, 40, cost=55),
        line("b", 3, 10),
    )
    margins = by_customer(result.customers, "margin_amount")
    assert margins == {"a": None, "b": Decimal(40), "c": Decimal(-15)}
    assert by_customer(result.customers, "is_pareto_margin") == {"a": None, "b": True, "c": False}
    assert result.figures["margin_amount"][0] == pytest.approx(25)
    assert result.figures["margin_share"][0] == pytest.approx(25 / 90)
    assert result.figures["margin_known_share"][0] == pytest.approx(90 / 290)


def test_movers_by_kind():
    result = analysed(
        line("new", 20, 10),
        line("lost", 3, 25),
        line("lost", 5, 5),
        line("up", 3, 10),
        line("up", 20, 90),
        line("down", 3, 50),
        line("down", 20, 20),
        line("same", 3, 8),
        line("same", 20, 8),
    )
    assert by_customer(result.movers, "kind") == {
        "up": "riser",
        "new": "new",
        "same": "same",
        "down": "faller",
        "lost": "lost",
    }
    assert result.movers["customer_id"].to_list() == ["up", "new", "same", "down", "lost"]
    changes = result.bridge["change_amount"].sum()
    assert float(changes) == pytest.approx(
        result.figures["net_amount"][0] - result.figures["previous_amount"][0]
    )
    assert result.figures["lost_amount"] == (30.0, "amount")


def test_returned_customers_are_not_new():
    months = calendar(-12)
    result = analysed(line("back", -3, 5), line("back", 20, 9), line("a", 20, 1), months=months)
    assert by_customer(result.movers, "kind") == {"back": "returned", "a": "new"}


def test_a_customer_that_only_returns_goods_now_is_lost():
    result = analysed(line("a", 3, 100), line("a", 20, -10), line("b", 20, 50))
    assert by_customer(result.movers, "kind")["a"] == "lost"
    assert result.figures["lost_amount"] == (100.0, "amount")


@pytest.mark.parametrize(
    ("days_ago", "orders", "segment"),
    [
        (90, 4, "champions"),
        (91, 4, "at_risk"),
        (180, 4, "at_risk"),
        (181, 4, "dormant"),
        (10, 3, "promising"),
    ],
)
def test_segment_of_a_large_customer(days_ago, orders, segment):
    last = AS_OF - timedelta(days=days_ago)
    big = line("big", 12 + last.month - 1, 1000, orders=orders, day=last.day)
    result = analysed(big, line("small", 20, 1), frequent_orders=4)
    assert by_customer(result.customers, "recency_days")["big"] == days_ago
    assert by_customer(result.customers, "rfm_segment")["big"] == segment


def test_segments_of_small_customers():
    lines = [line("big", 22, 1000), line("often", 23, 2, orders=9), line("once", 23, 1)]
    result = analysed(*lines, frequent_orders=4)
    segments = by_customer(result.customers, "rfm_segment")
    assert (segments["often"], segments["once"]) == ("loyal", "occasional")
    assert result.segments["customer_count"].sum() == 3


def test_frequent_is_the_median_and_at_least_two():
    assert analysed(line("a", 20, 5)).frequent_orders == 2
    lines = [line(f"c{n}", 20, 5, orders=n) for n in (1, 6, 7, 9)]
    assert analysed(*lines).frequent_orders == 7


def test_unclosed_month_is_known():
    assert not analysed(line("a", 23, 5), months=calendar(closed=False)).period.is_closed


def test_random_book_against_slow_loops():
    generator = np.random.default_rng(11)
    lines = []
    for number in range(40):
        for when in generator.choice(24, 6, replace=False):
            amount = round(float(generator.normal(50, 60)), 2)
            lines.append(line(f"c{number:02}", int(when), amount))
    result = analysed(*lines)
    now, before = {}, {}
    for entry in lines:
        book = now if entry["month"] >= month(12) else before
        book[entry["customer_id"]] = book.get(entry["customer_id"], 0) + entry["net_amount"]
    assert by_customer(result.customers, "net_amount") == now
    base = sorted((v for v in now.values() if v >= 0), reverse=True)
    running, key_count = Decimal(0), 0
    for value in base:
        if running < Decimal("0.8") * sum(base):
            key_count += 1
        running += value
    assert result.figures["key_customer_count"][0] == key_count
    assert result.customers["is_pareto_amount"].sum() == key_count
    squares = sum((float(v) / float(sum(base))) ** 2 for v in base)
    assert result.figures["hhi"][0] == pytest.approx(10_000 * squares)
    for name, growth in by_customer(result.customers, "growth").items():
        if before.get(name, 0) > 0:
            assert growth == pytest.approx(float(now[name] / before[name] - 1))
        else:
            assert growth is None


def test_published_tables_have_the_contract_columns():
    result = analysed(line("a", 20, 100, cost=60), line("a", 3, 50, cost=30), line("b", 4, 9))
    contract = {
        "customers": "customer_id customer_name net_amount amount_share cumulative_share"
        " is_pareto_amount margin_amount is_pareto_margin customer_class growth recency_days"
        " order_count rfm_segment customer_type active_years annual_cv is_key_account"
        " key_account_reason",
        "classes": "customer_class customer_count customer_share amount_share concentration_index",
        "concentration": "metric value",
        "types_migration": "from_type to_type customer_count net_amount",
        "lost_customers": "customer_id last_order_date silent_days usual_interval_days lost_amount",
    }
    for table, columns in contract.items():
        assert set(columns.split()) <= set(result.tables[table].columns)
    assert set(result.concentration["metric"]) == {
        "hhi",
        "cr1",
        "cr4",
        "cr5",
        "cr10",
        "gini",
        "effective_number",
        "top_fifth_share",
    }
