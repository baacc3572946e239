"""What a person can do about what the loader rejected and the gates found."""

from __future__ import annotations

from dakehu.models import codebook

# By the beginning of the loader's reason.
FOR_REJECTS = {
    "missing": "fill the cell in the source, or leave such rows out with "
    "where = '\"heading\" is not null'",
    "the expression gives nothing": "correct the `sql` of the column so that it reads this value",
    "a code that a spreadsheet has rounded": "its last digits are lost: export again from the "
    "system, with the column as text, and do not save through a spreadsheet",
    "a code that the map does not know": "add the word to the `codes` of the column",
    "no date": 'say how dates are written, such as format = "%d/%m/%Y"; correct what is none',
    "no point in time": 'say how times are written, such as format = "%Y/%m/%d %H:%M"',
    "neither yes nor no": "say which word means which: codes = { X = true, O = false }",
    "no whole number": "correct the cell, or map another column",
    "no number": 'correct the cell; where it means no value, missing = ["..."] at the column; '
    'where a comma is the decimal mark, decimal = "," and thousands = "." for the file',
    "thousands or decimals": "set `decimal` and `thousands` of the file",
    "repeats": "delete one of the two rows; where both are real, map a column to the key that "
    "tells them apart",
    "wrong number of fields": "put quotes around the cell that holds the delimiter or a line "
    "break, or export again",
    "another currency": "convert the amount with a rate, or give these rows their own pipeline",
    "the header again": "delete the row: the file was put together out of several",
    "no JSON object": "write one JSON object on each line, or export again",
}


def for_reject(reason: str) -> str:
    """What to do about rows rejected for a reason."""
    found = (text for start, text in FOR_REJECTS.items() if reason.startswith(start))
    return next(found, "correct the rows in the source, or leave them out with `where`")


def for_check(name: str) -> str:
    """What to do about the rows that a check found."""
    known = codebook()["checks"]
    if name in known:
        return known[name]["do"]
    return "the key of a model repeats: a fault of Dakehu and not of the data, worth reporting"
