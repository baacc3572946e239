"""Exports of a few columns in a folder, and what is proposed for them."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dakehu.proposal import propose

HEAD = "Order No,Order Date,Customer ID,Product ID,Quantity,Net Amount\n"


def sales(rows: int = 40, *, start: int = 0) -> str:
    """A plain export of sales lines, each line another."""
    days = [date(2024, 1, 1) + timedelta(n) for n in range(90)]
    return HEAD + "".join(
        f"SO{n:05d},{days[n % 90]},C{n % 7:02d},P{n % 5},{n + 1},{n}.25\n"
        for n in range(start, start + rows)
    )


def parsed(folder: Path) -> dict[str, Any]:
    return tomllib.loads(propose(folder, folder / "pipeline.toml"))


def feed(document: dict[str, Any], table: str) -> dict[str, Any]:
    """The only source that feeds a table."""
    (found,) = [source for source in document["source"] if source["table"] == table]
    return found


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder
