"""Whom distributors sell on to, in the months that they reported: parties, groups and shares."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dakehu.analysis.distributor_ranking.ratios import ratio
from dakehu.analysis.distributor_ranking.window import Window

AMOUNT = pl.col("amount")
RETAIL = ("customer", "government", "retailer", "chain_ka")
WHOLESALE = ("second_tier", "distributor")


def reported_of(coverage: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Per distributor that ever reported sell-out: which months of the window it reported whole.

    Columns: distributor_id, reported_months, window_months, reported_until (its last reported
    month, in the window or not), is_complete.
    """
    told = pl.col("is_reported")
    return (
        coverage.group_by("distributor_id")
        .agg(
            reported_months=(told & window.within).sum().cast(pl.Int64),
            window_months=pl.lit(window.months, pl.Int64),
            reported_until=pl.col("month").filter(told).max(),
        )
        .with_columns(is_complete=pl.col("reported_months") == pl.col("window_months"))
        .sort("distributor_id")
    )


def told_rows(frame: pl.DataFrame, coverage: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The rows of `frame` in the months of the window that their distributor reported whole.

    A month that was not reported is missing and not zero; one reported in part would look weak.
    """
    told = coverage.filter(pl.col("is_reported") & window.within)
    return frame.join(told, on=["distributor_id", "month"], how="semi")


def groups_of(sold: pl.DataFrame) -> pl.DataFrame:
    """Downstream groups by amount with their share in the distributor's sell-out, largest first.

    Columns: distributor_id, downstream_group_id, amount, share, place. Groups that gave back more
    than they bought are no part of the base.
    """
    whole = AMOUNT.sum().over("distributor_id").cast(pl.Float64)
    return (
        sold.group_by("distributor_id", "downstream_group_id")
        .agg(AMOUNT.sum())
        .filter(AMOUNT > 0)
        .sort(["distributor_id", "amount", "downstream_group_id"], descending=[False, True, False])
        .with_columns(
            share=AMOUNT.cast(pl.Float64) / whole,
            place=pl.int_range(1, pl.len() + 1).over("distributor_id"),
        )
    )


def structure_criteria(read: Mapping[str, pl.DataFrame], window: Window) -> list[pl.DataFrame]:
    """Monthly parts of P10-3 to P10-6; see `ratios`."""
    sold = told_rows(read["sell_out"], read["coverage"], window)
    user = pl.col("is_end_user")
    # Between us and the user stand the tiers down to the seller; a reseller is one more.
    owners = pl.col("tier_depth").fill_null(2) - 1 + (~user).cast(pl.Int64)
    kind = sold.filter(is_retail().is_not_null())
    known, amount = sold.filter(user.is_not_null()), AMOUNT.cast(pl.Float64)
    bought = pl.col("visit_count") > 0
    return [
        *_concentration(sold),
        ratio(known, "end_user_share", pl.when(user).then(amount).otherwise(0), amount),
        ratio(known, "channel_length", amount * owners, amount),
        ratio(kind, "retail_share", pl.when(is_retail()).then(amount).otherwise(0), amount),
        ratio(sold, "new_face_ratio", bought.cast(pl.Int64), pl.col("visit_count")),
    ]


def is_retail() -> pl.Expr:
    """True for users and shops, false for wholesalers, null where nobody says what the party is."""
    role = pl.col("role")
    return (
        pl.when(pl.col("is_end_user") | role.is_in(RETAIL))
        .then(pl.lit(True))
        .when(role.is_in(WHOLESALE))
        .then(pl.lit(False))
    )


def _concentration(sold: pl.DataFrame) -> list[pl.DataFrame]:
    """Share of the four largest, HHI and share of the largest, of the groups of the whole window.

    HHI is no ratio of sums: its months carry 2 s x - H X for H = sum of s squared, which sums to H
    and moves with the months as H does to first order.
    """
    groups = groups_of(sold)
    squares = pl.col("share").pow(2).sum().over("distributor_id")
    ranked = groups.with_columns(squares=squares).drop("amount")
    rows = sold.join(ranked, on=["distributor_id", "downstream_group_id"])
    amount, place = AMOUNT.cast(pl.Float64), pl.col("place")
    moved = 10_000 * amount * (2 * pl.col("share") - pl.col("squares"))
    return [
        ratio(rows, "downstream_cr4", pl.when(place <= 4).then(amount).otherwise(0), amount),
        ratio(rows, "downstream_hhi", moved, amount),
        ratio(rows, "worst_loss_share", pl.when(place == 1).then(amount).otherwise(0), amount),
    ]
