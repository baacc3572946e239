"""Whom each distributor sells to and what hangs on them (item 5, P10-3 to P10-6 and P10-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from dakehu.analysis.distributor_ranking.criteria import Criteria
from dakehu.analysis.distributor_ranking.structure import (
    AMOUNT,
    groups_of,
    is_retail,
    reported_of,
    told_rows,
)
from dakehu.analysis.distributor_ranking.window import Window

SHARES = ("downstream_cr4", "downstream_hhi", "end_user_share", "worst_loss_share",
          "channel_length", "new_face_ratio")  # fmt: skip
# The published columns, in this order; one that nobody has is left out.
COLUMNS = (
    "distributor_id", "customer_count", "cr4", "hhi", "effective_number", "end_user_share",
    "channel_length", "new_face_ratio", "worst_loss_share", "worst_loss_id", "amount",
    "retail_amount", "wholesale_amount", "unknown_amount", "retail_wholesale_ratio",
    "targeted_count", "poaching_share", "reported_months", "window_months", "reported_until",
    "is_complete",
)  # fmt: skip
KEY = "distributor_id"


@dataclass(frozen=True)
class Downstream:
    """Sell-out over the months of the window that each distributor reported whole.

    `downstream` has a row per distributor with such months; `roles` its sell-out by kind of party;
    `groups` its groups, largest first, with their share and whether rivals are after them.
    `unreported` are the distributors whose sell-out is not known for the whole window, with the
    months that are: distributor_id, reported_months, window_months, reported_until; those that
    never reported have 0 and null.
    """

    downstream: pl.DataFrame
    roles: pl.DataFrame
    groups: pl.DataFrame
    unreported: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name; empty without sell-out."""
        found = {"downstream": self.downstream, "downstream_roles": self.roles}
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def downstream_of(
    read: Mapping[str, pl.DataFrame], window: Window, criteria: Criteria
) -> Downstream:
    """The structure below each distributor; `criteria` gives the shares that are also scored.

    `read` holds the frames of `marts.MARTS`.
    """
    sold = told_rows(read["sell_out"], read["coverage"], window)
    reported = reported_of(read["coverage"], window)
    is_watched = "competitor_events" in read["mapped"]["table_name"]
    sold = sold.with_columns(
        is_targeted=_is_targeted(sold, read["rivals"].filter(window.within), is_watched)
    )
    groups = groups_of(sold).join(
        sold.group_by(KEY, "downstream_group_id").agg(pl.col("is_targeted").any()),
        on=[KEY, "downstream_group_id"],
        maintain_order="left",
    )
    names = {"downstream_cr4": "cr4", "downstream_hhi": "hhi"}
    frame = (
        _sums(sold, is_watched)
        .join(_counts(groups), on=KEY, how="left")
        .join(criteria.wide(*SHARES).rename(names), on=KEY)
        .join(reported, on=KEY)
        .with_columns(effective_number=10_000 / pl.col("hhi"))
        .sort(KEY)
    )
    listed = [name for name in COLUMNS if frame[name].is_not_null().any()]
    return Downstream(
        downstream=frame.select(listed),
        roles=_roles(sold),
        groups=groups if is_watched else groups.drop("is_targeted"),
        unreported=_unreported(read["distributors"], reported, window),
    )


def _is_targeted(sold: pl.DataFrame, rivals: pl.DataFrame, is_watched: bool) -> pl.Series:
    """Whether a rival moved at the party in the window, by whatever means; null if nobody looks."""
    hunted = sold["downstream_id"].is_in(rivals["downstream_id"].unique().to_list())
    return hunted if is_watched else pl.Series([None] * sold.height, dtype=pl.Boolean)


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    base = below.cast(pl.Float64)
    return above.cast(pl.Float64) / pl.when(base > 0).then(base)


def _sums(sold: pl.DataFrame, is_watched: bool) -> pl.DataFrame:
    """Amounts by side of the trade, and the share of the parties that rivals are after (P10-13)."""
    retail, targeted = is_retail(), pl.col("is_targeted")
    exposure = _ratio(AMOUNT.filter(targeted).sum(), AMOUNT.sum())
    count = pl.col("downstream_id").filter(targeted).n_unique().cast(pl.Int64)
    return (
        sold.group_by(KEY)
        .agg(
            amount=AMOUNT.sum(),
            retail_amount=AMOUNT.filter(retail).sum(),
            wholesale_amount=AMOUNT.filter(~retail).sum(),
            unknown_amount=AMOUNT.filter(retail.is_null()).sum(),
            targeted_count=count if is_watched else pl.lit(None, pl.Int64),
            poaching_share=exposure if is_watched else pl.lit(None, pl.Float64),
        )
        .with_columns(
            retail_wholesale_ratio=_ratio(pl.col("retail_amount"), pl.col("wholesale_amount"))
        )
    )


def _counts(groups: pl.DataFrame) -> pl.DataFrame:
    return groups.group_by(KEY, maintain_order=True).agg(
        customer_count=pl.len().cast(pl.Int64),
        worst_loss_id=pl.col("downstream_group_id").first(),
    )


def _roles(sold: pl.DataFrame) -> pl.DataFrame:
    """Sell-out by kind of party: distributor_id, role, tier_depth, customer_count, amount, share.

    `role` is "-" where the party is in no customer file.
    """
    whole = AMOUNT.sum().over(KEY)
    return (
        sold.group_by(KEY, pl.col("role").fill_null("-"), "tier_depth")
        .agg(customer_count=pl.col("downstream_id").n_unique().cast(pl.Int64), amount=AMOUNT.sum())
        .with_columns(amount_share=_ratio(AMOUNT, whole))
        .sort([KEY, "amount", "role", "tier_depth"], descending=[False, True, False, False])
    )


def _unreported(distributors: pl.DataFrame, reported: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Nobody stands here where no distributor reports at all: that is absent, and said so."""
    if reported.is_empty():
        return reported.drop("is_complete")
    return (
        distributors.select(KEY)
        .join(reported, on=KEY, how="left")
        .with_columns(
            pl.col("reported_months").fill_null(0),
            pl.col("window_months").fill_null(window.months),
        )
        .filter(~pl.col("is_complete").fill_null(False))
        .drop("is_complete")
        .sort(KEY)
    )
