"""Copies of notebooks to work in, so that nobody changes by accident what the next run executes."""

from __future__ import annotations

import ast
import hashlib
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from dakehu.plan import RESERVED

Notebook = dict[str, Any]
MARK = "dakehu"  # in the metadata of a copy: the hash of its cells as they were copied
EXTENSION = "%load_ext dakehu.workbench"


def copy_of(path: Path) -> Notebook:
    """The notebook at `path`."""
    return json.loads(path.read_text("utf-8"))


def report_copy(executed: Notebook) -> Notebook:
    """The executed notebook of a report with its parameters, without outputs, ready for Lab.

    It reads the warehouse that Lab was started on and keeps no table: what a run fills in itself,
    but for the date and the language, is empty again.
    """
    copy = deepcopy(executed)
    copy["metadata"].pop("papermill", None)
    cells = []
    for cell in copy["cells"]:
        tags = cell["metadata"].get("tags", [])
        cell["metadata"] = {"tags": tags} if tags else {}
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        if "injected-parameters" in tags:
            cell["source"] = _emptied("".join(cell["source"]))
        cells.append(cell)
        if "injected-parameters" in tags:
            cells.append(_code("workbench", EXTENSION))
    return copy | {"cells": cells}


def write_copy(notebook: Notebook, path: Path) -> bool:
    """Write a copy, unless somebody has changed a cell of the one that stands there.

    Returns whether it was written.
    """
    if path.exists():
        standing = json.loads(path.read_text("utf-8"))
        if standing["metadata"].get(MARK) != _hash(standing):
            return False
    marked = notebook | {"metadata": notebook["metadata"] | {MARK: _hash(notebook)}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(marked, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return True


def _emptied(source: str) -> str:
    """The injected parameters without the folders of the run, which have gone."""
    gone = RESERVED - {"as_of", "language"}
    kept = [
        ast.unparse(node)
        for node in ast.parse(source).body
        if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in gone)
    ]
    return "\n".join(["# The parameters of that run", *kept])


def _code(cell_id: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _hash(notebook: Notebook) -> str:
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()
