"""The books of a load: what became of every row and every cent of each file."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from dakehu.schema import Table
from dakehu.sources.decoding import LoadError
from dakehu.sources.increments import Place
from dakehu.sources.relation import FILE, ROW, insert_rows, quoted
from dakehu.sources.staging import STAGED, FileCount


def account(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    counts: list[FileCount],
    places: dict[int, Place],
) -> None:
    """Write loaded.files for the staged files.

    Raises:
        LoadError: the amounts add up to more than can be held.
    """
    described = connection.execute(f"describe {STAGED}").fetchall()
    has_money = table.amount in {row[0] for row in described}
    try:
        found = connection.execute(_sums(table, has_money)).fetchall()
    except duckdb.ConversionException:
        raise LoadError(
            f"the {table.amount} of a file of {table.name} adds up to more than DECIMAL(18,2) "
            "holds; look at its largest values, or map it in a larger unit"
        ) from None
    sums = {row[0]: row[1:] for row in found}
    empty = (0, 0, 0, *((Decimal(0),) * 5 if has_money else (None,) * 5), None)
    rows = [
        (
            count.source_number,
            count.part.file.label,
            table.name,
            count.part.encoding,
            *places[count.part.order].content,
            places[count.part.order].joined_sha256,
            count.rows,
            *sums.get(count.part.order, empty)[:3],
            count.unmatched,
            *sums.get(count.part.order, empty)[3:],
        )
        for count in sorted(counts, key=lambda count: count.part.order)
    ]
    insert_rows(connection, "loaded.files", rows)


def balance(connection: duckdb.DuckDBPyConnection, table: Table, mapped: list[str]) -> None:
    """Prove that the books say what the loaded table itself holds.

    Raises:
        LoadError: they do not.
    """
    target = f"sum({quoted(table.amount)})" if table.amount in mapped else "null"
    stored = connection.execute(f"select count(*), {target} from stored.{table.name}").fetchall()[0]
    booked = connection.execute(
        "select coalesce(sum(loaded), 0), sum(amount_loaded), "
        "coalesce(sum(rows - loaded - rejected - left_out), 0) "
        "from loaded.files where target_table = ?",
        [table.name],
    ).fetchall()[0]
    if (stored[0], stored[1] or 0, 0) != (booked[0], booked[1] or 0, booked[2]):
        raise LoadError(
            f"{table.name} holds {stored}, its files say {booked}: the books do not balance"
        )


def _sums(table: Table, has_money: bool) -> str:
    """The SELECT of counts and amounts by fate, one row per staged file."""
    money = quoted(table.amount) if has_money else "cast(null as decimal(18,2))"
    fates = ", ".join(
        f"cast({zero}sum({money}) filter (where fate = '{fate}'){close} as decimal(18,2))"
        for fate in ("loaded", "rejected", "left out")
        for zero, close in [("coalesce(", ", 0)") if has_money else ("", "")]
    )
    total = "coalesce(sum(exact_amount), 0)" if has_money else "null"
    return (
        f"select {FILE}, count(*) filter (where fate = 'loaded'), "
        "count(*) filter (where fate = 'rejected'), count(*) filter (where fate = 'left out'), "
        f"cast({total} as decimal(18,2)), {fates}, "
        f"cast({total} - coalesce(sum({money}), 0) as decimal(18,4)), "
        f"cast(arg_max(footer_amount, {ROW}) filter (where footer_amount is not null) "
        f"as decimal(18,2)) from {STAGED} group by {FILE}"
    )
