"""What `dakehu diff` prints: a table for each kind of change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from dakehu.comparison import Comparison
from dakehu.terminal import harmless

TITLES = {
    "key_accounts": "Key accounts that came or went",
    "ranks": "Distributors whose rank, tier or verdict changed",
    "forecast_revisions": "Forecast of the total, revised",
    "data_revisions": "Months closed before that say something else now",
}
ROWS_SHOWN = 40


def show(comparison: Comparison, console: Console) -> None:
    """Print the changes; what did not change is said in a line, what is not there too."""
    console.print(f"From {comparison.before} to {comparison.now}", style="bold")
    _print(console, "Headline figures", comparison.figures)
    for name, frame in comparison.tables.items():
        _print(console, TITLES[name], frame)
    for name in comparison.missing:
        console.print(f"{TITLES[name]}: not compared, one of the dates does not have the table")


def _print(console: Console, title: str, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        console.print(f"{title}: none")
        return
    table = Table(title=title, title_justify="left", title_style="bold")
    for name, kind in frame.schema.items():
        table.add_column(name.replace("_", " "), justify="right" if kind.is_numeric() else "left")
    for row in frame.head(ROWS_SHOWN).iter_rows(named=True):
        table.add_row(*_cells(row))
    console.print(table)
    if frame.height > ROWS_SHOWN:
        console.print(f"  and {frame.height - ROWS_SHOWN} more; `--json` has all")


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [_text(value) for value in row.values()]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return harmless(str(value))
