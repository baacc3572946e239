"""Who owes how much, since when, and how long money takes to come in (catalogue S4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from dakehu.analysis import concentration
from dakehu.analysis.customer_value.dso import countback_days, sales_on_credit, span_days

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period

MARTS = ("open_items", "accounts", "debtors", "months")
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
BOUNDS = (30, 60, 90, 180)
BASES = {"due": "due_date", "posting": "document_date"}
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Receivables:
    """`customers` has a row per group with open items, or invoices or payments in the window.

    `ageing` sums the open amount by bucket; `classes` the overdue amount by class of debtor, empty
    where no due date is known. `is_first_in_first_out` tells that payments were matched to invoices
    by due date because nobody allocated them.
    """

    customers: pl.DataFrame
    ageing: pl.DataFrame
    classes: pl.DataFrame
    basis: str
    is_first_in_first_out: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        published = {
            "receivables": self.customers, "ageing": self.ageing, "overdue_classes": self.classes
        }  # fmt: skip
        return published if self.is_known else {}

    @property
    def is_known(self) -> bool:
        """Whether there are any invoices to be paid."""
        return not self.customers.is_empty()

    def __contains__(self, column: str) -> bool:
        """Whether the data gave `column` of the customers."""
        return column in self.customers.columns


def buckets(basis: str) -> list[str]:
    """The ageing columns in order: by days past due (`due`) or days since posting (`posting`)."""
    first = ["not_due_amount", "due_1_30_amount"] if basis == "due" else ["posting_0_30_amount"]
    middle = [f"{basis}_{a + 1}_{b}_amount" for a, b in pairwise(BOUNDS)]
    return [*first, *middle, f"{basis}_over_{BOUNDS[-1]}_amount"]


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
        return Receivables(empty, empty, empty, basis, False, {})
    aged = _aged(items, period, basis)
    frame = (
        parties.drop("role")
        .join(_moves(accounts, period), on="customer_id", how="left")
        .join(aged, on="customer_id", how="left")
        .filter(pl.col("open_amount").is_not_null() | pl.col("received_amount").is_not_null())
        .with_columns(pl.col(_known(aged)).fill_null(0))
    )
    days = span_days(read["months"], period)
    paid = countback_days(accounts, frame, read["months"], period.as_of)
    frame = _measured(frame.join(paid, on="customer_id", how="left"), days)
    whole = _whole(frame, accounts, read["months"], period)
    frame, classes = _classed(frame, policy)
    listed = _listed(frame, basis)
    return Receivables(
        customers=frame.sort("open_amount", "customer_id", descending=[True, False]).select(listed),
        ageing=_ageing(frame.select(name for name in listed if name in _ageing_names(basis))),
        classes=classes,
        basis=basis,
        is_first_in_first_out=bool((parties["fifo_amount"] > 0).any()),
        figures=_figures(frame.select(listed), whole),
    )


def _aged(items: pl.DataFrame, period: Period, basis: str) -> pl.DataFrame:
    """Open amount by bucket and overdue amount, per group; `advance_amount` is not used up yet."""
    age = (pl.lit(period.as_of) - pl.col(BASES[basis])).dt.total_days()
    late = (pl.lit(period.as_of) - pl.col("due_date")).dt.total_days()
    lows = ([None, 0] if basis == "due" else [None]) + list(BOUNDS)
    highs = ([0] if basis == "due" else []) + [*BOUNDS, None]
    owed = pl.col("open_amount") > 0

    def within(low: int | None, high: int | None) -> pl.Expr:
        above = age > low if low is not None else age.is_not_null()
        return above & (age <= high) if high is not None else above

    def total(condition: pl.Expr) -> pl.Expr:
        return pl.col("open_amount").filter(owed & condition).sum()

    parts = {
        name: total(within(low, high))
        for name, low, high in zip(buckets(basis), lows, highs, strict=True)
    }
    invoices = items.filter(pl.col("document") == "invoice")
    # Nothing open is nothing overdue; open without any due date is not known.
    has_due = invoices.is_empty() or invoices["due_date"].is_not_null().any()
    return items.group_by("customer_id").agg(
        open_amount=total(pl.lit(True)),
        **parts,
        undated_amount=total(age.is_null()),
        undue_amount=total(late <= 0) if has_due else pl.lit(None, dtype=MONEY),
        overdue_amount=total(late > 0) if has_due else pl.lit(None, dtype=MONEY),
        overdue_over_90_amount=total(late > 90) if has_due else pl.lit(None, dtype=MONEY),
        oldest_overdue_days=late.filter(owed & (late > 0)).max(),
        advance_amount=-pl.col("open_amount").filter(~owed).sum(),
    )


def _known(aged: pl.DataFrame) -> list[str]:
    """The amounts that a group without open items has none of, unless nobody's are known."""
    amounts = [name for name in aged.columns if name.endswith("_amount")]
    return [name for name in amounts if aged.is_empty() or aged[name].is_not_null().any()]


def _moves(accounts: pl.DataFrame, period: Period) -> pl.DataFrame:
    """What each group was invoiced and paid in the window."""
    return (
        accounts.lazy()
        .filter(pl.col("month").is_between(period.first_month, period.last_month))
        .group_by("customer_id")
        .agg(
            pl.col("invoiced_amount", "received_amount", "cash_amount", "bill_amount").sum(),
            pl.col("prepaid_amount").sum(),
            credit_sales_amount=sales_on_credit().sum(),
        )
        .collect(engine="streaming")
    )


def _ratio(above: str, below: str) -> pl.Expr:
    base = pl.col(below).cast(pl.Float64)
    return pl.col(above).cast(pl.Float64) / pl.when(base > 0).then(base)


def _measured(frame: pl.DataFrame, days: int) -> pl.DataFrame:
    """Add days outstanding, cash and bill shares, and the use of the credit limit.

    DSO = open amount / sales on credit * days; the best possible DSO takes what is not due yet;
    average days delinquent is the difference.
    """
    return frame.with_columns(
        dso_days=days * _ratio("open_amount", "credit_sales_amount"),
        best_dso_days=days * _ratio("undue_amount", "credit_sales_amount"),
        overdue_share=_ratio("overdue_amount", "open_amount"),
        limit_use_share=_ratio("open_amount", "credit_limit_amount"),
        cash_share=_ratio("cash_amount", "received_amount"),
        bill_share=_ratio("bill_amount", "received_amount"),
        prepaid_share=_ratio("prepaid_amount", "invoiced_amount"),
    ).with_columns(delinquent_days=pl.col("dso_days") - pl.col("best_dso_days"))


def _whole(
    frame: pl.DataFrame, accounts: pl.DataFrame, months: pl.DataFrame, period: Period
) -> dict[str, float | None]:
    """The same measures over all customers together."""
    sums = frame.select(pl.lit("all").alias("customer_id"), cs.ends_with("_amount").sum())
    by_month = accounts.group_by("month").agg(
        pl.col("invoiced_amount", "prepaid_amount").sum(), customer_id=pl.lit("all")
    )
    paid = countback_days(by_month, sums[:1], months, period.as_of)
    row = _measured(sums[:1].join(paid, on="customer_id", how="left"), span_days(months, period))
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


def _ageing_names(basis: str) -> list[str]:
    return [*buckets(basis), "undated_amount"]


def _listed(frame: pl.DataFrame, basis: str) -> list[str]:
    """The columns to publish: those that the data gives; undated items where there are any."""
    names = [
        name
        for column in COLUMNS
        for name in (_ageing_names(basis) if column == "{ageing}" else [column])
    ]
    known = [name for name in names if frame[name].is_not_null().any()]
    has_undated = "undated_amount" in known and (frame["undated_amount"] != 0).any()
    return [name for name in known if name != "undated_amount" or has_undated]


def _ageing(frame: pl.DataFrame) -> pl.DataFrame:
    """Open amount and its share by bucket."""
    # Transposing would lose the scale of the decimals.
    sums = pl.DataFrame(
        {"bucket": frame.columns, "open_amount": list(frame.sum().row(0))},
        schema={"bucket": pl.String, "open_amount": MONEY},
    )
    amount = pl.col("open_amount").cast(pl.Float64)
    total = amount.sum()
    return sums.with_columns(amount_share=amount / pl.when(total > 0).then(total))


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
