"""Who owes how much, since when, and how long money takes to come in (catalogue S4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from dakehu.analysis import balances, concentration
from dakehu.analysis.ageing import BASES, ageing_names, ageing_of, statutory_of
from dakehu.analysis.balances import balances_of, measured
from dakehu.analysis.dso import countback_days, span_days

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period

MARTS = balances.MARTS
# The published columns, in this order; {ageing} are the buckets.
COLUMNS = (
    "customer_id", "customer_name", "open_amount", "{ageing}", "overdue_amount", "overdue_share",
    "overdue_over_90_amount", "overdue_class", "oldest_overdue_days", "advance_amount", "dso_days",
    "countback_dso_days",
    "best_dso_days", "delinquent_days", "credit_limit_amount", "limit_use_share",
    "invoiced_amount", "credit_sales_amount", "received_amount", "cash_amount", "bill_amount",
    "prepaid_amount", "cash_share", "bill_share", "prepaid_share", "bills_held_amount",
    "fifo_amount",
)  # fmt: skip
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Receivables:
    """`customers` has a row per group with open items, or invoices or payments in the window.

    `ageing` sums the open amount by bucket, `statutory` by years since posting; `classes` the
    overdue amount by class of debtor, empty where no due date is known. `is_first_in_first_out`
    tells that payments were matched to invoices by due date because nobody allocated them.
    """

    customers: pl.DataFrame
    ageing: pl.DataFrame
    statutory: pl.DataFrame
    classes: pl.DataFrame
    basis: str
    is_first_in_first_out: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        published = {
            "receivables": self.customers,
            "ageing": self.ageing,
            "statutory_ageing": self.statutory,
            "overdue_classes": self.classes,
        }
        return published if self.is_known else {}

    @property
    def is_known(self) -> bool:
        """Whether there are any invoices to be paid."""
        return not self.customers.is_empty()

    def __contains__(self, column: str) -> bool:
        """Whether the data gave `column` of the customers."""
        return column in self.customers.columns


def receivables_of(read: Mapping[str, pl.DataFrame], period: Period, policy: Policy) -> Receivables:
    """Age the open items as of the date and measure days sales outstanding over the window.

    `read` holds the frames of `MARTS`. Amounts carry tax, as invoices do.

    Raises:
        ValueError: `policy.ageing_basis` is neither `due` nor `posting`.
    """
    basis = policy.ageing_basis
    if basis not in BASES:
        raise ValueError(
            f'[policy.customer_value] ageing_basis is "{basis}"; write "due" (days past the due'
            ' date) or "posting" (days since the invoice was posted)'
        )
    parties, items, accounts = read["debtors"], read["open_items"], read["accounts"]
    if policy.roles:
        parties = parties.filter(pl.col("role").is_in(policy.roles))
        items, accounts = (
            frame.join(parties, on="customer_id", how="semi") for frame in (items, accounts)
        )
    if not (accounts["invoiced_amount"] != 0).any():
        empty = parties.clear()
        return Receivables(empty, empty, empty, empty, basis, False, {})
    known = {"debtors": parties, "open_items": items, "accounts": accounts}
    frame = balances_of({**known, "months": read["months"]}, period, basis)
    whole = _whole(frame, accounts, read["months"], period)
    frame, classes = _classed(frame, policy)
    listed = _listed(frame, basis)
    return Receivables(
        customers=frame.sort("open_amount", "customer_id", descending=[True, False]).select(listed),
        ageing=ageing_of(frame.select(name for name in listed if name in ageing_names(basis))),
        statutory=statutory_of(items, period.as_of, policy.ageing_years),
        classes=classes,
        basis=basis,
        is_first_in_first_out=bool((parties["fifo_amount"] > 0).any()),
        figures=_figures(frame.select(listed), whole),
    )


def _whole(
    frame: pl.DataFrame, accounts: pl.DataFrame, months: pl.DataFrame, period: Period
) -> dict[str, float | None]:
    """The same measures over all customers together."""
    sums = frame.select(pl.lit("all").alias("customer_id"), cs.ends_with("_amount").sum())
    by_month = accounts.group_by("month").agg(
        pl.col("invoiced_amount", "prepaid_amount").sum(), customer_id=pl.lit("all")
    )
    paid = countback_days(by_month, sums[:1], months, period.as_of)
    row = measured(sums[:1].join(paid, on="customer_id", how="left"), span_days(months, period))
    return row.row(0, named=True)


def _classed(frame: pl.DataFrame, policy: Policy) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Class the debtors by overdue amount, as the 80/20 set is made, and sum each class."""
    late = concentration.ranked(frame.filter(pl.col("overdue_amount") > 0), "overdue_amount")
    bounds = {"A": policy.overdue_a_share, "B": policy.overdue_b_share}
    late = late.with_columns(
        overdue_class=concentration.classed(late, "overdue_amount", bounds, "C")
    )
    classes = (
        late.group_by("overdue_class")
        .agg(
            customer_count=pl.len().cast(pl.Int64),
            overdue_amount=pl.col("overdue_amount").sum(),
            amount_share=pl.col("amount_share").sum(),
        )
        .sort("overdue_class")
    )
    return frame.join(
        late.select("customer_id", "overdue_class"), on="customer_id", how="left"
    ), classes


def _listed(frame: pl.DataFrame, basis: str) -> list[str]:
    """The columns to publish: those that the data gives; undated items where there are any."""
    names = [
        name
        for column in COLUMNS
        for name in (ageing_names(basis) if column == "{ageing}" else [column])
    ]
    known = [name for name in names if frame[name].is_not_null().any()]
    has_undated = "undated_amount" in known and (frame["undated_amount"] != 0).any()
    return [name for name in known if name != "undated_amount" or has_undated]


def _figures(
    frame: pl.DataFrame, whole: Mapping[str, float | None]
) -> dict[str, tuple[float, str]]:
    units = {
        "open_amount": "amount", "overdue_amount": "amount", "overdue_share": "share",
        "dso_days": "days", "countback_dso_days": "days", "best_dso_days": "days",
        "delinquent_days": "days", "cash_share": "share", "bill_share": "share",
        "prepaid_share": "share", "bills_held_amount": "amount", "advance_amount": "amount",
    }  # fmt: skip
    figures: dict[str, tuple[float, str]] = {
        name: (float(value), unit)
        for name, unit in units.items()
        if name in frame.columns and (value := whole.get(name)) is not None
    }
    if "limit_use_share" in frame.columns:
        over = frame.filter(pl.col("limit_use_share") > 1)
        figures["over_limit_count"] = (over.height, "count")
    return figures
