"""From the first contact to the order: stages of sales cases, and proposals.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.customer_value.growth_terms import LEVELS, STAGES
from dakehu.present.text import Text


def stages(text: Text, result: Any) -> BlockData:
    """How many cases entered each stage, and what part went on (P4-1)."""
    funnel = result.growth.funnel
    if not funnel.has_stages:
        return note(text("No stages of sales cases: the funnel is not computed (not zero)."))
    frame = funnel.stages
    if frame.is_empty():
        return note(text("No sales case entered a stage in this window."))
    names = _names(text, frame)
    counts = [
        ("advanced_count", text("went on"), theme.BLUE),
        ("won_count", text("won"), theme.GREEN),
        ("open_count", text("still there"), theme.ORANGE),
        ("ended_count", text("ended there"), theme.GREY),
    ]
    traces = [
        go.Bar(
            x=frame[column].to_list(),
            y=list(range(len(names))),
            orientation="h",
            name=label,
            marker={"color": color},
            customdata=[
                hover(name, f"{label} {text.count(count)}")
                for name, count in zip(names, frame[column], strict=True)
            ],
            hovertemplate=HOVER,
        )
        for column, label, color in counts
        if frame[column].sum()
    ]
    layout = theme.layout(
        barmode="stack",
        legend={"traceorder": "normal"},
        yaxis=rows_axis(names),
        xaxis={"title": {"text": text("Sales cases")}, "nticks": 5},
    )
    return figure(
        go.Figure(traces, layout),
        title=text("The funnel: what became of the cases in each stage"),
        summary=_summary(text, frame),
        height=110 + 40 * len(names),
    )


def _summary(text: Text, frame: pl.DataFrame) -> str:
    first = frame.row(0, named=True)
    decided = frame.drop_nulls("conversion").sort("conversion", "stage_no")
    entered = text(
        "{n} cases entered the first stage, {name}.",
        n=text.count(first["entered_count"]),
        name=_name(text, first["stage_no"]),
    )
    if decided.is_empty():
        return entered
    least = decided.row(0, named=True)
    return text(
        "{entered} Fewest go on from {stage}: {share} of {count}.",
        entered=entered,
        stage=_name(text, least["stage_no"]),
        share=text.percent(least["conversion"]),
        count=text.count(least["entered_count"]),
    )


def stage_table(text: Text, result: Any) -> BlockData:
    """Conversion and days of every stage (P6-1)."""
    frame = result.growth.funnel.stages
    if frame.is_empty():
        return findings()  # the figure has said why
    columns = [
        Column("stage", text("Stage")),
        Column("entered_count", text("Entered"), "count"),
        Column("advanced_count", text("Went on"), "count", 2),
        Column("conversion", text("Conversion"), "percent"),
        Column("won_count", text("Cases won"), "count", 3),
        Column("ended_count", text("Ended there"), "count", 3),
        Column("open_count", text("Still there"), "count", 2),
        Column("median_days", text("Median days"), "count"),
    ]
    return table(
        frame.with_columns(pl.Series("stage", _names(text, frame), dtype=pl.String)),
        columns,
        text,
        title=text("Conversion and days by stage"),
        note=text(
            "Cases that entered the stage in this window. Those still there have not gone on yet;"
            " the median days (Kaplan-Meier) count them for as long as they have been there."
        ),
        file="stages",
    )


def proposals(text: Text, result: Any) -> BlockData:
    """How many proposals of each level were followed by an order (P4-2)."""
    funnel = result.growth.funnel
    if not funnel.has_proposals:
        return note(text("No proposals on record: what they lead to is not computed (not zero)."))
    frame = funnel.proposals
    if frame.is_empty():
        return note(text("No proposal was made in this window."))
    words = {level: text(label) for level, label in LEVELS.items()}
    level = pl.col("level").fill_null("unknown").replace(words)
    columns = [
        Column("level", text("Level of the proposal")),
        Column("made_count", text("Made"), "count", 3),
        Column("presented_count", text("Proposals judged"), "count"),
        Column("order_share", text("Followed by an order"), "percent"),
        Column("usual_share", text("On any day"), "percent"),
        Column("tender_count", text("Tenders decided after"), "count", 3),
        Column("won_count", text("Tenders won of these"), "count", 3),
    ]
    return table(
        frame.with_columns(level=level),
        columns,
        text,
        title=text("From proposal to order, by level"),
        note=text(
            "Followed: an order within {days} days; judged are the proposals whose {days} days have"
            " passed. On any day: the chance that a random day is followed by an order of the same"
            " customers; only what lies above it can be the proposal's doing.",
            days=text.count(result.policy.proposal_order_days),
        ),
        file="proposals",
    )


def _names(text: Text, frame: pl.DataFrame) -> list[str]:
    return [_name(text, number) for number in frame["stage_no"]]


def _name(text: Text, number: int) -> str:
    label = STAGES.get(number)
    return f"{number} {text(label)}" if label else text("Stage {n}", n=number)
