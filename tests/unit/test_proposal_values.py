"""What the values of a column settle: tax, dates, marks, decimals, currency."""

import tomllib

import pytest

from dakehu.proposal import propose
from small_exports import HEAD, feed, parsed, sales, write


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Net Amount", "Net Amount"),
        ("Sales Amount", {"from": "Sales Amount", "tax": "?"}),
        ("金额(万元)", {"from": "金额(万元)", "unit": "万元", "tax": "?"}),
        ("不含税金额", "不含税金额"),
        ("含税金额", {"from": "含税金额", "tax": "?"}),
    ],
)
def test_tax_and_unit_come_from_the_heading_or_are_asked(tmp_path, heading, expected):
    write(tmp_path, sales=sales().replace("Net Amount", heading))
    assert feed(parsed(tmp_path), "order_lines")["columns"]["net_amount"] == expected


def test_tax_is_settled_by_the_amounts_where_they_tell(tmp_path):
    head = "Order No,Order Date,Customer ID,Product ID,Quantity,Amount,Tax Rate,Tax Amount\n"
    for is_taxed, tax in ((False, lambda a: a * 0.13), (True, lambda a: a - a / 1.13)):
        rows = [f"S{n},2024-01-05,C1,P1,1,{n * 100},13,{tax(n * 100):.2f}" for n in range(1, 30)]
        write(tmp_path, sales=head + "\n".join(rows) + "\n")
        amount = feed(parsed(tmp_path), "order_lines")["columns"]["net_amount"]
        assert amount == ({"from": "Amount", "tax": "Tax Rate"} if is_taxed else "Amount")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1/2/2024", "1/13/2024"], "%m/%d/%Y"),
        (["1/2/2024", "13/1/2024"], "%d/%m/%Y"),
        (["1/2/2024", "3/4/2024"], "?"),
        (["13.1.24", "2.1.24"], "%d.%m.%y"),
        (["2-Jun-06", "14-Nov-06"], "%d-%b-%y"),
        (["Jan 5, 2024", "Feb 6, 2024"], "%b %d, %Y"),
        (["1/13/2024 8:05", "1/2/2024 17:40"], "%m/%d/%Y %H:%M"),
        (["2024-01-05", "2024-01-06"], None),
        (["20240105", "20240106"], None),
        (["2024年1月5日", "2024年1月6日"], None),
    ],
)
def test_date_formats_are_settled_by_the_values(tmp_path, values, expected):
    rows = [f'S{n},"{values[n % 2]}",C1,P1,1,{n}.5' for n in range(20)]
    write(tmp_path, sales=HEAD + "\n".join(rows) + "\n")
    text = propose(tmp_path, tmp_path / "p.toml")
    origin = feed(tomllib.loads(text), "order_lines")["columns"]["order_date"]
    wanted = {"from": "Order Date", "format": expected} if expected else "Order Date"
    assert origin == wanted
    assert ("day first or month first?" in text) == (expected == "?")


def test_a_date_that_tells_settles_the_one_beside_it(tmp_path):
    head = HEAD.replace("Net Amount", "Net Amount,Due Date")
    rows = [f"S{n},1/{n % 9 + 1}/2024,C1,P1,1,{n}.5,2/{n + 1}/2024" for n in range(20)]
    write(tmp_path, sales=head + "\n".join(rows) + "\n")
    origin = feed(parsed(tmp_path), "order_lines")["columns"]["order_date"]
    assert origin["format"] == "%m/%d/%Y"


def test_texts_that_mean_no_value(tmp_path):
    head = HEAD.replace("Net Amount", "Net Amount,Discount Amount,Channel")
    notes = ["3.50", "-", "See DN-1", "See DN-2", "Invoiced Separately", "4", "5", "6", "7", "8"]
    rows = [f"S{n},2024-01-05,C1,P1,1,{n},{notes[n % 10]},NULL" for n in range(40)]
    rows[0] = rows[0].replace("NULL", "web")
    write(tmp_path, sales=head + "\n".join(rows) + "\n")
    source = feed(parsed(tmp_path), "order_lines")
    marks = source["columns"]["discount_amount"]["missing"]
    assert sorted(marks) == ["-", "Invoiced Separately", "See DN-*"]
    assert source["missing"] == ["NULL"]


def test_a_decimal_comma(tmp_path):
    rows = [f"S{n};2024-01-05;C1;P1;1;1.{n:03d},50" for n in range(20)]
    write(tmp_path, sales=HEAD.replace(",", ";") + "\n".join(rows) + "\n")
    source = feed(parsed(tmp_path), "order_lines")
    assert (source["decimal"], source["thousands"]) == (",", ".")


@pytest.mark.parametrize(
    ("amount", "expected"), [("$1.50", "USD"), ("€1.50", "EUR"), ("￥1.50", "CNY"), ("1.50", "?")]
)
def test_the_currency_comes_from_a_sign_or_is_asked(tmp_path, amount, expected):
    rows = [f"S{n},2024-01-05,C1,P1,1,{amount}" for n in range(20)]
    write(tmp_path, sales=HEAD + "\n".join(rows) + "\n")
    assert parsed(tmp_path)["currency"] == expected
