"""The canonical schema."""

import re

import duckdb
import pytest

from dakehu.schema import SQL_TYPES, Table, tables

# The tables of the schema that the project was given, by name, and the money of each fact.
TABLES = {
    "account_team", "activities", "assessments", "bids",
    "cases", "competitor_events", "contacts", "costs",
    "credit_terms", "customer_classes", "customers", "distributors",
    "events", "group_memberships", "inventory", "invoices",
    "market", "order_lines", "outages", "payment_allocations",
    "payments", "people", "price_lists", "price_observations",
    "products", "quotas", "rebate_tiers", "rebates",
    "scans", "sell_out", "sell_out_coverage", "shipments",
    "stages", "territories", "territory_grants", "territory_pairs",
    "weather",
}  # fmt: skip
SAFE = re.compile(r"[a-z][a-z0-9_]*")


def test_every_table_is_there() -> None:
    assert tables().keys() == TABLES


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_table(table: Table) -> None:
    assert SAFE.fullmatch(table.name)
    assert table.grain
    assert set(table.key) <= table.columns.keys()
    for column in table.columns.values():
        assert SAFE.fullmatch(column.name)
        assert column.kind in SQL_TYPES
        assert column.name.endswith("_id") <= (column.kind == "key")
        assert column.name.endswith("_amount") <= (column.kind in ("money", "flag"))
        assert column.name.endswith("_date") <= (column.kind == "date")
    if table.amount:
        assert table.columns[table.amount].kind == "money"


def test_facts_say_which_money_is_reconciled() -> None:
    facts = ("order_lines", "sell_out", "shipments", "invoices", "payments", "costs", "rebates")
    assert [name for name in facts if not tables()[name].amount] == []


def test_a_sales_line_needs_what_every_report_needs() -> None:
    required = {c.name for c in tables()["order_lines"].columns.values() if c.is_required}
    assert required == {
        "order_id", "line_no", "order_date", "customer_id", "product_id", "quantity", "net_amount"
    }  # fmt: skip


def test_types_are_the_databases_own() -> None:
    with duckdb.connect() as connection:
        for kind, sql_type in SQL_TYPES.items():
            (found,) = connection.execute(f"select typeof(cast(null as {sql_type}))").fetchall()[0]
            assert found == sql_type, kind
    assert SQL_TYPES["money"] == "DECIMAL(18,2)"
