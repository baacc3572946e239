"""The marts behind the parts of the customer value report, on a company of a few parties."""

from datetime import date

import duckdb
import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.customer_value.marts import MARTS
from small_company import loaded, orders, rows, source

ORDERS = """order,date,customer,product,quantity,amount,contract
O1,2024-01-05,H,P1,1,100.00,
O2,2024-01-06,B,P1,1,40.00,
O3,2024-01-07,B,P2,1,60.00,K1
O4,2024-02-07,B,P2,-1,-10.00,K1
O5,2024-02-07,S,P1,1,5.00,
"""
PARTIES = """code,name,group,fit,central,size,tier,potential,status
H,head,H,,,,1,100,active
B,branch,H,7.5,yes,L,1,50,closed
S,single,,4.0,,S,1,,
D,prospect,,,no,,,,
T,second tier,,,,,2,,
"""
FACTS = """
insert into loaded.bids by name select * from (values
    ('B1', 'B', date '2024-02-01', 'lost'), ('B2', 'B', date '2024-02-09', 'won'),
    ('B3', 'H', date '2025-02-09', 'lost'), ('B4', 'H', date '2024-02-20', 'lost'))
    as t (tender_id, customer_id, open_date, result);
insert into loaded.contacts by name select * from (values
    ('C1', 'B', date '2024-02-02'), ('C2', 'B', null)) as t (contact_id, customer_id, valid_to);
insert into loaded.stages by name select * from (values
    ('A1', 'S', 1, date '2024-02-03'), ('A1', 'S', 2, date '2024-02-13'))
    as t (case_id, customer_id, stage_no, entered_at);
insert into loaded.cases by name select * from (values
    ('X1', 'diversion', 'H', 'S', date '2024-02-04', 'A'),
    ('X2', 'price', 'S', null, date '2024-02-05', 'B'),
    ('X3', 'diversion', 'S', 'H', date '2024-02-05', 'C'),
    ('X4', 'complaint', 'S', null, date '2024-02-05', 'A'))
    as t (case_id, type, offender_id, victim_id, date, evidence_grade);
insert into loaded.costs by name select * from (values
    ('B', date '2024-02-04', 'service', 3.00), ('H', date '2024-02-29', 'service', 4.00),
    ('H', date '2024-02-29', 'presale', 5.00), ('H', date '2025-02-28', 'service', 9.00))
    as t (customer_id, date, cost_type, amount);
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    parties = {
        "customer_id": '"code"',
        "customer_name": '"name"',
        "group_id": '"group"',
        "fit_score": '"fit"',
        "central_purchase": """{ sql = "nullif(central, '') = 'yes'" }""",
        "size_band": '"size"',
        "tier_depth": '"tier"',
        "potential_amount": '"potential"',
        "status": '"status"',
    }
    products = {"product_id": '"code"', "product_name": '"code"', "family": '"family"'}
    connection = loaded(
        tmp_path_factory.mktemp("marts"),
        {
            "orders.csv": ORDERS,
            "parties.csv": PARTIES,
            "products.csv": "code,family\nP1,oil\nP2,\n",
        },
        orders(contract_id='"contract"'),
        source("customers", "parties.csv", parties),
        source("products", "products.csv", products),
    )
    connection.execute(FACTS)
    models.build(connection, models.read_models())
    return connection


def table(company: duckdb.DuckDBPyConnection, name: str, columns: str = "*") -> list[tuple]:
    return rows(company, f"select {columns} from mart_customer_value__{name} order by all")


def test_the_analysis_knows_every_mart_with_its_columns_and_types(company):
    for name, schema in MARTS.items():
        frame = company.sql(f"select * from mart_customer_value__{name}").pl()
        assert dict(frame.schema) == dict(pl.Schema(schema)), name


def test_a_group_speaks_through_its_head_and_where_that_is_silent_through_a_member(company):
    columns = "customer_id, fit_score, is_central, size_band, is_direct, status, potential_amount"
    found = {row[0]: row[1:] for row in table(company, "profiles", columns)}
    assert found.keys() == {"H", "S", "D", "T"}
    assert [str(found["H"][0]), *found["H"][1:4]] == ["7.500000", True, "L", True]
    assert (found["H"][4], found["H"][5]) == ("active", 150)
    assert found["D"] == (None, False, None, True, None, None)
    assert found["T"][3] is False


def test_what_is_central_is_ordered_by_the_head_or_under_a_contract(company):
    # Of 200 the branch ordered 40 by itself; the return and the single party are no part of it.
    assert table(company, "centralisation", "customer_id, ordered_amount, central_amount") == [
        ("H", 200, 160)
    ]


def test_families_leave_out_what_has_none(company):
    assert table(company, "families", "customer_id, family, net_amount") == [
        ("H", "oil", 140),
        ("S", "oil", 5),
    ]


def test_order_days_are_those_with_a_positive_line(company):
    assert table(company, "order_days") == [
        ("H", date(2024, 1, 5), 100),
        ("H", date(2024, 1, 6), 40),
        ("H", date(2024, 1, 7), 60),
        ("S", date(2024, 2, 7), 5),
    ]


def test_events_are_of_the_party_itself_proven_and_past(company):
    # The victim of a diversion, evidence of grade C, tenders won and those to come are no event.
    assert table(company, "events", "customer_id, kind, event_count") == [
        ("H", "contact_left", 1),
        ("H", "diversion", 1),
        ("H", "tender_lost", 2),
        ("S", "case_opened", 1),
        ("S", "price", 1),
    ]


def test_costs_are_summed_by_group_month_and_kind(company):
    assert table(company, "costs", "customer_id, cost_type, cost_amount") == [
        ("H", "presale", 5),
        ("H", "service", 7),
    ]


def test_mapped_tables_are_known(company):
    found = dict(table(company, "mapped"))
    assert (found["order_lines"], found["customers"], found["contacts"]) == (True, True, False)
