"""Does an amount contain tax? By its heading, else by the tax beside it, else it is asked."""

from __future__ import annotations

from dataclasses import replace

from dakehu.proposal.lines import OPEN, Line, number
from dakehu.proposal.matching import Match
from dakehu.proposal.shapes import Shape
from dakehu.proposal.synonyms import heading, meanings

COMPARED_ROWS = 2_000
NEARLY_ALL = 0.9


def is_taxed(text: str, found: Match, shape: Shape) -> bool | None:
    """Whether the amounts of a column contain tax; None where nothing tells.

    `found` may name columns with the rate and the amount of the tax: either the amount or what is
    left of it without tax, times the rate, gives the tax.
    """
    told = heading(text).taxed
    if told is not None:
        return told
    if any(_is_total(other) for other in shape.headings):
        return False  # beside the amount with tax stands the one without
    if not {"tax_rate", "tax_amount"} <= found.keys():
        return None
    names = (text, found["tax_rate"].heading, found["tax_amount"].heading)
    rows = [[plain(cell) for cell in row] for row in rows_of(shape, *names)]
    checks = [
        (abs(a * r / s - t) <= 0.02, abs(a * r / (s + r) - t) <= 0.02)
        for a, r, t in rows
        if a is not None and r is not None and t
        for s in [100 if abs(r) > 1 else 1]
    ]
    for answer, fits in ((False, [c[0] for c in checks]), (True, [c[1] for c in checks])):
        if checks and sum(fits) >= NEARLY_ALL * len(fits):
            return answer
    return None


def _is_total(text: str) -> bool:
    meant = [meanings("order_lines").get(name) for name in heading(text).names]
    is_amount = any(meaning and meaning.column == "net_amount" for meaning in meant)
    return is_amount and heading(text).taxed is True


def untaxed(made: Line, text: str, found: Match, shape: Shape) -> Line:
    """The line with its tax taken out, or with the question how."""
    taxed = is_taxed(text, found, shape)
    if taxed is False:
        return made
    if taxed and "tax_rate" in found:
        return with_tax(made, found["tax_rate"].heading)
    if taxed and "tax_amount" in found and made.heading:
        sql = f"{number(shape, text)} - {number(shape, found['tax_amount'].heading)}"
        return replace(made, origin={"sql": sql}, note="without the tax")
    told = (
        f"{text} contains tax: at which rate? Write 0.13 for 13 %"
        if taxed
        else f"Does {text} contain tax? Write 0 if it does not, else the rate (0.13 for 13 %)"
    )
    return replace(with_tax(made, OPEN), question=f"{told} or the heading of a rate column.")


def with_tax(made: Line, tax: str) -> Line:
    """The line with a key for its tax."""
    given = made.origin if isinstance(made.origin, dict) else {"from": made.origin}
    return replace(made, origin={**given, "tax": tax})


def rows_of(shape: Shape, *names: str) -> list[tuple[str, ...]]:
    """Some rows that have a value in each of the columns."""
    return (
        shape.frame.select(names)
        .drop_nulls()
        .unique(maintain_order=True)
        .head(COMPARED_ROWS)
        .rows()
    )


def plain(text: str) -> float | None:
    """A number as it usually stands in an export; None for any other."""
    try:
        return float(text.replace(",", "").removesuffix("%"))
    except ValueError:
        return None
