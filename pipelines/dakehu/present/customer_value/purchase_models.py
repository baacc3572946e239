"""The model of purchases behind the customer values: how well it follows, and what it says of whom.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.appendix import N_
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, table
from dakehu.present.text import Text

MODELS = {
    "bg_nbd": N_("BG/NBD"),
    "mbg_nbd": N_("MBG/NBD"),
    "mbg_cnbd_k": N_("MBG/CNBD-k (regular buyers)"),
    "pareto_nbd": N_("Pareto/NBD"),
    "zero": N_("Baseline: no more orders"),
    "same_as_before": N_("Baseline: as many as in the period before"),
    "own_rate": N_("Baseline: own rate so far"),
}
SPEND = {"gamma_gamma": N_("Gamma-Gamma (spend per order day)")}
INTERVALS = {"bootstrap": N_("bootstrap"), "wald": N_("curvature (Wald)")}
OFTEN = 5


def tracking(text: Text, result: Any) -> BlockData:
    """Repeat orders expected and made, fortnight by fortnight; what is right of the line is new."""
    value = result.lifetime.value
    if value is None or value.tracking.is_empty():
        return findings()
    frame = value.tracking
    days = frame["date"].to_list()
    # A line as a trace: a shape on a date axis has no end that is certain to be drawn.
    top = float(max(frame["actual_new"].max(), frame["expected_new"].max()))
    traces = [
        go.Scatter(
            x=days,
            y=frame["actual_new"].to_list(),
            name=text("Orders made"),
            mode="lines",
            line={"color": theme.GREY, "width": 1.5},
        ),
        go.Scatter(
            x=days,
            y=frame["expected_new"].round(2).to_list(),
            name=text("Expected by {model}", model=text(MODELS[value.followed])),
            mode="lines",
            line={"color": theme.BLUE, "width": 2},
        ),
        go.Scatter(
            x=[value.cut, value.cut],
            y=[0, top],
            name=text("Model saw the days before"),
            mode="lines",
            line={"color": theme.ORANGE, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
        ),
    ]
    after = frame.filter(pl.col("date") >= value.cut + timedelta(days=14))  # whole steps
    layout = theme.layout(
        yaxis={"title": {"text": text("Repeat order days in 14 days")}, "rangemode": "tozero"},
        xaxis={"type": "date"},
    )
    return figure(
        go.Figure(traces, layout),
        title=text("Repeat orders: expected and made"),
        summary=text(
            "In the whole fortnights after the line the model expects {expected} repeat order days"
            " of customers as they come anew; {actual} were made.",
            expected=text.number(after["expected_new"].sum(), 0),
            actual=text.number(after["actual_new"].sum(), 0),
        ),
        note=text(
            "Customers that came before the line only; the expectation starts anew for each on its"
            " first day."
        ),
        height=320,
    )


def matrix(text: Text, result: Any) -> BlockData:
    """Who is still a customer, by how often and how recently customers ordered."""
    value = result.lifetime.value
    if value is None or value.matrix.is_empty():
        return findings()
    frame = value.matrix
    cells = {(row["silent_days"], row["purchases"]): row for row in frame.iter_rows(named=True)}
    silent, bought = _spans(frame, "silent_days"), _spans(frame, "purchases")
    rows = [[cells.get((days, count)) for count in bought] for days in silent]

    def said(row: dict[str, Any] | None) -> str:
        if row is None:
            return ""
        return hover(
            text("customers: {n}", n=text.count(row["customer_count"])),
            text("still a customer: {share}", share=text.percent(row["p_alive"])),
            text("order days expected of each: {n}", n=text.number(row["expected_orders"], 1)),
        )

    heat = go.Heatmap(
        z=[[row and round(row["p_alive"], 3) for row in line] for line in rows],
        x=list(range(len(bought))),
        y=list(range(len(silent))),
        text=[
            ["" if row is None else text.count(row["customer_count"]) for row in line]
            for line in rows
        ],
        texttemplate="%{text}",
        textfont={"size": 10},
        colorscale=theme.SCALE,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        customdata=[[said(row) for row in line] for line in rows],
        hovertemplate=HOVER,
    )
    layout = theme.layout(
        xaxis={
            "title": {"text": text("Order days so far")},
            "tickvals": list(range(len(bought))),
            "ticktext": list(bought.values()),
            "showgrid": False,
        },
        yaxis=rows_axis(list(silent.values()))
        | {
            "title": {"text": text("Days since the last order"), "standoff": 12},
            "automargin": True,
        },
    )
    fading = frame.filter((pl.col("purchases") >= OFTEN) & (pl.col("p_alive") < 0.5))
    return figure(
        go.Figure([heat], layout),
        title=text("Who is still a customer, by how often and how recently they ordered"),
        summary=text(
            "Of the customers with five order days or more, {n} are in cells that are rather gone"
            " than not.",
            n=text.count(fading["customer_count"].sum()),
        ),
        note=text(
            "Number of customers in each cell; the darker, the surer {model} is that they are still"
            " customers.",
            model=text(MODELS[value.followed]),
        ),
        height=120 + 28 * len(silent),
    )


def _spans(frame: pl.DataFrame, name: str) -> dict[int, str]:
    """The classes along one side of the matrix, each with its label."""
    classes = frame.select(name, f"most_{name}").unique().sort(name).iter_rows()
    return {
        least: f"{least}+" if most is None else str(least) if most == least else f"{least}–{most}"
        for least, most in classes
    }


def parameters(text: Text, result: Any) -> BlockData:
    """The parameters of every fitted model, with error and interval."""
    value = result.lifetime.value
    if value is None:
        return findings()
    names = {name: text(label) for name, label in (MODELS | SPEND).items()}
    kinds = {name: text(label) for name, label in INTERVALS.items()}
    return table(
        value.tables["model_fit"].with_columns(
            pl.col("model").replace_strict(names), pl.col("interval").replace(kinds)
        ),
        [
            Column("model", text("Model")),
            Column("parameter", text("Parameter")),
            Column("estimate", text("Estimate"), "number"),
            Column("standard_error", text("Standard error"), "number", 2),
            Column("low", text("Low (90%)"), "number"),
            Column("high", text("High (90%)"), "number"),
            Column("interval", text("Interval by"), priority=2),
            Column("log_likelihood", text("Log-likelihood"), "number", 3),
        ],
        text,
        title=text("Parameters of the models"),
        note=text(
            "Times are in weeks. No interval where the data do not bound a parameter; k is chosen,"
            " not estimated."
        ),
        file="model_fit",
    )
