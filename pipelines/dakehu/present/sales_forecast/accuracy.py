"""Figures of how good past forecasts and their intervals were."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, figure, note
from dakehu.present.sales_forecast.headline import MEDIAN, NAIVE, model_name, total_model
from dakehu.present.text import Text
from dakehu.present.theme import (
    BLUE,
    GREEN,
    ORANGE,
    VIOLET,
    layout,
)


def error_lines(text: Text, result: Any) -> BlockData:
    """WAPE by months ahead, the median of four against the naive forecast, total and regions."""
    by_horizon = result.tables["accuracy"].filter(
        pl.col("horizon").is_not_null() & (pl.col("model") != "chosen")
    )
    if by_horizon.is_empty():
        return note(text("No backtest: the history is too short to hold anything back."))
    is_seasonal = total_model(result)[1]
    fig = go.Figure(
        layout=layout(
            xaxis={"title": text("Months ahead"), "dtick": 1, "showgrid": False},
            yaxis={"title": text("WAPE"), "tickformat": ".0%", "rangemode": "tozero"},
        )
    )
    for level, level_name, dash in (
        ("total", text("Total"), "solid"),
        ("region", text("Regions"), "dot"),
    ):
        for model, color in ((MEDIAN, BLUE), (NAIVE, ORANGE)):
            rows = by_horizon.filter((pl.col("level") == level) & (pl.col("model") == model))
            short = text("Median of four") if model == MEDIAN else text("Naive")
            fig.add_scatter(
                mode="lines+markers",
                name=f"{level_name} · {short}",
                x=rows["horizon"].to_list(),
                y=rows["wape"].to_list(),
                line={"color": color, "dash": dash},
                marker={"size": 6},
                customdata=[
                    hover(
                        f"{level_name} · {model_name(text, model, is_seasonal)}",
                        text("{n} months ahead: WAPE {wape}", n=horizon, wape=text.percent(wape)),
                        text("from {n} past days", n=cutoffs),
                    )
                    for horizon, wape, cutoffs in rows.select(
                        "horizon", "wape", "cutoff_count"
                    ).iter_rows()
                ],
                hovertemplate=HOVER,
            )
    return figure(
        fig,
        title=text("Error by months ahead"),
        summary=text("Lines of WAPE by months ahead for the median of four and the naive rule."),
        note=text("Further right, fewer past days stand behind a point."),
    )


def coverage_lines(text: Text, result: Any) -> BlockData:
    """Share of past months inside the interval by months ahead, against what was promised."""
    used = result.tables["accuracy"].filter(
        (pl.col("model") == "chosen") & pl.col("horizon").is_not_null()
    )
    level = "region" if (used["level"] == "region").any() else "total"
    rows = used.filter((pl.col("level") == level) & pl.col("coverage_80").is_not_null())
    if rows.is_empty():
        return note(text("Coverage: too few past errors to tell."))
    fig = go.Figure(
        layout=layout(
            xaxis={"title": text("Months ahead"), "dtick": 1, "showgrid": False},
            yaxis={
                "title": text("Share of months inside"),
                "tickformat": ".0%",
                "range": [0, 1.05],
            },
        )
    )
    for percent, color in ((80, GREEN), (95, VIOLET)):
        held = rows[f"coverage_{percent}"].to_list()
        fig.add_scatter(
            mode="lines+markers",
            name=text("{n}% interval", n=percent),
            x=rows["horizon"].to_list(),
            y=held,
            line={"color": color},
            customdata=[
                hover(
                    text("{n} months ahead", n=horizon),
                    text("{share} of {n} months inside", share=text.percent(share), n=judged),
                )
                for horizon, share, judged in zip(
                    rows["horizon"], held, rows["judged_count"], strict=True
                )
            ],
            hovertemplate=HOVER,
        )
        fig.add_hline(y=percent / 100, line={"color": color, "dash": "dash", "width": 1})
    return figure(
        fig,
        title=text("Did the intervals hold?"),
        summary=text("Lines of the share of past months inside the 80% and 95% intervals."),
        note=text("Regions together; dashed: what was promised.")
        if level == "region"
        else text("The total alone; dashed: what was promised."),
        height=320,
    )
