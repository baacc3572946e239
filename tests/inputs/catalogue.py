"""An awkward input, and what must become of it: the form of every case in this folder.

Rows are named by what a spreadsheet shows: the header is row 1. Where several files are loaded, a
row is (file, row).
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from dakehu.pipeline import PipelineError
from dakehu.sources import LoadError
from small_company import HEAD, HEADER, loaded, orders, rows

Place = int | tuple[str, int]
Fault = tuple[str | None, str | None, str]  # column (None: the whole row), raw value, reason

NO_NUMBER = "no number, or too large for DECIMAL(18,2)"
NO_DATE = "no date that can be read without guessing; give its format"
NO_CODE = "a code that a spreadsheet has rounded"
MISSING = "missing"
HALF_A_CENT = Decimal("0.005")


class Case(NamedTuple):
    """The files and their mapping; then the rows loaded, the rows rejected, or the one sentence.

    `shown` is the SQL of what is compared of a loaded row of `table`, as text. A sentence that ends
    in … goes on with the words of a library.
    """

    files: Mapping[str, str | bytes]
    sources: tuple[str, ...] = (orders(),)
    loaded: Mapping[Place, str | None] = {}
    rejected: Mapping[Place, Fault] = {}
    left_out: int = 0
    refused: str = ""
    shown: str = "order_id"
    table: str = "order_lines"
    head: str = HEAD


def line(row: int, **cells: str) -> str:
    """A line of the sales file whose order is named after its row; keywords replace cells."""
    written = {
        "order": f"O{row}", "date": "2024-01-05", "customer": "C1", "product": "P1",
        "quantity": "2", "amount": "10",
    } | cells  # fmt: skip
    return ",".join(
        '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n\r') else cell
        for cell in written.values()
    ) + "\n"  # fmt: skip


def cell(
    heading: str,
    column: str,
    raw: str,
    expected: str | Fault,
    mapping: str = "",
    options: str = "",
    good: str = "",
) -> Case:
    """A file of two lines: a good one, and one with `raw` under `heading`.

    `expected` is the text of the loaded value, or the fault for which row 3 is rejected.
    """
    fits = {heading: good} if good else {}
    text = HEADER + line(2, **fits) + line(3, **{heading: raw})
    source = orders(options=options, **({column: mapping} if mapping else {}))
    shown = f"case source_row when 3 then cast({column} as varchar) else 'good' end"
    if isinstance(expected, str):
        return Case({"orders.csv": text}, (source,), {2: "good", 3: expected}, shown=shown)
    return Case({"orders.csv": text}, (source,), {2: "good"}, {3: expected}, shown=shown)


def judge(folder: Path, case: Case) -> None:
    """Load the case and compare: every row has its fate, and the books balance."""
    if case.refused:
        with pytest.raises((LoadError, PipelineError)) as raised:
            loaded(folder, case.files, *case.sources, head=case.head)
        said = str(raised.value)
        assert "\n" not in said
        if case.refused.endswith("…"):
            assert said.startswith(case.refused[:-1])
        else:
            assert said == case.refused
        return
    connection = loaded(folder, case.files, *case.sources, head=case.head)
    found = rows(
        connection,
        f"select source_file, source_row, cast({case.shown} as varchar) from loaded.{case.table}",
    )
    rejects = rows(
        connection,
        'select file, row, "column", value, reason from loaded.rejects '
        f"where target_table = '{case.table}'",
    )
    first = next(iter(case.files))
    assert {(file, row): text for file, row, text in found} == _placed(case.loaded, first)
    assert {(file, row): tuple(fault) for file, row, *fault in rejects} == _placed(
        case.rejected, first
    )
    balance(connection)
    total = "select sum(rows), sum(left_out) from loaded.files where target_table = ?"
    assert connection.execute(total, [case.table]).fetchall() == [
        (len(case.loaded) + len(case.rejected) + case.left_out, case.left_out)
    ]


def balance(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows in = loaded + rejected + left out, and the same of the amounts, for every file."""
    books = rows(
        connection,
        "select file, target_table, rows, loaded, rejected, left_out, amount_in, amount_loaded "
        "+ amount_rejected + amount_left_out + rounding_amount from loaded.files",
    )
    for file, table, count, good, bad, out, amount, accounted in books:
        assert count == good + bad + out
        assert abs((amount or 0) - (accounted or 0)) <= HALF_A_CENT
        stored = f"select count(*) from loaded.{table} where source_file = ?"
        assert connection.execute(stored, [file]).fetchall() == [(good,)]
        kept = (
            "select count(*), count(distinct row), count(reason) from loaded.rejects "
            "where file = ? and target_table = ?"
        )
        assert connection.execute(kept, [file, table]).fetchall() == [(bad, bad, bad)]


def _placed(by_row: Mapping, file: str) -> dict:
    return {
        place if isinstance(place, tuple) else (file, place): value
        for place, value in by_row.items()
    }
