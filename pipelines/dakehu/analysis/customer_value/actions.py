"""Whom to see this month: one row per customer that something can be done for, dearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value.growth import Growth
from dakehu.analysis.customer_value.money import Money
from dakehu.analysis.customer_value.retention import Retention

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

# What each reason asks for.
TO_DO = {
    "silent": "ask_why_silent",
    "overdue": "collect",
    "falling": "win_back_volume",
    "loss": "reprice_or_serve_less",
    "white_space": "offer_family",
}
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Actions:
    """`every` has a row per customer with a reason, `visits` the first `action_count` of them.

    Columns: rank, customer_id, customer_name, reason (the one with the most at stake), reasons (all
    of them, joined by +), amount_at_stake, what_to_do, and what the reason rests on: silent_days,
    usual_interval_days, growth, family.
    """

    every: pl.DataFrame
    visits: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {"actions": self.every}

    @property
    def columns(self) -> pl.DataFrame:
        """What the customer list takes from here, by customer_id."""
        return self.every.select("customer_id", action="what_to_do")


def actions_of(
    customers: pl.DataFrame,
    retention: Retention,
    growth: Growth,
    money: Money | None,
    policy: Policy,
) -> Actions:
    """Weigh the reasons to see each of `customers` by the money at stake.

    At stake are: the sales of the better window of a customer silent beyond its rhythm; what is
    overdue; the sales lost by one that fell by `action_fall_share` or more and still buys; the
    negative contribution; what peers buy of the dearest family that the customer does not.
    """
    reasons = [_silent(retention), _falling(customers, policy), _unbought(growth), *_owed(money)]
    found = (
        pl.concat([frame for frame in reasons if not frame.is_empty()] or reasons, how="diagonal")
        .join(customers.select("customer_id", "customer_name"), on="customer_id", how="inner")
        .sort("amount_at_stake", "customer_id", "reason", descending=[True, False, False])
    )
    joined = found.group_by("customer_id").agg(reasons=pl.col("reason").str.join("+"))
    evidence = {
        "silent_days": pl.Int64,
        "usual_interval_days": pl.Float64,
        "growth": pl.Float64,
        "family": pl.String,
    }
    missing = [
        pl.lit(None, kind).alias(name)
        for name, kind in evidence.items()
        if name not in found.columns
    ]
    every = (
        found.unique("customer_id", keep="first", maintain_order=True)
        .with_columns(missing)
        .join(joined, on="customer_id", how="left", maintain_order="left")
        .with_row_index("rank", 1)
        .with_columns(what_to_do=pl.col("reason").replace_strict(TO_DO, return_dtype=pl.String))
        .select(
            pl.col("rank").cast(pl.Int64),
            "customer_id",
            "customer_name",
            "reason",
            "reasons",
            "amount_at_stake",
            "what_to_do",
            *evidence,
        )
    )
    return Actions(every, every.head(policy.action_count))


def _reason(frame: pl.DataFrame, name: str, amount: pl.Expr, *evidence: str) -> pl.DataFrame:
    return (
        frame.select(
            "customer_id",
            *evidence,
            reason=pl.lit(name),
            amount_at_stake=amount.cast(MONEY),
        )
        if not frame.is_empty()
        else pl.DataFrame(
            schema={"customer_id": pl.String, "reason": pl.String, "amount_at_stake": MONEY}
        )
    )


def _silent(retention: Retention) -> pl.DataFrame:
    silent = retention.lost_customers.filter(pl.col("left_by") == "silence")
    return _reason(silent, "silent", pl.col("lost_amount"), "silent_days", "usual_interval_days")


def _falling(customers: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    if "growth" not in customers.columns:
        return _reason(customers.clear(), "falling", pl.lit(0))
    fallen = customers.filter(
        (pl.col("growth") <= -policy.action_fall_share) & (pl.col("net_amount") > 0)
    )
    return _reason(fallen, "falling", pl.col("previous_amount") - pl.col("net_amount"), "growth")


def _unbought(growth: Growth) -> pl.DataFrame:
    cells = growth.tables.get("white_space")
    if cells is None or cells.is_empty():
        return _reason(pl.DataFrame(), "white_space", pl.lit(0))
    dearest = cells.sort("potential_amount", "family", descending=[True, False]).unique(
        "customer_id", keep="first", maintain_order=True
    )
    return _reason(dearest, "white_space", pl.col("potential_amount"), "family")


def _owed(money: Money | None) -> list[pl.DataFrame]:
    if money is None:
        return []
    found = []
    owed, served = money.receivables.customers, money.contribution.customers
    if "overdue_amount" in owed.columns:
        late = owed.filter(pl.col("overdue_amount") > 0)
        found.append(_reason(late, "overdue", pl.col("overdue_amount")))
    if "contribution_amount" in served.columns:
        losing = served.filter(pl.col("contribution_amount") < 0)
        found.append(_reason(losing, "loss", -pl.col("contribution_amount")))
    return found
