"""Several pipelines under one command: within the memory, each with a word of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import click
import pytest

from dakehu.cli.running import _gib
from dakehu.side_by_side import admitted
from small_company import HEAD, HEADER, LINE, orders

pytestmark = pytest.mark.slow

# The command as installed, with a folder of its own for warehouses, in every process of it.
DRIVER = """
import sys
from pathlib import Path
import dakehu.paths
dakehu.paths.WAREHOUSES = Path(__file__).parent / "warehouse"
from dakehu.cli import main
if __name__ == "__main__":
    main()
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "driver.py").write_text(DRIVER, "utf-8")

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, tmp_path / "driver.py", "run", *arguments]
        out = ("--out", tmp_path / "out", "--log", "json")
        return subprocess.run(
            [str(word) for word in (*words, *out)], capture_output=True, text=True, check=False
        )

    return call


def pipeline_in(folder: Path, name: str, lines: str = LINE) -> Path:
    """A pipeline without reports that may take 2 GiB."""
    (folder / f"{name}.csv").write_text(HEADER + lines, "utf-8")
    schedule = '[schedule]\ncron = "0 6 3 * *"\nmemory_gib = 2\n'
    head = HEAD.replace('"small"', f'"{name}"')
    (folder / f"{name}.toml").write_text(head + orders(f"{name}.csv") + schedule, "utf-8")
    return folder / f"{name}.toml"


def said(lines: str) -> list[dict]:
    return [json.loads(line) for line in lines.splitlines()]


def test_one_after_the_other_where_the_memory_is_for_one(tmp_path: Path, run: Run) -> None:
    good, bad = pipeline_in(tmp_path, "good"), pipeline_in(tmp_path, "bad", "O1,never,C1,P1,1,x\n")
    other = pipeline_in(tmp_path, "other")
    ended = run(good, bad, other, "--memory", "2GB")
    assert ended.returncode == 3, ended
    (refused,) = said(ended.stderr)
    assert (refused["pipeline"], refused["status"]) == ("bad", "refused")
    assert "every row was rejected" in refused["message"]
    spoke = [name for name, _ in groupby(line["pipeline"] for line in said(ended.stdout))]
    assert spoke == ["good", "bad", "other"]
    last = [line for line in said(ended.stdout) if line["pipeline"] == "other"][-1]
    assert (last["status"], last["as_of"]) == ("unchanged", "2024-12-31")
    assert Path(last["portal"]).is_file()


def test_nothing_starts_where_a_file_or_the_budget_is_wrong(tmp_path: Path, run: Run) -> None:
    one, two = pipeline_in(tmp_path, "one"), pipeline_in(tmp_path, "two")
    beyond = run(one, two, "--memory", "1500MB")
    assert beyond.returncode == 2
    assert "one may take 2 GiB (memory_gib of its [schedule])" in said(beyond.stderr)[0]["message"]
    twice = run(one, one)
    assert (twice.returncode, "one is named twice" in twice.stderr) == (2, True)
    two.write_text("name = 2", "utf-8")
    assert run(one, two).returncode == 2
    assert not (tmp_path / "out").exists()


def test_who_may_start_is_who_fits() -> None:
    waiting = {Path("a"): 3.0, Path("b"): 4.0, Path("c"): 1.0, Path("d"): 0.5}
    assert admitted(waiting, 4.0) == [Path("a"), Path("c")]
    assert admitted(waiting, 0.4) == []


@pytest.mark.parametrize(("size", "gib"), [("8GB", 8.0), ("512 MiB", 0.5), ("1.5t", 1536.0)])
def test_sizes(size: str, gib: float) -> None:
    assert _gib(size) == gib


@pytest.mark.parametrize("size", ["8", "GB", "1.2.3GB", "much"])
def test_what_is_no_size_is_named(size: str) -> None:
    with pytest.raises(click.BadParameter, match="is no size; write such as 8GB"):
        _gib(size)
