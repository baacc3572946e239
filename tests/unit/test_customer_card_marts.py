"""The marts behind the customer card and the trace, on a company of a few parties."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dakehu.analysis.customer_value import CARD_MARTS
from small_books import books, company, mart

H, S = "C1", "C2"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("card"))


def built(empty, names: str, **tables) -> dict[str, list[tuple]]:
    """The rows of the named marts of the company with these rows in its tables, by name."""
    with books(empty, **tables) as connection:
        return {name: frame.rows() for name, frame in mart(connection, *names.split()).items()}


def line(order, day, customer, quantity, amount, product="P1", number="1", **more) -> dict:
    return {
        "order_id": order,
        "line_no": number,
        "order_date": day,
        "customer_id": customer,
        "product_id": product,
        "quantity": quantity,
        "net_amount": Decimal(str(amount)),
        "source_file": "f.csv",
        **more,
    }


def test_the_analysis_knows_every_mart_with_its_columns_and_types(empty):
    with books(empty) as connection:
        for name, frame in mart(connection, *CARD_MARTS).items():
            assert dict(frame.schema) == CARD_MARTS[name], name


def test_team_and_contacts_are_those_of_the_group_on_the_day(empty):
    def held(since, until=None) -> dict:
        return {"valid_from": since, "valid_to": until}

    early, day, late = date(2024, 1, 1), date(2024, 12, 31), date(2025, 1, 1)
    found = built(
        empty,
        "team contacts",
        customers=[
            {"customer_id": "B", "customer_name": "branch", "role": "customer", "group_id": H},
        ],
        people=[{"person_id": "K1", "name": "Ann"}],
        account_team=[
            {"customer_id": H, "person_id": "K1", "role": "KAM", **held(early)},
            {"customer_id": "B", "person_id": "K1", "role": "KAM", **held(day, late)},
            {"customer_id": "B", "person_id": "K2", "role": "sales", **held(None)},
            {"customer_id": H, "person_id": "K3", "role": "KAM", **held(early, day)},
            {"customer_id": H, "person_id": "K4", "role": "KAM", **held(late)},
        ],
        contacts=[
            {"contact_id": "1", "customer_id": "B", "name_masked": "W**", **held(early)},
            {"contact_id": "2", "customer_id": H, "name_masked": "L**", **held(early, day)},
            {"contact_id": "3", "customer_id": H, "name_masked": "Z**", **held(late)},
        ],
    )
    assert found["team"] == [(H, "KAM", "Ann", early), (H, "sales", "K2", None)]
    assert found["contacts"] == [(H, "1", "W**", None, None, None)]


def test_the_last_five_orders_with_the_days_between(empty):
    days = [date(2024, 1, 5), *(date(2024, 2, n) for n in (1, 4, 4, 9, 19, 21))]
    more = [line(f"N{n}", day, H, 1, 10 + n) for n, day in enumerate(days[1:], 1)]
    more += [
        line("N6", days[-1], H, 1, 5, number="2"),
        line("R", date(2024, 2, 28), H, -1, -3),  # a return is no order
        line("late", date(2025, 1, 3), H, 1, 7),
    ]
    rows = built(empty, "last_orders", order_lines=more)["last_orders"]
    mine = [row[1:] for row in rows if row[0] == H]
    assert mine == [
        (1, date(2024, 2, 21), "N6", 21, 2),
        (2, date(2024, 2, 19), "N5", 15, 10),
        (3, date(2024, 2, 9), "N4", 14, 5),
        (4, date(2024, 2, 4), "N3", 13, 0),
        (5, date(2024, 2, 4), "N2", 12, 3),
    ]
    assert [row[1:] for row in rows if row[0] == S] == [(1, date(2024, 3, 5), "O2", 50, None)]


def test_prices_are_compared_with_what_others_paid_for_the_same_in_the_same_month(empty):
    # In January C1 pays 10 a piece of P1 (10 pieces); C2 12 (5) and C3 6 (5): others' mean is 9.
    january = date(2024, 1, 20)
    parties = [
        {"customer_id": name, "customer_name": name, "role": role}
        for name, role in (("C3", "customer"), ("D", "distributor"))
    ]
    found = built(
        empty,
        "prices",
        customers=parties,
        order_lines=[
            line("N1", january, S, 5, 60),
            line("N2", january, "C3", 5, 30),
            line("N3", january, "D", 100, 1),  # a distributor's price is another matter
            line("N4", january, H, 1, 77, product="alone"),
            line("N5", january, H, -1, -10),
        ],
    )
    mine = [row[1:] for row in found["prices"] if row[:2] == (H, date(2024, 1, 1))]
    assert mine == [(date(2024, 1, 1), 177, 100, 90)]


def test_service_counts_promises_that_were_due_and_kept_and_complaints(empty):
    promised, late = date(2024, 1, 20), date(2024, 1, 21)
    lines = [
        line(f"N{n}", date(2024, 1, 10), H, 4, 40, promised_date=day)
        for n, day in enumerate((promised, promised, promised, promised, date(2025, 1, 5)))
    ]

    def shipped(order: str, day: date | None, quantity: int, number: str | None = "1") -> dict:
        return {
            "ship_no": f"S{order}{day}",
            "line_no": "1",
            "order_id": order,
            "order_line_no": number,
            "ship_date": promised,
            "delivered_date": day,
            "quantity": quantity,
        }

    shipments = [
        shipped("N0", promised, 4, None),  # whole and in time
        shipped("N1", promised, 3),  # the rest a day late
        shipped("N1", late, 1),
        shipped("N2", None, 4),  # never signed for; N3 was never shipped
    ]
    spoken = [
        {"activity_id": str(n), "customer_id": H, "date": day, "type": kind}
        for n, (day, kind) in enumerate(
            [(late, "complaint"), (late, "visit"), (date(2025, 1, 1), "complaint")]
        )
    ]
    found = built(empty, "service", order_lines=lines, shipments=shipments, activities=spoken)
    assert found["service"] == [(H, date(2024, 1, 1), 4, 1, 1)]
    # Without shipments on file nobody knows what arrived: no promise is counted as broken.
    assert built(empty, "service", order_lines=lines)["service"] == []


def test_rows_that_no_figure_counts_are_listed_with_the_reason(empty):
    found = built(
        empty,
        "rows_left_out",
        customers=[
            {"customer_id": "B", "customer_name": "branch", "role": "customer", "group_id": H},
        ],
        order_lines=[
            line("N1", date(2024, 1, 9), "B", 1, 10, status="cancelled", source_row=7),
            line("N2", date(2025, 1, 9), H, 1, 20, source_row=8),
        ],
        rejects=[
            {
                "file": "g.csv",
                "row": 3,
                "target_table": "order_lines",
                '"column"': "x",
                "value": "y",
                "reason": "z",
                "customer_id": "B",
            },
            {"file": "p.csv", "row": 4, "target_table": "payments", "customer_id": H},
        ],
    )
    none = (None,) * 3
    assert found["rows_left_out"] == [
        (H, "after_as_of", "f.csv", 8, "N2", date(2025, 1, 9), 20, *none),
        (H, "cancelled", "f.csv", 7, "N1", date(2024, 1, 9), 10, *none),
        (H, "rejected", "g.csv", 3, *none, "x", "y", "z"),
    ]
