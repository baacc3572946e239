"""Open tenders and cases with their chance, and the orders that the base forecast leaves to them.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Column, Finding, findings, table
from dakehu.present.sales_forecast.landing import rows_of
from dakehu.present.sales_forecast.words import absent, part, period
from dakehu.present.text import Text

STATES = {
    "counted": N_("counted"),
    "stale": N_("older than any deal that was ordered"),
    "no_amount": N_("no amount"),
    "no_day": N_("no day"),
    "no_rate": N_("no hit rate"),
}
REASONS = {"tender": N_("tender"), "lumpy": N_("far above what the customer usually orders")}


def sentences(text: Text, result: Any) -> BlockData:
    """What is in the pipeline, what part of the landing it makes, what cannot be counted."""
    deals = part(result, "deals")
    if deals is None:
        return absent(
            text,
            text("Pipeline"),
            text("Map bids or stages of sales cases (opening, amount, result) to have it."),
        )
    counted = deals.filter(pl.col("state") == "counted")
    items = []
    if counted.height:
        said = text(
            "{n} open deals are bid at {amount}; times their chance to be won that is {weighted}.",
            n=text.count(counted.height),
            amount=text.amount(counted["bid_amount"].sum()),
            weighted=text.amount(counted["weighted_amount"].sum()),
        )
        items = [Finding(said), *_part_of_landing(text, result), _largest(text, counted)]
    left = deals.height - counted.height
    if left:
        words = {name: text(label) for name, label in STATES.items()}
        reasons = deals.filter(pl.col("state") != "counted")["state"].value_counts(sort=True)
        said = [
            text("{n} {reason}", n=text.count(n), reason=words.get(state, state))
            for state, n in reasons.iter_rows()
        ]
        items.append(
            Finding(
                text(
                    "{n} deals are not counted: {reasons}.",
                    n=text.count(left),
                    reasons=text(", ").join(said),
                ),
                "warn",
            )
        )
    return findings(*items)


def _part_of_landing(text: Text, result: Any) -> list[Finding]:
    rows = [row for row in rows_of(result) if row["pipeline_amount"] is not None]
    if not rows or not rows[-1]["forecast_amount"]:
        return []
    row = rows[-1]
    whole = float(row["forecast_amount"])
    return [
        Finding(
            text(
                "Of the landing of {period}, open deals make {known} and deals not known yet"
                " {unknown}.",
                period=period(text, row["first_month"], row["last_month"]),
                known=text.percent(float(row["pipeline_amount"]) / whole),
                unknown=text.percent(float(row["unannounced_amount"] or 0) / whole),
            )
        )
    ]


def _largest(text: Text, counted: pl.DataFrame) -> Finding:
    first = counted.row(0, named=True)
    whole = float(counted["weighted_amount"].sum())
    share = float(first["weighted_amount"]) / whole if whole else None
    return Finding(
        text(
            "The heaviest is {name}: {amount} at {chance}, {share} of the weighted sum.",
            name=first["customer_name"] or first["customer_id"] or first["deal_id"],
            amount=text.amount(first["bid_amount"]),
            chance=text.percent(first["win_probability"], 0),
            share=text.percent(share, 0),
        )
    )


def deals(text: Text, result: Any, count: int) -> BlockData:
    """The open deals, heaviest first; nothing where none of them can be counted."""
    frame = part(result, "deals")
    if frame is None or (frame["state"] != "counted").all():
        return findings()  # the sentences have said so
    top = frame.head(count)
    columns = [
        Column("customer_name", text("Customer")),
        Column("deal_id", text("Deal"), "text", 3),
        Column("stage_no", text("Stage"), "count", 3),
        Column("expected_month", text("Order expected"), "month", 2),
        Column("bid_amount", text("Bid"), "amount", 2),
        Column("chance", text("Chance (80% interval)")),
        Column("weighted_amount", text("Weighted"), "amount"),
        Column("state_text", text("State"), "text", 2),
    ]
    words = {name: text(label) for name, label in STATES.items()}
    return table(
        top.with_columns(
            _chances(text, top),
            customer_name=pl.coalesce("customer_name", "customer_id", pl.lit(text("(not stated)"))),
            state_text=pl.col("state").replace(words),
        ),
        columns,
        text,
        title=text("Open deals"),
        note=text("The {n} heaviest of {all}.", n=text.count(top.height), all=frame.height)
        if top.height < frame.height
        else "",
        file="deals",
    )


def _chances(text: Text, frame: pl.DataFrame) -> pl.Series:
    """Chance with its interval in words."""
    rows = frame.select("win_probability", "win_low", "win_high").iter_rows()
    said = [
        None
        if share is None
        else text(
            "{share} ({low} to {high})",
            share=text.percent(share, 0),
            low=text.percent(low, 0),
            high=text.percent(high, 0),
        )
        for share, low, high in rows
    ]
    return pl.Series("chance", said, dtype=pl.String)


def hit_rates(text: Text, result: Any) -> BlockData:
    """Won over closed by the stage reached."""
    frame = part(result, "hit_rates")
    if frame is None:
        return findings()
    stages = [
        text("All deals") if number == 0 else text("Stage {n} or later", n=number)
        for number in frame["stage_no"]
    ]
    columns = [
        Column("stage", text("Came to")),
        Column("closed_count", text("Closed"), "count"),
        Column("won_count", text("Won"), "count", 2),
        Column("chance", text("Hit rate (80% interval)")),
        Column("basis", text("Rate of"), "text", 2),
    ]
    own, every = text("the stage"), text("all deals")
    return table(
        frame.with_columns(
            _chances(text, frame),
            pl.Series("stage", stages, dtype=pl.String),
            basis=pl.when("is_own").then(pl.lit(own)).otherwise(pl.lit(every)),
        ),
        columns,
        text,
        title=text("Hit rates of past deals"),
        note=text(
            "A stage with fewer than {n} closed deals takes the rate of all. Void tenders and those"
            " not bid for count as closed: they bring no order either.",
            n=text.count(result.policy.pipeline_min_deals),
        ),
        file="hit_rates",
    )


def taken_out(text: Text, result: Any, count: int) -> BlockData:
    """The largest orders that the monthly forecast leaves out, because they are deals."""
    frame = part(result, "taken_out")
    if frame is None:
        return findings()
    orders = (
        frame.group_by("order_id", "reason")
        .agg(
            pl.col("customer_name", "month", "usual_amount").first(),
            pl.col("net_amount").sum(),
        )
        .sort(pl.col("net_amount").abs(), "order_id", descending=[True, False])
    )
    sums = orders.group_by("reason").agg(pl.col("net_amount").sum(), pl.len()).sort("reason")
    words = {name: text(label) for name, label in REASONS.items()}
    said = [
        _left_out(text, words.get(reason, reason), n, amount)
        for reason, amount, n in sums.iter_rows()
    ]
    columns = [
        Column("customer_name", text("Customer")),
        Column("order_id", text("Order"), "text", 3),
        Column("month", text("Month"), "month"),
        Column("net_amount", text("Sales"), "amount"),
        Column("usual_amount", text("Its usual order"), "amount", 2),
        Column("reason", text("Why"), "text", 2),
    ]
    return table(
        orders.head(count).with_columns(pl.col("reason").replace(words)),
        columns,
        text,
        title=text("Orders left out of the monthly forecast"),
        note=text(
            "{sums}. They come back as pipeline: a month's level must not owe to one deal.",
            sums=text("; ").join(said),
        ),
        file="taken_out",
    )


def _left_out(text: Text, reason: str, n: int, amount: Decimal) -> str:
    facts = {"reason": reason, "amount": text.amount(amount)}
    if n == 1:
        return text("{reason}: one order, {amount}", **facts)
    return text("{reason}: {n} orders, {amount}", n=text.count(n), **facts)
