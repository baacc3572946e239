"""Targets of distributors against what they can carry, and a fair split of the whole.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, Finding, figure, findings, table
from dakehu.present.sales_forecast.landing import period_of
from dakehu.present.sales_forecast.words import absent, part
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREY, ORANGE, RED, layout

ROW_HEIGHT, FRAME_HEIGHT = 34, 110


def sentences(text: Text, result: Any) -> BlockData:
    """Who is overloaded, and by which rule the whole is shared out."""
    frame = part(result, "quota_split")
    if frame is None:
        return absent(
            text,
            text("Split of the target"),
            text("It needs distributors with sales and a target of the total (quotas)."),
        )
    return findings(*_overloaded(text, result, frame), *_rule(text, result, frame))


def _overloaded(text: Text, result: Any, frame: pl.DataFrame) -> list[Finding]:
    line = text.number(result.policy.overload_line, 1)
    judged = frame.filter(pl.col("overload").is_not_null())
    if judged.is_empty():
        return [
            Finding(
                text(
                    "Whether a target can be carried is not known: neither capacity nor sell-out of"
                    " a distributor with a target is on record."
                )
            )
        ]
    over = judged.filter(pl.col("is_overloaded")).sort("overload", descending=True)
    if over.is_empty():
        words = text(
            "None of {n} targets is above {line} times what its distributor can carry.",
            n=text.count(judged.height),
            line=line,
        )
        return [Finding(words, "good")]
    first = over.row(0, named=True)
    words = text(
        "{n} of {all} targets are above {line} times what their distributor can carry, most of all"
        " {name}: {overload} times.",
        n=text.count(over.height),
        all=text.count(judged.height),
        line=line,
        name=first["distributor_name"] or first["distributor_id"],
        overload=text.number(first["overload"], 2),
    )
    return [Finding(words, "bad")]


def _rule(text: Text, result: Any, frame: pl.DataFrame) -> list[Finding]:
    knows_potential = frame["potential_share"].null_count() < frame.height
    placed: Decimal = frame.select(pl.col("proposed_amount").sum()).item()
    weight = result.policy.forecast_weight if knows_potential else 1.0
    items = [
        Finding(
            text(
                "Rule of the split: {total} × ({w} × share of the forecast + {rest} × share of the"
                " potential); what goes beyond a capacity is shared out among the others.",
                total=text.amount(placed + _unplaced(result)),
                w=text.number(weight, 2),
                rest=text.number(1 - weight, 2),
            )
        )
    ]
    if not knows_potential:
        items.append(
            Finding(text("Nobody's potential is known (no granted places): the forecast decides."))
        )
    if _unplaced(result) > 0:
        words = text("No capacity can take {amount} of it.", amount=text.amount(_unplaced(result)))
        items.append(Finding(words, "bad"))
    return items


def _unplaced(result: Any) -> Decimal:
    value = result.figures.get("quota_unplaced_amount", (None,))[0]
    return Decimal(f"{value or 0:.2f}")


def bars(text: Text, result: Any, count: int) -> BlockData:
    """The largest proposals beside the targets as set and what can be carried."""
    frame = part(result, "quota_split")
    if frame is None:
        return findings()
    top = _by_size(frame).head(count)
    rows = top.to_dicts()
    limit = [
        min(
            (a for a in (row["capacity_amount"], row["reachable_amount"]) if a is not None),
            default=None,
        )
        for row in rows
    ]
    highest = max(
        float(amount or 0)
        for row, most in zip(rows, limit, strict=True)
        for amount in (row["target_amount"], row["proposed_amount"], most)
    )
    scale = text.money_scale(highest)
    names = [row["distributor_name"] or row["distributor_id"] for row in rows]
    fig = go.Figure(
        layout=layout(
            barmode="overlay",
            xaxis={"title": text("Sales ({unit})", unit=scale.unit), "nticks": 5},
            yaxis=rows_axis(names) | {"fixedrange": True},
        )
    )
    hovers = [
        hover(
            name,
            text("Proposed {amount}", amount=text.amount(row["proposed_amount"])),
            text("As set {amount}", amount=text.amount(row["target_amount"])),
            text("Can be carried {amount}", amount=text.amount(most)),
        )
        for name, row, most in zip(names, rows, limit, strict=True)
    ]

    def inside(amounts: list[Any]) -> list[float | None]:
        return [None if amount is None else float(amount) / scale.divisor for amount in amounts]

    fig.add_bar(
        orientation="h",
        name=text("Proposed target"),
        x=inside([row["proposed_amount"] for row in rows]),
        y=list(range(len(rows))),
        marker_color=BLUE,
        opacity=0.55,
        customdata=hovers,
        hovertemplate=HOVER,
    )
    for title, amounts, symbol, colors in (
        (
            text("Target as set"),
            [row["target_amount"] for row in rows],
            "diamond",
            [RED if row["is_overloaded"] else ORANGE for row in rows],
        ),
        (text("What can be carried"), limit, "line-ns-open", [GREY] * len(rows)),
    ):
        if any(amount is not None for amount in amounts):
            fig.add_scatter(
                mode="markers",
                name=title,
                x=inside(amounts),
                y=list(range(len(rows))),
                marker={"symbol": symbol, "size": 11, "color": colors, "line": {"width": 2}},
                customdata=hovers,
                hovertemplate=HOVER,
            )
    return figure(
        fig,
        title=text("Targets: as set, proposed, and what can be carried"),
        summary=text("A bar per distributor for the proposal, marks for target and capacity."),
        note=text("Red: overloaded. The {n} largest of {all}.", n=top.height, all=frame.height),
        height=FRAME_HEIGHT + ROW_HEIGHT * top.height,
    )


def _by_size(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort("proposed_amount", "distributor_id", descending=[True, False])


def split_table(text: Text, result: Any) -> BlockData:
    """Every distributor: target as set, what it can carry, the proposal."""
    frame = part(result, "quota_split")
    if frame is None:
        return findings()
    columns = [
        Column("name", text("Distributor")),
        Column("target_amount", text("Target as set"), "amount", 2),
        Column("overload", text("Overload"), "number"),
        Column("is_overloaded", text("Overloaded"), "flag", 2),
        Column("forecast_amount", text("Forecast"), "amount", 2),
        Column("potential_share", text("Share of the potential"), "percent", 3),
        Column("capacity_amount", text("Capacity"), "amount", 3),
        Column("reachable_amount", text("Reachable by sell-out"), "amount", 3),
        Column("proposed_amount", text("Proposed target"), "amount"),
        Column("proposed_overload", text("Overload of the proposal"), "number", 3),
        Column("is_capped", text("Held by capacity"), "flag", 2),
    ]
    return table(
        _by_size(frame).with_columns(name=pl.coalesce("distributor_name", "distributor_id")),
        columns,
        text,
        title=text(
            "Split of the target, {period}", period=period_of(text, result, frame["period"][0])
        ),
        note=text(
            "Overload = target ÷ the smaller of capacity and 12 months of sell-out with the growth"
            " of its region; flagged above {line}.",
            line=text.number(result.policy.overload_line, 1),
        ),
        file="quota_split",
    )
