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
    absent,
    named,
    part,
    period,
    signed,
)
from dakehu.present.text import Text
from dakehu.present.theme import GREEN, RED, layout

ROW_HEIGHT, FRAME_HEIGHT = 30, 90


def gaps(text: Text, result: Any) -> pl.DataFrame:
    """Gaps of the shortest period that page one speaks of, by level, the worst of each first.

    Columns: level, key, key_name, target_amount, forecast_amount, gap_amount, ...; no row where
    nobody at those levels has a target for that period.
    """
    found = part(result, "target_gap")
    rows = rows_of(result)
    if found is None or not rows:
        return pl.DataFrame()
    now = rows[0]
    own = (
        pl.col("level").is_in(WHERE)
        & (pl.col("first_month") == now["first_month"])
        & (pl.col("last_month") == now["last_month"])
        & (pl.col("target_amount") > 0)
        & pl.col("gap_amount").is_not_null()
    )
    order = pl.col("level").replace_strict({level: at for at, level in enumerate(WHERE)})
    return named(text, found.filter(own)).sort(order, "gap_amount", "key")


def losses(text: Text, result: Any) -> pl.DataFrame:
    """Without targets: what each series is expected to move against the months just past.

    Columns: level, key, key_name, moved_amount, ...; the worst of each level first.
    """
    outlook = result.tables["outlook"].filter(
        pl.col("level").is_in(WHERE), pl.col("growth").is_not_null()
    )
    if outlook.is_empty():
        return outlook
    order = pl.col("level").replace_strict({level: at for at, level in enumerate(WHERE)})
    moved = (pl.col("forecast_amount") - pl.col("last_amount")).alias("moved_amount")
    return named(text, outlook).with_columns(moved).sort(order, "moved_amount", "key")


def gap_bars(text: Text, result: Any, count: int) -> BlockData:
    """The largest gaps of each level in the running period, as bars left and right of zero."""
    frame = gaps(text, result)
    if frame.is_empty():
        return _no_targets(text, result)
    worst = frame.filter(
        pl.col("gap_amount").rank("ordinal").over("level")
        <= max(count // frame["level"].n_unique(), 3)
    )
    amounts = worst["gap_amount"].cast(pl.Float64)
    largest = float(amounts.abs().max() or 1)
    scale = text.money_scale(largest)
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
        x=(amounts / scale.divisor).to_list(),
        y=list(range(worst.height)),
        marker_color=[RED if amount < 0 else GREEN for amount in amounts],
        text=[signed(text, row["gap_amount"]) for row in rows],
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
    levels = [text(MANY[level]) for level in worst["level"].unique(maintain_order=True)]
    return figure(
        fig,
        title=text(
            "Where the gap is, {period}",
            period=period(text, rows[0]["first_month"], rows[0]["last_month"]),
        ),
        summary=text("A bar per series: landing less target; red falls short."),
        note=text(
            "From top to bottom: {levels}; the worst of each. Levels overlap: never add them up.",
            levels=text(", ").join(levels),
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * worst.height,
    )


def _range(amounts: pl.Series, divisor: float) -> list[float]:
    """From the lowest to the highest, with room for the labels beside the bars."""
    low, high = min(float(amounts.min() or 0), 0), max(float(amounts.max() or 0), 0)  # type: ignore[arg-type]
    room = 0.4 * max(high - low, 1e-9)
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


def _no_targets(text: Text, result: Any) -> BlockData:
    found = part(result, "target_gap")
    if found is None or not found.filter(pl.col("target_amount") > 0).height:
        return absent(
            text,
            text("Gap to target"),
            text("Map quotas (holder, period, target_amount) to have it."),
        )
    return note(
        text("No region, distributor, product family or key account has a target for this period."),
        "",
    )
