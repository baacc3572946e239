"""A company whose folder of exports grows from run to run, and what its reports must say of it.

The command that runs on it is the real one, with three things of its own: a report small enough for
hundreds of runs, the models that this report needs and no others, and a clock that can be moved.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from small_company import HEADER, orders

FIRST_DAY = date(2025, 1, 1)
BEFORE = date(2024, 12, 31)  # every file before this has at least one sale
REPORT = "tally"
PIPELINE = f"""
name = "growing"
title = {{ zh = "成长", en = "Growing" }}
{orders("drop/*.csv")}
[reports.{REPORT}]
[notify]
urls = "$TOLD"
on = ["success", "unchanged", "failure", "refused", "stale"]
"""
# A table of the files that were read; the tiles say what they add up to.
NOTEBOOK = {
    "parameters": "\n".join(
        f'{name}: str = ""'
        for name in ("as_of", "language", "warehouse", "output_dir", "previous_dir")
    ),
    "work": """
from dakehu.present.block import Show, Tile, tiles
from dakehu.reading import open_marts
marts = open_marts(warehouse, "tally", as_of)
files = marts.table("mart_data_quality__sources")
sums = {name: files[name].sum() for name in ("rows", "loaded", "rejected", "amount_loaded")}
marts.keep({"files": files}, {n: (v, "") for n, v in sums.items()}, output_dir, previous_dir)
show = Show(language, marts.currency)
show(lambda text, of: tiles(*(Tile(n, n, f"{n}={v};") for n, v in of.items())), sums)
""",
}
DRIVER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
import dakehu.plan, dakehu.run
import nursery
dakehu.plan.NOTEBOOKS = Path(sys.argv.pop(1))
ahead = timedelta(days=int(sys.argv.pop(1)))
class Moved(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + ahead
dakehu.run.datetime = Moved
nursery.keep_to({"mart_data_quality__sources", "stg_run"})
from dakehu.cli import main
main()
"""


@dataclass
class Export:
    """One file of the folder: how many of its lines are sales, how many are faulty, and the sum."""

    name: str
    good: int
    bad: int
    amount: Decimal
    text: str


@dataclass
class Growing:
    """The company: `exports` are the files that lie in its folder, by name."""

    folder: Path
    luck: random.Random
    exports: dict[str, Export] = field(default_factory=dict)
    days: int = 0

    def __post_init__(self) -> None:
        (self.folder / "drop").mkdir()
        (self.folder / "notebooks").mkdir()
        (self.folder / "growing.toml").write_text(PIPELINE, "utf-8")
        cells = [
            {"cell_type": "markdown", "metadata": {"tags": [name]}, "source": "# How many?"}
            for name in ("zh", "en")
        ] + [
            {"cell_type": "code", "metadata": {"tags": [name]}, "source": source.strip(),
             "outputs": [], "execution_count": None}
            for name, source in NOTEBOOK.items()
        ]  # fmt: skip
        notebook = {
            "cells": [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)],
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "", "language": "python"}
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }  # fmt: skip
        (self.folder / "notebooks" / f"{REPORT}.ipynb").write_text(json.dumps(notebook), "utf-8")
        self.grow()

    @property
    def published(self) -> Path:
        return self.folder / "disk" / "out" / "growing"

    @property
    def warehouse(self) -> Path:
        return self.folder / "disk" / "growing.duckdb"

    def grow(self) -> Path:
        """Add the export of the next days: sales, and some lines that can be no sale."""
        self.days += self.luck.randint(1, 3)
        day = FIRST_DAY + timedelta(days=self.days)
        good, bad = self.luck.randint(5, 40), self.luck.randint(0, 4)
        lines, amount = [], Decimal(0)
        for line in range(good + bad):
            sold = Decimal(self.luck.randint(1, 99_999)) / 100
            written = f"{sold}" if line < good else "much"
            amount += sold if line < good else 0
            customer = self.luck.randint(1, 30)
            dated = BEFORE if line == 0 else day
            lines.append(
                f"{day:%j}-{self.days}-{line},{dated},C{customer},P{line % 3},1,{written}\n"
            )
        text = HEADER + "".join(lines)
        export = Export(f"{self.days:05d}.csv", good, bad, amount, text)
        self.exports[export.name] = export
        path = self.folder / "drop" / export.name
        path.write_text(export.text, "utf-8")
        return path

    def start(self, *options: str, days_ahead: int = 0, **named: Any) -> subprocess.Popen[str]:
        """Start the command as a scheduler does; each of its processes has SERIES around it."""
        command = [
            sys.executable, "-c", DRIVER, str(self.folder / "notebooks"), str(days_ahead),
            "run", str(self.folder / "growing.toml"), "--quiet",
            "--out", str(self.published.parent), "--warehouse", str(self.warehouse), *options,
        ]  # fmt: skip
        surroundings = os.environ | {
            "SERIES": str(self.folder),
            "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parent)]),
        }
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=surroundings | named,
        )

    @property
    def sums(self) -> dict[str, str]:
        """What the report must say of the files that lie in the folder."""
        files = self.exports.values()
        good, bad = sum(file.good for file in files), sum(file.bad for file in files)
        amount = sum((file.amount for file in files), Decimal(0))
        return {
            "rows": f"{good + bad}", "loaded": f"{good}", "rejected": f"{bad}",
            "amount_loaded": f"{amount:.2f}",
        }  # fmt: skip
