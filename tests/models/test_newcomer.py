"""A newcomer's first hour: `dakehu init` on a folder nobody has seen, a few answers, a load.

The counts and sums are those of the notes beside the data.
"""

import re
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
GB18030 = "cn_superstore/商城详细销售数据_gbk.csv"


def answered(folder: Path, target: Path) -> None:
    """Let a pipeline file be proposed, and answer its questions as a newcomer would."""
    done = CliRunner().invoke(main, ["init", str(folder), "--out", str(target)])
    assert done.exit_code == 0, done.output
    assert f"dakehu check {target}" in done.output
    proposed = target.read_text("utf-8")
    with pytest.raises(PipelineError, match="still asks"):
        load_pipeline(target)
    edited = proposed
    for question, answer in ANSWERS.items():
        edited = edited.replace(question, answer)
    pairs = list(zip(proposed.splitlines(), edited.splitlines(), strict=True))
    changed = [n for n, (before, after) in enumerate(pairs, 1) if before != after]
    active = [n for n in changed if not pairs[n - 1][0].startswith("#")]
    assert 1 <= len(active) <= MOST_EDITS
    listed = re.search(r"in place of each \"\?\": lines? ([\d, ]+)", done.output)
    assert listed is not None
    assert [int(n) for n in listed[1].split(", ")] == active
    target.write_text(edited, "utf-8")


@pytest.mark.parametrize("name", EXPECTED)
def test_from_a_folder_to_a_warehouse(shared: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / f"{name}.toml"
    answered(shared / name, target)
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


def test_a_look_says_that_a_run_would_be_published(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dakehu.build.WAREHOUSES", tmp_path)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "gbk.csv").symlink_to(shared / GB18030)
    target = tmp_path / "exports.toml"
    answered(tmp_path / "exports", target)
    done = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["check", str(target)])
    assert done.exit_code == 0, done.output
    assert re.search(r"^order_lines +gbk.csv +9,959 +9,959 +0 +0$", done.output, re.MULTILINE)
    assert re.search(r"^order_lines +16,068,954.13 +16,068,954.29 .* -0.16$", done.output, re.M)
    assert f"A run would be published with 1 warning. Next: dakehu run {target}" in done.output


def test_a_pipeline_file_is_never_overwritten(shared: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.toml"
    target.write_text("# mine\n", "utf-8")
    done = CliRunner().invoke(main, ["init", str(shared / "northwind"), "--out", str(target)])
    assert done.exit_code != 0
    assert "exists already" in done.output
    assert target.read_text("utf-8") == "# mine\n"
