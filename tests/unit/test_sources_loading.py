"""Many files into the canonical tables: nothing is lost, nothing is counted twice."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from dakehu.schema import SQL_TYPES, tables
from dakehu.sources import LoadError
from dakehu.sources.derivation import last_complete_month
from small_company import COLUMNS, HEAD, HEADER, LINE, loaded, orders, rows, source

FATES = "select rows, loaded, rejected, left_out from loaded.files order by source_number, file"
REJECTS = 'select file, row, target_table, "column", value, reason from loaded.rejects'
OVERLAPS = "from loaded.overlaps"


def line(order: str, customer: str = "C1", amount: str = "10.00", day: str = "2024-01-05") -> str:
    return f"{order},{day},{customer},P1,2,{amount}\n"


# ------------------------------------------------------------------ what is left out


def test_where_leaves_out_and_counts_also_what_it_cannot_judge(tmp_path: Path) -> None:
    text = HEADER + line("A") + line("B", "C2") + line("C", "") + line("D", "C2", "bad")
    connection = loaded(
        tmp_path, {"orders.csv": text}, orders(options="where = \"customer = 'C1'\"")
    )
    assert rows(connection, FATES) == [(4, 1, 0, 3)]
    amounts = "select amount_in, amount_loaded, amount_rejected, amount_left_out from loaded.files"
    assert rows(connection, amounts) == [(30, 10, 0, 20)]
    assert rows(connection, REJECTS) == []


def test_distinct_keeps_the_first_and_leaves_the_others_out(tmp_path: Path) -> None:
    text = HEADER + line("A", "C1") + line("B", "C2") + line("C", "C1") + line("D", "")
    customers = {"customer_id": '"customer"', "customer_name": '"order"'}
    connection = loaded(
        tmp_path,
        {"orders.csv": text},
        orders(),
        source("customers", "orders.csv", customers, "distinct = true"),
    )
    assert rows(
        connection, "select customer_id, customer_name, source_row from loaded.customers"
    ) == [
        ("C1", "A", 2),
        ("C2", "B", 3),
    ]
    assert rows(connection, FATES) == [(4, 3, 1, 0), (4, 2, 1, 1)]


def test_a_row_that_stands_in_two_files_of_a_source_counts_from_the_later_one(
    tmp_path: Path,
) -> None:
    header = HEADER.replace("\n", ",line\n")
    a = header + "".join(line("A").replace("\n", f",{n}\n") for n in (1, 2, 1))
    b = header + line("A").replace("\n", ",2\n") + line("B").replace("\n", ",2\n")
    connection = loaded(tmp_path, {"a.csv": a, "b.csv": b}, orders("?.csv", line_no='"line"'))
    assert rows(connection, REJECTS + " order by file, row") == [
        ("a.csv", 4, "order_lines", "order_id, line_no", "A, 1", "repeats row 2 of a.csv"),
    ]
    found = "select order_id, line_no, source_file, source_row from loaded.order_lines order by all"
    assert rows(connection, found) == [
        ("A", "1", "a.csv", 2), ("A", "2", "b.csv", 2), ("B", "2", "b.csv", 3)
    ]  # fmt: skip
    assert rows(connection, OVERLAPS) == [("order_lines", "a.csv", "b.csv", 1, 0, 10)]
    counts = "select file, rows, loaded, rejected, left_out from loaded.files order by file"
    assert rows(connection, counts) == [("a.csv", 3, 1, 1, 1), ("b.csv", 2, 2, 0, 0)]


def test_of_two_sources_the_first_counts(tmp_path: Path) -> None:
    header = HEADER.replace("\n", ",line\n")
    files = {"a.csv": header + line("A")[:-1] + ",1\n", "b.csv": header + line("A")[:-1] + ",1\n"}
    connection = loaded(
        tmp_path, files, orders("b.csv", line_no='"line"'), orders("a.csv", line_no='"line"')
    )
    assert rows(connection, REJECTS) == [
        ("a.csv", 2, "order_lines", "order_id, line_no", "A, 1", "repeats row 2 of b.csv")
    ]
    assert rows(connection, OVERLAPS) == []


def test_a_rejected_row_does_not_shadow_a_good_one(tmp_path: Path) -> None:
    text = HEADER.replace("\n", ",line\n") + "A,2024-01-05,C,P,1,bad,1\nA,2024-01-05,C,P,1,7,1\n"
    connection = loaded(tmp_path, {"orders.csv": text}, orders(line_no='"line"'))
    assert rows(connection, "select source_row, net_amount from loaded.order_lines") == [(3, 7)]


def test_lines_without_a_number_are_numbered_in_file_order(tmp_path: Path) -> None:
    """The same number on another day is another document to count, not a correction."""
    files = {
        "b.csv": HEADER + line("A").replace("2024-01-05", "2024-01-06") + line("B"),
        "a.csv": HEADER + line("A") + line("B", amount="bad") + line("A"),
    }
    connection = loaded(tmp_path, files, orders("?.csv"))
    found = (
        "select source_file, source_row, order_id, line_no from loaded.order_lines order by 1, 2"
    )
    assert rows(connection, found) == [
        ("a.csv", 2, "A", "1"), ("a.csv", 4, "A", "2"), ("b.csv", 2, "A", "3"),
        ("b.csv", 3, "B", "1"),
    ]  # fmt: skip


def test_a_document_in_two_files_counts_from_the_later_one(tmp_path: Path) -> None:
    files = {
        "a.csv": HEADER + line("A") + line("A", amount="7") + line("B"),
        "b.csv": HEADER + line("A", amount="7") + line("C"),
    }
    connection = loaded(tmp_path, files, orders("?.csv"))
    found = (
        "select source_file, source_row, order_id, line_no from loaded.order_lines order by 1, 2"
    )
    assert rows(connection, found) == [
        ("a.csv", 4, "B", "1"), ("b.csv", 2, "A", "1"), ("b.csv", 3, "C", "1")
    ]  # fmt: skip
    assert rows(connection, OVERLAPS) == [("order_lines", "a.csv", "b.csv", 2, 1, 17)]


# ------------------------------------------------------------------ joins


def joined(folder: Path, items: str, options: str = "", lines: str = "") -> list[tuple]:
    join = f'join = [{{ files = ["items.csv"], on = "product = item"{options} }}]'
    connection = loaded(
        folder,
        {
            "orders.csv": HEADER + (lines or line("A") + line("B").replace("P1", "P2")),
            "items.csv": items,
        },
        orders(options=join, channel='"maker"'),
    )
    return [
        *rows(connection, "select order_id, channel from loaded.order_lines order by order_id"),
        *rows(connection, "select rows, loaded, unmatched from loaded.files"),
    ]


def test_a_join_counts_the_rows_that_found_no_partner(tmp_path: Path) -> None:
    found = joined(tmp_path, "item,maker\nP1,M\nP3,N\n")
    assert found == [("A", "M"), ("B", None), (2, 2, 1)]


def test_a_join_in_another_dialect(tmp_path: Path) -> None:
    found = joined(
        tmp_path, "title\nitem;maker\nP1;M\nP2;N\ntotal;2\n", ", header_row = 2, footer_rows = 1"
    )
    assert found == [("A", "M"), ("B", "N"), (2, 2, 0)]


def test_the_footer_of_a_joined_file_is_no_partner(tmp_path: Path) -> None:
    found = joined(
        tmp_path,
        "item,maker\nP1,M\nP2,TOTAL\n",
        ", footer_rows = 1",
        line("A") + line("B").replace("P1", "P2"),
    )
    assert found == [("A", "M"), ("B", None), (2, 2, 1)]


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ("item,maker\nP1,M\nP1,N\n", "finds several partners for a row (2 rows became 3)"),
        ("item,maker\nP1,M\nP2\n", "join 1: row 3 of a joined file has the wrong shape"),
        ("product,maker\nP1,M\n", "Ambiguous reference"),
        ("thing,maker\nP1,M\n", "item"),
    ],
)
def test_a_join_that_cannot_be_is_refused(tmp_path: Path, items: str, sentence: str) -> None:
    with pytest.raises(LoadError) as raised:
        joined(tmp_path, items)
    assert sentence in str(raised.value)
    assert "orders.csv, [[source]] 1" in str(raised.value)


# ------------------------------------------------------------------ tables


def test_several_sources_feed_one_table_and_one_file_several(tmp_path: Path) -> None:
    files = {
        "orders.csv": HEADER + LINE,
        "more.csv": "no;day;who;what;n;sum;how\nX;20240106;C9;P9;1;5;web\n",
        "names.csv": "id,name\nC1,甲\n",
    }
    other = source(
        "order_lines",
        "more.csv",
        dict(zip(COLUMNS, ('"no"', '"day"', '"who"', '"what"', '"n"', '"sum"'), strict=True))
        | {"channel": '"how"'},
    )
    customers = {"customer_id": '"id"', "customer_name": '"name"'}
    shipments = {
        "ship_no": '"order"', "line_no": "{ value = 1 }", "order_id": '"order"',
        "ship_date": '"date"',
    }  # fmt: skip
    connection = loaded(
        tmp_path,
        files,
        orders(),
        other,
        source("customers", "names.csv", customers),
        source("shipments", "orders.csv", shipments),
    )
    assert rows(connection, "select order_id, channel from loaded.order_lines order by 1") == [
        ("O1", None),
        ("X", "web"),
    ]
    assert rows(connection, "select ship_no, line_no from loaded.shipments") == [("O1", "1")]
    found = "select source_number, file, target_table, loaded from loaded.files order by 1"
    assert rows(connection, found) == [
        (1, "orders.csv", "order_lines", 1),
        (2, "more.csv", "order_lines", 1),
        (3, "names.csv", "customers", 1),
        (4, "orders.csv", "shipments", 1),
    ]
    hashes = rows(connection, "select count(distinct sha256), count(amount_in) from loaded.files")
    assert hashes == [(3, 2)]  # a table that maps no money has no amounts


def test_every_canonical_table_is_there_typed_and_says_what_is_mapped(tmp_path: Path) -> None:
    connection = loaded(tmp_path, {"orders.csv": HEADER + LINE})
    found = rows(
        connection,
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'loaded' and database_name = current_database()",
    )
    has = {(table, column): data_type for table, column, data_type in found}
    for table in tables().values():
        for column in table.columns.values():
            assert has[table.name, column.name] == SQL_TYPES[column.kind]
        assert has[table.name, "source_file"] == has[table.name, "load_id"] == "VARCHAR"
        assert has[table.name, "source_row"] == "BIGINT"
    mapped = rows(connection, "select table_name, column_name from loaded.columns where is_mapped")
    assert sorted(mapped) == sorted(("order_lines", column) for column in COLUMNS)
    assert rows(connection, "select count(*) from loaded.columns") == [
        (sum(len(table.columns) for table in tables().values()),)
    ]
    assert rows(connection, "select source_row, load_id from loaded.order_lines") == [(2, "test")]


def test_dimensions_that_no_source_fills_come_from_the_facts(tmp_path: Path) -> None:
    text = HEADER.replace("\n", ",region,by\n") + line("A", "C2").replace("\n", ",R1,D1\n")
    text += line("B", "C1").replace("\n", ",,\n")
    connection = loaded(
        tmp_path,
        {"orders.csv": text},
        orders(ship_to_territory_id='"region"', fulfilled_by='"by"'),
    )
    assert rows(
        connection, "select customer_id, customer_name, source_file from loaded.customers"
    ) == [(key, key, "(derived)") for key in ("C1", "C2", "D1")]
    assert rows(connection, "select product_id, product_name from loaded.products") == [
        ("P1", "P1")
    ]
    assert rows(connection, "select territory_id from loaded.territories") == [("R1",)]


def test_rounding_is_shown_and_closes_the_sum(tmp_path: Path) -> None:
    amounts = ["0.0049", "0.0049", "0.0049", "-10.12345678", "1.0050"]
    text = HEADER + "".join(line(f"O{i}", amount=amount) for i, amount in enumerate(amounts))
    connection = loaded(tmp_path, {"orders.csv": text})
    found = (
        "select amount_in, amount_loaded, amount_rejected, amount_left_out, rounding_amount "
        "from loaded.files"
    )
    ((amount_in, kept, rejected, left_out, rounding),) = rows(connection, found)
    exact = sum(map(Decimal, amounts), Decimal(0))
    assert amount_in == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert kept == sum(Decimal(a).quantize(Decimal("0.01"), ROUND_HALF_UP) for a in amounts)
    assert rounding == (exact - kept).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert (rejected, left_out) == (0, 0)


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("last", "closes", "expected"),
    [
        (date(2024, 1, 31), 31, date(2024, 1, 31)),
        (date(2024, 1, 30), 31, date(2023, 12, 31)),
        (date(2024, 2, 29), 31, date(2024, 2, 29)),
        (date(2024, 2, 28), 31, date(2024, 1, 31)),
        (date(2023, 2, 28), 31, date(2023, 2, 28)),
        (date(2023, 2, 28), 30, date(2023, 2, 28)),
        (date(2024, 1, 25), 25, date(2024, 1, 25)),
        (date(2024, 1, 31), 25, date(2024, 1, 25)),
        (date(2024, 1, 24), 25, date(2023, 12, 25)),
        (date(2024, 12, 31), 31, date(2024, 12, 31)),
    ],
)
def test_last_complete_month(last: date, closes: int, expected: date) -> None:
    assert last_complete_month(last, closes) == expected


def dated(folder: Path, head: str, *days: str) -> list[tuple]:
    text = HEADER + "".join(line(f"O{n}", day=day) for n, day in enumerate(days))
    return rows(
        loaded(folder, {"orders.csv": text}, head=HEAD.replace("as_of = 2024-12-31", head)),
        "select as_of, (select min(date) from loaded.calendar), "
        "(select max(date) from loaded.calendar) from loaded.run",
    )


def test_as_of(tmp_path: Path) -> None:
    days = ("2024-01-10", "2024-04-28")
    assert dated(tmp_path, "", *days)[0][0] == date(2024, 3, 31)
    assert dated(tmp_path, "fiscal_month_end_day = 25", *days)[0][0] == date(2024, 4, 25)
    told = dated(tmp_path, "as_of = 2024-02-10", *days)
    assert told == [(date(2024, 2, 10), date(2024, 1, 10), date(2026, 4, 28))]
    with pytest.raises(LoadError, match="as of 2023-12-31 there are no sales yet"):
        dated(tmp_path, "as_of = 2023-12-31", *days)
    mistyped = dated(tmp_path, "", *days, "2924-01-05")
    assert mistyped[0][0] == date(2024, 3, 31)
    far = dated(tmp_path, "as_of = 2024-12-31", "2024-01-10", "9999-12-31")
    assert far[0][0] == date(2024, 12, 31)


@pytest.mark.parametrize("closes", [31, 25, 30, 1])
def test_calendar(tmp_path: Path, closes: int) -> None:
    head = HEAD + f"fiscal_month_end_day = {closes}\n"
    text = HEADER + LINE + line("B", day="2024-03-01")
    connection = loaded(tmp_path, {"orders.csv": text}, head=head)
    found = rows(connection, "select date, month, month_end from loaded.calendar order by date")
    assert found[0][0] == date(2024, 1, 5)
    assert found[-1][0] == date(2026, 12, 31)
    assert len(found) == (date(2026, 12, 31) - date(2024, 1, 5)).days + 1
    for day, month, month_end in found:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        own_end = min(date.fromordinal(following.toordinal() - 1).day, closes)
        assert month == (day.replace(day=1) if day.day <= own_end else following)
        length = date.fromordinal(
            date(month.year + month.month // 12, month.month % 12 + 1, 1).toordinal() - 1
        ).day
        assert month_end == month.replace(day=min(length, closes))
