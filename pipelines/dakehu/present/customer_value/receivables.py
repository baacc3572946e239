"""Receivables of the customer value report: sentences, ageing, and who owes.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, Finding, figure, findings, note, table
from dakehu.present.customer_value.money_terms import BUCKETS
from dakehu.present.text import Text


def _values(result: Any) -> dict[str, float]:
    return {name: value for name, (value, _) in result.money.receivables.figures.items()}


def _overdue(text: Text, result: Any) -> list[Finding]:
    """What customers owe, and how much of it is past its due date; nothing without invoices."""
    owed, values = result.money.receivables, _values(result)
    if not owed.is_known:
        return []
    total = text.amount(values["open_amount"])
    if "overdue_amount" not in values:
        words = text(
            "Customers owe {open}. No invoice has a due date: what is overdue is not known.",
            open=total,
        )
        return [Finding(words, "warn")]
    late = owed.customers.filter(pl.col("overdue_amount") > 0)
    if late.is_empty():
        return [Finding(text("Customers owe {open}; nothing is overdue.", open=total), "good")]
    first = late.sort("overdue_amount", "customer_id", descending=[True, False]).row(0, named=True)
    words = text(
        "Customers owe {open}, tax included; {late} ({share}) is overdue, at {n} customers. Most"
        " is overdue at {name}: {amount}, the oldest for {days} days.",
        open=total,
        late=text.amount(values["overdue_amount"]),
        share=text.percent(values["overdue_share"]),
        n=text.count(late.height),
        amount=text.amount(first["overdue_amount"]),
        name=first["customer_name"],
        days=text.count(first["oldest_overdue_days"]),
    )
    return [Finding(words, "warn")]


def sentences(text: Text, result: Any) -> BlockData:
    """How much is owed, how late, how long money takes, and how much of it is paper."""
    owed = result.money.receivables
    if not owed.is_known:
        return note(
            text(
                "No invoices in the data: receivables, ageing and days outstanding are not computed"
                " (not zero)."
            )
        )
    values = _values(result)
    items = [*_overdue(text, result), *_days(text, values), *_limits(text, values)]
    items += _cash(text, values)
    if owed.is_first_in_first_out:
        items.append(
            Finding(
                text(
                    "Payments that nobody allocated settle what falls due first. What a customer"
                    " owes is exact; which invoice is open is assumed."
                )
            )
        )
    return findings(*items)


def _days(text: Text, values: dict[str, float]) -> list[Finding]:
    if "dso_days" not in values:
        return []
    told = {name: text.number(value, 0) for name, value in values.items()}
    if "delinquent_days" not in values:
        words = text(
            "Days sales outstanding: {dso}; counted back through the latest months, {back}.",
            dso=told["dso_days"],
            back=told["countback_dso_days"],
        )
    else:
        words = text(
            "Days sales outstanding: {dso}, of which {best} are agreed terms and {late} delay."
            " Counted back through the latest months: {back}.",
            dso=told["dso_days"],
            best=told["best_dso_days"],
            late=told["delinquent_days"],
            back=told["countback_dso_days"],
        )
    return [Finding(words)]


def _limits(text: Text, values: dict[str, float]) -> list[Finding]:
    if "over_limit_count" not in values:
        return []
    over = values["over_limit_count"]
    words = text("Customers that owe more than their credit limit: {n}.", n=text.count(int(over)))
    return [Finding(words, "warn" if over else "good")]


def _cash(text: Text, values: dict[str, float]) -> list[Finding]:
    if "cash_share" not in values:
        return []
    words = text(
        "Of what came in, {cash} was cash and {bills} acceptance bills.",
        cash=text.percent(values["cash_share"]),
        bills=text.percent(values["bill_share"]),
    )
    items = [Finding(words)]
    if values.get("bills_held_amount"):
        held = text.amount(values["bills_held_amount"])
        items.append(
            Finding(text("Bills that are not due yet: {held}; no cash so far.", held=held))
        )
    if values.get("prepaid_share"):
        share = text.percent(values["prepaid_share"])
        items.append(Finding(text("Paid before delivery: {share} of invoices.", share=share)))
    return items


def ageing(text: Text, result: Any) -> BlockData:
    """The open amount by how long it is overdue, or how long ago it was posted."""
    owed = result.money.receivables
    if not owed.is_known:
        return findings()  # the sentences have said that there are no invoices
    rows = owed.ageing.to_dicts()
    names = [text(BUCKETS[row["bucket"]]) for row in rows]
    amounts = [float(row["open_amount"]) for row in rows]
    if not sum(amounts):
        return note(text("Nothing is owed."), "good")
    shares = [text.percent(row["amount_share"]) for row in rows]
    scale = text.money_scale(max(amounts))
    late = [row["bucket"].startswith("due_") for row in rows]
    trace = go.Bar(
        x=[amount / scale.divisor for amount in amounts],
        y=list(range(len(rows))),
        orientation="h",
        marker={"color": [theme.RED if is_late else theme.BLUE for is_late in late]},
        text=shares,
        textposition="outside",
        cliponaxis=False,
        customdata=[
            hover(n, text.amount(a), s) for n, a, s in zip(names, amounts, shares, strict=True)
        ],
        hovertemplate=HOVER,
    )
    layout = theme.layout(
        showlegend=False,
        yaxis=rows_axis(names),
        xaxis={
            "title": {"text": text("Open amount, {unit}", unit=scale.unit)},
            "range": [0, 1.2 * max(amounts) / scale.divisor],
            "nticks": 5,
        },
    )
    title = (
        text("What is owed, by days past the due date")
        if owed.basis == "due"
        else text("What is owed, by days since the invoice")
    )
    return figure(
        go.Figure([trace], layout),
        title=title,
        summary=text(
            "Owed: {open}. {first}: {share}.",
            open=text.amount(sum(amounts)),
            first=names[0],
            share=shares[0],
        ),
        height=80 + 34 * len(rows),
    )


def statutory(text: Text, result: Any) -> BlockData:
    """The open amount by whole years since the invoice, as annual accounts report it."""
    owed = result.money.receivables
    if not owed.is_known:
        return findings()  # the sentences have said that there are no invoices
    frame = owed.statutory
    bounds = frame.select("above_years", "up_to_years").iter_rows()
    columns = [
        Column("age", text("Age")),
        Column("customer_count", text("Customers"), "count", 2),
        Column("open_amount", text("Owed"), "amount"),
        Column("amount_share", text("Share"), "percent"),
    ]
    return table(
        frame.with_columns(pl.Series("age", [_years(text, *pair) for pair in bounds])),
        columns,
        text,
        title=text("What is owed, by years since the invoice"),
        note=text("The buckets of annual accounts; what is over a year old is hard to collect."),
        file="statutory_ageing",
    )


def _years(text: Text, above: int, up_to: int | None) -> str:
    if up_to is None:
        return text("Over {n} years", n=text.count(above))
    if above == 0:
        return text("0–{n} years", n=text.count(up_to))
    return text("{low}–{high} years", low=text.count(above), high=text.count(up_to))


def debtors(text: Text, result: Any, top_n: int) -> BlockData:
    """The customers that owe most, the overdue first where due dates are known."""
    owed = result.money.receivables
    if not owed.is_known:
        return findings()  # the sentences have said that there are no invoices
    first = [name for name in ("overdue_amount", "open_amount") if name in owed.customers.columns]
    frame = owed.customers.filter(pl.col("open_amount") > 0).sort(
        *first, "customer_id", descending=[*[True] * len(first), False]
    )
    columns = [
        Column("customer_name", text("Customer")),
        Column("open_amount", text("Owed"), "amount"),
        Column("overdue_amount", text("Overdue"), "amount"),
        Column("overdue_class", text("Overdue class"), priority=2),
        Column("oldest_overdue_days", text("Oldest, days overdue"), "count", 2),
        Column("dso_days", text("DSO"), "count", 2),
        Column("limit_use_share", text("Credit limit used"), "percent", 2),
        *(Column(name, text(label), "amount", 3) for name, label in BUCKETS.items()),
        Column("cash_share", text("Received as cash"), "percent", 3),
        Column("bills_held_amount", text("Bills not due yet"), "amount", 3),
    ]
    return table(
        frame.head(top_n).with_columns(pl.col("dso_days").round()),
        columns,
        text,
        title=text("Who owes, the most overdue first"),
        note=text("The file has all {n} that owe.", n=text.count(frame.height)),
        file="receivables",
    )


def classes(text: Text, result: Any) -> BlockData:
    """Overdue amount by class of debtor: few owe most of it (S4)."""
    frame = result.money.receivables.classes
    if frame.is_empty():
        return findings()  # the sentences have said that nothing is overdue, or not known
    columns = [
        Column("overdue_class", text("Overdue class")),
        Column("customer_count", text("Customers"), "count"),
        Column("overdue_amount", text("Overdue"), "amount"),
        Column("amount_share", text("Share"), "percent"),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Few owe most of what is overdue"),
        note=text("A and B end at the cumulative shares of the rules below."),
        file="overdue_classes",
    )
