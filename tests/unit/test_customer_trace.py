"""Every number of every customer of a random book comes out of the rows that the trace gives."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import duckdb
import polars as pl
import pytest

from dakehu.analysis.customer_value import CustomerValue, trace_of
from dakehu.analysis.customer_value.trace import Trace
from dakehu.reading import Marts
from small_books import YEAR, books, company, mart, report

AS_OF = YEAR.as_of
GROUPS = 20
READ = [
    "fct_order_lines",
    *(f"mart_customer_value__{name}" for name in ("open_items", "order_days", "rows_left_out")),
]


def lines() -> list[dict]:
    """Two years of orders and returns of 20 groups, some with a branch, some without cost."""
    draw = Random(11)
    rows = []
    for number in range(450):
        group = draw.randrange(GROUPS)
        amount = Decimal(draw.randrange(-30_000, 200_000)) / 100
        day = date(2023, 1, 2) + timedelta(days=draw.randrange(740))  # some are after the date
        rows.append(
            {
                "order_id": f"N{number // 3}",
                "line_no": str(number % 3),
                "order_date": day,
                "customer_id": f"G{group}" if draw.random() < 0.7 else f"B{group}",
                "product_id": f"P{draw.randrange(5)}",
                "quantity": 1 if amount > 0 else -1,
                "net_amount": amount,
                "cost_amount": amount / 2 if group % 3 else None,
                "status": "cancelled" if draw.random() < 0.05 else None,
                "source_file": f"{day:%Y-%m}.csv",
                "source_row": number + 2,
                "load_id": "L1",
            }
        )
    return rows


def calendar() -> list[dict]:
    """The days before the first order that the company of the books has without these lines."""
    days = (date(2023, 1, 1) + timedelta(days=n) for n in range(369))
    return [{"date": day, "month": day.replace(day=1)} for day in days]


def invoices() -> list[dict]:
    return [
        {
            "invoice_no": f"F{n}",
            "customer_id": f"G{n % GROUPS}",
            "invoice_date": AS_OF - timedelta(days=4 * n),
            "due_date": AS_OF + timedelta(days=60 - 4 * n),
            "amount": Decimal(100 + n),
        }
        for n in range(40)
    ]


@pytest.fixture(scope="module")
def connection(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    branches = [
        {
            "customer_id": f"B{n}",
            "customer_name": f"branch {n}",
            "role": "customer",
            "group_id": f"G{n}",
        }
        for n in range(GROUPS)
    ]
    empty = company(tmp_path_factory.mktemp("trace"))
    written = {"order_lines": lines(), "invoices": invoices(), "calendar": calendar()}
    with books(empty, customers=branches, **written) as full:
        yield full


@pytest.fixture(scope="module")
def result(connection) -> CustomerValue:
    found = report(connection)
    mart(connection, "rows_left_out")
    return found


@pytest.fixture(scope="module")
def marts(connection, result, tmp_path_factory: pytest.TempPathFactory) -> Marts:
    # A file of its own: a process cannot open one that it holds to write a second time to read.
    warehouse = tmp_path_factory.mktemp("marts") / "w.duckdb"
    with duckdb.connect(str(warehouse)) as shown:
        for name in READ:
            shown.register("frame", connection.table(name).pl())
            shown.execute(f"create table {name} as select * from frame")
    return Marts("customer_value", AS_OF, "CNY", {}, {}, "books", warehouse)


def traced(marts: Marts, result: CustomerValue, customer: str) -> Trace:
    return trace_of(
        result,
        customer,
        marts.rows("fct_order_lines", group_id=[customer]),
        marts.rows("mart_customer_value__rows_left_out", customer_id=[customer]),
        marts.table("mart_customer_value__open_items"),
    )


@pytest.fixture(scope="module")
def traces(marts, result) -> dict[str, Trace]:
    return {code: traced(marts, result, code) for code in result.customers["customer_id"]}


def test_the_rows_of_every_customer_give_its_numbers_to_the_cent(traces, result):
    kinds: set[str] = set()
    assert len(traces) > GROUPS
    for row in result.customers.iter_rows(named=True):
        trace = traces[row["customer_id"]]
        assert trace.is_sound, trace.control
        assert sum(trace.lines["net_amount"], Decimal(0)) == row["net_amount"]
        assert set(trace.lines["month"].dt.year()) <= {2024}
        kinds |= set(trace.control["name"])
    assert kinds == {
        "net_amount",
        "margin_amount",
        "order_count",
        "last_order_date",
        "overdue_amount",
    }


def test_every_row_on_file_is_counted_earlier_or_left_out(traces):
    told: list[tuple] = []
    for trace in traces.values():
        for frame in (trace.lines, trace.earlier, trace.left_out):
            told += frame.select("source_file", "source_row").rows()
    written = [(row["source_file"], row["source_row"]) for row in lines()]
    assert sorted(told) == sorted([*written, ("orders.csv", 2), ("orders.csv", 3)])


def test_rows_left_out_are_cancelled_or_too_late(marts, result):
    expected = {
        row["source_row"]: "cancelled" if row["status"] else "after_as_of"
        for row in lines()
        if row["status"] or row["order_date"] > AS_OF
    }
    found = marts.table("mart_customer_value__rows_left_out")
    assert dict(found.select("source_row", "reason").rows()) == expected
    assert set(expected.values()) == {"cancelled", "after_as_of"}


@pytest.mark.parametrize("spoil", [lambda f: f[1:], lambda f: pl.concat([f, f[:1]])])
def test_a_missing_or_repeated_row_is_told(marts, result, spoil):
    customer = result.customers["customer_id"][0]
    rows = marts.rows("fct_order_lines", group_id=[customer])
    rows = rows.filter(pl.col("month") >= result.period.first_month)
    none = marts.table("mart_customer_value__rows_left_out").clear()
    items = marts.table("mart_customer_value__open_items")
    assert trace_of(result, customer, rows, none, items).is_sound
    broken = trace_of(result, customer, spoil(rows), none, items)
    assert not broken.is_sound
    wrong = broken.control.filter(pl.col("reported") != pl.col("traced"))
    assert "net_amount" in wrong["name"].to_list()


def test_the_history_is_what_the_models_saw(marts, result):
    for customer in result.customers["customer_id"].head(5):
        ordered = marts.rows("mart_customer_value__order_days", customer_id=[customer])
        days = ordered.filter(pl.col("net_amount") > 0)["order_date"].to_list()
        history = traced(marts, result, customer).history
        assert history["frequency"] == len(days) - 1
        assert history["recency_days"] == (days[-1] - days[0]).days
        assert history["age_days"] == (AS_OF - days[0]).days


def test_a_code_that_the_report_lacks_is_refused(marts, result):
    with pytest.raises(ValueError, match='no customer group "B1"'):
        traced(marts, result, "B1")


def test_rows_are_those_that_hold_one_of_the_texts(marts):
    name = "mart_customer_value__order_days"
    chosen = marts.rows(name, customer_id=["G1", "G2", 'it\'s "nobody"'])
    whole = marts.table(name)
    assert chosen.rows() == whole.filter(pl.col("customer_id").is_in(["G1", "G2"])).rows()
    assert 0 < chosen.height < whole.height
    assert marts.rows(name, customer_id=[]).is_empty()
    with pytest.raises(LookupError, match="no_such"):
        marts.rows("no_such", customer_id=["G1"])
