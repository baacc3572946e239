"""The figures of the customer value report.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, ROW, hover, money_ticks, rows_axis, share_bars
from dakehu.present.block import BlockData, figure, findings, note
from dakehu.present.customer_value.terms import SEGMENTS
from dakehu.present.text import Text

CLASS_COLORS = {"A": theme.BLUE, "B": theme.ORANGE, "C": theme.GREY}
SCATTER_POINTS = 800
LOWEST_RATE = -1.0
LORENZ_POINTS = 200


def pareto(text: Text, result: Any, top_n: int, measure: str = "net_amount") -> BlockData:
    """The `top_n` largest customers by sales or margin, and the cumulative share."""
    if measure not in result.customers.columns:
        return findings()  # the figure of margin rates has said that there is no cost
    frame = result.customers.filter(pl.col(measure) >= 0).sort(
        measure, "customer_id", descending=[True, False]
    )
    values = frame[measure].cast(pl.Float64)
    if not values.sum():
        return note(text("No customer has a margin above zero."))
    cumulative = (values.cum_sum() / values.sum())[:top_n].to_list()
    top, names = values[:top_n].to_list(), frame["customer_name"][:top_n].to_list()
    scale = text.money_scale(top[0])
    is_sales = measure == "net_amount"
    rows = list(range(len(top)))
    hovers = [
        hover(n, text.amount(v), text("cumulative {share}", share=text.percent(c)))
        for n, v, c in zip(names, top, cumulative, strict=True)
    ]
    axis = (
        text("Sales, {unit}", unit=scale.unit)
        if is_sales
        else text("Margin, {unit}", unit=scale.unit)
    )
    bars = go.Bar(
        x=[value / scale.divisor for value in top],
        y=rows,
        orientation="h",
        marker={"color": theme.BLUE if is_sales else theme.GREEN},
        customdata=hovers,
        hovertemplate=HOVER,
    )
    line = go.Scatter(
        x=cumulative,
        y=rows,
        xaxis="x2",
        mode="lines+markers",
        line={"color": theme.ORANGE},
        marker={"size": 5},
        customdata=hovers,
        hovertemplate=HOVER,
    )
    layout = theme.layout(
        showlegend=False,
        yaxis=rows_axis(names),
        xaxis={"title": {"text": axis}, "nticks": 5},
        xaxis2={
            "title": {"text": text("Cumulative share")},
            "overlaying": "x",
            "side": "top",
            "range": [0, 1.02],
            "tickformat": ".0%",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "showgrid": False,
            "automargin": True,
        },
    )
    reached = text.percent(cumulative[-1])
    n, total = text.count(len(top)), text.count(frame.height)
    return figure(
        go.Figure([bars, line], layout),
        title=text("The largest customers by sales")
        if is_sales
        else text("The largest customers by margin"),
        summary=text(
            "The first {n} of {total} customers reach {share}; the first is {name} with {amount}.",
            n=n,
            total=total,
            share=reached,
            name=names[0],
            amount=text.amount(top[0]),
        ),
        height=110 + ROW * len(top),
    )


def lorenz(text: Text, result: Any) -> BlockData:
    """The Lorenz curve of sales against the line of equal customers."""
    curve = result.lorenz
    step = max(1, curve.height // LORENZ_POINTS)
    thin = pl.concat([curve.gather_every(step), curve.tail(1)]).unique(maintain_order=True)
    people, sales = thin["customer_share"].to_list(), thin["amount_share"].to_list()
    hovers = [
        text(
            "the smallest {people} of the customers make {sales}",
            people=text.percent(a),
            sales=text.percent(b),
        )
        for a, b in zip(people, sales, strict=True)
    ]
    traces = [
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            name=text("all customers equal"),
            line={"color": theme.GREY, "dash": "dot"},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=[round(value, 5) for value in people],
            y=[round(value, 5) for value in sales],
            mode="lines",
            fill="tonexty",
            fillcolor=theme.BAND_95,
            name=text("our customers"),
            line={"color": theme.BLUE, "width": 3},
            customdata=hovers,
            hovertemplate=HOVER,
        ),
    ]
    percent = {"tickformat": ".0%", "range": [0, 1], "dtick": 0.2}
    layout = theme.layout(
        margin={"l": 8, "r": 24, "t": 8, "b": 8},
        xaxis={
            **percent,
            "ticklabeloverflow": "allow",
            "title": {"text": text("Share of customers, smallest first")},
        },
        yaxis={**percent, "title": {"text": text("Share of sales")}},
    )
    gini = text.number(result.figures["gini"][0], 2)
    return figure(
        go.Figure(traces, layout),
        title=text("How unevenly sales are spread (Lorenz curve)"),
        summary=text("The further below the dotted line, the more uneven; Gini {gini}.", gini=gini),
        note=text("Gini coefficient {gini}.", gini=gini),
    )


def classes(text: Text, result: Any) -> BlockData:
    """How many customers are in each class and what they bring."""
    frame = result.classes
    names = [text("Class {name}", name=name) for name in frame["customer_class"]]
    people, sales = frame["customer_share"].to_list(), frame["amount_share"].to_list()
    return figure(
        share_bars(text, names, people, sales),
        title=text("Few customers, most of the sales"),
        summary=text(
            "Class A holds {people} of the customers and {sales} of sales.",
            people=text.percent(people[0]),
            sales=text.percent(sales[0]),
        ),
        height=90 + 64 * frame.height,
    )


def segments(text: Text, result: Any) -> BlockData:
    """Customers by recency, frequency and value, with the rule under the chart."""
    frame, policy = result.segments, result.policy
    names = [text(SEGMENTS[name]) for name in frame["rfm_segment"]]
    largest = frame.sort("amount_share", descending=True).row(0, named=True)
    leading = SEGMENTS[largest["rfm_segment"]]
    rule = text(
        "The first rule that holds counts. Returns only: no order in the window. Dormant: last"
        " order more than {dormant} days ago. At risk: more than {recent} days ago. Champions:"
        " class A with {orders} orders or more. Loyal: {orders} orders or more. Promising: class A"
        " or B with fewer. Occasional: the rest.",
        dormant=text.count(policy.dormant_days),
        recent=text.count(policy.recent_days),
        orders=text.count(result.frequent_orders),
    )
    return figure(
        share_bars(text, names, frame["customer_share"].to_list(), frame["amount_share"].to_list()),
        title=text("Segments by recency, frequency and value"),
        summary=text(
            "The segment with most sales is {name}: {n} customers, {share} of sales.",
            name=text(leading),
            n=text.count(largest["customer_count"]),
            share=text.percent(largest["amount_share"]),
        ),
        note=rule,
        height=90 + 56 * frame.height,
    )


def margins(text: Text, result: Any) -> BlockData:
    """Margin rate against sales, one point per customer."""
    if not result.has_margin:
        return note(text("No cost data: margin is not computed (not zero)."))
    frame = result.customers.filter(
        pl.col("net_amount") > 0, pl.col("margin_share").is_not_null()
    ).head(SCATTER_POINTS)
    traces = []
    for name, color in CLASS_COLORS.items():
        part = frame.filter(pl.col("customer_class") == name)
        rows = list(part.iter_rows(named=True))
        traces.append(
            go.Scatter(
                x=[float(row["net_amount"]) for row in rows],
                y=[max(row["margin_share"], LOWEST_RATE) for row in rows],
                mode="markers",
                name=text("Class {name}", name=name),
                marker={"color": color, "size": 7, "opacity": 0.75},
                customdata=[
                    hover(
                        row["customer_name"],
                        text.amount(row["net_amount"]),
                        text("margin rate {rate}", rate=text.percent(row["margin_share"])),
                    )
                    for row in rows
                ],
                hovertemplate=HOVER,
            )
        )
    ticks = money_ticks(frame["net_amount"].cast(pl.Float64))
    scale = text.money_scale(ticks[0])  # short labels: they stand side by side on a phone
    layout = theme.layout(
        xaxis={
            "type": "log",
            "tickvals": ticks,
            "ticktext": [text.count(round(tick / scale.divisor)) for tick in ticks],
            "tickangle": 0,
            "title": {"text": text("Sales, {unit} (logarithmic scale)", unit=scale.unit)},
        },
        yaxis={"tickformat": ".0%", "title": {"text": text("Margin rate")}, "zeroline": True},
    )
    rate = text.percent(result.figures.get("margin_share", (None, ""))[0])
    clipped = (frame["margin_share"] < LOWEST_RATE).any()
    low = text.percent(LOWEST_RATE, 0)
    edge = text(" Rates below {low} are drawn at {low}.", low=low) if clipped else ""
    return figure(
        go.Figure(traces, layout),
        title=text("Who is large and who is profitable"),
        summary=text("Margin rate of all: {rate}. Below zero we lose money.", rate=rate),
        note=text("The {n} largest customers with known cost.", n=text.count(frame.height)) + edge,
        height=400,
    )
