"""Figures of the distributor ranking."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER
from dakehu.present.block import BlockData, figure, note
from dakehu.present.distributor_ranking.bars import (
    FRAME_HEIGHT,
    ROW_HEIGHT,
    bar_layout,
    names,
    rows,
    scaled,
    told,
)
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREEN, GREY, ORANGE, RED, label, layout

NAMED_UP_TO = 40  # points; among more, names would lie on each other
NAMED_AT = {1: "bottom left", 2: "top left"}


def top_bars(text: Text, result: Any, count: int) -> BlockData:
    """The largest distributors: sales in the window, and a year before where it is complete."""
    top = result.ranking.filter(~pl.col("is_silent")).head(count)
    if top.is_empty():
        return note(text("No distributor has sales in this window."))
    scale = text.money_scale(top.select(pl.col("net_amount").max()).item())
    fig = go.Figure(layout=bar_layout(names(top), text("Sales ({unit})", unit=scale.unit)))
    fig.add_bar(
        orientation="h",
        name=text("This window"),
        x=scaled(top["net_amount"], scale.divisor),
        y=rows(top),
        marker_color=BLUE,
        text=[
            _move(text, old, new) for old, new in top.select("previous_rank", "rank").iter_rows()
        ],
        textposition="auto",
        insidetextanchor="start",
        customdata=[told(text, row) for row in top.iter_rows(named=True)],
        hovertemplate=HOVER,
    )
    if result.window.compared_months == result.window.months:
        fig.add_scatter(
            mode="markers",
            name=text("A year before"),
            x=scaled(top["previous_amount"], scale.divisor),
            y=rows(top),
            marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": ORANGE}},
            customdata=[
                text("A year before: {amount}", amount=text.amount(amount))
                for amount in top["previous_amount"]
            ],
            hovertemplate=HOVER,
        )
    return figure(
        fig,
        title=text("The {n} largest distributors", n=top.height),
        summary=text(
            "Bars of sales for the {n} largest distributors, largest on top.", n=top.height
        ),
        note=text("On the bars: places won (▲) or lost (▼) against a year before."),
        height=FRAME_HEIGHT + ROW_HEIGHT * top.height,
    )


def rank_slopes(text: Text, result: Any, count: int) -> BlockData:
    """From last year's rank to this year's, for the present top."""
    top = result.ranking.filter(~pl.col("is_silent")).head(count)
    if top["previous_rank"].is_null().all():
        return note(text("Ranks a year before: Not computed, data absent (not zero)."))
    cap = 2 * top.height
    known = [rank for rank in top["previous_rank"] if rank is not None and rank <= cap]
    floor = max([top.height, *known]) + 1  # where lines from further below, or new, begin
    fig = go.Figure(
        layout=layout(
            showlegend=False,
            margin={"r": 130},
            xaxis={"visible": False, "range": [-0.12, 1.03], "fixedrange": True},
            yaxis={"visible": False, "range": [floor + 0.8, -0.4], "fixedrange": True},
            annotations=[
                {"x": x, "y": 0.1, "xanchor": "left", "text": words, "showarrow": False}
                for x, words in ((-0.1, text("A year before")), (1, text("Now")))
            ],
        )
    )
    for row in top.iter_rows(named=True):
        old = row["previous_rank"]
        start = old if old is not None and old <= cap else floor
        color = GREEN if old is None or old > row["rank"] else RED if old < row["rank"] else GREY
        fig.add_scatter(
            mode="lines+markers+text",
            x=[0, 1],
            y=[start, row["rank"]],
            line={"color": color, "width": 2, "dash": "dot" if start == floor else "solid"},
            marker={"size": 7, "color": color},
            text=[
                "" if start == floor else str(old),
                f"{row['rank']} {_short(row['distributor_name'])}",
            ],
            textposition=["middle left", "middle right"],
            cliponaxis=False,
            hovertext=[told(text, row)] * 2,
            hoverinfo="text",
        )
    return figure(
        fig,
        title=text("Rank now and a year before"),
        summary=text(
            "A line for each of the {n} largest, from its rank a year before to its rank now.",
            n=top.height,
        ),
        note=text(
            "Green climbed, red fell, grey kept its place. Dotted: new, or from below rank {n}.",
            n=cap,
        ),
        height=FRAME_HEIGHT + 18 * (top.height + floor),
    )


def dependence_lines(text: Text, result: Any) -> BlockData:
    """Distributors' share of company sales over rolling windows, against the alert line."""
    frame = result.tables["dependence"]
    if frame.height < 2:
        return note(text("Share over time: too few months for two full windows."))
    line = result.policy.dominance_line
    fig = go.Figure(
        layout=layout(
            yaxis={"tickformat": ".0%", "rangemode": "tozero"},
            xaxis={"tickformat": "%Y-%m", "nticks": 6},
        )
    )
    for column, name, color in (
        ("distributor_share", text("All distributors"), GREY),
        ("key_share", text("{n} largest", n=result.policy.key_distributor_count), BLUE),
        ("top_share", text("Largest"), ORANGE),
    ):
        fig.add_scatter(
            mode="lines",
            name=name,
            x=frame["month"].to_list(),
            y=frame[column].to_list(),
            line={"color": color, "width": 2.5},
            customdata=[
                text(
                    "{name}, {months} months to {month}: {share}",
                    name=name,
                    months=result.window.months,
                    month=text.month(month),
                    share=text.percent(share),
                )
                for month, share in frame.select("month", column).iter_rows()
            ],
            hovertemplate=HOVER,
        )
    fig.add_hline(y=line, line={"color": RED, "dash": "dash", "width": 1.5})
    return figure(
        fig,
        title=text("Share of company sales against the {line} line", line=text.percent(line, 0)),
        summary=text("Lines of the shares of all, the largest few and the largest distributor."),
        note=text(
            "Each point: the {n} months that end there. Dashed: the alert line.",
            n=result.window.months,
        ),
    )


def growth_scatter(text: Text, result: Any) -> BlockData:
    """Share of company sales against relative growth."""
    frame = result.ranking
    if "relative_growth" not in frame.columns:
        return note(text("Relative growth: Not computed, data absent (not zero)."))
    shown = frame.filter((pl.col("relative_growth") > 0) & (pl.col("amount_share") > 0))
    named = shown["rank"].is_in(list(NAMED_AT)) & (shown.height <= NAMED_UP_TO)
    fig = go.Figure(
        layout=layout(
            showlegend=False,
            xaxis={
                "type": "log",
                "title": text("Share of company sales (log scale)"),
                "tickvals": _log_ticks(shown["amount_share"]),
                "tickformat": "~%",
            },
            yaxis={
                "type": "log",
                "title": text("Relative growth (log scale)"),
                "tickvals": [0.001, 0.01, 0.1, 0.5, 1, 2, 10, 100, 1000],
            },
        )
    )
    fig.add_scatter(
        mode="markers+text",
        x=shown["amount_share"].to_list(),
        y=shown["relative_growth"].to_list(),
        marker={
            "size": 9,
            "opacity": 0.65,
            "color": [BLUE if ratio >= 1 else ORANGE for ratio in shown["relative_growth"]],
        },
        text=[
            _short(name) if is_named else ""
            for name, is_named in zip(shown["distributor_name"], named, strict=True)
        ],
        # The named stand close: their names go two ways.
        textposition=[NAMED_AT.get(rank, "middle left") for rank in shown["rank"]],
        hovertext=[told(text, row) for row in shown.iter_rows(named=True)],
        hoverinfo="text",
    )
    fig.add_hline(y=1, line={"color": GREY, "dash": "dash", "width": 1.5})
    return figure(
        fig,
        title=text("Who gains share and who loses it"),
        summary=text(
            "A point per distributor: further right is larger, above the line gains share."
        ),
        note=text(
            "{n} distributors with sales in both windows. Above 1 (blue) a distributor grows "
            "faster than the company ({growth}), below 1 (orange) slower.",
            n=text.count(shown.height),
            growth=text.change(result.figures["company_growth"][0]),
        ),
        height=420,
    )


def _move(text: Text, old: int | None, new: int) -> str:
    if old is None:
        return text("new")
    return "=" if old == new else f"▲{old - new}" if old > new else f"▼{new - old}"


def _short(name: str) -> str:
    """A name beside a point; Chinese signs are twice as wide."""
    return label(name, 12 if name.isascii() else 7)


def _log_ticks(shares: pl.Series) -> list[float]:
    """Ticks of a log axis of shares: decades, or 1-2-5 steps where it spans less than two."""
    values = shares.to_list() or [1.0]
    steps = (1, 2, 5) if max(values) / min(values) < 100 else (1,)
    return [step * 10.0**power for power in range(-8, 1) for step in steps]
