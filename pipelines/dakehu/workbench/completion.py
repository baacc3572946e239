"""Names of tables and columns at the Tab key, in `%sql` and `%%sql`."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb
from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from dakehu.workbench.contents import columns_of_tables

CELL = re.compile(r"%%sql\b|.*%sql\b", re.DOTALL)
WORD = re.compile(r"(?:(\w+)\.)?(\w*)$")
SOURCE = re.compile(r"\b(?:from|join)\s+(\w+)(?:\s+(?:as\s+)?(\w+))?", re.IGNORECASE)


@context_matcher()
def complete_sql(context: CompletionContext) -> SimpleMatcherResult:
    """What IPython asks at the Tab key; outside of SQL it answers nothing."""
    lines = context.full_text.split("\n")
    before = "\n".join(
        [*lines[: context.cursor_line], lines[context.cursor_line][: context.cursor_position]]
    )
    is_cell = context.full_text.startswith("%%sql")
    if not CELL.match(before if is_cell else before.rpartition("\n")[2]):
        return {"completions": [], "suppress": False}
    try:
        known = columns_of_tables()
    except (duckdb.Error, FileNotFoundError):
        known = {}
    names, fragment = names_for(context.full_text, before, known)
    return {
        "completions": [SimpleCompletion(text=name, type="sql") for name in names],
        "matched_fragment": fragment,
        "suppress": True,
        "ordered": True,
    }


def names_for(
    text: str, before: str, known: Mapping[str, Mapping[str, str]]
) -> tuple[list[str], str]:
    """What may stand at the end of `before`, and the piece of a word that it replaces.

    After `table.` or `alias.` the columns of that table; after from and join the tables; else the
    columns of the tables that `text` names, then the tables. `known` are columns by table.
    """
    match = WORD.search(before)
    owner, fragment = match.groups() if match else (None, "")
    named = {alias or table: table for table, alias in SOURCE.findall(text)}
    named |= {table: table for table in named.values()}
    if owner:
        candidates = list(known.get(named.get(owner, owner), ()))
    elif re.search(r"\b(from|join)\s+\w*$", before, re.IGNORECASE):
        candidates = list(known)
    else:
        columns = [column for table in named.values() for column in known.get(table, ())]
        candidates = list(dict.fromkeys([*columns, *known]))
    return [name for name in candidates if name.startswith(fragment)], fragment
