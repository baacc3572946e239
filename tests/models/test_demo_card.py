"""The customer card and the trace on the demo company: people, masks, and rows to the cent."""

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from dakehu.analysis.customer_value import (
    CARD_MARTS,
    CustomerValue,
    cards_of,
    trace_of,
)
from dakehu.analysis.customer_value.card import CustomerCards
from dakehu.reading import Marts


@pytest.fixture(scope="module")
def sales(marts: Marts) -> pl.DataFrame:
    return marts.table("mart_customer_value")


@pytest.fixture(scope="module")
def months(marts: Marts) -> pl.DataFrame:
    return marts.table("mart_data_quality__completeness")


@pytest.fixture(scope="module")
def result(found: CustomerValue) -> CustomerValue:
    return found


@pytest.fixture(scope="module")
def cards(marts, read, sales, months, result) -> CustomerCards:
    names = {name: f"mart_customer_value__{name}" for name in CARD_MARTS}
    known = {name: marts.rows(mart, customer_id=result.on_cards) for name, mart in names.items()}
    return cards_of(result, sales, months, read | known)


@pytest.fixture(scope="module")
def contacts(demo_sources: Path) -> list[dict[str, str]]:
    with (demo_sources / "业务/联系人.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_rows_of_every_customer_give_its_numbers_to_the_cent(marts, read, result):
    lines = marts.table("fct_order_lines").partition_by("group_id", as_dict=True)
    left_out = marts.table("mart_customer_value__rows_left_out")
    traced = 0
    for customer, amount in result.customers.select("customer_id", "net_amount").iter_rows():
        mine = left_out.filter(pl.col("customer_id") == customer)
        trace = trace_of(result, customer, lines[(customer,)], mine, read["open_items"])
        assert trace.is_sound, trace.control
        assert trace.lines["net_amount"].sum() == amount
        assert trace.lines["source_file"].null_count() == 0
        assert trace.lines.select("source_file", "source_row").is_duplicated().sum() == 0
        traced += trace.lines["net_amount"].sum()
    assert traced == result.customers["net_amount"].sum()


def test_a_traced_row_is_the_row_of_the_file(marts, result, demo_sources):
    customer = result.customers["customer_id"][0]
    rows = marts.rows("fct_order_lines", group_id=[customer])
    for row in rows.head(20).iter_rows(named=True):
        path = demo_sources / "订单" / Path(row["source_file"]).name
        with path.open(encoding="utf-8-sig", newline="") as stream:
            written = list(csv.reader(stream))[row["source_row"] - 1]
        assert row["order_id"] in written
        assert f"{row['net_amount']:,}" in written


def test_planted_rows_that_were_left_out_are_told_of_their_customer(marts, demo_sources):
    truth = json.loads((demo_sources / "truth.json").read_text("utf-8"))
    planted = {
        (item["file"].split("/")[-1], item["row"])
        for item in truth["dirt"]
        if item["file"].startswith("订单") and item["outcome"] == "rejected"
    }
    found = marts.table("mart_customer_value__rows_left_out")
    rejected = found.filter(pl.col("reason") == "rejected")
    told = {
        (name.split("/")[-1], row)
        for name, row in rejected.select("source_file", "source_row").iter_rows()
    }
    assert told == planted
    assert rejected["customer_id"].null_count() == 0
    cancelled = found.filter(pl.col("reason") == "cancelled").height
    assert cancelled == truth["stock_out"]["cancelled_lines"]


def test_no_full_name_of_a_contact_is_in_the_warehouse(demo_warehouse, contacts):
    full = {row["姓名"] for row in contacts if "*" not in row["姓名"]}
    assert 0 < len(full) < len(contacts)
    tables = demo_warehouse(
        "select table_schema, table_name from information_schema.columns "
        "where column_name in ('name_masked', 'value') group by all"
    )
    assert len(tables) > 3
    for schema, table in tables:
        column = f'cast(columns(*) as varchar) from "{schema}"."{table}"'
        held = {text for row in demo_warehouse(f"select {column}") for text in row if text}
        assert not held & full, table
    masked = {name for (name,) in demo_warehouse("select name_masked from loaded.contacts")}
    assert masked == {row["姓名"][0] + "**" for row in contacts}


def test_key_accounts_have_a_manager_and_every_part_of_the_purchase(result, cards):
    for customer in result.customers.filter(pl.col("customer_class") == "A")["customer_id"]:
        team = cards.team.filter(pl.col("customer_id") == customer)
        assert "KAM" in team["team_role"].to_list()
        met = cards.contacts.filter(pl.col("customer_id") == customer)
        assert set(met["buying_role"]) == {"user", "expert", "decider", "tender_agent"}
        assert met["has_veto"].any()


def test_who_left_is_on_no_card(cards, contacts):
    ended = {row["联系人编号"] for row in contacts if row["失效日期"]}
    assert len(ended) > 5
    assert not ended & set(cards.contacts["contact_id"])
    listed = cards.contacts.height + len(ended)
    assert listed <= len(contacts)


def test_what_the_cards_know_adds_up(cards, marts, result):
    """Every record has its five latest orders; the level of all prices together is theirs."""
    orders = cards.orders.join(result.customers, on="customer_id")
    first = orders.filter(pl.col("place") == 1)
    assert (first["order_date"] == first["last_order_date"]).all()
    assert cards.orders.group_by("customer_id").len()["len"].max() == 5
    assert cards.records["price_level"].abs().median() < 0.05
    assert cards.records["on_time_share"].is_between(0, 1).all()
    complaints = marts.table("mart_customer_value__service").filter(
        pl.col("month") >= result.period.first_month
    )
    assert cards.records["complaint_count"].sum() == complaints["complaint_count"].sum()
