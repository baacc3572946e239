"""Queries to real servers: every value as it stands there, every row accounted for."""

import re
import sys
from collections.abc import Callable, Generator
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from dakehu.pipeline import PipelineError
from dakehu.sources import LoadError
from desk import Desk
from servers import IN_URL, PASSWORD, USER, Server, mariadb, postgresql, refused
from small_company import loaded, rows, source

TABLE = """
drop table if exists sales_lines;
create table sales_lines (order_no varchar(20), day date, changed timestamp(6) null,
    customer varchar(200), product varchar(20), quantity numeric(18,4), amount numeric(18,2),
    rate numeric(30,18));
"""
LINES = [
    "('O1', '2024-01-05', '2024-01-05 10:11:12.123456', 'C1', 'P1', 2, 12345678901234.56, 0.1)",
    "('O2', '2024-02-29', null, 'C2', 'P1', 1.5, 0.30, null)",
    "('O3', '2024-03-01', null, null, 'P2', 1, 7.00, null)",
    "('O4', null, null, 'C1', 'P2', 1, 9.99, null)",
    "('O5', '2024-03-02', null, 'C1', 'P2', -1, -0.01, null)",
]
COLUMNS = {
    "order_id": '"order_no"',
    "order_date": '"day"',
    "customer_id": '"customer"',
    "product_id": '"product"',
    "quantity": '"quantity"',
    "net_amount": '"amount"',
}
ALL = "select * from sales_lines order by order_no"
FATES = "select rows, loaded, rejected, left_out, amount_in, amount_loaded from loaded.files"


@pytest.fixture(scope="module", params=[postgresql, mariadb], ids=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Generator[Server]:
    with request.param() as running:
        yield running


@pytest.fixture
def shop(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("SHOP_DB", server.url)
    server.execute(TABLE + insert(*LINES))
    return server


def insert(*lines: str) -> str:
    return f"insert into sales_lines values {', '.join(lines)};"


def asked(query: str = ALL, table: str = "order_lines", options: str = "", **columns: str) -> str:
    """A [[source]] that reads the rows of a query."""
    mapped = columns if table != "order_lines" else COLUMNS | columns
    written = source(table, "", mapped, options)
    return written.replace('files = [""]', f"database = \"$SHOP_DB\"\nquery = '''{query}'''")


def label(shop: Server, query: str = ALL) -> str:
    kind = shop.url.partition("://")[0]
    return f"{kind}: SHOP_DB, query {sha256(query.encode()).hexdigest()[:6]}"


def fault(folder: Path, *sources: str, kind: type[Exception] = LoadError) -> str:
    with pytest.raises(kind) as raised:
        loaded(folder, {}, *sources)
    message = str(raised.value)
    assert "\n" not in message
    assert [part for part in (PASSWORD, IN_URL, "127.0.0.1") if part in message] == []
    return message


def test_values_and_books(shop: Server, tmp_path: Path) -> None:
    options = "where = \"order_no <> 'O5'\""
    connection = loaded(
        tmp_path, {}, asked(options=options, change_ts='"changed"', tax_rate='"rate"')
    )
    columns = "order_id, order_date, change_ts, customer_id, quantity, net_amount, tax_rate"
    assert rows(connection, f"select {columns}, source_row from loaded.order_lines") == [
        (
            *("O1", date(2024, 1, 5), datetime(2024, 1, 5, 10, 11, 12, 123456), "C1"),
            *(Decimal("2.0000"), Decimal("12345678901234.56"), Decimal("0.1"), 1),
        ),
        ("O2", date(2024, 2, 29), None, "C2", Decimal("1.5"), Decimal("0.30"), None, 2),
    ]
    assert rows(connection, 'select row, "column", value, reason from loaded.rejects') == [
        (3, "customer_id", None, "missing"),
        (4, "order_date", None, "missing"),
    ]
    amounts = (Decimal("12345678901251.84"), Decimal("12345678901234.86"))
    assert rows(connection, FATES) == [(5, 2, 2, 1, *amounts)]


def test_the_label_tells_no_secret(shop: Server, tmp_path: Path) -> None:
    found = rows(loaded(tmp_path, {}, asked()), "select file, encoding from loaded.files")
    assert found == [(label(shop), "query")]


HOSTILE = [
    'O\'Brien "x"; drop table loaded.files; --',
    "北京客户 <script>alert(1)</script>",
    "=cmd()|'/c calc'!A1",
    "%s %(x)s {0}",
    "back\\slash",
    "NULL",
]


def test_text_stays_text(shop: Server, tmp_path: Path) -> None:
    written = [name.replace("'", "''") for name in HOSTILE]
    if shop.url.startswith("mysql"):
        written = [name.replace("\\", "\\\\") for name in written]
    shop.execute(
        "delete from sales_lines; "
        + insert(
            *(f"('O{i}', '2024-01-05', null, '{w}', 'P', 1, 1, 0)" for i, w in enumerate(written))
        )
    )
    connection = loaded(tmp_path, {}, asked())
    found = rows(connection, "select customer_id from loaded.order_lines order by source_row")
    assert [name for (name,) in found] == HOSTILE


def test_a_query_runs_once_for_all_tables_and_joins(shop: Server, tmp_path: Path) -> None:
    desk = Desk(
        tmp_path,
        asked(),
        asked(
            table="customers",
            options='where = "customer is not null"\ndistinct = true\n'
            f"join = [{{ database = \"$SHOP_DB\", query = '''{ALL}''', "
            "on = 'source.order_no = join1.order_no' }]",
            customer_id='"customer"',
            customer_name='"join1.customer"',
        ),
    )
    with desk.load(desk.path) as connection:
        assert rows(connection, "select * from loaded.customers") != []
        names = "select customer_id, customer_name from loaded.customers order by 1"
        assert rows(connection, names) == [("C1", "C1"), ("C2", "C2")]
    name = label(shop)
    assert desk.said == [f"{name}: 5 rows fetched", f"customers: {name}", f"order_lines: {name}"]


@pytest.mark.parametrize("query", [ALL, "select * from sales_lines"], ids=["ordered", "any order"])
def test_an_unchanged_result_is_not_read_again(shop: Server, tmp_path: Path, query: str) -> None:
    desk = Desk(tmp_path, asked(query))
    assert set(desk.check().values()) == {"new"}
    assert len(desk.said) == 2
    # Written anew, in another order: the same rows.
    shop.execute("delete from sales_lines; " + insert(*reversed(LINES)))
    assert set(desk.check().values()) == {"unchanged"}
    assert [line for line in desk.said if not line.endswith("5 rows fetched")] == []
    shop.execute("update sales_lines set amount = amount + 0.01 where order_no = 'O2'")
    assert set(desk.check().values()) == {"changed"}
    shop.execute("delete from sales_lines where order_no = 'O2'")
    assert set(desk.check().values()) == {"changed"}
    assert len(desk.said) == 2


def test_twice_the_same_row_is_another_result(shop: Server, tmp_path: Path) -> None:
    desk = Desk(tmp_path, asked())
    desk.check()
    shop.execute(insert(LINES[1]))
    assert set(desk.check().values()) == {"changed"}
    shop.execute(insert(LINES[1]))
    assert set(desk.check().values()) == {"changed"}


def test_many_rows_keep_their_order(shop: Server, tmp_path: Path) -> None:
    crossed = ", ".join(f"sales_lines {name}" for name in "abcdefg")
    connection = loaded(
        tmp_path,
        {},
        asked(
            "select concat('O', i) as order_no, cast('2024-01-05' as date) as day, 'C' as customer,"
            " 'P' as product, 1 as quantity, cast(i / 100.0 as decimal(18,2)) as amount "
            f"from (select row_number() over () as i from {crossed}) n order by i desc"
        ),
    )
    count = 5**7
    found = rows(
        connection,
        "select count(*), sum(net_amount), count(*) filter "
        f"(where order_id = 'O' || ({count} + 1 - source_row)) from loaded.order_lines",
    )
    assert found == [(count, Decimal(count * (count + 1) // 2) / 100, count)]


FUNCTION = {
    "postgresql": "as $$ delete from sales_lines; select 1 $$ language sql;",
    "mysql": "modifies sql data begin delete from sales_lines; return 1; end //",
}


def test_a_session_that_cannot_write(shop: Server, tmp_path: Path) -> None:
    kind = shop.url.partition("://")[0]
    shop.execute(
        "drop function if exists empty_it;\n"
        + "delimiter //\n" * (kind == "mysql")
        + f"create function empty_it() returns int {FUNCTION[kind]}"
    )
    message = fault(tmp_path, asked("select empty_it() as order_no"))
    assert re.search("read.only transaction", message, re.IGNORECASE)
    assert rows(loaded(tmp_path, {}, asked()), "select rows from loaded.files") == [(5,)]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select * from nowhere", "nowhere"),
        ("select nothing from sales_lines", "nothing"),
        ("select day as a, amount as A from sales_lines", "has two columns called"),
        ("select day as row_in_file from sales_lines", "as the loader does; rename it"),
        ("select order_no from sales_lines", 'has no column "amount"; it has: order_no'),
        ("select * from mysql.user", "mysql"),  # there is none, or it is not ours to read
        ("selec 1", "the query is no SELECT that can be judged"),
        ("delete from sales_lines", "the query must be one SELECT"),
        ("select 1; drop table sales_lines", "the query must be one SELECT"),
    ],
)  # fmt: skip
def test_a_wrong_query(shop: Server, tmp_path: Path, query: str, said: str) -> None:
    message = fault(tmp_path, asked(query))
    assert said in message
    assert label(shop, query) in message
    assert [part for part in (f"'{USER}'", "localhost") if part in message] == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (refused, "nothing listens at the host and port"),
        (lambda url: url.replace(IN_URL, "wrong"), "the user, the password or the right"),
        (lambda url: url.replace("sales:", "nobody:"), "the user, the password or the right"),
        (lambda url: url.replace("127.0.0.1", "no.invalid"), "the host is not known"),
    ],
    ids=["refused", "password", "user", "host"],
)
def test_no_connection(
    shop: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[str], str],
    said: str,
) -> None:
    monkeypatch.setenv("SHOP_DB", change(shop.url))
    message = fault(tmp_path, asked())
    assert f"{label(shop)}: the database cannot be reached: {said}" in message
    assert "sales" not in message
    assert "nobody" not in message


def test_a_missing_extra(shop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("adbc_driver_postgresql.dbapi", "pymysql"):
        monkeypatch.setitem(sys.modules, module, None)
    assert '.venv/bin/uv pip install -e ".[databases]"' in fault(tmp_path, asked())


@pytest.mark.parametrize("url", ["", "postgresql", f"oracle://u:{PASSWORD}@h/x", f"x{PASSWORD}"])
def test_a_variable_without_a_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SHOP_DB", url)
    message = fault(tmp_path, asked(), kind=PipelineError)
    assert "SHOP_DB" in message
