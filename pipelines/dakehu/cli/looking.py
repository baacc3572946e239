"""What runs have left: history, diff, lab."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import click

from dakehu.cli.group import PIPELINE, main
from dakehu.paths import REPORTS
from dakehu.terminal import console, harmless

DAY = click.DateTime(["%Y-%m-%d"])


@main.command()
@click.argument("pipeline", required=False, type=click.Path(exists=True, path_type=Path))
def history(pipeline: Path | None) -> None:
    """Past runs: when, as of, status, duration, why it failed; without PIPELINE, of all.

    Those of an audience stand under PIPELINE/AUDIENCE.
    """
    from dakehu.pipeline import load_pipeline
    from dakehu.publication import Publication

    folders = (
        [REPORTS / load_pipeline(pipeline).name]
        if pipeline
        else [path.parent for path in sorted(REPORTS.glob("*/history.jsonl"))]
    )
    records = [
        (own.relative_to(folder.parent).as_posix().replace("/audiences/", "/"), record)
        for folder in folders
        for own in (folder, *sorted(folder.glob("audiences/*")))
        for record in Publication(own).history()
    ]
    at_work = {Publication(folder).at_work() for folder in folders}
    if not records:
        click.echo("no run yet; start one with `dakehu run PIPELINE.toml`")
    for name, record in records:
        when, as_of = record["started_at"][:19], record.get("as_of") or "-"
        spent, reason = record.get("seconds", 0), record.get("reason", "")
        status = record["status"]
        if record["run_id"] in at_work:
            status, reason = "at work", ""
        line = f"{when}  {name:<16} as of {as_of:<10}  {status:<11} {spent:7.1f} s  {reason}"
        click.echo(harmless(line))


@main.command()
@click.argument("pipeline", required=False, type=click.Path(exists=True, path_type=Path))
def lab(pipeline: Path | None) -> None:
    """JupyterLab on the warehouse of PIPELINE.toml (default: the demo's), at start_here.ipynb.

    It works in workbench/<pipeline>/, on copies: no notebook that a run executes is changed.
    """
    from dakehu.paths import NOTEBOOKS, PACKAGE, ROOT, WAREHOUSES, WORKBENCH
    from dakehu.pipeline import load_pipeline
    from dakehu.reading import WAREHOUSE_VARIABLE
    from dakehu.workbench.bench import REPORTS_VARIABLE
    from dakehu.workbench.copies import copy_of, write_copy

    name = load_pipeline(pipeline or ROOT / "pipelines" / "demo.toml").name
    warehouse = WAREHOUSES / f"{name}.duckdb"
    if not warehouse.exists():
        source = pipeline or "pipelines/demo.toml"
        raise click.ClickException(f"no warehouse yet: run `dakehu run {source}` first")
    desk = WORKBENCH / name
    if not write_copy(copy_of(NOTEBOOKS / "start_here.ipynb"), desk / "start_here.ipynb"):
        click.echo(f"{desk / 'start_here.ipynb'} has changes of yours and stays as it is")
    command = [
        str(Path(sys.executable).with_name("jupyter-lab")),
        f"--notebook-dir={desk}",
        "--LabApp.default_url=/lab/tree/start_here.ipynb",
    ]
    if os.geteuid() == 0:  # as in a container; it listens on this machine only, behind a token
        command.append("--allow-root")
    configured = os.environ.get("JUPYTER_CONFIG_PATH")
    environment = os.environ | {
        WAREHOUSE_VARIABLE: str(warehouse),
        REPORTS_VARIABLE: str(REPORTS / name),
        "JUPYTER_PREFER_ENV_PATH": "1",  # not a kernel of the same name in the home folder
        # Switches off the news and the look for updates: nothing is asked of the network.
        "JUPYTER_CONFIG_PATH": os.pathsep.join(
            [str(PACKAGE / "workbench" / "jupyter"), *filter(None, [configured])]
        ),
    }
    os.execve(command[0], command, environment)


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
