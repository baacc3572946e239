"""A pipeline file proposed from exports: tables, columns, keys and questions."""

import tomllib

import pytest

from dakehu.proposal import propose
from dakehu.sources.decoding import LoadError
from small_exports import feed, parsed, sales, write


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
