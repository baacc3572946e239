"""Files of a folder for a proposal: grouped, unpacked, read as the loader reads them."""

import gzip
import io
import json
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import xlsxwriter

from dakehu.pipeline import load_pipeline
from dakehu.proposal import propose
from dakehu.proposal.folder import Item, items
from dakehu.proposal.reading import Extract, extracts
from dakehu.source import Files, SourceFile
from dakehu.sources import load
from dakehu.sources.formats import read
from dakehu.sources.relation import ROW, Relation
from small_exports import feed, parsed, sales, write


def test_files_of_one_shape_are_one_pattern(tmp_path):
    for month in range(1, 5):
        text = sales(start=month * 100)
        (tmp_path / f"sales_2024-{month:02d}.csv").write_text(text, "utf-8")
    (tmp_path / "sales_targets.csv").write_text("Region,Motto\nNorth,onward\n", "utf-8")
    files = feed(parsed(tmp_path), "order_lines")["files"]
    assert files == ["sales_2024-*.csv"]  # sales_*.csv would catch the targets
    (tmp_path / "sales_targets.csv").unlink()
    assert feed(parsed(tmp_path), "order_lines")["files"] == ["sales_*.csv"]


def test_files_with_other_headings_are_not_grouped(tmp_path):
    write(tmp_path, sales_1=sales(), sales_2=sales(start=100).replace("Net Amount", "Sales Amount"))
    sources = [s for s in parsed(tmp_path)["source"] if s["table"] == "order_lines"]
    assert sorted(source["files"] for source in sources) == [["sales_1.csv"], ["sales_2.csv"]]


@pytest.mark.parametrize("packed", ["sales.csv.gz", "all.zip"])
def test_packed_files_are_read(tmp_path, packed):
    if packed.endswith(".gz"):
        (tmp_path / packed).write_bytes(gzip.compress(sales().encode()))
    else:
        with zipfile.ZipFile(tmp_path / packed, "w") as archive:
            archive.writestr("export/sales.csv", sales())
            archive.writestr("../../escape.csv", sales(start=500))
    source = parsed(tmp_path)["source"][0]
    expected = {"sales.csv.gz": "sales.csv.gz", "all.zip": "all.zip/export/sales.csv"}[packed]
    assert expected in [name for s in parsed(tmp_path)["source"] for name in s["files"]]
    assert source["columns"]["order_id"] == "Order No"
    assert not (tmp_path.parent.parent / "escape.csv").exists()


def test_other_formats_are_read(tmp_path):
    frame = pl.read_csv(io.StringIO(sales()), try_parse_dates=True)
    frame.write_parquet(tmp_path / "sales.parquet")
    assert feed(parsed(tmp_path), "order_lines")["columns"]["order_date"] == "Order Date"
    (tmp_path / "sales.parquet").unlink()
    rows = [{k: str(v) for k, v in row.items()} for row in frame.iter_rows(named=True)]
    (tmp_path / "sales.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert feed(parsed(tmp_path), "order_lines")["columns"]["net_amount"] == "Net Amount"


def test_merged_headings(tmp_path):
    above = "单据编号,单据日期,客户编码,物料编码,本月,,去年同期,\n,,,,数量,金额,数量,金额\n"
    rows = [f"S{n},2024-01-05,C1,P1,{n},{n}.5,{n},{n}.1" for n in range(1, 20)]
    write(tmp_path, sales=above + "\n".join(rows) + "\n")
    text = propose(tmp_path, tmp_path / "p.toml")
    assert "单据编号" in text
    assert "本月 数量" in text


def test_western_text_that_passes_for_chinese(tmp_path):
    text = sales().replace("C01", "Müller Öl").replace("C02", "Façade à Béziers")
    (tmp_path / "sales.csv").write_bytes(text.encode("cp1252"))
    assert feed(parsed(tmp_path), "order_lines")["encoding"] == "cp1252"


TABLE = {
    "Order No": ["S1", "S2", "S3"],
    "Long Code": [1234567890123456.0, 17.0, 18.5],
    "Order Date": [date(2024, 1, 5), date(2024, 1, 6), date(2024, 1, 7)],
    "Paid": [True, False, True],
    "Remark": [" spaced ", "", "x"],
}


def written(folder: Path, kind: str) -> Path:
    """The table as a file of a kind."""
    path = folder / f"table.{kind}"
    frame = pl.DataFrame(TABLE)
    if kind == "xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_row(0, 0, list(TABLE))
            for row, (order, code, placed, paid, remark) in enumerate(frame.iter_rows(), 1):
                sheet.write_row(row, 0, [order, code])
                sheet.write_datetime(row, 2, datetime.combine(placed, time()), day)
                sheet.write_row(row, 3, [paid, remark])
            sheet.write_formula(4, 1, "=1/0", None, "#DIV/0!")
            sheet.write(4, 0, "S4")
    elif kind == "parquet":
        frame.write_parquet(path)
    else:
        frame.write_ndjson(path)
    return path


def database(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database as the loader needs it."""
    connection = duckdb.connect(config={"temp_directory": str(folder / "spill")})
    connection.execute("attach ':memory:' as scratch")
    return connection


def relations(connection: duckdb.DuckDBPyConnection, path: Path, **options: Any) -> list[Relation]:
    """The file as the loader reads it."""
    files = Files(files=(path.name,), **options)
    return read(connection, {1: SourceFile(path, "", path.name)}, files, set(), "t")


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "jsonl"])
def test_cells_are_those_of_the_loader(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    names = ", ".join(f'cast("{name}" as varchar)' for name in TABLE)
    with database(tmp_path) as connection:
        (relation,) = relations(connection, path)
        loaded = connection.execute(
            f"select {names} from ({relation.sql}) order by {ROW}"
        ).fetchall()
    (item,) = items(tmp_path, tmp_path / "scratch")
    assert isinstance(item, Item)
    (extract,) = extracts(item, tmp_path / "scratch")
    assert isinstance(extract, Extract)
    shown = extract.frame.select(list(TABLE)).rows()
    assert shown == [tuple((cell or "").strip() or None for cell in row) for row in loaded]
    if kind == "xlsx":
        assert [row[1] for row in shown] == ["1.23456789012346E+15", "17", "18.5", "#DIV/0!"]


def test_a_limit_leaves_the_rest_unread(tmp_path: Path) -> None:
    for kind in ("parquet", "jsonl"):
        item = Item(kind, written(tmp_path, kind), kind)
        if kind == "jsonl":
            item.content.write_text("\n" + item.content.read_text("utf-8"), "utf-8")
        for limit, is_whole in ((2, False), (4, True)):
            (extract,) = extracts(item, tmp_path, limit)
            assert isinstance(extract, Extract)
            assert (extract.frame.height, extract.is_whole) == (min(limit, 3), is_whole)


def test_numbers_of_json_lines_can_be_multiplied(tmp_path: Path) -> None:
    rows = [
        {"Order No": f"S{n}", "Order Date": f"2024-0{1 + n % 2}-05", "Customer ID": "C1",
         "Product ID": "P1", "Quantity": n, "Unit Price": 2.5}
        for n in range(1, 21)
    ]  # fmt: skip
    (tmp_path / "sales.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert _amount(tmp_path) == [(20, Decimal("525.00"))]


def test_cells_with_an_error_are_rejected_and_not_taken_for_no_value(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "sales.xlsx") as book:
        sheet = book.add_worksheet()
        for row, line in enumerate(sales().splitlines()):
            sheet.write_row(row, 0, line.split(",")[:5])
            amount = line.split(",")[5]
            sheet.write(row, 5, amount if row == 0 else float(amount))
        for row in (3, 9):
            sheet.write_formula(row, 5, "=A1/0", None, "#REF!")
    assert "missing" not in feed(parsed(tmp_path), "order_lines")
    assert _amount(tmp_path)[0][0] == 38


@pytest.mark.parametrize("above", ["编号,日期,本月,,去年同期,", "编号,日期,本月,,去年同期"])
def test_merged_headings_are_those_of_the_loader(tmp_path: Path, above: str) -> None:
    rows = [f"S{n},2024-01-05,{n},{n}.5,{n},{n}.1" for n in range(1, 20)]
    text = f"{above}\n,,数量,金额,数量,金额\n" + "\n".join(rows) + "\n"
    write(tmp_path, sales=text)
    (item,) = items(tmp_path, tmp_path / "scratch")
    assert isinstance(item, Item)
    (extract,) = extracts(item, tmp_path)
    assert isinstance(extract, Extract)
    assert extract.header_row == (1, 2)
    with database(tmp_path) as connection:
        (relation,) = relations(connection, tmp_path / "sales.csv", header_row=(1, 2))
    assert extract.headings == tuple(relation.columns)
    assert extract.headings[2:4] == ("本月 数量", "本月 金额")


def test_a_damaged_archive_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, sales=sales())
    whole = gzip.compress(sales(start=90).encode())
    (tmp_path / "cut.csv.gz").write_bytes(whole[:-20])
    (tmp_path / "none.zip").write_bytes(b"PK nothing")
    text = propose(tmp_path, tmp_path / "p.toml")
    assert "#   cut.csv.gz is damaged" in text
    assert "#   none.zip cannot be opened as an archive" in text
    assert feed(parsed(tmp_path), "order_lines")["files"] == ["sales.csv"]


def _amount(folder: Path) -> list[tuple]:
    """Lines and their sum once what is proposed has been answered and loaded."""
    text = propose(folder, folder / "p.toml").replace('currency = "?"', 'currency = "USD"')
    (folder / "p.toml").write_text(text.replace('tax = "?"', "tax = 0"), "utf-8")
    connection = database(folder)
    load(load_pipeline(folder / "p.toml"), connection, load_id="t", progress=lambda _: None)
    return connection.execute("select count(*), sum(net_amount) from loaded.order_lines").fetchall()
