"""The marts behind the alerts: who met a customer without its manager, what was settled late."""

from datetime import date

import duckdb
import pytest

from dakehu import models
from small_company import loaded, orders, rows, source

PARTIES = "code,name,group\nH,head,H\nB,branch,H\nS,single,S\n"
ORDERS = """order,date,customer,product,quantity,amount
O1,2023-01-05,H,P1,1,100.00
O2,2024-12-30,S,P1,1,40.00
"""
VISITS = [
    # Two people in May and the manager with them: all is well.
    ("H", "S1", "2024-05-02", "visit"),
    ("B", "S2", "2024-05-03", "visit"),
    ("B", "K1", "2024-05-04", "proposal"),
    # Two in June without it; service and complaints are no meetings of the sales force.
    ("H", "S1", "2024-06-02", "visit"),
    ("B", "S2", "2024-06-03", "proposal"),
    ("B", "S3", "2024-06-04", "service"),
    # K1 left the account on the first of July: it is one of several, K2 was not there.
    ("H", "S1", "2024-07-02", "visit"),
    ("H", "K1", "2024-07-01", "visit"),
    # One person twice in August.
    ("H", "S1", "2024-08-02", "visit"),
    ("B", "S1", "2024-08-09", "visit"),
    # The single customer has no manager, only a sales person.
    ("S", "S1", "2024-06-02", "visit"),
    ("S", "S2", "2024-06-03", "visit"),
    # What lies behind the date of the report has not happened.
    ("H", "S1", "2025-01-02", "visit"),
    ("H", "S2", "2025-01-02", "visit"),
]
TEAMS = [
    ("H", "K1", "KAM", None, "2024-07-01"),
    ("B", "K2", "KAM", "2024-07-01", None),
    ("S", "S1", "sales", None, None),
]
INVOICES = [
    ("I1", "H", "2024-01-01", "2024-02-01", 100),
    ("I2", "B", "2024-03-01", "2024-04-01", 50),
    ("I3", "S", "2024-05-01", "2024-06-01", 30),
    ("I4", "S", "2024-05-01", None, 7),
    ("I5", "S", "2024-12-01", "2024-12-31", 9),
    ("I6", "S", "2024-08-01", "2024-08-01", -10),
]
PAYMENTS = [("P1", "H", "2024-02-01", 60), ("P2", "H", "2024-03-05", 45)]


def listed(values: list[tuple], types: str) -> str:
    """The values of an insert, typed as the columns are."""
    kinds = types.split()
    return ", ".join(
        "("
        + ", ".join(
            "null" if v is None else f"{kind} '{v}'" for v, kind in zip(row, kinds, strict=True)
        )
        + ")"
        for row in values
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    parties = {"customer_id": '"code"', "customer_name": '"name"', "group_id": '"group"'}
    connection = loaded(
        tmp_path_factory.mktemp("alerts"),
        {"orders.csv": ORDERS, "parties.csv": PARTIES},
        orders(),
        source("customers", "parties.csv", parties),
    )
    connection.execute(
        f"""
        insert into loaded.activities by name
        select row_number() over () as activity_id, *
        from (values {listed(VISITS, "varchar varchar date varchar")})
            as t (customer_id, person_id, date, type);
        insert into loaded.account_team by name
        select * from (values {listed(TEAMS, "varchar varchar varchar date date")})
            as t (customer_id, person_id, role, valid_from, valid_to);
        insert into loaded.invoices by name
        select * from (values {listed(INVOICES, "varchar varchar date date decimal(18,2)")})
            as t (invoice_no, customer_id, invoice_date, due_date, amount);
        insert into loaded.payments by name
        select * from (values {listed(PAYMENTS, "varchar varchar date decimal(18,2)")})
            as t (payment_no, customer_id, pay_date, amount);
        """
    )
    models.build(connection, models.read_models())
    return connection


def test_several_people_without_the_manager_of_the_day(company):
    found = rows(company, "select * from mart_customer_value__meetings order by all")
    assert found == [
        ("H", date(2024, 5, 1), 3, 1),
        ("H", date(2024, 6, 1), 2, 0),
        ("H", date(2024, 7, 1), 2, 0),
        ("H", date(2024, 8, 1), 1, 0),
        ("S", date(2024, 6, 1), 2, None),
    ]


def test_what_was_paid_late_by_due_date_and_day_of_payment(company):
    found = rows(company, "select * from mart_customer_value__late_items order by all")
    # Of I1 60 came on time and 40 late; of I2 5 came before it was due, 45 are open. I4 has no due
    # date and is settled as of its own, by the return I6, of which 3 are left for I3. I5 is due on
    # the day of the report.
    assert found == [
        ("H", date(2024, 2, 1), date(2024, 3, 5), 40),
        ("H", date(2024, 4, 1), None, 45),
        ("S", date(2024, 6, 1), date(2024, 8, 1), 3),
        ("S", date(2024, 6, 1), None, 27),
    ]


def test_the_check_finds_items_that_do_not_add_up(company):
    check = {c.name: c for c in models.read_checks()}[
        "check_mart_customer_value__late_items_add_up"
    ]
    assert rows(company, check.sql) == []
    company.execute("begin; delete from mart_customer_value__late_items where late_amount = 45")
    assert rows(company, check.sql) == [("H", 45, None)]
    company.execute("rollback")
