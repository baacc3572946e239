"""`%sql` and `%%sql`: a query to the warehouse, answered with a polars frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import duckdb
from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)
from IPython.display import DisplayHandle

from dakehu.warehouse import open_readonly
from dakehu.workbench.bench import warehouse

if TYPE_CHECKING:
    import polars as pl

PATIENCE_SECONDS = 1.0  # a query that takes longer says how far it is
TICK_SECONDS = 0.5
TARGET = re.compile(r"\s*([A-Za-z_]\w*)\s*<<\s*")


@magics_class
class SqlMagics(Magics):
    """The magics; `$name` in a query is the value of that variable, never a piece of SQL."""

    @no_var_expand  # IPython would put the text of a variable into the query
    @needs_local_scope
    @line_cell_magic
    def sql(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> pl.DataFrame | None:
        """Query the warehouse.

            frame = %sql select * from dim_months
            %%sql
            select * from fct_order_lines where group_id = $customer
            %%sql frame <<
            select ...           -- kept under that name, not shown

        Raises:
            UsageError: the query cannot be answered; one sentence says why.
        """
        target = TARGET.match(line)
        text = (line[target.end() :] if target else line) + "\n" + (cell or "")
        known = {**(self.shell.user_ns if self.shell else {}), **(local_ns or {})}
        try:
            frame = query(text, known)
        except (duckdb.Error, LookupError, FileNotFoundError) as error:
            raise UsageError(_sentence(error)) from None
        if target and self.shell:
            self.shell.user_ns[target[1]] = frame
            return None
        return frame


def query(text: str, known: Mapping[str, Any]) -> pl.DataFrame:
    """The answer to one query, `$name` in it being the value of that name in `known`.

    A query that takes its time shows how far it is; KeyboardInterrupt stops it at once.

    Raises:
        LookupError: no query was written, more than one, or a name is not known.
        duckdb.Error: the warehouse cannot answer it.
    """
    connection = open_readonly(warehouse(), is_watched=True)
    try:
        statements = connection.extract_statements(text)
        if len(statements) != 1:
            raise LookupError(f"write one query in a cell (there are {len(statements)})")
        names = statements[0].named_parameters
        if missing := sorted(names - known.keys()):
            raise LookupError(f"the query asks for ${missing[0]}: no variable has that name")
        values = {name: known[name] for name in names}
        return _watched(connection, statements[0].query, values)
    finally:
        connection.close()


def _watched(
    connection: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any]
) -> pl.DataFrame:
    # DuckDB does not look for Ctrl-C while it computes: so it computes in a thread beside this one.
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(lambda: _answer(connection, text, values))
        bar: DisplayHandle | None = None
        try:
            wait = PATIENCE_SECONDS
            while True:
                try:
                    return answer.result(timeout=wait)
                except TimeoutError:
                    bar, wait = _show(bar, connection.query_progress()), TICK_SECONDS
        except KeyboardInterrupt:
            connection.interrupt()
            raise
        finally:
            if bar:
                bar.update({"text/plain": ""}, raw=True)


def _answer(
    connection: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any]
) -> pl.DataFrame:
    import polars as pl

    relation = connection.sql(text, params=dict(values) or None)
    return pl.DataFrame() if relation is None else relation.pl()


def _show(bar: DisplayHandle | None, percent: float) -> DisplayHandle:
    done = max(0, min(20, round(percent / 5)))
    shown = {"text/plain": f"{'█' * done}{'░' * (20 - done)} {max(percent, 0):.0f} %"}
    if bar is None:
        bar = DisplayHandle()
        bar.display(shown, raw=True)
    else:
        bar.update(shown, raw=True)
    return bar


def _sentence(error: Exception) -> str:
    """The first lines of DuckDB's message, without the query that it repeats below."""
    text = str(error).split("\n\nLINE ")[0]
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())
