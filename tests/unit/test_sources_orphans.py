"""Keys that lead nowhere, counted on tables small enough to count by eye."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from dakehu.schema import tables
from dakehu.sources.orphans import write_orphans


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with every loaded table, all empty."""
    with duckdb.connect() as connection:
        connection.execute("create schema loaded")
        connection.execute(
            "create table loaded.orphans (table_name varchar, column_name varchar, "
            "reference_table varchar, row_count bigint, orphan_count bigint, example_key varchar)"
        )
        for table in tables().values():
            columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in table.columns.values())
            connection.execute(f"create table loaded.{table.name} ({columns})")
        yield connection


def fill(connection: duckdb.DuckDBPyConnection, table: str, **columns: list[Any]) -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" for _ in columns)
    rows = list(zip(*columns.values(), strict=True))
    connection.executemany(f"insert into loaded.{table} ({names}) values ({marks})", rows)


def orphans(connection: duckdb.DuckDBPyConnection, **mapped: str) -> list[tuple[Any, ...]]:
    write_orphans(connection, {table: set(names.split()) for table, names in mapped.items()})
    return connection.execute("select * from loaded.orphans").fetchall()


def test_rows_are_counted_not_keys(connection):
    fill(connection, "customers", customer_id=["C1", "C2", "C9"])
    fill(connection, "payments", customer_id=["C1", "C1", "C2", "C4", "C3", "C3", "C3"])
    assert orphans(connection, customers="customer_id", payments="payment_no customer_id") == [
        ("payments", "customer_id", "customers", 7, 4, "C3")
    ]


def test_an_empty_key_is_no_orphan(connection):
    fill(connection, "territories", territory_id=["T1"])
    fill(connection, "order_lines", ship_to_territory_id=["T1", None, None, "T2"])
    assert orphans(connection, territories="territory_id", order_lines="ship_to_territory_id") == [
        ("order_lines", "ship_to_territory_id", "territories", 2, 1, "T2")
    ]


def test_a_key_with_every_partner_has_no_example(connection):
    fill(connection, "products", product_id=["P1", "P2"])
    fill(connection, "inventory", product_id=["P2", "P2"])
    assert orphans(connection, products="product_id", inventory="product_id") == [
        ("inventory", "product_id", "products", 2, 0, None)
    ]


def test_a_mapped_key_without_a_value_stands_there_with_zero(connection):
    fill(connection, "people", person_id=["E1"])
    fill(connection, "order_lines", order_id=["1"], person_id=[None])
    assert orphans(connection, people="person_id", order_lines="order_id person_id") == [
        ("order_lines", "person_id", "people", 0, 0, None)
    ]


def test_only_what_both_sides_map_is_judged(connection):
    fill(connection, "customers", customer_id=["C1"], territory_id=["T1"])
    fill(connection, "products", product_id=["P1"])
    fill(connection, "order_lines", customer_id=["C2"], product_id=["P2"], person_id=["E1"])
    # products was derived, people is not there, and no source fills customers.territory_id
    assert orphans(
        connection, customers="customer_id", order_lines="customer_id product_id person_id"
    ) == [("order_lines", "customer_id", "customers", 1, 1, "C2")]


def test_nothing_mapped_nothing_written(connection):
    assert orphans(connection) == []


def test_a_key_may_point_into_its_own_table(connection):
    fill(
        connection, "territories", territory_id=["CN", "CN-E", "CN-W"], parent_id=[None, "CN", "X"]
    )
    assert orphans(connection, territories="territory_id parent_id") == [
        ("territories", "parent_id", "territories", 2, 1, "X")
    ]


def test_a_key_of_many_rows_does_not_multiply(connection):
    fill(connection, "order_lines", order_id=["S1", "S1", "S1", "S2"], line_no=["1", "2", "3", "1"])
    fill(connection, "shipments", order_id=["S1", "S1", "S2", "S3"])
    assert orphans(connection, order_lines="order_id line_no", shipments="order_id") == [
        ("shipments", "order_id", "order_lines", 4, 1, "S3")
    ]


def test_keys_are_texts_and_stay_as_they_are(connection):
    hostile = "'); drop table loaded.customers; --"
    fill(connection, "customers", customer_id=["007", "Ａ1"])
    fill(connection, "costs", customer_id=["7", "007", "A1", hostile])
    assert orphans(connection, customers="customer_id", costs="customer_id") == [
        ("costs", "customer_id", "customers", 4, 3, hostile)
    ]


def test_every_key_of_a_table_has_its_row(connection):
    mapped = {table.name: " ".join(table.columns) for table in tables().values()}
    found = [row[:3] for row in orphans(connection, **mapped)]
    assert len(found) == len(set(found))
    assert ("sell_out", "distributor_id", "customers") in found
    assert ("sell_out", "downstream_id", "customers") in found
    assert ("payment_allocations", "invoice_no", "invoices") in found
    assert ("order_lines", "tender_id", "bids") in found
    assert not [row for row in found if row[1] in ("group_id", "holder_id", "case_id")]
