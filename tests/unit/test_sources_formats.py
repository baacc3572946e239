"""Files into rows: each layout read right with its row numbers, or a sentence that says why not."""

import csv
import io
import random
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from dakehu import models
from dakehu.paths import SQL
from dakehu.sources import LoadError
from small_company import COLUMNS, HEADER, LINE, loaded, orders, rows

NUMBERED = "select source_row, order_id, customer_id from loaded.order_lines order by source_row"
REJECTS = 'select row, "column", value, reason from loaded.rejects order by row'


def line(order: str, customer: str = "C1") -> str:
    return f"{order},2024-01-05,{customer},P1,2,10.00\n"


def numbers(folder: Path, content: str | bytes, options: str = "", **columns: str) -> list[tuple]:
    return rows(
        loaded(folder, {"orders.csv": content}, orders(options=options, **columns)), NUMBERED
    )


def fault(folder: Path, content: str | bytes, options: str = "", **columns: str) -> str:
    with pytest.raises(LoadError) as raised:
        numbers(folder, content, options, **columns)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_and_chinese_headings(tmp_path: Path, encoding: str) -> None:
    text = HEADER.replace("order", "单据编号") + line("O1", "客户甲")
    connection = loaded(
        tmp_path, {"orders.csv": text.encode(encoding)}, orders(order_id='"单据编号"')
    )
    assert rows(connection, NUMBERED) == [(2, "O1", "客户甲")]
    assert rows(connection, "select encoding, rows from loaded.files") == [(encoding, 1)]


def test_a_wrong_told_encoding_is_no_silence(tmp_path: Path) -> None:
    text = HEADER.replace("order", "单据编号") + line("O1", "客户甲")
    message = fault(tmp_path, text.encode("gb18030"), 'encoding = "utf-8"', order_id='"单据编号"')
    assert "byte 0 (line 1) is not utf-8" in message
    message = fault(tmp_path, text.encode(), 'encoding = "gb18030"', order_id='"单据编号"')
    assert "orders.csv" in message


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_found_by_the_columns(tmp_path: Path, delimiter: str) -> None:
    text = (HEADER + line("O1", "a")).replace(",", delimiter)
    assert numbers(tmp_path, text) == [(2, "O1", "a")]


def test_a_comma_in_another_heading_does_not_mislead(tmp_path: Path) -> None:
    text = HEADER.strip().replace(",", ";") + ";note, long, very long, longer, even longer\n"
    text += line("O1").strip().replace(",", ";") + ";x\n"
    assert numbers(tmp_path, text) == [(2, "O1", "C1")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path, end: str) -> None:
    text = (
        HEADER
        + line("O2")
        + line("O3", '"with a\nnew line"')
        + "O4,2024-01-05,C1\n"
        + "\n"
        + line("O6", '"two\n\nnew lines"')
        + "O7,2024-01-05,C1,P1,2,10.00,more\n"
        + "\n\n"
        + line("O10")
        + "O11,never,C1,P1,2,10.00\n"
        + line("O12")
        + "\n\n"
    ).replace("\n", end)
    connection = loaded(tmp_path, {"orders.csv": text.encode()})
    good = rows(connection, "select order_id, source_row from loaded.order_lines")
    assert sorted(good) == sorted((f"O{n}", n) for n in (2, 3, 6, 10, 12))
    rejects = rows(connection, REJECTS)
    assert [row for row, *_ in rejects] == [4, 7, 11]
    assert rejects[0][1:3] == (None, "O4,2024-01-05,C1")
    assert rejects[1][2] == "O7,2024-01-05,C1,P1,2,10.00,more"
    assert rejects[2][1:3] == ("order_date", "never")
    assert rows(connection, "select rows, loaded, rejected from loaded.files") == [(8, 5, 3)]


def test_windows_lines_with_line_feeds_inside_cells(tmp_path: Path) -> None:
    text = HEADER.replace("\n", "\r\n") + 'O1,2024-01-05,"C\n1",P1,2,10\r\n' + line("O2")
    assert numbers(tmp_path, text) == [(2, "O1", "C\n1"), (3, "O2", "C1")]


def test_row_numbers_in_a_file_of_many_buffers(tmp_path: Path) -> None:
    """Every order is called after its row; an independent reader says which rows are broken."""
    luck = random.Random(20260101)
    parts, filler = [HEADER], "x" * 400
    for row in range(2, 60_002):
        kind = luck.random()
        if kind < 0.01:
            parts.append(f"{row},short\n")
        elif kind < 0.02:
            parts.append(f"{row},2024-01-05,C,P,1,1,and,more\n")
        elif kind < 0.03:
            parts.append("\n")
        elif kind < 0.05:
            parts.append(f'{row},2024-01-05,"a ""quoted""\n\n cell, {filler}",P,1,1\n')
        else:
            parts.append(f"{row},2024-01-05,{filler},P,1,1\n")
    text = "".join(parts)
    wide = {i for i, r in enumerate(csv.reader(io.StringIO(text, newline="")), 1) if len(r) == 6}
    broken = {
        i
        for i, r in enumerate(csv.reader(io.StringIO(text, newline="")), 1)
        if len(r) not in (0, 6)
    }
    connection = loaded(tmp_path, {"orders.csv": text})
    found = rows(connection, "select source_row, order_id from loaded.order_lines")
    assert {row for row, _ in found} == wide - {1}
    assert [pair for pair in found if str(pair[0]) != pair[1]] == []
    assert {row for (row,) in rows(connection, "select row from loaded.rejects")} == broken


def test_a_quote_that_never_ends_is_one_reject(tmp_path: Path) -> None:
    text = HEADER + line("O1") + 'O2,2024-01-05,"C1,P1,2,10\n' + line("O3") * 500
    ((row, column, value, reason),) = rows(loaded(tmp_path, {"orders.csv": text}), REJECTS)
    assert (row, column) == (3, None)
    assert value.startswith('O2,2024-01-05,"C1')
    assert len(value) == 1000
    assert "unterminated quote" in reason


@pytest.mark.parametrize("title", ["title\n", '"a title\nin two lines",\n', "\n", "a,b,c,d\n"])
def test_header_row(tmp_path: Path, title: str) -> None:
    assert numbers(tmp_path, title + HEADER + line("O1"), "header_row = 2") == [(3, "O1", "C1")]


def test_a_heading_of_two_lines(tmp_path: Path) -> None:
    text = HEADER.replace("amount", '"amount\n(CNY)"') + line("O1")
    assert numbers(tmp_path, text, net_amount='"amount\\n(CNY)"') == [(2, "O1", "C1")]


@pytest.mark.parametrize("total", ["total,,,,,20.00\n", "total,20.00\n", "20.00\n", "total,\n\n\n"])
def test_footer_rows_are_left_out_whatever_their_shape(tmp_path: Path, total: str) -> None:
    text = HEADER + line("O1") + "\n" + line("O2") + total
    connection = loaded(tmp_path, {"orders.csv": text}, orders(options="footer_rows = 1"))
    counts = "select rows, loaded, rejected, left_out, amount_in, amount_loaded from loaded.files"
    ((*found, amount_in, amount_loaded),) = rows(connection, counts)
    assert found == [3, 2, 0, 1]
    assert amount_loaded == 20
    assert amount_in in (20, 40)


@pytest.mark.parametrize(("total", "agrees"), [("30.00", True), ("30.01", True), ("40.00", False)])
def test_a_total_row_is_compared_and_in_no_sum(tmp_path: Path, total: str, agrees: bool) -> None:
    lines = LINE + LINE.replace("O1", "O2").replace("10.00", "20")
    text = HEADER + lines + f"合计,,,,4,{total}\n"
    connection = loaded(tmp_path, {"orders.csv": text}, orders(options="footer_rows = 1"))
    found = "select amount_in, amount_loaded, amount_left_out, footer_amount from loaded.files"
    assert rows(connection, found) == [(30, 30, 0, Decimal(total))]
    models.build(connection, models.read_models())
    check = (SQL / "checks" / "check_stg_files__footer_agrees.sql").read_text("utf-8")
    assert len(rows(connection, check)) == (not agrees)


def test_a_file_that_is_all_footer(tmp_path: Path) -> None:
    files = {"orders.csv": HEADER + line("O1"), "empty.csv": HEADER + "total\n"}
    connection = loaded(
        tmp_path, files, orders(), orders(files="empty.csv", options="footer_rows = 3")
    )
    found = rows(connection, "select file, rows, loaded, left_out from loaded.files order by 1")
    assert found == [("empty.csv", 1, 0, 1), ("orders.csv", 1, 1, 0)]


def test_faults_of_structure_are_sentences(tmp_path: Path) -> None:
    assert fault(tmp_path, b"") == "orders.csv is empty (0 bytes): export it again"
    assert fault(tmp_path, "\n\n") == "orders.csv has no header in row 1"
    assert "no header in row 5" in fault(tmp_path, HEADER + LINE, "header_row = 5")
    assert "no sales line was loaded" in fault(tmp_path, HEADER)
    missing = fault(tmp_path, HEADER.replace("amount", "amuont") + LINE)
    assert missing == (
        'orders.csv has no column "amount"; '
        "it has: order, date, customer, product, quantity, amuont"
    )
    assert 'no column "prize"' in fault(tmp_path, HEADER + LINE, net_amount='{ sql = "prize" }')


@pytest.mark.parametrize("twice", ["order,order", "Order,order", "order, order "])
def test_a_repeated_heading_is_refused(tmp_path: Path, twice: str) -> None:
    text = HEADER.replace("order", twice, 1) + "x," + LINE
    assert "two columns called" in fault(tmp_path, text)


def test_empty_headings_are_numbered(tmp_path: Path) -> None:
    text = HEADER.replace("customer", " ") + line("O1")
    assert numbers(tmp_path, text, customer_id='"column 3"') == [(2, "O1", "C1")]


def test_only_the_loaders_own_names_are_refused(tmp_path: Path) -> None:
    text = "record,line,file,fate,raw_0,$order,file_row_number\n"
    mapped = dict(zip((*COLUMNS, "channel"), text.strip().split(","), strict=True))
    written = {column: f'"{name}"' for column, name in mapped.items()}
    connection = loaded(
        tmp_path, {"orders.csv": text + "O1,2024-01-05,C1,P1,2,10.00,web\n"}, orders(**written)
    )
    found = ", ".join(f"cast({column} as varchar)" for column in mapped)
    assert rows(connection, f"select {found} from loaded.order_lines") == [
        ("O1", "2024-01-05", "C1", "P1", "2.0000", "10.00", "web")
    ]
    message = fault(tmp_path, HEADER.replace("\n", ",row_in_file\n") + "O1\n")
    assert 'calls a column "row_in_file"' in message


def test_an_unknown_suffix_has_to_be_told(tmp_path: Path) -> None:
    files = {"orders.dat": HEADER + LINE}
    with pytest.raises(LoadError, match=r'"\.dat" is no format that is read here; set `format`'):
        loaded(tmp_path, files, orders("orders.dat"))
    told = loaded(tmp_path, files, orders("orders.dat", 'format = "csv"'))
    assert len(rows(told, NUMBERED)) == 1


def workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("cover").write(0, 0, "nothing here")
        sheet = book.add_worksheet("sales")
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write(0, 0, "Sales of January")
        sheet.write_row(2, 0, HEADER.strip().split(","))
        sheet.write_row(3, 0, ["00123", "2024-01-05", "0007", "P1"])
        sheet.write_row(3, 4, [2, 1234.5])
        sheet.write_row(5, 0, ["O2", None, 10001, "P1", 0.1 + 0.2, "1,234.50"])
        sheet.write_number(5, 1, 45296, dated)
        sheet.write_row(6, 0, ["O3", "2024-01-05", "C", "P1", 1, "n/a"])
        sheet.write_row(7, 0, ["total", None, None, None, None, 2469])
        book.add_worksheet("empty")


def test_workbook(tmp_path: Path) -> None:
    workbook(tmp_path / "sales.xlsx")
    options = 'sheet = "sales"\nheader_row = 3\nfooter_rows = 1'
    connection = loaded(tmp_path, {}, orders("sales.xlsx", options))
    found = rows(
        connection,
        "select source_row, order_id, cast(order_date as varchar), customer_id, "
        "cast(quantity as varchar), cast(net_amount as varchar) from loaded.order_lines",
    )
    assert found == [
        (4, "00123", "2024-01-05", "0007", "2.0000", "1234.50"),
        (6, "O2", "2024-01-05", "10001", "0.3000", "1234.50"),
    ]
    assert [row[:3] for row in rows(connection, REJECTS)] == [(7, "net_amount", "n/a")]
    counts = rows(connection, "select encoding, rows, loaded, rejected, left_out from loaded.files")
    assert counts == [("workbook", 4, 2, 1, 1)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ('sheet = "Sales"', 'has no sheet "Sales"; it has: cover, sales, empty'),
        ('sheet = "empty"', 'sheet "empty" has no row 1 for a header'),
        ('sheet = "cover"', 'has no column "amount"; it has: nothing here'),
    ],
)
def test_faults_of_a_workbook(tmp_path: Path, options: str, sentence: str) -> None:
    workbook(tmp_path / "sales.xlsx")
    with pytest.raises(LoadError) as raised:
        loaded(tmp_path, {}, orders("sales.xlsx", options))
    assert f"sales.xlsx{', ' * sentence.startswith('sheet')}" in str(raised.value)
    assert sentence in str(raised.value)


@pytest.mark.parametrize("name", ["broken.xlsx", "broken.parquet"])
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(LoadError, match=rf"broken\.{name[7:]} is no readable"):
        loaded(tmp_path, {name: b"PK\x03\x04 cut off"}, orders(name))


def test_parquet_rows_count_from_one_and_types_are_kept(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "order": [1, 2, 3],
            "date": [20240105, 20241305, 20240106],
            "customer": [10001.0, 10002.0, 1.5],
            "product": ["P"] * 3,
            "quantity": [2, 2, 2],
            "amount": [0.1 + 0.2, 1.0, 1.0],
        }
    )
    frame.write_parquet(tmp_path / "orders.parquet")
    connection = loaded(tmp_path, {}, orders("orders.parquet"))
    assert rows(connection, NUMBERED) == [(1, "1", "10001")]
    rejects = [row[:3] for row in rows(connection, REJECTS)]
    assert rejects == [(2, "order_date", "20241305"), (3, "customer_id", "1.5")]
    assert rows(connection, "select cast(net_amount as varchar) from loaded.order_lines") == [
        ("0.30",)
    ]


def test_a_parquet_column_that_duckdb_itself_numbers_rows_with_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"order": ["O1"], "file_row_number": [7]}).write_parquet(
        tmp_path / "orders.parquet"
    )
    with pytest.raises(LoadError, match='calls a column "file_row_number"'):
        loaded(tmp_path, {}, orders("orders.parquet"))
