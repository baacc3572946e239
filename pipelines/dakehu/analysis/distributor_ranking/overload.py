"""Quotas above what a distributor can carry, and the support that comes with them (article 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from dakehu.analysis.distributor_ranking.evidence import STATISTICS, signs
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import Window, back

KEY = "distributor_id"
FIELD_COSTS = ("promotion", "service", "presale", "expense")


@dataclass(frozen=True)
class Overload:
    """`signs` of the window (see `evidence`).

    `quota_load`: distributor_id, distributor_level, target_amount (periods ended in the window),
    quota_months, capacity_amount and reachable_amount (of as many months; the second is sell-out of
    the year before, at what it paid for the goods, with the growth of its region), overload (P3-4),
    support_amount, support_intensity, level_intensity (median of its level), support_ratio (P3-5).
    """

    signs: pl.DataFrame
    quota_load: pl.DataFrame


def overload_of(read: Mapping[str, pl.DataFrame], window: Window, policy: Policy) -> Overload:
    """Set quotas against capacity and demand; arithmetic on documents, and so grade C."""
    frame = _targets(read["quotas"], window)
    for part in (_demand(read, window), _support(read, window)):
        frame = frame.join(part, on=KEY, how="left")
    target = pl.col("target_amount").cast(pl.Float64)
    year = pl.col("quota_months") / 12
    frame = (
        frame.join(
            read["distributors"].select(KEY, "distributor_level", "capacity_amount"),
            on=KEY,
            how="inner",
        )
        .with_columns(
            capacity_amount=pl.col("capacity_amount").cast(pl.Float64) * year,
            reachable_amount=pl.col("reachable_amount") * year,
        )
        .with_columns(
            overload=target / pl.min_horizontal("capacity_amount", "reachable_amount"),
            support_intensity=pl.col("support_amount").cast(pl.Float64) / target,
        )
        .with_columns(
            level_intensity=pl.col("support_intensity").median().over("distributor_level")
        )
        .with_columns(
            pl.col("capacity_amount", "reachable_amount").round(2).cast(pl.Decimal(38, 2)),
            support_ratio=pl.col("support_intensity") / pl.col("level_intensity"),
        )
        .sort(KEY)
    )
    over = frame.filter(pl.col("overload") > policy.overload_line).with_columns(
        month=pl.lit(window.last, pl.Date), value="overload"
    )
    return Overload(
        signs(over, "quota_overload", "overload", policy.overload_line, STATISTICS, "quota"), frame
    )


def _targets(quotas: pl.DataFrame, window: Window) -> pl.DataFrame:
    ended = pl.col("period_end").dt.truncate("1mo")
    begun = pl.col("period_start").dt.truncate("1mo")
    length = (ended.dt.year() - begun.dt.year()) * 12 + (ended.dt.month() - begun.dt.month()) + 1
    return (
        quotas.filter(
            (pl.col("holder_kind") == "distributor")
            & ended.is_between(window.first, window.last)
            & (pl.col("target_amount") > 0)
        )
        .group_by(pl.col("holder_id").alias(KEY))
        .agg(pl.col("target_amount").sum(), quota_months=length.sum().cast(pl.Int64))
    )


def _demand(read: Mapping[str, pl.DataFrame], window: Window) -> pl.DataFrame:
    """Sell-out of the year before the window with the growth of its region.

    Missing where fewer than half of those months were reported: a start is no measure of demand.
    """
    earlier = pl.col("month").is_between(back(window.first, 12), back(window.first, 1))
    told = read["coverage"].filter(pl.col("is_reported") & earlier)
    sold = (
        read["stock"]
        .join(told, on=[KEY, "month"], how="semi")
        .group_by(KEY)
        .agg(sold=pl.col("sold_cost_amount").sum().cast(pl.Float64), months=pl.len())
        .filter((pl.col("months") >= 6) & (pl.col("sold") > 0))
    )
    amount = pl.col("net_amount").cast(pl.Float64)
    now, before = (amount.filter(when).sum() for when in (window.compared, window.year_before))
    regions = (
        read["monthly"].group_by("region_name").agg(pace=now / pl.when(before > 0).then(before))
    )
    home = read["monthly"].group_by(KEY).agg(pl.col("region_name").last())
    return (
        sold.join(home, on=KEY)
        .join(regions, on="region_name", nulls_equal=True)
        .select(KEY, reachable_amount=pl.col("sold") * 12 / pl.col("months") * pl.col("pace"))
    )


def _support(read: Mapping[str, pl.DataFrame], window: Window) -> pl.DataFrame:
    """Promotions, field costs and rebates of the window."""
    costs = read["support"].filter(window.within & pl.col("cost_type").is_in(FIELD_COSTS))
    ended = pl.col("period_end").dt.truncate("1mo").is_between(window.first, window.last)
    rebates = read["rebates"].filter(ended).select(KEY, amount="accrued_amount")
    return (
        pl.concat([costs.select(KEY, "amount"), rebates], how="vertical_relaxed")
        .group_by(KEY)
        .agg(support_amount=pl.col("amount").sum())
    )
