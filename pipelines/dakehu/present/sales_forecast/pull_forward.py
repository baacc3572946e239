"""What distributors bought ahead of demand, and what of their purchases is demand.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Column, Finding, findings, table
from dakehu.present.sales_forecast.words import absent, part, span
from dakehu.present.text import Text

BASES = {"sell_out": N_("its sell-out"), "own_months": N_("its own ordinary months")}


class Pulled(NamedTuple):
    """All distributors together; `low` and `high` at 80 %, their errors taken as independent."""

    amount: float
    low: float
    high: float
    bought: float

    @property
    def share(self) -> float | None:
        """Of what they bought."""
        return self.amount / self.bought if self.bought > 0 else None


def pulled(result: Any) -> Pulled | None:
    """The sum over the distributors, None where none can be judged."""
    frame = part(result, "pull_forward")
    if frame is None:
        return None
    rows = frame.select(
        pl.col("pulled_amount", "low_amount", "high_amount", "sell_in_amount").cast(pl.Float64)
    )
    middle = pl.col("pulled_amount")
    amount, below, above, bought = rows.select(
        middle.sum(),
        ((middle - pl.col("low_amount")) ** 2).sum().sqrt().alias("below"),
        ((pl.col("high_amount") - middle) ** 2).sum().sqrt().alias("above"),
        pl.col("sell_in_amount").sum(),
    ).row(0)
    return Pulled(amount, amount - below, amount + above, bought)


def sentences(text: Text, result: Any) -> BlockData:
    """How much was bought ahead, against how much is demand."""
    found = pulled(result)
    if found is None:
        return absent(
            text,
            text("Pull-forward"),
            text("It needs sell-out, or a year of distributors' purchases by day."),
        )
    facts = {
        "bought": text.amount(found.bought),
        "amount": text.amount(abs(found.amount)),
        "demand": text.amount(found.bought - found.amount),
        "interval": span(text, found.low, found.high),
    }
    if found.low > 0:
        said = text(
            "Of {bought} that distributors bought lately, {amount} ({interval}) is bought ahead of"
            " demand and {demand} is demand: the months to come will lack it.",
            **facts,
        )
        return findings(Finding(said, "warn"))
    if found.high < 0:
        said = text(
            "Distributors bought {amount} ({interval}) less than their demand lately: they live on"
            " their stock and will buy again.",
            **facts | {"interval": span(text, -found.high, -found.low)},
        )
        return findings(Finding(said))
    said = text(
        "What distributors bought lately ({bought}) cannot be told from demand: bought ahead"
        " {interval}.",
        **facts,
    )
    return findings(Finding(said, "good"))


def distributors(text: Text, result: Any, count: int) -> BlockData:
    """The distributors that bought ahead most."""
    frame = part(result, "pull_forward")
    if frame is None:
        return findings()
    name = (
        pl.coalesce("distributor_name", "distributor_id")
        if "distributor_name" in frame.columns
        else pl.col("distributor_id")
    )
    demand = pl.col("sell_in_amount").cast(pl.Float64) - pl.col("pulled_amount").cast(pl.Float64)
    words = {code: text(label) for code, label in BASES.items()}
    shown = frame.sort("pulled_amount", "distributor_id", descending=[True, False]).head(count)
    columns = [
        Column("name", text("Distributor")),
        Column("month", text("Up to"), "month", 3),
        Column("sell_in_amount", text("Bought"), "amount", 2),
        Column("demand_amount", text("Demand"), "amount", 2),
        Column("pulled_amount", text("Bought ahead"), "amount"),
        Column("low_amount", text("80% from"), "amount", 2),
        Column("high_amount", text("80% to"), "amount", 2),
        Column("basis_text", text("Judged by"), "text", 3),
    ]
    return table(
        shown.with_columns(
            name=name, demand_amount=demand, basis_text=pl.col("basis").replace(words)
        ),
        columns,
        text,
        title=text("Bought ahead by distributor"),
        note=text(
            "By sell-out: purchases of three months beyond what was sold on. By its own months:"
            " purchases of a month's last days beyond its usual ones. Negative: bought less."
        ),
        file="pull_forward",
    )
