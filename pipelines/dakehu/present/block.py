"""The blocks that a page is made of, and `Show`, which makes one in every language.

A block is plain JSON with plain text in it, so that nothing that comes from data can become markup.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from dakehu.present.text import LANGUAGES, MISSING, Text

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

BLOCK_MIME = "application/vnd.dakehu.block+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
ROWS_ON_PAGE = 500

BlockData = dict[str, Any]


class Column(NamedTuple):
    """A column of a table on a page.

    `kind` says how values are written: text, amount, signed (a change in money), percent, change,
    count, number, date, month or flag. `priority` 1 is always shown, 2 not on phones, 3 only on
    wide screens. `opens` makes texts links: the name of a card on the page, and the column of the
    codes that it knows records by.
    """

    key: str
    label: str
    kind: str = "text"
    priority: int = 1
    opens: tuple[str, str] | None = None


class Tile(NamedTuple):
    """A headline figure. `name` is its key in summary.json; `tone` is "", good, bad or warn."""

    name: str
    label: str
    value: str
    note: str = ""
    previous: str = ""
    tone: str = ""


class Finding(NamedTuple):
    """A computed sentence. `tone` is "", good, bad or warn."""

    text: str
    tone: str = ""


class Definition(NamedTuple):
    """A term of the report with what it means and its unit."""

    term: str
    text: str
    unit: str = ""


def tiles(*items: Tile) -> BlockData:
    """A row of headline figures."""
    return {"kind": "tiles", "tiles": [item._asdict() for item in items]}


def findings(*items: Finding) -> BlockData:
    """A list of sentences, most important first."""
    return {"kind": "findings", "items": [item._asdict() for item in items]}


def note(text: str, tone: str = "warn") -> BlockData:
    """One remark, such as why a section has nothing to show."""
    return {"kind": "note", "text": text, "tone": tone}


def definitions(*items: Definition) -> BlockData:
    """Terms and their meaning."""
    return {"kind": "definitions", "items": [item._asdict() for item in items]}


def figure(
    fig: go.Figure, *, title: str, summary: str, height: int = 360, note: str = ""
) -> BlockData:
    """A plotly figure; `summary` says in words what it shows, for those who cannot see it."""
    from _plotly_utils.utils import PlotlyJSONEncoder  # plotly.io would load nbformat: 2 s a kernel

    content = json.loads(json.dumps(fig.to_plotly_json(), cls=PlotlyJSONEncoder))
    content["layout"].pop("template", None)
    return {
        "kind": "figure",
        "title": title,
        "summary": summary,
        "note": note,
        "height": height,
        "figure": content,
    }


def table(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    text: Text,
    *,
    title: str,
    file: str = "",
    note: str = "",
) -> BlockData:
    """A table of `frame`'s `columns`, in its order.

    Columns that the frame lacks, of which it knows nothing, or that repeat the first (a code that
    is the name) are left out.

    Past `ROWS_ON_PAGE` rows the page says how many there are; `file` names the table beside the
    page that has all of them.
    """
    present = [column for column in columns if _says_something(frame, column, columns[0])]
    head = frame.head(ROWS_ON_PAGE)
    drawn = [_cells(head, column, text) for column in present]
    return {
        "kind": "table",
        "title": title,
        "note": note,
        "columns": [
            {
                "key": column.key,
                "label": column.label,
                "type": CELL_TYPES[column.kind],
                "priority": column.priority,
            }
            for column in present
        ],
        "rows": [list(row) for row in zip(*drawn, strict=True)],
        "total_rows": frame.height,
        "file": file,
    }


def _says_something(frame: pl.DataFrame, column: Column, first: Column) -> bool:
    if column.key not in frame.columns:
        return False
    if frame.is_empty() or column is first:
        return True
    values = frame[column.key]
    repeats = (
        first.key in frame.columns and column.kind == "text" and values.equals(frame[first.key])
    )
    return values.null_count() < frame.height and not repeats


CELL_TYPES = {
    "text": "text",
    "flag": "flag",
    "date": "date",
    "month": "date",
} | dict.fromkeys(("amount", "signed", "percent", "change", "count", "number"), "number")


def _cells(frame: pl.DataFrame, column: Column, text: Text) -> list[Any]:
    cells = [_cell(value, column.kind, text) for value in frame[column.key]]
    if column.opens is None:
        return cells
    card, codes = column.opens
    return [
        cell if cell is None or code is None else [cell, None, f"#{card}={quote(code, safe='')}"]
        for cell, code in zip(cells, frame[codes], strict=True)
    ]


def _cell(value: Any, kind: str, text: Text) -> str | list[Any] | None:
    written = shown(value, kind, text)
    if written is None or kind == "text":
        return written
    if kind == "flag":
        return [written, int(value)]
    if isinstance(value, date):
        return [written, value.isoformat()]
    return [written, float(value) if isinstance(value, Decimal) else value]


def shown(value: Any, kind: str, text: Text) -> str | None:
    """A value of a column of this kind as it is read, None where it is missing."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if kind == "text":
        return str(value)
    if kind == "flag":
        return "✓" if value else ""
    return getattr(text, kind)(value)


class Block:
    """What a notebook cell displays: one block in every language, and a form for JupyterLab."""

    def __init__(self, by_language: dict[str, BlockData], language: str) -> None:
        """Keep `by_language`; `language` is the one that JupyterLab shows."""
        self.by_language = by_language
        self.language = language

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        shown = self.by_language[self.language]
        bundle: dict[str, Any] = {BLOCK_MIME: self.by_language}
        if shown["kind"] == "figure":
            layout = shown["figure"]["layout"] | {
                "height": shown["height"],
                "title": shown["title"],
            }
            bundle[PLOTLY_MIME] = {"data": shown["figure"]["data"], "layout": layout}
        else:
            bundle["text/html"] = _lab_html(shown)
        return bundle | {"text/plain": f"{shown['kind']}: {shown.get('title', '')}"}


def _lab_html(block: BlockData) -> str:
    def row(cells: Sequence[object], tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    def shown(cell: object) -> object:
        return MISSING if cell is None else cell[0] if isinstance(cell, list) else cell

    if block["kind"] == "table":
        head = row([column["label"] for column in block["columns"]], "th")
        body = "".join(row([shown(cell) for cell in cells]) for cells in block["rows"][:20])
        return f"<p>{escape(block['title'])}</p><table>{head}{body}</table>"
    if block["kind"] == "tiles":
        cells = [(t["label"], t["value"], t["note"]) for t in block["tiles"]]
        return "<table>" + "".join(row(cell) for cell in cells) + "</table>"
    if block["kind"] == "definitions":
        cells = [(d["term"], d["text"], d["unit"]) for d in block["items"]]
        return "<table>" + "".join(row(cell) for cell in cells) + "</table>"
    if "records" in block:
        names = zip(block["records"]["codes"], block["records"]["names"], strict=True)
        return (
            f"<p>{escape(block['title'])}</p><table>{''.join(map(row, list(names)[:20]))}</table>"
        )
    items = block["items"] if block["kind"] == "findings" else [block]
    return "<ul>" + "".join(f"<li>{escape(item['text'])}</li>" for item in items) + "</ul>"


class Show:
    """Calls a present function once per language and wraps what it returns for display."""

    def __init__(self, language: str, currency: str) -> None:
        """Show `language` in JupyterLab; amounts are in `currency` (ISO code)."""
        if language not in LANGUAGES:
            raise ValueError(f'language is "{language}"; it must be one of {", ".join(LANGUAGES)}')
        self.language = language
        self.texts = {name: Text(name, currency) for name in LANGUAGES}

    def __call__(self, draw: Callable[..., BlockData], *args: Any, **kwargs: Any) -> Block:
        """The block that `draw(text, *args, **kwargs)` makes, in every language."""
        blocks = {name: draw(text, *args, **kwargs) for name, text in self.texts.items()}
        return Block(blocks, self.language)
