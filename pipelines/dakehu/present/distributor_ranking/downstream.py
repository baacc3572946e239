"""Whom the distributors sell to: concentration, end users, and what hangs on one customer.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, Finding, figure, findings, note, table
from dakehu.present.distributor_ranking.words import KEY, OPENS, named
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, label, layout

NAMED = 2


def sentences(text: Text, result: Any) -> BlockData:
    """The most concentrated, rivals' moves, and whose sell-out is not known."""
    frame = result.facts.downstream.downstream
    if frame.is_empty():
        return note(
            text(
                "No sell-out in the data: whom distributors sell to is not known, and nothing of it"
                " is scored."
            )
        )
    items = []
    known = named(frame, result)
    for row in (
        known.filter(pl.col("cr4").is_not_null())
        .sort("cr4", KEY, descending=[True, False])
        .head(1)
        .to_dicts()
    ):
        said = text(
            "{name} hangs most on few: its four largest customers make {share} of its sell-out, and"
            " {loss} leaves with the largest.",
            name=row["name"],
            share=text.percent(row["cr4"]),
            loss=text.percent(row["worst_loss_share"]),
        )
        items.append(Finding(said, "warn"))
    items += _users(text, known) + _rivals(text, known) + _unreported(text, result)
    return findings(*items)


def _users(text: Text, known: pl.DataFrame) -> list[Finding]:
    if "end_user_share" not in known.columns:
        return []
    told = known.filter(pl.col("end_user_share").is_not_null()).sort("end_user_share", KEY)
    low, high = told.row(0, named=True), told.row(-1, named=True)
    said = text(
        "{high} sells {most} straight to those who use the goods, {low} {least}.",
        high=high["name"],
        most=text.percent(high["end_user_share"]),
        low=low["name"],
        least=text.percent(low["end_user_share"]),
    )
    return [Finding(said)] if told.height > 1 else []


def _rivals(text: Text, known: pl.DataFrame) -> list[Finding]:
    if "poaching_share" not in known.columns:
        return []
    hunted = known.filter(pl.col("poaching_share") > 0).sort(
        "poaching_share", KEY, descending=[True, False]
    )
    if hunted.is_empty():
        return [Finding(text("No rival's move at a downstream customer is on record."), "good")]
    row = hunted.row(0, named=True)
    said = text(
        "Rivals moved at customers of {n} distributors; most exposed is {name}, with {share} of its"
        " sell-out at {count} customers.",
        n=text.count(hunted.height),
        name=row["name"],
        share=text.percent(row["poaching_share"]),
        count=text.count(row["targeted_count"]),
    )
    return [Finding(said, "warn")]


def _unreported(text: Text, result: Any) -> list[Finding]:
    lacking = named(result.facts.downstream.unreported, result)
    if lacking.is_empty():
        return []
    listed = text(", ").join(
        text("{name} ({n} of {m} months)", name=name, n=months, m=whole)
        for name, months, whole in lacking.select("name", "reported_months", "window_months")
        .head(3)
        .iter_rows()
    )
    said = text(
        "Distributors whose sell-out is not known for the whole window: {n}, among them {names};"
        " what is told of them speaks of the months reported.",
        n=text.count(lacking.height),
        names=listed,
    )
    return [Finding(said, "warn")]


def structure(text: Text, result: Any) -> BlockData:
    """End users against concentration: the sound ones stand at the right and below."""
    frame = result.facts.downstream.downstream
    if frame.is_empty() or not {"cr4", "end_user_share"} <= set(frame.columns):
        return findings()  # the sentences have said what is absent
    known = named(frame, result).drop_nulls(["cr4", "end_user_share"])
    middle = max(known["end_user_share"], default=0) / 2
    biggest = known["cr4"].rank("ordinal", descending=True) <= NAMED
    most = known["end_user_share"].rank("ordinal", descending=True) <= NAMED
    fig = go.Figure(
        layout=layout(
            showlegend=False,
            xaxis={
                "title": text("Sold straight to end users"),
                "tickformat": ".0%",
                "rangemode": "tozero",
            },
            yaxis={
                "title": text("Four largest downstream customers"),
                "tickformat": ".0%",
                "rangemode": "tozero",
            },
        )
    )
    fig.add_scatter(
        mode="markers+text",
        x=known["end_user_share"].to_list(),
        y=known["cr4"].to_list(),
        marker={"size": 10, "color": BLUE, "opacity": 0.7},
        text=[
            label(name, 12 if name.isascii() else 7) if is_named and known.height <= 60 else ""
            for name, is_named in zip(known["name"], biggest | most, strict=True)
        ],
        textposition=[
            "middle right" if share < middle else "middle left" for share in known["end_user_share"]
        ],
        cliponaxis=False,
        customdata=[
            hover(
                row["name"],
                text("Four largest {share}", share=text.percent(row["cr4"])),
                text("End users {share}", share=text.percent(row["end_user_share"])),
                text("{n} customers", n=text.count(row["customer_count"])),
            )
            for row in known.to_dicts()
        ],
        hovertemplate=HOVER,
    )
    return figure(
        fig,
        title=text("Who sells to many users, and who to few wholesalers"),
        summary=text(
            "A point per distributor: further right sells more to end users, further up hangs on"
            " fewer customers."
        ),
        height=380,
    )


def structure_table(text: Text, result: Any, count: int) -> BlockData:
    """The most concentrated distributors, with all that is known of their customers."""
    frame = result.facts.downstream.downstream
    if frame.is_empty():
        return findings()
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("customer_count", text("Customers"), "count"),
        Column("cr4", text("Four largest"), "percent"),
        Column("end_user_share", text("End users"), "percent"),
        Column("channel_length", text("Channel length"), "number", 3),
        Column("new_face_ratio", text("New faces"), "percent", 2),
        Column("worst_loss_share", text("Loss with the largest"), "percent", 2),
        Column("retail_wholesale_ratio", text("Retail / wholesale"), "number", 3),
        Column("poaching_share", text("Rivals are after"), "percent", 2),
    ]
    shown = named(frame, result).sort("cr4", KEY, descending=[True, False], nulls_last=True)
    return table(
        shown.head(count),
        columns,
        text,
        title=text("Downstream customers, the most concentrated first"),
        file="downstream",
        note=text("{n} distributors in the file.", n=text.count(frame.height)),
    )
