"""Units, taxes and cases: converted to the cent and the bottle, or rejected; never by a guess."""

from pathlib import Path

import pytest

from catalogue import NO_NUMBER, Case, judge, line
from small_company import HEADER, LINE, orders

AMOUNT, QUANTITY = "net_amount", "quantity"
NO_RATE = "no number, or no tax rate in rate"
NO_FACTOR = "no number, or no factor above 0 in per case"


def converted(
    column: str, mapping: str, raw: str, expected: str, heading: str = "", beside: str = ""
) -> Case:
    """One line whose amount or quantity is `raw`; `heading` is a last column, which has `beside`.

    `expected` is the loaded value, or the reason of the reject.
    """
    cells = {"amount" if column == AMOUNT else "quantity": raw}
    head = HEADER.replace("\n", f",{heading}\n") if heading else HEADER
    more = f',"{beside}"\n' if heading else "\n"
    text = head + line(2).replace("\n", "," * bool(heading) + ("13" if heading else "") + "\n")
    text += line(3, **cells).replace("\n", more)
    is_reject = expected.startswith("no number")
    return Case(
        {"orders.csv": text},
        (orders(**{column: f"{{ {mapping} }}"}),),
        {2: "good"} if is_reject else {2: "good", 3: expected},
        {3: (column, raw, expected)} if is_reject else {},
        shown=f"case source_row when 3 then cast({column} as varchar) else 'good' end",
    )


def unit(name: str, raw: str, expected: str) -> Case:
    return converted(AMOUNT, f'from = "amount", unit = "{name}"', raw, expected)


def taxed(rate: str, expected: str) -> Case:
    return converted(AMOUNT, 'from = "amount", tax = "rate"', "113", expected, "rate", rate)


def cases_of(factor: str, expected: str) -> Case:
    mapping = 'from = "quantity", factor = "per case"'
    return converted(QUANTITY, mapping, "3", expected, "per case", factor)


CASES = {
    "万元": unit("万元", "12.345678", "123456.78"),
    "万元 with thousands": unit("万元", "1,234.5", "12345000.00"),
    "万元 with its own sign": unit("万元", "¥12", "120000.00"),
    "万元 beyond the column": unit("万元", "9999999999999", NO_NUMBER),
    "分": unit("分", "12345", "123.45"),
    "分 with a half": unit("分", "0.5", "0.01"),
    "亿元": unit("亿元", "0.00000001", "1.00"),
    "千元 in brackets": unit("千元", "(1.5)", "-1500.00"),
    "tax by a rate": converted(AMOUNT, 'from = "amount", tax = 0.13', "113", "100.00"),
    "tax by a rate of 13": converted(AMOUNT, 'from = "amount", tax = 13', "113", "100.00"),
    "tax by a heading: 13": taxed("13", "100.00"),
    "tax by a heading: 13%": taxed("13%", "100.00"),
    "tax by a heading: 0.13": taxed("0.13", "100.00"),
    "tax by a heading: full-width": taxed("１３％", "100.00"),
    "tax by a heading: none": taxed("0", "113.00"),
    "tax by a heading: an empty rate": taxed("", NO_RATE),
    "tax by a heading: a word": taxed("免税", NO_RATE),
    "tax by a heading: 100 %": taxed("100", NO_RATE),
    "tax by a heading: below 0": taxed("-13", NO_RATE),
    "cases by a number": converted(QUANTITY, 'from = "quantity", factor = 12', "3", "36.0000"),
    "cases by a heading": cases_of("24", "72.0000"),
    "cases by a heading: thousands": cases_of("1,000", "3000.0000"),
    "cases by a heading: no factor": cases_of("", NO_FACTOR),
    "cases by a heading: a word": cases_of("散装", NO_FACTOR),
    "cases by a heading: 0": cases_of("0", NO_FACTOR),
    "cases by a heading: below 0": cases_of("-6", NO_FACTOR),
    "a tax that is still a question": Case(
        {"orders.csv": HEADER + LINE},
        (orders(net_amount='{ from = "amount", tax = "?" }'),),
        refused='small.toml still asks: source[1].columns.net_amount.tax = "?" (write 0 when the '
        "amount is without tax, else the rate (0.13) or the heading that holds it)",
    ),
    "a unit that nobody knows": Case(
        {"orders.csv": HEADER + LINE},
        (orders(net_amount='{ from = "amount", unit = "吨" }'),),
        refused='small.toml: source[1].columns.net_amount: no unit "吨"…',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_unit(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
