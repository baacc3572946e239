"""The first hour: init, demo."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from dakehu.cli.group import main


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
