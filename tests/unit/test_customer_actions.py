"""Whom to see: each reason with its stake, one row per customer, by the dearest reason."""

from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest

from customer_results import RESULTS, strings
from dakehu.analysis.customer_value.actions import TO_DO, actions_of
from dakehu.analysis.customer_value.policy import Policy
from dakehu.present.customer_value import actions
from dakehu.present.text import Text

MONEY = pl.Decimal(38, 2)
NAMES = list("abcdefg")


def money(values: list[int | None]) -> pl.Series:
    return pl.Series([None if v is None else Decimal(v) for v in values], dtype=MONEY)


CUSTOMERS = pl.DataFrame(
    {
        "customer_id": NAMES,
        "customer_name": [f"name {name}" for name in NAMES],
        "net_amount": money([90, 80, 0, 100, 70, 60, 50]),
        "previous_amount": money([100, 100, 90, 90, 100, 60, 50]),
        "growth": [-0.1, -0.2, -1.0, 0.11, -0.3, 0.0, 0.0],
    }
)
LOST = pl.DataFrame(
    {
        "customer_id": ["e", "c"],
        "left_by": ["silence", "window"],
        "lost_amount": money([100, 90]),
        "silent_days": [80, 400],
        "usual_interval_days": [10.0, 20.0],
    }
)
CELLS = pl.DataFrame(
    {
        "customer_id": ["a", "a", "z"],
        "family": ["oil", "grease", "oil"],
        "potential_amount": money([5, 7, 999]),
    }
)
OWED = pl.DataFrame({"customer_id": ["a", "d"], "overdue_amount": money([3, 40])})
SERVED = pl.DataFrame({"customer_id": ["f", "g"], "contribution_amount": money([-6, 6])})


def acted(customers=CUSTOMERS, lost=LOST, cells=CELLS, books=True, **policy):
    parts = SimpleNamespace(
        receivables=SimpleNamespace(customers=OWED),
        contribution=SimpleNamespace(customers=SERVED),
    )
    return actions_of(
        customers,
        SimpleNamespace(lost_customers=lost),
        SimpleNamespace(tables={"white_space": cells}),
        parts if books else None,
        Policy(**policy),
    )


def test_each_customer_stands_once_by_its_dearest_reason():
    found = acted().every.select("rank", "customer_id", "reason", "reasons", "amount_at_stake")
    assert found.rows() == [
        (1, "e", "silent", "silent+falling", Decimal("100.00")),
        (2, "d", "overdue", "overdue", Decimal("40.00")),
        (3, "b", "falling", "falling", Decimal("20.00")),
        (4, "a", "white_space", "white_space+overdue", Decimal("7.00")),
        (5, "f", "loss", "loss", Decimal("6.00")),
    ]


def test_the_reason_keeps_what_it_rests_on():
    by_id = {row["customer_id"]: row for row in acted().every.iter_rows(named=True)}
    assert (by_id["e"]["silent_days"], by_id["e"]["usual_interval_days"]) == (80, 10.0)
    assert by_id["a"]["family"] == "grease"
    assert by_id["b"]["growth"] == -0.2
    assert {row["what_to_do"] for row in by_id.values()} == set(TO_DO.values())


def test_policy_sets_how_many_and_how_far_down():
    assert acted(action_count=2).visits["customer_id"].to_list() == ["e", "d"]
    assert "b" not in acted(action_fall_share=0.25).every["customer_id"].to_list()


def test_without_growth_books_or_cells_nothing_is_invented():
    bare = acted(CUSTOMERS.drop("growth", "previous_amount"), LOST.clear(), CELLS.clear(), False)
    assert bare.every.is_empty()
    assert bare.every.columns == acted().every.columns


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", RESULTS)
def test_the_list_speaks_both_languages(name, language):
    block = actions.visits(Text(language, "CNY"), RESULTS[name])
    assert block["kind"] in ("table", "note")
    said = " ".join(strings(block))
    assert "{" not in said
    assert ("谈什么" in said or "没有需要" in said) == (language == "zh")


def test_reasons_are_told_in_words():
    block = actions.visits(Text("en", "CNY"), SimpleNamespace(actions=acted()))
    assert [row[1] for row in block["rows"]] == [
        "Silent for 80 days, usually 10 between orders",
        "Overdue invoices",
        "Sales -20.0%",
        "Does not buy grease",
        "Costs more than it brings",
    ]
