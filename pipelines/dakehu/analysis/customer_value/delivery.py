"""How customers are served: on time, in full, at what freight, in a shortage (P9-5, P9-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.window import Period

MARTS = ("deliveries", "shortages")
KEY = "A"


@dataclass(frozen=True)
class Delivery:
    """`classes` has a row per class and one for all, its class null; empty without shipments.

    `shortage` has a row per class that ordered while its product was out, and one for all.
    """

    classes: pl.DataFrame
    shortage: pl.DataFrame
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        found = {"delivery": self.classes, "shortage": self.shortage}
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def delivery_of(
    read: Mapping[str, pl.DataFrame], customers: pl.DataFrame, period: Period
) -> Delivery:
    """Sum the frames of `MARTS` over the window; `customers` are classed (customer_class)."""
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    grades = customers.select("customer_id", "customer_class")
    due, short = (read[name].filter(inside).join(grades, on="customer_id") for name in MARTS)
    if not due["shipped_count"].sum():
        # Nothing shipped at all is no data on shipments, not the worst service.
        due, short = due.clear(), short.clear()
    classes, shortage = _served(due), _filled(short)
    return Delivery(classes, shortage, _figures(classes, shortage))


def _ratio(above: str, below: str) -> pl.Expr:
    base = pl.col(below).cast(pl.Float64)
    return pl.col(above).cast(pl.Float64) / pl.when(base > 0).then(base)


def _by_class(frame: pl.DataFrame, sums: list[pl.Expr]) -> pl.DataFrame:
    """A row per class, and one for all with an empty class if there is any."""
    by_class = frame.group_by("customer_class").agg(sums).sort("customer_class")
    whole = frame.select(pl.lit(None, pl.String).alias("customer_class"), *sums)
    return by_class if frame.is_empty() else pl.concat([by_class, whole])


def _served(due: pl.DataFrame) -> pl.DataFrame:
    """OTIF = lines in full and on time / lines due, share brought, freight / sales; by class."""
    freight = pl.col("freight_amount")
    sums = [
        pl.col("line_count", "otif_count", "mode_known_count", "delivered_count").sum(),
        pl.col("net_amount").sum(),
        pl.when(pl.lit(due["freight_amount"].is_not_null().any())).then(freight.sum()),
    ]
    return (
        _by_class(due, sums)
        .with_columns(
            pl.col("line_count").cast(pl.Int64),
            otif_share=_ratio("otif_count", "line_count"),
            delivered_share=_ratio("delivered_count", "mode_known_count"),
            freight_share=_ratio("freight_amount", "net_amount"),
        )
        .drop("otif_count", "mode_known_count", "delivered_count")
    )


def _filled(short: pl.DataFrame) -> pl.DataFrame:
    """What was shipped of what each class ordered while the product was out."""
    sums = [
        pl.col("line_count").sum().cast(pl.Int64),
        pl.col("ordered_amount", "shipped_amount").sum(),
    ]
    return _by_class(short, sums).with_columns(
        fill_share=_ratio("shipped_amount", "ordered_amount")
    )


def _figures(classes: pl.DataFrame, shortage: pl.DataFrame) -> dict[str, tuple[float, str]]:
    figures: dict[str, tuple[float, str]] = {}
    for row in classes.filter(pl.col("customer_class").is_null()).iter_rows(named=True):
        for name in ("otif_share", "delivered_share", "freight_share"):
            if row[name] is not None:
                figures[name] = (row[name], "share")
    key = pl.col("customer_class") == KEY
    for name, part in (("key", shortage.filter(key)), ("other", shortage.filter(~key))):
        ordered = float(part["ordered_amount"].sum())
        if ordered > 0:
            shipped = float(part["shipped_amount"].sum())
            figures[f"{name}_shortage_fill_share"] = (shipped / ordered, "share")
    return figures
