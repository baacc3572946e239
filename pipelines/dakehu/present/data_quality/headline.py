"""The headline figures of the data quality report.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dakehu.present.appendix import before
from dakehu.present.block import BlockData, Tile, tiles
from dakehu.present.text import Text


def exact(text: Text, value: float | Decimal | None) -> str:
    """Money to the cent, for sums that must agree."""
    return text.number(value, 2)


def headline(
    text: Text, result: Any, previous: Mapping[str, tuple[float, str]] | None = None
) -> BlockData:
    """The tiles of page one; a figure whose data is absent has no tile."""
    values = {name: value for name, (value, _) in result.figures.items()}

    def tile(name: str, label: str, value: str, remark: str, tone: str = "") -> Tile:
        return Tile(name, label, value, remark, before(text, previous or {}, name), tone)

    shown = [
        tile(
            "file_count",
            text("Files read"),
            text.count(values["file_count"]),
            text("tables filled: {n}", n=text.count(result.by_table.height)),
        )
    ]
    if "sales_rows" in values:
        shown.append(
            tile(
                "sales_rows",
                text("Sales lines read"),
                text.count(values["sales_rows"]),
                text("loaded: {n}", n=text.count(values["sales_loaded"])),
                "bad" if values["rows_open"] else "",
            )
        )
    if "rejected_share" in values:
        shown.append(
            tile(
                "rejected_share",
                text("Rejected sales lines"),
                text.percent(
                    values["rejected_share"], 1 if values["rejected_share"] >= 0.01 else 2
                ),
                text("rows: {n}", n=text.count(values["sales_rejected"])),
                reject_tone(result, values["rejected_share"]),
            )
        )
    if "amount_open" in values:
        shown.append(
            tile(
                "amount_open",
                text("Amount not accounted for"),
                exact(text, values["amount_open"]),
                text("of {amount} in the sources", amount=text.amount(values["amount_in"])),
                "bad" if abs(values["amount_open"]) > 0.01 else "good",
            )
        )
    failing = values["checks_failing"]
    shown.append(
        tile(
            "checks_failing",
            text("Checks failing"),
            text.count(failing),
            text("of {n} run", n=text.count(values["checks_count"])),
            "bad" if values["checks_blocking"] else "warn" if failing else "good",
        )
    )
    shown.append(
        tile(
            "capabilities_on",
            text("Blocks that the data can carry"),
            text.count(values["capabilities_on"]),
            text("of {n}", n=text.count(values["capability_count"])),
        )
    )
    return tiles(*shown)


def reject_tone(result: Any, share: float) -> str:
    """How grave a share of rejected rows is, by the thresholds of the load."""
    if share >= result.gates["rejected_bad_share"]:
        return "bad"
    return "warn" if share >= result.gates["rejected_warn_share"] else ""
