"""Where the running periods land: so far, forecast and pipeline, against target or last year."""

from __future__ import annotations

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.sales_forecast.words import between, named, part, period, span
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREY, ORANGE, RED, VIOLET, layout

PARTS = (
    ("actual_amount", N_("So far"), GREY),
    ("base_amount", N_("Forecast of the rest"), BLUE),
    ("pipeline_amount", N_("Open deals"), VIOLET),
    ("unannounced_amount", N_("Deals not known yet"), "rgba(134,97,193,0.45)"),
)
BASES = {
    "set": N_("set for the period"),
    "parts": N_("sum of shorter periods"),
    "regions": N_("sum of the regions"),
    "holders": N_("sum of those that hold one"),
}
REASONS = {
    "lacks_data": N_("the data begins within the period"),
    "lacks_forecast": N_("the series is not forecast"),
    "beyond_horizon": N_("the period ends after the last month forecast"),
}
ROW_HEIGHT, FRAME_HEIGHT = 62, 110


def rows_of(result: Any) -> list[dict[str, Any]]:
    """The periods that page one speaks of, shortest first."""
    return [] if result.landing is None else result.landing.to_dicts()


def period_of(text: Text, result: Any, label: str) -> str:
    """The period that a bridge calls `label`, in words where page one speaks of it."""
    for row in rows_of(result):
        if row["period"] == label:
            return period(text, row["first_month"], row["last_month"])
    return label


def has_target(row: dict[str, Any]) -> bool:
    """Whether a row of target_gap can be held against a target; one of zero is none."""
    return (row["target_amount"] or 0) > 0


def last_year(result: Any, first: date, last: date) -> float | None:
    """What the total sold in the same months a year before, orders taken out included."""
    start, end = first.replace(year=first.year - 1), last.replace(year=last.year - 1)
    inside = pl.col("month").is_between(start, end)
    months = result.history.filter((pl.col("level") == "total") & inside)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if months.height < count:
        return None
    amount = float(months["amount"].sum())
    taken_out = part(result, "taken_out")
    if taken_out is not None:
        amount += float(taken_out.filter(inside)["net_amount"].sum())
    return amount if amount > 0 else None


def against(text: Text, result: Any, row: dict[str, Any]) -> str:
    """The target and the gap to it; without one how the landing stands to the year before."""
    if has_target(row):
        return text(
            "target {target} ({gap})",
            target=text.amount(row["target_amount"]),
            gap=text.signed(row["gap_amount"]),
        )
    earlier = last_year(result, row["first_month"], row["last_month"])
    if row["level"] != "total" or earlier is None:
        return text("no target")
    return text(
        "no target; {change} on the year before",
        change=text.change(float(row["forecast_amount"]) / earlier - 1),
    )


def landing_figure(text: Text, result: Any) -> BlockData:
    """A bar per running period, in per cent of its target: so far, forecast, pipeline, interval."""
    rows = [(row, _measure(result, row)) for row in rows_of(result)]
    rows = [(row, measure) for row, measure in rows if measure]
    if not rows:
        return note(
            text("No running period can be held against a target or the year before."), "warn"
        )
    names = [period(text, row["first_month"], row["last_month"]) for row, _ in rows]
    places = list(range(len(rows)))
    fig = go.Figure(layout=_axes(text, rows, names))
    for column, label, color in PARTS:
        amounts = [row[column] for row, _ in rows]
        if not any(amounts):
            continue
        fig.add_bar(
            orientation="h",
            name=text(label),
            x=[
                float(amount or 0) / measure
                for amount, (_, measure) in zip(amounts, rows, strict=True)
            ],
            y=places,
            marker_color=color,
            customdata=[
                hover(name, f"{text(label)} {text.amount(amount)}")
                for name, amount in zip(names, amounts, strict=True)
            ],
            hovertemplate=HOVER,
        )
    fig.add_scatter(**_ends(text, result, rows, names))
    fig.add_vline(x=1, line={"color": RED, "width": 2})
    return figure(
        fig,
        title=text("Where the running periods land"),
        summary=text("A bar per period up to its landing, with the 80% interval and the target."),
        note=text(
            "Red line: {measure}. Dot and line: landing with 80% interval.",
            measure=_measure_name(text, rows),
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * len(rows),
    )


def _measure(result: Any, row: dict[str, Any]) -> float | None:
    if has_target(row):
        return float(row["target_amount"])
    if row["level"] != "total":
        return None
    return last_year(result, row["first_month"], row["last_month"])


def _measure_name(text: Text, rows: list[tuple[dict[str, Any], float]]) -> str:
    held = [has_target(row) for row, _ in rows]
    if all(held):
        return text("the target")
    if not any(held):
        return text("the year before")
    return text("the target, without one the year before")


def _axes(text: Text, rows: list[tuple[dict[str, Any], float]], names: list[str]) -> dict[str, Any]:
    reach = [float(row["high_80_amount"] or row["forecast_amount"]) / of for row, of in rows]
    return layout(
        barmode="stack",
        legend={"traceorder": "normal"},
        bargap=0.45,
        xaxis={
            "title": text("Share of {measure}", measure=_measure_name(text, rows)),
            "tickformat": ".0%",
            "nticks": 6,
            "range": [0, max(1.0, *reach) * 1.08],
        },
        yaxis=rows_axis(names) | {"fixedrange": True},
    )


def _ends(
    text: Text, result: Any, rows: list[tuple[dict[str, Any], float]], names: list[str]
) -> dict[str, Any]:
    """The landing of each row as a dot, its interval as a line."""
    middle = [float(row["forecast_amount"]) / of for row, of in rows]

    def reach(side: str) -> list[float | None]:
        bounds = [(row[f"{side}_80_amount"], of) for row, of in rows]
        return [
            None if bound is None else abs(float(bound) / of - at)
            for (bound, of), at in zip(bounds, middle, strict=True)
        ]

    return {
        "mode": "markers",
        "name": text("Landing, 80% interval"),
        "x": middle,
        "y": list(range(len(rows))),
        "marker": {"size": 11, "color": "#ffffff", "line": {"color": BLUE, "width": 2.5}},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": reach("high"),
            "arrayminus": reach("low"),
            "color": ORANGE,
            "thickness": 2,
            "width": 6,
        },
        "customdata": [
            hover(
                name,
                text("Landing {amount}", amount=text.amount(row["forecast_amount"])),
                span(text, row["low_80_amount"], row["high_80_amount"]),
                against(text, result, row),
            )
            for (row, _), name in zip(rows, names, strict=True)
        ],
        "hovertemplate": HOVER,
    }


def landing_table(text: Text, result: Any) -> BlockData:
    """The total and the sums of target holders, every period; the forecast is what is left over."""
    found = part(result, "target_gap")
    if found is None:
        return findings()  # the figure has said so
    frame = named(text, found.filter(pl.col("level").is_in(["total", "people", "distributors"])))
    frame = _in_words(text, frame)
    is_total, is_set = (frame[name].drop_nulls().n_unique() <= 1 for name in ("key_name", "basis"))
    columns = [
        Column("period", text("Period")),
        *([] if is_total else [Column("key_name", text("Of"))]),
        Column("target_amount", text("Target"), "amount", 2),
        Column("actual_amount", text("So far"), "amount", 2),
        Column("deals_amount", text("Deals, open and not known yet"), "amount", 3),
        Column("forecast_amount", text("Landing"), "amount"),
        Column("interval", text("80% interval"), "text", 3),
        Column("gap_amount", text("Landing less target"), "amount", 2),
        Column("probability_to_reach", text("Chance"), "percent"),
        *([] if is_set else [Column("basis", text("Target from"), "text", 3)]),
        Column("reason", text("Why no landing"), "text", 2),
    ]
    return table(frame, columns, text, title=text("Landing by period"), file="target_gap")


def _in_words(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` for reading; a period that is over has no interval."""
    is_over = pl.col("status") == "over"
    frame = frame.with_columns(
        pl.when(~is_over).then(name).alias(name) for name in ("low_80_amount", "high_80_amount")
    )
    spans = frame.select("first_month", "last_month").iter_rows()
    periods = [period(text, *months) for months in spans]
    return frame.with_columns(
        pl.Series("period", periods, dtype=pl.String),
        between(text, frame, "low_80_amount", "high_80_amount"),
        pl.col("basis").replace({name: text(words) for name, words in BASES.items()}),
        pl.col("reason").replace({name: text(words) for name, words in REASONS.items()}),
        deals_amount=pl.when(pl.col("pipeline_amount").is_not_null()).then(
            pl.col("pipeline_amount") + pl.col("unannounced_amount").fill_null(0)
        ),
    )
