"""The forecast's marts: levels, what leaves the base and why, key accounts, the channel."""

from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest

from dakehu.analysis.sales_forecast import MARTS
from dakehu.models import build, read_checks, read_models
from forecast_company import SCHEMAS
from small_company import HEAD, loaded, orders, rows, source

MONTHS = [date(2024, m, 10) for m in range(1, 13)]
CUSTOMERS = (
    "customer,name,role,territory\nC1,Alpha,customer,N\nC2,Beta,customer,S\n"
    "C3,Gamma,customer,S\nD1,Depot,distributor,N\n"
)
PRODUCTS = "product,name,family\nP1,One,a|x\nP2,Two,b\nP3,Three,\n"
TERRITORIES = "territory,name,level\nN,North,region\nS,South,region\n"
ADD_UP = {
    "check_mart_sales_forecast__adds_up",
    "check_mart_sales_forecast__taken_out_adds_up",
}
CLASSES = "customer,class\nC2,A\nC1,B\n"


def lines() -> list[tuple]:
    """order, date, customer, product, amount, channel, tender."""
    steady = [
        (f"{customer}-{day:%m}", day, customer, product, amount + day.month, "direct", "")
        for day in MONTHS
        for customer, product, amount in (("C1", "P1", 100), ("C2", "P2", 60), ("C3", "P3", 40))
    ]
    loading = [
        (f"D1-{day:%m}", day, "D1", "P1", 4000 if day.month % 3 == 0 else 50, "distributor", "")
        for day in MONTHS
    ]
    apart = [
        ("BIG", date(2024, 5, 7), "C1", "P2", 9000, "direct", ""),
        ("BACK", date(2024, 6, 7), "C1", "P2", -9000, "direct", ""),
        ("T-1", date(2024, 7, 7), "C3", "P1", 500, "direct", "T1"),
        ("T-2", date(2024, 8, 7), "C3", "P1", 300, "tender", ""),
        ("ODD", date(2024, 9, 7), "C2", "P2", 400, "direct", ""),
    ]
    return steady + loading + apart


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> duckdb.DuckDBPyConnection:
    text = "order,date,customer,product,quantity,amount,channel,tender\n" + "".join(
        f"{order},{day},{customer},{product},1,{amount}.00,{channel},{tender}\n"
        for order, day, customer, product, amount, channel, tender in lines()
    )
    sold = "".join(
        f"{day + timedelta(days=i)},D1,X{i},P1,1,{30 + i}.00\n" for day in MONTHS for i in (0, 5)
    )
    connection = loaded(
        tmp_path_factory.mktemp("forecast"),
        {
            "orders.csv": text, "customers.csv": CUSTOMERS, "products.csv": PRODUCTS,
            "territories.csv": TERRITORIES, "classes.csv": CLASSES,
            "sold.csv": "date,distributor,downstream,product,quantity,amount\n" + sold,
            "coverage.csv": "distributor,from,to\nD1,2024-01-01,2024-10-15\n",
        },
        orders(channel='"channel"', tender_id='"tender"'),
        source("customers", "customers.csv", {
            "customer_id": '"customer"', "customer_name": '"name"', "role": '"role"',
            "territory_id": '"territory"',
        }),
        source("products", "products.csv", {
            "product_id": '"product"', "product_name": '"name"', "family": '"family"',
        }),
        source("territories", "territories.csv", {
            "territory_id": '"territory"', "territory_name": '"name"', "level": '"level"',
        }),
        source("customer_classes", "classes.csv", {
            "customer_id": '"customer"', "class_code": '"class"',
        }),
        source("sell_out", "sold.csv", {
            "doc_date": '"date"', "distributor_id": '"distributor"',
            "downstream_id": '"downstream"', "product_id": '"product"',
            "quantity": '"quantity"', "amount": '"amount"',
        }),
        source("sell_out_coverage", "coverage.csv", {
            "distributor_id": '"distributor"', "coverage_from": '"from"', "coverage_to": '"to"',
        }),
        head=HEAD + "[policy.data_quality]\nlumpy_order_mad_count = 10\n",
    )  # fmt: skip
    build(connection, read_models())
    return connection


def test_what_leaves_the_base_says_why(company):
    found = rows(
        company,
        "select order_id, reason, tender_id, net_amount, usual_amount "
        "from mart_sales_forecast__taken_out order by order_id",
    )
    assert found == [
        ("BACK", "lumpy", "-", Decimal(-9000), Decimal(107)),  # the median of 13 orders
        ("BIG", "lumpy", "-", Decimal(9000), Decimal(107)),
        ("ODD", "lumpy", "-", Decimal(400), Decimal(67)),
        ("T-1", "tender", "T1", Decimal(500), None),
        ("T-2", "tender", "-", Decimal(300), None),
    ]


def test_the_base_is_all_sales_without_what_left_it(company):
    found = rows(
        company,
        "select month, net_amount, base_amount, tender_amount, lumpy_amount "
        "from mart_sales_forecast where level = 'total' and month between '2024-05-01' and "
        "'2024-08-01' order by month",
    )
    assert [row[2] for row in found] == [Decimal(value) for value in (265, 4218, 271, 274)]
    assert [row[3] for row in found] == [0, 0, 500, 300]
    assert [row[4] for row in found] == [9000, -9000, 0, 0]
    assert all(row[1] == sum(row[2:]) for row in found)


def test_a_distributor_s_loading_stays_in_the_base(company):
    found = rows(
        company,
        "select sum(base_amount), sum(net_amount) from mart_sales_forecast "
        "where level = 'distributor' and key = 'D1'",
    )
    assert found == [(Decimal(16400), Decimal(16400))]


def test_levels_and_names(company):
    found = rows(
        company, "select distinct level, key, key_name from mart_sales_forecast order by all"
    )
    assert found == [
        ("distributor", "-", "-"),
        ("distributor", "D1", "Depot"),
        ("key_account", "C2", "Beta"),  # the one of class A: larger ones are none
        ("key_account", "others", "others"),
        ("product_family", "-", "-"),
        ("product_family", "a/x", "a/x"),
        ("product_family", "b", "b"),
        ("region", "N", "North"),
        ("region", "S", "South"),
        ("region_family", "N|a/x", "N|a/x"),
        ("region_family", "N|b", "N|b"),
        ("region_family", "S|-", "S|-"),
        ("region_family", "S|a/x", "S|a/x"),
        ("region_family", "S|b", "S|b"),
        ("total", "total", "total"),
    ]


def test_no_month_is_missing_and_the_checks_pass_and_can_fail(company):
    lengths = rows(
        company, "select distinct count(*) - datediff('month', min(month), max(month)) "
        "from mart_sales_forecast group by level, key",
    )  # fmt: skip
    assert lengths == [(1,)]
    checks = [check for check in read_checks() if check.name in ADD_UP]
    assert len(checks) == 2
    assert all(rows(company, check.sql) == [] for check in checks)
    for change in ("net_amount = net_amount + 0.01", "lumpy_amount = lumpy_amount + 0.01"):
        company.execute("begin")
        company.execute(
            f"update mart_sales_forecast set {change} "
            "where level = 'total' and month = '2024-05-01'"
        )
        assert any(rows(company, check.sql) for check in checks)
        company.execute("rollback")


def test_the_channel_s_months_say_what_is_known(company):
    found = rows(
        company,
        "select month, sell_in_amount, is_reported, sell_out_amount "
        "from mart_sales_forecast__channel order by month",
    )
    assert len(found) == 12
    assert [row[1] for row in found] == [Decimal(4000 if i % 3 == 2 else 50) for i in range(12)]
    assert [row[2] for row in found] == [True] * 9 + [False] * 3
    assert [row[3] for row in found] == [Decimal(65)] * 9 + [None] * 3


def test_without_a_class_the_largest_groups_are_the_key_accounts(tmp_path):
    text = "order,date,customer,product,quantity,amount\n" + "".join(
        f"O{i},2024-01-05,K{i:02},P,1,{100 + i}.00\n" for i in range(30)
    )
    head = HEAD + "[policy.data_quality]\nkey_account_count = 3\n"
    connection = loaded(tmp_path, {"orders.csv": text}, head=head)
    build(connection, read_models())
    found = rows(
        connection,
        "select distinct key from mart_sales_forecast where level = 'key_account' order by key",
    )
    assert found == [("K27",), ("K28",), ("K29",), ("others",)]


def test_the_hand_made_marts_of_other_tests_have_these_columns(company):
    for name, schema in SCHEMAS.items():
        built = company.sql(f"from {MARTS[name]} limit 0").pl()
        assert dict(built.schema) == dict(schema), name
