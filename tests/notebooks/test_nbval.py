"""Every notebook gives its reference outputs on the demo company, as nbval compares them.

`make references` writes them anew and shows what changed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from notebooks.references import NAMES, environment, known, prepare, write

pytestmark = pytest.mark.slow
WRITE = "DAKEHU_WRITE_REFERENCES"


def nbval(notebooks: list[Path], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    pytest_alone = [sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider"]
    command = [*pytest_alone, "-q", "--nbval", "--color=no", *map(str, notebooks)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def failed_cells(ended: subprocess.CompletedProcess[str]) -> list[int]:
    return [int(cell) for cell in re.findall(r"^FAILED .*::Cell (\d+)", ended.stdout, re.MULTILINE)]


def test_every_notebook_gives_its_references(demo_warehouse: Any, tmp_path: Path) -> None:
    if os.environ.get(WRITE):
        write(tmp_path, demo_warehouse.path)
        return
    ended = nbval(prepare(tmp_path), environment(tmp_path, demo_warehouse.path))
    hint = "if this is meant, write them anew with `make references`"
    assert ended.returncode == 0, f"{ended.stdout[-6000:]}\n{hint}"
    (cells,) = re.findall(r"^(\d+) passed", ended.stdout, re.MULTILINE)
    assert int(cells) > 4 * len(NAMES)


def test_nbval_catches_one_percent_in_one_plotted_value(
    demo_warehouse: Any, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.duckdb"
    shutil.copyfile(demo_warehouse.path, changed)
    with duckdb.connect(str(changed)) as connection:
        connection.execute(
            "update mart_data_quality__completeness set net_amount = net_amount * 1.01 "
            "where month = date '2024-06-01'"
        )
    ended = nbval(prepare(tmp_path / "nb", ("data_quality",)), environment(tmp_path / "nb", changed))
    code = [cell for cell in known("data_quality") if cell == "months"]
    assert code == ["months"], "the figure of the months stands in the cell `months`"
    assert ended.returncode == 1
    assert len(failed_cells(ended)) == 1, ended.stdout[-3000:]
    assert "figure.data" in ended.stdout
