"""Distributors on books small enough to reckon: rows in loaded tables, the marts, the facts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dakehu import models
from dakehu.analysis.distributor_ranking.facts import Facts, facts_of
from dakehu.analysis.distributor_ranking.marts import MARTS
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import window_of
from small_books import books, emptied, needed, table
from small_company import loaded

AS_OF = date(2024, 12, 31)
MONTHS = [date(year, month, 1) for year, month in product((2023, 2024), range(1, 13))]
YEAR = MONTHS[12:]
Rows = list[dict[str, Any]]


def company(folder: Path) -> duckdb.DuckDBPyConnection:
    """A company that sold one thing, to nobody that matters, on the first day of 2023."""
    first = "order,date,customer,product,quantity,amount\nO0,2023-01-01,C0,P0,1,0.00\n"
    return emptied(loaded(folder, {"orders.csv": first}))


def party(code: str, role: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": code, "customer_name": code, "role": role, **more}


def order(code: str, day: date, amount: float, **more: Any) -> dict[str, Any]:
    """A line of one order, numbered by buyer and day."""
    return {
        "order_id": f"{code}-{day}",
        "line_no": "1",
        "order_date": day,
        "customer_id": code,
        "product_id": "P1",
        "quantity": 10,
        "net_amount": money(amount),
        **more,
    }


def yearly(code: str, before: float, now: float) -> Rows:
    """What a party bought in each month of 2023 and of 2024."""
    amounts = [before] * 12 + [now] * 12
    return [
        order(code, month, amount) for month, amount in zip(MONTHS, amounts, strict=True) if amount
    ]


def sold(code: str, buyer: str, month: date, amount: float, **more: Any) -> dict[str, Any]:
    """A line of sell-out on the tenth of the month."""
    return {
        "doc_date": month.replace(day=10),
        "distributor_id": code,
        "downstream_id": buyer,
        "product_id": "P1",
        "quantity": 1,
        "amount": money(amount),
        **more,
    }


def covered(code: str, last: date = AS_OF) -> dict[str, Any]:
    return {"distributor_id": code, "coverage_from": MONTHS[0], "coverage_to": last}


def money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def read_of(connection: duckdb.DuckDBPyConnection, **tables: Rows) -> dict[str, pl.DataFrame]:
    """Every mart of the report on these rows; each column that a row names counts as mapped."""
    columns: Rows = [
        {"table_name": name, "column_name": column, "is_mapped": True}
        for name, rows in tables.items()
        for column in sorted({key for row in rows for key in row})
    ]
    with books(connection, **tables, columns=columns) as filled:
        models.build(filled, needed(*MARTS.values()))
        return {name: table(filled, mart) for name, mart in MARTS.items()}


def facts(read: Mapping[str, pl.DataFrame], policy: Policy | None = None) -> Facts:
    """The facts of the year 2024."""
    window = window_of(read["company"], AS_OF, 12)
    return facts_of(read, window, AS_OF, policy or Policy())


def value(found: Facts, distributor: str, criterion: str) -> float | None:
    """The value of one criterion."""
    rows = found.criteria.criteria.filter(distributor_id=distributor, criterion=criterion)
    return rows["value"].item()


def row(frame: pl.DataFrame, distributor: str) -> dict[str, Any]:
    """The one row of a distributor."""
    return frame.row(by_predicate=pl.col("distributor_id") == distributor, named=True)
