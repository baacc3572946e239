"""A source's mapping as SQL: each canonical column as its raw text, its typed value and its fault.

Nothing is guessed: a value that is there and cannot be read as the column's type makes a reject.
"""

from __future__ import annotations

from typing import NamedTuple

import duckdb
from sqlglot import exp

from dakehu.schema import NUMBERS, Column, Table
from dakehu.source import Mapping, Scalar, Source
from dakehu.sources.decoding import LoadError
from dakehu.sources.expressions import expression, inputs, unmarked
from dakehu.sources.macros import BLANKS
from dakehu.sources.numbers import (
    EXACT_FLOAT,
    NATIVE_NUMBER,
    PLAIN_NUMBER,
    exact,
    number,
    number_repairs,
    plain,
    scale,
)
from dakehu.sources.relation import literal, quoted

# Plain dates are recognised at once; only what is written otherwise is taken apart.
DATED = ("DATE", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S")
PLAIN_DATE = r"[1-9]\d{3}-\d\d-\d\d"


class Typed(NamedTuple):
    """SQL texts of canonical column number `i`, each over the names that the texts before it make.

    Over the joined source, `cell` makes `cell_i`, `simple` makes `simple_i`, whether its text is a
    plain number or date, `scale` makes `scale_i`, what the mapping multiplies the number by, and
    `given` keeps the inputs of an expression. `raw` makes `raw_i`, NULL when the cell is empty, and
    `due` makes `due_i`: the inputs of an expression that had them all and still gave nothing.
    `plain` makes `plain_i`, the digits of a number that is not written as digits alone; `exact`
    makes `exact_i`, the number before it is rounded to the column's scale; `value` the typed
    column; `is_sound` is true where nothing speaks for a reject, and `fault` gives the reason where
    something does. `repair` names what had to be undone to read the value, NULL where nothing.
    `simple`, `plain`, `exact`, `scale`, `given`, `due` and `repair` are "" where a column has no
    use for them.
    """

    column: Column
    cell: str
    simple: str
    given: str
    raw: str
    due: str
    scale: str
    plain: str
    exact: str
    value: str
    is_sound: str
    fault: str
    repair: str


def typed(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, relation: str, where: str
) -> list[Typed]:
    """The SQL that turns the source's columns into canonical ones.

    `relation` is the FROM clause that the texts will stand on.

    Raises:
        LoadError: an expression cannot be bound to the source's columns, or a date is a time with
            a zone.
    """
    connection.execute(
        "create or replace temp macro number(t) as list_transform([plain(bare(t), "
        f"{_marks(source)})], lambda p: decimal_of(p))[1]"
    )
    origins = [_origin(mapping, f"{where}.{name}") for name, mapping in source.columns.items()]
    natives = _native_types(connection, origins, relation, where)
    for name, native in zip(source.columns, natives, strict=True):
        if "TIME ZONE" in native and table.columns[name].kind in ("date", "time"):
            raise LoadError(
                f"{where}.{name}: a time with a zone falls on one day here and on another there; "
                "say whose: sql = \"... at time zone 'Asia/Shanghai'\""
            )
    return [
        _typed(i, table.columns[name], mapping, origin, native, source, where)
        for i, ((name, mapping), origin, native) in enumerate(
            zip(source.columns.items(), origins, natives, strict=True)
        )
    ]


def _typed(
    i: int, column: Column, mapping: Mapping, origin: str, native: str, source: Source, where: str
) -> Typed:
    cell = origin
    if mapping.missing and native != "VARCHAR":
        cell, native = f"cast({origin} as varchar)", "VARCHAR"
    is_text = native == "VARCHAR"
    simple = _simple(i, column, mapping, source.decimal) if is_text else ""
    raw = _filled(i, is_judged=bool(simple)) if is_text else f"cell_{i}"
    if mapping.missing:
        raw = unmarked(raw, mapping.missing)
    digits = precise = given = due = scaled = repair = ""
    if column.kind in NUMBERS and not mapping.codes:
        scaled = scale(mapping)
        precise = exact(i, column, mapping, native, scaled)
        if is_text:
            digits = plain(i, _marks(source))
            repair = number_repairs(i, source.thousands)
    elif column.kind == "date" and native not in DATED and not mapping.format and not mapping.codes:
        text = f"cast(raw_{i} as varchar)"
        odd = f"not simple_{i}" if simple else "true"
        repair = f"case when {odd} then date_repairs({text}) end"
    if ordered := [key for key in ("unit", "tax", "factor", "codes") if getattr(mapping, key)]:
        each = f"case when raw_{i} is not null then {literal(','.join(ordered))} end"
        repair = f"nullif(concat_ws(',', {repair}, {each}), '')" if repair else each
    name = quoted(column.name)
    sound = [
        f"{name} is not null" if column.is_required else f"(raw_{i} is null or {name} is not null)"
    ]
    faults = [
        f"when raw_{i} is not null and {name} is null then {literal(_complaint(column, mapping))}"
    ]
    if mapping.sql is not None:
        names = sorted({c.sql("duckdb") for c in inputs(mapping.sql, where)})
        given = ", ".join(f"{n} as given_{i}_{k}" for k, n in enumerate(names))
        filled = " and ".join(f"given_{i}_{k} is not null" for k, _ in enumerate(names)) or "true"
        listed = ", ".join(f"given_{i}_{k}" for k, _ in enumerate(names)) or "''"
        due = f"case when raw_{i} is null and {filled} then concat_ws(', ', {listed}) end"
        faults.append(f"when due_{i} is not null then 'the expression gives nothing'")
        sound.append(f"due_{i} is null")
    if column.is_required:
        faults.append(f"when raw_{i} is null then 'missing'")
    if mapping.codes:
        value = f"cast({_decoded(f'cast(raw_{i} as varchar)', mapping.codes)} as {column.sql_type})"
    elif column.kind in NUMBERS:
        value = number(i, column, mapping, native)
    else:
        value = _value(i, column, native, mapping.format)
    fault = f"case {' '.join(faults)} end"
    return Typed(
        column,
        cell,
        simple,
        given,
        raw,
        due,
        scaled,
        digits,
        precise,
        value,
        " and ".join(sound),
        fault,
        repair,
    )


def _simple(i: int, column: Column, mapping: Mapping, decimal: str) -> str:
    """Whether the text `cell_i` is a plain number or date, "" where the column holds neither."""
    if mapping.codes:
        return ""
    if column.kind in NUMBERS:
        return f"regexp_full_match(cell_{i}, {literal(PLAIN_NUMBER[decimal])})"
    if column.kind == "date" and not mapping.format:
        return f"regexp_full_match(cell_{i}, {literal(PLAIN_DATE)})"
    return ""


def _filled(i: int, is_judged: bool) -> str:
    """A cell's text without blanks around it, NULL when nothing is left.

    Most cells have none: finding that out is far cheaper than trimming with a set of characters.
    Where the column `is_judged` by `simple_i`, a simple text is known to have none.
    """
    blank = f"[{BLANKS[1:-1]}]"
    known = f"when simple_{i} then cell_{i} " if is_judged else ""
    return (
        f"case {known}when regexp_matches(cell_{i}, '^$|^{blank}|{blank}$') "
        f"then nullif(trim(cell_{i}, {BLANKS}), '') else cell_{i} end"
    )


def _decoded(raw: str, codes: dict[str, Scalar]) -> str:
    branches = " ".join(
        f"when {literal(word)} then {exp.convert(meaning).sql('duckdb')}"
        for word, meaning in codes.items()
    )
    return f"case {raw} {branches} end"


def _marks(source: Source) -> str:
    return f"{literal(source.decimal)}, {literal(source.thousands)}"


def _origin(mapping: Mapping, where: str) -> str:
    if mapping.source is not None:
        return quoted(mapping.source)
    if mapping.sql is not None:
        expression(mapping.sql, where)
        return f"try({mapping.sql}\n)"  # the text may end in a comment
    return exp.convert(mapping.value).sql("duckdb")


def _native_types(
    connection: duckdb.DuckDBPyConnection, origins: list[str], relation: str, where: str
) -> list[str]:
    columns = ", ".join(f"{origin} as column_{i}" for i, origin in enumerate(origins))
    try:
        described = connection.execute(f"describe select {columns} {relation}").fetchall()
    except duckdb.Error as error:
        raise LoadError(f"{where}: {str(error).splitlines()[0]}") from None
    return [row[1] for row in described]


def _value(i: int, column: Column, native: str, pattern: str | None) -> str:
    """The typed value of `raw_i`, no number; NULL where it cannot be read."""
    raw, is_text = f"raw_{i}", native == "VARCHAR"
    if column.kind in ("date", "time"):
        return _dated(i, column.sql_type, native, pattern)
    if column.kind == "flag":
        return f"flag(cast({raw} as varchar))"
    if column.kind == "personal":
        return f"masked(cast({raw} as varchar))"
    if column.kind == "key" and is_text:
        # A spreadsheet that met a long code has kept its first digits only: there is no way back.
        rounded = (
            f"(contains({raw}, '+') or contains({raw}, '.')) and "
            f"regexp_full_match({raw}, '\\d(\\.\\d+)?[eE]\\+\\d+|\\d\\.\\d+[eE]\\d+')"
        )
        return f"case when not ({rounded}) then {raw} end"
    if column.kind == "key" and native in ("DOUBLE", "FLOAT"):
        whole = f"{raw} = floor({raw}) and abs({raw}) < {EXACT_FLOAT[native]}"
        return f"case when {whole} then cast(try_cast({raw} as hugeint) as varchar) end"
    return f"cast({raw} as varchar)"


def _dated(i: int, target: str, native: str, pattern: str | None) -> str:
    """A date or point in time out of text, a native date, or a whole number like 20240105."""
    raw = f"raw_{i}"
    if native == "DATE" or (native.startswith("TIMESTAMP") and "ZONE" not in native):
        value = f"cast({raw} as {target})"
        # Beyond these no calendar, and no date of Python, reaches.
        return f"case when {raw} between date '1000-01-01' and date '9999-12-31' then {value} end"
    if native != "VARCHAR" and not NATIVE_NUMBER.fullmatch(native):
        return f"cast(null as {target})"
    text = f"cast({raw} as varchar)"
    if pattern:
        moment = f"try_strptime({text}, {literal(pattern)})"
        # `%Y` takes a year of two digits for one of the first century.
        return f"case when {moment} >= date '1000-01-01' then cast({moment} as {target}) end"
    if target == "DATE":
        if native != "VARCHAR":
            return f"date_of({text})"
        return f"case when simple_{i} then try_cast({text} as date) else date_of({text}) end"
    day = f"case when not contains({text}, ':') then cast(date_of({text}) as timestamp) end"
    # A time with a zone would be moved to the clock of Greenwich.
    clock = f"case when not regexp_matches({text}, ':.*[A-Za-z+-]') then {text} end"
    return f"coalesce(try_cast({clock} as timestamp), {day})"


def _complaint(column: Column, mapping: Mapping) -> str:
    if mapping.codes:
        return "a code that the map does not know"
    named = {"tax rate": mapping.tax, "factor above 0": mapping.factor}
    if parts := [f"no {what} in {name}" for what, name in named.items() if isinstance(name, str)]:
        return ", or ".join(["no number", *parts])
    return {
        "key": "a code that a spreadsheet has rounded",
        "date": "no date that can be read without guessing; give its format",
        "time": "no point in time",
        "flag": "neither yes nor no",
        "int": "no whole number",
    }.get(column.kind, f"no number, or too large for {column.sql_type}")
