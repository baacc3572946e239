"""What a reader of the other reports should know of the data, in sentences.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import table_name
from dakehu.present.block import BlockData, Finding, findings
from dakehu.present.data_quality.headline import exact, reject_tone
from dakehu.present.data_quality.parties import waiting
from dakehu.present.data_quality.terms import BLOCKS, CHANGES, missing_columns
from dakehu.present.text import MISSING, Text


def sentences(text: Text, result: Any) -> BlockData:
    """What a reader of the other reports should know before trusting them."""
    items = [
        _rows(text, result),
        _amounts(text, result),
        _rejects(text, result),
        _repairs(text, result),
        _overlaps(text, result),
        _orphans(text, result),
        waiting(text, result),
        _gaps(text, result),
        _last_month(text, result),
        _checks(text, result),
        _changes(text, result),
        _blocks(text, result),
    ]
    return findings(*(item for item in items if item is not None))


def _rows(text: Text, result: Any) -> Finding:
    figures = {name: value for name, (value, _) in result.figures.items()}
    if figures["rows_open"]:
        return Finding(
            text(
                "Of {rows} rows read, {open} are not accounted for: {loaded} were loaded,"
                " {rejected} rejected, {left_out} left out on purpose. Do not rely on the other"
                " reports until this is explained.",
                rows=text.count(figures["rows"]),
                open=text.count(figures["rows_open"]),
                loaded=text.count(figures["loaded"]),
                rejected=text.count(figures["rejected"]),
                left_out=text.count(figures["left_out"]),
            ),
            "bad",
        )
    if "sales_rows" not in figures:
        return Finding(
            text("All {n} rows read are accounted for.", n=text.count(figures["rows"])), "good"
        )
    return Finding(
        text(
            "All {rows} sales lines read are accounted for: {loaded} loaded, {rejected} rejected"
            " with a reason, {left_out} left out on purpose. So are the rows of all other tables.",
            rows=text.count(figures["sales_rows"]),
            loaded=text.count(figures["sales_loaded"]),
            rejected=text.count(figures["sales_rejected"]),
            left_out=text.count(figures["sales_left_out"]),
        ),
        "good",
    )


def _amounts(text: Text, result: Any) -> Finding | None:
    if "amount_open" not in result.figures:
        return None
    names = ["amount_in", "amount_loaded", "amount_rejected", "amount_left_out"]
    names += ["rounding_amount", "amount_open"]
    values = {name: exact(text, result.figures[name][0]) for name in names}
    if abs(result.figures["amount_open"][0]) > 0.01:
        return Finding(
            text(
                "The sales lines add to {amount_in} in the sources, but {amount_open} of it is"
                " neither loaded ({amount_loaded}) nor rejected ({amount_rejected}) nor left out"
                " ({amount_left_out}).",
                **values,
            ),
            "bad",
        )
    return Finding(
        text(
            "The sales lines add to {amount_in} {currency} in the sources: {amount_loaded} loaded,"
            " {amount_rejected} rejected, {amount_left_out} left out on purpose, {rounding_amount}"
            " by rounding. The sums agree to the cent.",
            currency=text.currency,
            **values,
        ),
        "good",
    )


def _rejects(text: Text, result: Any) -> Finding:
    if result.reasons.is_empty():
        return Finding(text("No row was rejected."), "good")
    first = result.reasons.row(0, named=True)
    reason, total = first["reason"], result.reasons["row_count"].sum()
    return Finding(
        text(
            "Rows are rejected most often in {table}, column {column}: {reason} (rows: {n}, {share}"
            " of all rejected; for example row {row} of {file}).",
            table=table_name(text, first["target_table"]),
            column=first["column_name"] or MISSING,
            reason=text(reason),
            n=text.count(first["row_count"]),
            share=text.percent(first["row_count"] / total),
            row=text.count(first["example_row"]),
            file=first["file"].removeprefix(result.folder),
        ),
        reject_tone(result, result.figures.get("rejected_share", (0, ""))[0]) or "warn",
    )


def _repairs(text: Text, result: Any) -> Finding | None:
    mended, converted = (result.figures[name][0] for name in ("repaired", "converted"))
    if not mended and not converted:
        return None
    return Finding(
        text(
            "Values mended on reading: {mended}; values converted as the pipeline file orders:"
            " {converted}. Nothing else was altered.",
            mended=text.count(mended),
            converted=text.count(converted),
        )
    )


def _overlaps(text: Text, result: Any) -> Finding | None:
    if result.overlaps.is_empty():
        return None
    changed = result.figures["overlapping_changed"][0]
    return Finding(
        text(
            "Files overlap: {rows} rows stand in two of them and were counted once, in the later"
            " one; {changed} of them differ in content.",
            rows=text.count(result.figures["overlapping"][0]),
            changed=text.count(changed),
        ),
        "warn" if changed else "",
    )


def _orphans(text: Text, result: Any) -> Finding | None:
    if result.orphans.is_empty():
        return None
    beyond = result.orphans.filter(pl.col("status") != "pass")
    rows, keys = (text.count(n) for n in (result.figures["orphan_rows"][0], result.orphans.height))
    if beyond.is_empty():
        return Finding(
            text(
                "The foreign keys ({keys}) are in order; values that lead nowhere, all together:"
                " {rows}.",
                keys=keys,
                rows=rows,
            ),
            "good",
        )
    first = beyond.row(0, named=True)
    return Finding(
        text(
            "Foreign keys with too many values that lead nowhere: {n} of {keys}. The worst is"
            " {column} ({table}): {share} of its values are not in {reference}.",
            n=text.count(beyond.height),
            keys=keys,
            column=first["column_name"],
            table=table_name(text, first["table_name"]),
            share=text.percent(first["orphan_share"]),
            reference=table_name(text, first["reference_table"]),
        ),
        "bad" if first["status"] == "block" else "warn",
    )


def _gaps(text: Text, result: Any) -> Finding | None:
    gaps = result.completeness.filter(pl.col("state").is_in(["empty", "low"]))["month"]
    if gaps.is_empty():
        return None
    named = text(", ").join(text.month(month) for month in gaps.head(6))
    return Finding(
        text(
            "Months with no rows or far fewer than usual: {n} ({months}). Ask whether a file"
            " is missing.",
            n=text.count(gaps.len()),
            months=named + ("…" if gaps.len() > 6 else ""),
        ),
        "warn",
    )


def _last_month(text: Text, result: Any) -> Finding | None:
    months = result.completeness
    if months.is_empty():
        return None
    last = text.month(months["month"][-1])
    if months["state"][-1] == "open":
        return Finding(
            text(
                "The last month, {month}, is not closed yet; growth that includes it is"
                " understated.",
                month=last,
            ),
            "warn",
        )
    if months["state"].is_in(["empty", "low"]).any():
        return Finding(text("The last month, {month}, is closed.", month=last), "good")
    return Finding(
        text("Every month up to {month} has rows, and the last one is closed.", month=last), "good"
    )


def _checks(text: Text, result: Any) -> Finding:
    failing = result.checks.filter(pl.col("status") == "fail")
    total = text.count(result.checks.height)
    if failing.is_empty():
        return Finding(text("All {n} checks passed.", n=total), "good")
    blocking = failing.filter(pl.col("severity") == "block").height
    what = text("; ").join(claim(text, row) for row in failing.head(3).iter_rows(named=True))
    n = text.count(failing.height)
    if not blocking:
        return Finding(
            text(
                "Checks failing: {n} of {total}, as a warning: {what}.", n=n, total=total, what=what
            ),
            "warn",
        )
    return Finding(
        text(
            "Checks failing: {n} of {total}; {blocking} of them would stop a load. First: {what}.",
            n=n,
            total=total,
            blocking=text.count(blocking),
            what=what,
        ),
        "bad",
    )


def claim(text: Text, check: Mapping[str, Any]) -> str:
    """What a check looks for, in words, with the rows that it found."""
    words = check.get(f"description_{text.language}") or check.get("description") or check["check"]
    return text("{what} (rows: {n})", what=words.rstrip("。."), n=text.count(check["failing_rows"]))


def _changes(text: Text, result: Any) -> Finding | None:
    files = dict(result.changed.select("change", "files").iter_rows())
    moved = {change: n for change, n in files.items() if change not in ("unchanged", "read_again")}
    if not files or moved.keys() == {"new"} == files.keys():
        return None
    if not moved:
        return Finding(text("No file has changed since the load before."))
    return Finding(
        text(
            "Since the load before: {what}.",
            what=text(", ").join(
                text("{change}: {n}", change=text(CHANGES[change]), n=text.count(n))
                for change, n in moved.items()
            ),
        ),
        "warn" if "withdrawn" in moved else "",
    )


def _blocks(text: Text, result: Any) -> Finding:
    off = result.capabilities.filter(~pl.col("is_on"))
    on, total = (
        text.count(result.capabilities["is_on"].sum()),
        text.count(result.capabilities.height),
    )
    if off.is_empty():
        return Finding(text("The data carries every block of the reports."), "good")
    named = text(", ").join(text(BLOCKS.get(name, name)) for name in off["block"])
    first = off.row(0, named=True)
    block = BLOCKS.get(first["block"], first["block"])
    return Finding(
        text(
            "The data carries {on} of {total} blocks. Switched off for lack of data: {off}. For"
            " example, {block} needs: {missing}.",
            on=on,
            total=total,
            off=named,
            block=text(block),
            missing=missing_columns(text, first["missing"]) or MISSING,
        )
    )
