"""Money of the customer value report: who owes, what serving leaves, tenders and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis import (
    customer_channels,
    customer_contribution,
    customer_receivables,
    customer_tenders,
)
from dakehu.analysis.customer_channels import Channels, channels_of
from dakehu.analysis.customer_contribution import Contribution, contribution_of
from dakehu.analysis.customer_receivables import Receivables, receivables_of
from dakehu.analysis.customer_tenders import Tenders, tenders_of

if TYPE_CHECKING:
    from dakehu.analysis.customer_value import Policy
    from dakehu.analysis.customer_window import Period

# The marts that this part reads, each mart_customer_value__<name>.
MARTS = tuple(
    sorted(
        {
            *customer_receivables.MARTS,
            *customer_contribution.MARTS,
            *customer_tenders.MARTS,
            *customer_channels.MARTS,
        }
    )
)
CUSTOMER_COLUMNS = ("dso_days", "overdue_amount")


@dataclass(frozen=True)
class Money:
    """The four pieces; each says by itself whether its data is there."""

    receivables: Receivables
    contribution: Contribution
    tenders: Tenders
    channels: Channels

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return (
            self.receivables.tables
            | self.contribution.tables
            | self.tenders.tables
            | self.channels.tables
        )

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """Every figure of this part: value and unit."""
        return (
            self.receivables.figures
            | self.contribution.figures
            | self.tenders.figures
            | self.channels.figures
        )

    @property
    def columns(self) -> pl.DataFrame:
        """What the customer list takes from here, by customer_id."""
        owed = self.receivables.customers
        return owed.select("customer_id", *(c for c in CUSTOMER_COLUMNS if c in owed.columns))


def money_of(
    read: Mapping[str, pl.DataFrame],
    sales: pl.DataFrame,
    known: pl.DataFrame,
    customers: pl.DataFrame,
    period: Period,
    policy: Policy,
) -> Money:
    """All of it; `read` holds the frames of `MARTS`.

    `sales` are the months of the customers in question, `known` is what each bought
    (customer_window.bought), `customers` those of the window, classed.
    """
    return Money(
        receivables=receivables_of(read, period, policy),
        contribution=contribution_of(read, known, sales, period, policy),
        tenders=tenders_of(read, period, policy),
        channels=channels_of(read, customers, period, policy),
    )
