from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pages.browser import CHROMIUM, chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker."""
    if not CHROMIUM.exists():
        reason = f"no Chromium at {CHROMIUM}; install the package chromium or set CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def demo_run(once: Callable, demo_pipeline_file: Path) -> Path:
    """The folder of a run of the demo company: demo/ with its pages, demo.duckdb."""

    def run(folder: Path) -> None:
        command = [
            str(Path(sys.executable).with_name("dakehu")), "run", str(demo_pipeline_file),
            "--out", str(folder), "--warehouse", str(folder / "demo.duckdb"), "--quiet",
        ]  # fmt: skip
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ended.returncode, ended.stderr) == (0, "")

    return once("demo-run", run)
