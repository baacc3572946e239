"""A company of two halves, every canonical table filled: what one half may not see is marked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from dakehu.audiences.definition import Audience
from dakehu.audiences.excerpt import take
from dakehu.schema import Column, Table, tables
from small_books import emptied
from small_company import loaded

MARK = "FOREIGN"
OWN, STRANGER = "ours_", f"{MARK}_"
# What keys hold of which the schema does not say where they lead.
TARGETS = dict.fromkeys(("holder_id", "subject_id", "rater_org", "group_id"), "customers") | {
    "program_id": "programs",
    "order_line_no": "order_lines",
}
NAMES = {"customers": "firm", "territories": "place", "people": "person"}
VALUES: dict[str, Any] = {
    "date": "2024-03-05", "time": "2024-03-05 10:00:00", "int": 1, "flag": True,
}  # fmt: skip
# Where a row of ours stands for itself; every other key leads across the border.
OURS = {
    "customer_id", "distributor_id", "holder_id", "bound_distributor_id", "offender_id",
    "person_id", "subject_id", "product_id", "payment_no", "invoice_no", "program_id",
    "order_line_no",
}  # fmt: skip
PLACES = {
    "customers", "territory_pairs", "quotas", "price_observations", "market", "weather",
    "price_lists",
}  # fmt: skip


def company(folder: Path) -> Path:
    """The warehouse of the company: of each table one row of ours and one of the others'."""
    connection = emptied(
        loaded(
            folder,
            {"orders.csv": "order,date,customer,product,quantity,amount\nO1,2024-01-05,x,y,1,1\n"},
        )
    )
    connection.execute(
        "delete from loaded.order_lines; delete from loaded.customers; "
        "delete from loaded.products; delete from loaded.files"
    )
    for table in tables().values():
        for own in (True, False):
            insert(connection, table.name, row(table, own))
    for own in (True, False):
        insert(connection, "rejects", {
            "file": "orders.csv", "row": 1, "target_table": "order_lines", "reason": "no date",
            "value": f"{MARK} firm", "customer_id": f"{OWN if own else STRANGER}customers",
        })  # fmt: skip
        insert(connection, "files", {
            "source_number": 1, "file": f"{'ours' if own else MARK}.csv",
            "target_table": "order_lines", "sha256": "00", "rows": 10, "loaded": 10,
        })  # fmt: skip
    path = folder / "whole.duckdb"
    connection.execute(f"attach '{path}' as whole; copy from database memory to whole")
    connection.close()
    return path


def row(table: Table, own: bool) -> dict[str, Any]:
    """A row of ours, with every key across the border that can be; or one of the others'."""
    values = {column.name: _value(table, column, own) for column in table.columns.values()}
    if table.name == "events":
        named = [f"{OWN}customers", f"{STRANGER}customers"]
        values["scope_json"] = json.dumps({"customer": named if own else named[1:]})
    if table.name == "territories":
        values |= {"level": "region", "parent_id": None}
    if own and table.name == "customers":
        values |= {"role": "distributor", "group_id": f"{STRANGER}customers"}
    return values | {"source_file": f"{'ours' if own else MARK}.csv", "source_row": 1}


def _value(table: Table, column: Column, own: bool) -> Any:
    if column.kind not in ("key", "text", "personal"):
        return VALUES.get(column.kind, 10)
    if column.values:
        return column.values[0]
    is_key = column.name in table.key or (table.name, column.name) == ("stages", "case_id")
    target = column.reference.table if column.reference else TARGETS.get(column.name, "")
    is_shipped = (table.name, column.name) == ("shipments", "order_id")
    if own and (
        is_shipped
        or column.name in OURS
        or is_key
        or (target == "territories" and table.name in PLACES)
    ):
        return f"{OWN}{target or table.name}"
    if own and (target or column.name in ("org_id", "org_unit", "rater_id")):
        return f"{STRANGER}{target or column.name}"
    if own and table.name == "events" and column.name == "name":
        return f"Fair of {MARK} firm"
    side = "ours" if own else MARK
    return (
        f"{STRANGER}{target or table.name}"
        if not own and (is_key or target)
        else (
            f"{side} {NAMES[table.name]}"
            if column.name.endswith("name") and table.name in NAMES
            else f"{side} words"
        )
    )


def insert(connection: duckdb.DuckDBPyConnection, table: str, values: dict[str, Any]) -> None:
    """One row into a loaded table."""
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    connection.execute(
        f"insert into loaded.{table} ({columns}) values ({marks})", [*values.values()]
    )


def taken(whole: Path, **audience: Any) -> duckdb.DuckDBPyConnection:
    """What an audience sees of that warehouse."""
    connection = duckdb.connect()
    connection.execute(f"attach '{whole}' as whole (read_only)")
    take(connection, Audience(**audience))
    connection.execute("detach whole")
    return connection


def texts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every table of what was taken, as one text."""
    names = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'loaded'"
    ).fetchall()
    return {name: str(connection.execute(f"from loaded.{name}").fetchall()) for (name,) in names}
