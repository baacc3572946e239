"""Where the parts of the house lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).resolve().parent
SQL = ROOT / "sql"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports" / "out"
WAREHOUSES = ROOT / "warehouse"
WORKBENCH = ROOT / "workbench"
