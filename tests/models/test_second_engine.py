"""A second engine judges a million rows: dataframely must reject exactly the rows that we reject.

It shares nothing with the loader: polars splits the lines and casts the cells, and the rules are
written down once more, as a schema.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest

from small_company import loaded, orders, rows

ROWS = 1_000_000
PER_KIND = 640
HEADINGS = ["order", "line", "date", "customer", "product", "quantity", "amount", "currency"]
COLUMNS = {
    "order": "order_id", "line": "line_no", "date": "order_date", "customer": "customer_id",
    "product": "product_id", "quantity": "quantity", "amount": "net_amount",
    "currency": "currency",
}  # fmt: skip
KEY, SHAPE = "order_id, line_no", "the shape of the row"


def with_cell(heading: str, value: str) -> Callable[[list[str]], list[str]]:
    place = HEADINGS.index(heading)
    return lambda cells: [*cells[:place], value, *cells[place + 1 :]]


# The kinds of fault: what is done to the cells of a good line, and what must be blamed.
FAULTS: list[tuple[Callable[[list[str]], list[str]], str]] = [
    (lambda cells: cells[:5], SHAPE),
    (lambda cells: [*cells[:3], "Miller", " Sons", *cells[4:]], SHAPE),
    (with_cell("date", "2024-02-30"), "order_date"),
    (with_cell("date", "05/01/2024"), "order_date"),
    (with_cell("customer", ""), "customer_id"),
    (with_cell("product", "1.23457E+14"), "product_id"),
    (with_cell("quantity", "1.2.3"), "quantity"),
    (with_cell("quantity", ""), "quantity"),
    (with_cell("amount", "#N/A"), "net_amount"),
    (with_cell("amount", "100000000000000000"), "net_amount"),
    (with_cell("currency", "USD"), "currency"),
]


class SalesLine(dy.Schema):
    """A line of the sales file, as a second reader understands it."""

    row = dy.UInt32(nullable=False)
    commas = dy.UInt32(nullable=False, min=7, max=7)
    order = dy.String(nullable=False)
    line = dy.String(nullable=False)
    date = dy.Date(nullable=False)
    customer = dy.String(nullable=False)
    product = dy.String(nullable=False)
    quantity = dy.Decimal(18, 4, nullable=False)
    amount = dy.Decimal(18, 2, nullable=False)
    currency = dy.String(nullable=True)

    @dy.rule()
    def product_not_rounded(cls) -> pl.Expr:
        return ~pl.col("product").str.contains(r"^\d(\.\d+)?[eE]\+\d+$")

    @dy.rule()
    def currency_ours(cls) -> pl.Expr:
        return pl.col("currency") == "CNY"

    @dy.rule()
    def key_first(cls) -> pl.Expr:
        return pl.col("row") == pl.col("row").min().over("order", "line")


def good_lines() -> list[str]:
    """Three lines a document; amounts with cents, some negative; a third names no currency."""
    i = pl.col("i")
    cells = {
        "order": pl.format("SO{}", 100_000 + i // 3),
        "line": i % 3 + 1,
        "date": pl.date(2022, 1, 1) + pl.duration(days=i % 1000),
        "customer": pl.format("客户{}", i * 7919 % 4999),
        "product": pl.format("00{}", i * 104_729 % 887),
        "quantity": i * 31 % 240 - 12,
        "amount": pl.format("{}.{}", i * 65_537 % 90_000 - 4_000, 10 + i % 90),
        "currency": pl.when(i % 3 == 0).then(pl.lit("")).otherwise(pl.lit("CNY")),
    }
    frame = pl.DataFrame({"i": pl.int_range(ROWS, eager=True)}).with_columns(**cells)
    return frame.select(pl.concat_str(HEADINGS, separator=","))["order"].to_list()


def planted(path: Path) -> dict[int, str]:
    """Write the file; gives the rows in which something is wrong, and what has to be blamed."""
    luck = random.Random(20260701)
    lines = good_lines()
    spoilt = luck.sample(range(ROWS), PER_KIND * len(FAULTS))
    blamed = {}
    for place, index in enumerate(spoilt):
        spoil, blame = FAULTS[place % len(FAULTS)]
        lines[index] = ",".join(spoil(lines[index].split(",")))
        blamed[index + 2] = blame
    for index in luck.sample(sorted(set(range(ROWS)) - set(spoilt)), PER_KIND):
        blamed[len(lines) + 2] = KEY  # a good line again, at the foot
        lines.append(lines[index])
    path.write_text("\n".join([",".join(HEADINGS), *lines]) + "\n", "utf-8")
    return blamed


def ours(folder: Path) -> tuple[dict[int, str], tuple[int, Decimal]]:
    """The rejected rows with what is blamed, and the count and the amount of the loaded ones."""
    mapping = {column: f'"{heading}"' for heading, column in COLUMNS.items()}
    connection = loaded(folder, {}, orders(**mapping))
    rejects = rows(connection, f"""select row, coalesce("column", '{SHAPE}') from loaded.rejects""")
    ((count, amount),) = rows(
        connection, "select count(*), sum(net_amount) from loaded.order_lines"
    )
    return dict(rejects), (count, amount)


def theirs(path: Path) -> tuple[dict[int, str], tuple[int, Decimal]]:
    """The same, by dataframely: of several rules that a row breaks the first is blamed."""
    lines = pl.read_csv(
        path, has_header=False, skip_lines=1, separator="\x01", quote_char=None,
        new_columns=["text"], row_index_name="row", row_index_offset=2,
    )  # fmt: skip
    cells = (
        lines.with_columns(
            commas=pl.col("text").str.count_matches(","),
            cells=pl.col("text").str.split_exact(",", 7).struct.rename_fields(HEADINGS),
        )
        .unnest("cells")
        .with_columns(pl.when(pl.col(HEADINGS) != "").then(pl.col(HEADINGS)).name.keep())
        .with_columns(pl.col("date").str.to_date("%Y-%m-%d", strict=False))
    )
    good, failure = SalesLine.filter(cells, cast=True)
    details = failure.details()
    broken = [
        pl.when(pl.col(rule) == "invalid").then(pl.lit(blame))
        for part, blame in ({"commas": SHAPE} | COLUMNS | {"key": KEY}).items()
        for rule in details.columns
        if rule.startswith((f"{part}|", f"{part}_"))
    ]
    rejects = details.select("row", pl.coalesce(broken))
    return dict(rejects.iter_rows()), (good.height, good["amount"].sum())


@pytest.mark.slow
def test_both_engines_reject_the_same_rows_of_a_million(tmp_path: Path) -> None:
    blamed = planted(tmp_path / "orders.csv")
    our_rejects, our_sums = ours(tmp_path)
    their_rejects, their_sums = theirs(tmp_path / "orders.csv")
    assert len(blamed) == PER_KIND * (len(FAULTS) + 1)
    assert _differing(our_rejects, blamed) == {}
    assert _differing(their_rejects, blamed) == {}
    assert our_sums == their_sums
    assert our_sums[0] == ROWS + PER_KIND - len(blamed)


def _differing(found: dict[int, str], blamed: dict[int, str]) -> dict[int, tuple]:
    """The rows over which there is disagreement: a million need no long message."""
    places = [row for row in found.keys() | blamed.keys() if found.get(row) != blamed.get(row)]
    return {row: (found.get(row), blamed.get(row)) for row in sorted(places)[:10]}
