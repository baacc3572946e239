"""Whatever ends a run, the pages of the run before stay byte for byte, and somebody says so.

Each test runs the real command on a small company of its own, with notebooks that misbehave.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dakehu.paths import NOTEBOOKS

pytestmark = pytest.mark.slow

AS_OF = "2025-06-30"
REPORTS = ("customer_value", "data_quality")
PIPELINE = """
name = "shop"
title = { zh = "小店", en = "Shop" }
languages = ["zh", "en"]
[[source]]
table = "order_lines"
files = ["orders.csv"]
[source.columns]
order_id = "order"
order_date = "date"
customer_id = "customer"
product_id = "product"
quantity = "quantity"
net_amount = "amount"
[reports.customer_value]
[reports.data_quality]
"""
# What libraries in C say on the standard error that a kernel and the process above it share.
LAST_WORDS = """import os
with open(f"/proc/{os.getppid()}/fd/2", "a") as error:
    error.write("Assertion failed")
"""
# The command as installed, with other notebooks.
DRIVER = """
import sys
from pathlib import Path
import dakehu.plan
dakehu.plan.NOTEBOOKS = Path(sys.argv.pop(1))
from dakehu.cli import main
main()
"""


@dataclass
class Shop:
    """A small company in a folder: its pipeline file, notebooks, output and warehouse."""

    folder: Path
    out: Path
    warehouse: Path

    @property
    def notebooks(self) -> Path:
        return self.folder / "notebooks"

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [
            sys.executable, "-c", DRIVER, str(self.notebooks),
            "run", str(self.folder / "shop.toml"),
            "--out", str(self.out), "--warehouse", str(self.warehouse), *options,
        ]  # fmt: skip
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str) -> tuple[int, str]:
        process = self.start(*options)
        _, errors = process.communicate()
        return process.returncode, errors

    def insert(self, report: str, code: str) -> None:
        """Put a cell before the last one of a notebook: it runs when most of the work is done."""
        path = self.notebooks / f"{report}.ipynb"
        notebook = json.loads(path.read_text("utf-8"))
        cell = {
            "cell_type": "code", "id": "fault", "metadata": {}, "source": [code],
            "outputs": [], "execution_count": None,
        }  # fmt: skip
        notebook["cells"].insert(-1, cell)
        path.write_text(json.dumps(notebook), "utf-8")

    @property
    def portal(self) -> str:
        return (self.out / "shop" / "index.html").read_text("utf-8")

    @property
    def last(self) -> dict:
        lines = (self.out / "shop" / "history.jsonl").read_text("utf-8").split("\n")
        return json.loads([line for line in lines if line][-1])

    def published(self, *reports: str) -> dict[str, bytes]:
        """Every file of these reports that a reader can open."""
        folder = self.out / "shop" / AS_OF
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).parts[0].split(".")[0] in reports
        }


def write_orders(path: Path) -> None:
    rows = ["order,date,customer,product,quantity,amount"]
    for month in range(30):
        year, number = 2023 + month // 12, month % 12 + 1
        for customer in range(1, 13):
            day = (customer * 7 + month * 3) % 28 + 1
            amount = 1000 * customer + 37 * month
            rows.append(
                f"{month}-{customer},{year}-{number:02d}-{day:02d},C{customer:02d},"
                f"P{customer % 3},{customer},{amount}.50"
            )
    rows.append("last,2025-06-30,C01,P1,1,10.00")
    path.write_text("\n".join(rows) + "\n", "utf-8")


def notebooks_into(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for report in REPORTS:
        shutil.copyfile(NOTEBOOKS / f"{report}.ipynb", folder / f"{report}.ipynb")


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(folder, folder / "out", folder / "shop.duckdb")
    (folder / "shop.toml").write_text(PIPELINE, "utf-8")
    write_orders(folder / "orders.csv")
    notebooks_into(shop.notebooks)
    code, errors = shop.run()
    assert (code, errors) == (0, "")
    assert shop.last["status"] == "ok"
    assert len(shop.published(*REPORTS)) > 10
    return shop


@pytest.fixture
def shop(first_run: Shop, tmp_path: Path) -> Shop:
    """The company after its first good run, in a folder of its own."""
    folder = tmp_path / "shop"
    shutil.copytree(first_run.folder, folder)
    return Shop(folder, folder / "out", folder / "shop.duckdb")


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
    exit_code, errors = shop.run()
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
    assert shop.run()[0] == 0
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
    exit_code, errors = shop.run()
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
