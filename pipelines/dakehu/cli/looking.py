"""What runs have left: history, diff, lab."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from dakehu.cli.group import PIPELINE, main
from dakehu.paths import NOTEBOOKS, REPORTS
from dakehu.terminal import console, harmless

DAY = click.DateTime(["%Y-%m-%d"])


@main.command()
@click.argument("pipeline", required=False, type=click.Path(exists=True, path_type=Path))
def history(pipeline: Path | None) -> None:
    """Past runs: when, as of, status, duration, why it failed; without PIPELINE, of all."""
    from dakehu.pipeline import load_pipeline
    from dakehu.publication import Publication

    folders = (
        [REPORTS / load_pipeline(pipeline).name]
        if pipeline
        else [path.parent for path in sorted(REPORTS.glob("*/history.jsonl"))]
    )
    records = [
        (folder.name, record) for folder in folders for record in Publication(folder).history()
    ]
    if not records:
        click.echo("no run yet; start one with `dakehu run PIPELINE.toml`")
    for name, record in records:
        when, as_of = record["started_at"][:19], record.get("as_of") or "-"
        spent, reason = record.get("seconds", 0), record.get("reason", "")
        line = (
            f"{when}  {name:<16} as of {as_of:<10}  {record['status']:<11} {spent:7.1f} s  {reason}"
        )
        click.echo(harmless(line))


@main.command()
@click.argument("pipeline", required=False, type=click.Path(exists=True, path_type=Path))
def lab(pipeline: Path | None) -> None:
    """JupyterLab on the notebooks, reading the warehouse of PIPELINE.toml (default: the demo's)."""
    from dakehu.paths import ROOT, WAREHOUSES
    from dakehu.pipeline import load_pipeline
    from dakehu.reading import WAREHOUSE_VARIABLE

    name = load_pipeline(pipeline or ROOT / "pipelines" / "demo.toml").name
    warehouse = WAREHOUSES / f"{name}.duckdb"
    if not warehouse.exists():
        source = pipeline or "pipelines/demo.toml"
        raise click.ClickException(f"no warehouse yet: run `dakehu build {source}` first")
    jupyter = Path(sys.executable).with_name("jupyter-lab")
    environment = os.environ | {WAREHOUSE_VARIABLE: str(warehouse)}
    os.execve(jupyter, [str(jupyter), f"--notebook-dir={NOTEBOOKS}"], environment)


@main.command()
@PIPELINE
@click.argument("before", type=DAY, required=False, metavar="[BEFORE]")
@click.argument("now", type=DAY, required=False, metavar="[NOW]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
def diff(pipeline: Path, before: datetime | None, now: datetime | None, as_json: bool) -> None:
    r"""What changed between the reports of two dates; without them, of the last two.

    \b
    dakehu diff pipelines/demo.toml 2025-11-30 2025-12-31
    """
    from dakehu.comparison import compare, last_two
    from dakehu.comparison_tables import show
    from dakehu.pipeline import load_pipeline
    from dakehu.publication import Publication

    publication = Publication(REPORTS / load_pipeline(pipeline).name)
    days = (before.date(), now.date()) if before and now else last_two(publication)
    comparison = compare(publication, *days)
    if as_json:
        click.echo(comparison.as_json())
    else:
        show(comparison, console())
