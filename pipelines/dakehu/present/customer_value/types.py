"""The four types of customers on the page.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, hover, money_ticks
from dakehu.present.block import BlockData, Column, Finding, figure, findings, note, table
from dakehu.present.customer_value.account_terms import HARMS, TYPES
from dakehu.present.text import Text

COLORS = {
    "cash_cow": theme.ORANGE,
    "star": theme.BLUE,
    "dog": theme.GREY,
    "wildcat": theme.RED,
}
POINTS = 800
FASTEST = 2.0  # growth beyond +200 %, and that of new customers, is drawn here


def chart(text: Text, result: Any) -> BlockData:
    """Growth against sales, one point per customer, coloured by type; the meaning under it."""
    types = result.types
    if types.benchmark is None:
        return note(
            text(
                "No window before this one, so no growth: the four types are not computed (not"
                " zero)."
            )
        )
    shown = types.customers.filter(pl.col("net_amount") > 0).head(POINTS)
    traces = []
    for name, color in COLORS.items():
        rows = list(shown.filter(pl.col("customer_type") == name).iter_rows(named=True))
        traces.append(
            go.Scatter(
                x=[
                    FASTEST if row["growth"] is None else min(row["growth"], FASTEST)
                    for row in rows
                ],
                y=[float(row["net_amount"]) for row in rows],
                mode="markers",
                name=text(TYPES[name]),
                marker={"color": color, "size": 7, "opacity": 0.75},
                customdata=[
                    hover(
                        row["customer_name"],
                        text.amount(row["net_amount"]),
                        text("growth {growth}", growth=text.change(row["growth"])),
                    )
                    for row in rows
                ],
                hovertemplate=HOVER,
            )
        )
    ticks = money_ticks(shown["net_amount"].cast(pl.Float64))
    line = {"type": "line", "line": {"color": theme.GREY, "dash": "dot", "width": 1}}
    bar = float(types.bar_amount or 0)
    layout = theme.layout(
        xaxis={"tickformat": ".0%", "title": {"text": text("Growth of sales")}, "nticks": 6},
        yaxis={
            "type": "log",
            "tickvals": ticks,
            "ticktext": [text.amount(tick) for tick in ticks],
        },
        shapes=[
            line
            | {"x0": types.benchmark, "x1": types.benchmark, "y0": 0, "y1": 1, "yref": "paper"},
            line | {"x0": 0, "x1": 1, "xref": "paper", "y0": bar, "y1": bar},
        ],
    )
    title = (
        text("Four types of customers, by contribution and growth")
        if types.has_contribution
        else text("Four types of customers, by sales only")
    )
    return figure(
        go.Figure(traces, layout),
        title=title,
        summary=finding(text, result).text,
        note=_meaning(text, result),
        height=420,
    )


def _is_after_cost(result: Any) -> bool:
    """Whether the cost to serve is deducted from what the types go by."""
    return result.money is not None and result.money.contribution.is_known


def _meaning(text: Text, result: Any) -> str:
    types = result.types
    is_margin = types.has_contribution and not _is_after_cost(result)
    basis = text(" Contribution here is the margin, before cost to serve.") if is_margin else ""
    flags = [text("proven diversion or price breach of its own (evidence A or B)")]
    if types.has_contribution:
        flags.insert(0, text("contribution below zero"))
    if types.has_overdue:
        flags.append(text("overdue by more than 90 days"))
    meaning = text(
        "Cash cow: high value, growth up to the benchmark. Star: grows faster than the benchmark"
        " and has a high future value, even if small today. Dog: little value or potential; limit"
        " the effort. Wildcat: loses money or does harm ({flags}); here it is not the question mark"
        " of the Boston matrix. Benchmark growth {benchmark}; high from {bar}. Dotted lines:"
        " benchmark and bar. New customers and growth above {fastest} stand at the right edge.",
        flags=text(", ").join(flags),
        benchmark=text.change(types.benchmark),
        bar=text.amount(types.bar_amount),
        fastest=text.change(FASTEST, 0),
    )
    return meaning + basis


def finding(text: Text, result: Any) -> Finding:
    """How many customers of each type there are, and who the wildcats are."""
    types, figures = result.types, result.figures
    listed = text(", ").join(
        text("{type} {n}", type=text(TYPES[name]), n=text.count(figures[f"{name}_count"][0]))
        for name in COLORS
    )
    sentence = text(
        "Types of customers at a benchmark growth of {benchmark}: {listed}.",
        benchmark=text.change(types.benchmark),
        listed=listed,
    )
    wild = types.customers.filter(pl.col("customer_type") == "wildcat")
    if wild.is_empty():
        return Finding(sentence)
    worst = wild.row(0, named=True)
    sentence += text(
        " The largest wildcat is {name} ({amount}): {harm}.",
        name=worst["customer_name"],
        amount=text.amount(worst["net_amount"]),
        harm=harm(text, worst["type_reason"]),
    )
    return Finding(sentence, "bad")


def harm(text: Text, codes: str) -> str:
    """The reasons of a wildcat in words; `codes` are joined by +."""
    return text(", ").join(text(HARMS[code]) for code in codes.split("+"))


def wildcats(text: Text, result: Any, top_n: int) -> BlockData:
    """The wildcats and what makes them so."""
    wild = result.types.customers.filter(pl.col("customer_type") == "wildcat")
    if result.types.benchmark is None:
        return findings()  # the chart has said that there is no growth
    if wild.is_empty():
        return note(text("No customer loses money or does proven harm."), "good")
    wild = wild.sort("value_amount", "customer_id", nulls_last=True).head(top_n)
    shown = wild.with_columns(
        reason=pl.Series([harm(text, codes) for codes in wild["type_reason"]], dtype=pl.String)
    )
    columns = [
        Column("customer_name", text("Customer")),
        Column("reason", text("Why")),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("value_amount", text("Contribution"), "amount"),
        Column("overdue_over_90_amount", text("Overdue above 90 days"), "amount", 2),
    ]
    known = [name for name in shown.columns if shown[name].is_not_null().any()]
    return table(
        shown.select(known),
        columns,
        text,
        title=text("Wildcats: who loses us money or does harm"),
        note=text("Internal lead; verify and have it reviewed by counsel before acting."),
        file="customers",
    )


def summary(text: Text, result: Any) -> BlockData:
    """What each type brings and what it takes (P8-7)."""
    frame = result.types.summary
    if frame.is_empty():
        return findings()  # the chart has said that there is no growth
    words = {name: text(label) for name, label in TYPES.items()}
    columns = [
        Column("customer_type", text("Type")),
        Column("customer_count", text("Customers"), "count"),
        Column("amount_share", text("Share of sales"), "percent", 2),
        Column("value_share", text("Share of contribution"), "percent"),
        Column("cost_share", text("Share of cost to serve"), "percent"),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("value_amount", text("Contribution"), "amount", 2),
        Column("cost_amount", text("Cost to serve"), "amount", 2),
    ]
    spent = (
        text(
            "Where a type's share of cost exceeds its share of contribution, effort may be"
            " misplaced."
        )
        if "cost_share" in frame.columns
        else text("No costs to serve in the data: not computed (not zero).")
    )
    known = [name for name in frame.columns if frame[name].is_not_null().any()]
    return table(
        frame.select(known).with_columns(pl.col("customer_type").replace(words)),
        columns,
        text,
        title=text("What each type brings and takes"),
        note=spent,
        file="types",
    )


def migration(text: Text, result: Any) -> BlockData:
    """Who was of which type in the window before and is of which now (P8-6)."""
    if result.types.benchmark is None:
        return findings()  # the chart has said that there is no growth
    frame = result.types.types_migration
    if frame.is_empty():
        return note(
            text("The history is too short to know the types of the window before (not zero).")
        )
    found = {(row[0], row[1]): row[2:] for row in frame.iter_rows()}
    names = list(TYPES)
    none = (0, 0, 0)
    cells = [[found.get((start, end), none) for end in names] for start in names]
    words = [text(TYPES[name]) for name in names]
    heat = go.Heatmap(
        z=[[cell[0] for cell in row] for row in cells],
        x=list(range(len(names))),
        y=list(range(len(names))),
        text=[[text.count(cell[0]) if cell[0] else "" for cell in row] for row in cells],
        texttemplate="%{text}",
        colorscale=theme.SCALE,
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=[
            [
                hover(
                    f"{words[i]} → {words[j]}",
                    text("customers: {n}", n=text.count(cell[0])),
                    text("{before} → {now}", before=text.amount(cell[2]), now=text.amount(cell[1])),
                )
                for j, cell in enumerate(row)
            ]
            for i, row in enumerate(cells)
        ],
        hovertemplate=HOVER,
    )
    axis = {"tickvals": list(range(len(names))), "ticktext": words, "showgrid": False, "ticks": ""}
    layout = theme.layout(
        xaxis=axis | {"side": "top"},
        yaxis=axis | {"autorange": "reversed"},
    )
    moved = frame.filter(pl.col("from_type") != pl.col("to_type"))["customer_count"].sum()
    alike = text(
        " To compare like with like both go by margin, before cost to serve and whatever is"
        " overdue: fewer are wildcats than above."
    )
    return figure(
        go.Figure([heat], layout),
        title=text("From which type to which"),
        summary=text(
            "Of {all} customers {n} changed their type, came or went.",
            all=text.count(frame["customer_count"].sum()),
            n=text.count(moved),
        ),
        note=text(
            "Number of customers. Rows: type in the window before, at a benchmark growth of"
            " {before}; columns: type in this one, at {now}.",
            before=text.change(result.types.earlier_benchmark),
            now=text.change(result.types.benchmark),
        )
        + (alike if _is_after_cost(result) else ""),
        height=330,
    )
