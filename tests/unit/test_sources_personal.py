"""Names of people are masked at the door: no table of the warehouse holds one in full."""

from pathlib import Path

import duckdb
import pytest

from small_company import HEADER, LINE, loaded, orders, rows, source

NAME, LATIN = "欧阳锋甲子", "John Smith"
CONTACTS = {
    "contact_id": '"code"',
    "customer_id": '"customer"',
    "name_masked": '"name"',
    "valid_from": '"from"',
}
HEADING = "code,customer,name,from\n"


def company(folder: Path, contacts: str, **columns: str) -> duckdb.DuckDBPyConnection:
    return loaded(
        folder,
        {"orders.csv": HEADER + LINE, "contacts.csv": HEADING + contacts},
        orders(),
        source("contacts", "contacts.csv", CONTACTS | columns),
    )


def texts(connection: duckdb.DuckDBPyConnection) -> str:
    """Every text in every table of the database, one after the other."""
    found = rows(
        connection,
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog <> 'scratch' and table_schema in ('loaded', 'stored', 'main')",
    )
    assert len(found) > 20
    return "\n".join(
        str(row)
        for schema, name in found
        for row in rows(connection, f'select * from "{schema}"."{name}"')
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (NAME, "欧**"),
        ("王**", "王**"),
        ("王*明", "王**"),
        ("王", "王**"),
        (LATIN, "J**"),
        (" 李先生 ", "李**"),
        ("", None),
    ],
)
def test_of_a_name_the_first_letter_stays(tmp_path: Path, name: str, kept: str | None):
    connection = company(tmp_path, f"K1,C1,{name},2024-01-01\n")
    assert rows(connection, "select name_masked from loaded.contacts") == [(kept,)]


def test_no_table_holds_a_name_whatever_is_wrong_with_its_row(tmp_path: Path):
    connection = company(
        tmp_path,
        f"K1,C1,{NAME},2024-01-01\n"
        f"K2,C1,{NAME},2024-13-01\n"  # a date that cannot be read
        f"K3,C1,{NAME}\n"  # a row with a cell too few
        f"K4,C1,{NAME},{LATIN},2024-01-01\n"  # and one too many
        f"K1,C1,{NAME},2024-02-01\n"  # a code for the second time
        f",C1,{NAME},2024-02-01\n",
    )
    assert rows(connection, "select contact_id, name_masked from loaded.contacts") == [
        ("K1", "欧**")
    ]
    rejects = 'select row, "column", value from loaded.rejects order by row'
    assert rows(connection, rejects) == [
        (3, "valid_from", "2024-13-01"),
        (4, None, None),
        (5, None, None),
        (6, "contact_id", "K1"),
        (7, "contact_id", None),
    ]
    held = texts(connection)
    assert "2024-13-01" in held
    assert NAME[:2] not in held
    assert LATIN not in held


def test_an_expression_over_a_name_does_not_tell_it_either(tmp_path: Path):
    connection = company(
        tmp_path,
        f"K1,C1,{NAME},2024-01-01\n",
        contact_id="""{ sql = "nullif(name, name)" }""",
        name_masked="""{ sql = "nullif(name, name)" }""",
    )
    assert len(rows(connection, "select * from loaded.rejects")) == 1
    assert NAME[:2] not in texts(connection)


def test_other_tables_show_their_broken_rows(tmp_path: Path):
    connection = loaded(tmp_path, {"orders.csv": HEADER + LINE + "O2,2024-01-05,C1\n"})
    assert rows(connection, "select value from loaded.rejects") == [("O2,2024-01-05,C1",)]


def test_a_rejected_row_says_whose_it_is_where_it_can(tmp_path: Path):
    broken = "O2,2024-99-05,C7,P1,2,10.00\nO3,2024-01-05\n"
    connection = loaded(tmp_path, {"orders.csv": HEADER + LINE + broken})
    found = rows(connection, "select row, customer_id from loaded.rejects order by row")
    assert found == [(3, "C7"), (4, None)]
