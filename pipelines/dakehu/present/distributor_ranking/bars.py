"""Bars of one value per distributor or quota holder: attainment and freight."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, figure, note
from dakehu.present.distributor_ranking.terms import HOLDERS
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREEN, GREY, ORANGE, RED, layout

ROW_HEIGHT = 30
FRAME_HEIGHT = 90


def attainment_bars(text: Text, result: Any, count: int) -> BlockData:
    """Attainment of the holders furthest below and above their quota."""
    frame = result.tables["attainment"].filter(pl.col("attainment").is_not_null())
    if frame.is_empty():
        return note(text("Quota attainment: Not computed, data absent (not zero)."))
    kind = frame["holder_kind"][0]
    frame = frame.filter(pl.col("holder_kind") == kind)
    all_fit = frame.height <= 2 * count
    shown = frame if all_fit else pl.concat([frame.head(count), frame.tail(count)])
    line = result.policy.attainment_line
    fig = go.Figure(
        layout=bar_layout(
            shown["holder_name"].to_list(), text("Attainment"), ".0%", showlegend=False
        )
    )
    fig.add_bar(
        orientation="h",
        x=shown["attainment"].to_list(),
        y=rows(shown),
        marker_color=[GREEN if reached >= line else ORANGE for reached in shown["attainment"]],
        text=[text.percent(reached) for reached in shown["attainment"]],
        textposition="auto",
        customdata=[
            hover(
                name,
                text(
                    "{amount} of {target}", amount=text.amount(amount), target=text.amount(target)
                ),
            )
            for name, amount, target in shown.select(
                "holder_name", "net_amount", "target_amount"
            ).iter_rows()
        ],
        hovertemplate=HOVER,
    )
    fig.add_vline(x=line, line={"color": RED, "dash": "dash", "width": 1.5})
    return figure(
        fig,
        title=text("Quota attainment: {kind}", kind=text(HOLDERS[kind])),
        summary=text("Bars of attainment, highest on top; the dashed line is the quota."),
        note=""
        if all_fit
        else text("The {n} highest and the {n} lowest of {all}.", n=count, all=frame.height),
        height=FRAME_HEIGHT + ROW_HEIGHT * shown.height,
    )


def freight_bars(text: Text, result: Any, count: int) -> BlockData:
    """Freight ratio of the largest distributors against the median of all."""
    frame = result.ranking
    if "freight_ratio" not in frame.columns:
        return note(text("Freight ratio: Not computed, data absent (not zero)."))
    known = frame.filter(pl.col("freight_ratio").is_not_null())
    shown, median = known.head(count), known["freight_ratio"].median()
    fig = go.Figure(
        layout=bar_layout(names(shown), text("Freight / sales"), ".1%", showlegend=False)
    )
    fig.add_bar(
        orientation="h",
        x=shown["freight_ratio"].to_list(),
        y=rows(shown),
        marker_color=[
            ORANGE if round(ratio, 4) > round(median, 4) else BLUE
            for ratio in shown["freight_ratio"]
        ],
        text=[text.percent(ratio, 2) for ratio in shown["freight_ratio"]],
        textposition="auto",
        hovertext=[told(text, row) for row in shown.iter_rows(named=True)],
        hoverinfo="text",
    )
    fig.add_vline(x=median, line={"color": GREY, "dash": "dash", "width": 1.5})
    return figure(
        fig,
        title=text("Freight ratio of the {n} largest", n=shown.height),
        summary=text("Bars of freight as a share of sales; the dashed line is the median of all."),
        note=text(
            "Median of {n} distributors: {median}.",
            n=text.count(known.height),
            median=text.percent(median, 2),
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * shown.height,
    )


def bar_layout(names: list[str], axis: str, tickformat: str = "", **changes: Any) -> dict[str, Any]:
    """Layout of horizontal bars, one row per name, first on top; `axis` is the title below."""
    return layout(
        xaxis={"title": axis, "tickformat": tickformat, "nticks": 5, "rangemode": "tozero"},
        yaxis=rows_axis(names) | {"fixedrange": True},
        **changes,
    )


def names(frame: pl.DataFrame) -> list[str]:
    """Axis labels of distributors: rank and name."""
    return [f"{rank} {name}" for rank, name in frame.select("rank", "distributor_name").iter_rows()]


def rows(frame: pl.DataFrame) -> list[int]:
    """Where the rows of `frame` stand on the axis of `bar_layout`."""
    return list(range(frame.height))


def scaled(amounts: pl.Series, divisor: float) -> list[float]:
    """Amounts in units of `divisor`, for an axis."""
    return (amounts.cast(pl.Float64) / divisor).to_list()


def told(text: Text, row: dict[str, Any]) -> str:
    """What a point of a distributor says; `row` is its row of the ranking."""
    lines = [
        text("Sales {amount}", amount=text.amount(row["net_amount"])),
        text("Share {share}", share=text.percent(row["amount_share"])),
    ]
    if row["previous_rank"] is not None:
        lines.append(text("Rank a year before {rank}", rank=row["previous_rank"]))
    if row.get("growth") is not None:
        lines.append(text("Year on year {growth}", growth=text.change(row["growth"])))
    if row.get("relative_growth") is not None:
        lines.append(text("Relative growth {ratio}", ratio=text.number(row["relative_growth"], 2)))
    if row.get("freight_ratio") is not None:
        lines.append(text("Freight ratio {ratio}", ratio=text.percent(row["freight_ratio"], 2)))
    return hover(f"{row['rank']} {row['distributor_name']}", *lines)
