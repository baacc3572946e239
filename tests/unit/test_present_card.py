"""The card block: records in columns, with their small tables and their history."""

from decimal import Decimal

import polars as pl

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
            "past": [[1.0, 2.5], [0.0, 3.0]],
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
    assert block["details"] == [["People", [["Who", "text"]]]]
    assert block["records"] == {
        "codes": ["A", "B"],
        "names": ["Alpha", "Beta"],
        "values": [[["CN¥1.23M", None], [None, "+25.0%"]]],
        "details": [{"counts": [0, 2], "columns": [["w1", "w2"]]}],
        "history": [[1, 2.5], [0, 3]],
    }


def test_rows_of_a_detail_follow_the_records_and_keep_their_order():
    records = pl.DataFrame({"code": ["B", "A", "C"], "name": ["b", "a", "c"]})
    rows = pl.DataFrame(
        {
            "of": ["A", "C", "A", "Z", "B"],
            "what": ["a1", "c1", "a2", "z", "b1"],
            "n": [1, 2, 3, 4, 5],
        }
    )
    columns = [Column("what", "What"), Column("n", "N", "count")]
    block = card(
        records,
        EN,
        code="code",
        name="name",
        panels=[],
        details=[Detail("Rows", rows, "of", columns)],
        title="t",
        prompt="p",
    )
    assert block["records"]["details"] == [
        {"counts": [1, 2, 1], "columns": [["b1", "a1", "a2", "c1"], ["5", "1", "3", "2"]]}
    ]
    assert block["details"] == [["Rows", [["What", "text"], ["N", "number"]]]]
