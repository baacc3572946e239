"""What measures and events brought, with interval, cost per extra yuan and the trend before.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, Finding, figure, findings, table
from dakehu.present.sales_forecast.words import absent, between, part, span
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREY, layout

TYPES = {
    "campaign": N_("Campaign"),
    "reorg": N_("Reorganisation"),
    "price_rise": N_("Price rise"),
    "outage": N_("Outage"),
    "policy": N_("Policy"),
}
REASONS = {
    "scope_unknown": N_("its scope cannot be read"),
    "not_begun": N_("it has not begun"),
    "no_control": N_("it touched everything: nothing to compare with"),
    "too_short": N_("the history around it is too short"),
    "few_placebos": N_("too few comparable spans for an interval"),
}
ROW_HEIGHT, FRAME_HEIGHT = 34, 100


def event_names(result: Any) -> dict[str, str]:
    """The name of every event by its id; the id where it has none."""
    found = part(result, "measures")
    if found is None or "event_name" not in found.columns:
        return {}
    return {code: name or code for code, name in found.select("event_id", "event_name").iter_rows()}


def _measured(result: Any) -> pl.DataFrame | None:
    """The table measures with event_name filled and the columns that may be absent as missing."""
    found = part(result, "measures")
    if found is None:
        return None
    names = event_names(result)
    wanted = {
        "event_type": pl.String, "first_month": pl.Date, "last_month": pl.Date,
        "effect": pl.Float64, "cost_amount": pl.Float64, "drift": pl.Float64,
        "is_parallel": pl.Boolean, "reason": pl.String,
    }  # fmt: skip
    missing = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in wanted.items()
        if name not in found.columns
    ]
    return found.with_columns(
        *missing,
        pl.Series("event_name", [names.get(code, code) for code in found["event_id"]]),
    )


def sentences(text: Text, result: Any) -> BlockData:
    """Which measures made a difference that their interval tells from nothing."""
    frame = _measured(result)
    if frame is None:
        return absent(
            text,
            text("Effect of measures"),
            text("Map events (start, end, scope, cost) to have it."),
        )
    known = frame.filter(pl.col("lift_amount").is_not_null())
    told = known.filter((pl.col("low_amount") > 0) | (pl.col("high_amount") < 0))
    items = [_told(text, row) for row in told.iter_rows(named=True)]
    vague = known.filter(~pl.col("event_id").is_in(told["event_id"].to_list()))
    if vague.height:
        names = text(", ").join(vague["event_name"])
        words = text("Cannot be told from chance or has no interval: {names}.", names=names)
        items.append(Finding(words))
    left = frame.filter(pl.col("lift_amount").is_null())
    if left.height:
        said = [
            text("{name} ({reason})", name=name, reason=text(REASONS.get(reason, reason or "–")))
            for name, reason in left.select("event_name", "reason").iter_rows()
        ]
        items.append(Finding(text("Not measured: {events}.", events=text(", ").join(said)), "warn"))
    return findings(*items)


def _told(text: Text, row: dict[str, Any]) -> Finding:
    facts = {
        "name": row["event_name"],
        "lift": text.amount(abs(row["lift_amount"])),
        "interval": span(text, row["low_amount"], row["high_amount"]),
    }
    gained = row["lift_amount"] > 0
    said = (
        text("{name} brought {lift} more than without it ({interval}).", **facts)
        if gained
        else text("With {name} sales were {lift} lower than without it ({interval}).", **facts)
    )
    cost = row["cost_per_extra_amount"]
    if gained and cost is not None:
        said += text(" Each unit of extra sales cost {cost}.", cost=text.number(cost, 2))
    if row["is_parallel"] is False:
        said += text(" It was moving away from its comparison before: read with care.")
    return Finding(said, "warn" if row["is_parallel"] is False else "good" if gained else "bad")


def lifts(text: Text, result: Any) -> BlockData:
    """A dot per measure with its interval; left of zero it cost sales."""
    frame = _measured(result)
    known = None if frame is None else frame.filter(pl.col("lift_amount").is_not_null())
    if known is None or known.is_empty():
        return findings()
    largest = known.select(
        pl.max_horizontal(
            *(
                pl.col(name).cast(pl.Float64).abs()
                for name in ("lift_amount", "low_amount", "high_amount")
            )
        ).max()
    ).item()
    scale = text.money_scale(largest)
    rows = known.to_dicts()

    def reach(side: str) -> list[float | None]:
        return [
            None
            if row[side] is None
            else abs(float(row[side]) - float(row["lift_amount"])) / scale.divisor
            for row in rows
        ]

    fig = go.Figure(
        layout=layout(
            showlegend=False,
            xaxis={"title": text("Extra sales ({unit})", unit=scale.unit), "nticks": 5},
            yaxis=rows_axis(known["event_name"].to_list()) | {"fixedrange": True},
        )
    )
    fig.add_vline(x=0, line={"color": GREY, "width": 1, "dash": "dash"})
    fig.add_scatter(
        mode="markers",
        x=[float(row["lift_amount"]) / scale.divisor for row in rows],
        y=list(range(len(rows))),
        marker={"size": 10, "color": BLUE},
        error_x={
            "type": "data", "symmetric": False, "array": reach("high_amount"),
            "arrayminus": reach("low_amount"), "color": BLUE, "thickness": 1.5, "width": 4,
        },
        customdata=[
            hover(
                row["event_name"],
                text("Extra sales {amount}", amount=text.signed(row["lift_amount"])),
                span(text, row["low_amount"], row["high_amount"]),
            )
            for row in rows
        ],
        hovertemplate=HOVER,
    )  # fmt: skip
    return figure(
        fig,
        title=text("Extra sales by measure"),
        summary=text("A dot per measure with its 80% interval; left of zero it cost sales."),
        note=text("Where the line crosses zero the effect cannot be told from chance."),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(rows),
    )


def measures_table(text: Text, result: Any) -> BlockData:
    """Every measure: lift, interval, cost per extra yuan, the trend before it."""
    frame = _measured(result)
    if frame is None:
        return findings()
    kinds = {name: text(words) for name, words in TYPES.items()}
    columns = [
        Column("event_name", text("Measure or event")),
        Column("event_type", text("Kind"), "text", 3),
        Column("first_month", text("From"), "month", 2),
        Column("lift_amount", text("Extra sales"), "amount"),
        Column("interval", text("80% interval"), "text", 2),
        Column("effect", text("In per cent"), "change", 2),
        Column("cost_amount", text("What it cost"), "amount", 3),
        Column("cost_per_extra_amount", text("Cost per extra unit"), "number"),
        Column("before", text("Trend before"), "text", 2),
    ]
    before = [
        None
        if parallel is None
        else text("like its comparison")
        if parallel
        else text("moved away ({drift})", drift=text.change(drift))
        for parallel, drift in frame.select("is_parallel", "drift").iter_rows()
    ]
    return table(
        frame.with_columns(
            between(text, frame, "low_amount", "high_amount"),
            pl.col("event_type").replace(kinds),
            pl.Series("before", before, dtype=pl.String),
        ),
        columns,
        text,
        title=text("Measures and events"),
        note=text(
            "Extra sales are against what similar series without the measure let expect. A cost"
            " stands only where there is a gain."
        ),
        file="measures",
    )
