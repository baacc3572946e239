"""Units, taxes, codes and marks of a mapping; packed files, JSON lines, headings, joins."""

import gzip
import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from dakehu.pipeline import PipelineError
from dakehu.sources import LoadError
from small_company import COLUMNS, HEAD, HEADER, LINE, loaded, orders, pipeline_of, rows, source

AMOUNTS = "select net_amount from loaded.order_lines order by source_row"
REJECTS = 'select row, "column", value, reason from loaded.rejects order by row'


def sales(amounts: list[str], heading: str = "amount", more: str = "") -> str:
    """A file of one line per amount, with `more` as heading and value of a last column."""
    name, _, values = more.partition("=")
    ends = values.split("|") if more else [""] * len(amounts)
    head = HEADER.strip().replace("amount", heading) + (f",{name}" if more else "") + "\n"
    return head + "".join(
        f'O{i},2024-01-05,C1,P1,2,"{amount}"' + (f",{end}" if more else "") + "\n"
        for i, (amount, end) in enumerate(zip(amounts, ends, strict=True))
    )


# ------------------------------------------------------------------ units and taxes


@pytest.mark.parametrize(
    ("unit", "written", "money"),
    [
        ("分", "12345", "123.45"),
        ("千元", "1.5", "1500.00"),
        ("万元", "12.345678", "123456.78"),
        ("万元", "-0.0001", "-1.00"),
        ("亿元", "2", "200000000.00"),
        ("thousand", "1,234.5", "1234500.00"),
        ("million", "3.25", "3250000.00"),
    ],
)
def test_unit(tmp_path: Path, unit: str, written: str, money: str) -> None:
    connection = loaded(
        tmp_path,
        {"orders.csv": sales([written])},
        orders(net_amount=f'{{ from = "amount", unit = "{unit}" }}'),
    )
    assert rows(connection, AMOUNTS) == [(Decimal(money),)]
    assert rows(connection, "select amount_in, amount_loaded from loaded.files") == [
        (Decimal(money), Decimal(money))
    ]


@pytest.mark.parametrize(
    ("tax", "rates", "expected"),
    [
        ("0", [""] * 2, ["113.00", "-226.00"]),
        ("0.13", [""] * 2, ["100.00", "-200.00"]),
        ("13", [""] * 2, ["100.00", "-200.00"]),
        ('"rate"', ["13", "13%"], ["100.00", "-200.00"]),
        ('"rate"', ["0.13", "1"], ["100.00", "-223.76"]),
        ('"rate"', ["0", "１３％"], ["113.00", "-200.00"]),
    ],
)
def test_tax_is_taken_out(tmp_path: Path, tax: str, rates: list[str], expected: list[str]) -> None:
    text = sales(["113.00", "-226"], more=f"rate={'|'.join(rates)}")
    connection = loaded(
        tmp_path, {"orders.csv": text}, orders(net_amount=f'{{ from = "amount", tax = {tax} }}')
    )
    assert rows(connection, AMOUNTS) == [(Decimal(amount),) for amount in expected]


def test_a_line_without_its_tax_rate_is_rejected(tmp_path: Path) -> None:
    text = sales(["113.00", "113.00", "113.00"], more="rate=13||免税")
    connection = loaded(
        tmp_path, {"orders.csv": text}, orders(net_amount='{ from = "amount", tax = "rate" }')
    )
    reason = "no number, or no tax rate in rate"
    assert rows(connection, REJECTS) == [(row, "net_amount", "113.00", reason) for row in (3, 4)]


def test_tax_beside_an_expression(tmp_path: Path) -> None:
    amount = '{ sql = \'number("amount") * number("quantity")\', tax = 0.13 }'
    connection = loaded(tmp_path, {"orders.csv": sales(["56.50"])}, orders(net_amount=amount))
    assert rows(connection, AMOUNTS) == [(Decimal("100.00"),)]


@pytest.mark.parametrize(("factor", "bottles"), [("12", 24), ('"case"', 48), ("0.5", 1)])
def test_cases_become_bottles(tmp_path: Path, factor: str, bottles: int) -> None:
    connection = loaded(
        tmp_path,
        {"orders.csv": sales(["10"], more="case=24")},
        orders(quantity=f'{{ from = "quantity", factor = {factor} }}'),
    )
    assert rows(connection, "select quantity from loaded.order_lines") == [(bottles,)]


def test_a_large_amount_in_ten_thousands_keeps_its_cents(tmp_path: Path) -> None:
    connection = loaded(
        tmp_path,
        {"orders.csv": sales(["123456789.012345"])},
        orders(net_amount='{ from = "amount", unit = "万元" }'),
    )
    assert rows(connection, AMOUNTS) == [(Decimal("1234567890123.45"),)]


# ------------------------------------------------------------------ codes and marks


def test_codes(tmp_path: Path) -> None:
    text = sales(["1", "2", "3", "4"], more="kind=销售| 退货 ||赠品")
    codes = '{ from = "kind", codes = { "销售" = "sale", "退货" = "return" } }'
    connection = loaded(tmp_path, {"orders.csv": text}, orders(doc_type=codes))
    found = "select source_row, doc_type from loaded.order_lines order by 1"
    assert rows(connection, found) == [(2, "sale"), (3, "return"), (4, None)]
    assert rows(connection, REJECTS) == [
        (5, "doc_type", "赠品", "a code that the map does not know")
    ]


def test_marks_that_mean_no_value(tmp_path: Path) -> None:
    text = sales(["1"] * 6, more="freight=12.5|See DN-12 (ID#8)|null|Invoiced separately|0|See")
    shipments = source(
        "shipments",
        "orders.csv",
        {
            "ship_no": '"order"',
            "line_no": "{ value = 1 }",
            "order_id": '"order"',
            "ship_date": '"date"',
            "freight_amount": '{ from = "freight", missing = ["See DN-*", "*separately"] }',
        },
        'missing = ["NULL"]',
    )
    connection = loaded(tmp_path, {"orders.csv": text}, orders(), shipments)
    found = "select freight_amount from loaded.shipments order by source_row"
    assert rows(connection, found) == [(Decimal("12.50"),), (None,), (None,), (None,), (0,)]
    assert [row[1:3] for row in rows(connection, REJECTS)] == [("freight_amount", "See")]


def test_a_mark_in_a_column_that_no_row_may_lack_is_a_reject(tmp_path: Path) -> None:
    text = sales(["1", "N/A"])
    connection = loaded(tmp_path, {"orders.csv": text}, orders(options='missing = ["n/a"]'))
    assert rows(connection, REJECTS) == [(3, "net_amount", None, "missing")]


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ('{ from = "a", tax = 100 }', "tax is a rate"),
        ('{ from = "a", factor = 0 }', "factor is above 0"),
        ('{ from = "a", unit = "吨" }', "unit"),
        ("{ value = 1, tax = 0.13 }", "unit, factor and tax go with from or sql"),
        ('{ from = "a", codes = { x = "y" }, tax = 0 }', "codes stand alone"),
        ('{ sql = "a", missing = ["-"] }', "go with from"),
    ],
)
def test_a_mapping_that_cannot_be(tmp_path: Path, mapping: str, said: str) -> None:
    with pytest.raises(PipelineError, match=said):
        pipeline_of(tmp_path, HEAD + orders(net_amount=mapping))


def test_an_open_question_is_refused_with_what_to_write(tmp_path: Path) -> None:
    document = (
        HEAD
        + 'currency = "?"\n'
        + orders(options='missing = ["?"]', net_amount='{ from = "amount", tax = "?" }')
    )
    with pytest.raises(PipelineError) as raised:
        pipeline_of(tmp_path, document)
    said = str(raised.value)
    assert 'currency = "?" (write three letters, such as CNY)' in said
    assert 'source[1].columns.net_amount.tax = "?" (write 0 when' in said
    assert "missing" not in said


# ------------------------------------------------------------------ packed files and JSON lines


def packed(members: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


MEMBERS = {
    "2024/b.csv": HEADER + LINE.replace("O1", "B"),
    "2024/a.csv": HEADER + LINE.replace("O1", "A"),
    "../../evil.csv": HEADER + LINE.replace("O1", "E"),
    "__MACOSX/2024/._a.csv": "no table",
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("sales.zip", [("E", "../../evil.csv"), ("A", "2024/a.csv"), ("B", "2024/b.csv")]),
        ("sales.zip/2024/*.csv", [("A", "2024/a.csv"), ("B", "2024/b.csv")]),
        ("*.zip/*/b.csv", [("B", "2024/b.csv")]),
    ],
)
def test_members_of_an_archive(tmp_path: Path, pattern: str, expected: list) -> None:
    connection = loaded(tmp_path, {"sales.zip": packed(MEMBERS)}, orders(pattern))
    found = rows(
        connection, "select order_id, source_file from loaded.order_lines order by source_file"
    )
    assert found == [(order, f"sales.zip/{member}") for order, member in expected]
    assert not (tmp_path.parent.parent / "evil.csv").exists()
    assert not list(tmp_path.glob("**/evil.csv"))  # nothing unpacked stays, nor lands outside


def test_the_content_of_a_member_is_what_is_remembered(tmp_path: Path) -> None:
    text = HEADER + LINE
    (tmp_path / "plain").mkdir()
    (tmp_path / "zip").mkdir()
    plain = loaded(tmp_path / "plain", {"orders.csv": text})
    zipped = loaded(tmp_path / "zip", {"s.zip": packed({"orders.csv": text})}, orders("s.zip"))
    wanted = "select bytes, sha256 from loaded.files"
    assert rows(plain, wanted) == rows(zipped, wanted)


def test_gzip(tmp_path: Path) -> None:
    content = gzip.compress((HEADER + LINE).encode("gb18030"))
    connection = loaded(tmp_path, {"orders.csv.gz": content}, orders("orders.csv.gz"))
    assert rows(connection, "select order_id, source_file from loaded.order_lines") == [
        ("O1", "orders.csv.gz")
    ]


@pytest.mark.parametrize("name", ["orders.csv.gz", "orders.zip"])
def test_a_damaged_archive_is_named(tmp_path: Path, name: str) -> None:
    whole = gzip.compress(b"x" * 1000) if name.endswith("gz") else packed({"a.csv": "x" * 1000})
    with pytest.raises((LoadError, PipelineError), match=r"orders\.(csv\.gz|zip)"):
        loaded(tmp_path, {name: whole[: len(whole) // 2]}, orders(name))


def test_json_lines(tmp_path: Path) -> None:
    line = (
        '{"order": "%s", "date": "2024-01-05", "customer": 7, "product": "P\\u00e9", '
        '"quantity": 2, "amount": %s}'
    )
    text = "\n".join(
        [line % ("A", "0.1"), "", "[1, 2]", "{broken", line % ("B", "12345678901234.56"),
         '{"order": "C", "amount": 1}', line % ("D", '"n/a"')]
    )  # fmt: skip
    connection = loaded(tmp_path, {"orders.jsonl": text}, orders("orders.jsonl"))
    found = (
        "select source_row, order_id, customer_id, product_id, cast(net_amount as varchar) "
        "from loaded.order_lines order by 1"
    )
    assert rows(connection, found) == [
        (1, "A", "7", "Pé", "0.10"), (5, "B", "7", "Pé", "12345678901234.56")
    ]  # fmt: skip
    assert rows(connection, REJECTS) == [
        (3, None, "[1, 2]", "no JSON object"),
        (4, None, "{broken", "no JSON object"),
        (6, "order_date", None, "missing"),
        (7, "net_amount", "n/a", "no number, or too large for DECIMAL(18,2)"),
    ]
    assert rows(connection, "select rows, loaded, rejected, left_out from loaded.files") == [
        (6, 2, 4, 0)
    ]


# ------------------------------------------------------------------ workbooks and headings


def test_merged_headings(tmp_path: Path) -> None:
    mapped = dict(
        zip(COLUMNS, ["No", "Date", "Who", "What", "Sales qty", "Sales sum"], strict=True)
    )
    text = ",,,,Sales,\nNo,Date,Who,What,qty,sum\nO1,2024-01-05,C,P,2,10\n"
    columns = {name: f'"{heading}"' for name, heading in mapped.items()}
    # The group reaches to the right, so what stands before it has none.
    connection = loaded(
        tmp_path,
        {"o.csv": text},
        source("order_lines", "o.csv", columns, "header_row = [1, 2]"),
    )
    assert rows(connection, "select source_row, quantity, net_amount from loaded.order_lines") == [
        (3, 2, 10)
    ]


def test_errors_and_rounded_codes_of_a_workbook_are_rejected(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "o.xlsx") as book:
        book.add_worksheet("first").write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet = book.add_worksheet("sales & more")
        bold = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEADER.strip().split(","))
        for row, order in enumerate([1234567890123456789, "1234567890123456789", "A"], 1):
            sheet.write(row, 0, order)
            sheet.write_datetime(row, 1, date(2024, 1, 5), bold)
            sheet.write_row(row, 2, [7, "P", 2, 10.5])
        sheet.write_formula(3, 5, "=1/0", None, "#DIV/0!")
    connection = loaded(tmp_path, {}, orders("o.xlsx", 'sheet = "sales & more"'))
    found = (
        "select source_row, order_id, order_date, customer_id, net_amount from loaded.order_lines"
    )
    assert rows(connection, found) == [
        (3, "1234567890123456789", date(2024, 1, 5), "7", Decimal("10.50"))
    ]
    assert rows(connection, REJECTS) == [
        (2, "order_id", "1.23456789012346E+18", "a code that a spreadsheet has rounded"),
        (4, "net_amount", "#DIV/0!", "no number, or too large for DECIMAL(18,2)"),
    ]


# ------------------------------------------------------------------ joins on a shared heading


def test_a_heading_on_both_sides_of_a_join_means_the_sources_own(tmp_path: Path) -> None:
    items = "product,amount,maker\nP1,99,M\n"
    options = 'join = [{ files = ["items.csv"], on = "product" }]'
    connection = loaded(
        tmp_path,
        {"orders.csv": HEADER + LINE, "items.csv": items},
        orders(options=options, channel='"maker"', list_price='"join1.amount"'),
    )
    found = "select product_id, net_amount, channel, list_price from loaded.order_lines"
    assert rows(connection, found) == [("P1", 10, "M", 99)]
