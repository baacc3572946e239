"""How much of what we offer each customer buys, where the gaps are, and our share of its need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value import Policy
    from dakehu.analysis.customer_value.window import Period

AMOUNT = pl.Decimal(38, 2)
PEERS = ["industry_name", "size_band"]
COLUMNS = ["family_count", "family_coverage", "wallet_share", "potential_source"]
WALLET_COLUMNS = [
    "customer_id",
    "customer_name",
    "net_amount",
    "potential_amount",
    "potential_source",
    "potential_year",
    "need_amount",
    "wallet_share",
    "previous_wallet_share",
    "open_amount",
]


@dataclass(frozen=True)
class Coverage:
    """`cells` holds what each customer bought of each family, above zero.

    `white_space` has a row per customer and family that it does not buy though its peers do,
    dearest first. `wallets` has the customers whose yearly need is stated; `columns` is what the
    customer list takes from here. `has_peers` says whether any industry is known.
    """

    cells: pl.DataFrame
    white_space: pl.DataFrame
    wallets: pl.DataFrame
    columns: pl.DataFrame
    has_peers: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        found = {"white_space": self.white_space, "wallets": self.wallets}
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def coverage_of(
    customers: pl.DataFrame, marts: Mapping[str, pl.DataFrame], period: Period, policy: Policy
) -> Coverage:
    """Measure `customers` (those of the window, classed) against families, peers and stated needs.

    `marts` holds `families` and `wallets` (customer_marts.MARTS).
    """
    profiles = customers.join(
        marts["wallets"], on="customer_id", how="left", maintain_order="left"
    ).with_columns(pl.col("industry_name").cast(pl.String))
    cells = cells_of(profiles, marts["families"], period)
    wallets = wallets_of(profiles, period)
    covered = covered_of(profiles, cells)
    white_space, key_gaps = white_space_of(profiles, cells, policy)
    columns = covered.join(
        wallets.select("customer_id", "wallet_share", "potential_source"),
        on="customer_id",
        how="left",
    )
    return Coverage(
        cells=cells,
        white_space=white_space,
        wallets=wallets,
        columns=columns.select("customer_id", *COLUMNS),
        has_peers=bool(profiles["industry_name"].is_not_null().any()),
        figures=_figures(customers, covered, wallets, white_space, key_gaps),
    )


def cells_of(customers: pl.DataFrame, families: pl.DataFrame, period: Period) -> pl.DataFrame:
    """What each of `customers` bought of each family in the window, where that is above zero."""
    return (
        families.lazy()
        .filter(pl.col("month").is_between(period.first_month, period.last_month))
        .group_by("customer_id", "family")
        .agg(pl.col("net_amount").sum())
        .filter(pl.col("net_amount") > 0)
        .join(customers.lazy().select("customer_id"), on="customer_id", how="semi")
        .sort("customer_id", "family")
        .collect()
    )


def covered_of(profiles: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Families bought over families offered to the industry (P1-1): those that anybody in it buys.

    A customer of no known industry is held against every family sold. The coverage of a customer
    whose purchases name no family is not known.
    """
    bought = cells.group_by("customer_id").agg(family_count=pl.len().cast(pl.Int64))
    offered = (
        cells.join(profiles.select("customer_id", "industry_name"), on="customer_id")
        .group_by("industry_name")
        .agg(offered_count=pl.col("family").n_unique().cast(pl.Int64))
        .drop_nulls("industry_name")
    )
    every = cells["family"].n_unique()
    return (
        profiles.select("customer_id", "industry_name", "customer_class")
        .join(bought, on="customer_id", how="left", maintain_order="left")
        .join(offered, on="industry_name", how="left", maintain_order="left")
        .with_columns(
            family_coverage=pl.col("family_count")
            / pl.when(pl.col("industry_name").is_null())
            .then(pl.lit(every))
            .otherwise("offered_count")
        )
    )


def white_space_of(
    profiles: pl.DataFrame, cells: pl.DataFrame, policy: Policy
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The families that a customer does not buy and its peers do (P1-2), and the sum by class.

    `potential_amount` is the median of what the buyers of the family in the same industry and size
    band bought of it in the window; cells with fewer than `policy.white_space_peers` buyers are
    left out. Of the cells the `policy.white_space_count` dearest are listed, the sums count all.
    """
    known = profiles.filter(pl.col("industry_name").is_not_null(), pl.col("order_count") > 0)
    peers = (
        cells.join(known.select("customer_id", *PEERS), on="customer_id")
        .group_by(*PEERS, "family")
        .agg(
            potential_amount=pl.col("net_amount").cast(pl.Float64).median().round(2).cast(AMOUNT),
            peer_count=pl.len().cast(pl.Int64),
        )
        .filter(pl.col("peer_count") >= policy.white_space_peers)
    )
    gaps = (
        known.lazy()
        .select("customer_id", "customer_class", *PEERS)
        .join(peers.lazy(), on=PEERS, nulls_equal=True)
        .drop(PEERS)
        .join(cells.lazy(), on=["customer_id", "family"], how="anti")
    )
    rank = ["potential_amount", "customer_id", "family"]
    listed = gaps.sort(rank, descending=[True, False, False]).head(policy.white_space_count)
    summed = gaps.group_by("customer_class").agg(
        gap_count=pl.len().cast(pl.Int64), potential_amount=pl.col("potential_amount").sum()
    )
    names = known.select("customer_id", "customer_name", *PEERS)
    # Streamed one by one: of a million customers by a dozen families only the result is kept.
    white_space = (
        listed.collect(engine="streaming")
        .join(names, on="customer_id", maintain_order="left")
        .select("customer_id", "customer_name", "family", "potential_amount", "peer_count", *PEERS)
    )
    return white_space, summed.collect(engine="streaming")


def wallets_of(profiles: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Our sales over what the customer buys in our category in a window as long (P8-4).

    The need is stated by its source for a year and scaled to the length of the window; both windows
    are held against the same need. Customers without one have no row. Where sales are below zero or
    above the need, the need cannot be right and the share is not known.
    """
    need, sales = pl.col("need_amount").cast(pl.Float64), pl.col("net_amount").cast(pl.Float64)
    stated = (
        profiles.filter(pl.col("potential_amount") > 0)
        .with_columns(
            need_amount=(pl.col("potential_amount").cast(pl.Float64) * period.month_count / 12)
            .round(2)
            .cast(AMOUNT)
        )
        .with_columns(wallet_share=pl.when(sales.is_between(0, need)).then(sales / need))
        .with_columns(
            open_amount=pl.when(pl.col("wallet_share").is_not_null()).then(
                pl.col("need_amount") - pl.col("net_amount")
            )
        )
    )
    if "previous_amount" in stated.columns:
        before = pl.col("previous_amount").cast(pl.Float64)
        stated = stated.with_columns(
            previous_wallet_share=pl.when(before.is_between(0, need)).then(before / need)
        )
    return stated.sort(
        "open_amount", "customer_id", descending=[True, False], nulls_last=True
    ).select(name for name in WALLET_COLUMNS if name in stated.columns)


def _figures(
    customers: pl.DataFrame,
    covered: pl.DataFrame,
    wallets: pl.DataFrame,
    white_space: pl.DataFrame,
    gaps: pl.DataFrame,
) -> dict[str, tuple[float, str]]:
    figures: dict[str, tuple[float, str]] = {}
    key = covered.filter(pl.col("customer_class") == "A", pl.col("family_coverage").is_not_null())[
        "family_coverage"
    ]
    if not key.is_empty():
        figures["key_family_coverage"] = (float(key.sum()) / key.len(), "share")
    if not white_space.is_empty():
        class_a = gaps.filter(pl.col("customer_class") == "A")
        figures["key_white_space_count"] = (int(class_a["gap_count"].sum()), "count")
        figures["key_white_space_amount"] = (float(class_a["potential_amount"].sum()), "amount")
    known = wallets.filter(pl.col("wallet_share").is_not_null())
    if not known.is_empty():
        ours, total = float(known["net_amount"].sum()), float(customers["net_amount"].sum())
        figures["wallet_share"] = (ours / float(known["need_amount"].sum()), "share")
        figures["wallet_known_share"] = (ours / total, "share")
        figures["wallet_doubtful_count"] = (wallets.height - known.height, "count")
    return figures
