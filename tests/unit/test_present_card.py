"""The card block, and the customers that the customer value report puts on it."""

from datetime import date
from decimal import Decimal

import polars as pl

from dakehu.analysis.customer_value.card import cards_of
from dakehu.present.block import Column
from dakehu.present.card import Detail, History, Panel, card
from dakehu.present.text import Text

EN = Text("en", "CNY")


def test_records_lie_in_columns_and_what_nobody_has_is_left_out():
    records = pl.DataFrame(
        {
            "code": ["A", "B"],
            "name": ["Alpha", "Beta"],
            "sales": [Decimal("1234500.00"), None],
            "growth": [None, 0.25],
            "wallet": pl.Series([None, None], dtype=pl.Float64),
            "past": [[1.0, 2.0], [0.0, 3.0]],
        }
    )
    people = pl.DataFrame({"of": ["B", "B", "Z"], "who": ["w1", "w2", "w3"]})
    block = card(
        records,
        EN,
        code="code",
        name="name",
        panels=[
            Panel("Money", [Column("sales", "Sales", "amount"), Column("growth", "G", "change")]),
            Panel("Wallet", [Column("wallet", "Share", "percent"), Column("none", "None")]),
        ],
        history=History("By month", "past", ["Jan", "Feb"]),
        details=[
            Detail("People", people, "of", [Column("who", "Who")]),
            Detail("Nobody here", people.tail(1), "of", [Column("who", "Who")]),
        ],
        title="t",
        prompt="p",
    )
    assert block["panels"] == [["Money", ["Sales", "G"]]]
    assert block["details"] == [["People", ["Who"]]]
    assert block["records"] == {
        "codes": ["A", "B"],
        "names": ["Alpha", "Beta"],
        "values": [[["CN¥1.23M", None], [None, "+25.0%"]]],
        "details": [[[], [["w1"], ["w2"]]]],
        "history": [[1.0, 2.0], [0.0, 3.0]],
    }


def test_the_largest_customers_with_every_month_of_the_span():
    months = pl.DataFrame({"month": [date(2024, m, 1) for m in (1, 2, 3)]})
    sales = pl.DataFrame(
        {
            "customer_id": ["B", "A", "A", "A"],
            "month": [date(2024, m, 1) for m in (3, 1, 2, 2)],
            "net_amount": [Decimal("5.00"), Decimal("9.00"), Decimal("2.00"), Decimal("-0.50")],
        }
    )
    cards = cards_of(pl.DataFrame({"customer_id": ["B", "A", "C"]}), sales, months, 2, 2)
    assert cards.months == [date(2024, 2, 1), date(2024, 3, 1)]
    assert cards.customer_count == 3
    assert cards.records.rows() == [("B", [0.0, 5.0]), ("A", [1.5, 0.0])]
