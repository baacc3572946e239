"""The stage of a relation: how it rises, what throws it back, how often."""

import polars as pl
import pytest

from customer_book import AS_OF, SCHEMA, calendar, line, mart, month
from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.relations import relations_of
from dakehu.analysis.customer_value.window import period_of

# Three years that end in December 2024: twelve quarters, the first from month -12.
MONTHS = calendar(-12)


def quarters(pattern: str, customer: str = "a", amount: int = 10) -> list[dict]:
    """A line in every quarter marked; `.` is a quarter without orders, digits scale the amount."""
    first = 24 - 3 * len(pattern)
    return [
        line(customer, first + 3 * n + 1, amount * int(mark))
        for n, mark in enumerate(pattern)
        if mark != "."
    ]


def event(quarter: int, kind: str, customer: str = "a") -> dict:
    """An event in a quarter counted from the first of the three years."""
    return {
        "customer_id": customer,
        "month": month(-12 + 3 * quarter),
        "kind": kind,
        "event_count": 1,
    }


def relation(lines: list[dict], *events: dict, customer: str = "a", **policy) -> dict:
    candidates = pl.DataFrame({"customer_id": [customer], "customer_name": ["A"]})
    sales = pl.DataFrame(lines, schema=SCHEMA)
    frame = mart("events", *events)["events"]
    period = period_of(MONTHS, AS_OF, 12)
    return relations_of(candidates, sales, frame, period, Policy(**policy)).row(0, named=True)


@pytest.mark.parametrize(
    ("pattern", "stage", "back_steps"),
    [
        ("............", "none", 0),
        ("...........1", "establishing", 0),
        (".........111", "establishing", 0),
        ("........1111", "stable", 0),
        ("....11112222", "strengthening", 0),
        ("....22221111", "stable", 0),  # as steady, but no more than before
        ("....1111222.", "stable", 0),  # one quarter without orders is no step back yet
        ("11112222111.", "strengthening", 0),
        ("1111222211..", "establishing", 1),
        ("111122221...", "none", 2),
        ("1111..1111..", "establishing", 2),
        ("1...........", "none", 1),
    ],
)
def test_stages_rise_with_orders_and_fall_without(pattern, stage, back_steps):
    found = relation(quarters(pattern))
    assert (found["relation_stage"], found["back_steps"]) == (stage, back_steps)
    assert (found["last_trigger"] == "no_orders") == (back_steps > 0)


@pytest.mark.parametrize("kind", ["tender_lost", "contact_left"])
def test_a_setback_costs_one_stage_and_is_dated(kind):
    found = relation(quarters("111122223333"), event(11, kind))
    assert (found["relation_stage"], found["back_steps"]) == ("stable", 1)
    assert (found["last_trigger"], found["last_back_step"]) == (kind, month(21))


def test_a_setback_does_not_undo_the_beginning():
    found = relation(quarters("..........11"), event(11, "tender_lost"))
    assert (found["relation_stage"], found["back_steps"]) == ("establishing", 0)


def test_after_a_step_back_the_way_up_begins_anew():
    lines = quarters("111122223333")
    assert relation(lines, event(7, "contact_left"))["relation_stage"] == "stable"
    assert relation(lines, event(8, "contact_left"))["relation_stage"] == "stable"
    # One in the first stage costs nothing.
    assert relation(lines, event(2, "contact_left"))["relation_stage"] == "strengthening"


def test_a_sales_case_opens_a_relation_before_any_order():
    found = relation(quarters("1", customer="other"), event(11, "case_opened"))
    assert found["relation_stage"] == "establishing"


def test_events_of_others_and_harms_leave_a_relation_alone():
    events = [event(11, "tender_lost", customer="b"), event(11, "diversion")]
    assert relation(quarters("....11112222"), *events)["relation_stage"] == "strengthening"


def test_the_quarters_in_a_row_are_policy():
    assert relation(quarters("..........11"), relation_quarters=2)["relation_stage"] == "stable"


def test_a_history_of_two_quarters_is_followed_as_far_as_it_goes():
    candidates = pl.DataFrame({"customer_id": ["a"], "customer_name": ["A"]})
    sales = pl.DataFrame(quarters("11"), schema=SCHEMA)
    period = period_of(calendar(18), AS_OF, 12)
    events = mart("events")["events"]
    found = relations_of(candidates, sales, events, period, Policy())
    assert found["relation_stage"].to_list() == ["establishing"]
