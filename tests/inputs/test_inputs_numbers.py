"""Every way to write a number: the exact amount, or a reject that shows what stands in the cell."""

from pathlib import Path

import pytest

from catalogue import NO_NUMBER, Case, cell, judge, line
from small_company import HEAD, HEADER, orders

REJECT = "rejected"
CONTINENTAL = 'decimal = ","\nthousands = "."'
SPACED = 'decimal = ","\nthousands = " "'
SWISS = 'thousands = "\'"'

# what it is: (the cell, the amount, what the pipeline file tells)
WRITTEN = {
    "thousands": ("1,234,567.89", "1234567.89", ""),
    "thousands behind one comma": ("1,234", "1234.00", ""),
    "full-width": ("１２，３４５．６７", "12345.67", ""),
    "full-width blank around": ("　7　", "7.00", ""),
    "accounting negative": ("(1,234.50)", "-1234.50", ""),
    "full-width accounting negative": ("（５）", "-5.00", ""),
    "trailing minus": ("1,234.50-", "-1234.50", ""),
    "leading plus": ("+3", "3.00", ""),
    "yuan sign": ("¥1,234.50", "1234.50", ""),
    "full-width yuan sign": ("￥99", "99.00", ""),
    "minus before the sign": ("-¥5", "-5.00", ""),
    "minus behind the sign": ("¥-5", "-5.00", ""),
    "sign in brackets": ("(¥5)", "-5.00", ""),
    "元 behind": ("99 元", "99.00", ""),
    "minus zero": ("-0.00", "0.00", ""),
    "no digit before the point": (".5", "0.50", ""),
    "no digit behind the point": ("5.", "5.00", ""),
    "exponent": ("1.5E+3", "1500.00", ""),
    "negative exponent": ("1E-2", "0.01", ""),
    "too many decimals": ("1.12345678901234567890", "1.12", ""),
    "half a cent": ("0.125", "0.13", ""),
    "a float that misses by a hair": ("0.30000000000000004", "0.30", ""),
    "10^12": ("1000000000000", "1000000000000.00", ""),
    "fifteen digits and the cents": ("999999999999999.99", "999999999999999.99", ""),
    "decimal comma, told": ("1.234,50", "1234.50", CONTINENTAL),
    "decimal comma and no thousands, told": ("-0,5", "-0.50", CONTINENTAL),
    "thousands by point, told": ("1.234", "1234.00", CONTINENTAL),
    "thousands by space, told": ("1 234,50", "1234.50", SPACED),
    "thousands by a hard space, told": ("1\u00a0234,50", "1234.50", SPACED),
    "thousands by a narrow space, told": ("1\u202f234,50", "1234.50", SPACED),
    "thousands by apostrophe, told": ("1'234.50", "1234.50", SWISS),
    "10^16": ("10000000000000000", REJECT, ""),
    "10^17": ("100000000000000000", REJECT, ""),
    "40 digits": ("9" * 40, REJECT, ""),
    "10^300": ("1e300", REJECT, ""),
    "decimal comma, not told": ("1.234,50", REJECT, ""),
    "decimal point against what was told": ("1.5", REJECT, CONTINENTAL),
    "thousands by space, not told": ("1 234", REJECT, ""),
    "Indian grouping": ("1,23,456", REJECT, ""),
    "groups of four": ("1,2345", REJECT, ""),
    "percent": ("13%", REJECT, ""),
    "万 behind": ("12万", REJECT, ""),
    "two dashes": ("--", REJECT, ""),
    "a dash": ("-", REJECT, ""),
    "an error cell": ("#N/A", REJECT, ""),
    "two points": ("1.2.3", REJECT, ""),
    "two signs": ("--5", REJECT, ""),
    "negative twice": ("(-5)", REJECT, ""),
    "a bracket left open": ("(5", REJECT, ""),
    "Arabic digits": ("٣", REJECT, ""),
    "hexadecimal": ("0x10", REJECT, ""),
    "infinity": ("inf", REJECT, ""),
    "no number by name": ("nan", REJECT, ""),
    "a fraction": ("1/2", REJECT, ""),
    "a sum": ("=1+1", REJECT, ""),
    "digits with an underscore": ("1_000", REJECT, ""),
    "a word": ("免费", REJECT, ""),
    "credit mark": ("5.00CR", REJECT, ""),
    "dollars in a pipeline of yuan": ("$5", REJECT, ""),
    "euros in a pipeline of yuan": ("€5", REJECT, ""),
}

DOUBTED = (
    "thousands or decimals? the column also writes decimals with a comma; set decimal and thousands"
)
CASES = {
    name: cell(
        "amount", "net_amount", raw,
        ("net_amount", raw, NO_NUMBER) if amount == REJECT else amount,
        options=options,
    )
    for name, (raw, amount, options) in WRITTEN.items()
} | {
    "an empty amount": cell("amount", "net_amount", "", ("net_amount", None, "missing")),
    "1,234 beside 12,5": Case(
        {"orders.csv": HEADER + line(2, amount="1,234") + line(3, amount="12,5") + line(4)},
        loaded={4: "O4"},
        rejected={2: ("net_amount", "1,234", DOUBTED), 3: ("net_amount", "12,5", NO_NUMBER)},
    ),
    "the sign of the pipeline's own currency": Case(
        {"orders.csv": HEADER + line(2, amount="12 €") + line(3, amount="-€3")
         + line(4, amount="¥4")},
        loaded={2: "12.00", 3: "-3.00"},
        rejected={4: ("net_amount", "¥4", NO_NUMBER)},
        shown="net_amount",
        head=HEAD + 'currency = "EUR"\n',
    ),
    "a sum beyond every column": Case(
        {"orders.csv": HEADER + line(2, amount="9" * 16) * 2},
        (orders(),),
        refused="the net_amount of a file of order_lines adds up to more than DECIMAL(18,2) holds; "
        "look at its largest values, or map it in a larger unit",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_number(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
