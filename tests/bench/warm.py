"""What kernels cost: the processor time of the demo's run, and of the same work without them.

The run is `dakehu run` of four reports in two languages. Beside it stands one plain Python process
that loads the same files, builds the same models, executes the code of the same notebooks with
`exec`, and writes the same pages. Both begin once with the source files alone, once with a
warehouse that has them, where little but the kernels is left to compare. Prints a table; exits 1
when the first ratio misses the bound that the project promises.
"""

from __future__ import annotations

import ast
import builtins
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

from dakehu import manifest
from dakehu.build import build
from dakehu.paths import ROOT
from dakehu.pipeline import load_pipeline
from dakehu.plan import Report, plan
from dakehu.present.block import BLOCK_MIME

DEMO = ROOT / "pipelines" / "demo.toml"
TURNS = 3
BOUND = 1.6


def shown(code: str, namespace: dict[str, Any]) -> list[Any]:
    """Execute a cell as a kernel would; gives what it displays."""
    outputs: list[Any] = []
    namespace["display"] = lambda *values: outputs.extend(values)
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), namespace)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)
        outputs += [] if value is None else [value]
    return outputs


def executed(report: Report, parameters: dict[str, Any]) -> dict[str, Any]:
    """The notebook of a report with the blocks that its cells show, as a page reads it."""
    notebook = json.loads(report.notebook.read_text("utf-8"))
    namespace: dict[str, Any] = {"__builtins__": builtins}
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        blocks = [
            value._repr_mimebundle_()
            for value in shown("".join(cell["source"]), namespace)
            if hasattr(value, "_repr_mimebundle_")
        ]
        if "parameters" in cell["metadata"].get("tags", []):
            namespace |= parameters
        cell["outputs"] = [
            {"output_type": "display_data", "data": json.loads(json.dumps(data)), "metadata": {}}
            for data in blocks
            if BLOCK_MIME in data
        ]
    return notebook


def plain(folder: Path) -> None:
    """Everything that a run makes, in this process."""
    from dakehu.delivery import write
    from dakehu.render import PageContext

    pipeline = load_pipeline(DEMO)
    built = build(pipeline, run_id="plain", say=lambda _: None, warehouse=folder / "plain.duckdb")
    as_of = built.loaded.as_of.isoformat()
    for report in plan(pipeline.reports, pipeline.policy):
        tables = folder / report.name
        given = {
            "as_of": as_of,
            "warehouse": str(built.path),
            "language": "zh",
            "output_dir": str(tables),
            "previous_dir": "",
        }
        notebook = executed(report, report.parameters | given)
        context = PageContext(
            report=report.name,
            pipeline=pipeline.name,
            title=pipeline.title.model_dump(),
            as_of=built.loaded.as_of,
            currency=pipeline.currency,
            run_id="plain",
            made_at=datetime.now().astimezone(),
            versions=manifest.versions(),
            languages=pipeline.languages,
            tables=tuple(sorted(path.name for path in tables.glob("*.csv"))),
        )
        write(folder, notebook, context)


def processor_seconds(*command: str | Path) -> float:
    """What a command and all the processes that it starts take of the processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def turn(folder: Path, published: Path | None) -> tuple[float, float]:
    """Processor seconds of a run, and of the plain process; `published` is where both begin."""
    folder.mkdir()
    for name in ("ours.duckdb", "plain.duckdb"):
        if published:
            shutil.copyfile(published, folder / name)
    options = ("--out", folder / "out", "--warehouse", folder / "ours.duckdb", "--force", "--quiet")
    without = processor_seconds(sys.executable, __file__, folder)
    ours = processor_seconds(Path(sys.executable).parent / "dakehu", "run", DEMO, *options)
    pages = {path.name for path in folder.glob("*.html")}
    assert pages == {path.name for path in folder.glob("out/*/*/*.html")}, pages
    return ours, without


def main() -> int:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        turn(folder / "unmeasured", None)  # compiles modules, fills the caches of the disk
        published = folder / "unmeasured" / "ours.duckdb"
        read = compared("every file read", folder, None)
        compared("no file is new", folder, published)
    return 0 if read <= BOUND else 1


def compared(label: str, folder: Path, published: Path | None) -> float:
    """Print both in processor seconds, the median of some turns; gives the ratio."""
    turns = [turn(folder / f"{label} {number}", published) for number in range(TURNS)]
    ours, without = (median(seconds) for seconds in zip(*turns, strict=True))
    ratio = median(own / other for own, other in turns)
    bound = "" if published else f", at most {BOUND}"
    print(f"whole run, {label}: {ours:.1f} s, plain process {without:.1f} s: {ratio:.2f}{bound}")
    return ratio


if __name__ == "__main__":
    if len(sys.argv) > 1:
        plain(Path(sys.argv[1]))
    else:
        sys.exit(main())
