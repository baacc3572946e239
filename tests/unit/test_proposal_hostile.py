"""Headings, values and file names that would act: in the proposal they stay data."""

import io
import tomllib

import polars as pl
import pytest

from dakehu.proposal import propose
from small_exports import feed, parsed, sales

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
