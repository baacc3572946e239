"""The demo company as its pipeline loads it: every table, and exactly the planted rejects."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dakehu.paths import ROOT
from dakehu.pipeline import load_pipeline

pytestmark = pytest.mark.slow


def test_pipeline_loads_every_table_with_exactly_the_planted_rejects(
    demo_warehouse: Callable[[str], list[tuple]], demo_sources: Path
) -> None:
    truth = json.loads((demo_sources / "truth.json").read_text("utf-8"))
    pipeline = load_pipeline(ROOT / "pipelines" / "demo.toml")
    found = demo_warehouse("select file, row from loaded.rejects")
    counts = demo_warehouse(
        "select target_table, sum(loaded), sum(left_out) from loaded.files group by 1"
    )
    rejected = {(f["file"], f["row"]) for f in truth["dirt"] if f["outcome"] == "rejected"}
    assert {(file.split("demo-sources/")[1], row) for file, row in found} == rejected
    assert {table for table, *_ in counts} == {source.table for source in pipeline.source}
    loaded = {table: rows for table, rows, _ in counts}
    assert min(loaded.values()) > 0
    # the unknown customer and the unknown downstream party load, and stay visible
    assert loaded["order_lines"] == truth["rows"]["order_lines"] + 1
    assert loaded["sell_out"] == truth["rows"]["sell_out"] + 1
    assert loaded["shipments"] == truth["rows"]["shipments"]
    left_out = {table: rows for table, _, rows in counts if rows}
    assert left_out == {"order_lines": truth["total_rows"], "payments": 6}
