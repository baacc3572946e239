"""The foldable end of every report: changes since the last run, rules, codebook and freshness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, note, table
from dakehu.present.text import MISSING, Text


def N_(message: str) -> str:  # noqa: N802
    """Mark `message` for translation; it is translated where it is shown (gettext's own name)."""
    return message


TABLES = {
    "order_lines": N_("Sales lines"),
    "customers": N_("Customers"),
    "distributors": N_("Distributors"),
    "products": N_("Products"),
    "territories": N_("Territories"),
    "territory_pairs": N_("Territory pairs"),
    "territory_grants": N_("Territory grants"),
    "people": N_("Sales people"),
    "calendar": N_("Calendar"),
    "contacts": N_("Contacts"),
    "account_team": N_("Account teams"),
    "customer_classes": N_("Customer classes"),
    "credit_terms": N_("Credit terms"),
    "group_memberships": N_("Group memberships"),
    "shipments": N_("Shipments"),
    "sell_out": N_("Sell-out"),
    "sell_out_coverage": N_("Sell-out coverage"),
    "inventory": N_("Inventory"),
    "invoices": N_("Invoices"),
    "payments": N_("Payments"),
    "payment_allocations": N_("Payment allocations"),
    "rebates": N_("Rebates"),
    "rebate_programs": N_("Rebate programmes"),
    "rebate_tiers": N_("Rebate tiers"),
    "quotas": N_("Quotas"),
    "bids": N_("Tenders"),
    "stages": N_("Sales stages"),
    "activities": N_("Visits and activities"),
    "costs": N_("Costs to serve"),
    "scans": N_("Code scans"),
    "cases": N_("Cases"),
    "price_observations": N_("Observed prices"),
    "price_lists": N_("Price lists"),
    "market": N_("Market size"),
    "events": N_("Events and measures"),
    "outages": N_("Outages"),
    "competitor_events": N_("Competitor events"),
    "weather": N_("Weather"),
    "assessments": N_("Assessments"),
}

UNITS = {
    "share": N_("share (0-1)"),
    "count": N_("count"),
    "ratio": N_("ratio"),
    "points": N_("points"),
    "days": N_("days"),
    "date": N_("date"),
    "month": N_("first day of the month"),
    "text": N_("text"),
    "flag": N_("yes / no"),
    "code": N_("code"),
}


def table_name(text: Text, name: str) -> str:
    """A canonical table's name in words, or the name itself when it has none."""
    return text(TABLES[name]) if name in TABLES else name


def figure_text(text: Text, value: float | None, unit: str) -> str:
    """A figure of summary.json in words; `unit` is share, count, amount, ratio, points or days."""
    if unit == "share":
        return text.percent(value)
    if unit == "amount":
        return text.amount(value)
    if unit == "days":
        return text("{n} days", n=text.number(value, 0)) if value is not None else MISSING
    return text.number(value, 0 if unit in ("count", "points") else 2)


def before(text: Text, previous: Mapping[str, tuple[float, str]], name: str) -> str:
    """What a tile says about the figure `name` of the last good run; empty when there is none."""
    if name not in previous:
        return ""
    return text("Last run: {value}", value=figure_text(text, *previous[name]))


def changes(
    text: Text,
    figures: Mapping[str, tuple[float | None, str]],
    previous: Mapping[str, tuple[float, str]],
    labels: Mapping[str, str],
) -> BlockData:
    """Every figure beside its value in the last good run, those that differ first.

    `labels` gives each figure its name; the block carries all of them, by the figures' keys, for
    whoever compares runs later.
    """
    names = {"labels": {name: text(labels.get(name, name)) for name in figures}}
    if not previous:
        first = text("This is the first run of this report: nothing to compare with yet.")
        return note(first, "") | names
    rows = [
        {
            "figure": names["labels"][name],
            "now": figure_text(text, value, unit),
            "before": figure_text(text, *previous[name]) if name in previous else None,
            "change": difference(text, value, previous.get(name, (None, unit))[0], unit),
        }
        for name, (value, unit) in figures.items()
    ]
    rows.sort(key=lambda row: row["change"] == text("unchanged"))
    columns = [
        Column("figure", text("Figure")),
        Column("now", text("This run")),
        Column("before", text("Last run")),
        Column("change", text("Change")),
    ]
    schema = dict.fromkeys(("figure", "now", "before", "change"), pl.String)
    drawn = table(
        pl.DataFrame(rows, schema=schema), columns, text, title=text("Changes since the last run")
    )
    return drawn | names


def difference(text: Text, now: float | None, before: float | None, unit: str) -> str | None:
    """What changed of a figure, in its unit; None where one of the values is missing."""
    if now is None or before is None:
        return None
    step = float(now) - float(before)
    if step == 0:
        return text("unchanged")
    sign = "+" if step > 0 else ""
    if unit == "share":
        return text("{change} percentage points", change=f"{sign}{text.number(step * 100, 1)}")
    shown = f"{sign}{figure_text(text, step, unit)}"
    if unit in ("amount", "count") and before:
        return text(
            "{change} ({percent})", change=shown, percent=text.change(step / abs(float(before)))
        )
    return shown


def rules(text: Text, policy: Any, labels: Mapping[str, str]) -> BlockData:
    """Every threshold of the report's `Policy` with its value, in the order of its fields.

    A name ending in `_share` or `_rate` is written as per cent; an empty list means that nothing is
    narrowed. A field that holds tables of its own is left to a table of its own.
    """
    values = [(name, value) for name, value in asdict(policy).items() if not _is_nested(value)]
    rows = [(text(labels.get(name, name)), _rule_value(text, name, v), name) for name, v in values]
    columns = [
        Column("rule", text("Rule")),
        Column("value", text("Value")),
        Column("name", text("Name in the pipeline file"), priority=2),
    ]
    schema = dict.fromkeys(("rule", "value", "name"), pl.String)
    return table(
        pl.DataFrame(rows, schema=schema, orient="row"),
        columns,
        text,
        title=text("Rules and thresholds"),
        note=text("Each can be changed in the [policy] table of the pipeline file."),
    )


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(v, Mapping) for v in value.values())


def _rule_value(text: Text, name: str, value: Any) -> str:
    if value is None:
        return text("not set")
    if isinstance(value, bool):
        return text("yes") if value else text("no")
    if isinstance(value, Mapping):
        parts = (f"{key} {_rule_value(text, name, part)}" for key, part in value.items())
        return "; ".join(parts) or text("not set")
    if isinstance(value, list | tuple):
        return text(", ").join(_rule_value(text, name, part) for part in value) or text("all")
    if isinstance(value, int | float | Decimal):
        if name.endswith(("_share", "_rate")):
            whole = float(value) * 100
            return text.percent(value, 0 if whole == round(whole) else 1)
        return text.number(value, 0 if value == int(value) else 2)
    return str(value)


def codebook(text: Text, entries: Sequence[Mapping[str, str]]) -> BlockData:
    """What every column means and its unit; columns that mean the same in two tables stand once."""
    tables_of: dict[tuple[str, str, str], list[str]] = {}
    for entry in entries:
        meaning = (entry["column"], entry.get(text.language, ""), entry.get("unit", ""))
        tables_of.setdefault(meaning, []).append(entry["table"])
    rows = [
        {"column": column, "text": words, "unit": unit_text(text, unit), "tables": ", ".join(names)}
        for (column, words, unit), names in tables_of.items()
    ]
    columns = [
        Column("column", text("Column")),
        Column("text", text("Meaning")),
        Column("unit", text("Unit"), priority=2),
        Column("tables", text("Tables"), priority=3),
    ]
    schema = dict.fromkeys(("column", "text", "unit", "tables"), pl.String)
    return table(pl.DataFrame(rows, schema=schema), columns, text, title=text("Codebook"))


def unit_text(text: Text, unit: str) -> str:
    """A unit of models.yml in words; money in the currency."""
    if unit in ("amount", "currency"):
        return text.currency
    return text(UNITS[unit]) if unit in UNITS else unit


def freshness(text: Text, sources: pl.DataFrame, as_of: date) -> BlockData:
    """What was read for each table, from `mart_data_quality__sources`, and up to which day."""
    counts = ["rows", "loaded", "rejected", "left_out"]
    frame = (
        sources.group_by("target_table")
        .agg(pl.col("file").n_unique().alias("files"), pl.col(counts).sum())
        .sort("rows", "target_table", descending=[True, False])
    )
    names = [table_name(text, name) for name in frame["target_table"]]
    columns = [
        Column("table", text("Data")),
        Column("files", text("Files"), "count", 2),
        Column("rows", text("Rows read"), "count"),
        Column("loaded", text("Loaded"), "count"),
        Column("rejected", text("Rejected"), "count", 2),
        Column("left_out", text("Left out on purpose"), "count", 2),
    ]
    return table(
        frame.with_columns(pl.Series("table", names, dtype=pl.String)),
        columns,
        text,
        title=text("Where the numbers come from"),
        note=text("Counted up to {day}.", day=text.date(as_of)),
    )
