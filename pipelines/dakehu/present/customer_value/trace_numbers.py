"""How the headline numbers of one customer came about, for the analyst.

`trace` is the Trace that analysis.customer_value.trace_of returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, table
from dakehu.present.customer_value.account_terms import TYPES
from dakehu.present.customer_value.lifetime import MODELS
from dakehu.present.customer_value.screens import reason
from dakehu.present.customer_value.types import harm
from dakehu.present.text import Text

Made = tuple[str, str, str, str]  # the number, its value, how it is made, out of what


def numbers(text: Text, trace: Any) -> BlockData:
    """Each headline number of the customer: its value, how it is made, and out of what."""
    made = [
        _sales(text, trace),
        _margin(text, trace),
        _orders(text, trace),
        _recency(text, trace),
        _class(text, trace),
        _type(text, trace),
        _key_account(text, trace),
        *_future(text, trace),
        *_overdue(text, trace),
    ]
    schema = dict.fromkeys(("number", "value", "how", "inputs"), pl.String)
    columns = [
        Column("number", text("Figure")),
        Column("value", text("Value")),
        Column("how", text("How it is made")),
        Column("inputs", text("Out of what")),
    ]
    return table(
        pl.DataFrame(made, schema=schema, orient="row"),
        columns,
        text,
        title=text("How the numbers came about"),
    )


def _sales(text: Text, trace: Any) -> Made:
    period, amounts = trace.result.period, trace.lines["net_amount"]
    return (
        text("Sales"),
        text.number(trace.row["net_amount"]),
        text("Sum of the lines of the window without tax, returns deducted"),
        text(
            "{n} lines from {first} to {last}: {bought} bought, {returned} returned",
            n=text.count(trace.lines.height),
            first=text.month(period.first_month),
            last=text.month(period.last_month),
            bought=text.number(amounts.filter(amounts > 0).sum()),
            returned=text.number(amounts.filter(amounts < 0).sum()),
        ),
    )


def _margin(text: Text, trace: Any) -> Made:
    costs = trace.lines["cost_amount"]
    lacking = costs.null_count()
    inputs = (
        text("{n} lines without cost", n=text.count(lacking))
        if lacking
        else f"{text.number(trace.row['net_amount'])} - {text.number(costs.sum())}"
    )
    how = text("Sales less cost; known when the cost of every line is")
    return text("Margin"), text.number(trace.row.get("margin_amount")), how, inputs


def _orders(text: Text, trace: Any) -> Made:
    bought = trace.lines.filter(pl.col("net_amount") > 0)
    return (
        text("Orders in the window"),
        text.count(trace.row["order_count"]),
        text("Orders with a positive line, counted month by month"),
        text(
            "{n} positive lines on {days} days",
            n=text.count(bought.height),
            days=text.count(bought["order_date"].n_unique()),
        ),
    )


def _recency(text: Text, trace: Any) -> Made:
    return (
        text("Days since the last order"),
        text.count(trace.row.get("recency_days")),
        text("Date of the report less date of the last order with a positive line"),
        f"{text.date(trace.result.period.as_of)} - {text.date(trace.row['last_order_date'])}",
    )


def _class(text: Text, trace: Any) -> Made:
    row, policy = trace.row, trace.result.policy
    how = text(
        "Share of all larger customers: below {a} is A, below {b} is B, the rest C",
        a=text.percent(policy.class_a_share, 0),
        b=text.percent(policy.class_b_share, 0),
    )
    if row["cumulative_share"] is None:
        inputs = text("returns exceed purchases: outside the cumulation")
    else:
        inputs = text(
            "larger customers hold {before}, this one {own}",
            before=text.percent(row["cumulative_share"] - row["amount_share"], 2),
            own=text.percent(row["amount_share"], 2),
        )
    return text("Class"), row["customer_class"], how, inputs


def _type(text: Text, trace: Any) -> Made:
    how = text(
        "Wildcat: contribution below zero, or proven harm. Star: grows faster than the benchmark"
        " and has a high future value. Cash cow: high present value. Dog: the rest. High is what"
        " the smallest customer of the 80/20 set buys."
    )
    typed, types = trace.typed, trace.result.types
    if typed is None:
        return text("Type"), text.count(None), how, text("no window before it to compare with")
    inputs = text(
        "contribution {value}, growth {growth} against {benchmark}, need {potential}, high from"
        " {bar}",
        value=text.number(typed["value_amount"]),
        growth=text.change(typed["growth"]),
        benchmark=text.change(types.benchmark),
        potential=text.number(typed["potential_amount"]),
        bar=text.number(types.bar_amount),
    )
    if typed["type_reason"]:
        inputs += text("; ") + harm(text, typed["type_reason"])
    return text("Type"), text(TYPES[typed["customer_type"]]), how, inputs


def _key_account(text: Text, trace: Any) -> Made:
    verdict = text("yes") if trace.row["is_key_account"] else text("no")
    how = text(
        "In the 80/20 set of the window by sales or margin, or class A by management, and failing"
        " none of the three screens fit, central purchase and continuity. A screen without data is"
        " not known and decides nothing."
    )
    why = (
        text("outside the 80/20 set of this window")
        if trace.screens is None
        else reason(text, trace.screens, trace.result.policy)
    )
    return text("Key account"), verdict, how, why


def _future(text: Text, trace: Any) -> list[Made]:
    """Still a customer, expected sales and value; none where they were not computed."""
    row, life, history = trace.row, trace.result.lifetime, trace.history
    if life.value is None or row.get("expected_amount") is None or history is None:
        return []
    policy, model = trace.result.policy, text(MODELS[life.chosen["model"]])
    days = text.count(policy.lifetime_horizon_days)
    seen = text(
        "{x} repeat order days, the last {recency} days after the first, seen for {age} days",
        x=text.count(history["frequency"]),
        recency=text.count(history["recency_days"]),
        age=text.count(history["age_days"]),
    )
    orders, amount = row["expected_orders"], row["expected_amount"]
    per_day = text(
        "{orders} order days of {spend} each; mean so far {mean}",
        orders=text.number(orders),
        spend=text.number(amount / orders if orders else None),
        mean=text.number(history["mean_amount"]),
    )
    share = life.margin_share
    value = text(
        "{amount} × margin rate {share}, discounted at {rate} a year",
        amount=text.number(amount),
        share=text.percent(1 if share is None else share, 2),
        rate=text.percent(policy.discount_rate),
    )
    if row.get("clv_low_amount") is not None:
        value += text("; ") + text(
            "90% interval {low} to {high}",
            low=text.amount(row["clv_low_amount"]),
            high=text.amount(row["clv_high_amount"]),
        )
    return [
        (
            text("Still a customer"),
            text.percent(row.get("p_alive"), 2),
            text("Probability by the chosen model ({model}); a baseline gives none", model=model),
            seen,
        ),
        (
            text("Expected sales"),
            text.number(amount),
            text(
                "Order days that the model expects in {days} days, times what one brings", days=days
            ),
            per_day,
        ),
        (
            text("Customer value"),
            text.number(row["clv_amount"]),
            text("Expected sales times the margin rate of all customers, each day discounted"),
            value,
        ),
    ]


def _overdue(text: Text, trace: Any) -> list[Made]:
    """What is past its due date; none where no due date is known."""
    if trace.row.get("overdue_amount") is None:
        return []
    late = trace.overdue
    inputs = text("no document past its due date")
    if not late.is_empty():
        inputs = text(
            "{n} documents, the oldest {document} due on {day}",
            n=text.count(late.height),
            document=late["document_no"][0],
            day=text.date(late["due_date"][0]),
        )
    how = text("Open part of all documents past their due date, tax included")
    return [(text("Overdue"), text.number(trace.row["overdue_amount"]), how, inputs)]
