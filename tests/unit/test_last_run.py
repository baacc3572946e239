"""The last run's tables are read as they were kept, and a page rests on them."""

from datetime import date

import duckdb
import polars as pl
import pytest

from dakehu.basis import of_report
from dakehu.reading import KEPT, READS_VARIABLE, Marts, reads_of

NAMES = ("key_accounts", "data_revisions")


@pytest.fixture
def out(tmp_path):
    """reports/out/<pipeline> with what a run of May kept of two reports."""
    for number, (report, table) in enumerate(
        (("customer_value", "customers"), ("data_quality", "completeness"))
    ):
        folder = tmp_path / "2025-05-31" / report
        folder.mkdir(parents=True)
        pl.DataFrame({"kept": [number]}).write_parquet(folder / f"{table}.parquet")
    return tmp_path


@pytest.fixture
def marts(out):
    return Marts("customer_value", date(2025, 6, 30), "CNY", {}, {}, "p", out / "none.duckdb")


def test_tables_of_this_report_and_of_the_one_beside_it(out, marts):
    since, found = marts.last_run(NAMES, str(out / "2025-05-31" / "customer_value"))
    assert since == date(2025, 5, 31)
    assert {name: frame["kept"].to_list() for name, frame in found.items()} == {
        "key_accounts": [0],
        "data_revisions": [1],
    }


def test_without_a_last_run_there_is_nothing(marts):
    assert marts.last_run(NAMES, "") == (None, {})


def test_what_is_gone_or_broken_is_left_out(out, marts):
    previous = out / "2025-05-31" / "customer_value"
    (previous / "customers.parquet").write_bytes(b"PAR1 cut short")
    assert marts.last_run(NAMES, str(previous))[1].keys() == {"data_revisions"}
    (out / "2025-05-31" / "data_quality" / "completeness.parquet").unlink()
    assert marts.last_run(NAMES, str(previous)) == (date(2025, 5, 31), {})


def test_a_page_rests_on_the_tables_that_it_was_compared_with(out, marts, monkeypatch, tmp_path):
    reads, notebook = tmp_path / "reads", tmp_path / "n.ipynb"
    notebook.write_text("{}")
    monkeypatch.setenv(READS_VARIABLE, str(reads))
    previous = out / "2025-05-31" / "customer_value"
    marts.last_run(NAMES, str(previous))
    assert reads_of(reads) == [
        f"{KEPT}customer_value/customers",
        f"{KEPT}data_quality/completeness",
    ]
    connection = duckdb.connect()
    connection.execute("create schema loaded")
    connection.execute("create table loaded.basis (name varchar, digest varchar)")
    connection.execute("create table loaded.lineage (model varchar, target_table varchar)")
    connection.execute("create table mart_data_quality__sources (target_table varchar)")

    def basis():
        settings = {"as_of": "2025-06-30"}
        return of_report(connection, reads_of(reads), notebook, settings, previous)

    before = basis()
    assert basis() == before
    kept = pl.DataFrame({"kept": [7]})
    kept.write_parquet(out / "2025-05-31" / "data_quality" / "completeness.parquet")
    assert basis() != before
