"""Small hierarchies for the forecast's parts: the mart, base forecasts and past errors by hand."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl

from dakehu.analysis.sales_forecast.hierarchy import Structure

MART = {
    "level": pl.String, "key": pl.String, "key_name": pl.String, "month": pl.Date,
    "base_amount": pl.Decimal(38, 2),
}  # fmt: skip


def month(number: int) -> date:
    """The first day of month `number`, counted from January 2021."""
    return date(2021 + number // 12, number % 12 + 1, 1)


def mart(
    cells: dict[tuple[str, str], list[float]],
    distributors: dict[str, list[float]] | None = None,
    accounts: dict[str, list[float]] | None = None,
) -> pl.DataFrame:
    """mart_sales_forecast from cells (region, family): every level summed from them, by month.

    The lists end together; shorter ones begin later.
    """
    length = max(len(values) for values in cells.values())
    sums: dict[tuple[str, str, int], Decimal] = {}

    def add(level: str, key: str, values: list[float]) -> None:
        for i, value in enumerate(values, start=length - len(values)):
            place = (level, key, i)
            sums[place] = sums.get(place, Decimal(0)) + Decimal(str(value))

    for (region, family), values in cells.items():
        for level, key in (
            ("total", "total"),
            ("region", region),
            ("product_family", family),
            ("region_family", f"{region}|{family}"),
        ):
            add(level, key, values)
    for level, parts in (("distributor", distributors), ("key_account", accounts)):
        for key, values in (parts or {}).items():
            add(level, key, values)
    rows = [(level, key, key.upper(), month(i), value) for (level, key, i), value in sums.items()]
    return pl.DataFrame(rows, schema=MART, orient="row")


def two_by_two() -> Structure:
    """Regions N, S by families a, b, and distributors."""
    cells = ["N|a", "N|b", "S|a", "S|b"]
    members = [("region_family", cell, cell) for cell in cells]
    members += [("total", "total", cell) for cell in cells]
    members += [("region", cell[0], cell) for cell in cells]
    members += [("product_family", cell[2], cell) for cell in cells]
    return Structure(
        "region_family",
        pl.DataFrame(members, schema=["level", "key", "cell"], orient="row"),
        ("distributor",),
    )


SERIES = [
    ("total", "total"), ("region", "N"), ("region", "S"), ("product_family", "a"),
    ("product_family", "b"), ("region_family", "N|a"), ("region_family", "N|b"),
    ("region_family", "S|a"), ("region_family", "S|b"), ("distributor", "-"), ("distributor", "D1"),
    ("distributor", "D2"),
]  # fmt: skip


def base(amounts: list[float], floored: bool = True, cutoff: int = 30) -> pl.DataFrame:
    """One month ahead of every series of `two_by_two`, in the order of SERIES."""
    return pl.DataFrame(
        {
            "level": [level for level, _ in SERIES],
            "key": [key for _, key in SERIES],
            "cutoff": month(cutoff),
            "horizon": 1,
            "month": month(cutoff + 1),
            "model": "m",
            "mean_amount": amounts,
            "is_floored": floored,
            "scale": 10.0,
            "square_scale": 100.0,
        },
        schema_overrides={"horizon": pl.Int64, "mean_amount": pl.Float64},
    )


def errors(spreads: list[float], cutoffs: int = 20, seed: int = 1) -> pl.DataFrame:
    """Past forecasts whose errors have these standard deviations, by series in order of SERIES."""
    random = np.random.default_rng(seed)
    parts = []
    for cutoff in range(30 - cutoffs, 30):
        gaps = random.normal(0, 1, len(SERIES)) * np.array(spreads)
        made = base([100.0] * len(SERIES), cutoff=cutoff)
        parts.append(made.with_columns(pl.Series("actual_amount", 100.0 + gaps)))
    return pl.concat(parts)


def sums_by_level(frame: pl.DataFrame) -> dict[str, list]:
    """The sum of each level's mean amounts by month."""
    summed = frame.group_by("level", "month").agg(pl.col("mean_amount").sum())
    return {
        str(level): rows["mean_amount"].to_list()
        for (level,), rows in summed.sort("month").group_by("level")
    }
