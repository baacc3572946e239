"""Which customers are key accounts: the value set and three screens, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis import concentration
from dakehu.analysis.customer_value.classes import NAMED, Classes, classes_of
from dakehu.analysis.customer_value.continuity import MONTHS_A_YEAR, continuity_of
from dakehu.analysis.customer_value.window import Period

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

PASS, FAIL, NOT_KNOWN = "pass", "fail", "not_known"
SCREENS = ("fit", "central_purchase", "continuity")
REASONS = ("value", *SCREENS)
PARTLY, BY_VALUE = "passed_in_part", "by_value_alone"


@dataclass(frozen=True)
class KeyAccounts:
    """The outcome of the screens.

    `columns` has what the table of customers takes over, by customer. `screens` has a row per
    candidate: in the Pareto set of the window, by sales or by margin, or class A by management, or
    in the Pareto set of the last `span_years` years together, those no longer customers included;
    the largest of those years first. `lookalikes` are peers of key accounts that buy little or
    nothing. `families` says how much of each product family each class buys.
    """

    span_years: int
    columns: pl.DataFrame
    screens: pl.DataFrame
    lookalikes: pl.DataFrame
    families: pl.DataFrame
    classes: Classes
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {
            "key_account_screens": self.screens,
            "lookalikes": self.lookalikes,
            "class_families": self.families,
            **self.classes.tables,
        }


def key_accounts_of(
    customers: pl.DataFrame,
    known: pl.DataFrame,
    sales: pl.DataFrame,
    marts: dict[str, pl.DataFrame],
    period: Period,
    policy: Policy,
) -> KeyAccounts:
    """Put every customer through the screens (P7-1).

    Args:
        customers: the customers of the window, ranked, with their Pareto flags and class.
        known: every customer ever seen (`customer_window.bought`).
        sales: one row per customer and month.
        marts: `profiles`, `centralisation` and `families` (`customer_marts.MARTS`).
        period: the window.
        policy: the thresholds; a screen whose data is absent is not known and decides nothing.
    """
    years = min(policy.continuity_years, max(1, period.history_months // MONTHS_A_YEAR))
    frame = _evidence(customers, known, sales, marts, period, policy, years)
    frame = _judged(frame, policy, is_long_enough=period.history_months >= _months(policy))
    frame = concentration.ranked(frame.drop("before", strict=False), "span_amount")
    in_span = concentration.within(frame, "span_amount", policy.pareto_share)
    screens = frame.filter(in_span | (pl.col("value") == PASS))
    keys = screens.filter("is_key_account")
    lookalikes = lookalikes_of(keys, customers, marts["profiles"], policy)
    bought = customers.filter(pl.col("customer_id").is_in(keys["customer_id"].implode()))
    return KeyAccounts(
        span_years=years,
        columns=frame.select(
            "customer_id",
            "is_key_account",
            "key_account_reason",
            "active_years",
            "annual_cv",
            "given_class",
        ),
        screens=screens.drop("before", "amount_share", "cumulative_share"),
        lookalikes=lookalikes,
        families=families_of(customers, marts["families"], period),
        classes=classes_of(customers, marts["profiles"], policy),
        figures={
            "key_account_count": (keys.height, "count"),
            "key_account_share": (keys.height / customers.height, "share"),
            "key_account_amount_share": (float(bought["amount_share"].sum()), "share"),
            "lookalike_count": (lookalikes.height, "count"),
        },
    )


def _months(policy: Policy) -> int:
    return policy.continuity_years * MONTHS_A_YEAR


def _evidence(
    customers: pl.DataFrame,
    known: pl.DataFrame,
    sales: pl.DataFrame,
    marts: dict[str, pl.DataFrame],
    period: Period,
    policy: Policy,
    years: int,
) -> pl.DataFrame:
    """What the screens look at, one row per customer ever seen."""
    profiles = marts["profiles"].select(
        "customer_id", "industry_name", "size_band", "fit_score", "fit_source", "is_central",
        "given_class",
    )  # fmt: skip
    sets = [name for name in ("is_pareto_amount", "is_pareto_margin") if name in customers.columns]
    continuity = continuity_of(sales, period, years, policy.continuity_active_amount)
    steady = pl.col("annual_cv"), pl.col("predictability")
    return (
        known.select("customer_id", "customer_name", "net_amount")
        .join(continuity, on="customer_id", how="left")
        .join(customers.select("customer_id", *sets), on="customer_id", how="left")
        .join(profiles, on="customer_id", how="left")
        .join(centralisation_of(marts["centralisation"], period), on="customer_id", how="left")
        .with_columns(
            pl.col("span_amount").fill_null(0),
            pl.col("active_years").fill_null(0),
            pl.col("active_quarter_share").fill_null(0.0),
            # One year alone says nothing of how the years differ.
            *(pl.when(years > 1).then(column).name.keep() for column in steady),
            is_valuable=pl.any_horizontal(
                pl.col("given_class").eq_missing(NAMED),
                *(pl.col(name).fill_null(False) for name in sets),
            ),
        )
        .drop(sets)
    )


def centralisation_of(centralisation: pl.DataFrame, period: Period) -> pl.DataFrame:
    """P7-3: of what a group ordered in the window, the share of its head or under a contract.

    Only groups of several parties have one.
    """
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    amounts = pl.col("ordered_amount", "central_amount").sum().cast(pl.Float64)
    return (
        centralisation.filter(inside)
        .group_by("customer_id")
        .agg(amounts)
        .select("customer_id", central_share=pl.col("central_amount") / pl.col("ordered_amount"))
    )


def _screen(known: pl.Expr, passed: pl.Expr) -> pl.Expr:
    return (
        pl.when(~known)
        .then(pl.lit(NOT_KNOWN))
        .when(passed)
        .then(pl.lit(PASS))
        .otherwise(pl.lit(FAIL))
    )


def _judged(frame: pl.DataFrame, policy: Policy, *, is_long_enough: bool) -> pl.DataFrame:
    """Add each screen's outcome, whether the customer is a key account, and the code why."""
    measured = pl.col("central_share") >= policy.central_order_share
    is_central = pl.coalesce("is_central", measured)
    lasting = (
        (pl.col("active_years") >= policy.continuity_active_years)
        & (pl.col("active_quarter_share") >= policy.continuity_quarter_share)
        & (pl.col("annual_cv") <= policy.continuity_cv).fill_null(False)
    )
    outcomes = frame.with_columns(
        value=_screen(pl.lit(True), pl.col("is_valuable")),
        fit=_screen(pl.col("fit_score").is_not_null(), pl.col("fit_score") >= policy.fit_score_min),
        central_purchase=_screen(is_central.is_not_null(), is_central),
        continuity=_screen(pl.lit(is_long_enough), lasting),
    )
    failed = pl.concat_str(
        [pl.when(pl.col(name) == FAIL).then(pl.lit(name)) for name in REASONS],
        separator="+",
        ignore_nulls=True,
    )
    known = pl.sum_horizontal(pl.col(name) != NOT_KNOWN for name in SCREENS)
    passed = (
        pl.when(known == len(SCREENS))
        .then(pl.lit("passed"))
        .when(known > 0)
        .then(pl.lit(PARTLY))
        .otherwise(pl.lit(BY_VALUE))
    )
    return (
        outcomes.with_columns(failed=failed)
        .with_columns(
            is_key_account=pl.col("failed") == "",
            key_account_reason=pl.when(pl.col("failed") == "").then(passed).otherwise("failed"),
        )
        .drop("is_valuable", "failed")
    )


def lookalikes_of(
    keys: pl.DataFrame, customers: pl.DataFrame, profiles: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """P7-8: peers of key accounts, by industry and size, that bought little or nothing.

    A peer is a direct customer or prospect of the same industry and, where any size is known, of
    the same size; it bought less than `lookalike_share` of the median of the key accounts there.
    `gap_amount` is what it lacks to that median.
    """
    is_sized = profiles["size_band"].is_not_null().any()
    cell = ["industry_name", "size_band"] if is_sized else ["industry_name"]
    peers = keys.group_by(cell).agg(
        key_account_count=pl.len().cast(pl.Int64),
        peer_amount=pl.col("net_amount").median().round(2).cast(pl.Decimal(38, 2)),
    )
    bought = customers.select("customer_id", "net_amount")
    is_open = pl.col("status").is_null() | (pl.col("status") == "active")
    has_role = pl.col("role").is_in(policy.roles) if policy.roles else pl.lit(True)
    return (
        profiles.filter(is_open, "is_direct", has_role)
        .join(keys, on="customer_id", how="anti")
        .join(peers, on=cell, how="inner")
        .join(bought, on="customer_id", how="left")
        .with_columns(pl.col("net_amount").fill_null(0))
        .filter(
            pl.col("net_amount").cast(pl.Float64)
            < policy.lookalike_share * pl.col("peer_amount").cast(pl.Float64)
        )
        .with_columns(gap_amount=pl.col("peer_amount") - pl.col("net_amount"))
        .sort("gap_amount", "customer_id", descending=[True, False])
        .select(
            "customer_id",
            "customer_name",
            "industry_name",
            "size_band",
            "net_amount",
            "key_account_count",
            "peer_amount",
            "gap_amount",
        )
    )


def families_of(customers: pl.DataFrame, families: pl.DataFrame, period: Period) -> pl.DataFrame:
    """P9-1 by product: what each class bought of each product family in the window.

    `amount_share` is the class's share of the family; null where the family's net sales are not
    above zero.
    """
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    whole = pl.col("net_amount").sum().over("family").cast(pl.Float64)
    return (
        families.filter(inside)
        .join(customers.select("customer_id", "customer_class"), on="customer_id")
        .group_by("family", "customer_class")
        .agg(pl.col("net_amount").sum())
        .with_columns(
            amount_share=pl.col("net_amount").cast(pl.Float64) / pl.when(whole > 0).then(whole)
        )
        .sort("family", "customer_class")
    )
