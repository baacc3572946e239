"""A source's mapping as SQL: each canonical column as its raw text, its typed value and its fault.

Nothing is guessed: a value that is there and cannot be read as the column's type makes a reject.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import duckdb
import sqlglot
from sqlglot import exp

from dakehu.pipeline import Mapping, Source
from dakehu.schema import Column, Table
from dakehu.sources.decoding import LoadError
from dakehu.sources.formats import literal, quoted

NUMBERS = ("money", "quantity", "price", "factor", "rate", "int")
NATIVE_NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|DOUBLE|FLOAT|UINTEGER")
# Wide enough for what exports hold; a value is rounded to its column's scale only when stored.
EXACT = "DECIMAL(28,8)"

# Full-width forms as they come from Chinese input methods.
_NARROW = "0123456789,.-+()%: "
_WIDE = "".join(chr(ord(character) + 0xFEE0) for character in _NARROW[:-1]) + "\u3000"
_SIGNS = "\u00a5\uffe5$\u20ac\u00a3"  # yen and yuan, narrow and wide, dollar, euro, pound
_BLANKS = literal(" \t\r\n\u3000\u00a0")

MACROS = f"""
create or replace temp macro narrow(t) as trim(translate(t, {literal(_WIDE)}, {literal(_NARROW)}));

-- (1,234.50) is negative; a currency sign may stand before the number, 元 behind it.
create or replace temp macro bare(t) as regexp_replace(
    regexp_replace(narrow(t), '^\\(\\s*(.*?)\\s*\\)$', '-\\1'),
    '^([-+]?)\\s*[{_SIGNS}]\\s*|\\s*元$', '\\1');

-- Separators go only where they stand between groups of three; then the point is a point.
create or replace temp macro plain(b, point, separator) as replace(
    case when separator <> '' and regexp_full_match(
            replace(b, separator, '_'), '[-+]?\\d{{1,3}}(_\\d{{3}})+([^_\\d]\\d+)?')
        then replace(b, separator, '') else b end, point, '.');

create or replace temp macro decimal_of(p) as
    case when regexp_full_match(p, '[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?')
        then coalesce(try_cast(p as {EXACT}), try_cast(try_cast(p as double) as {EXACT})) end;

create or replace temp macro number(t) as
    list_transform([plain(bare(t), '.', ',')], lambda p: decimal_of(p))[1];

create or replace temp macro day(t) as list_transform([narrow(t)], lambda n: case
    when regexp_full_match(n, '\\d{{8}}')
        then try_cast(regexp_replace(n, '(\\d{{4}})(\\d{{2}})(\\d{{2}})', '\\1-\\2-\\3') as date)
    when regexp_full_match(n, '\\d{{4}}[-/.年]\\d{{1,2}}[-/.月]\\d{{1,2}}日?([ T]\\d.*)?')
        then try_cast(regexp_replace(n,
            '^(\\d{{4}})[-/.年](\\d{{1,2}})[-/.月](\\d{{1,2}}).*$', '\\1-\\2-\\3') as date)
    end)[1];

create or replace temp macro flag(t) as case
    when lower(narrow(t)) in ('true', 't', 'yes', 'y', '1', '是') then true
    when lower(narrow(t)) in ('false', 'f', 'no', 'n', '0', '否') then false
    end;
"""


class Typed(NamedTuple):
    """SQL texts of canonical column number `i`, each over the names that the texts before it make.

    Over the joined source, `raw` makes `raw_i`, NULL when the cell is empty, and `due` makes
    `due_i`, true when an expression had all its inputs and so owes a value. `plain` makes
    `plain_i`, a number's digits without ornaments; `exact` makes `exact_i`, the number before it
    is rounded to the column's scale; `value` the typed column; `fault` the reason for a reject or NULL.
    """

    column: Column
    raw: str
    due: str
    plain: str
    exact: str
    value: str
    fault: str


def expression(text: str, where: str) -> exp.Expr:
    """One SQL expression, checked to be that and nothing that could read or change anything else.

    Raises:
        LoadError: it is no single expression, or holds a query or a file function.
    """
    try:
        statements = sqlglot.parse(text, dialect="duckdb")
    except sqlglot.ParseError as error:
        reason = error.errors[0]["description"] if error.errors else str(error)
        raise LoadError(f"{where}: `{text}` is no SQL expression: {reason}") from None
    tree = statements[0] if len(statements) == 1 else None
    forbidden = (exp.Query, exp.DDL, exp.DML, exp.Command, exp.Table, exp.Alias)
    if tree is None or any(isinstance(node, forbidden) for node in tree.walk()):
        raise LoadError(
            f"{where}: `{text}` must be one SQL expression over the columns of the file"
        )
    for call in tree.find_all(exp.Anonymous):
        if call.name.lower().startswith(("read_", "glob", "getenv", "query")):
            raise LoadError(f"{where}: `{call.name}` reads from outside the file")
    return tree


def inputs(text: str, where: str) -> list[exp.Column]:
    """The columns that an expression names."""
    return list(expression(text, where).find_all(exp.Column))


def typed(
    connection: duckdb.DuckDBPyConnection, table: Table, source: Source, relation: str, where: str
) -> list[Typed]:
    """The SQL that turns the source's columns into canonical ones.

    `relation` is the FROM clause that the texts will stand on.

    Raises:
        LoadError: an expression cannot be bound to the source's columns.
    """
    origins = [_origin(mapping, f"{where}.{name}") for name, mapping in source.columns.items()]
    natives = _native_types(connection, origins, relation, where)
    return [
        _typed(i, table.columns[name], mapping, origin, native, source, where)
        for i, ((name, mapping), origin, native) in enumerate(
            zip(source.columns.items(), origins, natives, strict=True)
        )
    ]


def _typed(
    i: int, column: Column, mapping: Mapping, origin: str, native: str, source: Source, where: str
) -> Typed:
    is_text = native == "VARCHAR"
    raw = f"nullif(trim({origin}, {_BLANKS}), '')" if is_text else f"({origin})"
    plain, exact, due = "null", "null", "false"
    if column.kind in NUMBERS:
        if is_text:
            marks = f"{literal(source.decimal)}, {literal(source.thousands)}"
            plain, exact = f"plain(bare(raw_{i}), {marks})", f"decimal_of(plain_{i})"
        elif NATIVE_NUMBER.fullmatch(native):
            exact = f"try_cast(raw_{i} as {EXACT})"
        else:
            exact = f"cast(null as {EXACT})"
    name = quoted(column.name)
    faults = [f"when raw_{i} is not null and {name} is null then {literal(_complaint(column))}"]
    if mapping.sql is not None:
        names = sorted({c.sql("duckdb") for c in inputs(mapping.sql, where)})
        due = " and ".join(f"{n} is not null" for n in names) or "true"
        faults.append(f"when raw_{i} is null and due_{i} then 'the expression gives nothing'")
    if column.is_required:
        faults.append(f"when raw_{i} is null then 'missing'")
    value = _value(i, column, native, mapping.format)
    return Typed(column, raw, due, plain, exact, value, f"case {' '.join(faults)} end")


def _origin(mapping: Mapping, where: str) -> str:
    if mapping.source is not None:
        return quoted(mapping.source)
    if mapping.sql is not None:
        expression(mapping.sql, where)
        return f"try({mapping.sql})"
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
    """The typed value of `raw_i`, for numbers of `exact_i`; NULL where it cannot be read."""
    raw, exact, is_text = f"raw_{i}", f"exact_{i}", native == "VARCHAR"
    if column.kind == "int":
        whole = f"try_cast({exact} as bigint)"
        return f"case when {whole} = {exact} then {whole} end"
    if column.kind in NUMBERS:
        return f"try_cast({exact} as {column.sql_type})"
    if column.kind in ("date", "time"):
        target = column.sql_type
        if not is_text:
            is_dated = native.startswith(("DATE", "TIMESTAMP"))
            return f"cast({raw if is_dated else 'null'} as {target})"
        if pattern:
            return f"cast(try_strptime({raw}, {literal(pattern)}) as {target})"
        return f"day({raw})" if target == "DATE" else f"try_cast({raw} as timestamp)"
    if column.kind == "flag":
        return f"flag({raw})" if is_text else f"try_cast({raw} as boolean)"
    if column.kind == "key" and is_text:
        # A spreadsheet that met a long code has kept its first digits only: there is no way back.
        return f"case when not regexp_full_match({raw}, '\\d(\\.\\d+)?[eE]\\+\\d+') then {raw} end"
    if column.kind == "key" and native in ("DOUBLE", "FLOAT"):
        return f"case when {raw} = floor({raw}) then cast(cast({raw} as hugeint) as varchar) end"
    return f"cast({raw} as varchar)"


def _complaint(column: Column) -> str:
    return {
        "key": "a code that a spreadsheet has rounded",
        "date": "no date that can be read without guessing; give its format",
        "time": "no point in time",
        "flag": "neither yes nor no",
        "int": "no whole number",
    }.get(column.kind, f"no number, or too large for {column.sql_type}")
