"""Credit and money of each distributor: towards us, and towards those it sells to (item 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.ageing import ageing_names, ageing_of, buckets
from dakehu.analysis.distributor_ranking.criteria import Criteria
from dakehu.analysis.distributor_ranking.own_return import own_return
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window

KEY = "distributor_id"
SHARES = ("dso_days", "delinquent_days", "overdue_share", "limit_use_share", "cash_share",
          "cash_bill_share", "credit_days", "interest_share", "received_cash_share",
          "received_cash_bill_share", "prepaid_share")  # fmt: skip
BALANCES = ("open_amount", "undated_amount", "overdue_amount", "overdue_over_90_amount",
            "oldest_overdue_days", "advance_amount", "countback_dso_days", "credit_limit_amount",
            "invoiced_amount", "credit_sales_amount", "received_amount", "bills_held_amount",
            "fifo_amount")  # fmt: skip


@dataclass(frozen=True)
class Credit:
    """`credit` has a row per distributor of which any of it is known; see docs/methods.

    Amounts owed carry tax and are of the distributor's whole group. `ageing` sums the open amounts
    by bucket, each group once. `is_first_in_first_out` tells that payments were matched to invoices
    by due date because nobody allocated them.
    """

    credit: pl.DataFrame
    ageing: pl.DataFrame
    is_first_in_first_out: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        found = {"credit": self.credit, "credit_ageing": self.ageing}
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def credit_of(
    read: Mapping[str, pl.DataFrame],
    window: Window,
    as_of: date,
    policy: Policy,
    criteria: Criteria,
    owed: pl.DataFrame,
) -> Credit:
    """Debts, terms and interest of each distributor, and what it earns on its own money.

    Args:
        read: the frames of `marts.MARTS`.
        window: the months judged.
        as_of: the date that the marts speak of.
        policy: `interest_rate` and `ageing_basis` are read.
        criteria: the shares that are also scored.
        owed: `owed.balances` of the same.
    """
    names = buckets(policy.ageing_basis)
    frame = (
        criteria.wide(*SHARES)
        .join(owed.select(KEY, *names, *BALANCES), on=KEY, how="left")
        .join(own_return(read, window, as_of, policy.interest_rate), on=KEY, how="left")
        .with_columns(interest_amount=_interest(policy.interest_rate))
    )
    if policy.ageing_basis == "due":
        over = ("due_91_180_amount", "due_over_180_amount")
        frame = frame.with_columns(due_over_90_amount=pl.sum_horizontal(*over, ignore_nulls=False))
    listed = [name for name in frame.columns if frame[name].is_not_null().any()]
    known = pl.any_horizontal(pl.exclude(KEY).is_not_null()) if len(listed) > 1 else pl.lit(False)
    once = owed.unique("group_id", keep="first", maintain_order=True)
    return Credit(
        credit=frame.select(listed).filter(known),
        ageing=_ageing(once, policy.ageing_basis),
        is_first_in_first_out=bool((owed["fifo_amount"] > 0).any()),
        figures=_figures(once),
    )


def _interest(rate: float) -> pl.Expr:
    """What carrying the balance costs us in a year at the printed rate."""
    opened = pl.col("open_amount").cast(pl.Float64)
    return (opened * rate).cast(pl.Decimal(38, 2))


def _ageing(once: pl.DataFrame, basis: str) -> pl.DataFrame:
    """Open amount and its share by bucket; empty where nothing is owed or known."""
    if once.is_empty():
        return pl.DataFrame()
    listed = [name for name in ageing_names(basis) if once[name].is_not_null().any()]
    return ageing_of(once.select(listed))


def _figures(once: pl.DataFrame) -> dict[str, tuple[float, str]]:
    """Credit at risk, each group once; a figure that is not known is left out."""
    figures: dict[str, tuple[float, str]] = {}
    for name in ("open_amount", "overdue_amount", "overdue_over_90_amount", "bills_held_amount"):
        if once[name].is_not_null().any():
            figures[f"credit_{name}"] = (float(once[name].sum()), "amount")
    if once["limit_use_share"].is_not_null().any():
        over = once.filter(pl.col("limit_use_share") > 1).height
        figures["over_limit_count"] = (over, "count")
    return figures
