"""What distributors owe us, how late, what it costs, and what they earn themselves.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, Finding, figure, findings, note, table
from dakehu.present.customer_value.money_terms import BUCKETS
from dakehu.present.distributor_ranking.words import KEY, OPENS, named
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, RED, layout


def sentences(text: Text, result: Any) -> BlockData:
    """What is owed and overdue, who uses its limit up, what the interest is, and cash."""
    value = {name: figure for name, (figure, _) in result.figures.items()}
    items = _owed(text, result, value) + _limits(text, value) + _cash(text, result)
    if not items:
        return note(
            text(
                "No invoices, payments or terms in the data: credit is not computed (not zero) and"
                " not scored."
            )
        )
    if result.facts.credit.is_first_in_first_out:
        items.append(
            Finding(
                text(
                    "Payments that nobody allocated settle what falls due first; which invoice is"
                    " open is assumed."
                )
            )
        )
    return findings(*items)


def _owed(text: Text, result: Any, value: dict[str, Any]) -> list[Finding]:
    if "credit_open_amount" not in value:
        return []
    facts = {
        "open": text.amount(value["credit_open_amount"]),
        "interest": text.amount(value["credit_open_amount"] * result.policy.interest_rate),
        "rate": text.percent(result.policy.interest_rate, 1),
    }
    if "credit_overdue_amount" not in value:
        said = text(
            "Distributors owe {open}; carrying it costs {interest} a year at {rate}. No invoice has"
            " a due date: what is overdue is not known.",
            **facts,
        )
        return [Finding(said, "warn")]
    late = value["credit_overdue_amount"]
    said = text(
        "Distributors owe {open}, of which {late} overdue and {old} for more than 90 days; carrying"
        " it costs {interest} a year at {rate}.",
        late=text.amount(late),
        old=text.amount(value.get("credit_overdue_over_90_amount")),
        **facts,
    )
    return [Finding(said, "warn" if late else "good")]


def _limits(text: Text, value: dict[str, Any]) -> list[Finding]:
    if "over_limit_count" not in value:
        return []
    over = int(value["over_limit_count"])
    said = text("Distributors that owe more than their credit limit: {n}.", n=text.count(over))
    return [Finding(said, "warn" if over else "good")]


def _cash(text: Text, result: Any) -> list[Finding]:
    """Cash with and without bills, towards us."""
    frame = result.facts.credit.credit
    columns = {"received_cash_share", "received_cash_bill_share", "received_amount"}
    if not columns <= set(frame.columns):
        return []
    known = frame.drop_nulls(list(columns)).with_columns(pl.col("received_amount").cast(pl.Float64))
    total = known["received_amount"].sum()
    if not total > 0:
        return []
    cash, both = (
        float((known[name] * known["received_amount"]).sum()) / total
        for name in ("received_cash_share", "received_cash_bill_share")
    )
    said = text(
        "Of what distributors paid us, {cash} was cash and {both} with bills of exchange.",
        cash=text.percent(cash),
        both=text.percent(both),
    )
    return [Finding(said)]


def ageing(text: Text, result: Any) -> BlockData:
    """The open amount of all distributors by age."""
    frame = result.facts.credit.ageing
    if frame.is_empty() or not float(frame["open_amount"].sum()):
        return findings()  # the sentences have said so
    rows = frame.to_dicts()
    names = [text(BUCKETS[bucket]) for bucket in frame["bucket"]]
    amounts = [float(row["open_amount"]) for row in rows]
    shares = [text.percent(row["amount_share"]) for row in rows]
    scale = text.money_scale(max(amounts))
    fig = go.Figure(
        go.Bar(
            x=[amount / scale.divisor for amount in amounts],
            y=list(range(len(rows))),
            orientation="h",
            marker={"color": [RED if row["bucket"].startswith("due_") else BLUE for row in rows]},
            text=shares,
            textposition="outside",
            cliponaxis=False,
            customdata=[
                hover(n, text.amount(a), s) for n, a, s in zip(names, amounts, shares, strict=True)
            ],
            hovertemplate=HOVER,
        ),
        layout(
            showlegend=False,
            yaxis=rows_axis(names),
            xaxis={
                "title": {"text": text("Open amount, {unit}", unit=scale.unit)},
                "range": [0, 1.2 * max(amounts) / scale.divisor],
                "nticks": 5,
            },
        ),
    )
    return figure(
        fig,
        title=text("What distributors owe, by age"),
        summary=text("Bars of open amounts, the youngest on top; red is overdue."),
        height=80 + 34 * len(rows),
    )


def debtors(text: Text, result: Any, count: int) -> BlockData:
    """Who owes most, how late and how long; each distributor with the debts of its group."""
    frame = result.facts.credit.credit
    if "open_amount" not in frame.columns:
        return findings()
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("open_amount", text("Owed"), "amount"),
        Column("overdue_amount", text("Overdue"), "amount"),
        Column("due_over_90_amount", text("Over 90 days"), "amount", 3),
        Column("dso_days", text("DSO, days"), "count"),
        Column("countback_dso_days", text("DSO counted back"), "count", 2),
        Column("delinquent_days", text("Of it delay"), "count", 3),
        Column("limit_use_share", text("Limit used"), "percent", 2),
        Column("interest_amount", text("Interest a year"), "amount", 2),
        Column("bills_held_amount", text("Bills held"), "amount", 3),
    ]
    shown = named(frame, result).sort("open_amount", KEY, descending=[True, False], nulls_last=True)
    return table(
        shown.head(count),
        columns,
        text,
        title=text("Who owes most"),
        file="credit",
        note=text("Debts of one group are shown at each of its distributors."),
    )


def own_money(text: Text, result: Any, count: int) -> BlockData:
    """Terms that distributors grant, and what their own money earns where costs are declared."""
    frame = result.facts.credit.credit
    keys = [
        name for name in ("own_return_share", "cash_share", "credit_days") if name in frame.columns
    ]
    if not keys:
        return findings()
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("cash_share", text("Sold for cash"), "percent"),
        Column("cash_bill_share", text("With bills"), "percent", 2),
        Column("credit_days", text("Days granted"), "count"),
        Column("interest_share", text("Interest carried"), "percent", 2),
        Column("margin_amount", text("Its margin"), "amount", 3),
        Column("opex_amount", text("Its costs"), "amount", 3),
        Column("tied_amount", text("Money tied up"), "amount", 3),
        Column("own_return_share", text("Own return a year"), "percent"),
    ]
    shown = named(frame, result).drop_nulls(keys[:1]).sort(keys[0], KEY)
    ends = (
        shown
        if shown.height <= count
        else pl.concat([shown.head(count // 2), shown.tail(count - count // 2)])
    )
    return table(
        ends,
        columns,
        text,
        title=text("Terms that distributors grant, and what they earn"),
        file="credit",
        note=text(
            "Interest at {rate} a year. Own return: margin, rebates less costs and interest, of"
            " stock and what its customers owe; only where costs are declared. A low one warns that"
            " the distributor may leave or divert.",
            rate=text.percent(result.policy.interest_rate, 1),
        ),
    )
