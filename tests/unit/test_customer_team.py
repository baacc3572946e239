"""How steady the managers of an account are, and who comes without one."""

from datetime import date

import pytest

from customer_book import analysed, by_customer, line, mart, month
from small_books import books, company
from small_books import mart as built

LINES = [line("a", 20, 60), line("a", 8, 100), line("b", 20, 90), line("b", 8, 100)]


def manager(code: str, person: str, first: date | None, last: date | None = None) -> dict:
    def start(day: date | None) -> date | None:
        return day and day.replace(day=1)

    row = {"customer_id": code, "person_id": person, "valid_from": first, "valid_to": last}
    return row | {"first_month": start(first), "last_month": start(last)}


def meeting(code: str, number: int, people: int, team: int) -> dict:
    row = {"customer_id": code, "month": month(number), "person_count": people}
    return row | {"manager_count": team}


def found(managers=(), meetings=(), **policy):
    read = mart("managers", *managers) | mart("meetings", *meetings)
    return analysed(*LINES, read=read, **policy).team


FOUR = [
    manager("a", "K2", date(2023, 1, 1), date(2024, 2, 1)),
    manager("a", "K3", date(2024, 2, 1), date(2024, 6, 1)),
    manager("a", "K4", date(2024, 6, 1), date(2024, 10, 1)),
    manager("a", "K5", date(2024, 10, 1)),
]
STEADY = [manager("b", "K1", date(2023, 1, 1))]


def test_managers_changes_and_tenure_of_the_window():
    team = found([*FOUR, *STEADY])
    assert team.accounts.select("customer_id", "manager_count", "change_count").rows() == [
        ("a", 4, 3),
        ("b", 1, 0),
    ]
    assert by_customer(team.accounts, "tenure_days") == {"a": 91, "b": 730}
    figures = {name: value for name, (value, _) in team.figures.items()}
    assert figures["manager_changed_count"] == 1
    assert figures["managed_count"] == 2
    assert figures["changed_manager_revenue_retention"] == pytest.approx(0.6)
    assert figures["steady_manager_revenue_retention"] == pytest.approx(0.9)
    assert found([*FOUR], manager_changes=4).figures["manager_changed_count"] == (0, "count")


def test_the_first_manager_of_an_account_is_no_change():
    begun = found([manager("a", "K1", date(2024, 3, 1))]).accounts.row(0, named=True)
    assert (begun["manager_count"], begun["change_count"]) == (1, 0)
    unknown = [manager("a", "K1", None, date(2024, 3, 1)), manager("a", "K2", date(2024, 3, 1))]
    assert found(unknown).accounts["change_count"].to_list() == [1]
    alone = found([manager("a", "K1", None)])
    assert alone.accounts["tenure_days"].to_list() == [None]
    assert "manager_tenure_days" not in alone.figures


def test_who_left_before_the_window_is_not_of_it_and_a_gap_has_no_tenure():
    left = found([manager("a", "K1", date(2023, 1, 1), date(2023, 9, 1))])
    row = left.accounts.row(0, named=True)
    assert (row["manager_count"], row["change_count"], row["tenure_days"]) == (0, 0, None)


def test_several_people_without_the_manager_break_the_single_interface():
    meetings = [
        meeting("a", 14, 2, 0),
        meeting("a", 21, 4, 0),
        meeting("a", 22, 5, 1),  # the manager was there
        meeting("a", 3, 9, 0),  # before the window
        meeting("b", 20, 1, 0),
    ]
    team = found(STEADY, meetings)
    row = team.accounts.filter(customer_id="a").row(0, named=True)
    assert (row["crowded_month_count"], row["crowd_count"]) == (2, 4)
    assert row["crowded_month"] == month(21)
    assert team.figures["crowded_account_count"] == (1, "count")
    assert by_customer(team.accounts, "crowded_month_count")["b"] == 0
    assert found(STEADY, meetings, interface_people=2).accounts["crowd_count"].to_list() == [
        4,
        None,
    ]


def test_without_managers_nothing_is_judged():
    blind = found((), [meeting("a", 20, 1, 0)])
    assert (blind.tables, blind.figures) == ({}, {})
    assert (blind.has_managers, blind.has_meetings) == (False, False)


def test_the_marts_take_managers_and_those_of_ours_who_came(tmp_path):
    team = [
        {"customer_id": code, "person_id": person, "role": role, "valid_from": first}
        for code, person, role, first in [
            ("C1", "K", "KAM", date(2023, 5, 9)), ("C1", "S", "sales", None),
            ("C2", "N", None, None), ("C2", "L", "KAM", date(2025, 1, 1)),
        ]
    ]  # fmt: skip
    visits = [
        {"activity_id": str(n), "customer_id": "C1", "person_id": person, "date": day, "type": kind}
        for n, (person, day, kind) in enumerate([
            ("X", date(2024, 3, 1), "visit"), ("Y", date(2024, 3, 9), "proposal"),
            ("X", date(2024, 3, 20), "visit"), ("Z", date(2024, 3, 9), "service"),
            ("K", date(2024, 4, 1), "visit"), ("X", date(2024, 4, 2), None),
            (None, date(2024, 4, 2), "visit"), ("Y", date(2025, 1, 1), "visit"),
        ])
    ]  # fmt: skip
    with books(company(tmp_path), account_team=team, activities=visits) as connection:
        read = built(connection, "managers", "meetings")
    names = ("customer_id", "person_id", "first_month")
    assert read["managers"].select(names).rows() == [
        ("C1", "K", date(2023, 5, 1)),
        ("C2", "N", None),
    ]
    assert read["meetings"].rows() == [
        ("C1", date(2024, 3, 1), 2, 0),
        ("C1", date(2024, 4, 1), 2, 1),
    ]
