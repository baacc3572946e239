"""Resolving is not working: whatever a notebook may need is imported side by side."""

import subprocess
import sys

import pytest


@pytest.mark.slow
def test_all_packages_import_together() -> None:
    # In a process of its own: the order of imports and their side effects are part of the test.
    code = (
        "import adbc_driver_postgresql.dbapi, babel, click, duckdb, ipykernel, jinja2, "
        "jupyterlab, mistune, nbformat, nbval, numpy, papermill, plotly, plotly.graph_objects, "
        "polars, pyarrow, pydantic, pymysql, python_calamine, rapidfuzz, rich, scipy.special, "
        "sqlglot, statsforecast.models, xlsxwriter, yaml, dakehu.cli"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
