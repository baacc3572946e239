"""Who left and who stayed, on the page.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import (
    BlockData,
    Column,
    Finding,
    Tile,
    figure,
    findings,
    note,
    table,
    tiles,
)
from dakehu.present.customer_value.account_terms import FIGURES, LEFT_BY, STAGES, TRIGGERS
from dakehu.present.text import Text

RATES = {
    "retention_rate": "",
    "logo_churn": "warn",
    "revenue_churn": "warn",
    "net_revenue_retention": "",
    "gross_revenue_retention": "",
}
QUARTER_MONTHS = 3


def finding(text: Text, result: Any) -> Finding:
    """What is at risk by silence, and what of the window before was kept."""
    values = {name: value for name, (value, _) in result.figures.items()}
    if values["silent_customer_count"]:
        sentence = text(
            "Customers silent beyond their own rhythm: {n}; they bought {amount} in the window"
            " ({share} of sales). Call on them first.",
            n=text.count(values["silent_customer_count"]),
            amount=text.amount(values["revenue_at_risk"]),
            share=text.percent(values["revenue_at_risk"] / values["net_amount"]),
        )
    else:
        sentence = text("No customer is silent beyond its own rhythm.")
    if "net_revenue_retention" in values:
        sentence += text(
            " Of the sales of the window before, {net} came again from the same customers (net"
            " revenue retention); {stayed} of the customers stayed.",
            net=text.percent(values["net_revenue_retention"]),
            stayed=text.percent(values["retention_rate"]),
        )
    return Finding(sentence, "warn" if values["silent_customer_count"] else "good")


def rates(text: Text, result: Any) -> BlockData:
    """Retention and churn of customers and of revenue."""
    found = {name: result.figures[name][0] for name in RATES if name in result.figures}
    if not found:
        return note(text("No window before to compare with: retention is not computed (not zero)."))
    remarks = {
        "retention_rate": text("customers of the window before that ordered again"),
        "logo_churn": text("did not order or are silent beyond their rhythm"),
        "revenue_churn": text("their sales in the window before"),
        "net_revenue_retention": text("sales now over then, growth included"),
        "gross_revenue_retention": text("growth left out"),
    }
    return tiles(
        *(
            Tile(name, text(FIGURES[name]), text.percent(value), remarks[name], "", RATES[name])
            for name, value in found.items()
        )
    )


def lost(text: Text, result: Any, top_n: int) -> BlockData:
    """Who left, dearest first: without an order in this window, or silent beyond its rhythm."""
    frame = result.retention.lost_customers
    known = result.figures["rhythm_known_share"][0]
    rule = text(
        "Silent: more than {factor} times the own median interval, more than {floor} days, and"
        " longer than {probability} of its intervals would be by chance; from {orders} order days"
        " on, which {known} of the customers have.",
        factor=text.number(result.policy.silence_factor, 1),
        floor=text.count(result.policy.silence_floor_days),
        probability=text.percent(result.policy.silence_probability, 0),
        orders=text.count(result.policy.silence_orders),
        known=text.percent(known),
    )
    if frame.is_empty():
        return note(text("No customer has left.") + " " + rule, "good")
    words = {name: text(label) for name, label in LEFT_BY.items()}
    columns = [
        Column("customer_name", text("Customer")),
        Column("customer_id", text("Code"), priority=3),
        Column("left_by", text("How"), priority=2),
        Column("lost_amount", text("Sales, better window"), "amount"),
        Column("last_order_date", text("Last order"), "date", 2),
        Column("silent_days", text("Days silent"), "count"),
        Column("usual_interval_days", text("Usual days between orders"), "count", 2),
    ]
    shown = frame.head(2 * top_n).with_columns(pl.col("left_by").replace(words))
    return table(
        shown,
        columns,
        text,
        title=text("Who left or is leaving"),
        note=text("{rule} All: {n}.", rule=rule, n=text.count(frame.height)),
        file="lost_customers",
    )


def cohorts(text: Text, result: Any) -> BlockData:
    """Of the customers that came in the same months, how many still order later."""
    frame, months = result.retention.cohorts, result.retention.cohort_months
    starts = frame["cohort"].unique().sort().to_list()
    ages = range(frame["age"].max() + 1)
    if len(ages) < 2:
        return note(text("The history is too short for cohorts (not zero)."))
    found = {(row["cohort"], row["age"]): row for row in frame.iter_rows(named=True)}
    sizes = {start: found[start, 0]["customer_count"] for start in starts}
    labels = [text.month(start) for start in starts]

    def said(start: Any, age: int) -> str:
        row = found.get((start, age))
        if row is None:
            return ""
        return hover(
            text.month(start),
            text(
                "{n} of {all} customers",
                n=text.count(row["active_count"]),
                all=text.count(sizes[start]),
            ),
            text.amount(row["net_amount"]),
        )

    shares = [
        [found[start, age]["retention_share"] if (start, age) in found else None for age in ages]
        for start in starts
    ]
    heat = go.Heatmap(
        z=shares,
        x=list(ages),
        y=list(range(len(starts))),
        text=[["" if s is None else text.number(100 * s, 0) for s in row] for row in shares],
        texttemplate="%{text}",
        textfont={"size": 10},
        colorscale=theme.SCALE,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=1,
        hoverongaps=False,
        customdata=[[said(start, age) for age in ages] for start in starts],
        hovertemplate=HOVER,
    )
    is_quarterly = months == QUARTER_MONTHS
    layout = theme.layout(
        xaxis={
            "title": {"text": text("Quarters later") if is_quarterly else text("Years later")},
            "dtick": 1 if len(ages) <= 8 else 2,
            "showgrid": False,
        },
        yaxis=rows_axis(labels) | {"automargin": True},
    )
    return figure(
        go.Figure([heat], layout),
        title=text("Who stays: customers by the time of their first order"),
        summary=text(
            "Of the {n} customers of the first cohort, {share} ordered in the last stretch.",
            n=text.count(sizes[starts[0]]),
            share=text.percent(found[starts[0], len(ages) - 1]["retention_share"]),
        ),
        note=text(
            "Per cent of a cohort with an order. A row starts in the month named; the first holds"
            " whoever bought before the data begins."
        ),
        height=100 + 26 * len(starts),
    )


def relations(text: Text, result: Any) -> BlockData:
    """At which stage the relations with the candidates of key accounts are."""
    frame = result.retention.relations
    counts = dict(frame.group_by("relation_stage").len().iter_rows())
    words = [text(label) for label in STAGES.values()]
    values = [counts.get(name, 0) for name in STAGES]
    trace = go.Bar(
        x=values,
        y=list(range(len(words))),
        orientation="h",
        marker={"color": [theme.RED, theme.GREY, theme.BLUE, theme.GREEN]},
        text=[text.count(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        customdata=[hover(w, text.count(v)) for w, v in zip(words, values, strict=True)],
        hovertemplate=HOVER,
    )
    layout = theme.layout(
        showlegend=False,
        yaxis=rows_axis(words),
        xaxis={"visible": False, "range": [0, 1.15 * max(*values, 1)]},
    )
    known = [
        text(TRIGGERS[name]) for name, is_known in result.retention.triggers.items() if is_known
    ]
    unknown = [text(TRIGGERS[name]) for name in TRIGGERS if not result.retention.triggers[name]]
    words_known = text("Steps back are looked for in: {known}.", known=text(", ").join(known))
    if unknown:
        words_known += text(" No data: {unknown}.", unknown=text(", ").join(unknown))
    return figure(
        go.Figure([trace], layout),
        title=text("How far the relations have come"),
        summary=text(
            "Candidates of key accounts by stage; {n} of {all} fell back at least once.",
            n=text.count(frame.filter(pl.col("back_steps") > 0).height),
            all=text.count(frame.height),
        ),
        note=words_known,
        height=90 + 34 * len(words),
    )


def setbacks(text: Text, result: Any, top_n: int) -> BlockData:
    """Whose relation fell back, how often, and why last."""
    frame = result.retention.relations.filter(pl.col("back_steps") > 0)
    if frame.is_empty():
        return findings()
    frame = frame.sort(
        "last_back_step", "back_steps", "customer_id", descending=[True, True, False]
    )
    stages = {name: text(label) for name, label in STAGES.items()}
    triggers = {name: text(label) for name, label in TRIGGERS.items()}
    columns = [
        Column("customer_name", text("Customer")),
        Column("relation_stage", text("Stage")),
        Column("back_steps", text("Steps back"), "count", 2),
        Column("last_trigger", text("Last reason")),
        Column("last_back_step", text("In the quarter from"), "month", 2),
    ]
    return table(
        frame.head(top_n).with_columns(
            pl.col("relation_stage").replace(stages), pl.col("last_trigger").replace(triggers)
        ),
        columns,
        text,
        title=text("Relations that fell back"),
        note=text("All: {n}.", n=text.count(frame.height)),
        file="relations",
    )
