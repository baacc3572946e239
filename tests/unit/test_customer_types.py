"""The four types on customers made for each of them, migration and what each type takes."""

from decimal import Decimal

import polars as pl
import pytest

from customer_book import AS_OF, SCHEMA, analysed, by_customer, calendar, line, mart, month
from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.marts import frames
from dakehu.analysis.customer_value.types import types_of
from dakehu.analysis.customer_value.window import bought, period_of

# Together 1,000 before and 1,100 now: the benchmark is +10 %.
BOOK = [
    *(line("cow", n, amount, cost=amount / 2) for n, amount in ((3, 600), (20, 600))),
    *(line("star", n, amount, cost=amount / 2) for n, amount in ((3, 200), (20, 300))),
    *(line("dog", n, amount, cost=amount / 2) for n, amount in ((3, 120), (20, 120))),
    *(line("loss", n, amount, cost=amount * 1.1) for n, amount in ((3, 80), (20, 80))),
]


def typed(*lines, months=None, read=None, contribution=None, earlier=None, **policy):
    """The types of these lines, with contribution and overdue amounts if there are any."""
    frame = pl.DataFrame(list(lines), schema=SCHEMA)
    months = calendar() if months is None else months
    period = period_of(months, AS_OF, 12)
    marts, rules = frames(read or {}), Policy(**policy)
    known = bought(frame, period)
    return types_of(known, frame, months, marts, period, rules, contribution, earlier)


def contributions(**amounts) -> pl.DataFrame:
    """Customer -> (contribution, overdue by more than 90 days)."""
    rows = [(name, *map(Decimal, map(str, both))) for name, both in amounts.items()]
    names = ["contribution_amount", "overdue_over_90_amount"]
    schema = {"customer_id": pl.String, **dict.fromkeys(names, pl.Decimal(38, 2))}
    return pl.DataFrame(rows, schema=schema, orient="row")


def types(result) -> dict:
    return by_customer(result.customers, "customer_type")


def test_each_type_by_its_own_rule():
    result = typed(*BOOK)
    assert result.benchmark == pytest.approx(0.10)
    # The smallest customer of the Pareto set, 600 and 300 of 1,100, is the bar.
    assert result.bar_amount == Decimal(300)
    assert types(result) == {"cow": "cash_cow", "star": "star", "dog": "dog", "loss": "wildcat"}
    assert by_customer(result.customers, "type_reason")["loss"] == "contribution"
    assert result.figures["wildcat_count"] == (1, "count")
    assert result.has_contribution


def test_growth_at_the_benchmark_is_no_star():
    result = typed(line("a", 3, 100), line("a", 20, 150), benchmark_growth=0.5)
    assert types(result) == {"a": "cash_cow"}
    assert types(typed(line("a", 3, 100), line("a", 20, 150), benchmark_growth=0.49)) == {
        "a": "star"
    }


def test_a_small_fast_customer_is_a_star_by_its_potential_only():
    lines = [*BOOK, line("new", 20, 5, cost=1), line("fast", 3, 4, cost=1)]
    lines.append(line("fast", 20, 8, cost=2))
    assert types(typed(*lines)) | {"new": "dog", "fast": "dog"} == types(typed(*lines))
    known = mart(
        "profiles",
        {"customer_id": "new", "potential_amount": 5000},
        {"customer_id": "fast", "potential_amount": 5000},
        {"customer_id": "dog", "potential_amount": 5000},
    )
    found = types(typed(*lines, read=known))
    assert (found["new"], found["fast"]) == ("star", "star")
    assert found["dog"] == "dog"  # a high potential that does not grow


def test_without_cost_types_go_by_sales_only():
    result = typed(line("a", 3, 90), line("a", 20, 90), line("b", 3, 10), line("b", 20, 10))
    assert not result.has_contribution
    assert types(result) == {"a": "cash_cow", "b": "dog"}
    assert "value_share" not in result.summary.columns


@pytest.mark.parametrize("grade_kind", ["diversion", "price"])
def test_an_offender_is_a_wildcat_in_the_window_of_the_case_only(grade_kind):
    def read(number):
        event = {"customer_id": "cow", "month": month(number), "kind": grade_kind}
        return mart("events", event | {"event_count": 1})

    assert by_customer(typed(*BOOK, read=read(15)).customers, "type_reason")["cow"] == grade_kind
    assert types(typed(*BOOK, read=read(11)))["cow"] == "cash_cow"


def test_other_events_are_no_harm():
    event = {"customer_id": "cow", "month": month(15), "kind": "tender_lost", "event_count": 4}
    assert types(typed(*BOOK, read=mart("events", event)))["cow"] == "cash_cow"


def test_contribution_and_overdue_amounts_can_be_plugged_in():
    given = contributions(cow=(300, 30), star=(-1, 0), dog=(60, 6.01), loss=(8, 0))
    result = typed(*BOOK, contribution=given)
    assert by_customer(result.customers, "type_reason") == {
        "cow": None,  # 30 of 600 is not above 5 %
        "star": "contribution",
        "dog": "overdue",
        "loss": None,
    }
    assert result.has_overdue
    value = dict(result.summary.select("customer_type", "value_amount").iter_rows())
    assert value["wildcat"] == Decimal(59)


def test_no_window_before_gives_no_types():
    result = typed(line("a", 20, 5), months=calendar(12))
    assert result.benchmark is None
    assert result.customers.is_empty()
    assert result.figures == {}
    assert "customer_type" not in analysed(line("a", 20, 5), months=calendar(12)).customers.columns


def test_migration_counts_who_moved_came_and_went():
    lines = [
        line("cow", -8, 100),
        line("gone", -8, 80),
        line("cow", 3, 100),
        line("gone", 3, 100),
        line("cow", 20, 100),
        line("come", 20, 110),
    ]
    result = typed(*lines, months=calendar(-12))
    rows = {
        (row["from_type"], row["to_type"]): row
        for row in result.types_migration.iter_rows(named=True)
    }
    assert {key: row["customer_count"] for key, row in rows.items()} == {
        ("cash_cow", "cash_cow"): 1,
        ("star", "absent"): 1,
        ("absent", "star"): 1,
    }
    assert rows["star", "absent"]["previous_amount"] == Decimal(100)
    assert result.types_migration["net_amount"].sum() == Decimal(210)
    assert result.earlier_benchmark == pytest.approx(200 / 180 - 1)


def test_migration_needs_three_windows():
    assert typed(*BOOK).types_migration.is_empty()


def test_migration_compares_on_one_basis():
    lines = [line("a", n, 100, cost=50) for n in (-8, 3, 20)]
    loss = contributions(a=(-5, 0))
    only_now = typed(*lines, months=calendar(-12), contribution=loss)
    assert types(only_now) == {"a": "wildcat"}
    assert only_now.types_migration.select("from_type", "to_type").rows() == [
        ("cash_cow", "cash_cow")
    ]
    both = typed(*lines, months=calendar(-12), contribution=loss, earlier=contributions(a=(9, 0)))
    assert both.types_migration.select("from_type", "to_type").rows() == [("cash_cow", "wildcat")]


def test_what_a_type_takes_stands_beside_what_it_brings():
    def cost(customer, number, amount):
        row = {"customer_id": customer, "month": month(number), "cost_type": "service"}
        return row | {"cost_amount": Decimal(amount)}

    read = mart("costs", cost("cow", 20, 30), cost("dog", 20, 10), cost("dog", 3, 900))
    summary = typed(*BOOK, read=read).summary
    rows = {row["customer_type"]: row for row in summary.iter_rows(named=True)}
    assert list(rows) == ["cash_cow", "star", "dog", "wildcat"]
    assert rows["dog"]["cost_share"] == pytest.approx(0.25)
    assert rows["cash_cow"]["cost_share"] == pytest.approx(0.75)
    assert rows["star"]["amount_share"] == pytest.approx(300 / 1100)
    assert rows["wildcat"]["value_amount"] == Decimal(-8)
    assert summary["customer_share"].sum() == pytest.approx(1)


def test_shares_of_a_loss_are_missing():
    summary = typed(line("a", 3, 10, cost=20), line("a", 20, 10, cost=20)).summary
    assert summary["value_share"].to_list() == [None]
