"""The SQL that a pipeline file may hold, judged before it runs, and its marks for "no value"."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dakehu.sources.decoding import LoadError
from dakehu.sources.relation import literal

EXECUTED_COMMENT = re.compile(r"/\*M?!")  # MySQL runs what stands in it


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
    forbidden = (exp.Query, exp.DDL, exp.DML, exp.Command, exp.Table, exp.Alias, exp.Star)
    if tree is None or any(isinstance(node, forbidden) for node in tree.walk()):
        raise LoadError(
            f"{where}: `{text}` must be one SQL expression over the columns of the file"
        )
    for call in tree.find_all(exp.Anonymous):
        if call.name.lower().startswith(("read_", "glob", "getenv", "query")):
            raise LoadError(f"{where}: `{call.name}` reads from outside the file")
    return tree


def selection(text: str, dialect: str, where: str) -> exp.Query:
    """A query for a database, checked to be one SELECT that writes nothing.

    Raises:
        LoadError: it cannot be read as `dialect`, or is anything else.
    """
    try:
        statements = sqlglot.parse(text, dialect=dialect)
    except SqlglotError as error:
        faults = error.errors if isinstance(error, sqlglot.ParseError) else []
        reason = faults[0]["description"] if faults else "it cannot be read"
        raise LoadError(f"{where}: the query is no SELECT that can be judged: {reason}") from None
    tree = statements[0] if len(statements) == 1 else None
    forbidden = (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Lock)
    if (
        not isinstance(tree, exp.Query)
        or any(isinstance(node, forbidden) for node in tree.walk())
        or EXECUTED_COMMENT.search(text)
    ):
        raise LoadError(f"{where}: the query must be one SELECT, which reads and does nothing else")
    return tree


def inputs(text: str, where: str) -> list[exp.Column]:
    """The columns that an expression names."""
    return list(expression(text, where).find_all(exp.Column))


def unmarked(text: str, marks: tuple[str, ...]) -> str:
    """SQL that gives NULL where `text` is one of the marks that mean no value.

    A mark is compared without regard to case; `*` stands for anything.
    """
    return f"case when not regexp_full_match({text}, {marks_pattern(marks)}) then {text} end"


def marks_pattern(marks: tuple[str, ...]) -> str:
    """The regular expression, as a literal, that any of the marks matches."""
    patterns = [re.escape(mark).replace(r"\*", ".*") for mark in marks]
    return literal(f"(?is){'|'.join(patterns)}")
