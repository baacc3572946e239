"""What customers buy of what we offer, and of what they need.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.bars import HOVER, ROW, hover, rows_axis
from dakehu.present.block import BlockData, Column, figure, findings, table
from dakehu.present.customer_value.growth_terms import SOURCES
from dakehu.present.text import Text

FAMILIES = 12


def heat_map(text: Text, result: Any, top_n: int) -> BlockData:
    """The `top_n` largest customers by families: what each buys, and where peers buy more."""
    coverage = result.growth.coverage
    if coverage.cells.is_empty():
        return findings()  # the sentences have said that no family is known
    top = result.customers.filter(pl.col("net_amount") > 0).head(top_n)
    mix = result.growth.mix.families.drop_nulls("family")
    families = mix.filter(pl.col("net_amount") > 0)["family"].head(FAMILIES).to_list()
    ids, names = top["customer_id"].to_list(), top["customer_name"].to_list()
    bought = _by_cell(coverage.cells, ids, "net_amount")
    lacking = _by_cell(coverage.white_space, ids, "potential_amount")
    totals = dict(top.select("customer_id", pl.col("net_amount").cast(pl.Float64)).iter_rows())
    cells = [(code, family) for code in ids for family in families]
    shares = [
        round(float(bought[cell]) / totals[cell[0]], 4) if cell in bought else None
        for cell in cells
    ]
    said = [
        text("buys {amount}", amount=text.amount(bought[cell]))
        if cell in bought
        else text("peers buy {amount}", amount=text.amount(lacking[cell]))
        if cell in lacking
        else text("buys nothing")
        for cell in cells
    ]
    name_of = dict(zip(ids, names, strict=True))
    hovers = [
        hover(name_of[code], theme.label(family, 40), line)
        for (code, family), line in zip(cells, said, strict=True)
    ]
    marks = ["+" if cell in lacking else "" for cell in cells]

    def rows(values: list) -> list[list]:
        return [values[at : at + len(families)] for at in range(0, len(values), len(families))]

    trace = go.Heatmap(
        z=rows(shares),
        x=list(range(len(families))),
        y=list(range(len(ids))),
        text=rows(marks),
        texttemplate="%{text}",
        textfont={"size": 16},
        customdata=rows(hovers),
        hovertemplate=HOVER,
        hoverongaps=True,
        colorscale=theme.SCALE,
        zmin=0,
        xgap=2,
        ygap=2,
        showscale=False,
    )
    layout = theme.layout(
        yaxis=rows_axis(names),
        xaxis={
            "tickvals": list(range(len(families))),
            "ticktext": [theme.label(family, 12) for family in families],
            "tickangle": -90,
            "side": "top",
            "showgrid": False,
            "automargin": True,
        },
    )
    return figure(
        go.Figure([trace], layout),
        title=text("The largest customers and the families they buy"),
        summary=text(
            "{n} customers by {families} families; cells that peers fill and they do not: {gaps}.",
            n=text.count(len(ids)),
            families=text.count(len(families)),
            gaps=text.count(len([cell for cell in cells if cell in lacking])),
        ),
        note=text("The darker, the larger the share in the customer's sales; + white space."),
        height=150 + ROW * len(ids),
    )


def _by_cell(frame: pl.DataFrame, ids: list[str], value: str) -> dict[tuple[str, str], Any]:
    wanted = frame.filter(pl.col("customer_id").is_in(ids)).select("customer_id", "family", value)
    return {(code, family): amount for code, family, amount in wanted.iter_rows()}


def white_space(text: Text, result: Any, top_n: int) -> BlockData:
    """The dearest families that peers buy and a customer does not (P1-2)."""
    frame = result.growth.coverage.white_space
    if frame.is_empty():
        return findings()  # the sentences have said why
    columns = [
        Column("customer_name", text("Customer")),
        Column("family", text("Product family")),
        Column("potential_amount", text("Peers' median"), "amount"),
        Column("peer_count", text("Peers that buy it"), "count", 2),
        Column("industry_name", text("Industry"), priority=2),
        Column("size_band", text("Size"), priority=3),
    ]
    return table(
        frame.head(max(1, top_n // 2)),
        columns,
        text,
        title=text("White space: what peers buy and the customer does not"),
        note=text("The file has {n} such cells.", n=text.count(frame.height)),
        file="white_space",
    )


def wallets(text: Text, result: Any, top_n: int) -> BlockData:
    """Our share of what customers need, by what is still open (P8-4)."""
    frame = result.growth.coverage.wallets
    if frame.is_empty():
        return findings()  # the sentences have said that no need is known
    columns = [
        Column("customer_name", text("Customer")),
        Column("wallet_share", text("Share of wallet"), "percent"),
        Column("previous_wallet_share", text("Window before"), "percent", 2),
        Column("open_amount", text("Bought elsewhere"), "amount"),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("need_amount", text("Need"), "amount", 3),
        Column("source", text("Source of the need"), priority=3),
    ]
    words = {key: text(label) for key, label in SOURCES.items()}
    source = pl.concat_str(
        pl.col("potential_source").fill_null("unknown").replace(words),
        pl.col("potential_year").cast(pl.String),
        separator=" ",
        ignore_nulls=True,
    )
    return table(
        frame.head(max(1, top_n // 2)).with_columns(source=source),
        columns,
        text,
        title=text("Share of wallet: where most is bought elsewhere"),
        note=text(
            "Both windows are held against the same stated need, so the trend is that of our sales."
        ),
        file="wallets",
    )
