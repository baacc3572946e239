"""The card block: one record of many, picked by the reader, with everything known about it.

All records lie in the page once, as columns of texts, so that no server has to be asked: texts of
one kind side by side pack best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from dakehu.present.block import CELL_TYPES, BlockData, Column, shown

if TYPE_CHECKING:
    from dakehu.present.text import Text


class Panel(NamedTuple):
    """A heading and the columns of the records that stand under it."""

    title: str
    columns: Sequence[Column]


class History(NamedTuple):
    """A number per record and month: `key` is a column of lists as long as `months`."""

    title: str
    key: str
    months: Sequence[str]


class Detail(NamedTuple):
    """A small table per record: the rows of `frame` whose `by` is the record's code."""

    title: str
    frame: pl.DataFrame
    by: str
    columns: Sequence[Column]


def card(
    records: pl.DataFrame,
    text: Text,
    *,
    code: str,
    name: str,
    panels: Sequence[Panel],
    history: History | None = None,
    details: Sequence[Detail] = (),
    title: str,
    prompt: str,
    note: str = "",
) -> BlockData:
    """A card of `records`, the first one open; `code` and `name` are the columns to find them by.

    What is missing in every record is left out: a column, a panel without columns, a detail without
    rows. `prompt` says what to type.
    """
    codes = records[code].to_list()
    filled = [
        Panel(panel.title, [c for c in panel.columns if _is_known(records, c.key)])
        for panel in panels
    ]
    filled = [panel for panel in filled if panel.columns]
    listed = [
        detail._replace(frame=detail.frame.filter(pl.col(detail.by).is_in(codes)))
        for detail in details
    ]
    listed = [detail for detail in listed if not detail.frame.is_empty()]
    return {
        "kind": "card",
        "title": title,
        "prompt": prompt,
        "note": note,
        "panels": [[panel.title, [c.label for c in panel.columns]] for panel in filled],
        "details": [
            [detail.title, [[c.label, CELL_TYPES[c.kind]] for c in detail.columns]]
            for detail in listed
        ],
        "history": [history.title, list(history.months)] if history else None,
        "records": {
            "codes": codes,
            "names": records[name].to_list(),
            "values": [
                [_texts(records, column, text) for column in panel.columns] for panel in filled
            ],
            "details": [_by_code(detail, codes, text) for detail in listed],
            "history": _numbers(records, history.key) if history else [],
        },
    }


def _is_known(frame: pl.DataFrame, key: str) -> bool:
    return key in frame.columns and frame[key].is_not_null().any()


def _texts(frame: pl.DataFrame, column: Column, text: Text) -> list[str | None]:
    return [shown(value, column.kind, text) for value in frame[column.key].to_list()]


def _numbers(frame: pl.DataFrame, key: str) -> list[list[float]]:
    """The lists of a column, whole numbers without a decimal point."""
    return [
        [int(number) if number == int(number) else number for number in numbers]
        for numbers in frame[key].to_list()
    ]


def _by_code(detail: Detail, codes: Sequence[str], text: Text) -> dict[str, Any]:
    """How many rows each record has, and the columns of all these rows in the records' order."""
    order = pl.DataFrame({detail.by: codes}).with_row_index("record")
    rows = detail.frame.join(order, on=detail.by, how="inner", maintain_order="left").sort(
        "record", maintain_order=True
    )
    counts = order.join(rows.group_by("record").len("count"), on="record", how="left")
    return {
        "counts": counts.sort("record")["count"].fill_null(0).to_list(),
        "columns": [_texts(rows, column, text) for column in detail.columns],
    }
