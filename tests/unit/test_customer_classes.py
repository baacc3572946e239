"""Classes that management gave against classes by sales, and key accounts by name."""

from datetime import date
from decimal import Decimal

import polars as pl

from customer_book import analysed, calendar, line, mart
from dakehu.analysis.customer_value.classes import classes_of
from dakehu.analysis.customer_value.policy import Policy
from small_books import books, company
from small_books import mart as built

YEARS = calendar(-12)


def profile(code: str, given: str | None = None, **known) -> dict:
    name = {"customer_id": code, "customer_name": f"name of {code}", "role": "customer"}
    return name | {"given_class": given, "is_direct": True, **known}


def book(*profiles: dict):
    lines = [line("large", 20, 800), line("middle", 20, 150), line("small", 20, 50)]
    return analysed(*lines, months=YEARS, read=mart("profiles", *profiles))


def test_who_is_a_by_one_of_the_two_only_is_listed():
    found = book(
        profile("large", "B"), profile("middle"), profile("small", "A"), profile("gone", "A")
    ).key_accounts.classes
    assert found.differences.select("customer_id", "given_class", "customer_class").rows() == [
        ("large", "B", "A"),
        ("small", "A", "C"),
        ("gone", "A", None),
    ]
    assert found.differences["net_amount"].to_list() == [800, 50, 0]
    assert found.cross.rows() == [
        ("A", "C", 1, Decimal(50)),
        ("A", None, 1, Decimal(0)),
        ("B", "A", 1, Decimal(800)),
        (None, "B", 1, Decimal(150)),
    ]


def test_without_a_class_by_management_there_is_nothing_to_compare():
    result = book(profile("large"), profile("middle"))
    assert result.key_accounts.classes.tables == {}
    assert "given_class" not in result.customers.columns


def test_roles_that_the_report_leaves_out_are_left_out():
    customers = book(profile("large", "A")).customers
    profiles = pl.concat(
        mart("profiles", row)["profiles"]
        for row in (profile("large", "A"), profile("dealer", "A") | {"role": "distributor"})
    )
    found = classes_of(customers, profiles, Policy(roles=["customer"]))
    assert found.differences.is_empty()


def test_a_named_customer_is_a_candidate_and_still_has_to_pass_the_screens():
    even = [line("named", n, 1) for n in range(-12, 24)]
    large = [line("large", n, 900) for n in range(-12, 24)]
    late = [line("late", n, 1) for n in (20,)]
    read = mart("profiles", profile("named", "A"), profile("late", "A"), profile("large", "B"))
    result = analysed(*even, *large, *late, months=YEARS, read=read)
    screens = {row["customer_id"]: row for row in result.key_accounts.screens.to_dicts()}
    assert screens["named"]["value"] == screens["late"]["value"] == "pass"
    assert screens["named"]["is_key_account"]
    assert screens["late"]["key_account_reason"] == "continuity"
    plain = analysed(*even, *large, months=YEARS)
    assert plain.key_accounts.screens["customer_id"].to_list() == ["large"]


def test_the_class_that_holds_is_taken_from_the_head_else_the_best_of_a_member(tmp_path):
    def given(code: str, grade: str, first=date(2020, 1, 1), last=None) -> dict:
        dates = {"valid_from": first, "valid_to": last}
        return {"customer_id": code, "class_code": grade, **dates}

    parties = [
        {"customer_id": code, "customer_name": code, "role": "customer", "group_id": group}
        for code, group in (("H", "H"), ("B", "H"), ("G1", "G"), ("G2", "G"), ("S", "S"))
    ]
    classes = [
        given("H", "A", last=date(2024, 12, 31)),  # until yesterday
        given("H", "B", first=date(2024, 12, 31)),
        given("B", "A"),
        given("G1", "C"),
        given("G2", "B"),
        given("S", "A", first=date(2025, 1, 1)),  # not yet
    ]
    tables = {"customers": parties, "customer_classes": classes}
    with books(company(tmp_path), **tables) as connection:
        profiles = built(connection, "profiles")["profiles"]
    found = dict(profiles.select("customer_id", "given_class").iter_rows())
    # A group without a head that belongs to it speaks through its first member.
    assert found == {"H": "B", "G": "C", "S": None, "C1": None, "C2": None}
