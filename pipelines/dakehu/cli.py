"""The `dakehu` command. It parses, calls, and turns errors into one line and an exit code."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dakehu.exits import EXIT_CODES, Commands
from dakehu.paths import NOTEBOOKS, REPORTS
from dakehu.terminal import console, harmless, progress

CHECK_EXIT_CODES = """\b
Exit codes: 0 a run would be published; 2 the command or the pipeline file is wrong; 3 a data gate
would refuse it, or a file cannot be read."""

PIPELINE = click.argument(
    "pipeline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PIPELINE.toml",
)
WAREHOUSE = click.option(
    "--warehouse",
    type=click.Path(dir_okay=False, path_type=Path),
    help="DuckDB file to publish; default warehouse/<pipeline>.duckdb.",
)
AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    callback=lambda _context, _option, value: value.date() if value else None,
    metavar="YYYY-MM-DD",
    help="Speak as of this date instead of the pipeline file's.",
)
FORCE = click.option(
    "--force",
    is_flag=True,
    help="Make everything anew, and publish, marked, although a data gate refuses.",
)
QUIET = click.option("--quiet", is_flag=True, help="Print errors only.")


@click.group(
    cls=Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="dakehu")
def main() -> None:
    """From sales exports to three reports: customer value, distributor ranking, sales forecast.

    A pipeline is one TOML file: which files are read, what their columns mean, which rules apply,
    which reports are wanted. Start with `dakehu demo` and `dakehu run pipelines/demo.toml`, then
    let `dakehu init FOLDER` propose one for your own exports.
    """


@main.command(epilog=EXIT_CODES)
@PIPELINE
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
@FORCE
@QUIET
def run(pipeline: Path, quiet: bool, jobs: int | None, **options: Any) -> int:
    r"""Load, build, check, run every report in every language, publish, update the portal.

    What rests on the same files, rules and program as the last time stands as it is.

    \b
    dakehu run pipelines/demo.toml
    dakehu run pipelines/demo.toml --report customer_value --lang zh -p window_months=24
    """
    from dakehu.run import Options
    from dakehu.run import run as run_pipeline

    return run_pipeline(pipeline, Options(jobs=jobs or _cores(), **options), _say(quiet))


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
    say = _say(quiet)
    with Publication(REPORTS / loaded.name).locked():
        built = build_warehouse(loaded, run_id=new_id(), say=say, **options)
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
@PIPELINE
@click.option("--cron", is_flag=True, help="Print a line for crontab instead.")
def schedule(pipeline: Path, cron: bool) -> None:
    """Print the systemd service and timer that run PIPELINE.toml as its [schedule] says.

    Nothing is installed; the last lines say how to. A failed run is started again as [schedule]
    allows; one that a data gate refused is not.
    """
    from dakehu.pipeline import load_pipeline
    from dakehu.schedule import cron_line, units

    loaded = load_pipeline(pipeline)
    click.echo(cron_line(loaded) if cron else units(loaded), nl=False)


@main.command()
@PIPELINE
def notify(pipeline: Path) -> None:
    """Tell how the last run of PIPELINE.toml ended, if nobody has been told; for `OnFailure`.

    A run tells by itself what [notify] asks for. One that was killed outright cannot: this does.
    """
    from datetime import date

    from dakehu.notification import notify as tell
    from dakehu.pipeline import load_pipeline
    from dakehu.publication import Publication

    loaded = load_pipeline(pipeline)
    publication = Publication(REPORTS / loaded.name)
    runs = publication.history()
    if not runs or runs[-1].get("is_told"):
        return
    if trouble := tell(loaded, runs[-1], str(publication.portal), date.today()):
        raise click.ClickException(trouble)
    publication.note({"run_id": runs[-1]["run_id"], "is_told": True})


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
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Pipeline file to write; default pipelines/<folder>.toml. Never overwritten.",
)
def init(folder: Path, target: Path | None) -> None:
    """Look at the files in FOLDER and propose a pipeline file for them.

    Every line says how sure it is and shows two values. What the files cannot tell (is tax inside
    the amounts?) stands as "?" with its question above; answer, then `dakehu check` the file.
    """
    from dakehu.paths import ROOT
    from dakehu.pipeline import QUESTION
    from dakehu.proposal import name_of, propose

    target = target or _near(ROOT / "pipelines" / f"{name_of(folder)}.toml")
    if target.exists():
        raise click.ClickException(f"{target} exists already; move it away, or name another --out")
    text = propose(folder, target)
    target.write_text(text, "utf-8")
    asked = [
        f"{number}"
        for number, line in enumerate(text.splitlines(), 1)
        if f'"{QUESTION}"' in line and not line.startswith("#")
    ]
    click.echo(f"pipeline file: {target}")
    if asked:
        lines = f"line{'s' * (len(asked) > 1)} {', '.join(asked)}"
        click.echo(f'write the answer in place of each "{QUESTION}": {lines}')
    click.echo(f"next: dakehu check {shlex.quote(str(target))}")


@main.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--scale", type=click.FloatRange(0.1, 100), default=1.0, help="Times the customers and orders."
)
@click.option("--seed", type=int, help="Another company with the same stories.")
def demo(directory: Path, scale: float, seed: int | None) -> None:
    """Write the source files of an invented manufacturer: orders, sell-out, stock, tenders."""
    from dakehu.demo import write

    write(directory, scale=scale, **({} if seed is None else {"seed": seed}))
    click.echo(
        f"demo company written to {directory}; its planted truths: {directory / 'truth.json'}"
    )


def _near(path: Path) -> Path:
    """The path as a person here would write it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _cores() -> int:
    return os.cpu_count() or 1


def _say(quiet: bool) -> Callable[[str], None]:
    return (lambda _: None) if quiet else lambda text: click.echo(harmless(text))
