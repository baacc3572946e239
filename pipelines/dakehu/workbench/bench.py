"""Where the workbench stands: the warehouse and the reports that `dakehu lab` was started on."""

from __future__ import annotations

import os
from pathlib import Path

from dakehu.paths import REPORTS
from dakehu.reading import WAREHOUSE_VARIABLE
from dakehu.warehouse import open_readonly

# The folder with the runs of a pipeline; without it, the one of the warehouse's pipeline.
REPORTS_VARIABLE = "DAKEHU_REPORTS"


def warehouse() -> Path:
    """The warehouse file.

    Raises:
        FileNotFoundError: there is none.
    """
    path = Path(os.environ.get(WAREHOUSE_VARIABLE, ""))
    if not path.is_file():
        raise FileNotFoundError(
            f'no warehouse at "{path}": start JupyterLab with `dakehu lab PIPELINE.toml`'
        )
    return path


def runs() -> Path:
    """The folder with the runs of this warehouse's pipeline, one folder for each date."""
    if folder := os.environ.get(REPORTS_VARIABLE):
        return Path(folder)
    with open_readonly(warehouse()) as connection:
        return REPORTS / connection.execute("select pipeline from stg_run").fetchall()[0][0]


def run_of(report: str, as_of: str = "") -> Path:
    """The folder that the run of `report` as of a date left; "" is the latest.

    Raises:
        LookupError: no run has left one.
    """
    found = sorted(runs().glob(f"{as_of or '????-??-??'}/{report}"))
    if not found:
        dated = f" as of {as_of}" if as_of else ""
        raise LookupError(f'no run of "{report}"{dated} yet: `dakehu run PIPELINE.toml` makes one')
    return found[-1]
