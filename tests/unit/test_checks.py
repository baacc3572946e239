"""Every data gate: silent on a clean company, and fired by the fault that it is there for."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dakehu import gates, models
from dakehu.build import refusal
from small_company import loaded, rows

ORDERS = """order,date,customer,product,quantity,amount
O1,2024-01-05,D1,P1,10,100.00
O1,2024-01-05,D1,P2,5,50.00
O2,2024-02-05,D2,P1,8,80.00
O3,2024-12-05,D1,P1,-1,-10.00
"""
# A clean company: every table that a gate looks at has rows, and every rule holds, some just so.
CLEAN = """
update loaded.order_lines set tax_rate = 0.13, tax_amount = net_amount * 0.13,
    doc_type = case when net_amount < 0 then 'return' else 'sale' end;
insert into loaded.invoices by name select * from (values
    ('I1', 'D1', date '2024-01-06', 169.50, 'CNY', 'O1'),
    ('I2', 'D2', date '2024-02-06', 90.40, 'cny', 'O2'))
    as t (invoice_no, customer_id, invoice_date, amount, currency, order_id);
insert into loaded.payments by name select * from (values
    ('P1', 'D1', date '2024-02-06', 169.50, 'transfer'),
    ('P2', 'D2', date '2024-03-06', 60.00, null),
    ('P3', 'D2', date '2024-03-06', 500.00, 'prepaid'))
    as t (payment_no, customer_id, pay_date, amount, method);
insert into loaded.payment_allocations by name select * from (values
    ('P1', 'I1', 100.00), ('P1', 'I1', 69.50), ('P2', 'I2', 60.00))
    as t (payment_no, invoice_no, amount);
insert into loaded.territory_grants by name select * from (values
    ('D1', 'T1', null, true, date '2023-01-01', date '2024-01-01'),
    ('D2', 'T1', null, true, date '2024-01-01', null),
    ('D1', 'T2', 'oils', true, date '2023-01-01', null),
    ('D2', 'T2', 'greases', true, date '2023-01-01', null),
    ('D1', 'T3', null, false, date '2023-01-01', null),
    ('D2', 'T3', null, true, date '2023-01-01', null))
    as t (distributor_id, territory_id, product_scope, exclusive, valid_from, valid_to);
insert into loaded.inventory by name select * from (values
    (date '2023-12-31', 'D1', 'P1', 4), (date '2024-06-30', 'D1', 'P1', 5),
    (date '2024-12-31', 'D1', 'P1', 6), (date '2024-12-31', 'D1', 'P2', 1))
    as t (as_of, holder_id, product_id, quantity);
insert into loaded.sell_out by name select * from (values
    (date '2023-12-30', 'D1', 'E1', 'P1', 900), (date '2024-03-01', 'D1', 'E1', 'P1', 7),
    (date '2024-04-01', 'D1', 'E1', 'P2', 4), (date '2024-04-01', 'D2', 'E2', 'P1', 900))
    as t (doc_date, distributor_id, downstream_id, product_id, quantity);
insert into loaded.rebates by name select * from (values
    ('R1', 'D1', date '2024-01-01', date '2024-12-31', 1.0))
    as t (program_id, customer_id, period_start, period_end, rate);
insert into loaded.sell_out_coverage by name select 'D1' as distributor_id,
    date '2023-12-30' as coverage_from, date '2024-04-01' as coverage_to;
insert into loaded.rebate_tiers by name select * from (values ('R1', 1, 0, 0.02))
    as t (program_id, tier_no, from_amount, rate);
insert into loaded.bids by name select * from (values ('B1', 'D1', 0.30), ('B2', 'D1', 0.0))
    as t (tender_id, customer_id, price_weight);
insert into loaded.orphans values ('invoices', 'order_id', 'order_lines', 1000, 5, 'O9');
insert into loaded.parties values ('D1', 'D2', 'different');
insert into loaded.overlaps values ('order_lines', 'jan.csv', 'feb.csv', 3, 0, 100);
insert into loaded.changes values ('a.csv', 'order_lines', 'changed', 3, 4, 200, 220);
insert into loaded.repairs values
    (1, 'orders.csv', 'order_lines', 'net_amount', 'thousands', 2, 7, '1,000.00');
update loaded.files set footer_amount = amount_in + 0.01;
"""


MODELS, CHECKS = models.read_models(), models.read_checks()


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The clean company, loaded once."""
    connection = loaded(tmp_path_factory.mktemp("clean"), {"orders.csv": ORDERS})
    for (name,) in rows(
        connection, "select view_name from duckdb_views() where schema_name = 'loaded'"
    ):  # what the loader shows as a view becomes a table that can be spoilt
        connection.execute(f"create table plain as from loaded.{name}; drop view loaded.{name}")
        connection.execute(f"create table loaded.{name} as from plain; drop table plain")
    connection.execute("delete from loaded.changes; delete from loaded.orphans")
    connection.execute(CLEAN)
    return connection


@pytest.fixture
def books(company: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The clean company, for one test to spoil."""
    company.execute("begin")
    yield company
    company.execute("rollback")


def failures(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, int]]:
    """The severity and the count of rows of every check that fails on what is loaded now."""
    models.build(connection, MODELS)
    found = gates.check(connection, CHECKS)
    return {
        c.check.removeprefix("check_"): (c.severity, c.failing_rows)
        for c in found
        if c.status == "fail"
    }


def test_a_clean_company_passes_every_gate(books: duckdb.DuckDBPyConnection) -> None:
    assert failures(books) == {}
    assert rows(books, "select count(*) from mart_data_quality__failing_rows") == [(0,)]


def test_gates_are_silent_where_tables_are_empty(tmp_path: Path) -> None:
    # Only sales lines: no invoice, payment, grant, stock count, rebate or tender.
    assert failures(loaded(tmp_path, {"orders.csv": ORDERS})) == {}


FAULTS = {
    # What is planted: the check that must fire, its severity, its rows, what it shows of the first.
    "update loaded.files set footer_amount = amount_in + 0.02":
        ("stg_files__footer_agrees", "warn", 1, "file=orders.csv"),
    "update loaded.files set rows = rows + 1":
        ("stg_files__rows_add_up", "block", 1, "row_count=5"),
    "update loaded.files set amount_in = amount_in + 1, footer_amount = null":
        ("stg_files__amounts_add_up", "block", 1, "amount_in=221.00"),
    "insert into loaded.orphans values ('sell_out', 'product_id', 'products', 1000, 6, 'P9')":
        ("stg_orphans__keys_known", "warn", 1, "table_name=sell_out, column_name=product_id"),
    "insert into loaded.orphans values ('sell_out', 'product_id', 'products', 100, 5, 'P9')":
        ("stg_orphans__keys_known", "warn", 1, "orphan_count=5"),
    "insert into loaded.orphans values ('sell_out', 'product_id', 'products', 100, 6, 'P9')":
        ("stg_orphans__keys_known", "block", 1, "example_key=P9"),
    "insert into loaded.changes values ('old.csv', 'order_lines', 'withdrawn', 9, 0, 90, null)":
        ("stg_changes__none_withdrawn", "warn", 1, "rows_before=9"),
    "insert into loaded.overlaps values ('order_lines', 'feb.csv', 'mar.csv', 3, 1, 100)":
        ("stg_overlaps__agree", "warn", 1, "changed_count=1"),
    "insert into loaded.parties values ('D1', '0D2', 'same')":
        ("stg_parties__codes_known", "warn", 1, "customer_id=0D2"),
    "update loaded.customers set group_id = 'D1'":
        ("stg_parties__different_apart", "warn", 1, "customer_id=D1, other_id=D2, group_id=D1"),
    # One rate of four is over 5 % of them; one of thirty is not.
    "update loaded.order_lines set tax_rate = 13 where order_id = 'O2'":
        ("stg_order_lines__tax_rate_is_share", "block", 1, "order_id=O2"),
    "insert into loaded.rebates by name select 'R' || i as program_id, 'D1' as customer_id,"
    " date '2024-01-01' as period_start, date '2024-01-31' as period_end,"
    " case when i = 7 then -0.01 else 0.02 end as rate from range(30) as t (i)":
        ("stg_rebates__rate_is_share", "warn", 1, "program_id=R7"),
    "update loaded.rebate_tiers set rate = 2":
        ("stg_rebate_tiers__rate_is_share", "block", 1, "rate=2.000000"),
    "update loaded.bids set price_weight = 30 where tender_id = 'B1'":
        ("stg_bids__price_weight_is_share", "block", 1, "tender_id=B1"),
    "update loaded.order_lines set doc_type = 'return' where order_id = 'O2'":
        ("stg_order_lines__returns_negative", "warn", 1, "quantity=8.0000"),
    "update loaded.invoices set amount = 169.53 where invoice_no = 'I1'":
        ("stg_invoices__within_order_lines", "warn", 1, "order_id=O1"),
    "update loaded.payments set amount = 172 where payment_no = 'P1'":
        ("stg_payments__within_invoices", "warn", 1, "party_id=D1"),
    "insert into loaded.payments by name"
    " select 'P9' as payment_no, 'X' as customer_id, date '2024-05-01' as pay_date, 1 as amount":
        ("stg_payments__within_invoices", "warn", 1, "party_id=X, invoice_amount=0.00"),
    "insert into loaded.payment_allocations by name"
    " select 'P3' as payment_no, 'I2' as invoice_no, 31 as amount":
        ("stg_payment_allocations__within_documents", "warn", 1, "document=invoice"),
    "insert into loaded.payment_allocations by name"
    " select 'P2' as payment_no, 'I0' as invoice_no, 0.02 as amount":
        ("stg_payment_allocations__within_documents", "warn", 1, "document=payment"),
    "update loaded.territory_grants set valid_to = date '2024-01-02' where territory_id = 'T1'"
    " and distributor_id = 'D1'":
        ("stg_territory_grants__exclusive", "warn", 1, "overlap_from=2024-01-01"),
    "update loaded.territory_grants set product_scope = '全部' where territory_id = 'T2'"
    " and distributor_id = 'D1'":
        ("stg_territory_grants__exclusive", "warn", 1, "other_scope=greases"),
    "update loaded.sell_out set quantity = 8 where product_id = 'P1' and doc_date = '2024-03-01'":
        ("stg_sell_out__covered_by_stock", "warn", 1, "holder_id=D1, product_id=P1"),
    "insert into loaded.sell_out_coverage by name select 'D2' as distributor_id,"
    " date '2024-04-02' as coverage_from, date '2024-12-31' as coverage_to":
        ("stg_sell_out__within_coverage", "warn", 1, "distributor_id=D2, doc_date=2024-04-01"),
    "update loaded.rebates set basis_amount = 3.00, accrued_amount = 3.01":
        ("stg_rebates__within_basis", "warn", 1, "program_id=R1, customer_id=D1"),
    "update loaded.order_lines set doc_type = '赠品' where order_id = 'O2'":
        ("stg_order_lines__words_known", "warn", 1, "column_name=doc_type, word=赠品, row_count=1"),
    "update loaded.order_lines set status = 'Cancelled' where order_id = 'O1'":
        ("stg_order_lines__words_known", "warn", 1, "column_name=status, word=Cancelled"),
    "insert into loaded.calendar values (date '1973-12-31', date '1973-12-01', date '1973-12-31');"
    "update loaded.order_lines set order_date = date '1973-12-31' where order_id = 'O3'":
        ("stg_order_lines__not_long_past", "warn", 1, "order_id=O3"),
    "update loaded.order_lines set order_date = date '2025-01-03' where order_id = 'O2'":
        ("stg_order_lines__not_after_as_of", "warn", 1, "order_id=O2"),
    "insert into loaded.stages by name select 'K' as case_id, 1 as stage_no,"
    " date '2024-05-02' as entered_at, date '2024-05-01' as left_at":
        ("stg_stages__left_after_entered", "warn", 1, "case_id=K, stage_no=1"),
    "update loaded.run set as_of = date '2024-12-30'":
        ("dim_months__last_month_closed", "warn", 1, "month=2024-12-01"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_gate_fires_on_its_fault_and_no_other_does(
    books: duckdb.DuckDBPyConnection, fault: str
) -> None:
    name, severity, count, shown = FAULTS[fault]
    books.execute(fault)
    assert failures(books) == {name: (severity, count)}
    kept = rows(books, 'select "check", row_number, severity, shown from '
                       "mart_data_quality__failing_rows")  # fmt: skip
    assert kept[0][:3] == (f"check_{name}", 1, severity)
    assert shown in kept[0][3]


def test_every_gate_on_loaded_tables_has_a_fault() -> None:
    # The others compare one model with another; they are tried where the models are.
    fired = {f"check_{name}" for name, *_ in FAULTS.values()}
    written = {check.name for check in CHECKS}
    assert {name for name in written if name.startswith("check_stg_")} <= fired


def test_one_blocking_row_makes_a_check_block(books: duckdb.DuckDBPyConnection) -> None:
    books.execute(
        "insert into loaded.orphans values "
        "('sell_out', 'product_id', 'products', 1000, 6, 'P9'), "
        "('invoices', 'customer_id', 'customers', 100, 100, 'X')"
    )
    assert failures(books) == {"stg_orphans__keys_known": ("block", 2)}
    kept = rows(books, "select row_number, severity from mart_data_quality__failing_rows")
    assert kept == [(1, "block"), (2, "warn")]


def test_failing_rows_are_all_counted_and_the_first_hundred_kept(
    books: duckdb.DuckDBPyConnection,
) -> None:
    books.execute(
        "insert into loaded.changes select format('f{:03}.csv', i), 'order_lines', 'withdrawn', "
        "i, 0, null, null from range(250) as t (i)"
    )
    assert failures(books) == {"stg_changes__none_withdrawn": ("warn", 250)}
    kept = rows(
        books, "select row_number, shown from mart_data_quality__failing_rows order by row_number"
    )
    assert [number for number, _ in kept] == list(range(1, 101))
    # An empty amount_before is left out, not written as a word.
    assert kept[7][1] == "file=f007.csv, target_table=order_lines, rows_before=7"


def test_text_of_a_failing_row_is_only_text(books: duckdb.DuckDBPyConnection) -> None:
    hostile = "'); drop table loaded.files; --"
    books.execute(
        "insert into loaded.changes values (?, 'order_lines', 'withdrawn', 1, 0, 1, 0)", [hostile]
    )
    assert failures(books) == {"stg_changes__none_withdrawn": ("warn", 1)}
    assert hostile in rows(books, "select shown from mart_data_quality__failing_rows")[0][0]


def test_a_key_that_repeats_blocks(books: duckdb.DuckDBPyConnection) -> None:
    books.execute("insert into loaded.repairs select * from loaded.repairs")
    assert failures(books) == {"mart_data_quality__repairs__key_unique": ("block", 1)}
    kept = rows(books, "select shown from mart_data_quality__failing_rows")[0][0]
    assert kept.endswith("kind=thousands, row_count=2")


def test_two_sheets_of_a_workbook_may_feed_one_table(books: duckdb.DuckDBPyConnection) -> None:
    books.execute("insert into loaded.changes select * from loaded.changes")
    assert failures(books) == {}
    changes = rows(books, "select rows_before, rows_after from mart_data_quality__changes")
    assert changes == [(6, 8)]


def test_a_head_office_may_pay_for_its_branches(books: duckdb.DuckDBPyConnection) -> None:
    books.execute("update loaded.payments set customer_id = 'D2' where payment_no = 'P1'")
    assert failures(books) == {"stg_payments__within_invoices": ("warn", 1)}
    books.execute("update loaded.customers set group_id = 'G'")
    books.execute("delete from loaded.inventory")  # stock is held by the group now
    books.execute("delete from loaded.parties")  # which say that the two are no group
    assert failures(books) == {}


def test_an_order_with_a_line_of_unknown_tax_has_no_total(books: duckdb.DuckDBPyConnection) -> None:
    books.execute("update loaded.invoices set amount = 900 where invoice_no = 'I1'")
    books.execute(
        "update loaded.order_lines set tax_rate = null, tax_amount = null where product_id = 'P2'"
    )
    assert "stg_invoices__within_order_lines" not in failures(books)


def test_the_pipeline_file_sets_the_thresholds(books: duckdb.DuckDBPyConnection) -> None:
    books.execute(
        "insert into loaded.policy values ('data_quality', 'orphan_warn_share', '0.001'), "
        "('data_quality', 'orphan_block_share', '0.004'), ('other', 'orphan_warn_share', '1')"
    )
    assert failures(books) == {"stg_orphans__keys_known": ("block", 1)}
    values = dict(rows(books, "select name, value from mart_data_quality__gates"))
    assert (values["orphan_warn_share"], values["low_month_share"]) == (0.001, 0.5)
    assert values.keys() == models.codebook()["gates"].keys()


def test_a_blocked_load_says_which_gate_and_how_many_rows(books: duckdb.DuckDBPyConnection) -> None:
    books.execute("update loaded.files set rows = rows + 1")
    models.build(books, models.read_models())
    sentence = refusal(gates.check(books, models.read_checks()))
    assert sentence.startswith("data gate check_stg_files__rows_add_up refused: 1 row. Files")
