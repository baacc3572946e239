"""Tables of the list by sales; `result` is the `Sales` of the report."""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.distributor_ranking.findings import silent_ones
from dakehu.present.distributor_ranking.terms import HOLDERS
from dakehu.present.distributor_ranking.words import OPENS
from dakehu.present.text import Text


def ranking_table(text: Text, result: Any) -> BlockData:
    """The whole ranking."""
    columns = [
        Column("rank", text("Rank"), "count"),
        Column("previous_rank", text("A year before"), "count", 2),
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("region_name", text("Region"), "text", 3),
        Column("net_amount", text("Sales"), "amount"),
        Column("amount_share", text("Share of company"), "percent", 2),
        Column("growth", text("Year on year"), "change", 2),
        Column("adjusted_growth", text("Lunar New Year taken out"), "change", 2),
        Column("relative_growth", text("Relative growth"), "number", 2),
        Column("quota_attainment", text("Quota attainment"), "percent", 2),
        Column("freight_ratio", text("Freight ratio"), "percent", 3),
        Column("order_count", text("Orders"), "count", 3),
    ]
    frame = result.ranking
    return table(
        frame, columns, text, title=text("All distributors by sales"), file="sales_ranking"
    )


def bottom_table(text: Text, result: Any, count: int) -> BlockData:
    """The last of those who still buy."""
    frame = result.ranking.filter(~pl.col("is_silent")).tail(count)
    columns = [
        Column("rank", text("Rank"), "count"),
        Column("previous_rank", text("A year before"), "count"),
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("net_amount", text("Sales"), "amount"),
        Column("growth", text("Year on year"), "change", 2),
        Column("adjusted_growth", text("Lunar New Year taken out"), "change", 2),
        Column("last_month", text("Last purchase"), "month", 2),
    ]
    return table(frame, columns, text, title=text("Bottom of the list (still buying)"))


def silent_table(text: Text, result: Any) -> BlockData:
    """Those who bought before and bought nothing in the window."""
    frame = silent_ones(result.ranking)
    if result.ranking.is_empty():
        return note(text("No distributor has bought up to this date."))
    if frame.is_empty():
        return note(text("Every distributor that ever bought bought in this window."), "")
    columns = [
        Column("rank", text("Rank"), "count"),
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("previous_rank", text("A year before"), "count", 2),
        Column("previous_amount", text("Sales a year before"), "amount"),
        Column("last_month", text("Last purchase"), "month"),
    ]
    return table(frame, columns, text, title=text("Silent distributors"), file="sales_ranking")


def attainment_table(text: Text, result: Any) -> BlockData:
    """Quota and sales of every holder over the periods that have ended."""
    frame = result.tables["attainment"]
    if frame.is_empty():
        return note(
            text("With a table of quotas in the pipeline file this section fills itself."), ""
        )
    kinds = {kind: text(label) for kind, label in HOLDERS.items()}
    columns = [
        Column("holder_name", text("Name")),
        Column("kind", text("Quota of"), "text", 3),
        Column("attainment", text("Attainment"), "percent"),
        Column("target_amount", text("Quota"), "amount", 2),
        Column("net_amount", text("Sales"), "amount", 2),
        Column("gap_amount", text("Above or below"), "amount", 2),
        Column("met_count", text("Periods met"), "count", 3),
        Column("period_count", text("Periods"), "count", 3),
        Column("period_end", text("Up to"), "date", 3),
    ]
    return table(
        frame.with_columns(pl.col("holder_kind").replace_strict(kinds, default=None).alias("kind")),
        columns,
        text,
        title=text("Quota attainment"),
        file="attainment",
        note=text("Only quota periods that lie inside the window and have ended."),
    )


def concentration_table(text: Text, result: Any) -> BlockData:
    """How sales are spread over the distributors."""
    value = dict(result.tables["concentration"].select("metric", "value").iter_rows())
    shown = [
        (text("CR1: the largest distributor's share"), text.percent(value.get("cr1"))),
        (text("CR4: the four largest"), text.percent(value.get("cr4"))),
        (text("CR10: the ten largest"), text.percent(value.get("cr10"))),
        (text("HHI (10,000 = a single distributor)"), text.number(value.get("hhi"), 0)),
        (text("Effective number of distributors"), text.number(value.get("effective_number"), 1)),
    ]
    frame = pl.DataFrame(shown, schema=["metric", "value"], orient="row")
    columns = [Column("metric", text("Measure")), Column("value", text("Value"))]
    count = result.ranking.filter(pl.col("net_amount") > 0).height
    return table(
        frame,
        columns,
        text,
        title=text("Concentration among distributors"),
        file="concentration",
        note=text(
            "Shares of all distributors' sales; {n} distributors with sales above zero.",
            n=text.count(count),
        ),
    )
