"""Rows that are well written and still strange: kept as what they are, and in no wrong sum."""

from pathlib import Path

import pytest

from catalogue import Case, judge, line
from small_company import HEAD, HEADER, LINE, orders, source

ALL = "concat_ws(' ', order_date, quantity, net_amount)"
USUAL = "2024-01-05 2.0000 10.00"
OTHER = "not CNY, the pipeline's currency: convert the amount or split the export"
MONEY = HEADER.replace("\n", ",currency\n")
BILLED = "number,customer,date,amount,currency\nI1,C1,2024-01-06,10,CNY\nI2,C1,2024-01-06,10,EUR\n"
INVOICES = source("invoices", "invoices.csv", {
    "invoice_no": '"number"', "customer_id": '"customer"', "invoice_date": '"date"',
    "amount": '"amount"', "currency": '"currency"',
})  # fmt: skip
STATES = '{ from = "state", codes = { "已审核" = "open", "已取消" = "cancelled" } }'


def one(expected: str, **cells: str) -> Case:
    text = HEADER + line(2, **cells) + line(3)
    return Case({"orders.csv": text}, loaded={2: expected, 3: USUAL}, shown=ALL)


def in_currencies(*names: str, **expected: dict) -> Case:
    lines = (line(row).replace("\n", f",{name}\n") for row, name in enumerate(names, 2))
    return Case(
        {"orders.csv": MONEY + "".join(lines)}, (orders(currency='"currency"'),),
        expected["loaded"], expected.get("rejected", {}), shown="coalesce(currency, 'none')",
    )  # fmt: skip


CASES = {
    "nothing sold": one("2024-01-05 0.0000 0.00", quantity="0", amount="0"),
    "given away": one("2024-01-05 2.0000 0.00", amount="0.00"),
    "a return": one("2024-01-05 -2.0000 -10.00", quantity="-2", amount="-10"),
    "a credit without goods": one("2024-01-05 0.0000 -10.00", quantity="0", amount="(10.00)"),
    "a quantity and an amount of opposite signs": one("2024-01-05 -2.0000 10.00", quantity="-2"),
    "a fraction of a unit": one("2024-01-05 0.3333 10.00", quantity="0.33333"),
    "a date to come": one("2031-01-05 2.0000 10.00", date="2031-01-05"),
    "a date long past": one("1924-01-05 2.0000 10.00", date="1924-01-05"),
    "cancelled lines": Case(
        {"orders.csv": HEADER.replace("\n", ",state\n") + line(2).replace("\n", ",已审核\n")
         + line(3).replace("\n", ",已取消\n") + line(4).replace("\n", ",作废\n")},
        (orders(status=STATES),), {2: "open", 3: "cancelled"},
        {4: ("status", "作废", "a code that the map does not know")}, shown="status",
    ),
    "drafts left out on purpose": Case(
        {"orders.csv": HEADER.replace("\n", ",state\n") + line(2).replace("\n", ",已审核\n")
         + line(3, amount="x").replace("\n", ",草稿\n")},
        (orders(options="where = \"state = '已审核'\""),), {2: "O2"}, left_out=1,
    ),
    "another currency": in_currencies(
        "CNY", "USD", "", loaded={2: "CNY", 4: "none"}, rejected={3: ("currency", "USD", OTHER)}),
    "the pipeline's currency by its names": in_currencies(
        "人民币", "cny", "RMB", "￥", loaded=dict.fromkeys(range(2, 6), "CNY")),
    "another currency by its name": in_currencies(
        "人民币", "美元", loaded={2: "CNY"}, rejected={3: ("currency", "美元", OTHER)}),
    "yuan in a pipeline of dollars": in_currencies(
        "美元", "CNY", loaded={2: "USD"},
        rejected={3: ("currency", "CNY", OTHER.replace("CNY", "USD"))},
    )._replace(head=HEAD + 'currency = "USD"\n'),
    "another currency beside another fault": Case(
        {"orders.csv": MONEY + line(2).replace("\n", ",CNY\n")
         + line(3, date="soon").replace("\n", ",USD\n")},
        (orders(currency='"currency"'),), {2: "O2"},
        {3: ("order_date", "soon", "no date that can be read without guessing; give its format")},
    ),
    "another currency, converted by a rate": Case(
        {"orders.csv": HEADER.replace("\n", ",rate\n") + line(2).replace("\n", ",1\n")
         + line(3).replace("\n", ",7.1234\n")},
        (orders(net_amount='{ sql = \'number("amount") * number("rate")\' }'),),
        {2: "10.00", 3: "71.23"}, shown="net_amount",
    ),
    "an invoice in another currency": Case(
        {"invoices.csv": BILLED, "orders.csv": HEADER + LINE}, (orders(), INVOICES), {2: "I1"},
        {3: ("currency", "EUR", OTHER)}, shown="invoice_no", table="invoices",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_row(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
