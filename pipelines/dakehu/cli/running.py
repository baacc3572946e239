"""From files to pages: run, build, check."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Any

import click

from dakehu.cli.group import AS_OF, FORCE, PIPELINE, QUIET, WAREHOUSE, main, say_unless
from dakehu.exits import EXIT_CODES, LOG
from dakehu.log import Log
from dakehu.paths import REPORTS
from dakehu.terminal import console, progress

CHECK_EXIT_CODES = """\b
Exit codes: 0 a run would be published; 2 the command or the pipeline file is wrong; 3 a data gate
would refuse it, or a file cannot be read."""


@main.command(epilog=EXIT_CODES)
@click.argument(
    "pipelines",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PIPELINE.toml...",
)
@click.option(
    "--report", "reports", multiple=True, metavar="NAME", help="Only this report; repeatable."
)
@AS_OF
@click.option(
    "--lang", "languages", multiple=True, type=click.Choice(["zh", "en"]), help="Repeatable."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=REPORTS,
    help="Output folder.",
)
@WAREHOUSE
@click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a notebook parameter; repeatable.",
)
@click.option(
    "--jobs", type=click.IntRange(1), help="Notebooks side by side; default one per core."
)
@click.option(
    "--pdf",
    is_flag=True,
    help="Each page also as PDF, by the Chromium of this machine, if it has one.",
)
@FORCE
@click.option(
    "--memory",
    callback=lambda _context, _option, value: _gib(value) if value else None,
    metavar="SIZE",
    help="What several pipelines may take together, such as 8GB; default all of the machine's.",
)
@click.option("--profile", is_flag=True, help="Print what each step of the run took.")
@click.option(
    "--log",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Lines for a person, or one JSON document a line.",
)
@QUIET
def run(
    pipelines: tuple[Path, ...],
    quiet: bool,
    jobs: int | None,
    memory: float | None,
    profile: bool,
    form: str,
    **options: Any,
) -> int:
    r"""Load, build, check, run every report in every language, publish, update the portal.

    Then the same for each audience of the pipeline file, on its own rows alone. What rests on the
    same files, rules and program as the last time stands as it is. Several pipelines run side by
    side, as many at once as the memory_gib of their [schedule] allow.

    \b
    dakehu run pipelines/demo.toml
    dakehu run pipelines/demo.toml --report customer_value --lang zh -p window_months=24
    dakehu run pipelines/demo.toml pipelines/online_retail.toml --memory 8GB --log json
    """
    from dakehu.production import Options
    from dakehu.run import run as run_pipeline
    from dakehu.side_by_side import run_all
    from dakehu.stopwatch import Stopwatch

    log = click.get_current_context().meta[LOG] = Log(form == "json", quiet)
    asked = Options(jobs=jobs or _cores(), **options)
    if len(pipelines) > 1:
        return run_all(pipelines, asked, log, memory)
    watch = Stopwatch()
    code = run_pipeline(pipelines[0], asked, log, watch)
    if profile and log.is_json:
        log.say("profile", profile=watch.rows())
    elif profile:
        console().print(watch.table())
    return code


@main.command()
@PIPELINE
@AS_OF
@WAREHOUSE
@FORCE
@QUIET
def build(pipeline: Path, quiet: bool, **options: Any) -> int:
    """Load the sources and publish the warehouse; write no report."""
    from dakehu.build import build as build_warehouse
    from dakehu.pipeline import load_pipeline
    from dakehu.publication import Publication
    from dakehu.run import new_id

    loaded = load_pipeline(pipeline)
    say = say_unless(quiet)
    run_id = new_id()
    with Publication(REPORTS / loaded.name).locked(run_id):
        built = build_warehouse(loaded, run_id=run_id, say=say, **options)
    say(f"warehouse: {built.path}, as of {built.loaded.as_of}")
    return 0


@main.command(epilog=CHECK_EXIT_CODES)
@PIPELINE
@QUIET
def check(pipeline: Path, quiet: bool) -> int:
    """Read and judge the sources, publish nothing: what is loaded, what is wrong, what to do."""
    from dakehu.build import judge
    from dakehu.findings import show, verdict
    from dakehu.pipeline import load_pipeline
    from dakehu.run import new_id

    loaded, named = load_pipeline(pipeline), shlex.quote(str(pipeline))
    with progress(quiet) as say:
        judgement = judge(loaded, run_id=new_id(), say=say)
    if not quiet:
        show(judgement, loaded, named, console())
    elif judgement.refused:
        console(is_error=True).print(verdict(judgement, named))
    return 3 if judgement.refused else 0


def _gib(size: str) -> float:
    match = re.fullmatch(r"([0-9.]+) *([MGT])(?:i?B)?", size, re.IGNORECASE)
    try:
        number, unit = match.groups() if match else ("", "")
        return float(number) * {"m": 2**-10, "g": 1.0, "t": 2.0**10}[unit.lower()]
    except (ValueError, KeyError):
        raise click.BadParameter(f'"{size}" is no size; write such as 8GB or 512MB') from None


def _cores() -> int:
    return os.cpu_count() or 1
