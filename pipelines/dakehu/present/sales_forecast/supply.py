"""What to have in stock by product family and month, and where it runs short.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover, rows_axis
from dakehu.present.block import BlockData, Column, Finding, figure, findings, table
from dakehu.present.sales_forecast.words import absent, part, series_name
from dakehu.present.text import Text
from dakehu.present.theme import layout

ROW_HEIGHT, FRAME_HEIGHT = 34, 70
COLORS = [[0.0, "#2a9d6f"], [0.5, "#e8871e"], [1.0, "#d1495b"]]


def sentences(text: Text, result: Any) -> BlockData:
    """Which families run short first, by how much, and what is not known."""
    frame = _families(text, result)
    if frame is None:
        return absent(
            text, text("Supply"), text("Map product families (products.family) to have it.")
        )
    if frame["stock_amount"].null_count() == frame.height:
        words = text(
            "Our own stock is not on record: what to have is stated, shortage is not (not zero)."
        )
        return findings(Finding(words, "warn"))
    short = frame.filter(pl.col("risk_month").is_not_null()).sort("risk_month", "family")
    if short.is_empty():
        words = text("No family falls below its reorder point within the months forecast.")
        return findings(Finding(words, "good"))
    names = [
        text("{name} ({month})", name=name, month=text.month(month))
        for name, month in short.select("name", "risk_month").head(5).iter_rows()
    ]
    words = text(
        "{n} of {all} families fall below their reorder point if nothing is ordered, first:"
        " {names}.",
        n=text.count(short.height),
        all=text.count(frame.height),
        names=text(", ").join(names),
    )
    return findings(Finding(words, "warn"))


def _families(text: Text, result: Any) -> pl.DataFrame | None:
    """A row per family: what is needed in the next month, and the first month at risk."""
    frame = part(result, "supply")
    if frame is None:
        return None
    rows = (
        frame.sort("family", "month")
        .group_by("family", maintain_order=True)
        .agg(
            pl.all().exclude("family", "month").first(),
            pl.col("month").filter(pl.col("is_at_risk")).min().alias("risk_month"),
        )
        .sort("mean_amount", "family", descending=[True, False])
    )
    names = [series_name(text, "product_family", family, family) for family in rows["family"]]
    return rows.with_columns(pl.Series("name", names, dtype=pl.String))


def heat_map(text: Text, result: Any) -> BlockData:
    """Families by month: how the projected stock stands to the reorder point."""
    families = _families(text, result)
    if families is None or families["stock_amount"].null_count() == families.height:
        return findings()  # the sentences have said so
    frame = result.tables["supply"].sort("month")
    months = frame["month"].unique().sort().to_list()
    cells = {
        (row["family"], row["month"]): row
        for row in frame.filter(pl.col("is_at_risk").is_not_null()).iter_rows(named=True)
    }
    grid = [
        [_shortness(cells.get((family, month))) for month in months]
        for family in families["family"]
    ]
    hovers = [
        [_cell(text, name, month, cells.get((family, month))) for month in months]
        for family, name in families.select("family", "name").iter_rows()
    ]
    fig = go.Figure(
        layout=layout(
            xaxis={"tickformat": "%y-%m", "showgrid": False, "nticks": 6},
            yaxis=rows_axis(families["name"].to_list()) | {"fixedrange": True},
        )
    )
    fig.add_heatmap(
        x=months,
        y=list(range(families.height)),
        z=grid,
        zmin=0,
        zmax=1,
        colorscale=COLORS,
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=hovers,
        hovertemplate=HOVER,
        hoverongaps=False,
    )
    return figure(
        fig,
        title=text("How long the stock lasts"),
        summary=text("A row per family, a cell per month: green enough, red short."),
        note=text(
            "Green: above the reorder point. Orange: below it, order by then. Red: used up. Nothing"
            " is taken to be ordered meanwhile."
        ),
        height=FRAME_HEIGHT + ROW_HEIGHT * families.height,
    )


def _shortness(row: dict[str, Any] | None) -> float | None:
    """0 enough, 0.5 below the reorder point, 1 used up."""
    if row is None:
        return None
    return 0.0 if not row["is_at_risk"] else 1.0 if not row["projected_amount"] else 0.5


def _cell(text: Text, name: str, month: Any, row: dict[str, Any] | None) -> str:
    if row is None:
        return hover(name, text.month(month), text("no stock on record"))
    return hover(
        name,
        text.month(month),
        text("Projected stock {amount}", amount=text.amount(row["projected_amount"])),
        text("Reorder point {amount}", amount=text.amount(row["reorder_amount"])),
        text("Forecast {amount}", amount=text.amount(row["mean_amount"])),
    )


def stock_table(text: Text, result: Any) -> BlockData:
    """Per family: demand of the next month, safety stock, reorder point, stock, month to order."""
    families = _families(text, result)
    if families is None:
        return findings()
    columns = [
        Column("name", text("Product family")),
        Column("mean_amount", text("Forecast, next month"), "amount", 2),
        Column("lead_days", text("Lead time, days"), "count", 3),
        Column("safety_amount", text("Safety stock"), "amount", 3),
        Column("reorder_amount", text("Reorder point"), "amount"),
        Column("stock_amount", text("Our stock"), "amount", 2),
        Column("channel_stock_amount", text("Stock of distributors"), "amount", 3),
        Column("risk_month", text("Order by"), "month"),
        Column("is_at_risk", text("Short now"), "flag", 2),
    ]
    return table(
        families,
        columns,
        text,
        title=text("What to have in stock"),
        note=text(
            "At selling prices, for a service level of {level}. Stock of distributors is not ours"
            " and does not count.",
            level=text.percent(result.policy.service_level, 0),
        ),
        file="supply",
    )
