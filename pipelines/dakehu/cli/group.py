"""The group that every command joins, and the options that several share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from dakehu.exits import EXIT_CODES, Commands
from dakehu.terminal import harmless

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


def say_unless(quiet: bool) -> Callable[[str], None]:
    """What takes the words of progress: nothing where the command is to be quiet."""
    return (lambda _: None) if quiet else lambda text: click.echo(harmless(text))
