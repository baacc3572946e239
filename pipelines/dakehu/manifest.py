"""What a run leaves beside its pages: run.json, and every rejected row."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dakehu.build import Built
from dakehu.pipeline import Pipeline
from dakehu.reading import defused, rejects, sources

PACKAGES = ("dakehu", "duckdb", "polars", "plotly", "papermill", "statsforecast")


def write(folder: Path, pipeline: Pipeline, built: Built, record: dict[str, Any]) -> None:
    """Write `folder`/run.json and rejects: what went in, by which rules, and how it ended.

    `record` is what only the run knows: run_id, as_of, status, forced, parameters, reports, and
    the seconds of each step until now as profile.
    """
    manifest = record | {
        "pipeline": pipeline.name,
        "inputs": sources(built.path).to_dicts(),
        "rejected": built.loaded.rejected,
        "checks": [check._asdict() for check in built.checks],
        "policy": pipeline.policy,
        "pipeline_file_sha256": hashlib.sha256(pipeline.path.read_bytes()).hexdigest(),
        "versions": versions(),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str)
    (folder / "run.json").write_text(text + "\n", "utf-8")
    frame = rejects(built.path)
    frame.write_parquet(folder / "rejects.parquet")
    defused(frame).write_csv(folder / "rejects.csv", include_bom=True)


def versions() -> dict[str, str]:
    """Of Python and of what the numbers and pages come from."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
