"""A company of a few lines, loaded from whatever text or bytes a test wants to try."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from dakehu.pipeline import Pipeline, load_pipeline
from dakehu.sources import load

HEAD = """
name = "small"
title = { zh = "小公司", en = "Small company" }
as_of = 2024-12-31
"""
COLUMNS = {
    "order_id": '"order"',
    "order_date": '"date"',
    "customer_id": '"customer"',
    "product_id": '"product"',
    "quantity": '"quantity"',
    "net_amount": '"amount"',
}
HEADER = "order,date,customer,product,quantity,amount\n"
LINE = "O1,2024-01-05,C1,P1,2,10.00\n"


def source(table: str, files: str, columns: dict[str, str], options: str = "") -> str:
    """One [[source]] of a pipeline file; the columns' values are written in TOML."""
    mapped = "".join(f"{name} = {origin}\n" for name, origin in columns.items())
    return (
        f'[[source]]\ntable = "{table}"\nfiles = ["{files}"]\n{options}\n[source.columns]\n{mapped}'
    )


def orders(files: str = "orders.csv", options: str = "", **columns: str) -> str:
    """A [[source]] of sales lines; keyword arguments map further columns, or map them otherwise."""
    return source("order_lines", files, COLUMNS | columns, options)


def pipeline_of(folder: Path, document: str) -> Pipeline:
    """The pipeline of a document, which is written into `folder`."""
    (folder / "small.toml").write_text(document, "utf-8")
    return load_pipeline(folder / "small.toml")


def loaded(
    folder: Path, files: Mapping[str, str | bytes], *sources: str, head: str = HEAD
) -> duckdb.DuckDBPyConnection:
    """Write the files, load them, and give the connection that holds the result."""
    for name, content in files.items():
        written = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(written)
    pipeline = pipeline_of(folder, head + "".join(sources or (orders(),)))
    connection = duckdb.connect(config={"temp_directory": str(folder / "spill")})
    connection.execute("attach ':memory:' as scratch")
    load(pipeline, connection, load_id="test", progress=lambda _: None)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    """The rows of a query."""
    return connection.execute(query).fetchall()
