"""Notebooks stay thin: they tell the story, the package computes and draws."""

import ast
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from dakehu.paths import NOTEBOOKS
from dakehu.plan import RESERVED, declared_parameters

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
REPORTS = [path for path in PATHS if path.stem != "start_here"]
ALLOWED_IMPORTS = ("dakehu.reading", "dakehu.analysis", "dakehu.present")
# start_here shows an analyst what can be had: SQL is its point, in cells of its own.
ANALYST_IMPORTS = ("dakehu.workbench", "plotly.express", "polars")


def cells(path: Path, kind: str) -> list[dict]:
    return [c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == kind]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def python(cell: dict) -> str:
    """The cell without magics: a cell of SQL is none, a line of one is nothing."""
    text = source(cell)
    lines = [] if text.startswith("%%sql") else text.splitlines()
    return "\n".join(line for line in lines if not line.startswith("%"))


def tags(cell: dict) -> set[str]:
    return set(cell["metadata"].get("tags", []))


def test_there_is_a_notebook_per_report() -> None:
    names = {"customer_value", "distributor_ranking", "sales_forecast", "data_quality"}
    assert names <= {path.stem for path in PATHS}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_code_is_short_and_flat(path: Path) -> None:
    code = cells(path, "code")
    assert len(code) <= 25
    for cell in code:
        tree = ast.parse(python(cell))
        limit = 12 if "parameters" in tags(cell) else 8
        assert len(source(cell).splitlines()) <= limit, source(cell)
        for node in ast.walk(tree):
            assert not isinstance(
                node,
                ast.FunctionDef
                | ast.AsyncFunctionDef
                | ast.ClassDef
                | ast.For
                | ast.While
                | ast.Lambda,
            ), source(cell)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.lower().startswith(("select ", "with ")), "SQL in a notebook"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_imports_stand_in_one_cell_and_stay_in_their_rooms(path: Path) -> None:
    importing = [
        cell
        for cell in cells(path, "code")
        if any(
            isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(ast.parse(python(cell)))
        )
    ]
    assert len(importing) == 1
    for node in ast.walk(ast.parse(python(importing[0]))):
        if isinstance(node, ast.ImportFrom):
            modules = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module or ""}
        elif isinstance(node, ast.Import):
            modules = {alias.name for alias in node.names}
        else:
            continue
        rooms = ALLOWED_IMPORTS if path in REPORTS else ALLOWED_IMPORTS + ANALYST_IMPORTS
        assert any(module.startswith(rooms) for module in modules), modules


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_prose_exists_in_both_languages_side_by_side(path: Path) -> None:
    prose = cells(path, "markdown")
    assert prose
    languages = [
        "zh" if "zh" in tags(cell) else "en" if "en" in tags(cell) else "?" for cell in prose
    ]
    assert languages == ["zh", "en"] * (len(prose) // 2)
    for chinese, english in list(pairwise(prose))[::2]:
        level = source(chinese).split(" ")[0]
        if level.startswith("#"):
            assert source(english).split(" ")[0] == level
        assert tags(chinese) - {"zh"} == tags(english) - {"en"}
    assert source(prose[0]).startswith("# ")
    assert any(chr(0x4E00) <= char <= chr(0x9FFF) for char in source(prose[0]))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_figure_is_typed_by_hand(path: Path) -> None:
    for cell in cells(path, "markdown"):
        for line in source(cell).splitlines():
            words = line.replace("P90", "").replace("80/20", "").split()
            numbers = [word for word in words if re.fullmatch(r"[-+(]?\d[\d.,]*%?\W*", word)]
            assert numbers == [], line


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_reports_load_no_magic(path: Path) -> None:
    assert not [cell for cell in cells(path, "code") if "%" in source(cell)[:1]]


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_the_run_can_fill_what_belongs_to_it(path: Path) -> None:
    assert declared_parameters(path).keys() >= RESERVED
