"""A pipeline file proposed from exports that the tests write: layout, tax, dates, hostile text."""

from __future__ import annotations

import gzip
import io
import json
import tomllib
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dakehu.proposal import propose
from dakehu.sources.decoding import LoadError

HEAD = "Order No,Order Date,Customer ID,Product ID,Quantity,Net Amount\n"


def sales(rows: int = 40, *, start: int = 0) -> str:
    """A plain export of sales lines, each line another."""
    days = [date(2024, 1, 1) + timedelta(n) for n in range(90)]
    return HEAD + "".join(
        f"SO{n:05d},{days[n % 90]},C{n % 7:02d},P{n % 5},{n + 1},{n}.25\n"
        for n in range(start, start + rows)
    )


def parsed(folder: Path) -> dict[str, Any]:
    return tomllib.loads(propose(folder, folder / "pipeline.toml"))


def feed(document: dict[str, Any], table: str) -> dict[str, Any]:
    """The only source that feeds a table."""
    (found,) = [source for source in document["source"] if source["table"] == table]
    return found


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def test_a_plain_export(tmp_path):
    document = parsed(write(tmp_path, sales=sales()))
    source = feed(document, "order_lines")
    assert source["files"] == ["sales.csv"]
    assert source["columns"] == {
        "order_id": "Order No",
        "order_date": "Order Date",
        "customer_id": "Customer ID",
        "product_id": "Product ID",
        "quantity": "Quantity",
        "net_amount": "Net Amount",
    }
    assert feed(document, "customers")["distinct"] is True
    assert feed(document, "products")["columns"]["product_id"] == "Product ID"
    assert document["currency"] == "?"
    assert "fiscal_month_end_day" not in document
    assert list(document["reports"]) == ["customer_value", "sales_forecast", "data_quality"]


def test_paths_are_relative_to_where_the_file_will_stand(tmp_path):
    data, home = tmp_path / "data [1]", tmp_path / "pipelines"
    data.mkdir()
    text = propose(write(data, sales=sales()), home / "mine.toml")
    (pattern,) = feed(tomllib.loads(text), "order_lines")["files"]
    assert pattern == "../data [[]1]/sales.csv"


def test_the_same_folder_gives_the_same_text(tmp_path):
    write(tmp_path, b=sales(), a=sales(start=100), customers="Customer ID,Customer Name\nC01,Ada\n")
    first = propose(tmp_path, tmp_path / "p.toml")
    assert propose(tmp_path, tmp_path / "p.toml") == first


def test_comments_say_how_sure_and_show_two_values(tmp_path):
    text = propose(write(tmp_path, sales=sales()), tmp_path / "p.toml")
    (line,) = [row for row in text.splitlines() if row.startswith("order_id")]
    assert line.endswith("# sure: SO00000, SO00001")


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


def test_a_chinese_erp_export(tmp_path):
    """A title row, GB18030, thousands, a column of rates, drafts, a total at the foot."""
    head = "单据编号,单据日期,单据状态,客户编码,客户名称,物料编码,物料名称,数量,价税合计,税率(%)"
    rows = [["某公司销售明细表"] + [""] * 9, head.split(",")]
    rows += [
        f"XS{n // 2:04d},2024-{n % 12 + 1:02d}-05,{'已审核' if n % 5 else '草稿'},"
        f"C{n % 6},客户{n % 6},M{n % 4},物料{n % 4},{n + 1},{(n + 1) * 113}.00,13".split(",")
        for n in range(30)
    ]
    rows[-1][8] = '"3,390.00"'
    rows.append(["合计"] + [""] * 7 + ["999.00", ""])
    text = "\n".join(",".join(row) for row in rows) + "\n"
    (tmp_path / "销售订单_202401.csv").write_bytes(text.encode("gb18030"))
    document = parsed(tmp_path)
    source = feed(document, "order_lines")
    assert source["header_row"] == 2
    assert source["footer_rows"] == 1
    assert source["where"] == """"单据状态" in ('已审核')"""
    assert source["columns"]["order_id"] == "单据编号"
    assert source["columns"]["customer_id"] == "客户编码"
    assert source["columns"]["net_amount"] == {"from": "价税合计", "tax": "税率(%)"}
    assert "encoding" not in source  # GB18030 is found by the loader itself
    assert feed(document, "customers")["columns"]["customer_name"] == "客户名称"
    assert document["currency"] == "CNY"
    assert document["fiscal_month_end_day"] == "?"


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


def test_detail_and_header_files_are_joined(tmp_path):
    heads = "Order No,Order Date,Customer ID,Status\n" + "".join(
        f"S{n},2024-01-{n + 1:02d},C{n % 3},open\n" for n in range(20)
    )
    details = "Order No,Product ID,Quantity,Unit Price,Discount\n" + "".join(
        f"S{n // 2},P{n},{n + 1},9.50,0.1\n" for n in range(40)
    )
    source = feed(parsed(write(tmp_path, heads=heads, details=details)), "order_lines")
    assert source["files"] == ["details.csv"]
    (join,) = source["join"]
    assert join["files"] == ["heads.csv"]
    assert join["on"] == 'source."Order No" = join1."Order No"'
    assert source["columns"]["order_id"] == {"sql": 'source."Order No"'}
    assert source["columns"]["customer_id"] == "Customer ID"
    sql = source["columns"]["net_amount"]["sql"]
    assert sql == 'number("Unit Price") * number("Quantity") * (1 - number("Discount"))'


def test_keys_that_are_spelt_otherwise(tmp_path):
    products = "Product ID,Product Name\nGTX Pro,Pro\nP1,One\nP2,Two\nP3,Three\nP4,Four\n"
    write(tmp_path, sales=sales().replace(",P0,", ",GTXPro,"), products=products)
    origin = feed(parsed(tmp_path), "order_lines")["columns"]["product_id"]
    assert origin == {
        "sql": """case "Product ID" when 'GTXPro' then 'GTX Pro' else "Product ID" end"""
    }


def test_the_same_lines_in_two_files_count_once(tmp_path):
    write(tmp_path, a=sales(), b=sales().replace("SO", "OTHER").replace("Net Amount", "net_amount"))
    text = propose(tmp_path, tmp_path / "p.toml")
    assert feed(tomllib.loads(text), "order_lines")["files"] == ["a.csv"]
    assert "# Left out: 100% of its lines stand in a.csv too" in text
    assert '# files = ["b.csv"]' in text


def test_distributors_bring_their_report(tmp_path):
    names = "经销商编码,经销商名称\n" + "".join(f"C{n:02d},商贸公司{n}\n" for n in range(7))
    document = parsed(write(tmp_path, sales=sales(), 经销商=names))
    assert feed(document, "customers")["columns"]["role"] == {"value": "distributor"}
    assert "distributor_ranking" in document["reports"]


HOSTILE = [
    'a"b', "a]]b", "[[source]]", '"; drop table customers; --', '"""', "'''", "\\", "\\u0022",
    "line\nbreak", "{ value = 1 }", "# comment", "\u202eltr", "=1+1", "x'y\"z",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_headings_stay_data(tmp_path, text):
    """As heading of a mapped column, as value, as file name where the system allows one."""
    frame = pl.read_csv(io.StringIO(sales()), infer_schema=False)
    status = pl.Series("Order Status", [text if n % 2 else "open" for n in range(frame.height)])
    frame = frame.with_columns(status)
    frame = frame.with_columns(pl.lit("13").alias(f"Tax Rate ({text})"))
    frame = frame.rename({"Net Amount": f"Amount ({text})"})
    frame.write_csv(tmp_path / "sales.csv")
    (tmp_path / "x').csv").write_text("a,b\n1,2\n", "utf-8")
    written = propose(tmp_path, tmp_path / "p.toml")
    document = tomllib.loads(written)
    assert set(document) == {"name", "title", "currency", "as_of", "source", "reports"}
    columns = feed(document, "order_lines")["columns"]
    assert columns["net_amount"]["from"] == f"Amount ({text})"
    assert all("\u202e" not in row.split(" # ")[-1] for row in written.splitlines() if " # " in row)


@pytest.mark.parametrize("text", [t for t in HOSTILE if "\n" not in t])
def test_hostile_values_stay_data_in_sql(tmp_path, text):
    import duckdb

    products = pl.DataFrame({"Product ID": [f"{text}-x", "P1"], "Product Name": ["a", "b"]})
    products.write_csv(tmp_path / "products.csv")
    frame = pl.read_csv(io.StringIO(sales()), infer_schema=False)
    wrong = pl.when(pl.col("Product ID") == "P0").then(pl.lit(f"{text} X")).otherwise(pl.lit("P1"))
    frame.with_columns(wrong.alias("Product ID")).write_csv(tmp_path / "sales.csv")
    origin = feed(parsed(tmp_path), "order_lines")["columns"]["product_id"]
    with duckdb.connect() as connection:
        value = connection.execute(
            f'select {origin["sql"]} from (select ? as "Product ID")', [f"{text} X"]
        ).fetchall()
    assert value == [(f"{text}-x",)]


def test_a_folder_with_nothing_in_it(tmp_path):
    with pytest.raises(LoadError, match="holds no table"):
        propose(tmp_path, tmp_path / "p.toml")
    (tmp_path / "NOTE.txt").write_text("Sales of last year, in a rush, sorry.\n", "utf-8")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "broken.zip").write_bytes(b"PK nothing")
    with pytest.raises(LoadError, match="holds no table") as caught:
        propose(tmp_path, tmp_path / "p.toml")
    assert "\n" not in str(caught.value)
    with pytest.raises(LoadError, match="is no folder"):
        propose(tmp_path / "absent", tmp_path / "p.toml")


def test_what_is_not_used_is_named(tmp_path):
    write(tmp_path, sales=sales(), colours="Colour,Shade\nred,dark\n")
    (tmp_path / "empty.csv").touch()
    text = propose(tmp_path, tmp_path / "p.toml")
    assert "#   colours.csv (Colour, Shade)" in text
    assert "#   empty.csv is empty" in text


def test_without_sales_it_says_so(tmp_path):
    write(tmp_path, customers="Customer ID,Customer Name\nC1,Ada\nC2,Bo\n")
    text = propose(tmp_path, tmp_path / "p.toml")
    assert "No file looks like sales lines" in text
    assert [source["table"] for source in tomllib.loads(text)["source"]] == ["customers"]
