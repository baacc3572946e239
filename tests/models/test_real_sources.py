"""Whole pipelines on real data, and the demo: the numbers that their notes promise."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pytest

from dakehu.analysis.concentration import top_fifth_share
from dakehu.paths import ROOT
from dakehu.pipeline import load_pipeline
from dakehu.sources import load
from small_company import rows

pytestmark = pytest.mark.slow

Query = Callable[[str], list[tuple]]
BOOKS = (
    "select rows, loaded, rejected, left_out, amount_in, "
    "amount_loaded + amount_rejected + amount_left_out + rounding_amount "
    "from loaded.files where target_table = 'order_lines'"
)


def balanced(query: Query) -> None:
    """Every row of every file has one fate, and every cent too."""
    assert query("select file from loaded.files where rows <> loaded + rejected + left_out") == []
    apart = (
        "select file, amount_in - amount_loaded - amount_rejected - amount_left_out "
        "- rounding_amount as apart from loaded.files where abs(apart) > 0.005"
    )
    assert query(apart) == []
    assert query("select count(*) from loaded.rejects") == query(
        "select sum(rejected) from loaded.files"
    )


def test_online_retail(real_warehouse: Callable[[str], Query], shared: Path) -> None:
    query = real_warehouse("online_retail")
    balanced(query)
    ((read, kept, rejected, left_out, amount_in, accounted),) = query(BOOKS)
    assert read == kept + rejected + left_out == 541_909
    assert amount_in == Decimal("9747747.93")
    assert accounted == Decimal("9747747.934")
    raw = f"read_parquet('{shared}/online_retail/online_retail_2010_2011.parquet')"
    fees = "StockCode in ('POST', 'D', 'M', 'BANK CHARGES', 'AMAZONFEE')"
    ((fee_rows, fee_rows_without_customer),) = duckdb.execute(
        f"select count(*), count(*) filter (where CustomerID is null) from {raw} where {fees}"
    ).fetchall()
    assert left_out == fee_rows
    missing = "select count(*) from loaded.rejects where \"column\" = 'customer_id'"
    ((without_customer,),) = query(f"{missing} and target_table = 'order_lines'")
    assert rejected == without_customer
    assert without_customer + fee_rows_without_customer == 135_080
    returns = query("select count(distinct order_id) from loaded.order_lines")
    assert returns[0][0] < 25_900


def test_online_retail_top_fifth(tmp_path: Path, shared: Path) -> None:
    """73.8 % of the value, on everything that a customer can be found for."""
    text = (ROOT / "pipelines" / "online_retail.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith('where = "StockCode')]
    assert len(lines) == len(text.splitlines()) - 1
    moved = "\n".join(["as_of = 2011-12-09", *lines]).replace("../../shared/data", str(shared))
    (tmp_path / "whole.toml").write_text(moved, "utf-8")
    with duckdb.connect(config={"temp_directory": str(tmp_path)}) as connection:
        connection.execute("attach ':memory:' as scratch")
        load(
            load_pipeline(tmp_path / "whole.toml"), connection, load_id="t", progress=lambda _: None
        )
        found = rows(
            connection, "select sum(net_amount) from loaded.order_lines group by customer_id"
        )
        orders = rows(connection, "select count(distinct order_id) from loaded.order_lines")
    assert len(found) == 4_372
    assert orders[0][0] == 22_190
    assert round(top_fifth_share(np.array([float(amount) for (amount,) in found])), 3) == 0.738


def test_adventureworks(real_warehouse: Callable[[str], Query]) -> None:
    query = real_warehouse("adventureworks")
    balanced(query)
    ((read, kept, _, _, amount_in, _),) = query(BOOKS)
    assert read == kept == 60_855
    assert amount_in == Decimal("80450596.98")
    assert query("select sum(net_amount) from loaded.order_lines") == [(Decimal("80450596.11"),)]
    freight = "select round(amount_in / 1e6, 2) from loaded.files where target_table = 'shipments'"
    assert float(query(freight)[0][0]) == 2.01
    ranked = "select count(distinct distributor_id) from mart_distributor_ranking"
    assert query(ranked) == [(635,)]


def test_iowa_liquor(real_warehouse: Callable) -> None:
    query = real_warehouse("iowa_liquor")
    balanced(query)
    ((read, kept, rejected, left_out, amount_in, accounted),) = query(BOOKS)
    assert read == kept + rejected + left_out == 4_710_957
    assert amount_in == accounted == Decimal("776243588.09")
    assert query("select count(*) from loaded.order_lines") == [(kept,)]
    assert query("select unmatched from loaded.files where target_table = 'order_lines'") == [(22,)]
    returns = "select count(*) from loaded.order_lines where doc_type = 'return'"
    assert query(returns) == [(607,)]
    assert query.peak_bytes < 4 << 30


def test_demo_rejects_exactly_what_was_planted(demo_warehouse: Query, demo_sources: Path) -> None:
    balanced(demo_warehouse)
    truth = json.loads((demo_sources / "truth.json").read_text("utf-8"))
    planted = {
        (dirt["file"], dirt["row"], dirt["column"], dirt["value"])
        for dirt in truth["dirt"]
        if dirt["outcome"] == "rejected"
    }
    found = demo_warehouse('select file, row, "column", value from loaded.rejects')
    folder = demo_sources.name + "/"
    assert {(file.split(folder)[-1], *rest) for file, *rest in found} == planted
    assert len(found) == len(planted) == 4
    left_out = "select sum(left_out) from loaded.files where target_table = 'order_lines'"
    assert demo_warehouse(left_out) == [(truth["total_rows"],)]
    drafts = sum(dirt["outcome"] == "left_out" for dirt in truth["dirt"])
    paid = "select sum(left_out) from loaded.files where target_table = 'payments'"
    assert demo_warehouse(paid) == [(drafts,)]
