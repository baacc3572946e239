"""The reference outputs of the notebooks: write them (`make references`), give them to nbval.

`references/<notebook>.json` holds, by the id of each code cell, the outputs of that cell on the
demo company, each as the digest of digest.py.
"""

from __future__ import annotations

import difflib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dakehu.paths import NOTEBOOKS, ROOT
from dakehu.reading import WAREHOUSE_VARIABLE
from dakehu.workbench.bench import REPORTS_VARIABLE

FOLDER = Path(__file__).resolve().parent / "references"
# In the order in which nbval takes them: start_here reads what the reports before it have kept.
NAMES = tuple(path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb")))
AS_OF = "2025-12-31"
STARTUP = "from notebooks.digest import install\ninstall(get_ipython())\n"

Notebook = dict[str, Any]
Outputs = dict[str, list[dict[str, Any]]]


def prepare(folder: Path, names: tuple[str, ...] = NAMES) -> list[Path]:
    """Put the notebooks, with their references as outputs, into `folder`; where each stands.

    The reports among them keep their tables under `folder`/runs, as a run does.
    """
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "digest.py").write_text(STARTUP)
    return [_prepared(name, folder) for name in names]


def environment(folder: Path, warehouse: Path) -> dict[str, str]:
    """What a process needs that runs the prepared notebooks on that warehouse."""
    return os.environ | {
        WAREHOUSE_VARIABLE: str(warehouse),
        REPORTS_VARIABLE: str(folder / "runs"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": str(ROOT / "tests"),
    }


def known(name: str) -> Outputs:
    """The references of a notebook, {} where none were written yet."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _prepared(name: str, folder: Path) -> Path:
    notebook = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))
    kept = folder / "runs" / AS_OF / name
    kept.mkdir(parents=True)
    (kept / "notebook.ipynb").write_text(json.dumps(notebook), "utf-8")
    references = known(name)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            # nbval compares nothing where a cell seems never to have run.
            cell |= {"execution_count": 1, "outputs": references.get(cell["id"], [])}
            source = "".join(cell["source"])
            cell["source"] = source.replace('output_dir: str = ""', f'output_dir: str = "{kept}"')
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def execute(path: Path, env: Mapping[str, str]) -> Outputs:
    """The outputs of each code cell, by its id, when the prepared notebook is run."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, 4)
    client = NotebookClient(notebook, kernel_name="python3")
    client.execute(cwd=str(path.parent), env=dict(env))
    return {
        cell["id"]: [_bare(output) for output in cell["outputs"]]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and cell["outputs"]
    }


def _bare(output: Mapping[str, Any]) -> dict[str, Any]:
    bare = dict(output)
    if "execution_count" in bare:
        bare["execution_count"] = 1
    if "data" in bare:
        bare["data"] = {"text/plain": bare["data"]["text/plain"].splitlines(keepends=True)}
    return bare


def changes(name: str, before: Outputs, now: Outputs) -> list[str]:
    """What differs between two sets of outputs, cell by cell, as lines of a diff."""
    found = []
    for cell in dict.fromkeys([*before, *now]):
        old, new = _lines(before.get(cell, [])), _lines(now.get(cell, []))
        if old != new:
            found.append(f"{name}: cell {cell}")
            found += list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
    return found


def _lines(outputs: list[dict[str, Any]]) -> list[str]:
    texts = [output.get("data", {}).get("text/plain", output.get("text", "")) for output in outputs]
    return [line for text in texts for line in "".join(text).splitlines()]


def write(folder: Path, warehouse: Path) -> int:
    """Run every notebook, write its references, print what changed; the number of such lines."""
    FOLDER.mkdir(exist_ok=True)
    count = 0
    for path in prepare(folder):
        now = execute(path, environment(folder, warehouse))
        found = changes(path.stem, known(path.stem), now)
        count += len(found)
        sys.stdout.write("\n".join([*found, f"{path.stem}: {len(found) or 'no'} changes", ""]))
        text = json.dumps(now, ensure_ascii=False, indent=1, sort_keys=True)
        (FOLDER / f"{path.stem}.json").write_text(text + "\n", "utf-8")
    return count
