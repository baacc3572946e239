"""The series of one level, be it regions, distributors, families or key accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.figures import draw_band, forecast_hover, past_months, scaled
from dakehu.present.sales_forecast.words import MANY, ONE, WHERE, model_name, named
from dakehu.present.text import Text
from dakehu.present.theme import (
    BAND_80,
    BLUE,
    GREY,
    label,
    layout,
)

ROW_HEIGHT = 30
FRAME_HEIGHT = 100
SMALL_HEIGHT = 150
# What the schema calls the names of parties: by these the portal finds them.
PARTIES = {"distributor": "distributor_name", "key_account": "customer_name"}


def bars(text: Text, result: Any, level: str, count: int) -> BlockData:
    """The largest series of `level`: just past and next, with the interval of the sum.

    Nothing where the level has no series; the terms say why.
    """
    every = named(text, result.table("outlook", level))
    if every.is_empty():
        return findings()
    top = every.head(count)
    scale = text.money_scale(
        top.select(pl.max_horizontal("last_amount", "forecast_amount").max()).item()
    )
    middle = scaled(top["forecast_amount"], scale.divisor)
    reach = [
        None if high is None else float(high) / scale.divisor - mid
        for high, mid in zip(top["high_80_amount"], middle, strict=True)
    ]
    drop = [
        None if low is None else mid - float(low) / scale.divisor
        for low, mid in zip(top["low_80_amount"], middle, strict=True)
    ]
    fig = go.Figure(
        layout=layout(
            xaxis={
                "title": text("Sales ({unit})", unit=scale.unit),
                "nticks": 5,
                "rangemode": "tozero",
            },
            yaxis=rows_axis(top["key_name"].to_list()) | {"fixedrange": True},
        )
    )
    fig.add_bar(
        orientation="h",
        name=text("Last {n} months", n=result.horizon_months),
        x=scaled(top["last_amount"], scale.divisor),
        y=list(range(top.height)),
        marker_color="rgba(138,147,160,0.45)",
        hoverinfo="skip",
    )
    fig.add_scatter(
        mode="markers",
        name=text("Next {n} months, 80% interval", n=result.horizon_months),
        x=middle,
        y=list(range(top.height)),
        marker={"size": 10, "color": BLUE},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": reach,
            "arrayminus": drop,
            "color": BLUE,
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[
            hover(
                row["key_name"],
                text("Forecast {amount}", amount=text.amount(row["forecast_amount"])),
                text("Just past {amount}", amount=text.amount(row["last_amount"])),
                text("Change {change}", change=text.change(row["growth"])),
            )
            for row in top.iter_rows(named=True)
        ],
        hovertemplate=HOVER,
    )
    return figure(
        fig,
        title=text("{level}: just past and next", level=text(MANY[level])),
        summary=text("A bar of past sales per series, a dot for the forecast, a line for 80%."),
        note=""
        if top.height == every.height
        else text(
            "The {n} largest of {all}; all of them in the table below.",
            n=top.height,
            all=every.height,
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * top.height,
    )


def months(text: Text, result: Any, level: str, count: int) -> BlockData:
    """Small pictures of the largest series of `level`: history and forecast, each to its scale."""
    top = named(text, result.table("outlook", level)).head(count)
    if top.is_empty():
        return findings()
    fig = go.Figure(layout=_grid(top["key_name"].to_list()))
    forecasts = result.table("forecast", level)
    for number, key in enumerate(top["key"], 1):
        where = {"xaxis": f"x{number}", "yaxis": f"y{number}", "showlegend": False}
        past = past_months(result, level, key)
        ahead = forecasts.filter(pl.col("key") == key)
        draw_band(fig, ahead, 80, BAND_80, 1.0, text("{n}% interval", n=80), **where)
        fig.add_scatter(
            mode="lines",
            x=past["month"].to_list(),
            y=past["amount"].to_list(),
            line={"color": GREY, "width": 1.5},
            customdata=[
                hover(text.month(month), text.amount(amount))
                for month, amount in past.select("month", "amount").iter_rows()
            ],
            hovertemplate=HOVER,
            **where,
        )
        fig.add_scatter(
            mode="lines",
            x=ahead["month"].to_list(),
            y=scaled(ahead["mean_amount"], 1.0),
            line={"color": BLUE, "width": 2},
            customdata=[forecast_hover(text, row) for row in ahead.iter_rows(named=True)],
            hovertemplate=HOVER,
            **where,
        )
    return figure(
        fig,
        title=text(
            "{level}, month by month: the {n} largest", level=text(MANY[level]), n=top.height
        ),
        summary=text("A small line of past sales and forecast per series."),
        note=text(
            "Each on its own scale from zero. Grey: sales; blue: forecast with 80% interval."
        ),
        height=40 + SMALL_HEIGHT * _grid_rows(top.height),
    )


def level_table(text: Text, result: Any, level: str) -> BlockData:
    """Every series of `level`: just past, next, and how good its forecasts were."""
    frame = result.table("outlook", level)
    if frame.is_empty():
        return findings()
    wape = _past_errors(result, level)
    frame = named(text, frame).join(wape, on="key", how="left", maintain_order="left")
    models = [
        model_name(text, model, is_seasonal)
        for model, is_seasonal in frame.select("model", "is_seasonal").iter_rows()
    ]
    name = PARTIES.get(level, "key_name")
    columns = [
        Column(name, text(ONE[level])),
        Column("last_amount", text("Last {n} months", n=result.horizon_months), "amount", 2),
        Column("forecast_amount", text("Next {n} months", n=result.horizon_months), "amount"),
        Column("growth", text("Change"), "change"),
        Column("low_80_amount", text("80% from"), "amount", 2),
        Column("high_80_amount", text("80% to"), "amount", 2),
        Column("wape", text("Past error (WAPE)"), "percent", 2),
        Column("model_name", text("Model"), "text", 3),
    ]
    return table(
        frame.with_columns(pl.Series("model_name", models, dtype=pl.String)).rename(
            {"key_name": name}
        ),
        columns,
        text,
        title=text(MANY[level]),
        file="outlook",
        note=text("By sales just past. They add up to the total, month by month, to the cent.")
        if _adds_up(result, level)
        else text("By sales just past. They need not add up to the total."),
    )


def left_out(text: Text, result: Any) -> BlockData:
    """The levels that have no series of their own; nothing where all have."""
    known = result.tables["outlook"]["level"].unique().to_list()
    names = [text(MANY[level]) for level in WHERE if level not in known]
    if not names:
        return findings()
    return note(
        text(
            "No series of their own: {levels}. No source states them, or fewer than two are large"
            " and old enough.",
            levels=text(", ").join(names),
        ),
        "",
    )


def _past_errors(result: Any, level: str) -> pl.DataFrame:
    """WAPE of the model used, over all past days, weighted by the months judged."""
    used = result.table("outlook", level).select("key", "model")
    past = result.table("backtest", level).join(used, on=["key", "model"])
    known = past.filter(pl.col("wape").is_not_null())
    return known.group_by("key").agg(
        (pl.col("wape") * pl.col("actual_amount")).sum() / pl.col("actual_amount").sum()
    )


def _adds_up(result: Any, level: str) -> bool:
    """Whether the forecasts of the level sum to the total's in every month."""
    total = result.table("forecast").select("month", whole="mean_amount")
    parts = result.table("forecast", level).group_by("month").agg(pl.col("mean_amount").sum())
    both = total.join(parts, on="month", how="left")
    return both.height > 0 and bool((both["whole"] == both["mean_amount"]).fill_null(False).all())


def _grid_rows(count: int) -> int:
    return (count + 1) // 2


def _grid(names: Sequence[str]) -> dict[str, Any]:
    """Two pictures a row, without ticks but for the first and last year: they fit a phone."""
    axes: dict[str, Any] = {}
    notes = []
    rows = _grid_rows(len(names))
    for number, name in enumerate(names):
        left, row = ((0.54, 1.0) if number % 2 else (0.0, 0.46)), number // 2
        top = 1 - row / rows - 0.25 / rows
        bottom = 1 - (row + 1) / rows + 0.08 / rows
        axes[f"xaxis{number + 1}"] = {
            "domain": list(left),
            "anchor": f"y{number + 1}",
            "tickformat": "%y-%m",
            "nticks": 3,
            "showgrid": False,
        }
        axes[f"yaxis{number + 1}"] = {
            "domain": [bottom, top],
            "anchor": f"x{number + 1}",
            "rangemode": "tozero",
            "showticklabels": False,
            "nticks": 3,
        }
        notes.append(
            {
                "text": label(name, 16),
                "x": left[0],
                "y": top + 0.02 / rows,
                "xref": "paper",
                "yref": "paper",
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "bottom",
            }
        )
    base = layout(showlegend=False, annotations=notes, **axes)
    base["xaxis"], base["yaxis"] = axes["xaxis1"], axes["yaxis1"]
    del base["xaxis1"], base["yaxis1"]
    return base
