"""What the customer card shows: of each of the largest customers all that is known (P9-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from dakehu.analysis import concentration
from dakehu.analysis.customer_value.marts import AMOUNT, MARTS

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.report import CustomerValue

# The marts that only the card reads, each mart_customer_value__<name>, for its customers alone.
CARD_MARTS: dict[str, dict[str, Any]] = {
    "contacts": {
        "customer_id": pl.String,
        "contact_id": pl.String,
        "name_masked": pl.String,
        "position": pl.String,
        "buying_role": pl.String,
        "has_veto": pl.Boolean,
    },
    "last_orders": {
        "customer_id": pl.String,
        "place": pl.Int64,
        "order_date": pl.Date,
        "order_id": pl.String,
        "net_amount": AMOUNT,
        "gap_days": pl.Int64,
    },
    "prices": {
        "customer_id": pl.String,
        "month": pl.Date,
        "bought_amount": AMOUNT,
        "compared_amount": AMOUNT,
        "reference_amount": AMOUNT,
    },
    "service": {
        "customer_id": pl.String,
        "month": pl.Date,
        "due_count": pl.Int64,
        "kept_count": pl.Int64,
        "complaint_count": pl.Int64,
    },
    "team": {
        "customer_id": pl.String,
        "team_role": pl.String,
        "person_name": pl.String,
        "since_date": pl.Date,
    },
}
LEAST_COMPARED = 0.5  # of what a customer bought, for its prices to be compared at all
LATEST = 5  # alerts that a card shows
DIGITS = 2  # of a month's sales: its bar shows no more, and more would weigh on the page


@dataclass(frozen=True)
class CustomerCards:
    """`records` has a row per customer; the other frames have several, by customer_id.

    `records.history` has one sum of sales for each of `months`, to two significant digits.
    `customer_count` counts the customers of the report, those without a card included.
    """

    records: pl.DataFrame
    months: list[date]
    customer_count: int
    team: pl.DataFrame
    contacts: pl.DataFrame
    orders: pl.DataFrame
    alerts: pl.DataFrame


def cards_of(
    result: CustomerValue,
    sales: pl.DataFrame,
    months: pl.DataFrame,
    read: Mapping[str, pl.DataFrame] | None = None,
) -> CustomerCards:
    """The customers `result.on_cards` with what only their cards show.

    Args:
        result: the report.
        sales: one row per customer and month, as `analyse` takes it.
        months: every month up to the date of the report; the history shows the last
            `policy.card_months` of them, one without sales as 0.
        read: by name `families` and those of `CARD_MARTS` that there are.
    """
    given = read or {}
    marts = {name: given.get(name, pl.DataFrame(schema=CARD_MARTS[name])) for name in CARD_MARTS}
    shown = result.customers.filter(pl.col("customer_id").is_in(result.on_cards.implode()))
    latest = months.sort("month").tail(result.policy.card_months).select("month")
    inside = pl.col("month").is_between(result.period.first_month, result.period.last_month)
    families = given.get("families", pl.DataFrame(schema=MARTS["families"]))
    parts = (
        _history(shown, sales, latest),
        sales.group_by("customer_id").agg(pl.col("first_order_date").min()),
        _earlier_class(result),
        result.types.moves.select("customer_id", "from_type", "to_type"),
        result.retention.relations.drop("customer_name"),
        _main_family(families.filter(inside)),
        _price_level(marts["prices"].filter(inside)),
        _service(marts["service"], inside),
    )
    records = shown
    for part in parts:
        records = records.join(part, on="customer_id", how="left", maintain_order="left")
    # Where complaints are on file, whoever made none had none; where not, nobody writes them down.
    complaints = pl.col("complaint_count").fill_null(0)
    is_known = bool(marts["service"]["complaint_count"].sum())
    records = records.with_columns(complaint_count=complaints if is_known else pl.lit(None))
    return CustomerCards(
        records=records,
        months=latest["month"].to_list(),
        customer_count=result.customers.height,
        team=marts["team"].sort("customer_id", "team_role", "person_name"),
        contacts=marts["contacts"].sort("customer_id", "buying_role", "contact_id"),
        orders=marts["last_orders"].sort("customer_id", "place"),
        alerts=result.alerts.now.join(shown, on="customer_id", how="semi")
        .sort("customer_id", "alert_date", "kind", descending=[False, True, False])
        .group_by("customer_id", maintain_order=True)
        .head(LATEST),
    )


def _history(shown: pl.DataFrame, sales: pl.DataFrame, latest: pl.DataFrame) -> pl.DataFrame:
    """The sales of every month of `latest`, oldest first."""
    of_shown = sales.join(shown, on="customer_id", how="semi")
    amounts = of_shown.group_by("customer_id", "month").agg(pl.col("net_amount").sum())
    return (
        shown.select("customer_id")
        .join(latest, how="cross")
        .join(amounts, on=["customer_id", "month"], how="left")
        .sort("customer_id", "month")
        .group_by("customer_id")
        .agg(pl.col("net_amount").cast(pl.Float64).fill_null(0.0))
        .select(
            "customer_id",
            # Rounding to significant digits leaves traces of binary fractions.
            history=pl.col("net_amount").list.eval(pl.element().round_sig_figs(DIGITS).round(2)),
        )
    )


def _earlier_class(result: CustomerValue) -> pl.DataFrame:
    """The class in the window before, by the bounds of this one."""
    policy = result.policy
    bounds = {"A": policy.class_a_share, "B": policy.class_b_share}
    bought = result.movers.select("customer_id", "previous_amount")
    before = concentration.ranked(bought.filter(pl.col("previous_amount") != 0), "previous_amount")
    return before.select(
        "customer_id",
        previous_class=concentration.classed(before, "previous_amount", bounds, "C"),
    )


def _main_family(families: pl.DataFrame) -> pl.DataFrame:
    """The product family that a customer buys most of, and its share of all that has a family."""
    return (
        families.group_by("customer_id", "family")
        .agg(pl.col("net_amount").sum())
        .filter(pl.col("net_amount") > 0)
        .with_columns(share=_ratio("net_amount", pl.col("net_amount").sum().over("customer_id")))
        .sort("customer_id", "net_amount", "family", descending=[False, True, False])
        .unique("customer_id", keep="first", maintain_order=True)
        .select("customer_id", main_family="family", main_family_share="share")
    )


def _price_level(prices: pl.DataFrame) -> pl.DataFrame:
    """What a customer paid over what others of its role paid for the same in the same months, - 1.

    Null where others bought less than `LEAST_COMPARED` of what it did.
    """
    names = ("bought_amount", "compared_amount", "reference_amount")
    compared = _ratio("compared_amount", pl.col("bought_amount"))
    return (
        prices.group_by("customer_id")
        .agg(pl.col(names).sum())
        .select(
            "customer_id",
            price_level=pl.when(compared >= LEAST_COMPARED).then(
                _ratio("compared_amount", pl.col("reference_amount")) - 1
            ),
        )
    )


def _service(service: pl.DataFrame, inside: pl.Expr) -> pl.DataFrame:
    """P9-5 on promises: of the lines due, those delivered in full by the day; and complaints."""
    return (
        service.filter(inside)
        .group_by("customer_id")
        .agg(pl.col("due_count", "kept_count", "complaint_count").sum())
        .select(
            "customer_id",
            due_line_count=pl.when(pl.col("due_count") > 0).then("due_count"),
            on_time_share=_ratio("kept_count", pl.col("due_count")),
            complaint_count="complaint_count",
        )
    )


def _ratio(part: str, whole: pl.Expr) -> pl.Expr:
    return pl.col(part).cast(pl.Float64) / pl.when(whole > 0).then(whole.cast(pl.Float64))
