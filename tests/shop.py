"""A small company on which the real command runs, with notebooks that can misbehave."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dakehu.paths import NOTEBOOKS
from dakehu.publication import Publication

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
        return Publication(self.out / "shop").history()[-1]

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


def first_run_in(folder: Path) -> Shop:
    """The company after its first good run."""
    shop = Shop(folder, folder / "out", folder / "shop.duckdb")
    (folder / "shop.toml").write_text(PIPELINE, "utf-8")
    write_orders(folder / "orders.csv")
    notebooks_into(shop.notebooks)
    code, errors = shop.run()
    assert (code, errors) == (0, "")
    assert shop.last["status"] == "ok"
    assert len(shop.published(*REPORTS)) > 10
    return shop
