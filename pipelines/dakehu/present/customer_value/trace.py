"""The source rows behind one customer's numbers, for the analyst.

`trace` is the Trace that analysis.customer_value.trace_of returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.text import Text

CONTROL = {
    "net_amount": N_("Sales"),
    "margin_amount": N_("Margin"),
    "order_count": N_("Orders in the window"),
    "last_order_date": N_("Last order"),
    "overdue_amount": N_("Overdue"),
}
LEFT_OUT = {
    "cancelled": N_("cancelled"),
    "after_as_of": N_("dated after the date of the report"),
    "rejected": N_("rejected: {column} is {value}, {fault}"),
}


def control(text: Text, trace: Any) -> BlockData:
    """Whether the rows give the numbers of the page again, to the cent."""
    row, count = trace.row, trace.lines.height
    name = f"{row['customer_name']} ({row['customer_id']})"
    wrong = trace.control.filter(pl.col("reported").ne_missing(pl.col("traced")))
    if wrong.is_empty():
        return findings(
            Finding(
                text(
                    "{name}: the {n} rows below add up to {amount}, to the cent the sales on the"
                    " page; {numbers} come out of the rows as well.",
                    name=name,
                    n=text.count(count),
                    amount=text.number(row["net_amount"]),
                    numbers=text(", ").join(
                        text(CONTROL[number])
                        for number in trace.control["name"]
                        if number != "net_amount"
                    ),
                ),
                "good",
            )
        )
    return findings(
        *(
            Finding(
                text(
                    "{name}: {number} is {reported} on the page, the rows give {traced}.",
                    name=name,
                    number=text(CONTROL[number]),
                    reported=reported,
                    traced=traced,
                ),
                "bad",
            )
            for number, reported, traced in wrong.iter_rows()
        )
    )


def rows(text: Text, trace: Any) -> BlockData:
    """The sales lines of the window, each with the file, row and load that it came from."""
    columns = [
        Column("order_date", text("Date"), "date"),
        Column("order_id", text("Order")),
        Column("line_no", text("Line")),
        Column("customer_id", text("Party")),
        Column("product_id", text("Product")),
        Column("quantity", text("Quantity"), "number"),
        Column("net_amount", text("Amount"), "number"),
        Column("cost_amount", text("Cost"), "number"),
        Column("source_file", text("File")),
        Column("source_row", text("Row in the file"), "count"),
        Column("load_id", text("Load")),
    ]
    earlier = trace.earlier
    return table(
        trace.lines,
        columns,
        text,
        title=text("The rows behind the sales"),
        note=text(
            "Before the window there are {n} more rows, {amount}: they count for rhythm and"
            " history alone.",
            n=text.count(earlier.height),
            amount=text.number(earlier["net_amount"].sum()),
        ),
    )


def left_out(text: Text, trace: Any) -> BlockData:
    """The rows on file that no figure counts, and why."""
    known = text(
        "Rows that the pipeline file leaves out, and rejected rows that do not tell their customer,"
        " stand in the data quality report."
    )
    if trace.left_out.is_empty():
        return note(text("No row of this customer was left out.") + " " + known, "")
    reasons = [
        text(
            LEFT_OUT[row["reason"]],
            column=row["column_name"],
            value=row["value"],
            fault=text(row["fault"]) if row["fault"] else "",
        )
        for row in trace.left_out.iter_rows(named=True)
    ]
    columns = [
        Column("source_file", text("File")),
        Column("source_row", text("Row in the file"), "count"),
        Column("order_date", text("Date"), "date"),
        Column("order_id", text("Order")),
        Column("net_amount", text("Amount"), "number"),
        Column("why", text("Why left out")),
    ]
    return table(
        trace.left_out.with_columns(pl.Series("why", reasons, dtype=pl.String)),
        columns,
        text,
        title=text("Rows of this customer left out"),
        note=known,
    )
