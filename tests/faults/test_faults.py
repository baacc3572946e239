"""Whatever ends a run, the pages of the run before stay byte for byte, and somebody says so.

Each test runs the real command on a small company of its own, with notebooks that misbehave.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop import REPORTS, Shop, notebooks_into

pytestmark = pytest.mark.slow

# What libraries in C say on the standard error that a kernel and the process above it share.
LAST_WORDS = """import os
with open(f"/proc/{os.getppid()}/fd/2", "a") as error:
    error.write("Assertion failed")
"""


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    while not path.exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def processes_naming(text: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text.encode() in entry.read_bytes():
                found.append(entry.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (LAST_WORDS + "raise ValueError('no such number')", "ValueError: no such number"),
        (LAST_WORDS + "os.kill(os.getpid(), 9)", "DeadKernelError"),
    ],
    ids=["a cell raises", "the kernel is killed"],
)
def test_one_report_fails_and_the_other_stands(shop: Shop, code: str, said: str) -> None:
    before, others = shop.published("data_quality"), shop.published("customer_value")
    shop.insert("data_quality", code)
    exit_code, errors = shop.run("--force")
    assert exit_code == 1
    assert len(errors.strip().splitlines()) == 1
    assert said in errors
    assert shop.published("data_quality") == before
    after = shop.published("customer_value")
    assert after.keys() == others.keys()
    assert after["customer_value.zh.html"] != others["customer_value.zh.html"]  # made anew
    assert said.split(":")[0] in shop.portal
    assert shop.last["reports"]["data_quality"]["status"] == "failed"
    assert shop.last["reports"]["customer_value"]["status"] == "ok"
    failed = shop.out / "shop" / "failed" / "data_quality"
    assert failed.with_suffix(".ipynb").exists()
    assert "Assertion failed" in failed.with_suffix(".log").read_text("utf-8")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(shop: Shop, sign: signal.Signals) -> None:
    before, flag = shop.published(*REPORTS), shop.folder / "reached"
    shop.insert("data_quality", f"open({str(flag)!r}, 'w').close()\nimport time\ntime.sleep(600)")
    process = shop.start()
    wait_for(flag, process)
    if sign == signal.SIGINT:
        os.killpg(process.pid, sign)  # as a terminal does: to everybody in the foreground
    else:
        process.send_signal(sign)  # as systemd does
    _, errors = process.communicate()
    assert process.returncode == 130, errors
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert shop.published(*REPORTS) == before
    assert shop.last["status"] == "interrupted"
    assert "stopped by hand" in shop.portal
    assert list((shop.out / "shop").glob(".run-*")) == []
    deadline = time.monotonic() + 30
    while processes_naming(str(shop.folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert processes_naming(str(shop.folder)) == []


def test_killed_outright_and_told_by_the_next_run(shop: Shop) -> None:
    before, flag = shop.published(*REPORTS), shop.folder / "reached"
    shop.insert("data_quality", f"open({str(flag)!r}, 'w').close()\nimport time\ntime.sleep(600)")
    process = shop.start()
    wait_for(flag, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert shop.published(*REPORTS) == before
    assert shop.last["status"] == "killed"
    notebooks_into(shop.notebooks)
    assert shop.run("--force")[0] == 0
    assert shop.last["status"] == "ok"
    assert "ended without a word" in shop.portal
    assert list((shop.out / "shop").glob(".run-*")) == []


def test_a_second_run_of_the_same_pipeline_is_turned_away(shop: Shop) -> None:
    flag = shop.folder / "reached"
    shop.insert("data_quality", f"open({str(flag)!r}, 'w').close()\nimport time\ntime.sleep(600)")
    process = shop.start()
    wait_for(flag, process)
    exit_code, errors = shop.run()
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert exit_code == 4
    assert "already at work" in errors


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB that can really be full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs the rights of root")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("full", ["output", "warehouse"])
def test_full_disk(shop: Shop, small_disk: Path, full: str) -> None:
    if full == "output":
        shutil.copytree(shop.out, small_disk / "out")
        shop.out = small_disk / "out"
    else:
        shutil.copyfile(shop.warehouse, small_disk / "shop.duckdb")
        shop.warehouse = small_disk / "shop.duckdb"
    before, warehouse = shop.published(*REPORTS), shop.warehouse.read_bytes()
    free = shutil.disk_usage(small_disk).free
    (small_disk / "filler").write_bytes(b"x" * (free - 1_000_000))
    exit_code, errors = shop.run("--force")
    assert exit_code == 1, errors
    assert "No space left" in errors or "full" in errors.lower()
    assert shop.published(*REPORTS) == before
    if full == "warehouse":
        assert shop.warehouse.read_bytes() == warehouse
    assert shop.last["status"] == "failed"
    assert shop.last["reason"][:40] in shop.portal.replace("&#34;", '"').replace("&#39;", "'")
    assert list((shop.out / "shop").glob(".run-*")) == []


def test_a_source_that_lost_a_column_is_refused(shop: Shop) -> None:
    before, warehouse = shop.published(*REPORTS), shop.warehouse.read_bytes()
    orders = shop.folder / "orders.csv"
    orders.write_text(orders.read_text("utf-8").replace("amount", "value", 1), "utf-8")
    exit_code, errors = shop.run()
    assert exit_code == 3
    assert 'orders.csv has no column "amount"; it has: order, date' in errors
    assert shop.published(*REPORTS) == before
    assert shop.warehouse.read_bytes() == warehouse
    assert "orders.csv has no column" in shop.portal


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--report", "nosuch"), 'no report "nosuch"'),
        (("-p", "window_month=3"), 'no report has a parameter "window_month"'),
        (("-p", "window_months=x"), '"x" is not of type int'),
    ],
)
def test_a_wrong_command_changes_nothing(shop: Shop, options: tuple, sentence: str) -> None:
    before, last = shop.published(*REPORTS), shop.last
    exit_code, errors = shop.run(*options)
    assert exit_code == 2
    assert sentence in errors
    assert (shop.published(*REPORTS), shop.last) == (before, last)
