"""Every row and every cent of damaged files, against a slow reader that shares no code with us."""

import csv
import io
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import numpy as np
import pytest

from small_company import loaded, orders, rows

GOOD = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
POOLS = {
    "order": ["A", "B", "C", "D", "", "1.2E+12", "<script>"],
    "date": ["2024-01-05", "20240131", "2024年2月3日", "2024-02-30", "05/01/2024", "", "2024-1-9"],
    "customer": ["C1", "C2", "客户", "", "x,y", 'q"q', "n\nn"],
    "product": ["P1", "P2", "'; drop table x; --"],
    "quantity": ["1", "-2", "1,000", "1,00", "0.00005", "many", ""],
    "amount": ["10.00", "-3.456", "1,234.5", "0.005", "12,34", "", "1e999", "99999999999999999"],
    "line": ["1", "2", "3", ""],
}


def slow_decimal(raw: str, places: str, digits: int) -> Decimal | None:
    if not GOOD.fullmatch(raw):
        return None
    value = Decimal(raw.replace(",", "")).quantize(Decimal(places), ROUND_HALF_UP)
    return value if abs(value) < Decimal(10) ** digits else None


def slow_date(raw: str) -> date | None:
    found = re.fullmatch(r"(\d{4})(?:-|年|)(\d{1,2})(?:-|月|)(\d{1,2})日?", raw)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def slow_books(text: str, footer: int) -> dict[str, dict[int, Decimal]]:
    """Fate -> row -> amount, judged record by record with csv and Decimal."""
    records = [
        (row, record)
        for row, record in enumerate(csv.reader(io.StringIO(text, newline="")), 1)
        if record and row > 1
    ]
    books: dict[str, dict[int, Decimal]] = {"loaded": {}, "rejected": {}, "left out": {}}
    seen: set[tuple[str, str]] = set()
    # Where the column also writes 1,00 nobody knows what 1,000 is.
    doubted = any(len(record) == 7 and record[4] == "1,00" for _, record in records)
    for place, (row, record) in enumerate(records):
        order, day, customer, product, quantity, raw, number = (record + [""] * 7)[:7]
        amount = slow_decimal(raw, "0.01", 16) if len(record) == 7 else None
        good = (
            len(record) == 7
            and order not in ("", "1.2E+12")
            and slow_date(day) is not None
            and all((customer, product, number))
            and slow_decimal(quantity, "0.0001", 14) is not None
            and not (doubted and quantity == "1,000")
            and amount is not None
        )
        if place >= len(records) - footer:
            fate, amount = "left out", None  # a total row is a sum already
        elif len(record) != 7:
            fate = "rejected"
        elif customer == "C2" or not customer:
            fate = "left out"
        elif not good or (order, number) in seen:
            fate = "rejected"
        else:
            fate = "loaded"
            seen.add((order, number))
        books[fate][row] = amount or Decimal(0)
    return books


def damaged(luck: np.random.Generator, seed: int) -> str:
    """A file of good and bad rows; no other seed's file has a document of the same number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(POOLS)
    for _ in range(int(luck.integers(0, 40))):
        record = [
            pool[0] if luck.random() < 0.5 else str(luck.choice(pool)) for pool in POOLS.values()
        ]
        record[0] += f"{luck.integers(0, 9)}" if record[0] in "ABCD" else ""
        record[0] += f"/{seed}" if record[0] not in ("", "1.2E+12") else ""
        kind = luck.random()
        if kind < 0.05:
            del record[int(luck.integers(0, 7)) :]
        elif kind < 0.1:
            record.append("more")
        elif kind < 0.15:
            out.write("\n" * int(luck.integers(1, 4)))
        if record:
            writer.writerow(record)
    return out.getvalue()


FILES = {}
for seed in range(25):
    luck = np.random.default_rng(seed)
    FILES[f"{seed}.csv"] = damaged(luck, seed), int(luck.integers(0, 2))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """All the files, each as a source of its own, and one that is sure to have a sale."""
    texts = {name: text for name, (text, _) in FILES.items()}
    texts["sure.csv"] = ",".join(POOLS) + "\nZ,2024-01-05,C1,P1,1,1,1\n"
    where = "where = \"customer <> 'C2'\"\n"
    sources = [
        orders(name, f"{where}footer_rows = {footer}", line_no='"line"')
        for name, (_, footer) in FILES.items()
    ]
    folder = tmp_path_factory.mktemp("books")
    return loaded(folder, texts, *sources, orders("sure.csv", line_no='"line"'))


@pytest.mark.parametrize("file", FILES)
def test_every_row_and_cent_is_where_a_slow_reader_puts_it(
    company: duckdb.DuckDBPyConnection, file: str
) -> None:
    expected = slow_books(*FILES[file])
    found = rows(
        company,
        f"select source_row, net_amount from loaded.order_lines where source_file = '{file}'",
    )
    assert dict(found) == expected["loaded"]
    rejected = {
        row for (row,) in rows(company, f"select row from loaded.rejects where file = '{file}'")
    }
    assert rejected == expected["rejected"].keys()
    ((counts, amounts, gap),) = rows(
        company,
        "select [rows, loaded, rejected, left_out], "
        "[amount_loaded, amount_rejected, amount_left_out], "
        "amount_in - amount_loaded - amount_rejected - amount_left_out - rounding_amount "
        f"from loaded.files where file = '{file}'",
    )
    sizes = [len(expected[fate]) for fate in ("loaded", "rejected", "left out")]
    assert counts == [sum(sizes), *sizes]
    assert amounts == [sum(expected[f].values()) for f in ("loaded", "rejected", "left out")]
    assert abs(gap) <= Decimal("0.005")
