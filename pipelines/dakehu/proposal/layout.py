"""Where a table begins and ends in a sheet of cells: title rows above, totals below."""

from __future__ import annotations

import re

from dakehu.proposal.synonyms import is_known
from dakehu.sources.texts import headings

LOOK_ROWS = 15
NUMBERLIKE = re.compile(r"[-+(]?[\d.,/:年月日\s-]+[%)]?")
TOTAL = re.compile(r"(合\s*计|总\s*计|小\s*计|(grand|sub)?[- ]?totals?|sum)\s*[::]?", re.IGNORECASE)

Row = list[str | None]


def header(rows: list[Row]) -> tuple[tuple[int, ...], list[str]] | None:
    """The rows (counted from 1) that hold the headings, and the headings; None: there is no table.

    The first row that holds texts only, a different one in every column, has the headings; failing
    that, of the rows that hold nearly as many texts the one with most known headings. Merged
    headings have a second row of headings below.
    """
    width = _usual_width(rows)
    if width < 2:
        return None
    choices = []
    for place, row in enumerate(rows[:LOOK_ROWS]):
        lower = rows[place + 1] if place + 1 < len(rows) else []
        if _is_above(row, lower, width):
            both = (place + 1, place + 2)
            choices.append((True, 0, -place, both, headings([row, lower])))
        elif _is_text(row) and _filled(row) >= max(2, 0.6 * width):
            is_full = len(set(row[:width]) - {None}) == width
            rank = 0 if is_full else _known(row)
            choices.append((is_full, rank, -place, (place + 1,), headings([row])))
    if not choices:
        return None
    *_, at, names = max(choices, key=lambda choice: choice[:3])
    return at, names


def foot(rows: list[Row]) -> int:
    """How many of the last rows stand at the foot: from a total row on; 0 where there is none.

    `rows` are the last rows of the file, blank ones among them.
    """
    filled = [row for row in rows if any(row)][-5:]
    for place, row in enumerate(filled):
        if any(cell and TOTAL.fullmatch(cell) for cell in row[:3]):
            return len(filled) - place
    return 0


def _usual_width(rows: list[Row]) -> int:
    widths = sorted(
        max(i for i, cell in enumerate(row, 1) if cell) for row in rows[:500] if any(row)
    )
    return widths[len(widths) // 2] if widths else 0


def _is_above(upper: Row, lower: Row, width: int) -> bool:
    """Merged headings: each column has a name in one of both rows, and neither has all of them."""
    if _filled(upper) < 2 or not (_is_text(upper) and _is_text(lower)):
        return False
    names = [cell for cell in lower[:width] if cell]
    if len(set(names)) == width:  # the row below does without: this one is a title
        return False
    row_above = _padded(upper, width)
    cells = zip(row_above, _padded(lower, width), strict=True)
    return None in row_above and all(a or b for a, b in cells)


def _padded(row: Row, width: int) -> Row:
    return (row + [None] * width)[:width]


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _is_text(row: Row) -> bool:
    return not any(cell and NUMBERLIKE.fullmatch(cell) for cell in row)


def _known(row: Row) -> int:
    return sum(is_known(cell) for cell in row if cell)
