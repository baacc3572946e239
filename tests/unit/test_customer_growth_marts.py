"""The marts of the growth part, built on rows put into the loaded tables of a small company."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest

from dakehu import models
from dakehu.analysis.customer_value.marts import MARTS
from small_company import loaded

ORDERS = "order,date,customer,product,quantity,amount\nO1,2024-01-05,C1,P1,10,100.00\n"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    connection = loaded(tmp_path_factory.mktemp("small"), {"orders.csv": ORDERS})
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'loaded'"
    ).fetchall()
    for (name,) in views:  # what the loader shows as a view becomes a table that rows can go into
        connection.execute(f"create table plain as from loaded.{name}; drop view loaded.{name}")
        connection.execute(f"create table loaded.{name} as from plain; drop table plain")
    return connection


@contextmanager
def built(connection, name: str, **tables: list[dict]) -> Iterator[list[dict]]:
    """The rows of a mart once these rows are in the loaded tables."""
    every = {model.name: model for model in models.read_models()}
    wanted, waiting = set(), [f"mart_customer_value__{name}"]
    while waiting:
        if (model := every.get(waiting.pop())) and model.name not in wanted:
            wanted.add(model.name)
            waiting += model.refs
    connection.execute("begin")
    try:
        for table, rows in tables.items():
            for row in rows:
                columns, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(
                    f"insert into loaded.{table} ({columns}) values ({marks})", [*row.values()]
                )
        models.build(connection, [model for key, model in every.items() if key in wanted])
        frame = connection.sql(f"from mart_customer_value__{name} order by all").pl()
        assert dict(frame.schema).keys() == MARTS[name].keys()
        yield frame.to_dicts()
    finally:
        connection.execute("rollback")


def line(order, product, amount, day=date(2024, 2, 1), customer="C1", **more) -> dict:
    return {
        "order_id": order, "line_no": product, "order_date": day, "customer_id": customer,
        "product_id": product, "quantity": 1, "net_amount": amount, **more,
    }  # fmt: skip


PRODUCTS = [
    {"product_id": "S", "product_name": "s", "family": "server", "is_custom": False},
    {"product_id": "D", "product_name": "d", "family": "desktop"},
    {"product_id": "X", "product_name": "x", "is_custom": True},
]


def test_families_leave_out_lines_of_none(company):
    lines = [line("O2", "S", 40), line("O3", "S", -10), line("O3", "X", 5)]
    with built(company, "families", products=PRODUCTS, order_lines=lines) as rows:
        assert [(r["family"], r["month"], r["net_amount"]) for r in rows] == [
            ("server", date(2024, 2, 1), Decimal(30))
        ]


def test_solutions_by_type_of_sale_or_custom_product(company):
    lines = [
        line("O2", "S", 60), line("O2", "D", 40),  # two families, and known to be no solution
        line("O3", "D", 50),  # whether a solution is not known
        line("O4", "X", 70), line("O5", "D", 30, sale_type="solution"),
        line("O6", "S", -500), line("O7", "S", 10), line("O7", "D", -5),
    ]  # fmt: skip
    with built(company, "solutions", products=PRODUCTS, order_lines=lines) as rows:
        found = next(row for row in rows if row["month"] == date(2024, 2, 1))
    assert (found["order_count"], found["typed_count"], found["solution_count"]) == (5, 4, 2)
    # A family that was only given back is not held; X names none, so its order is of none known.
    assert (found["ordered_amount"], found["bundled_amount"]) == (Decimal(185), Decimal(100))
    # Of S it is known that it is not made for one customer, of X that it is; of D it is not known.
    assert (found["kind_amount"], found["custom_amount"]) == (Decimal(140), Decimal(70))


def test_wallets_of_a_group_are_the_sum_of_what_its_members_state(company):
    def member(code, **more):
        return {"customer_id": code, "customer_name": code, "role": "customer", **more}

    customers = [
        member("G", group_id="G", size_band="large"),
        member("G1", group_id="G", size_band="small", potential_amount=30,
               potential_source="declared", potential_year=2024),
        member("G2", group_id="G", potential_amount=12, potential_source="model"),
        member("H", potential_source="declared", potential_year=2020),
    ]  # fmt: skip
    with built(company, "wallets", customers=customers) as rows:
        found = {row["customer_id"]: row for row in rows}
    assert found["G"]["size_band"] == "large"
    assert found["G"]["potential_amount"] == 42
    assert (found["G"]["potential_source"], found["G"]["potential_year"]) == ("several", 2024)
    # A source of nothing is no source.
    assert (found["H"]["potential_amount"], found["H"]["potential_source"]) == (None, None)


def test_stages_as_of_the_date(company):
    def stage(case, number, entered, left=None, outcome=None):
        return {"case_id": case, "customer_id": "C1", "stage_no": number, "entered_at": entered,
                "left_at": left, "outcome": outcome}  # fmt: skip

    stages = [
        stage("A", 1, date(2024, 3, 1)),  # nobody wrote down that it left
        stage("A", 2, date(2024, 3, 9), date(2025, 2, 1), "won"),  # what comes later is not known
        stage("A", 3, date(2025, 2, 1)),
        stage("B", 1, date(2024, 3, 1), date(2024, 3, 4), "passed"),
        stage("B", 1, date(2024, 4, 1), date(2024, 4, 3), "lost"),  # it came back to the stage
    ]
    with built(company, "stages", stages=stages) as rows:
        found = {(row["case_id"], row["stage_no"]): row for row in rows}
    assert found.keys() == {("A", 1), ("A", 2), ("B", 1)}
    assert found["A", 1]["left_date"] == date(2024, 3, 9)
    assert found["A", 1]["has_advanced"]
    assert (found["A", 2]["left_date"], found["A", 2]["outcome"]) == (None, None)
    assert not found["A", 2]["has_advanced"]
    assert found["B", 1]["entered_date"] == date(2024, 3, 1)
    assert found["B", 1]["left_date"] == date(2024, 4, 3)
    assert found["B", 1]["month"] == date(2024, 3, 1)


def test_proposals_find_the_next_tender_decided(company):
    def bid(code, day, result):
        return {"tender_id": code, "customer_id": "C1", "open_date": day, "result": result}

    activities = [
        {"activity_id": code, "customer_id": "C1", "date": day, "type": kind, "level": "custom"}
        for code, day, kind in [
            ("1", date(2024, 3, 1), "proposal"), ("2", date(2024, 6, 1), "proposal"),
            ("3", date(2024, 3, 1), "visit"), ("4", date(2025, 1, 9), "proposal"),
        ]
    ]  # fmt: skip
    bids = [
        bid("T1", date(2024, 3, 1), "won"), bid("T2", date(2024, 4, 1), "void"),
        bid("T3", date(2024, 5, 1), "lost"), bid("T4", date(2024, 5, 2), "won"),
        bid("T5", date(2025, 3, 1), "won"),
    ]  # fmt: skip
    with built(company, "proposals", activities=activities, bids=bids) as rows:
        found = {row["activity_id"]: (row["tender_date"], row["tender_result"]) for row in rows}
    assert found == {"1": (date(2024, 5, 1), "lost"), "2": (None, None)}
