"""The analyst's workbench on a warehouse of three lines: SQL, completion, rows, copies."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from dakehu.reading import WAREHOUSE_VARIABLE
from dakehu.workbench import definitions, rows_behind, tables
from dakehu.workbench.completion import names_for
from dakehu.workbench.copies import EXTENSION, report_copy, write_copy
from dakehu.workbench.magic import SqlMagics, query

TABLES = """
create table dim_months as select * from (values
    (date '2025-11-01'), (date '2025-12-01')) as m(month);
create table dim_customers as select * from (values
    ('C1', 'Ann''s', 'G1'), ('D1', 'Di', 'D1'), ('C2', 'Bo', 'G1'), ('C3', 'Cy', 'C3')
) as c(customer_id, customer_name, group_id);
create table stg_products as select 'P' as product_id, 'Oil' as product_name, 'Oils' as family;
create table fct_order_lines as select
    order_date, 'O' || row as order_id, '1' as line_no,
    date_trunc('month', order_date)::date as month,
    customer_id, group_id, 'P' as product_id, distributor_id, 1::decimal(18,4) as quantity,
    net_amount::decimal(18,2) as net_amount, null::decimal(18,2) as cost_amount,
    'a.csv' as source_file, row as source_row, 'run' as load_id
from (values
    (date '2025-11-05', 'C1', 'G1', 'D1', 10.10, 2),
    (date '2025-12-05', 'C2', 'G1', null, 20.20, 3),
    (date '2025-12-06', 'C3', 'C3', 'D1', 40.40, 4)
) as l(order_date, customer_id, group_id, distributor_id, net_amount, row);
"""
SLOW = "select sum(a.range * b.range) from range(1000000) a, range(1000000) b"


@pytest.fixture(autouse=True)
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(TABLES)
    monkeypatch.setenv(WAREHOUSE_VARIABLE, str(path))
    return path


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    made = InteractiveShell.instance()
    made.register_magics(SqlMagics)
    yield made
    InteractiveShell.clear_instance()


def test_a_group_stands_for_its_parties_and_a_party_for_itself() -> None:
    assert rows_behind(customer="G1")["source_row"].to_list() == [2, 3]
    assert rows_behind(customer="C2")["source_row"].to_list() == [3]
    assert rows_behind(customer="G1")["net_amount"].sum() == Decimal("30.30")


def test_rows_by_distributor_month_and_window() -> None:
    assert rows_behind(month="2025-12")["source_row"].to_list() == [3, 4]
    assert rows_behind(customer="G1", window_months=1)["source_row"].to_list() == [3]
    assert rows_behind(distributor="D1", month="2025-12")["source_row"].to_list() == [4]
    with pytest.raises(LookupError, match='no distributor has the code "D2"'):
        rows_behind(distributor="D2")


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        ({}, ValueError, "name a customer"),
        ({"month": "12/2025"}, ValueError, "write it as 2025-12"),
        ({"customer": "' or 1=1 --"}, LookupError, "no customer has the code"),
    ],
)
def test_what_cannot_be_looked_up_is_said(wanted: dict, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        rows_behind(**wanted)


def test_contents_and_definitions() -> None:
    (lines,) = tables().filter(table_name="fct_order_lines").rows()
    assert lines[1:4] == (3, date(2025, 11, 5), date(2025, 12, 6))
    meanings = definitions("fct_order_lines")
    assert "rebate" in meanings.filter(column="net_amount")["en"][0]
    with pytest.raises(LookupError, match='did you mean "fct_order_lines"'):
        definitions("fct_orderlines")


def test_sql_answers_with_a_frame_and_takes_variables_as_values(shell: InteractiveShell) -> None:
    shell.user_ns["who"] = "Ann's"
    shell.run_cell("frame = %sql select customer_id from dim_customers where customer_name = $who")
    assert shell.user_ns["frame"]["customer_id"].to_list() == ["C1"]
    shell.run_cell("%%sql kept <<\nselect count(*) as n\nfrom fct_order_lines").raise_error()
    assert shell.user_ns["kept"]["n"][0] == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select nix from dim_customers", "nix"),
        ("select 1; select 2", "write one query"),
        ("select $nobody", r"asks for \$nobody"),
        ("create table x as select 1", "read-only"),
        ("from read_csv('/etc/passwd')", "disabled"),
    ],
)
def test_sql_that_cannot_be_answered_is_one_sentence(
    shell: InteractiveShell, text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as raised:
        shell.run_cell_magic("sql", "", text)
    assert "\n" not in str(raised.value)


def test_the_next_query_sees_what_was_published_meanwhile(warehouse: Path) -> None:
    assert query("select count(*) n from dim_customers", {})["n"][0] == 4
    aside = warehouse.with_name("new.duckdb")
    with duckdb.connect(str(aside)) as connection:
        connection.execute("create table dim_customers as select 'C9' as customer_id")
    aside.replace(warehouse)
    assert query("select count(*) n from dim_customers", {})["n"][0] == 1


def test_a_long_query_shows_how_far_it_is_and_stops_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr("dakehu.workbench.magic.PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr("dakehu.workbench.magic._show", lambda bar, done: shown.append(done))
    threading.Thread(target=_interrupt_once, args=(shown,), daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        query(SLOW, {})
    assert all(0 <= percent <= 100 for percent in shown)
    assert query("select 1 as one", {})["one"][0] == 1


def _interrupt_once(shown: list[Any]) -> None:
    while not shown:
        time.sleep(0.01)
    os.kill(os.getpid(), 2)


KNOWN = {"fct_order_lines": {"order_id": "", "net_amount": ""}, "dim_months": {"month": ""}}


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("select l.", " from fct_order_lines l", ["order_id", "net_amount"]),
        ("select net", " from fct_order_lines", ["net_amount"]),
        ("select * from fct", "", ["fct_order_lines"]),
        ("select * from dim_months join ", "", ["fct_order_lines", "dim_months"]),
        ("select m", " from dim_months", ["month"]),
        ("select x.", " from dim_months", []),
    ],
)
def test_completion(before: str, after: str, names: list[str]) -> None:
    assert names_for(before + after, before, KNOWN)[0] == names


def executed() -> dict[str, Any]:
    source = '# Parameters\nwindow_months = 6\nas_of = "2025-12-31"\noutput_dir = "/gone"\n'
    return {
        "metadata": {"papermill": {}, "kernelspec": {}},
        "cells": [
            {
                "cell_type": "code",
                "id": "x",
                "metadata": {"tags": ["injected-parameters"], "papermill": {}},
                "source": source + 'warehouse = "/old"\nprevious_dir = "/older"\n',
                "outputs": [{"output_type": "stream"}],
                "execution_count": 1,
            }
        ],
    }


def test_a_copy_has_the_parameters_of_the_run_and_none_of_its_folders() -> None:
    parameters, extension = report_copy(executed())["cells"]
    assert "window_months = 6\nas_of = '2025-12-31'" in parameters["source"]
    assert "/" not in parameters["source"]
    assert parameters["outputs"] == []
    assert extension["source"] == EXTENSION


def test_a_copy_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk" / "copy.ipynb"
    copy = report_copy(executed())
    assert write_copy(copy, path)
    ran = json.loads(path.read_text("utf-8"))
    ran["cells"][0]["outputs"] = [{"output_type": "stream"}]
    path.write_text(json.dumps(ran), "utf-8")
    assert write_copy(copy, path), "running a copy does not make it a variant"
    ran["cells"][0]["source"] = "window_months = 3"
    path.write_text(json.dumps(ran), "utf-8")
    assert not write_copy(copy, path)
    assert json.loads(path.read_text("utf-8"))["cells"][0]["source"] == "window_months = 3"
