"""A newcomer's first hour: `dakehu init` on a folder nobody has seen, a few answers, a load.

The counts and sums are those of the notes beside the data.
"""

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from dakehu.cli import main
from dakehu.pipeline import PipelineError, load_pipeline
from dakehu.sources import load

ANSWERS = {'currency = "?"': 'currency = "USD"', 'tax = "?"': "tax = 0"}
MOST_EDITS = 5
# Rows of the sales lines, their sum in the source, and what else the folder must yield.
EXPECTED = {
    "northwind": (2155, "1265793.04", {"shipments": 809, "customers": 91, "products": 77}),
    "classicmodels": (2996, "9604190.61", {"payments": 273, "customers": 122, "products": 110}),
    "crm_opportunities": (4238, "10005534.00", {"bids": 7375, "customers": 85}),
    "ibm_ar": (2466, "147703.18", {"invoices": 2466, "payments": 2466, "customers": 100}),
    "cn_superstore": (10000, "16117548.24", {"customers": 790}),
    "scms_delivery": (10324, "1627584457.29", {"shipments": 10324, "customers": 43}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_from_a_folder_to_a_warehouse(shared: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / f"{name}.toml"
    done = CliRunner().invoke(main, ["init", str(shared / name), "--out", str(target)])
    assert done.exit_code == 0, done.output
    assert f"dakehu check {target}" in done.output
    proposed = target.read_text("utf-8")
    with pytest.raises(PipelineError, match="still asks"):
        load_pipeline(target)
    edited = proposed
    for question, answer in ANSWERS.items():
        edited = edited.replace(question, answer)
    pairs = zip(proposed.splitlines(), edited.splitlines(), strict=True)
    assert 1 <= sum(before != after for before, after in pairs) <= MOST_EDITS
    target.write_text(edited, "utf-8")

    connection = duckdb.connect(config={"temp_directory": str(tmp_path / "spill")})
    connection.execute("attach ':memory:' as scratch")
    load(load_pipeline(target), connection, load_id="test", progress=lambda _: None)
    found = connection.execute(
        "select target_table, sum(loaded), sum(amount_in - coalesce(amount_left_out, 0)), "
        "sum(rows - loaded - rejected - left_out) from loaded.files group by target_table"
    ).fetchall()
    loaded = {table: count for table, count, _, _ in found}
    amounts = {table: amount for table, _, amount, _ in found}
    lines, amount, others = EXPECTED[name]
    assert (loaded["order_lines"], amounts["order_lines"]) == (lines, Decimal(amount))
    assert {table: loaded[table] for table in others} == others
    assert {lost for _, _, _, lost in found} == {0}


def test_a_pipeline_file_is_never_overwritten(shared: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.toml"
    target.write_text("# mine\n", "utf-8")
    done = CliRunner().invoke(main, ["init", str(shared / "northwind"), "--out", str(target)])
    assert done.exit_code != 0
    assert "exists already" in done.output
    assert target.read_text("utf-8") == "# mine\n"
