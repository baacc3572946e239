"""What distributors owe us (catalogue S4): a distributor's debts are those of its group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from dakehu.analysis.ageing import BASES
from dakehu.analysis.balances import balances_of
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window

_FRAMES = ("debtors", "open_items", "accounts")


class Span(NamedTuple):
    """The window in the terms of `analysis.dso`."""

    as_of: date
    first_month: date
    last_month: date


def balances(
    read: Mapping[str, pl.DataFrame], window: Window, as_of: date, policy: Policy
) -> pl.DataFrame:
    """One row per distributor whose group has invoices or payments; see `balances.balances_of`.

    Distributors of one group share its receivables, invoices and limit: `group_id` tells them.
    Nothing has a row where there is no invoice at all.

    Raises:
        ValueError: `policy.ageing_basis` is neither `due` nor `posting`.
    """
    if policy.ageing_basis not in BASES:
        raise ValueError(
            f'[policy.distributor_ranking] ageing_basis is "{policy.ageing_basis}"; write "due"'
            ' (days past the due date) or "posting" (days since the invoice was posted)'
        )
    own = read["distributors"].select("distributor_id", "group_id")
    groups = own.select(customer_id="group_id").unique()
    mine = {name: read[name].join(groups, on="customer_id", how="semi") for name in _FRAMES}
    if not (mine["accounts"]["invoiced_amount"] != 0).any():
        mine = {name: frame.clear() for name, frame in mine.items()}
    span = Span(as_of, window.first, window.last)
    owed = balances_of({**mine, "months": read["months"]}, span, policy.ageing_basis)
    return own.join(owed.rename({"customer_id": "group_id"}), on="group_id").sort("distributor_id")
