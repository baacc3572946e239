"""Australian tourism by month: total, states, zones, regions, purposes, and how they add up."""

from datetime import date
from pathlib import Path

import polars as pl

from dakehu.analysis.sales_forecast.hierarchy import Structure

PURPOSES = ("Hol", "Vis", "Bus", "Oth")
LEVELS = {0: "total", 1: "state", 2: "zone", 3: "region"}
BOTTOM = "region_purpose"


def level_of(column: str) -> tuple[str, str]:
    """The level of a column and its place without the purpose."""
    place = "" if column == "Total" else column
    purpose = next((p for p in PURPOSES if place.endswith(p)), "")
    place = place.removesuffix(purpose)
    return LEVELS[len(place)] + ("_purpose" if purpose else ""), place


def tourism(file: Path) -> tuple[pl.DataFrame, Structure]:
    """The series as `history` (level, key, key_name, month, amount), and their structure."""
    wide = pl.read_csv(file)
    names = [name for name in wide.columns if name != "t"]
    months = pl.date_range(
        date(1998, 1, 1), pl.lit(date(1998, 1, 1)).dt.offset_by(f"{wide.height - 1}mo"), "1mo"
    )
    levels = {name: level_of(name)[0] for name in names}
    history = (
        wide.with_columns(months.alias("month"))
        .unpivot(names, index="month", variable_name="key", value_name="amount")
        .select(
            pl.col("key").replace_strict(levels).alias("level"),
            pl.when(pl.col("key") == "Total").then(pl.lit("total")).otherwise("key").alias("key"),
            pl.col("key").alias("key_name"),
            "month",
            pl.col("amount").cast(pl.Float64),
        )
    )
    cells = [name for name in names if levels[name] == BOTTOM]
    members = [
        (levels[name], "total" if name == "Total" else name, cell)
        for name in names
        for cell in cells
        if _holds(name, cell)
    ]
    schema = ["level", "key", "cell"]
    return history, Structure(BOTTOM, pl.DataFrame(members, schema=schema, orient="row"))


def _holds(name: str, cell: str) -> bool:
    place = level_of(name)[1]
    purpose = "" if name == "Total" else name.removeprefix(place)
    return cell.startswith(place) and cell.endswith(purpose)
