"""What a run has left for the analyst: the tables it kept, and the notebook behind each page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dakehu.workbench.bench import run_of
from dakehu.workbench.copies import copy_of, report_copy, write_copy

if TYPE_CHECKING:
    import polars as pl
    from IPython.display import Markdown


def kept(report: str, table: str = "", as_of: str = "") -> pl.DataFrame:
    """A table that the run of `report` as of a date ("" = the latest) left beside its page.

    Without a table: their names and numbers of rows.

    Raises:
        LookupError: there is no such run or table.
    """
    import polars as pl

    folder = run_of(report, as_of)
    files = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    if not table:
        counts = [
            pl.scan_parquet(path).select(pl.len()).collect().item() for path in files.values()
        ]
        return pl.DataFrame({"table": list(files), "row_count": counts})
    if table not in files:
        raise LookupError(f'{report} keeps no table "{table}"; it keeps {", ".join(files)}')
    return pl.read_parquet(files[table])


def notebook_behind(report: str, as_of: str = "") -> Markdown:
    """A link to a copy of the notebook behind a page, with the parameters of that run.

    The copy stands in the folder that JupyterLab was opened on. It is yours: running and changing
    it alters neither the page nor the notebook that the next run executes.

    Raises:
        LookupError: no run has left one.
    """
    from IPython.display import Markdown

    folder = run_of(report, as_of)
    name = f"{report}.{folder.parent.name}.ipynb"
    is_fresh = write_copy(report_copy(copy_of(folder / "notebook.ipynb")), Path.cwd() / name)
    return Markdown(f"[{name}]({name})" + ("" if is_fresh else " (has changes of yours 已有改动)"))
