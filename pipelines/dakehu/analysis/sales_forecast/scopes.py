"""Where an event acts: its scope as a filter on cells of sales, and the sales it leaves alone."""

from __future__ import annotations

import json
from typing import NamedTuple

import polars as pl

DIMENSIONS = {
    "region": "region_id",
    "family": "family",
    "product": "product_id",
    "customer": "customer_id",
}
Scope = dict[str, list[str]]


class Sides(NamedTuple):
    """`treated`: month, amount; `controls`: control, month, amount, of series out of the scope."""

    treated: pl.DataFrame
    controls: pl.DataFrame


def scope_of(text: str | None) -> Scope | None:
    """`{"region": "DB"}` or lists of keys; {} is everywhere; None where it is not understood."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return None
    if not isinstance(found, dict) or not found.keys() <= DIMENSIONS.keys():
        return None
    return {
        name: [str(one) for one in (value if isinstance(value, list) else [value])]
        for name, value in found.items()
    }


def inside(scope: Scope) -> pl.Expr:
    """The cells in scope; a dimension that the scope does not name is not limited."""
    return pl.all_horizontal(
        pl.lit(True), *(pl.col(DIMENSIONS[name]).is_in(keys) for name, keys in scope.items())
    )


def sides_of(scope: Scope, cells: pl.DataFrame, customers: pl.DataFrame) -> Sides:
    """The series in scope, and those outside of it that it may be compared with.

    A region is compared with other regions, on the same products; products and families with other
    families, since what is out of stock is replaced by its neighbours; customers with the regions,
    less their own purchases. Without a scope there is nothing to compare with.

    Args:
        scope: see `scope_of`.
        cells: region_id, product_id, family, month, amount.
        customers: customer_id, region_id, month, amount, of the customers named in scopes.
    """
    if "customer" in scope:
        own = customers.filter(inside({"customer": scope["customer"]}))
        minus = own.select("region_id", "month", amount=-pl.col("amount"))
        rest = pl.concat([cells.select("region_id", "month", "amount"), minus])
        return Sides(_summed(own), _summed(rest.rename({"region_id": "control"}), "control"))
    treated = cells.filter(inside(scope))
    if "region" in scope:
        goods = {name: keys for name, keys in scope.items() if name != "region"}
        rest = cells.filter(inside(goods), ~inside({"region": scope["region"]}))
        return Sides(_summed(treated), _summed(rest.rename({"region_id": "control"}), "control"))
    families = treated["family"].unique().to_list() if scope else cells["family"].unique().to_list()
    rest = cells.filter(~pl.col("family").is_in(families))
    return Sides(_summed(treated), _summed(rest.rename({"family": "control"}), "control"))


def _summed(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    return frame.group_by(*keys, "month").agg(pl.col("amount").sum()).sort(*keys, "month")
