"""What PostgreSQL has and others do not, and the whole command on a database with a password."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from decimal import Decimal
from pathlib import Path

import pytest

from dakehu.sources import LoadError
from servers import IN_URL, PASSWORD, USER, Server, postgresql
from small_company import loaded, rows

SOURCE = """
[[source]]
table = "order_lines"
database = "$SHOP_DB"
query = '''{query}'''
[source.columns]
order_id = "id"
order_date = {order_date}
customer_id = "customer"
product_id = "product"
quantity = "quantity"
net_amount = "amount"
"""
# Every column as a sale has it; a test puts another value in the place of one.
VALUES = {
    "id": "'O1'::text",
    "day": "date '2024-01-05'",
    "customer": "'C1'::text",
    "product": "7::bigint",
    "quantity": "1",
    "amount": "1.00",
}


@pytest.fixture(scope="module")
def server() -> Generator[Server]:
    with postgresql() as running:
        yield running


@pytest.fixture
def shop(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("SHOP_DB", server.url)
    return server


def asked(rest: str = "", order_date: str = '"day"', **values: str) -> str:
    """A [[source]] whose query gives these values, `rest` being what follows them."""
    columns = ", ".join(f"{value} as {name}" for name, value in (VALUES | values).items())
    return SOURCE.format(query=f"select {columns} {rest}", order_date=order_date)


def amount(folder: Path, sql: str) -> list[tuple]:
    return rows(loaded(folder, {}, asked(amount=sql)), "select net_amount from loaded.order_lines")


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("12345678901234.56", "12345678901234.56"),
        ("0.1::numeric + 0.2::numeric", "0.30"),
        ("(select sum(x) from (values (0.1), (0.2), (1e13)) t(x))", "10000000000000.30"),
        ("12.30::money::numeric", "12.30"),
        ("0.1::double precision", "0.10"),
        ("-5::smallint", "-5.00"),
    ],
)
def test_numbers(shop: Server, tmp_path: Path, sql: str, value: str) -> None:
    assert amount(tmp_path, sql) == [(Decimal(value),)]


@pytest.mark.parametrize(
    ("column", "sql", "target"),
    [
        ("amount", "'NaN'::numeric", "net_amount"),
        ("amount", "'Infinity'::double precision", "net_amount"),
        ("amount", "1e17::numeric", "net_amount"),
        ("day", "'infinity'::date", "order_date"),
        ("day", "timestamp '-infinity'", "order_date"),
    ],
)
def test_what_no_number_and_no_date_is_rejected(
    shop: Server, tmp_path: Path, column: str, sql: str, target: str
) -> None:
    connection = loaded(tmp_path, {}, asked(), asked(**{"id": "'O2'", column: sql}))
    found = rows(connection, 'select row, "column", value is null from loaded.rejects')
    assert found == [(1, target, False)]


def test_money_and_times_with_a_zone_are_refused(shop: Server, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r'"amount" is of the type money.*amount::numeric'):
        amount(tmp_path, "12.30::money")
    late = "timestamptz '2024-01-05 20:00:00+00'"
    with pytest.raises(LoadError, match=r"order_date: a time with a zone"):
        loaded(tmp_path, {}, asked(day=late))
    in_shanghai = "{ sql = \"day at time zone 'Asia/Shanghai'\" }"
    connection = loaded(tmp_path, {}, asked(day=late, order_date=in_shanghai))
    found = rows(connection, "select cast(order_date as varchar) from loaded.order_lines")
    assert found == [("2024-01-06",)]


def test_a_database_that_is_not_there(
    shop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DB", f"{shop.url}2")
    with pytest.raises(LoadError, match="cannot be reached: there is no database of that name"):
        loaded(tmp_path, {}, asked())


def test_no_rows_are_a_result_too(shop: Server, tmp_path: Path) -> None:
    connection = loaded(tmp_path, {}, asked(), asked("limit 0"))
    assert rows(connection, "select rows, loaded from loaded.files") == [(1, 1), (0, 0)]


def test_other_types_do_no_harm(shop: Server, tmp_path: Path) -> None:
    others = {
        "a": "'{\"a\": 1}'::jsonb",
        "b": "array[1, 2]",
        "c": "interval '1 day'",
        "d": "'\\xff00'::bytea",
        "e": "gen_random_uuid()",
        "f": "null",
        "g": "time '10:11'",
        "h": "inet '10.0.0.1'",
    }
    assert rows(loaded(tmp_path, {}, asked(**others)), "select rows, loaded from loaded.files") == [
        (1, 1)
    ]


def test_a_fault_in_the_middle_of_the_rows(shop: Server, tmp_path: Path) -> None:
    query = asked("from generate_series(1, 60000) i", amount="1 / (50000 - i)")
    with pytest.raises(LoadError, match=r"SHOP_DB, query \w{6}: division by zero$"):
        loaded(tmp_path, {}, query)


PIPELINE = """
name = "shop_of_a_test"
title = { zh = "小店", en = "Shop" }
languages = ["en"]
as_of = 2024-12-31
"""


@pytest.mark.slow
def test_the_password_is_nowhere(shop: Server, tmp_path: Path) -> None:
    body = asked("from generate_series(1, 200) i", id="'O' || i")
    file = tmp_path / "shop.toml"
    file.write_text(PIPELINE + body + "[reports.data_quality]\n", "utf-8")
    out, warehouse = tmp_path / "out", tmp_path / "w.duckdb"
    told: list[bytes] = []

    def dakehu(*words: str, url: str = shop.url) -> int:
        done = subprocess.run(
            [Path(sys.executable).with_name("dakehu"), *words],
            env=os.environ | {"SHOP_DB": url},
            capture_output=True,
            check=False,
        )
        told.append(done.stdout + done.stderr)
        return done.returncode

    where = ("--out", str(out), "--warehouse", str(warehouse))
    assert dakehu("check", str(file)) == 0, told
    assert re.search(rb"^order_lines .* 200 +200 +0 +0$", told[-1], re.MULTILINE), told
    assert dakehu("run", str(file), *where) == 0, told
    assert b"SHOP_DB, query" in told[-1]
    # What fails writes into the history and the portal too.
    assert dakehu("run", str(file), *where, url=shop.url.replace(USER, "nobody")) == 3
    assert b"the database cannot be reached" in told[-1]
    written = [path for path in (*out.rglob("*"), warehouse) if path.is_file()]
    assert {"run.json", "w.duckdb", "history.jsonl", "index.html"} <= {p.name for p in written}
    host = shop.url.rpartition("@")[2].partition("/")[0]
    for text in [*told, *(path.read_bytes() for path in written)]:
        for secret in (PASSWORD, IN_URL, host):
            assert secret.encode() not in text
