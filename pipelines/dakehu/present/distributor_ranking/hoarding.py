"""Loads at quarters' ends and quotas beyond reach.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.distributor_ranking.words import KEY, OPENS, named
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREY, ORANGE, RED, layout


def months(text: Text, result: Any) -> BlockData:
    """The end of each month against the own usual one, of those with leads on hoarding."""
    found = result.leads.subjects.filter((pl.col("kind") == "hoarding") & ~pl.col("is_benign"))
    who = found[KEY].head(4).to_list()
    if not who:
        return findings()  # the table of signs has said that there is none
    frame = named(result.leads.hoarding.months, result).filter(
        result.window.within & pl.col(KEY).is_in(who) & pl.col("pull_forward").is_not_null()
    )
    fig = go.Figure(
        layout=layout(
            xaxis={"tickformat": "%Y-%m", "nticks": 6},
            yaxis={"rangemode": "tozero"},
        )
    )
    for code, color in zip(who, (BLUE, ORANGE, RED, GREY), strict=False):
        rows = frame.filter(pl.col(KEY) == code).sort("month").to_dicts()
        fig.add_scatter(
            mode="lines+markers",
            name=rows[0]["name"] if rows else code,
            x=[row["month"] for row in rows],
            y=[row["pull_forward"] for row in rows],
            line={"color": color, "width": 2},
            marker={"size": [10 if row["is_quarter_end"] else 5 for row in rows]},
            customdata=[
                hover(
                    row["name"],
                    text.month(row["month"]),
                    text("{n} times", n=text.number(row["pull_forward"], 2)),
                )
                for row in rows
            ],
            hovertemplate=HOVER,
        )
    fig.add_hline(
        y=result.policy.pull_forward_line, line={"color": RED, "dash": "dash", "width": 1.5}
    )
    for trace in fig.data:
        trace.name = hover(trace.name).removeprefix("<b>").removesuffix("</b>")
    return figure(
        fig,
        title=text("Purchases at the month's end against the own usual"),
        summary=text("A line for each distributor with leads; large points end a quarter."),
        note=text(
            "Last {n} days of each month, 1 being its usual month. Dashed: the line of {line}.",
            n=result.policy.late_days,
            line=text.number(result.policy.pull_forward_line, 1),
        ),
        height=320,
    )


def quota_load(text: Text, result: Any, count: int) -> BlockData:
    """Quotas against what the distributor can move, and the support given with them."""
    frame = result.leads.overload.quota_load
    if frame.is_empty():
        return note(
            text("No distributor's quota ended in the window: overload is not computed (not zero).")
        )
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("target_amount", text("Quota"), "amount"),
        Column("capacity_amount", text("Capacity"), "amount", 2),
        Column("reachable_amount", text("Demand in reach"), "amount", 2),
        Column("overload", text("Quota / capacity"), "number"),
        Column("support_intensity", text("Support / quota"), "percent", 2),
        Column("support_ratio", text("Against its level"), "number", 3),
    ]
    shown = named(frame, result).sort("overload", KEY, descending=[True, False], nulls_last=True)
    return table(
        shown.head(count),
        columns,
        text,
        title=text("Quotas against capacity and demand"),
        file="quota_load",
        note=text(
            "Above {line} a quota is overload. The {n} highest of {all}.",
            line=text.number(result.policy.overload_line, 2),
            n=min(count, shown.height),
            all=text.count(shown.height),
        ),
    )
