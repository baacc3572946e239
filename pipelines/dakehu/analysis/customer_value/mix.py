"""What sales are made of: product families and solutions, and how that shifted between windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.window import Period


@dataclass(frozen=True)
class Mix:
    """`families` has a row per product family, largest first, and one of null for the rest.

    It is empty where no line names a family. `figures` holds the shares of solutions, bundles and
    custom products, each with its value in the window before where that is known.
    """

    families: pl.DataFrame
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {} if self.families.is_empty() else {"family_mix": self.families}


def mix_of(known: pl.DataFrame, marts: Mapping[str, pl.DataFrame], period: Period) -> Mix:
    """The mix of the customers in `known` (customer_window.bought), in both windows.

    `marts` holds `families` and `solutions` (customer_marts.MARTS).
    """
    ids = known.select("customer_id")
    families = marts["families"].join(ids, on="customer_id", how="semi")
    orders = marts["solutions"].join(ids, on="customer_id", how="semi")
    now = period.first_month, period.last_month
    before = period.previous_first_month, period.previous_last_month
    figures = _shares(orders, now, "")
    if period.has_previous:
        figures |= _shares(orders, before, "previous_")
    return Mix(families=families_of(known, families, now, before), figures=figures)


def families_of(
    known: pl.DataFrame, families: pl.DataFrame, now: tuple, before: tuple
) -> pl.DataFrame:
    """Share of each family in sales and its change in share (P11-1); the shares add up to one."""
    has_previous = before[0] is not None
    inside = pl.col("month").is_between(*now)
    earlier = pl.col("month").is_between(*before) if has_previous else pl.lit(False)
    frame = (
        families.group_by("family")
        .agg(
            customer_count=pl.col("customer_id").filter(inside).n_unique().cast(pl.Int64),
            net_amount=pl.col("net_amount").filter(inside).sum(),
            previous_amount=pl.col("net_amount").filter(earlier).sum(),
            is_seen=(inside | earlier).any(),
        )
        .filter("is_seen")
        .drop("is_seen")
        .sort("net_amount", "family", descending=[True, False])
    )
    if frame.is_empty():
        return frame
    amounts = ("net_amount", "previous_amount")
    totals = known.select(pl.col(amounts).sum())
    rest = totals.with_columns(pl.col(name) - frame[name].sum() for name in amounts)
    unnamed = rest.filter(pl.any_horizontal(pl.col(amounts) != 0))
    frame = pl.concat([frame, unnamed], how="diagonal")
    frame = frame.with_columns(amount_share=_share("net_amount", totals))
    if not has_previous:
        return frame.drop("previous_amount")
    return frame.with_columns(previous_share=_share("previous_amount", totals)).with_columns(
        share_change=pl.col("amount_share") - pl.col("previous_share")
    )


def _share(amount: str, totals: pl.DataFrame) -> pl.Expr:
    total = float(totals[amount][0])
    return pl.when(pl.lit(total > 0)).then(pl.col(amount).cast(pl.Float64) / total)


def _shares(orders: pl.DataFrame, months: tuple, prefix: str) -> dict[str, tuple[float, str]]:
    """Solutions over orders of known type (P11-2); bundles (P1-3), custom (P5-4) over value."""
    inside = orders.filter(pl.col("month").is_between(*months))
    parts = {
        "solution_share": ("solution_count", "typed_count"),
        "bundled_share": ("bundled_amount", "ordered_amount"),
        "custom_share": ("custom_amount", "kind_amount"),
    }
    sums = {name: float(inside[name].sum()) for pair in parts.values() for name in pair}
    return {
        prefix + name: (sums[part] / sums[whole], "share")
        for name, (part, whole) in parts.items()
        if sums[whole] > 0
    }
