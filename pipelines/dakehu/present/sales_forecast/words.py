"""Words that the blocks of the forecast share: names of models, levels, series and periods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, note
from dakehu.present.text import Text

NAIVE, CHOSEN = "seasonal_naive", "chosen"
MODELS = {
    "median_of_four": N_("Median of four models"),
    "dynamic_optimized_theta": N_("Theta (dynamic optimised)"),
    "damped_trend": N_("Damped trend"),
    "global_trees": N_("Trees over all series (LightGBM)"),
    "croston_sba": N_("Croston (SBA)"),
    "tsb": N_("Teunter, Syntetos and Babai (TSB)"),
    "adida": N_("ADIDA"),
    "imapa": N_("IMAPA"),
    "recent_mean": N_("Mean of the last 12 months"),
    CHOSEN: N_("Each series by its own model"),
}
ONE = {
    "total": N_("Total"),
    "region": N_("Region"),
    "distributor": N_("Distributor"),
    "product_family": N_("Product family"),
    "key_account": N_("Key account"),
    "region_family": N_("Region by product family"),
    "person": N_("Sales person"),
    "people": N_("Sales people together"),
    "distributors": N_("Distributors together"),
}
MANY = ONE | {
    "region": N_("Regions"),
    "distributor": N_("Distributors"),
    "product_family": N_("Product families"),
    "key_account": N_("Key accounts"),
    "person": N_("Sales people"),
}
UNSTATED = {
    "region": N_("(no region)"),
    "distributor": N_("(direct sales)"),
    "product_family": N_("(no product family)"),
}
NOT_STATED, OTHERS = ("", "-"), "others"
WHERE = ("region", "distributor", "product_family", "key_account", "person")


def model_name(text: Text, model: str, is_seasonal: bool) -> str:
    """A model in words; without a season the naive forecast repeats the last month."""
    if model != NAIVE:
        return text(MODELS[model]) if model in MODELS else model
    if is_seasonal:
        return text("Seasonal naive (same month a year before)")
    return text("Naive (last month repeated)")


def total_model(result: Any) -> tuple[str, bool]:
    """The model of the total and whether it knows a season; ("", False) where there is none."""
    rows = result.table("outlook").select("model", "is_seasonal").rows()
    return rows[0] if rows else ("", False)


def series_name(text: Text, level: str, key: str | None, name: str | None) -> str:
    """What a series is called: sums and what no source states have words of ours."""
    if level in ("total", "people", "distributors"):
        return text(ONE[level])
    if key is None or key in NOT_STATED:
        return text(UNSTATED[level]) if level in UNSTATED else text("(not stated)")
    if key == OTHERS:
        return text("All others")
    if level == "region_family":
        return " · ".join((name or key).split("|"))
    return name or key


def named(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` (level, key, key_name where known) with key_name in words."""
    name = pl.col("key_name") if "key_name" in frame.columns else pl.lit(None, dtype=pl.String)
    rows = frame.select("level", "key", key_name=name).iter_rows()
    names = [series_name(text, *row) for row in rows]
    return frame.with_columns(pl.Series("key_name", names, dtype=pl.String))


def period(text: Text, first: date, last: date) -> str:
    """A period of fiscal months: a month, a quarter, a year, or its first and last month."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if count == 1:
        return text.month(first)
    if count == 3 and first.month % 3 == 1:
        return text("Q{quarter} {year}", quarter=first.month // 3 + 1, year=first.year)
    if count == 12 and first.month == 1:
        return text("Year {year}", year=first.year)
    return text("{first} to {last}", first=text.month(first), last=text.month(last))


def span(text: Text, low: Any, high: Any) -> str:
    """An 80% interval in words, or that there is none."""
    if low is None or high is None:
        return text("no 80% interval: too few past errors")
    return text("80%: {low} to {high}", low=text.amount(low), high=text.amount(high))


def between(text: Text, frame: pl.DataFrame, low: str, high: str) -> pl.Series:
    """The column `interval`: money from `low` to `high` in words, missing where it is not known."""
    said = [
        None
        if None in bounds
        else text("{low} to {high}", low=text.amount(bounds[0]), high=text.amount(bounds[1]))
        for bounds in frame.select(low, high).iter_rows()
    ]
    return pl.Series("interval", said, dtype=pl.String)


def joined(text: Text, sentences: Iterable[str]) -> str:
    """Sentences one after the other; Chinese ones need no space between."""
    return ("" if text.language == "zh" else " ").join(filter(None, sentences))


def listed(text: Text, items: Iterable[str]) -> str:
    """Items in a row: a, b, c."""
    return text(", ").join(items)


def part(result: Any, name: str) -> pl.DataFrame | None:
    """The table `name` of `result`, None where it was not computed or is empty."""
    frame = result.tables.get(name)
    return None if frame is None or frame.is_empty() else frame


def absent(text: Text, what: str, needed: str) -> BlockData:
    """The line that stands for a part whose data is missing; `needed` says what switches it on."""
    return note(
        text("{what}: not computed, data absent (not zero). {needed}", what=what, needed=needed)
    )
