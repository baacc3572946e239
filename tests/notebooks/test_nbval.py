"""Every notebook runs from top to bottom on the demo, as nbval executes it for an analyst."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from dakehu.paths import NOTEBOOKS
from dakehu.reading import WAREHOUSE_VARIABLE


@pytest.mark.slow
def test_notebooks_run_under_nbval(demo_warehouse: Any) -> None:
    pytest_alone = [sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "no:cacheprovider"]
    command = [*pytest_alone, "-q", "--nbval-lax"]
    ended = subprocess.run(
        [*command, str(NOTEBOOKS)],
        env=os.environ | {WAREHOUSE_VARIABLE: str(demo_warehouse.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
    (cells,) = re.findall(r"^(\d+) passed", ended.stdout, re.MULTILINE)
    assert int(cells) > 4 * len(list(NOTEBOOKS.glob("*.ipynb")))
