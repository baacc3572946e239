"""Where the gap is: regions, distributors, families and key accounts against their targets."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.landing import rows_of
from dakehu.present.sales_forecast.words import (
    MANY,
    ONE,
    WHERE,
    named,
    part,
    period,
)
from dakehu.present.text import Text
from dakehu.present.theme import GREEN, RED, layout

ROW_HEIGHT, FRAME_HEIGHT = 30, 90


def gaps(text: Text, result: Any) -> pl.DataFrame:
    """Gaps of each level in the shortest period of page one for which it has targets.

    Columns: level, key, key_name, first_month, last_month, target_amount, gap_amount, ...; levels
    in their order, the worst of each first; no row where no level has a target.
    """
    found = part(result, "target_gap")
    if found is None:
        return pl.DataFrame()
    spans = [(row["first_month"], row["last_month"]) for row in rows_of(result)]
    places = pl.DataFrame(
        [(*months, place) for place, months in enumerate(spans)],
        schema={"first_month": pl.Date, "last_month": pl.Date, "place": pl.Int64},
        orient="row",
    )
    own = found.filter(
        pl.col("level").is_in(WHERE),
        pl.col("target_amount") > 0,
        pl.col("gap_amount").is_not_null(),
    ).join(places, on=["first_month", "last_month"])
    shortest = own.filter(pl.col("place") == pl.col("place").min().over("level"))
    return named(text, shortest).sort(_order(), "gap_amount", "key")


def _order() -> pl.Expr:
    return pl.col("level").replace_strict({level: at for at, level in enumerate(WHERE)})


def level_names(text: Text, frame: pl.DataFrame) -> dict[str, str]:
    """The levels of `gaps` in words, with the period that each is looked at in."""
    first = frame.unique("level", keep="first", maintain_order=True)
    return {
        level: text("{level} ({period})", level=text(MANY[level]), period=period(text, start, end))
        for level, start, end in first.select("level", "first_month", "last_month").iter_rows()
    }


def losses(text: Text, result: Any) -> pl.DataFrame:
    """Without targets: what each series is expected to move against the months just past.

    Columns: level, key, key_name, moved_amount, ...; the worst of each level first.
    """
    outlook = result.tables["outlook"].filter(
        pl.col("level").is_in(WHERE), pl.col("growth").is_not_null()
    )
    if outlook.is_empty():
        return outlook
    moved = (pl.col("forecast_amount") - pl.col("last_amount")).alias("moved_amount")
    return named(text, outlook).with_columns(moved).sort(_order(), "moved_amount", "key")


def gap_bars(text: Text, result: Any, count: int) -> BlockData:
    """The largest gaps of each level in the running period, as bars left and right of zero."""
    frame = gaps(text, result)
    if frame.is_empty():
        return _no_targets(text, result)
    worst = frame.filter(
        pl.col("gap_amount").rank("ordinal").over("level")
        <= max(count // frame["level"].n_unique(), 3)
    )
    amounts: list[float] = worst["gap_amount"].cast(pl.Float64).to_list()
    scale = text.money_scale(max(abs(amount) for amount in amounts))
    rows = worst.to_dicts()
    fig = go.Figure(
        layout=layout(
            showlegend=False,
            xaxis={
                "title": text("Landing less target ({unit})", unit=scale.unit),
                "nticks": 5,
                "zeroline": True,
                "range": _range(amounts, scale.divisor),
            },
            yaxis=rows_axis([row["key_name"] for row in rows]) | {"fixedrange": True},
        )
    )
    fig.add_bar(
        orientation="h",
        x=[amount / scale.divisor for amount in amounts],
        y=list(range(worst.height)),
        marker_color=[RED if amount < 0 else GREEN for amount in amounts],
        text=[text.signed(row["gap_amount"]) for row in rows],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            hover(
                row["key_name"],
                text(ONE[of]),
                text("Target {amount}", amount=text.amount(row["target_amount"])),
                text("Landing {amount}", amount=text.amount(row["forecast_amount"])),
                text("Chance {chance}", chance=text.percent(row["probability_to_reach"], 0)),
            )
            for row in rows
            for of in [row["level"]]
        ],
        hovertemplate=HOVER,
    )
    for at in range(1, len(rows)):
        if rows[at]["level"] != rows[at - 1]["level"]:
            fig.add_hline(y=at - 0.5, line={"color": "rgba(138,147,160,0.5)", "dash": "dot"})
    return figure(
        fig,
        title=text("Where the gap is"),
        summary=text("A bar per series: landing less target; red falls short."),
        note=text(
            "From top to bottom: {levels}; the worst of each. Levels overlap: never add them up.",
            levels=text(", ").join(level_names(text, worst).values()),
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * worst.height,
    )


def _range(amounts: list[float], divisor: float) -> list[float]:
    """From the lowest to the highest, with room for the labels beside the bars."""
    low, high = min(0.0, *amounts), max(0.0, *amounts)
    room = 0.65 * max(high - low, 1e-9)
    return [
        (low - (room if low < 0 else 0.05 * room)) / divisor,
        (high + (room if high > 0 else 0.05 * room)) / divisor,
    ]


def gap_table(text: Text, result: Any, count: int) -> BlockData:
    """Every running period and level, the largest shortfalls of each level first."""
    found = part(result, "target_gap")
    if found is None or gaps(text, result).is_empty():
        return findings()  # the figure has said that there is no target
    own = pl.col("level").is_in(WHERE) & (pl.col("status") == "running")
    frame = (
        named(text, found.filter(own, pl.col("target_amount") > 0))
        .sort("gap_amount", nulls_last=True)
        .filter(pl.int_range(pl.len()).over("level", "period") < count)
    )
    spans = frame.select("first_month", "last_month").iter_rows()
    frame = frame.with_columns(
        pl.Series("period", [period(text, *months) for months in spans], dtype=pl.String),
        pl.col("level").replace({level: text(words) for level, words in ONE.items()}),
    )
    columns = [
        Column("key_name", text("Of")),
        Column("level", text("Level"), "text", 2),
        Column("period", text("Period"), "text", 2),
        Column("target_amount", text("Target"), "amount", 2),
        Column("forecast_amount", text("Landing"), "amount", 2),
        Column("gap_amount", text("Landing less target"), "amount"),
        Column("attainment", text("Of the target"), "percent", 3),
        Column("probability_to_reach", text("Chance"), "percent"),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Gaps by level"),
        file="target_gap",
        note=text(
            "At most {n} per level and period, largest shortfall first.", n=text.count(count)
        ),
    )


def has_any_target(result: Any) -> bool:
    """Whether any period of any level has a target."""
    found = part(result, "target_gap")
    return found is not None and bool((found["target_amount"] > 0).any())


def _no_targets(text: Text, result: Any) -> BlockData:
    if not has_any_target(result):
        return findings()  # page one has said so
    return note(
        text(
            "No region, distributor, product family or key account has a target for the running"
            " periods."
        ),
        "",
    )
