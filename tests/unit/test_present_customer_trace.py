"""The trace of one customer in both languages, on data that knows much and little."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest

from customer_results import HOSTILE, RESULTS, strings
from dakehu.analysis.customer_value import trace_of
from dakehu.analysis.customer_value.trace import LINE, Trace
from dakehu.present.customer_value import trace as page
from dakehu.present.customer_value import trace_numbers
from dakehu.present.text import Text

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")
BLOCKS = (page.control, page.rows, page.left_out, trace_numbers.numbers)
DECEMBER = date(2024, 12, 9)


def lines(customer: str, *amounts: Decimal, costed: bool = True) -> pl.DataFrame:
    """One line a day of December back from the ninth."""
    rows = [
        {
            "order_date": DECEMBER.replace(day=9 - n),
            "month": DECEMBER.replace(day=1),
            "order_id": HOSTILE,
            "line_no": str(n),
            "customer_id": customer,
            "product_id": "P",
            "doc_type": None,
            "quantity": Decimal(1),
            "net_amount": amount,
            "cost_amount": amount / 2 if costed else None,
            "source_file": "=f.csv",
            "source_row": n + 2,
            "load_id": "L1",
        }
        for n, amount in enumerate(amounts)
    ]
    return pl.DataFrame(rows, schema_overrides={"cost_amount": pl.Decimal(18, 2)}).select(LINE)


LEFT_OUT = pl.DataFrame(
    [
        ("cancelled", "a.csv", 2, "N1", DECEMBER, Decimal(5), None, None, None),
        ("after_as_of", "a.csv", 3, "N2", DECEMBER, Decimal(6), None, None, None),
        ("rejected", "a.csv", 4, None, None, None, "net_amount", "{x}", "no whole number"),
    ],
    schema={
        "reason": pl.String,
        "source_file": pl.String,
        "source_row": pl.Int64,
        "order_id": pl.String,
        "order_date": pl.Date,
        "net_amount": pl.Decimal(18, 2),
        "column_name": pl.String,
        "value": pl.String,
        "fault": pl.String,
    },
    orient="row",
)
ITEMS = pl.DataFrame(
    schema={
        "customer_id": pl.String,
        "document_no": pl.String,
        "due_date": pl.Date,
        "open_amount": pl.Decimal(18, 2),
    }
)


def trace(kind: str, customer: str = "c00", *, is_whole: bool = True) -> Trace:
    result = RESULTS[kind]
    row = result.customers.row(by_predicate=pl.col("customer_id") == customer, named=True)
    amount = row["net_amount"] if is_whole else row["net_amount"] - Decimal("0.01")
    amounts = [amount + 3, Decimal(-3)]
    found = lines(customer, *amounts, costed=row.get("margin_amount") is not None)
    return trace_of(result, customer, found, LEFT_OUT if kind == "rich" else LEFT_OUT[:0], ITEMS)


def made(text: Text, found: Trace) -> dict[str, list]:
    """The rows of the table of numbers by the name of the number."""
    return {row[0]: row[1:] for row in trace_numbers.numbers(text, found)["rows"]}


@pytest.mark.parametrize("kind", RESULTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_languages_say_the_same_in_other_words(block, kind):
    zh, en = (block(text, trace(kind)) for text in (ZH, EN))
    assert zh["kind"] == en["kind"]
    assert len(strings(json.loads(json.dumps(zh)))) == len(strings(en))
    assert zh != en
    for word in strings(zh) + strings(en):
        assert word not in ("None", "nan")
        assert "{" not in word.replace("{x}", "")


def test_the_control_tells_a_cent():
    def said(found: Trace) -> list[str]:
        items = page.control(EN, found)["items"]
        assert {item["tone"] for item in items} == {"good" if found.is_sound else "bad"}
        return [item["text"] for item in items]

    net = RESULTS["plain"].customers.row(by_predicate=pl.col("customer_id") == "c00", named=True)
    cent_less = net["net_amount"] - Decimal("0.01")
    wrong = said(trace("plain", is_whole=False))
    assert any(
        f"Sales is {net['net_amount']} on the page, the rows give {cent_less}" in words
        for words in wrong
    )
    agreeing = replace(trace("plain"), control=trace("plain").control.head(1))
    assert agreeing.control["name"].to_list() == ["net_amount"]
    (whole,) = said(agreeing)
    assert f"the 2 rows below add up to {EN.number(net['net_amount'], 2)}" in whole


def test_rows_carry_their_source_and_say_what_lies_before():
    block = page.rows(EN, trace("rich"))
    labels = [column["label"] for column in block["columns"]]
    first = dict(zip(labels, block["rows"][0], strict=True))
    assert (first["File"], first["Load"], first["Row in the file"][0]) == ("=f.csv", "L1", "3")
    assert first["Order"] == HOSTILE
    assert "0 more rows" in block["note"]


def test_rows_left_out_come_with_the_reason():
    block = page.left_out(EN, trace("rich"))
    assert [row[-1] for row in block["rows"]] == [
        "cancelled",
        "dated after the date of the report",
        "rejected: net_amount is {x}, no whole number",
    ]
    assert "No row of this customer was left out" in page.left_out(EN, trace("plain"))["text"]


def valued(found: Trace) -> Trace:
    """The same, of a report that has lifetime values."""
    life = SimpleNamespace(value=True, chosen={"model": "bg_nbd"}, margin_share=0.4)
    future = {
        "p_alive": 0.9,
        "expected_orders": 2.0,
        "expected_amount": 80.0,
        "clv_amount": Decimal(30),
        "clv_low_amount": Decimal(10),
        "clv_high_amount": Decimal(60),
    }
    return replace(found, row=found.row | future, result=replace(found.result, lifetime=life))


def test_every_headline_number_says_how_it_was_made_and_out_of_what():
    found = valued(trace("rich"))
    numbers = made(EN, found)
    assert list(numbers) == [
        "Sales",
        "Margin",
        "Orders in the window",
        "Days since the last order",
        "Class",
        "Type",
        "Key account",
        "Still a customer",
        "Expected sales",
        "Customer value",
    ]
    row = found.row
    assert numbers["Sales"][0] == EN.number(row["net_amount"], 2)
    assert "2 lines from Jan 2024 to Dec 2024" in numbers["Sales"][2]
    assert "-3.00 returned" in numbers["Sales"][2]
    assert numbers["Days since the last order"][2] == "Dec 31, 2024 - Dec 9, 2024"
    assert numbers["Class"][0] == "A"
    assert "larger customers hold 0.00%" in numbers["Class"][2]
    assert "below 80% is A, below 95% is B" in numbers["Class"][1]
    assert numbers["Key account"][0] == ("yes" if row["is_key_account"] else "no")
    assert "1 repeat order days" not in numbers["Still a customer"][2]  # the second was a return
    assert "0 repeat order days" in numbers["Still a customer"][2]
    assert EN.number(row["expected_amount"], 2) == numbers["Expected sales"][0]
    assert "discounted at 10.0% a year" in numbers["Customer value"][2]


def test_what_is_not_known_is_no_zero():
    numbers = made(EN, trace("poor"))
    assert numbers["Margin"][0] == "–"
    assert numbers["Margin"][2] == "2 lines without cost"
    assert numbers["Type"][0] == "–"
    assert "Overdue" not in numbers
