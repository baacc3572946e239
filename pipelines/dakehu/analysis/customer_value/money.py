"""Money of the customer value report: who owes, what serving leaves, tenders and channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value import (
    channels,
    contribution,
    delivery,
    inversion,
    receivables,
    tenders,
)
from dakehu.analysis.customer_value.channels import Channels, channels_of
from dakehu.analysis.customer_value.contribution import Contribution, contribution_of
from dakehu.analysis.customer_value.delivery import Delivery, delivery_of
from dakehu.analysis.customer_value.inversion import Inversion, inversion_of
from dakehu.analysis.customer_value.receivables import Receivables, receivables_of
from dakehu.analysis.customer_value.tenders import Tenders, tenders_of

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period

# The marts that this part reads, each mart_customer_value__<name>.
MARTS = tuple(
    sorted(
        {
            *receivables.MARTS,
            *contribution.MARTS,
            *inversion.MARTS,
            *tenders.MARTS,
            *channels.MARTS,
            *delivery.MARTS,
        }
    )
)
Piece = Receivables | Contribution | Inversion | Tenders | Channels | Delivery
CUSTOMER_COLUMNS = ("dso_days", "overdue_amount")


@dataclass(frozen=True)
class Money:
    """The pieces; each says by itself whether its data is there."""

    receivables: Receivables
    contribution: Contribution
    inversion: Inversion
    tenders: Tenders
    channels: Channels
    delivery: Delivery

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {name: frame for piece in self._pieces for name, frame in piece.tables.items()}

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """Every figure of this part: value and unit."""
        return {name: figure for piece in self._pieces for name, figure in piece.figures.items()}

    @property
    def _pieces(self) -> Sequence[Piece]:
        return (
            self.receivables,
            self.contribution,
            self.inversion,
            self.tenders,
            self.channels,
            self.delivery,
        )

    def worth(self, known: pl.DataFrame) -> pl.DataFrame:
        """What the four types rest on: customer_id, contribution_amount, overdue_over_90_amount.

        `known` is what each customer bought; its margin is the contribution of those whose cost to
        serve is not known. A customer without open items owes nothing, if anybody's are known.
        """
        served, owed = self.contribution.customers, self.receivables.customers
        late = "overdue_over_90_amount"
        frame = known.select("customer_id", "margin_amount")
        if "contribution_amount" in served.columns:
            frame = frame.join(
                served.select("customer_id", "contribution_amount"), on="customer_id", how="left"
            ).with_columns(pl.coalesce("contribution_amount", "margin_amount"))
        else:
            frame = frame.rename({"margin_amount": "contribution_amount"})
        if late not in owed.columns:
            return frame.with_columns(pl.lit(None, receivables.MONEY).alias(late))
        owing = owed.select("customer_id", pl.col(late).fill_null(0))
        return frame.join(owing, on="customer_id", how="left").with_columns(
            pl.col(late).fill_null(0)
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
        inversion=inversion_of(read, known, period),
        tenders=tenders_of(read, period, policy),
        channels=channels_of(read, customers, period, policy),
        delivery=delivery_of(read, customers, period),
    )
