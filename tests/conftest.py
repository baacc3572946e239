"""What tests share: real data beside the repository, the demo company built once per session."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dakehu.demo import write
from dakehu.paths import ROOT
from dakehu.warehouse import open_readonly

# Compiled modules are kept, whatever the shell says: else each of a hundred processes compiles all.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# As execution.py does: most of the time that importing nbformat takes, and nothing uses it.
sys.modules.setdefault("rfc3987_syntax", None)  # ty: ignore[no-matching-overload]

SHARED = ROOT.parent / "shared" / "data"
BUILD = """
import sys
from pathlib import Path
from dakehu.build import build
from dakehu.pipeline import load_pipeline
build(load_pipeline(Path(sys.argv[1])), run_id="test", say=print, warehouse=Path(sys.argv[2]))
"""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have recorded."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


class Warehouse:
    """A built warehouse that tests may query; `peak_bytes` is the memory that building it took."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def peak_bytes(self) -> int:
        return 1024 * int((self.path.parent / "peak_kib").read_text())

    def __call__(self, sql: str) -> list[tuple]:
        with open_readonly(self.path) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared/data beside the repository: real data is not part of it")
    return SHARED


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for all the workers of this session."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def once(session_folder: Path) -> Callable[[str, Callable[[Path], None]], Path]:
    """Makes a thing in a folder of the session, by whichever worker comes first."""

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder = session_folder / name
        with (session_folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "done").exists():
                folder.mkdir(exist_ok=True)
                fill(folder)
                (folder / "done").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def demo_sources(once: Callable) -> Path:
    """The source files of the demo company."""
    return once("demo-sources", lambda folder: write(folder))


@pytest.fixture(scope="session")
def demo_pipeline_file(once: Callable, demo_sources: Path) -> Path:
    """pipelines/demo.toml on those files."""

    def copy(folder: Path) -> None:
        text = (ROOT / "pipelines" / "demo.toml").read_text("utf-8")
        moved = text.replace("../warehouse/demo-sources", demo_sources.as_posix())
        (folder / "demo.toml").write_text(moved, "utf-8")

    return once("demo-pipeline", copy) / "demo.toml"


@pytest.fixture(scope="session")
def demo_warehouse(once: Callable, demo_pipeline_file: Path) -> Warehouse:
    """The demo company's warehouse."""
    return _built(once, "demo", demo_pipeline_file)


@pytest.fixture(scope="session")
def real_warehouse(once: Callable, shared: Path) -> Callable[[str], Warehouse]:
    """The warehouse of a pipeline on real data, by the pipeline's name."""
    return lambda name: _built(once, name, ROOT / "pipelines" / f"{name}.toml")


def _built(once: Callable, name: str, pipeline_file: Path) -> Warehouse:
    def fill(folder: Path) -> None:
        command = [sys.executable, "-c", BUILD, str(pipeline_file), str(folder / "w.duckdb")]
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, f"building {pipeline_file.name} failed"
        (folder / "peak_kib").write_text(str(usage.ru_maxrss))

    return Warehouse(once(f"warehouse-{name}", fill) / "w.duckdb")
