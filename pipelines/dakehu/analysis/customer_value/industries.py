"""Which industries we live on, and which of them moved sales: by number, by mix, by amount."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value.window import growth

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.window import Period

AMOUNT = pl.Decimal(38, 2)
EFFECTS = ["number_amount", "mix_amount", "rate_amount"]


@dataclass(frozen=True)
class Industries:
    """`industries` has a row per industry, largest first; null stands for those of none known.

    It is empty where no industry is known at all. `effects` are the sums of the three effects over
    the industries, by name; they add up to the change of sales. {} without a previous window.
    """

    industries: pl.DataFrame
    effects: dict[str, float]
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {} if self.industries.is_empty() else {"industries": self.industries}


def industries_of(known: pl.DataFrame, cells: pl.DataFrame, period: Period) -> Industries:
    """The industries of the customers in `known` that bought in either window.

    `known` comes from customer_window.bought, `cells` from customer_coverage.cells_of; they tell
    which family each industry buys most of.
    """
    frame = known.filter(pl.col("is_in_window") | pl.col("is_in_previous"))
    if not frame["industry_name"].is_not_null().any():
        return Industries(pl.DataFrame(), {}, {})
    summed = _summed(frame).join(
        _leading(frame, cells), on="industry_name", how="left", nulls_equal=True
    )
    summed = summed.sort("net_amount", "industry_name", descending=[True, False])
    if not period.has_previous:
        return Industries(summed.drop("previous_amount", "previous_count"), {}, _figures(summed))
    split = decomposed(summed).with_columns(growth=growth())
    effects = {name: float(split[name].sum()) for name in EFFECTS}
    return Industries(split, effects, _figures(summed))


def decomposed(industries: pl.DataFrame) -> pl.DataFrame:
    """Split each industry's change of sales into number, mix and rate; the three add up exactly.

    Sales of an industry are N * s * a: customers of all industries, the industry's share of them,
    its sales per customer. Each factor's effect is its change times the mean of the other two over
    both windows: the customers' number dN * s * a, the mix N * ds * a, and the rate, what is left
    of the change, N * s * da. Where nobody of the industry bought in one window its sales per
    customer are those of the other. `contribution` is the change over all sales before.

    Args:
        industries: `customer_count`, `previous_count`, `net_amount`, `previous_amount`.
    """
    n1, n0 = pl.col("customer_count"), pl.col("previous_count")
    a1 = pl.when(n1 > 0).then(pl.col("net_amount").cast(pl.Float64) / n1)
    a0 = pl.when(n0 > 0).then(pl.col("previous_amount").cast(pl.Float64) / n0)
    each = pl.mean_horizontal(a1, a0).fill_null(0)
    s1, s0 = (n / pl.when(n.sum() > 0).then(n.sum()) for n in (n1, n0))
    s1, s0 = s1.fill_null(0), s0.fill_null(0)
    number = (n1.sum() - n0.sum()) * (s1 + s0) / 2 * each
    mix = (s1 - s0) * (n1.sum() + n0.sum()) / 2 * each
    before = pl.col("previous_amount").cast(pl.Float64).sum()
    change = pl.col("change_amount")
    return (
        industries.with_columns(
            change_amount=pl.col("net_amount") - pl.col("previous_amount"),
            number_amount=number.round(2).cast(AMOUNT),
            mix_amount=mix.round(2).cast(AMOUNT),
        )
        .with_columns(rate_amount=change - pl.col("number_amount") - pl.col("mix_amount"))
        .with_columns(contribution=pl.when(before > 0).then(change.cast(pl.Float64) / before))
    )


def _summed(frame: pl.DataFrame) -> pl.DataFrame:
    costed = pl.col("margin_amount").is_not_null()
    sold = pl.col("net_amount").filter(costed).sum().cast(pl.Float64)
    margin = pl.when(costed.any()).then(pl.col("margin_amount").sum())
    net = pl.col("net_amount").cast(pl.Float64)
    total = float(frame["net_amount"].sum())
    return (
        frame.group_by("industry_name")
        .agg(
            customer_count=(pl.col("order_count") > 0).sum().cast(pl.Int64),
            previous_count=(pl.col("previous_orders") > 0).sum().cast(pl.Int64),
            net_amount=pl.col("net_amount").sum(),
            previous_amount=pl.col("previous_amount").sum(),
            margin_amount=margin,
            margin_share=pl.when(sold > 0).then(margin.cast(pl.Float64) / sold),
        )
        .with_columns(amount_share=pl.when(pl.lit(total > 0)).then(net / total))
    )


def _leading(frame: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """The family that each industry buys most of, and its share of what is known by family."""
    bought = (
        cells.join(frame.select("customer_id", "industry_name"), on="customer_id")
        .group_by("industry_name", "family")
        .agg(pl.col("net_amount").sum())
        .sort("net_amount", "family", descending=[True, False])
    )
    net = pl.col("net_amount").cast(pl.Float64)
    return bought.group_by("industry_name", maintain_order=True).agg(
        leading_family=pl.col("family").first(), leading_share=net.first() / net.sum()
    )


def _figures(summed: pl.DataFrame) -> dict[str, tuple[float, str]]:
    named = summed.filter(pl.col("industry_name").is_not_null())
    return {
        "industry_count": (named.height, "count"),
        "largest_industry_share": (float(named["amount_share"][0] or 0), "share"),
    }
