"""Lines below cost by customer and product, and lines above the published retail price."""

from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from dakehu.analysis.customer_value.inversion import Inversion, inversion_of
from dakehu.analysis.customer_value.window import bought
from small_books import YEAR, books, company, mart

MARTS = ("price_inversion", "retail_prices")
MONEY = pl.Decimal(38, 2)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def sales(margin: int | None) -> pl.DataFrame:
    """C1 bought for 1,000 and C2 for 500."""
    rows = [
        {
            "customer_id": name,
            "customer_name": f"name of {name}",
            "role": "customer",
            "region_name": None,
            "industry_name": None,
            "month": date(2024, 1, 1),
            "net_amount": Decimal(net),
            "margin_amount": None if margin is None else Decimal(margin),
            "order_count": 1,
            "first_order_date": date(2024, 1, 5),
            "last_order_date": date(2024, 1, 5),
        }
        for name, net in (("C1", 1000), ("C2", 500))
    ]
    return pl.DataFrame(rows, schema_overrides={"net_amount": MONEY, "margin_amount": MONEY})


def found(empty, margin: int | None = 10, **tables) -> Inversion:
    with books(empty, **tables) as connection:
        read = mart(connection, *MARTS)
    return inversion_of(read, bought(sales(margin), YEAR), YEAR)


def line(number, product, quantity, amount, cost=None, kind="sale", **more) -> dict:
    return {
        "order_id": f"X{number}",
        "line_no": "1",
        "order_date": date(2024, 8, 1),
        "customer_id": "C1",
        "product_id": product,
        "quantity": quantity,
        "net_amount": amount,
        "cost_amount": cost,
        "doc_type": kind,
        **more,
    }


def price(amount, product="P1", tier="retail", first=date(2024, 1, 1), **more) -> dict:
    return {"product_id": product, "tier": tier, "valid_from": first, "price": amount, **more}


def test_lines_below_cost_by_customer_and_product(empty):
    lines = [
        line(1, "P1", 2, 90, 100),
        line(2, "P1", 1, 49, 50),
        line(3, "P1", 1, 50, 50),  # at cost
        line(4, "P2", 1, 0, 30, "gift"),
        line(5, "P2", -1, -60, -50, "return"),
        line(6, "P2", 1, 20, 30),
        line(7, "P3", 1, 20, None),
    ]
    result = found(empty, order_lines=lines)
    columns = ("product_id", "line_count", "net_amount", "loss_amount", "customer_share")
    assert result.pairs.select(columns).rows() == [
        ("P1", 2, Decimal(139), Decimal(11), 0.139),
        ("P2", 1, Decimal(20), Decimal(10), 0.020),
    ]
    assert result.figures["inverted_share"][0] == pytest.approx(159 / 1500)
    assert result.figures["inverted_loss_amount"] == (21.0, "amount")
    by_product = ("product_id", "customer_count", "mean_price_amount", "mean_cost_amount")
    assert result.products.select(by_product).rows() == [
        ("P1", 1, Decimal("46.3333"), Decimal(50)),
        ("P2", 1, Decimal(20), Decimal(30)),
    ]
    assert result.products["loss_amount"].sum() == result.pairs["loss_amount"].sum()
    assert result.tables.keys() == {"price_inversion", "price_inversion_products"}


def test_products_add_up_over_customers(empty):
    lines = [line(1, "P1", 1, 40, 50), line(2, "P1", 3, 120, 180, customer_id="C2")]
    (row,) = found(empty, order_lines=lines).products.iter_rows(named=True)
    assert (row["customer_count"], row["line_count"], row["loss_amount"]) == (2, 2, 70)
    assert (row["mean_price_amount"], row["mean_cost_amount"]) == (40, Decimal("57.5"))


def test_lines_dearer_than_the_retail_price_of_their_day(empty):
    lines = [
        line(1, "P1", 2, 220),  # at 110, retail 100
        line(2, "P1", 1, 100),  # at retail
        line(3, "P1", 1, 95, order_date=date(2024, 10, 1)),  # at 95, retail 90 from September
        line(4, "P1", 1, 999, kind="gift"),
        line(5, "P2", 1, 999),  # no retail price, only our own list
        line(6, "P1", 1, 150, customer_id="C2"),
    ]
    prices = [
        price(100, valid_to=date(2024, 9, 1)),
        price(90, first=date(2024, 9, 1)),
        price(10, tier="wholesale"),
        price(1, product="P2", tier="A"),
    ]
    result = found(empty, order_lines=lines, price_lists=prices)
    (row,) = result.retail.iter_rows(named=True)
    assert (row["product_id"], row["customer_count"]) == ("P1", 2)
    # The company's own first order, ten for 100, is compared too, and is cheaper.
    assert (row["priced_count"], row["line_count"]) == (5, 3)
    assert (row["net_amount"], row["excess_amount"]) == (465, 20 + 5 + 50)
    assert result.figures["retail_excess_amount"] == (75.0, "amount")
    assert result.has_retail


def test_the_retail_price_of_the_territory_goes_first(empty):
    there = {"territory_id": "T", "territory_name": "T", "level": "region"}
    lines = [line(1, "P1", 1, 95, ship_to_territory_id="T"), line(2, "P1", 1, 95)]
    prices = [price(100), price(90, territory_id="T"), price(1, territory_id="elsewhere")]
    tables = {"territories": [there], "order_lines": lines, "price_lists": prices}
    assert found(empty, **tables).retail.select("line_count", "excess_amount").rows() == [(1, 5)]


def test_what_is_not_there_is_said(empty):
    lines = [line(1, "P1", 1, 95)]
    blind = found(empty, None, order_lines=lines)
    assert (blind.has_margin, blind.has_retail, blind.tables, blind.figures) == (
        False,
        False,
        {},
        {},
    )
    fair = found(empty, None, order_lines=lines, price_lists=[price(100)])
    assert fair.tables.keys() == {"retail_inversion"}
    assert fair.figures["retail_inverted_line_count"] == (0, "count")
