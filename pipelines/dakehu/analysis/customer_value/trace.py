"""One customer's numbers down to the rows of the source files that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from dakehu.analysis.clv.histories import purchase_days, summaries

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.report import CustomerValue

# What a line tells, in this order.
LINE = (
    "order_date", "month", "order_id", "line_no", "customer_id", "product_id", "doc_type",
    "quantity", "net_amount", "cost_amount", "source_file", "source_row", "load_id",
)  # fmt: skip


@dataclass(frozen=True)
class Trace:
    """Where the numbers of one customer come from.

    `row` is its row of the table of customers, `screens` and `typed` are those of the key accounts
    and of the four types, `history` is what the models of the customer value saw; None where there
    is none. `lines` are the sales lines of the window with their source, `earlier` those before it,
    `left_out` the rows on file that no figure counts, `overdue` the open documents past their due
    date. `control` has a row per number that the rows give once more: name, reported, traced.
    """

    result: CustomerValue
    row: dict[str, Any]
    screens: dict[str, Any] | None
    typed: dict[str, Any] | None
    history: dict[str, Any] | None
    lines: pl.DataFrame
    earlier: pl.DataFrame
    left_out: pl.DataFrame
    overdue: pl.DataFrame
    control: pl.DataFrame

    @property
    def is_sound(self) -> bool:
        """Whether the rows give every number of the page, to the cent."""
        return self.control.filter(pl.col("reported").ne_missing(pl.col("traced"))).is_empty()


def trace_of(
    result: CustomerValue,
    customer: str,
    lines: pl.DataFrame,
    left_out: pl.DataFrame,
    open_items: pl.DataFrame,
) -> Trace:
    """Trace the numbers of `customer` in `result`.

    Args:
        result: the report.
        customer: the code of a customer group, as in the table of customers.
        lines: its rows of fct_order_lines.
        left_out: its rows of mart_customer_value__rows_left_out.
        open_items: mart_customer_value__open_items; those of others are passed over.

    Raises:
        ValueError: the report has no such customer.
    """
    found = result.customers.filter(pl.col("customer_id") == customer).to_dicts()
    if not found:
        raise ValueError(
            f'customer_value: no customer group "{customer}" bought in the window; take a code of'
            " the table of customers"
        )
    period = result.period
    ordered = lines.sort("order_date", "order_id", "line_no").select(LINE)
    ordered = ordered.filter(pl.col("month") <= period.last_month)
    inside = ordered.filter(pl.col("month") >= period.first_month)
    late = open_items.filter(
        pl.col("customer_id") == customer,
        pl.col("due_date") < period.as_of,
        pl.col("open_amount") > 0,
    ).sort("due_date", "document_no")
    return Trace(
        result=result,
        row=found[0],
        screens=_row_of(result.key_accounts.screens, customer),
        typed=_row_of(result.types.customers, customer),
        history=_history(ordered, result),
        lines=inside,
        earlier=ordered.filter(pl.col("month") < period.first_month),
        left_out=left_out.sort("source_file", "source_row"),
        overdue=late,
        control=_control(found[0], ordered, inside, late),
    )


def _row_of(frame: pl.DataFrame, customer: str) -> dict[str, Any] | None:
    rows = frame.filter(pl.col("customer_id") == customer).to_dicts()
    return rows[0] if rows else None


def _history(lines: pl.DataFrame, result: CustomerValue) -> dict[str, Any] | None:
    """Frequency, recency and age of the customer, and what it bought a day, as the models count."""
    days = (
        lines.group_by("order_date")
        .agg(pl.col("net_amount").sum(), highest=pl.col("net_amount").max())
        .filter(pl.col("highest") > 0)
        .select(customer_id=pl.lit(""), date="order_date", amount="net_amount")
    )
    rows = summaries(purchase_days(days), result.period.as_of).to_dicts()
    return rows[0] if rows else None


def _control(
    row: dict[str, Any], ordered: pl.DataFrame, inside: pl.DataFrame, late: pl.DataFrame
) -> pl.DataFrame:
    """The numbers that are sums and counts of rows, beside what the rows give."""
    positive = pl.col("net_amount") > 0
    orders = inside.filter(positive).group_by("month").agg(pl.col("order_id").n_unique())
    margins = inside["net_amount"] - inside["cost_amount"]
    margin = margins.sum() if margins.is_not_null().all() else None
    traced = {
        "net_amount": inside["net_amount"].sum(),
        "margin_amount": margin,
        "order_count": orders["order_id"].sum(),
        "last_order_date": ordered.filter(positive)["order_date"].max(),
        "overdue_amount": late["open_amount"].sum(),
    }
    texts = [
        (name, str(row[name]), str(value))
        for name, value in traced.items()
        if row.get(name) is not None
    ]
    return pl.DataFrame(texts, schema=["name", "reported", "traced"], orient="row")
