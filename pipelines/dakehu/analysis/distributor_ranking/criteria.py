"""The value of every criterion of article 10's three platforms, over a window and by month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from dakehu.analysis.distributor_ranking.capital_criteria import capital_criteria
from dakehu.analysis.distributor_ranking.logistics_criteria import logistics_criteria
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.ratios import joined, values
from dakehu.analysis.distributor_ranking.sales_criteria import sales_criteria
from dakehu.analysis.distributor_ranking.structure import structure_criteria
from dakehu.analysis.distributor_ranking.window import Window


class Definition(NamedTuple):
    """Platform and unit of a criterion, and the columns of the canonical schema that it needs."""

    platform: str
    unit: str
    needs: tuple[str, ...]


_SOLD = ("sell_out.amount",)
_PICKED = (*_SOLD, "sell_out.pick_mode")
_PAID = (*_SOLD, "sell_out.pay_mode")
_TERMED = (*_SOLD, "sell_out.term_days")
_OWED = ("invoices.amount", "payments.amount")
_METHOD = ("payments.amount", "payments.method")
_ORDERED = ("shipments.quantity", "order_lines.promised_date")

DEFINITIONS = {
    "amount_share": Definition("sales", "share", ("order_lines.net_amount",)),
    "growth": Definition("sales", "share", ("order_lines.net_amount",)),
    "relative_growth": Definition("sales", "ratio", ("order_lines.net_amount",)),
    "quota_attainment": Definition(
        "sales", "share", ("quotas.customer_id", "quotas.target_amount")
    ),
    "focus_attainment": Definition(
        "sales", "share", ("quotas.customer_id", "quotas.product_scope_id", "products.is_focus")
    ),
    "focus_share": Definition("sales", "share", ("products.is_focus",)),
    "downstream_cr4": Definition("sales", "share", _SOLD),
    "downstream_hhi": Definition("sales", "points", _SOLD),
    "worst_loss_share": Definition("sales", "share", _SOLD),
    "end_user_share": Definition("sales", "share", _SOLD),
    "channel_length": Definition("sales", "ratio", _SOLD),
    "retail_share": Definition("sales", "share", _SOLD),
    "new_face_ratio": Definition("sales", "share", _SOLD),
    "self_pickup_share": Definition("logistics", "share", _PICKED),
    "own_haul_share": Definition("logistics", "share", _PICKED),
    "delivered_share": Definition("logistics", "share", ("shipments.mode",)),
    "factory_paid_share": Definition("logistics", "share", ("shipments.freight_payer",)),
    "freight_per_unit": Definition("logistics", "amount", ("shipments.freight_amount",)),
    "freight_ratio": Definition("logistics", "share", ("shipments.freight_amount",)),
    "fill_rate": Definition("logistics", "share", _ORDERED),
    "otif_share": Definition("logistics", "share", (*_ORDERED, "shipments.delivered_date")),
    "stock_days": Definition("logistics", "days", ("inventory.quantity", "sell_out.quantity")),
    "cash_share": Definition("capital", "share", _PAID),
    "cash_bill_share": Definition("capital", "share", _PAID),
    "received_cash_share": Definition("capital", "share", _METHOD),
    "received_cash_bill_share": Definition("capital", "share", _METHOD),
    "prepaid_share": Definition("capital", "share", (*_METHOD, "invoices.amount")),
    "credit_days": Definition("capital", "days", _TERMED),
    "interest_share": Definition("capital", "share", _TERMED),
    "dso_days": Definition("capital", "days", _OWED),
    "delinquent_days": Definition("capital", "days", (*_OWED, "invoices.due_date")),
    "overdue_share": Definition("capital", "share", (*_OWED, "invoices.due_date")),
    "limit_use_share": Definition("capital", "share", (*_OWED, "credit_terms.credit_limit")),
}


@dataclass(frozen=True)
class Criteria:
    """What each distributor is worth on each criterion of DEFINITIONS.

    `criteria`: distributor_id, platform, criterion, value (null where it is not known), unit,
    is_available, month_count (months of the window behind the value); a row for each of both.
    `monthly`: distributor_id, month, platform, criterion, numerator, denominator, value. A value of
    `criteria` is the sum of its numerators / the sum of its denominators; `values` makes it of any
    months. `absent`: platform, criterion, missing (the unmapped columns, "" where all are mapped
    and nobody has a value), of the criteria that no distributor has.
    """

    criteria: pl.DataFrame
    monthly: pl.DataFrame
    absent: pl.DataFrame

    @property
    def measured(self) -> tuple[str, ...]:
        """The criteria that the source carries, in the order of DEFINITIONS."""
        absent = set(self.absent["criterion"])
        return tuple(name for name in DEFINITIONS if name not in absent)

    def wide(self, *names: str) -> pl.DataFrame:
        """One row per distributor with the values of these criteria as columns."""
        rows = self.criteria.group_by("distributor_id").agg(
            pl.col("value").filter(pl.col("criterion") == name).first().alias(name)
            for name in names
        )
        return rows.sort("distributor_id")


def criteria_of(
    read: Mapping[str, pl.DataFrame],
    window: Window,
    as_of: date,
    policy: Policy,
    owed: pl.DataFrame,
) -> Criteria:
    """Every criterion for every distributor that ever bought.

    Args:
        read: the frames of `marts.MARTS`.
        window: the months judged.
        as_of: the date that the marts speak of.
        policy: `interest_rate` is read.
        owed: `owed.balances` of the same.
    """
    parts = joined(
        [
            *sales_criteria(read, window, as_of),
            *structure_criteria(read, window),
            *logistics_criteria(read, window),
            *capital_criteria(read, window, owed, policy.interest_rate),
        ]
    )
    parts = parts.join(read["distributors"], on="distributor_id", how="semi")
    frame = _whole(read["distributors"], values(parts))
    below = pl.col("denominator")
    monthly = parts.join(_definitions(), on="criterion", maintain_order="left").select(
        "distributor_id",
        "month",
        "platform",
        "criterion",
        "numerator",
        "denominator",
        value=pl.col("numerator") / pl.when(below > 0).then(below),
    )
    return Criteria(frame, monthly, _absent(frame, read["mapped"]))


def _definitions() -> pl.DataFrame:
    rows = [(name, one.platform, one.unit) for name, one in DEFINITIONS.items()]
    return pl.DataFrame(rows, schema=["criterion", "platform", "unit"], orient="row")


def _whole(distributors: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    every = distributors.select("distributor_id").join(_definitions(), how="cross")
    return (
        every.join(known, on=["distributor_id", "criterion"], how="left")
        .with_columns(
            pl.col("month_count").fill_null(0), is_available=pl.col("value").is_not_null()
        )
        .select(
            "distributor_id",
            "platform",
            "criterion",
            "value",
            "unit",
            "is_available",
            "month_count",
        )
        .sort("distributor_id", "platform", "criterion")
    )


def _absent(frame: pl.DataFrame, mapped: pl.DataFrame) -> pl.DataFrame:
    known = set(frame.filter("is_available")["criterion"])
    fed = {f"{table}.{column}" for table, column in mapped.iter_rows()}
    rows = [
        (one.platform, name, ", ".join(need for need in one.needs if need not in fed))
        for name, one in DEFINITIONS.items()
        if name not in known
    ]
    schema = dict.fromkeys(("platform", "criterion", "missing"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
