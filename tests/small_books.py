"""The books of a small company: rows put into its loaded tables, marts built on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dakehu import models
from dakehu.analysis.customer_value import MARTS, CustomerValue, Policy, analyse
from dakehu.analysis.customer_value.window import Period
from small_company import loaded

ORDERS = """order,date,customer,product,quantity,amount
O1,2024-01-05,C1,P1,10,100.00
O2,2024-03-05,C2,P2,5,50.00
"""
POLICY = Policy()
YEAR = Period(
    as_of=date(2024, 12, 31),
    first_month=date(2024, 1, 1),
    last_month=date(2024, 12, 1),
    month_count=12,
    history_months=12,
    is_closed=True,
    previous_first_month=None,
    previous_last_month=None,
)


def company(folder: Path) -> duckdb.DuckDBPyConnection:
    """Two customers, C1 and C2, with one order each; every other loaded table is empty."""
    return emptied(loaded(folder, {"orders.csv": ORDERS}))


def emptied(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection with every loaded table one that rows can go into."""
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'loaded'"
    ).fetchall()
    for (name,) in views:  # what the loader shows as a view becomes a table that rows can go into
        connection.execute(f"create table plain as from loaded.{name}; drop view loaded.{name}")
        connection.execute(f"create table loaded.{name} as from plain; drop table plain")
    return connection


@contextmanager
def books(
    connection: duckdb.DuckDBPyConnection, **tables: list[dict[str, Any]]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The company with these rows in its tables, for as long as the context lasts."""
    connection.execute("begin")
    try:
        for name, rows in tables.items():
            for row in rows:
                columns, marks = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(
                    f"insert into loaded.{name} ({columns}) values ({marks})", list(row.values())
                )
        yield connection
    finally:
        connection.execute("rollback")


@cache
def every_model() -> dict[str, models.Model]:
    """All models by name, parsed once."""
    return {model.name: model for model in models.read_models()}


@cache
def needed(*names: str) -> list[models.Model]:
    """These models and those that they read, in order."""
    every = every_model()
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in every and name not in wanted:
            wanted.add(name)
            waiting += every[name].refs
    return [model for name, model in every.items() if name in wanted]


def mart(connection: duckdb.DuckDBPyConnection, *names: str) -> dict[str, pl.DataFrame]:
    """These parts of the mart customer_value, built with the models that they read."""
    models.build(connection, needed(*(f"mart_customer_value__{name}" for name in names)))
    return {name: table(connection, f"mart_customer_value__{name}") for name in names}


def table(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    """A built model as a frame, as a notebook reads it."""
    return connection.sql(f"from {name} order by all").pl()


def report(connection: duckdb.DuckDBPyConnection, policy: Policy = POLICY) -> CustomerValue:
    """The whole customer value report on these books, over the year 2024."""
    basis = "mart_customer_value", "mart_data_quality__completeness"
    models.build(connection, needed(*basis))
    read = mart(connection, *MARTS)
    sales, months = (table(connection, name) for name in basis)
    return analyse(sales, months, YEAR.as_of, 12, policy, read)
