"""On time and in full, freight, and who was served in a shortage."""

from datetime import date, datetime

import duckdb
import polars as pl
import pytest

from dakehu.analysis.customer_value.delivery import Delivery, delivery_of
from small_books import YEAR, books, company, mart

CLASSES = pl.DataFrame({"customer_id": ["C1", "C2"], "customer_class": ["A", "C"]})
DUE = date(2024, 8, 10)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def served(empty, **tables) -> Delivery:
    with books(empty, **tables) as connection:
        read = mart(connection, "deliveries", "shortages")
    return delivery_of(read, CLASSES, YEAR)


def line(number, quantity=10, amount=100, customer="C1", promised=DUE, **more) -> dict:
    return {
        "order_id": f"X{number}",
        "line_no": "1",
        "order_date": date(2024, 8, 1),
        "customer_id": customer,
        "product_id": "P1",
        "quantity": quantity,
        "net_amount": amount,
        "promised_date": promised,
        **more,
    }


def shipment(number, quantity=10, arrived=DUE, mode="carrier", freight=None, part="1") -> dict:
    return {
        "ship_no": f"S{number}-{part}",
        "line_no": "1",
        "order_id": f"X{number}",
        "order_line_no": "1",
        "ship_date": date(2024, 8, 2),
        "delivered_date": arrived,
        "quantity": quantity,
        "mode": mode,
        "freight_amount": freight,
    }


def test_a_line_counts_when_all_of_it_came_by_its_day(empty):
    lines = [line(n) for n in range(1, 8)]
    lines += [
        line(8, promised=None, requested_date=DUE),
        line(9, -10, -100, doc_type="return"),
        line(10, doc_type="gift"),
        line(11, status="cancelled"),
        line(12, promised=date(2025, 1, 9)),  # not due yet
        line(13, promised=None),  # nobody said when
    ]
    ships = [
        shipment(1),
        shipment(2, arrived=date(2024, 8, 11)),  # a day late
        shipment(3, quantity=9),  # short
        shipment(4, quantity=6), shipment(4, quantity=4, part="2"),  # in two parts
        shipment(5, quantity=6), shipment(5, quantity=4, part="2", arrived=date(2024, 9, 1)),
        shipment(6, arrived=None),  # shipped, and nobody wrote down when it came
        shipment(8),
    ]  # fmt: skip
    (key, whole) = served(empty, order_lines=lines, shipments=ships).classes.to_dicts()
    assert (key["customer_class"], key["line_count"]) == ("A", 8)  # the seventh was not shipped
    assert key["otif_share"] == pytest.approx(4 / 8)
    assert whole == key | {"customer_class": None}


def test_freight_and_the_share_brought_are_of_what_was_shipped(empty):
    lines = [line(1, amount=100), line(2, amount=300), line(3, amount=999), line(4, customer="C2")]
    ships = [
        shipment(1, freight=8),
        shipment(2, mode="self_pickup"),
        shipment(4, mode="self_pickup"),
    ]
    found = served(empty, order_lines=lines, shipments=ships)
    rows = {row["customer_class"]: row for row in found.classes.iter_rows(named=True)}
    assert (rows["A"]["delivered_share"], rows["A"]["freight_share"]) == (0.5, 0.02)
    assert (rows["C"]["delivered_share"], rows["C"]["freight_share"]) == (0, 0)
    assert rows[None]["freight_share"] == pytest.approx(8 / 500)
    assert found.figures["otif_share"] == (0.75, "share")


def test_freight_and_modes_that_nobody_wrote_down_are_missing(empty):
    found = served(empty, order_lines=[line(1)], shipments=[shipment(1, mode=None)])
    row = found.classes.row(0, named=True)
    assert (row["delivered_share"], row["freight_share"], row["otif_share"]) == (None, None, 1)
    assert found.figures == {"otif_share": (1.0, "share")}


def test_who_was_served_while_the_product_was_out(empty):
    out = {"start_ts": datetime(2024, 8, 1, 8), "end_ts": datetime(2024, 8, 14, 18)}
    lines = [
        line(1, 10, 100),
        line(2, 10, 100, status="cancelled"),
        line(3, 10, 50, customer="C2"),
        line(4, 10, 100, order_date=date(2024, 8, 15)),  # after it
        line(5, 10, 100, product_id="P2"),
    ]
    ships = [shipment(1), shipment(3, quantity=4), shipment(4), shipment(5)]
    outages = [{"product_id": "P1", **out}, {"product_id": "P1", **out | {"end_ts": None}}]
    found = served(empty, order_lines=lines, shipments=ships, outages=outages[:1])
    assert found.shortage.rows() == [
        ("A", 2, 200, 100, 0.5),
        ("C", 1, 50, 20, 0.4),
        (None, 3, 250, 120, 0.48),
    ]
    assert found.figures["key_shortage_fill_share"] == (0.5, "share")
    assert found.figures["other_shortage_fill_share"] == (0.4, "share")
    # Another outage at the same time doubles nothing; one without an end lasts until today.
    both = served(empty, order_lines=lines, shipments=ships, outages=outages)
    assert both.shortage.filter(customer_class="A").rows() == [("A", 3, 300, 200, 2 / 3)]


def test_without_shipments_nothing_is_judged(empty):
    out = [{"product_id": "P1", "start_ts": datetime(2024, 8, 1), "end_ts": None}]
    blind = served(empty, order_lines=[line(1)], outages=out)
    assert (blind.tables, blind.figures) == ({}, {})
