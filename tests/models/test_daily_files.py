"""A drop folder that grows by a file a day: the 305 daily files of Online Retail."""

from pathlib import Path
from zipfile import ZipFile

import duckdb
import pytest

from dakehu.pipeline import load_pipeline
from dakehu.sources import load

pytestmark = pytest.mark.slow
PIPELINE = """
name = "daily"
title = { zh = "每日", en = "Daily" }
currency = "GBP"
as_of = 2011-12-09
[[source]]
table = "order_lines"
files = ["drop/*.csv"]
where = "StockCode not in ('POST', 'D', 'M', 'BANK CHARGES', 'AMAZONFEE')"
[source.columns]
order_id = "InvoiceNo"
order_date = "InvoiceDate"
customer_id = "CustomerID"
product_id = "StockCode"
quantity = "Quantity"
net_amount = { sql = "number(Quantity) * number(UnitPrice)" }
[[source]]
table = "customers"
files = ["drop/*.csv"]
where = "CustomerID is not null"
distinct = true
[source.columns]
customer_id = "CustomerID"
customer_name = "CustomerID"
"""
OUTSIDE = ("changes", "run", "calendar")  # what tells of the way, not of the result


def loaded(folder: Path, name: str) -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    """The warehouse after a load, and what the load said that it read."""
    connection = duckdb.connect(
        str(folder / name), config={"temp_directory": str(folder / "spill")}
    )
    connection.execute("attach ':memory:' as scratch")
    pipeline = load_pipeline(folder / "daily.toml")
    said: list[str] = []
    load(pipeline, connection, load_id=name, progress=said.append)
    return connection, said


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        row[0]
        for row in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'loaded' "
            "and table_catalog <> 'scratch' order by 1"
        ).fetchall()
    ]


def same(left: duckdb.DuckDBPyConnection, other: Path) -> None:
    """Every table of both warehouses holds the same rows, however often."""
    left.execute(f"attach '{other}' as other (read_only)")
    for table in tables(left):
        if table in OUTSIDE:
            continue
        described = {row[0] for row in left.execute(f"describe loaded.{table}").fetchall()}
        columns = "* exclude (load_id)" if "load_id" in described else "*"
        ours, theirs = f"from loaded.{table}", f"from other.loaded.{table}"
        for a, b in ((ours, theirs), (theirs, ours)):
            query = f"select count(*) from (select {columns} {a} except all select {columns} {b})"
            assert left.execute(query).fetchall() == [(0,)], table
    left.execute("detach other")


def test_one_by_one_as_all_at_once(shared: Path, tmp_path: Path) -> None:
    with ZipFile(next((shared / "online_retail").glob("*.zip"))) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".csv"))
        contents = {Path(name).name: archive.read(name) for name in names}
    assert len(contents) == 305
    (tmp_path / "drop").mkdir()
    (tmp_path / "daily.toml").write_text(PIPELINE)
    for place, (name, content) in enumerate(contents.items()):
        (tmp_path / "drop" / name).write_bytes(content)
        # The first files each by itself, then whole weeks, the last ones each by itself again.
        if place < 8 or place > 296 or place % 12 == 0:
            connection, said = loaded(tmp_path, "kept.duckdb")
            connection.close()
            if place > 297:
                assert said == [f"customers: {name}", f"order_lines: {name}"]
    fresh, _ = loaded(tmp_path, "fresh.duckdb")
    rows = fresh.execute("select sum(rows) from loaded.files group by target_table").fetchall()
    assert rows == [(541_909,), (541_909,)]
    fresh.close()
    with duckdb.connect(str(tmp_path / "kept.duckdb")) as kept:
        same(kept, tmp_path / "fresh.duckdb")
