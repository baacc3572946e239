"""A sheet of a workbook as rows of text, each cell as a person would read it."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from dakehu.sources.decoding import LoadError

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

ERROR_CELL = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>.*?<v>([^<]*)</v>', re.DOTALL
)
# A spreadsheet keeps 15 digits of a number; whatever is longer was rounded when it was typed.
EXACT_BELOW = 10**15


def cells(path: Path, sheet: str | None) -> list[list[str | None]]:
    """Every row of the sheet (the first one, when none is named), from row 1 and column A on.

    A whole number of more than 15 digits is shown in the form 1.23E+17, which no key accepts; a
    cell that holds an error (#DIV/0!) is shown as that error, so that it can be rejected.

    Raises:
        LoadError: it is no workbook, is locked by a password, or lacks the sheet.
    """
    book, names = _opened(path)
    if sheet is not None and sheet not in names:
        raise LoadError(f'{path.name} has no sheet "{sheet}"; it has: {", ".join(names)}')
    return _shown(book, path, sheet or names[0])


def sheets(path: Path) -> Generator[tuple[str, list[list[str | None]]]]:
    """Every sheet with its rows, each as `cells` gives them.

    Raises:
        LoadError: it is no workbook, or is locked by a password.
    """
    book, names = _opened(path)
    for name in names:
        yield name, _shown(book, path, name)


def _opened(path: Path) -> tuple[CalamineWorkbook, list[str]]:
    """The workbook and the names of its sheets, at least one."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
    except (python_calamine.CalamineError, OSError) as error:
        raise LoadError(f"{path.name} is no readable workbook: {error}") from None
    if not book.sheet_names:
        raise LoadError(f"{path.name} has no sheet")
    return book, book.sheet_names


def _shown(book: CalamineWorkbook, path: Path, sheet: str) -> list[list[str | None]]:
    rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    shown = [[_text(value) for value in row] for row in rows]
    for row, column, error in _errors(path, sheet):
        shown[row][column] = error
    return shown


def _text(value: Any) -> str | None:
    if value == "" or value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not value.is_integer():
            return repr(value)
        return str(int(value)) if abs(value) < EXACT_BELOW else f"{value:.14E}"
    return str(value)  # dates and times in ISO form


def _errors(path: Path, sheet: str) -> list[tuple[int, int, str]]:
    """Row and column (from 0) of the cells with an error, which the reader leaves empty.

    Only .xlsx can be asked.
    """
    try:
        with ZipFile(path) as parts:
            part = _part(parts, sheet)
            found = ERROR_CELL.findall(parts.read(part)) if part else []
    except (BadZipFile, KeyError):
        return []
    return [(int(row) - 1, _column(letters), error.decode()) for letters, row, error in found]


def _part(parts: ZipFile, sheet: str) -> str | None:
    """The name of the part that holds the sheet: workbook.xml names its id, the rels its file."""
    from xml.etree.ElementTree import fromstring

    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    identity = next(
        (
            node.get(relation)
            for node in fromstring(parts.read("xl/workbook.xml")).iter()
            if node.tag.endswith("}sheet") and node.get("name") == sheet
        ),
        None,
    )
    for node in fromstring(parts.read("xl/_rels/workbook.xml.rels")):
        if node.get("Id") == identity:
            target = node.get("Target", "").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    return None


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1
