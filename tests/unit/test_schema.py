"""The canonical schema."""

import re

import duckdb
import pytest
import yaml

from dakehu.paths import SQL
from dakehu.proposal.synonyms import known
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
LEVELS = ("L0", "L1", "L2", "L3")
# The levels that it gives, to tables and to the columns of a sales line.
TABLE_LEVELS = {
    "L0": "customers products order_lines",
    "L1": "territories people account_team customer_classes shipments quotas",
    "L2": "distributors territory_grants credit_terms group_memberships sell_out sell_out_coverage "
    "inventory invoices payments payment_allocations rebates rebate_tiers bids stages activities "
    "costs events",
    "L3": "territory_pairs contacts scans cases price_observations market outages "
    "competitor_events price_lists weather assessments",
}
LINE_LEVELS = {
    "L0": "order_id line_no order_date customer_id product_id quantity net_amount",
    "L1": "currency unit_price list_price discount_amount tax_rate tax_amount cost_amount doc_type "
    "status requested_date promised_date ship_to_customer_id ship_to_territory_id channel "
    "person_id org_id",
    "L2": "developed_by fulfilled_by sale_type tender_id contract_id promo_id",
    "L3": "change_type change_ts",
}
UNITS = {
    "", "currency", "currency/unit", "currency/year", "unit", "share", "points", "count", "persons",
    "year", "days", "hours", "m", "km", "m²", "°C·d",
}  # fmt: skip
NUMBERS = {"money", "quantity", "price", "factor", "rate", "int"}
SAFE = re.compile(r"[a-z][a-z0-9_]*")
CHINESE = re.compile("[\u4e00-\u9fff]")
COLUMNS = [(table, column) for table in tables().values() for column in table.columns.values()]


def levels(listed: dict[str, str]) -> dict[str, str]:
    return {name: level for level, names in listed.items() for name in names.split()}


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


def test_levels_are_those_of_the_schema() -> None:
    assert {table.name: table.level for table in tables().values()} == levels(TABLE_LEVELS)
    lines = tables()["order_lines"].columns.values()
    assert {column.name: column.level for column in lines} == levels(LINE_LEVELS)


@pytest.mark.parametrize("table", tables().values(), ids=lambda table: table.name)
def test_table_is_described(table: Table) -> None:
    assert CHINESE.search(table.zh)
    assert table.en
    assert table.en.isascii()
    for column in table.columns.values():
        assert column.level in LEVELS
        assert column.level >= table.level, f"{column.name} is more usual than its table"
        assert not column.is_required or column.level == table.level, column.name
        assert CHINESE.search(column.zh), column.name
        assert column.en, column.name
        assert column.en.isascii(), column.name
        assert column.unit in UNITS, column.name
        assert (column.kind in ("money", "quantity", "price")) <= bool(column.unit), column.name
        assert bool(column.unit) <= (column.kind in NUMBERS), column.name
        assert bool(column.values) <= (column.kind == "text"), column.name
        assert len(column.values) == len(set(column.values)), column.name


def test_a_word_that_another_reader_would_turn_is_a_text() -> None:
    written = yaml.safe_load((SQL / "schema.yml").read_text("utf-8"))
    for table, column in COLUMNS:
        entry = written[table.name]["columns"][column.name]
        assert [column.zh, column.en, *column.values] == [
            entry["zh"], entry["en"], *entry.get("values", ())
        ]  # fmt: skip


def test_references_lead_to_keys() -> None:
    for table, column in COLUMNS:
        if column.reference:
            target = tables()[column.reference.table]
            assert column.kind == "key", (table.name, column.name)
            assert target.columns[column.reference.column].is_required
            assert column.reference.column in target.key
            assert (target.name, column.reference.column) != (table.name, column.name)


def test_a_reference_to_a_longer_key_names_its_column() -> None:
    written = yaml.safe_load((SQL / "schema.yml").read_text("utf-8"))
    bare = {
        meaning["references"]
        for entry in written.values()
        for meaning in entry["columns"].values()
        if "." not in meaning.get("references", ".")
    }
    assert {name: tables()[name].key for name in bare if len(tables()[name].key) != 1} == {}


def test_a_key_named_as_a_dimensions_key_refers_to_it() -> None:
    owners = {
        "customer_id": "customers", "product_id": "products", "person_id": "people",
        "territory_id": "territories", "contact_id": "contacts", "distributor_id": "customers",
        "payment_no": "payments", "invoice_no": "invoices",
    }  # fmt: skip
    named = [(t, c) for t, c in COLUMNS if c.name in owners and t.key != (c.name,)]
    assert [
        f"{t.name}.{c.name}"
        for t, c in named
        if c.reference is None or c.reference.table != owners[c.name]
    ] == []
    assert len(named) > 30
    distributor = tables()["distributors"].columns["customer_id"]
    assert distributor.reference == ("customers", "customer_id")
    assert tables()["invoices"].columns["order_id"].reference == ("order_lines", "order_id")


def test_what_may_hold_something_else_is_no_reference() -> None:
    free = [("customers", "group_id"), ("inventory", "holder_id"), ("order_lines", "developed_by"),
            ("stages", "case_id"), ("assessments", "subject_id")]  # fmt: skip
    assert [name for name in free if tables()[name[0]].columns[name[1]].reference] == []


def test_values_are_the_words_that_a_mapping_may_turn_into() -> None:
    for place, codes in known()["codes"].items():
        table, column = place.split(".")
        assert set(codes) == set(tables()[table].columns[column].values), place


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
