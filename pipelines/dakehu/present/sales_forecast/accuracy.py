"""How good past forecasts and their intervals were: as they were made, and in the backtest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.words import (
    CHOSEN,
    MANY,
    NAIVE,
    joined,
    model_name,
    part,
    total_model,
)
from dakehu.present.text import Text
from dakehu.present.theme import (
    BLUE,
    GREEN,
    ORANGE,
    VIOLET,
    layout,
)


class Record(NamedTuple):
    """How the total was forecast: over `cycle_count` kept forecasts, or where 0 in the backtest."""

    cycle_count: int
    wape: float | None
    naive_wape: float | None
    bias: float | None

    @property
    def is_beaten(self) -> bool:
        """Whether the seasonal naive rule missed by less."""
        if self.wape is None or self.naive_wape is None:
            return False
        return self.wape > self.naive_wape


def record(result: Any) -> Record:
    """The errors of the kept forecasts of the total that came due, else of the backtest."""
    kept = part(result, "forecast_memory")
    if kept is not None:
        total = kept.filter((pl.col("level") == "total") & pl.col("horizon").is_null())
        for row in total.filter(pl.col("wape").is_not_null()).iter_rows(named=True):
            return Record(row["cycle_count"], row["wape"], row["naive_wape"], row["bias"])
    value = {name: figure for name, (figure, _) in result.figures.items()}
    return Record(
        0, *(value.get(name) for name in (f"wape_{CHOSEN}", f"wape_{NAIVE}", f"bias_{CHOSEN}"))
    )


def unread(text: Text, files: Sequence[str]) -> BlockData:
    """Kept forecasts of earlier runs that could not be read, and why; nothing where all could."""
    if not files:
        return findings()
    return note(
        text(
            "Kept forecasts that could not be read and are not judged here: {files}.",
            files=text("; ").join(files),
        )
    )


def cycles_table(text: Text, result: Any) -> BlockData:
    """The last kept forecasts as they were made, by level: error beside the seasonal naive."""
    kept = part(result, "forecast_memory")
    if kept is None:
        return note(
            text(
                "No kept forecast has come due yet: from the next runs on, each is judged here as"
                " it was made. Until then the backtest below stands in."
            ),
            "",
        )
    frame = kept.filter(pl.col("horizon").is_null() & pl.col("level").is_in(list(MANY)))
    order = pl.col("level").replace_strict({level: at for at, level in enumerate(MANY)})
    columns = [
        Column("level", text("Series")),
        Column("cycle_count", text("Forecasts kept"), "count", 2),
        Column("wape", text("WAPE"), "percent"),
        Column("naive_wape", text("WAPE of seasonal naive"), "percent"),
        Column("skill", text("Better by"), "change", 2),
        Column("bias", text("Bias"), "change"),
        Column("coverage_80", text("80% held"), "percent", 2),
        Column("actual_amount", text("Sales judged"), "amount", 3),
    ]
    words = {level: text(name) for level, name in MANY.items()}
    return table(
        frame.sort(order).with_columns(pl.col("level").replace(words)),
        columns,
        text,
        title=text("The last forecasts, as they were made"),
        note=joined(
            text,
            [
                text(
                    "Forecasts of at most {n} earlier runs, read back from what they kept; nothing"
                    " is fitted anew.",
                    n=text.count(result.policy.memory_cycles),
                ),
                _too_few(text, result, frame),
            ],
        ),
        file="forecast_memory",
    )


def _too_few(text: Text, result: Any, frame: pl.DataFrame) -> str:
    """Why there is no share of intervals that held."""
    cycles = max(frame["cycle_count"].to_list(), default=0)
    if cycles >= result.policy.memory_min_cycles:
        return ""
    return text(
        "Whether the intervals held is judged from {n} earlier runs on; so far: {count}.",
        n=text.count(result.policy.memory_min_cycles),
        count=text.count(cycles),
    )


def error_lines(text: Text, result: Any) -> BlockData:
    """WAPE by months ahead, the models used against the naive forecast, total and regions."""
    by_horizon = result.tables["accuracy"].filter(pl.col("horizon").is_not_null())
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
        for model, color in ((CHOSEN, BLUE), (NAIVE, ORANGE)):
            rows = by_horizon.filter((pl.col("level") == level) & (pl.col("model") == model))
            if rows.is_empty():
                continue
            short = text("Model used") if model == CHOSEN else text("Naive")
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
        summary=text("Lines of WAPE by months ahead, models used and naive forecast."),
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
