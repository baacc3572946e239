"""The classes that management gave customers, against those that their sales give (P9-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

NAMED = "A"  # the class that makes a customer a key account by name


@dataclass(frozen=True)
class Classes:
    """`cross` counts customers by `given_class` and `customer_class`, null where there is none.

    `differences` has a row per customer that is class A by one of them only, the largest first.
    Both are empty where management gave nobody a class.
    """

    cross: pl.DataFrame
    differences: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        if self.cross.is_empty():
            return {}
        return {"given_classes": self.cross, "class_differences": self.differences}


def classes_of(customers: pl.DataFrame, profiles: pl.DataFrame, policy: Policy) -> Classes:
    """Compare; `customers` are those of the window with their class, `profiles` everybody."""
    wanted = profiles.filter(pl.col("role").is_in(policy.roles)) if policy.roles else profiles
    given = wanted.filter(pl.col("given_class").is_not_null())
    both = (
        given.select("customer_id", "customer_name", "given_class")
        .join(
            customers.select("customer_id", "customer_name", "customer_class", "net_amount"),
            on="customer_id",
            how="full",
            coalesce=True,
        )
        .with_columns(
            customer_name=pl.coalesce("customer_name_right", "customer_name"),
            net_amount=pl.col("net_amount").fill_null(0),
        )
        .drop("customer_name_right")
    )
    both = both if not given.is_empty() else both.clear()
    by_name, by_sales = (
        pl.col(column).eq_missing(NAMED) for column in ("given_class", "customer_class")
    )
    classes = ["given_class", "customer_class"]
    return Classes(
        cross=both.group_by(classes)
        .agg(customer_count=pl.len().cast(pl.Int64), net_amount=pl.col("net_amount").sum())
        .sort(classes, nulls_last=True),
        differences=both.filter(by_name != by_sales)
        .sort("net_amount", "customer_id", descending=[True, False])
        .select("customer_id", "customer_name", *classes, "net_amount"),
    )
