"""Tenders of the customer value report: how often we win, at what price, how well prepared.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.text import Text


def sentences(text: Text, result: Any) -> BlockData:
    """Hit rate, premium, share of the budgets, and how early we were there."""
    found = result.money.tenders
    if not found.is_known:
        return note(text("No tenders in the data: hit rates are not computed (not zero)."))
    window = found.years.filter(pl.col("year") == "window").to_dicts()
    if not window:
        return note(text("No tender of the window is decided; the table has the earlier ones."), "")
    row = window[0]
    items = [
        Finding(
            text(
                "Won {won} of {n} decided tenders ({rate}); by our bids, {amount_rate} of the"
                " amount.",
                won=text.count(row["won_count"]),
                n=text.count(row["decided_count"]),
                rate=text.percent(row["hit_rate"]),
                amount_rate=text.percent(row["amount_hit_rate"]),
            )
        )
    ]
    if row["premium_share"] is not None:
        items.append(
            Finding(
                text(
                    "Our winning bids were {premium} against the best rival. Wins above the best"
                    " rival, so not on price: {n}.",
                    premium=text.change(row["premium_share"], 2),
                    n=text.count(row["dearer_win_count"]),
                )
            )
        )
    if row["budget_share"] is not None:
        share = text.percent(row["budget_share"])
        items.append(Finding(text("Won, of the budgets of those projects: {share}.", share=share)))
    if row["lead_days"] is not None:
        days = text.number(row["lead_days"], 0)
        words = text(
            "Half of the tenders were worked on {days} days or more before publication.", days=days
        )
        items.append(Finding(words))
    if row["veto_missed_count"]:
        missed = text.count(row["veto_missed_count"])
        words = text("Whoever can veto was not met before the opening: {n} tenders.", n=missed)
        items.append(Finding(words, "bad"))
    if not found.has_coverage:
        words = text(
            "No visits to named contacts in the data: the coverage of the buying centre is not"
            " computed (not zero)."
        )
        items.append(Finding(words, "warn"))
    if not found.has_scores:
        words = text(
            "Nobody scored the tenders (timing, place, people, resources, forces): no score is"
            " shown. Map assessments with the tender as the subject."
        )
        items.append(Finding(words))
    return findings(*items)


def years(text: Text, result: Any) -> BlockData:
    """Hit rates and premiums by year of opening."""
    found = result.money.tenders
    if not found.is_known or found.years.is_empty():
        return findings()
    columns = [
        Column("year", text("Year of opening")),
        Column("decided_count", text("Decided"), "count", 2),
        Column("won_count", text("Won"), "count"),
        Column("hit_rate", text("Hit rate"), "percent"),
        Column("won_amount", text("Amount won"), "amount", 2),
        Column("amount_hit_rate", text("Hit rate by amount"), "percent"),
        Column("premium_share", text("Premium"), "change", 2),
        Column("budget_share", text("Of the budgets"), "percent", 3),
        Column("lead_days", text("Days ahead"), "count", 3),
        Column("veto_missed_count", text("Veto not met"), "count", 3),
    ]
    worded = pl.col("year").replace({"window": text("This window")}).fill_null(text("Not said"))
    return table(
        found.years.with_columns(worded, pl.col("lead_days").round()),
        columns,
        text,
        title=text("Tenders by year"),
        file="tender_years",
    )


def tenders(text: Text, result: Any, top_n: int) -> BlockData:
    """The largest tenders won, with what the win was worth."""
    found = result.money.tenders
    won = found.tenders.filter(pl.col("result") == "won") if found.is_known else pl.DataFrame()
    if won.is_empty():
        return findings()
    frame = won.sort("bid_amount", "tender_id", descending=[True, False], nulls_last=True)
    columns = [
        Column("customer_name", text("Customer")),
        Column("project_name", text("Project"), priority=3),
        Column("open_date", text("Opened"), "date", 2),
        Column("bid_amount", text("Our bid"), "amount"),
        Column("premium_share", text("Premium"), "change"),
        Column("budget_share", text("Of the budget"), "percent", 2),
        Column("ordered_amount", text("Ordered"), "amount", 3),
        Column("unit_price", text("Price per unit"), "number", 3),
        Column("site_quantity", text("Units per site"), "count", 3),
        Column("region_share", text("Of the region's sales that year"), "percent", 3),
        Column("lead_days", text("Days ahead"), "count", 3),
        Column("contacted_role_share", text("Buying centre met"), "percent", 2),
        Column("is_veto_missed", text("Veto not met"), "flag", 2),
        Column("bid_score", text("Score"), "number", 3),
    ]
    return table(
        frame.head(max(1, top_n // 2)),
        columns,
        text,
        title=text("Largest tenders won"),
        note=text(
            "The file has all {n} tenders, lost ones too.", n=text.count(found.tenders.height)
        ),
        file="tenders",
    )
