"""Runs with nobody watching: schedule, notify."""

from __future__ import annotations

from pathlib import Path

import click

from dakehu.cli.group import PIPELINE, main
from dakehu.paths import REPORTS


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
    if not runs or runs[-1].get("is_told") or runs[-1]["run_id"] == publication.at_work():
        return
    if trouble := tell(loaded, runs[-1], str(publication.portal), date.today()):
        raise click.ClickException(trouble)
    publication.note({"run_id": runs[-1]["run_id"], "is_told": True})
