"""Codes and names: kept as they are written, or rejected where a spreadsheet has spoilt them."""

import io
from pathlib import Path

import polars as pl
import pytest

from catalogue import MISSING, NO_CODE, Case, Fault, cell, judge, line
from small_company import HEADER, orders

REJECT = "rejected"

# what it is: (the cell, the code that is kept)
WRITTEN = {
    "leading zeros": ("000123", "000123"),
    "twenty digits": ("12345678901234567890", "12345678901234567890"),
    "blanks around": (" \u3000C1\u00a0\t", "C1"),
    "a blank inside": ("C 1", "C 1"),
    "full-width": ("Ｃ１", "Ｃ１"),
    "an E that is no power": ("12E3", "12E3"),
    "one digit, E, one digit": ("1E5", "1E5"),
    "a point that is no float": ("1.23", "1.23"),
    "a float in a text file": ("10001.0", "10001.0"),
    "300 characters": ("名" * 300, "名" * 300),
    "right to left": ("شركة النور", "شركة النور"),
    "a mark that turns the text": ("\u202eabc", "\u202eabc"),
    "emoji": ("👩‍👩‍👧 店", "👩‍👩‍👧 店"),
    "zero width at the ends": ("\ufeffC1\u200b", "C1"),
    "zero width inside": ("客\u200b户", "客\u200b户"),
    "the word NULL": ("NULL", "NULL"),
    "a line inside": ("C\n1", "C\n1"),
    "a lone quote": ('"', '"'),
    "like SQL": ("'; drop table loaded.files; --", "'; drop table loaded.files; --"),
    "like a script": ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    "like a formula": ("=cmd|' /C calc'!A1", "=cmd|' /C calc'!A1"),
    "like a path": ("../../etc/passwd", "../../etc/passwd"),
    "like a pattern": ("{0} %s $1 \\d [a-z]*", "{0} %s $1 \\d [a-z]*"),
    "empty": ("", REJECT),
    "blanks alone": ("  \u3000 ", REJECT),
    "zero width alone": ("\u200b", REJECT),
    "15 digits rounded": ("1.23E+14", REJECT),
    "rounded, in small letters": ("1.23457e+17", REJECT),
    "rounded to one digit": ("1E+15", REJECT),
    "rounded by Java": ("1.23456789012E14", REJECT),
}


def fault(raw: str) -> Fault:
    rounded = any(character.isdigit() for character in raw)
    return ("customer_id", raw, NO_CODE) if rounded else ("customer_id", None, MISSING)


def parquet(keys: list[object]) -> bytes:
    sink = io.BytesIO()
    count = len(keys)
    pl.DataFrame(
        {"order": ["O"] * count, "date": ["2024-01-05"] * count, "customer": keys,
         "product": ["P"] * count, "quantity": [1] * count, "amount": [1] * count}
    ).write_parquet(sink)  # fmt: skip
    return sink.getvalue()


NUMBERED = HEADER.replace("order,", "order,line,")


def numbered(row: int, order: str, number: str, amount: str = "10") -> str:
    return line(row, order=order, amount=amount).replace(f"{order},", f"{order},{number},", 1)


CASES = {
    name: cell("customer", "customer_id", raw, fault(raw) if kept == REJECT else kept)
    for name, (raw, kept) in WRITTEN.items()
} | {
    "floats in Parquet": Case(
        {"orders.parquet": parquet([10001.0, 1.5, 2.0**53, float("nan"), None])},
        (orders("orders.parquet"),),
        {1: "10001"},
        {
            2: ("customer_id", "1.5", NO_CODE),
            3: ("customer_id", "9007199254740992.0", NO_CODE),
            4: ("customer_id", "nan", NO_CODE),
            5: ("customer_id", None, MISSING),
        },
        shown="customer_id",
    ),
    "whole numbers in Parquet": Case(
        {"orders.parquet": parquet([2**53 + 1])}, (orders("orders.parquet"),),
        {1: "9007199254740993"}, shown="customer_id",
    ),
    "a key twice in a file": Case(
        {"orders.csv": NUMBERED + numbered(2, "A", "1") + numbered(3, "A", "2")
         + numbered(4, "A", "1")},
        (orders(line_no='"line"'),),
        {2: "A 1", 3: "A 2"},
        {4: ("order_id, line_no", "A, 1", "repeats row 2 of orders.csv")},
        shown="order_id || ' ' || line_no",
    ),
    "a key in two files: the later one counts": Case(
        {"m1.csv": NUMBERED + numbered(2, "A", "1", "10") + numbered(3, "B", "1"),
         "m2.csv": NUMBERED + numbered(2, "A", "1", "12")},
        (orders("m*.csv", line_no='"line"'),),
        {("m1.csv", 3): "B 10.00", ("m2.csv", 2): "A 12.00"},
        left_out=1,
        shown="order_id || ' ' || net_amount",
    ),
    "the same line twice, without numbers": Case(
        {"orders.csv": HEADER + line(2, order="A") + line(3, order="A")},
        loaded={2: "A 1", 3: "A 2"}, shown="order_id || ' ' || line_no",
    ),
    "a document in two files, without numbers": Case(
        {"m1.csv": HEADER + line(2, order="A") + line(3, order="B"),
         "m2.csv": HEADER + line(2, order="A") + line(3, order="A")},
        (orders("m*.csv"),),
        {("m1.csv", 3): "B 1", ("m2.csv", 2): "A 1", ("m2.csv", 3): "A 2"},
        left_out=1, shown="order_id || ' ' || line_no",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_key(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
