"""Channels, what selling directly saves, price tiers, and the way from order to cash."""

from datetime import date

import duckdb
import polars as pl
import pytest

from dakehu.analysis.customer_value.channels import MARTS, channels_of
from small_books import POLICY, YEAR, books, company, mart

CLASSES = pl.DataFrame({"customer_id": ["C1", "C2"], "customer_class": ["A", "C"]})


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def channelled(empty, **tables):
    with books(empty, **tables) as connection:
        read = mart(connection, *MARTS)
    return channels_of(read, CLASSES, YEAR, POLICY)


def line(number, amount, quantity=1, **more) -> dict:
    return {
        "order_id": f"X{number}",
        "line_no": "1",
        "order_date": date(2024, 8, 1),
        "customer_id": "C1",
        "product_id": "P9",
        "quantity": quantity,
        "net_amount": amount,
        **more,
    }


def test_channels_80_to_20_and_who_won_the_account(empty):
    lines = [
        line(1, 650, channel="distributor", developed_by="D1"),
        line(2, 150, channel="distributor", developed_by="own", fulfilled_by="D1"),
        line(3, 200, channel="direct", developed_by="own"),
    ]
    result = channelled(empty, order_lines=lines)
    mix = dict(result.channels.select("channel", "amount_share").iter_rows())
    # The two orders of the company, 150, name no channel.
    assert mix["distributor"] / mix["direct"] == pytest.approx(80 / 20)
    assert mix["-"] == pytest.approx(150 / 1150)
    crossed = {row[:2]: row[2] for row in result.developed.iter_rows()}
    assert crossed == {
        ("distributor", "own"): 650,
        ("own", "distributor"): 150,
        ("own", "own"): 200,
        ("-", "own"): 150,
    }
    silent = channelled(empty)
    assert (silent.tables, silent.figures) == ({}, {})


def test_what_direct_sales_save_of_the_cost_of_the_channel(empty):
    dealer = {"customer_id": "D1", "customer_name": "D1", "role": "distributor"}
    lines = [
        line(1, 800, 80, customer_id="D1", channel="distributor"),  # 10 a unit
        line(2, 400, channel="direct"), line(3, 100, channel="tender"),
    ]  # fmt: skip
    costs = [
        {"customer_id": code, "date": date(2024, 6, 1), "cost_type": kind, "amount": amount}
        for code, kind, amount in [
            ("D1", "promotion", 40), ("D1", "freight", 40), ("C1", "freight", 25),
            ("C1", "service", 99), ("D1", "presale", 99),
        ]
    ]  # fmt: skip
    tables = {"customers": [dealer], "order_lines": lines, "costs": costs}
    figures = channelled(empty, **tables).figures
    assert figures["channel_cost_share"] == (0.10, "share")
    assert figures["direct_cost_share"] == (0.05, "share")
    assert figures["channel_saved_amount"] == (pytest.approx(500 * (0.10 - 0.05)), "amount")
    assert "channel_margin_share" not in figures
    # 30 units bought at 10 are sold on at 12.50: the distributor keeps a fifth.
    resold = {"doc_date": date(2024, 9, 1), "distributor_id": "D1", "downstream_id": "X",
              "product_id": "P9", "quantity": 30, "amount": 375}  # fmt: skip
    never_bought = resold | {"product_id": "P0", "amount": 999}
    figures = channelled(empty, sell_out=[resold, never_bought], **tables).figures
    assert figures["channel_margin_share"] == (pytest.approx(0.20), "share")
    saved = 500 * (0.20 + 0.80 * 0.10 - 0.05)
    assert figures["channel_saved_amount"] == (pytest.approx(saved), "amount")
    assert channelled(empty, customers=[dealer], order_lines=lines).figures == {}


def test_class_a_share_by_price_tier(empty):
    products = [
        {"product_id": p, "product_name": p, "tier": t} for p, t in [("P8", "high"), ("P9", "low")]
    ]
    lines = [
        line(1, 80, product_id="P8"),
        line(2, 20, product_id="P8", customer_id="C2"),
        line(3, 50, customer_id="C2"),
    ]
    tiers = channelled(empty, products=products, order_lines=lines).tiers
    assert tiers.select("tier", "key_amount_share").rows() == [("high", 0.8), ("low", 0.0)]


def test_days_from_order_to_cash_weigh_by_amount(empty):
    ships = [
        {
            "ship_no": f"S{n}",
            "line_no": "1",
            "order_id": f"O{n}",
            "ship_date": day,
            "delivered_date": d,
        }
        for n, day, d in [(1, date(2024, 1, 7), date(2024, 1, 9)), (2, date(2024, 3, 15), None)]
    ]
    invoices = [
        {"invoice_no": "A", "customer_id": "C1", "invoice_date": date(2024, 1, 11), "amount": 113,
         "order_id": "O1"}
    ]  # fmt: skip
    payments = [
        {"payment_no": n, "customer_id": "C1", "pay_date": day, "amount": amount}
        for n, day, amount in [("P", date(2024, 2, 10), 90), ("Q", date(2024, 3, 11), 13)]
    ]
    result = channelled(empty, shipments=ships, invoices=invoices, payments=payments)
    days = dict(result.steps.select("step", "mean_days").iter_rows())
    assert days == {
        "order_to_delivery": pytest.approx((100 * 4 + 50 * 10) / 150),
        "delivery_to_cash": pytest.approx((90 * 32 + 13 * 62) / 103),
        "invoice_to_cash": pytest.approx((90 * 30 + 13 * 60) / 103),
    }
