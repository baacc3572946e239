"""What the customer card knows of each customer, on a book written by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from customer_book import analysed, calendar, line, mart, month
from dakehu.analysis.customer_value import CARD_MARTS, cards_of
from dakehu.analysis.customer_value.card import CustomerCards

LAST = 23  # the month in which the window ends
LINES = [
    line("A", 5, 900),
    line("A", LAST, "123456.78"),
    line("A", 20, "-0.5"),
    line("B", 5, 500),
    line("B", 22, 100),
    line("B", 23, 45),
    line("C", 4, 2),
    line("C", 21, 3),
]


def card_mart(name: str, *rows: dict) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame(list(rows), schema=CARD_MARTS[name])}


def cards(read: dict | None = None, alerts=None, months: int = LAST + 1, **policy) -> CustomerCards:
    result = analysed(*LINES, **policy)
    sales = pl.DataFrame(LINES)
    listed = pl.DataFrame({"month": [month(n) for n in range(months)]})
    if alerts is not None:
        result = replace(result, alerts=replace(result.alerts, now=alerts))
    return cards_of(result, sales, listed, read)


def of(found: CustomerCards, customer: str) -> dict:
    return found.records.row(by_predicate=pl.col("customer_id") == customer, named=True)


def test_the_largest_with_every_month_of_the_span_to_two_digits():
    found = cards(card_count=2, card_months=4)
    assert found.months == [month(n) for n in range(20, 24)]
    assert (found.customer_count, found.records.height) == (3, 2)
    assert of(found, "A")["history"] == [-0.5, 0, 0, 120_000]
    assert of(found, "B")["history"] == [0, 0, 100, 45]
    assert len(cards(card_months=99).months) == LAST + 1


def test_where_a_customer_came_from():
    rows = [*LINES, line("N", 23, 7), *(line(name, -9, 40) for name in "AB")]
    listed = calendar(first=-12)
    found = cards_of(analysed(*rows, months=listed), pl.DataFrame(rows), listed)
    before = {name: of(found, name)["previous_class"] for name in "ABCN"}
    assert before == {"A": "A", "B": "A", "C": "C", "N": None}
    assert [of(found, name)["customer_class"] for name in "ABC"] == ["A", "C", "C"]
    assert of(found, "A")["first_order_date"] == date(2022, 4, 10)
    assert of(found, "N")["from_type"] == "absent"
    assert of(found, "A")["from_type"] in ("cash_cow", "star", "dog")
    assert of(found, "A")["relation_stage"] in ("establishing", "stable")


def families(*rows: tuple[str, int, str, int]) -> dict[str, pl.DataFrame]:
    names = ("customer_id", "month", "family", "net_amount")
    return mart(
        "families",
        *(
            dict(zip(names, (code, month(n), family, amount), strict=True))
            for code, n, family, amount in rows
        ),
    )


def test_the_family_bought_most_of_in_the_window():
    found = cards(
        families(
            ("A", 23, "oil", 30),
            ("A", 22, "oil", 30),
            ("A", 22, "grease", 50),
            ("A", 22, "drums", -5),  # returns make no share smaller
            ("A", 3, "grease", 999),  # before the window
            ("B", 22, "grease", 20),
            ("B", 22, "oil", 20),
            ("C", 22, "oil", -1),
        )
    )
    assert (of(found, "A")["main_family"], of(found, "A")["main_family_share"]) == ("oil", 60 / 110)
    assert of(found, "B")["main_family"] == "grease"  # a tie goes by name
    assert of(found, "C")["main_family"] is None


def price(customer: str, number: int, bought, compared, reference) -> dict:
    return {
        "customer_id": customer,
        "month": month(number),
        "bought_amount": Decimal(bought),
        "compared_amount": None if compared is None else Decimal(compared),
        "reference_amount": None if reference is None else Decimal(reference),
    }


def test_prices_against_others_where_half_of_the_purchases_can_be_compared():
    found = cards(
        card_mart(
            "prices",
            price("A", 22, 100, 60, 50),
            price("A", 23, 100, 40, 30),  # 100 of 200 compared: 100 against 80
            price("A", 2, 900, 900, 1),
            price("B", 23, 100, 49, 30),
            price("C", 23, 100, None, None),
        )
    )
    assert of(found, "A")["price_level"] == pytest.approx(0.25)
    assert of(found, "B")["price_level"] is None
    assert of(found, "C")["price_level"] is None


def service(customer: str, number: int, due: int, kept: int, complaints: int) -> dict:
    return {
        "customer_id": customer,
        "month": month(number),
        "due_count": due,
        "kept_count": kept,
        "complaint_count": complaints,
    }


def test_promises_kept_and_complaints_of_the_window():
    rows = [service("A", 22, 3, 2, 0), service("A", 23, 1, 1, 2), service("B", 3, 9, 0, 1)]
    found = cards(card_mart("service", *rows))
    a, b = of(found, "A"), of(found, "B")
    assert (a["due_line_count"], a["on_time_share"], a["complaint_count"]) == (4, 0.75, 2)
    assert (b["due_line_count"], b["on_time_share"], b["complaint_count"]) == (None, None, 0)


def test_where_no_complaint_is_on_file_their_number_is_not_known():
    found = cards(card_mart("service", service("A", 22, 3, 2, 0)))
    assert found.records["complaint_count"].null_count() == 3
    assert cards().records["complaint_count"].null_count() == 3


def test_a_card_has_the_latest_five_alerts_of_its_own_customer():
    days = [date(2024, n, 1) for n in range(1, 8)]
    alerts = pl.DataFrame(
        {
            "customer_id": ["A"] * 7 + ["B", "gone"],
            "alert_date": [*days, days[0], days[0]],
            "kind": ["volume"] * 9,
            "value": [float(n) for n in range(9)],
            "expected_low": [1.0] * 9,
            "expected_high": [2.0] * 9,
        }
    )
    found = cards(alerts=alerts).alerts
    assert found.filter(customer_id="A")["alert_date"].to_list() == days[:1:-1]
    assert found["customer_id"].to_list() == ["A"] * 5 + ["B"]
    assert found.columns == alerts.columns
    assert cards().alerts.is_empty()


def test_without_the_marts_there_are_no_people_and_no_orders():
    found = cards()
    assert found.team.is_empty()
    assert found.contacts.is_empty()
    assert found.orders.is_empty()
