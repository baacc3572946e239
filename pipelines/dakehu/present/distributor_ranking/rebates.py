"""What rebates were given for, what they moved, and whether they are fair.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.distributor_ranking.words import KEY, OPENS, named
from dakehu.present.text import Text


def sentences(text: Text, result: Any) -> BlockData:
    """Rate, how volume goes with it, and purchases at the steps."""
    value = {name: figure for name, (figure, _) in result.facts.rebates.figures.items()}
    if "rebate_amount" not in value:
        return note(text("No rebate ended in the window: its effect is not computed (not zero)."))
    items = []
    if "rebate_rate" in value:
        said = text(
            "Rebates of {amount} were given, {rate} of the purchases they were given on.",
            amount=text.amount(value["rebate_amount"]),
            rate=text.percent(value["rebate_rate"], 2),
        )
        items.append(Finding(said))
    if "rebate_elasticity" in value:
        said = text(
            "Where the rate was one percentage point higher than a year before, purchases grew"
            " {slope} more. Who buys more reaches higher steps anyway: this tells how both go"
            " together, not an effect.",
            slope=text.percent(value["rebate_elasticity"]),
        )
        items.append(Finding(said))
    if "just_above_share" in value:
        above, below = value["just_above_share"], value["just_below_share"]
        said = text(
            "{above} of the rebates stand less than {near} above their step, {below} as little"
            " below the next.",
            above=text.percent(above),
            below=text.percent(below),
            near=text.percent(result.policy.just_above_share, 0),
        )
        items.append(Finding(said, "warn" if above > 2 * below and above > 0.1 else ""))
    return findings(*items)


def tiers(text: Text, result: Any) -> BlockData:
    """Each step: how many stood there, at what rates, and how their purchases changed."""
    frame = result.facts.rebates.tiers
    if frame.is_empty():
        return findings()  # the sentences have said so
    columns = [
        Column("tier_no", text("Rebate step"), "count"),
        Column("from_amount", text("From"), "amount"),
        Column("distributor_count", text("Distributors"), "count"),
        Column("rebate_amount", text("Rebates"), "amount", 2),
        Column("mean_rate", text("Mean rate"), "percent"),
        Column("low_rate", text("Lowest rate"), "percent", 2),
        Column("high_rate", text("Highest rate"), "percent", 2),
        Column("volume_lift", text("Purchases, year on year"), "change"),
        Column("adjusted_lift", text("Lunar New Year taken out"), "change", 2),
        Column("just_above_count", text("Just above"), "count", 3),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Rebates by step"),
        file="rebate_tiers",
        note=text("Rates that differ at one step are unequal treatment for equal volume."),
    )


def unequal(text: Text, result: Any, count: int) -> BlockData:
    """Who got another rate than the others at the same step."""
    frame = result.facts.rebates.rebates
    if frame.is_empty() or "rate_gap" not in frame.columns:
        return findings()
    apart = frame.filter(
        (pl.col("rate_gap").abs() > 1e-9) & (pl.col("period") >= result.window.first)
    )
    if apart.is_empty():
        return note(text("Everybody at one step got the same rate."), "good")
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("period", text("Period from"), "date"),
        Column("rate", text("Rebate rate"), "percent"),
        Column("peer_rate", text("Others at this step"), "percent"),
        Column("rebate_amount", text("Rebate"), "amount", 2),
        Column("volume_lift", text("Purchases, year on year"), "change", 2),
        Column("adjusted_lift", text("Lunar New Year taken out"), "change", 3),
    ]
    shown = named(apart, result).sort(
        pl.col("rate_gap").abs(), pl.col("period"), pl.col(KEY), descending=[True, True, False]
    )
    return table(
        shown.head(count),
        columns,
        text,
        title=text("Another rate for the same volume"),
        file="rebates",
        note=text("{n} rebates of the window.", n=text.count(apart.height)),
    )
