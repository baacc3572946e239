"""Files that are not the plain table that they should be: every row found, or the file named."""

import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from catalogue import MISSING, NO_DATE, NO_NUMBER, Case, judge, line
from small_company import COLUMNS, HEADER, LINE, orders, source

SHORT = "wrong shape: Expected Number of Columns: 6 Found: 3"
LONG = "wrong shape: Expected Number of Columns: 6 Found: 7"
OPEN = "wrong shape: Value with unterminated quote found."
HAS = "it has: order, date, customer, product, quantity, amount"


def table(
    *lines: str,
    loaded: list[int],
    rejected: dict | None = None,
    left_out: int = 0,
    options: str = "",
    header: str = HEADER,
    end: str = "\n",
    **columns: str,
) -> Case:
    """A sales file; the order of each row is named after the row."""
    return Case(
        {"orders.csv": (header + "".join(lines)).replace("\n", end)},
        (orders(options=options, **columns),),
        {row: f"O{row}" for row in loaded},
        rejected or {},
        left_out,
    )


def refused(sentence: str, content: str | bytes, name: str = "orders.csv", **more: str) -> Case:
    return Case({name: content}, (orders(name, **more),), refused=sentence)


def parquet() -> bytes:
    sink = io.BytesIO()
    pl.DataFrame({"order": ["O1"] * 500}).write_parquet(sink)
    return sink.getvalue()


def archive(password: bool = False) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as packed:
        packed.writestr("orders.csv", HEADER + LINE)
    content = bytearray(sink.getvalue())
    if password:  # the flag alone: no reader goes on without asking for the word
        content[content.index(b"PK\x03\x04") + 6] |= 1
        content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def workbook(rows: list[list[object]]) -> bytes:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True}) as book:
        sheet = book.add_worksheet("sales")
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)
    return sink.getvalue()


HEADINGS = HEADER.strip().split(",")
CELLS = ["2024-01-05", "C1", "P1", 2, 10]
MERGED = ",,,,Sales,\nNo,Date,Who,What,qty,sum\n"
TEXTS = source("customers", "customers.csv", {"customer_id": '"code"', "customer_name": '"name"'})
WIDE = "x" * 200_000

CASES = {
    # ---- lines
    "a short row": table(line(2), "O3,2024-01-05,C1\n", line(4), loaded=[2, 4],
                         rejected={3: (None, "O3,2024-01-05,C1", SHORT)}),
    "a long row": table(line(2), line(3).strip() + ",more\n", line(4), loaded=[2, 4],
                        rejected={3: (None, "O3,2024-01-05,C1,P1,2,10,more", LONG)}),
    "a comma inside an unquoted name": table(
        line(2), "O3,2024-01-05,Miller, Sons,P1,2,10\n", loaded=[2],
        rejected={3: (None, "O3,2024-01-05,Miller, Sons,P1,2,10", LONG)}),
    "a comma inside an unquoted name, and no last cell": table(
        line(2).replace("\n", ",x\n"), "O3,2024-01-05,Miller, Sons,P1,2,10,\n", loaded=[2],
        rejected={3: (None, "O3,2024-01-05,Miller, Sons,P1,2,10,",
                      "wrong shape: Expected Number of Columns: 7 Found: 8")},
        header=HEADER.replace("\n", ",note\n")),
    "a quote that never ends": table(
        line(2), 'O3,2024-01-05,"C1,P1,2,10\n', line(4), loaded=[2],
        rejected={3: (None, f'O3,2024-01-05,"C1,P1,2,10\n{line(4).strip()}', OPEN)}),
    "a quote in the middle": table(line(2), 'O3,2024-01-05,a 3" pipe,P1,2,10\n', loaded=[2, 3]),
    "text behind a quoted cell": table(
        line(2), 'O3,2024-01-05,"C"1,P1,2,10\n', line(4), loaded=[2, 4],
        rejected={3: (None, 'O3,2024-01-05,"C"1,P1,2,10', OPEN)}),
    "a doubled quote and a new line in a cell":
        table(line(2, customer='the "big"\none'), line(3), loaded=[2, 3]),
    "blank lines": table(line(2), "\n\n", line(5), "\n", loaded=[2, 5]),
    "a line of blanks": table(
        line(2), "   \n", line(4), loaded=[2, 4],
        rejected={3: (None, "   ", SHORT.replace("3", "1"))}),
    "a line of delimiters": table(
        line(2), ",,,,,\n", line(4), loaded=[2, 4],
        rejected={3: ("order_id", None, MISSING)}),
    "a total row at the foot": table(
        line(2), line(3), "合计,,,,4,20\n", loaded=[2, 3],
        rejected={4: ("order_date", None, MISSING)}),
    "a total row at the foot, told": table(
        line(2), line(3), "合计,,,,4,20\n", loaded=[2, 3], left_out=1,
        options="footer_rows = 1"),
    "the header again": table(line(2), HEADER, line(4), loaded=[2, 4],
                              rejected={3: ("order_date", "date", NO_DATE)}),
    "the header again where all is text": Case(
        {"customers.csv": "code,name\nC1,one\ncode,name\nC2,two\n", "orders.csv": HEADER + LINE},
        (orders(), TEXTS), {2: "C1", 4: "C2"},
        {3: ("customer_id", "code", "the header again")},
        shown="customer_id", table="customers"),
    "no end of the last line": table(line(2), line(3).strip(), loaded=[2, 3]),
    "line ends of Windows": table(line(2), line(3), loaded=[2, 3], end="\r\n"),
    "line ends of an old Mac": table(line(2), line(3), loaded=[2, 3], end="\r"),
    "line ends mixed": table(line(2), line(3).replace("\n", "\r\n"), line(4).replace("\n", "\r"),
                             line(5), loaded=[2, 3, 4, 5]),
    "a delimiter at the end of every row":
        table(line(2).replace("\n", ",\n"), loaded=[2], header=HEADER.replace("\n", ",\n")),
    "a delimiter at the end of every row but the header":
        table(line(2).replace("\n", ",\n"), line(3).replace("\n", ",\n"), loaded=[2, 3]),
    "an end-of-file sign": table(line(2), "\x1a", loaded=[2],
                                 rejected={3: (None, "\x1a", SHORT.replace("3", "1"))}),
    "a cell of 200,000 letters before a blank line":
        table(line(2, customer=WIDE), "\n", line(4), loaded=[2, 4]),
    "a line of more than 4 MB": table(
        line(2), line(3, customer="x" * 4_000_001), line(4), loaded=[2, 4],
        rejected={3: (None, "O3,2024-01-05," + "x" * 986,
                      "wrong shape: Maximum line size of 4000000 bytes exceeded. "
                      "Actual Size:4000023 bytes.")}),
    "one row": table(line(2), loaded=[2]),
    "tabs": table(line(2).replace(",", "\t"), loaded=[2], header=HEADER.replace(",", "\t")),
    "semicolons and a decimal comma": table(
        line(2).replace(",", ";").replace("10", "10,5"), loaded=[2],
        options='decimal = ","\nthousands = ""', header=HEADER.replace(",", ";")),
    # ---- headings
    "headings in the third row": table(
        line(4), loaded=[4], header="Sales of January\n\n" + HEADER, options="header_row = 3"),
    "merged headings": Case(
        {"orders.csv": MERGED + line(3)},
        (source("order_lines", "orders.csv", dict(zip(COLUMNS, (
            '"No"', '"Date"', '"Who"', '"What"', '"Sales qty"', '"Sales sum"'), strict=True)),
            "header_row = [1, 2]"),),
        {3: "O3"}),
    "headings with blanks around":
        table(line(2), loaded=[2], header=HEADER.replace("amount", "\u3000amount ")),
    "a heading of two lines": table(
        line(2), loaded=[2], header=HEADER.replace("amount", '"amount\n(CNY)"'),
        net_amount='"amount\\n(CNY)"'),
    "a heading with blanks and signs": table(
        line(2), loaded=[2], header=HEADER.replace("amount", "价税合计 (元) / 'total'"),
        net_amount='''"价税合计 (元) / 'total'"'''),
    "an empty heading": table(line(2), loaded=[2], header=HEADER.replace("customer", ""),
                              customer_id='"column 3"'),
    "a heading twice": refused(
        'orders.csv has two columns called "date"; rename one of them',
        HEADER.replace("customer", "date") + LINE),
    "a heading twice but for its case": refused(
        'orders.csv has two columns called "date"; rename one of them',
        HEADER.replace("customer", "DATE") + LINE),
    "a missing column": refused(
        'orders.csv has no column "amount"; ' + HAS.replace("amount", "sum"),
        HEADER.replace("amount", "sum") + LINE),
    "one column": refused('orders.csv has no column "amount"; it has: order', "order\nO1\n"),
    "a delimiter that nobody expects": refused(
        'orders.csv has no column "amount"; it has: ' + HEADER.strip().replace(",", "^"),
        (HEADER + LINE).replace(",", "^")),
    "another delimiter than was told": refused(
        f'orders.csv has no column "amount"; it has: {HEADER.strip()}', HEADER + LINE,
        options='delimiter = ";"'),
    # ---- whole files
    "an empty file": refused("orders.csv is empty (0 bytes): export it again", b""),
    "a mark and nothing else": refused("orders.csv has no header in row 1", b"\xef\xbb\xbf"),
    "blank lines and nothing else": refused("orders.csv has no header in row 1", "\n\n\n"),
    "a header and nothing else": refused(
        "no sales line was loaded: every row was rejected or left out…", HEADER),
    "a folder of one empty month and one full": Case(
        {"m1.csv": HEADER, "m2.csv": HEADER + line(2)}, (orders("m*.csv"),), {("m2.csv", 2): "O2"}),
    "gzip": Case({"orders.csv.gz": gzip.compress((HEADER + line(2)).encode())},
                 (orders("orders.csv.gz"),), {2: "O2"}),
    "a gzip cut off": refused(
        "orders.csv.gz is damaged: Compressed file ended before the end-of-stream marker was "
        "reached; copy it again", gzip.compress(HEADER.encode() * 9)[:-12], "orders.csv.gz"),
    "a zip cut off": refused(
        "orders.zip cannot be opened as an archive: …", archive()[:-30], "orders.zip"),
    "a zip with a password": refused(
        "orders.zip/orders.csv cannot be unpacked: …", archive(password=True), "orders.zip"),
    "a Parquet file cut off": refused(
        "orders.parquet is no readable Parquet file: …", parquet()[:-40], "orders.parquet"),
    "a workbook cut off": refused(
        "orders.xlsx is no readable workbook: …", workbook([HEADINGS])[:-300], "orders.xlsx"),
    "a page called a workbook": refused(
        "orders.xls is no readable workbook: …", "<html><table></table></html>", "orders.xls"),
    "a workbook with a blank row, an error and a total": Case(
        {"orders.xlsx": workbook([HEADINGS, ["O2", *CELLS], [], ["O4", *CELLS[:-1], "#DIV/0!"],
                                  ["合计", "", "", "", 4, 20]])},
        (orders("orders.xlsx", "footer_rows = 1"),), {2: "O2"},
        {4: ("net_amount", "#DIV/0!", NO_NUMBER)}, left_out=1),
    "lines of JSON, one broken": Case(
        {"orders.jsonl": '{"order": "O1", "date": "2024-01-05", "customer": 7, "product": "P", '
                         '"quantity": 1, "amount": 1}\n{"order": "O2", \n'},
        (orders("orders.jsonl"),), {1: "O1"}, {2: (None, '{"order": "O2",', "no JSON object")}),
    "a format that nobody reads": refused(
        'orders.pdf: ".pdf" is no format that is read here; set `format` to csv, xlsx, parquet or '
        "jsonl in its [[source]]", b"%PDF-1.7", "orders.pdf"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_structure(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
