"""What a cell shows, cut down to what can be kept and compared: every figure, in a few lines.

A notebook of this house shows megabytes. Its digest names every value of short lists, and of long
ones their number, total and a hash: one value that changes by a percent changes the digest, and the
totals say by how much. nbval compares digests as it compares any text output.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

BLOCK_MIME = "application/vnd.dakehu.block+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"
SHORT, LONG = 6, 900  # lists up to so many values and characters are written out
DIGITS = 9  # beyond these a computation may differ from one processor to another
READ = "en"  # the language whose text is kept; of the others, a hash

Lines = Iterator[str]


def install(shell: Any) -> None:
    """Make a kernel show digests instead of what it shows; the real outputs are still made."""
    show = shell.display_formatter.format

    def digested(shown: Any, *args: Any, **kwargs: Any) -> tuple[dict[str, str], dict]:
        data, _ = show(shown, *args, **kwargs)
        return {"text/plain": "\n".join(digest(shown, data))}, {}

    publish = shell.display_pub.publish

    def published(data: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if data.keys() - {"text/plain"}:  # plotly sends its figures past the formatter
            data = {"text/plain": "\n".join(digest(None, data))}
        publish(data, *args, **kwargs)

    shell.display_formatter.format = digested
    shell.display_pub.publish = published


def digest(shown: Any, data: dict[str, Any]) -> Lines:
    """The lines that stand for one output: `shown`, and `data`, its form by MIME type."""
    if BLOCK_MIME in data:
        blocks = data[BLOCK_MIME]
        if "records" in blocks[READ]:  # one card for each customer
            yield from (f"{name} {_hash(part)}" for name, part in blocks[READ].items())
        else:
            yield from lines("", blocks[READ])
        yield from (f"{name} {_hash(block)}" for name, block in blocks.items() if name != READ)
    elif PLOTLY_MIME in data:
        figure = {name: value for name, value in data[PLOTLY_MIME].items() if name != "config"}
        figure["layout"] = {k: v for k, v in figure["layout"].items() if k != "template"}
        yield from lines("", figure)
    elif isinstance(shown, pl.DataFrame):
        yield from (f"{name} {kind}" for name, kind in shown.schema.items())
        yield from lines("", {name: shown[name].to_list() for name in shown.columns})
    elif len(html := data.get("text/html", "")) > 10_000:
        yield f"html {len(html) // 100_000} x 100 kB"  # the scripts of the tables
    else:
        yield data.get("text/markdown") or data.get("text/plain", "")


def lines(path: str, value: Any) -> Lines:
    """`value`, any JSON, as lines of a path and what stands there."""
    if isinstance(value, dict) and "bdata" in value:
        value = np.frombuffer(b64decode(value["bdata"]), value["dtype"]).tolist()
    if isinstance(value, dict):
        for name, part in value.items():
            yield from lines(f"{path}.{name}" if path else name, part)
    elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        if len(value) <= SHORT:
            for number, part in enumerate(value):
                yield from lines(f"{path}[{number}]", part)
        else:
            names = dict.fromkeys(name for part in value for name in part)
            for name in names:
                yield from lines(f"{path}[].{name}", [part.get(name) for part in value])
    elif isinstance(value, list) and not path.endswith(".text") and _is_long(value):
        yield from _column(path, value)
    else:
        yield f"{path} = {_text(value)}"


def _is_long(values: list[Any]) -> bool:
    return len(values) > SHORT or len(_text(values)) > LONG


def _column(path: str, values: list[Any]) -> Lines:
    if all(isinstance(value, list) and not _is_cell(value) for value in values) and (
        len({len(value) for value in values}) == 1
    ):  # the rows of a table
        for number, column in enumerate(zip(*values, strict=True)):
            yield from lines(f"{path}[:,{number}]", list(column))
        return
    numbers = [number for number in map(_number, values) if number is not None]
    total = f", total {_text(float(sum(numbers)))}" if numbers else ""
    yield f"{path} = {len(values)} values{total}, {_hash(values)}"


def _is_cell(value: Any) -> bool:
    """Whether it is a cell of a table on a page: the text to read and the value to sort by."""
    return len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int | float | str)


def _number(value: Any) -> float | None:
    if isinstance(value, list) and _is_cell(value):
        value = value[1]
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return float(value) if is_number and value == value else None


def _hash(value: Any) -> str:
    return hashlib.sha256(_text(value).encode()).hexdigest()[:12]


def _text(value: Any) -> str:
    return json.dumps(_rounded(value), ensure_ascii=False, default=str)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict) and "bdata" in value:
        return _rounded(np.frombuffer(b64decode(value["bdata"]), value["dtype"]).tolist())
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
