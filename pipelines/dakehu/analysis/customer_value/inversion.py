"""Prices upside down: lines sold below their cost, or above the price in the shops (P9-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.window import Period

MARTS = ("price_inversion", "retail_prices")
UNIT_PRICE = pl.Decimal(38, 4)


@dataclass(frozen=True)
class Inversion:
    """`pairs` has a row per customer and product sold below cost in the window.

    `products` sums them by product; both are missing unless any cost is known (`has_margin`).
    `retail` has a row per product sold above its published retail price; `has_retail` tells that
    there is such a price for any line of the window.
    """

    pairs: pl.DataFrame
    products: pl.DataFrame
    retail: pl.DataFrame
    has_margin: bool
    has_retail: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        below = {"price_inversion": self.pairs, "price_inversion_products": self.products}
        above = {"retail_inversion": self.retail}
        return (below if self.has_margin else {}) | (above if self.has_retail else {})


def inversion_of(
    read: Mapping[str, pl.DataFrame], known: pl.DataFrame, period: Period
) -> Inversion:
    """Sum the frames of `MARTS` over the window, for the customers in `known` (window.bought)."""
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    wanted = known.select("customer_id")
    below = read["price_inversion"].filter(inside)
    pairs = _pairs(below, known)
    listed = read["retail_prices"].filter(inside).join(wanted, on="customer_id", how="semi")
    retail = _retail(listed)
    has_margin = bool(known["margin_amount"].is_not_null().any())
    figures = _below_cost(pairs, known) if has_margin else {}
    if not listed.is_empty():
        figures |= {
            "retail_inverted_line_count": (int(retail["line_count"].sum()), "count"),
            "retail_inverted_amount": (float(retail["net_amount"].sum()), "amount"),
            "retail_excess_amount": (float(retail["excess_amount"].sum()), "amount"),
        }
    return Inversion(
        pairs=pairs,
        products=_products(pairs),
        retail=retail,
        has_margin=has_margin,
        has_retail=not listed.is_empty(),
        figures=figures,
    )


def _pairs(below: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Sales below cost by customer and product, dearest first."""
    names = known.select("customer_id", "customer_name", sold="net_amount")
    sold = pl.col("sold").cast(pl.Float64)
    return (
        below.group_by("customer_id", "product_id")
        .agg(
            pl.col("product_name").first(),
            pl.col("line_count", "quantity", "net_amount", "loss_amount").sum(),
        )
        .join(names, on="customer_id")
        .with_columns(
            customer_share=pl.col("net_amount").cast(pl.Float64) / pl.when(sold > 0).then(sold)
        )
        .sort("loss_amount", "customer_id", "product_id", descending=[True, False, False])
        .select(
            "customer_id", "customer_name", "product_id", "product_name", "line_count", "quantity",
            "net_amount", "loss_amount", "customer_share",
        )
    )  # fmt: skip


def _products(pairs: pl.DataFrame) -> pl.DataFrame:
    """The same by product, with the mean price and cost of a unit on these lines."""
    units = pl.col("quantity").cast(pl.Float64)
    sold, lost = (pl.col(name).cast(pl.Float64) for name in ("net_amount", "loss_amount"))
    return (
        pairs.group_by("product_id")
        .agg(
            pl.col("product_name").first(),
            pl.len().cast(pl.Int64).alias("customer_count"),
            pl.col("line_count", "quantity", "net_amount", "loss_amount").sum(),
        )
        .with_columns(
            mean_price_amount=(sold / units).cast(UNIT_PRICE),
            mean_cost_amount=((sold + lost) / units).cast(UNIT_PRICE),
        )
        .sort("loss_amount", "product_id", descending=[True, False])
    )


def _retail(listed: pl.DataFrame) -> pl.DataFrame:
    """Products of which any line was dearer than in the shops, dearest first."""
    return (
        listed.group_by("product_id")
        .agg(
            pl.col("product_name").first(),
            customer_count=pl.col("customer_id")
            .filter(pl.col("line_count") > 0)
            .n_unique()
            .cast(pl.Int64),
            priced_count=pl.col("priced_count").sum().cast(pl.Int64),
            line_count=pl.col("line_count").sum().cast(pl.Int64),
            net_amount=pl.col("net_amount").sum(),
            excess_amount=pl.col("excess_amount").sum(),
        )
        .filter(pl.col("line_count") > 0)
        .sort("excess_amount", "product_id", descending=[True, False])
    )


def _below_cost(pairs: pl.DataFrame, known: pl.DataFrame) -> dict[str, tuple[float, str]]:
    sold, below = float(known["net_amount"].sum()), float(pairs["net_amount"].sum())
    figures: dict[str, tuple[float, str]] = {
        "inverted_line_count": (int(pairs["line_count"].sum()), "count"),
        "inverted_amount": (below, "amount"),
        "inverted_loss_amount": (float(pairs["loss_amount"].sum()), "amount"),
    }
    return figures | ({"inverted_share": (below / sold, "share")} if sold > 0 else {})
