"""What is left after the cost to serve: sentences, the way from margin to contribution, tables.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import rows_axis, waterfall
from dakehu.present.block import BlockData, Column, Finding, figure, findings, note, table
from dakehu.present.customer_value import inversion
from dakehu.present.customer_value.money_terms import COSTS
from dakehu.present.text import Text


def _values(result: Any) -> dict[str, float]:
    return {name: value for name, (value, _) in result.money.contribution.figures.items()}


def _missing(text: Text, result: Any) -> str:
    kinds = result.money.contribution.missing_kinds
    return text(", ").join(text(COSTS[kind]) for kind in kinds)


def _left(text: Text, result: Any) -> list[Finding]:
    """What serving took of the margin; nothing where it is not known."""
    found, values = result.money.contribution, _values(result)
    if not found.is_known:
        return []
    words = text(
        "After a cost to serve of {cost}, {left} of the margin of {margin} is left.",
        cost=text.amount(values["cost_to_serve_amount"]),
        left=text.amount(values["contribution_amount"]),
        margin=text.amount(found.customers["margin_amount"].sum()),
    )
    if not values["losing_count"]:
        return [Finding(words + text(" No customer costs more than it brings."), "good")]
    idle = found.customers.filter(
        pl.col("contribution_amount") < 0, pl.col("net_amount").fill_null(0) == 0
    )
    words += text(
        " Customers that cost more than they bring: {n} ({idle} without sales in the window),"
        " together {loss}.",
        n=text.count(int(values["losing_count"])),
        idle=text.count(idle.height),
        loss=text.amount(values["losing_amount"]),
    )
    return [Finding(words, "warn")]


def sentences(text: Text, result: Any) -> BlockData:
    """Contribution, which kinds of cost are missing, and sales below cost."""
    found = result.money.contribution
    if not found.has_margin:
        words = text("No cost data: contribution and sales below cost are not computed (not zero).")
        if not result.money.inversion.has_retail:
            return note(words)
        return findings(Finding(words, "warn"), *inversion.said(text, result))
    if not found.is_known:
        absent = text(
            "No cost to serve in the data ({kinds}): contribution is not computed (not zero).",
            kinds=_missing(text, result),
        )
        return findings(Finding(absent, "warn"), *inversion.said(text, result))
    items = _left(text, result)
    if found.missing_kinds:
        words = text(
            "Not in the data, so not deducted (not zero): {kinds}.", kinds=_missing(text, result)
        )
        items.append(Finding(words, "warn"))
    return findings(*items, *inversion.said(text, result))


def _spent(found: Any) -> list[str]:
    """The kinds of cost that any of these customers caused, dearest first."""
    return found.costs.filter(pl.col("cost_amount") != 0)["cost_type"].to_list()


def bridge(text: Text, result: Any) -> BlockData:
    """From the margin to what is left, by kind of cost to serve."""
    found = result.money.contribution
    if not found.is_known:
        return findings()  # the sentences have said what is missing
    steps = found.costs.filter(pl.col("cost_amount") != 0).rows()
    margin = float(found.customers["margin_amount"].sum())
    left_over = float(found.customers["contribution_amount"].sum())
    names = [text("Margin"), *(text(COSTS[kind]) for kind, _ in steps), text("Contribution")]
    amounts = [margin, *(-float(cost) for _, cost in steps), left_over]
    scale = text.money_scale(max(abs(amount) for amount in amounts))
    trace = waterfall(text, names, amounts, scale.divisor)
    highest, lowest = max(margin, left_over, 0.0), min(margin, left_over, 0.0)
    layout = theme.layout(
        showlegend=False,
        yaxis=rows_axis(names),
        xaxis={
            "title": {"text": text("Amount, {unit}", unit=scale.unit)},
            "range": [1.5 * lowest / scale.divisor, 1.42 * highest / scale.divisor],
            "nticks": 5,
        },
    )
    return figure(
        go.Figure([trace], layout),
        title=text("From margin to contribution"),
        summary=text(
            "Of {margin} of margin, {left} is left.",
            margin=text.amount(margin),
            left=text.amount(left_over),
        ),
        note=text("Customers whose margin is known: {n}.", n=text.count(found.customers.height)),
        height=90 + 36 * len(names),
    )


def customers(text: Text, result: Any, top_n: int) -> BlockData:
    """The customers that leave most and least after serving."""
    found = result.money.contribution
    if not found.is_known:
        return findings()  # the sentences have said what is missing
    frame, half = found.customers, max(1, top_n // 2)
    ends = frame if frame.height <= 2 * half else pl.concat([frame.head(half), frame.tail(half)])
    columns = [
        Column("customer_name", text("Customer")),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("margin_amount", text("Margin"), "amount"),
        Column("cost_to_serve_amount", text("Cost to serve"), "amount", 2),
        Column("contribution_amount", text("Contribution"), "amount"),
        Column("contribution_share", text("Of sales"), "percent", 2),
        *(Column(f"{kind}_amount", text(COSTS[kind]), "amount", 3) for kind in _spent(found)),
    ]
    return table(
        ends,
        columns,
        text,
        title=text("Who leaves most, and who leaves least"),
        note=text("The file has all {n} customers.", n=text.count(frame.height)),
        file="contribution",
    )


def acquisition(text: Text, result: Any, top_n: int) -> BlockData:
    """What winning the dearest customers cost so far, against what they brought (P7-4, P7-5)."""
    found = result.money.contribution
    if "acquisition_cost_amount" not in found.customers.columns:
        return findings()
    frame = found.customers.filter(pl.col("acquisition_cost_amount") > 0).sort(
        "acquisition_cost_amount", "customer_id", descending=[True, False]
    )
    columns = [
        Column("customer_name", text("Customer")),
        Column("acquisition_cost_amount", text("Presale and service so far"), "amount"),
        Column("acquisition_cost_ratio", text("Of sales so far"), "percent"),
        Column("break_even_year", text("Break-even in year"), "count"),
    ]
    return table(
        frame.head(max(1, top_n // 2)),
        columns,
        text,
        title=text("What winning and keeping them cost"),
        note=text(
            "Over the whole history; years count from the first cost or sale. No year: the margin"
            " does not cover the cost yet. The file has every year."
        ),
        file="acquisition",
    )
