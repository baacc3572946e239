"""Number columns of a mapping as SQL: from the cell to the exact number to the column's own type.

A wide DECIMAL is dear to round, so the column's type comes out of the text or the native number
itself wherever that gives the same value.
"""

from __future__ import annotations

import re

from dakehu.schema import Column
from dakehu.source import UNITS, Mapping
from dakehu.sources.macros import EXACT
from dakehu.sources.relation import literal, quoted

NATIVE_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|DOUBLE|FLOAT|UINTEGER")
EXACT_FLOAT = {"DOUBLE": 2**53, "FLOAT": 2**24}  # up to here every whole number has its own float
# Plain numbers are recognised at once; only what is written otherwise is taken apart.
PLAIN_NUMBER = {".": r"-?\d{1,15}(\.\d{1,8})?", ",": r"-?\d{1,15}"}


def plain(i: int, marks: str) -> str:
    """The digits of `raw_i` where it is not written as digits alone; `marks` are its two marks."""
    return f"case when not simple_{i} then plain(bare(raw_{i}), {marks}) end"


def exact(i: int, column: Column, mapping: Mapping, native: str, scale: str) -> str:
    """The number before it is rounded to the column's scale, in the canonical unit."""
    if native == "VARCHAR":
        number = (
            f"case when plain_{i} is null then try_cast(raw_{i} as {EXACT}) "
            f"else decimal_of(plain_{i}) end"
        )
    elif native in EXACT_FLOAT:
        # A float next to a number of few decimals means that number, not its own binary digits.
        # NaN has to be named: DuckDB trusts the bounds in a Parquet file, which leave it out.
        number = (
            f"case when not isfinite(raw_{i}) then null "
            f"when {_is_rounded(i, column, native)} "
            f"then cast(try_cast(raw_{i} as {column.sql_type}) as {EXACT}) "
            f"else try_cast(raw_{i} as {EXACT}) end"
        )
    elif NATIVE_NUMBER.fullmatch(native):
        number = f"try_cast(raw_{i} as {EXACT})"
    else:
        number = f"cast(null as {EXACT})"
    if mapping.unit:
        number = f"try_cast({number} * {UNITS[mapping.unit]} as {EXACT})"
    if scale:
        number = f"try_cast(cast({number} as double) * scale_{i} as {EXACT})"
    return number


def number(i: int, column: Column, mapping: Mapping, native: str) -> str:
    """The number in the column's type, NULL where there is none or the type cannot hold it."""
    from_exact = f"try_cast(exact_{i} as {column.sql_type})"
    if column.kind == "int":
        whole = f"try_cast(exact_{i} as bigint)"
        return f"case when {whole} = exact_{i} then {whole} end"
    if mapping.is_converted or not (native == "VARCHAR" or NATIVE_NUMBER.fullmatch(native)):
        return from_exact
    itself = f"try_cast(raw_{i} as {column.sql_type})"
    if native == "VARCHAR":
        return f"case when plain_{i} is null then {itself} else {from_exact} end"
    if native in EXACT_FLOAT:
        return f"case when {_is_rounded(i, column, native)} then {itself} else {from_exact} end"
    return itself


def scale(mapping: Mapping) -> str:
    """What a number is multiplied by, over the file's columns: factor, and tax to be taken out."""
    parts = []
    if mapping.factor is not None:
        parts.append(
            "nullif(greatest(decimal_of(plain(bare(cast("
            f"{quoted(mapping.factor)} as varchar)), '.', ',')), 0), 0)"
            if isinstance(mapping.factor, str)
            else str(mapping.factor)
        )
    if mapping.tax:
        rate = (
            f"share_of(cast({quoted(mapping.tax)} as varchar))"
            if isinstance(mapping.tax, str)
            else str(mapping.tax if mapping.tax < 1 else mapping.tax / 100)
        )
        parts.append(f"1 / (1 + cast({rate} as double))")
    return f"cast({' * '.join(parts)} as double)" if parts else ""


def number_repairs(i: int, thousands: str) -> str:
    """What had to be undone to read the number, NULL where nothing."""
    undone = f"number_repairs(raw_{i}, {literal(thousands)})"
    return f"case when plain_{i} is not null then {undone} end"


def _is_rounded(i: int, column: Column, native: str) -> str:
    """Whether the float `raw_i` is the one next to a number with the column's decimals."""
    return f"cast(try_cast(raw_{i} as {column.sql_type}) as {native}) = raw_{i}"
