"""Raw values into typed ones: read exactly, or rejected with row, column, value and reason."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from dakehu.sources import LoadError
from small_company import HEADER, LINE, loaded, orders, rows, source

REJECT = None  # as an expected value: the row must be rejected

NUMBERS = {
    "12": "12", "12.5": "12.5", "-12.50": "-12.5", "+3": "3", ".5": "0.5", "5.": "5", "0": "0",
    "1,234,567": "1234567", "1,234,567.89": "1234567.89", "-1,234.5": "-1234.5",
    "１２，３４５．６７": "12345.67", "－５": "-5", "（５）": "-5", "　7　": "7", "\u00a07": "7",
    "(1,234.50)": "-1234.5", "( 5 )": "-5", "5-": "-5", "1,234.50-": "-1234.5",
    "¥1,234.50": "1234.5", "￥99": "99", "-¥5": "-5", "¥-5": "-5", "(¥5)": "-5", "$5": REJECT,
    "99元": "99", "99 元": "99", "¥99元": "99", "（¥９９元）": "-99",
    "1e5": "100000", "1.5E+3": "1500", "1E-2": "0.01",
    "0.125": "0.13", "-0.125": "-0.13", "0.30000000000000004": "0.3",
    "999999999999999.99": "999999999999999.99", "1000000000000": "1000000000000",
    "99999999999999999": REJECT, "1e300": REJECT,
    "1,23": REJECT, "1,2345": REJECT, "12,34,567": REJECT, ",123": REJECT, "1,234,": REJECT,
    "1.234.567": REJECT, "1,234.5,6": REJECT, "1 234": REJECT, "1_234": REJECT,
    "abc": REJECT, "-": REJECT, "--5": REJECT, "(-5)": REJECT, "5-5": REJECT, "(5": REJECT,
    "1/2": REJECT, "12%": REJECT, "12万": REJECT, "#N/A": REJECT, "NULL": REJECT, "nan": REJECT,
    "inf": REJECT, "0x10": REJECT, "1e": REJECT, "٣": REJECT, "": REJECT,
}  # fmt: skip
CONTINENTAL = {
    "1.234,50": "1234.5", "1,5": "1.5", "1.234": "1234", "12": "12", "-0,5": "-0.5",
    "1.5": REJECT, "1,234.50": REJECT, "1.23": REJECT, "12.34,5": REJECT,
}  # fmt: skip
DATES = {
    "2024-01-05": date(2024, 1, 5), "2024-1-5": date(2024, 1, 5), "2024/1/5": date(2024, 1, 5),
    "2024.01.05": date(2024, 1, 5), "20240105": date(2024, 1, 5),
    "2024年1月5日": date(2024, 1, 5), "2024年01月05日": date(2024, 1, 5),
    "2024年1月5": date(2024, 1, 5), "２０２４－０１－０５": date(2024, 1, 5),
    "2024-01-05 13:45:00": date(2024, 1, 5), "2024-01-05T00:00:00": date(2024, 1, 5),
    "2024-02-29": date(2024, 2, 29), " 2024-01-05 ": date(2024, 1, 5),
    "2023-02-29": REJECT, "2024-13-05": REJECT, "2024-00-05": REJECT, "2024-01-32": REJECT,
    "20241305": REJECT, "05/01/2024": REJECT, "5.1.2024": REJECT, "01-05-24": REJECT,
    "24-01-05": REJECT, "2024-01": REJECT, "2024": REJECT, "2024年1月": date(2024, 1, 1),
    "45296": date(2024, 1, 5), "45296.75": date(2024, 1, 5), "9999": REJECT, "85000": REJECT,
    "0000-01-05": REJECT, "0202-01-05": REJECT, "00000000": REJECT, "2024-01-05x": REJECT,
    "today": REJECT, "infinity": REJECT, "-": REJECT, "": REJECT,
}  # fmt: skip
DAY_FIRST = {"05/01/2024": date(2024, 1, 5), "31/12/2024": date(2024, 12, 31),
             "12/31/2024": REJECT, "2024-01-05": REJECT}  # fmt: skip
KEYS = {
    "00123": "00123", " A-1 ": "A-1", "1E5": "1E5", "12E3": "12E3", "1.23": "1.23",
    "客户甲": "客户甲", "123456789012345678901": "123456789012345678901", "NULL": "NULL",
    "1.23E+14": REJECT, "1.23457e+17": REJECT, "1E+05": REJECT,
    "1.23E14": REJECT, "": REJECT, "  ": REJECT,
    "<script>alert(1)</script>": "<script>alert(1)</script>",
    "'; drop table loaded.files; --": "'; drop table loaded.files; --",
    "=cmd|' /C calc'!A1": "=cmd|' /C calc'!A1", '"': '"', "a\nb": "a\nb", "\u202eabc": "\u202eabc",
    "x" * 300: "x" * 300, "{i}{t.value}$file": "{i}{t.value}$file", "../../etc": "../../etc",
}  # fmt: skip
# Columns that may be empty: there "" is missing, not a reject.
WHOLE = {"5": 5, "5.0": 5, "1,000": 1000, "-3": -3, "1e3": 1000, "": "missing",
         "1.5": REJECT, "0.99": REJECT, "9223372036854775808": REJECT, "x": REJECT}  # fmt: skip
FLAGS = {"true": True, "Y": True, "是": True, "1": True, "１": True, "FALSE": False, "n": False,
         "否": False, "0": False, "": "missing", "2": REJECT, "maybe": REJECT}  # fmt: skip
RATES = {"0.13": Decimal("0.13"), "999": Decimal(999), "1000": REJECT, "13%": REJECT,
         "": "missing"}  # fmt: skip
MOMENTS = {
    "2024-01-05 13:45:01": datetime(2024, 1, 5, 13, 45, 1), "2024-01-05": datetime(2024, 1, 5),
    "2024/1/5": datetime(2024, 1, 5), "2024年1月5日": datetime(2024, 1, 5),
    "2024-01-05 25:00": REJECT, "05/01/2024": REJECT,
}  # fmt: skip

CUSTOMERS = {"customer_id": '"id"', "customer_name": '"id"'}
OUTAGES = {"product_id": '"id"', "start_ts": '"value"'}


def csv_of(header: list[str], lines: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *lines])
    return text.getvalue()


def read_back(
    folder: Path, cases: dict[str, object], table: str, column: str, written: str, options: str = ""
) -> dict[str, object]:
    """Each raw value -> what was loaded for it; every other row must be among the rejects."""
    base = {"order_lines": {}, "customers": CUSTOMERS, "outages": OUTAGES}[table]
    place = dict(enumerate(cases, 2))
    if table == "order_lines":
        header = [*HEADER.strip().split(","), "value"]
        lines = [["O", "2024-01-05", "C", "P", "1", "1", raw] for raw in cases]
        sources = [orders("values.csv", options, **{column: written})]
    else:
        header, lines = ["id", "value"], [[f"I{row}", raw] for row, raw in place.items()]
        sources = [orders(), source(table, "values.csv", base | {column: written}, options)]
    files = {"values.csv": csv_of(header, lines), "orders.csv": HEADER + LINE}
    connection = loaded(folder, files, *sources)
    found = rows(
        connection,
        f"select source_row, {column} from loaded.{table} where source_file = 'values.csv'",
    )
    rejects = rows(connection, 'select row, "column", value, reason from loaded.rejects')
    assert {row for row, _ in found} | {row for row, *_ in rejects} == set(place)
    assert len(found) + len(rejects) == len(place)
    for row, name, value, reason in rejects:
        assert name == column
        assert reason
        assert (value or "").startswith(place[row].strip(" \u3000\u00a0"))
    read = {place[row]: "missing" if value is None else value for row, value in found}
    return {raw: read.get(raw, REJECT) for raw in cases}


def decimals(cases: dict[str, str | None]) -> dict[str, Decimal | None]:
    return {raw: None if value is None else Decimal(value) for raw, value in cases.items()}


@pytest.mark.parametrize(
    ("cases", "table", "column", "written", "options"),
    [
        (decimals(NUMBERS), "order_lines", "net_amount", '"value"', ""),
        (decimals(NUMBERS), "order_lines", "net_amount", """{ sql = 'number("value")' }""", ""),
        (decimals(CONTINENTAL), "order_lines", "net_amount", '"value"', "MARKS"),
        (
            decimals(CONTINENTAL), "order_lines", "net_amount",
            """{ sql = 'number("value")' }""", "MARKS",
        ),
        (DATES, "order_lines", "order_date", '"value"', ""),
        (DATES, "order_lines", "order_date", """{ sql = 'date_of("value")' }""", ""),
        (DAY_FIRST, "order_lines", "order_date", '{ from = "value", format = "%d/%m/%Y" }', ""),
        (KEYS, "order_lines", "customer_id", '"value"', ""),
        (WHOLE, "customers", "tier_depth", '"value"', ""),
        (FLAGS, "customers", "is_end_user", '"value"', ""),
        (RATES, "customers", "fit_score", '"value"', ""),
        (MOMENTS, "outages", "start_ts", '"value"', ""),
    ],
    ids=[
        "numbers", "number()", "continental", "continental number()", "dates", "date_of()",
        "dates by format", "keys", "whole numbers", "flags", "rates", "moments",
    ],
)  # fmt: skip
def test_values(
    tmp_path: Path, cases: dict[str, object], table: str, column: str, written: str, options: str
) -> None:
    options = 'decimal = ","\nthousands = "."' if options else ""
    assert read_back(tmp_path, cases, table, column, written, options) == cases


@pytest.mark.parametrize(
    ("other", "expected"), [("1,234.5", "1234"), ("12,5", None), ("7", "1234")]
)
def test_three_digits_behind_a_comma_beside(
    tmp_path: Path, other: str, expected: str | None
) -> None:
    """Where the column writes decimals with a comma too, nobody knows what 1,234 is."""
    text = (
        HEADER + f'A,2024-01-05,C,P,1,"1,234"\nB,2024-01-05,C,P,1,"{other}"\nS,2024-01-05,C,P,1,1\n'
    )
    connection = loaded(tmp_path, {"orders.csv": text})
    found = rows(connection, "select net_amount from loaded.order_lines where order_id = 'A'")
    assert found == ([(Decimal(expected),)] if expected else [])
    doubted = rows(connection, 'select row, "column", value from loaded.rejects where row = 2')
    assert doubted == ([] if expected else [(2, "net_amount", "1,234")])


def test_native_types_of_parquet(tmp_path: Path) -> None:
    """Values that are no text: floats that are no number or no whole code, dates, flags."""
    frame = pl.DataFrame(
        {
            "id": [7.0, 2.0**53, float("nan"), float("inf"), 1.5, None, 1.0, 2.0],
            "name": [date(2024, 1, 5)] * 8,
            "end_user": [1, 1, 1, 1, 1, 1, 2, None],
            "potential": [1.005, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, float("nan")],
        }
    )
    frame.write_parquet(tmp_path / "customers.parquet")
    columns = {
        "customer_id": '"id"', "customer_name": '"name"', "is_end_user": '"end_user"',
        "potential_amount": '"potential"',
    }  # fmt: skip
    connection = loaded(
        tmp_path,
        {"orders.csv": HEADER + LINE},
        orders(),
        source("customers", "customers.parquet", columns),
    )
    assert rows(
        connection,
        "select customer_id, customer_name, is_end_user, potential_amount from loaded.customers",
    ) == [("7", "2024-01-05", True, Decimal("1.01"))]
    rejects = rows(connection, 'select row, "column", value from loaded.rejects order by row')
    assert [row[:2] for row in rejects] == [
        *[(row, "customer_id") for row in (2, 3, 4, 5, 6)], (7, "is_end_user"),
        (8, "potential_amount"),
    ]  # fmt: skip
    assert rejects[1][2] == "nan"


def test_a_sum_that_no_column_holds_is_a_sentence(tmp_path: Path) -> None:
    text = HEADER + LINE.replace("10.00", "9999999999999999.99") * 2
    with pytest.raises(LoadError, match="net_amount of a file of order_lines adds up to more than"):
        loaded(tmp_path, {"orders.csv": text})


HOSTILE = ["<script>alert(1)</script>", 'O\'Brien "the" {0} $1', "'; drop table x; --", "=cmd|"]


@pytest.mark.parametrize("name", [*HOSTILE, "%s \\ ` : *", "名" * 60])
def test_hostile_headings_and_file_names_are_data(
    tmp_path: Path, name: str, toml: Callable[[str], str]
) -> None:
    file = name.replace("/", "_").replace("*", "_") + ".csv"
    header = ["order", "date", name, "product", "quantity", "amount"]
    text = csv_of(header, [["O", "2024-01-05", name, "P", "1", "1"]])
    mapped = orders("*.csv", customer_id=toml(name), product_id="{ sql = 'product' }")
    connection = loaded(tmp_path, {file: text}, mapped)
    assert rows(connection, "select customer_id, source_file from loaded.order_lines") == [
        (name, file)
    ]
    assert rows(connection, "select file, loaded from loaded.files") == [(file, 1)]


@pytest.fixture
def toml() -> Callable[[str], str]:
    def literal(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return literal
