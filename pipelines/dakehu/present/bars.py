"""Bars in rows, one row per name, and the ticks of money: readable on a phone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.text import Text

ROW = 26
HOVER = "%{customdata}<extra></extra>"


def hover(name: str, *lines: str) -> str:
    """What a point says when it is pointed at: a name from data, then lines of ours."""
    return "<br>".join([f"<b>{theme.label(name, 40)}</b>", *lines])


def _is_wide(name: str) -> bool:
    """Whether most of a name is Chinese, whose characters are twice as wide."""
    return 2 * sum(character > "\u2e80" for character in name) > len(name)


def rows_axis(labels: Sequence[str]) -> dict[str, Any]:
    """An axis of one row per label, first on top; rows of one name stay apart."""
    return {
        "tickvals": list(range(len(labels))),
        "ticktext": [theme.label(name, 9 if _is_wide(name) else 18) for name in labels],
        "range": [len(labels) - 0.5, -0.5],
        "showgrid": False,
        "ticks": "",
    }


def share_bars(text: Text, names: list[str], people: list[float], sales: list[float]) -> go.Figure:
    """Share of customers beside share of sales, one pair of bars a row."""
    series = [
        (text("Share of customers"), people, theme.GREY),
        (text("Share of sales"), sales, theme.BLUE),
    ]
    return grouped_bars(text, names, series)


def grouped_bars(
    text: Text, names: Sequence[str], series: Sequence[tuple[str, Sequence[float], str]]
) -> go.Figure:
    """Shares side by side, one group of bars a row; `series` gives name, shares and colour."""
    rows = list(range(len(names)))
    traces = [
        go.Bar(
            x=shares,
            y=rows,
            orientation="h",
            name=name,
            marker={"color": color},
            text=[text.percent(share) for share in shares],
            textposition="outside",
            cliponaxis=False,
            customdata=[
                hover(row, f"{name} {text.percent(share)}")
                for row, share in zip(names, shares, strict=True)
            ],
            hovertemplate=HOVER,
        )
        for name, shares, color in series
    ]
    every = [share for _, shares, _ in series for share in shares]
    layout = theme.layout(
        barmode="group",
        yaxis=rows_axis(names),
        xaxis={"visible": False, "range": [min(0, *every) * 1.3, max(every) * 1.22]},
    )
    return go.Figure(traces, layout)


def money_ticks(amounts: pl.Series) -> list[float]:
    """Few round amounts on a logarithmic axis, whether it spans one power of ten or ten."""
    sizes = amounts.log10().to_list() or [0.0]
    lowest, highest = math.floor(min(sizes)), math.ceil(max(sizes))
    steps = (1, 3) if highest - lowest <= 3 else (1,)
    powers = range(lowest, highest + 1, 2 if highest - lowest > 5 else 1)
    return [step * 10.0**power for power in powers for step in steps]


def waterfall(
    text: Text, names: Sequence[str], amounts: Sequence[float], divisor: float
) -> go.Waterfall:
    """From the first amount by steps to the last, a total; each is labelled with its money."""
    return go.Waterfall(
        orientation="h",
        y=list(range(len(names))),
        x=[amount / divisor for amount in amounts],
        measure=["absolute", *["relative"] * (len(names) - 2), "total"],
        text=[text.amount(amount) for amount in amounts],
        textposition="outside",
        cliponaxis=False,
        increasing={"marker": {"color": theme.GREEN}},
        decreasing={"marker": {"color": theme.RED}},
        totals={"marker": {"color": theme.BLUE}},
        connector={"line": {"color": theme.GREY, "width": 1}},
        customdata=[hover(n, text.amount(a)) for n, a in zip(names, amounts, strict=True)],
        hovertemplate=HOVER,
    )
