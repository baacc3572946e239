"""Writes the parts of docs/ that come out of the code; a test fails when they are out of step.

`python docs/generate.py` rewrites docs/commands.md, docs/definitions.md and docs/schema.md.
"""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click

from dakehu.cli import main
from dakehu.models import codebook
from dakehu.schema import tables

DOCS = Path(__file__).resolve().parent
REPORTS = ("customer_value", "distributor_ranking", "sales_forecast", "data_quality")
MARK = "<!-- Written by docs/generate.py; change the source that it names, not this page. -->\n"


def commands() -> str:
    """Every command with its help, from the command line itself."""
    parts = ["# Commands", MARK]
    root = click.Context(main, info_name="dakehu", terminal_width=90, **main.context_settings)
    for name, command in [("", main), *sorted(main.commands.items())]:
        context = root if not name else click.Context(command, parent=root, info_name=name)
        context.terminal_width = 90
        parts += [f"## dakehu {name}".rstrip(), f"```\n{command.get_help(context)}\n```"]
    return "\n\n".join(parts) + "\n"


def definitions() -> str:
    """Every table that a report writes, from sql/models.yml, and every rule, from its `Policy`."""
    parts = ["# Definitions 口径", MARK, "Sources: `sql/models.yml`, `pipelines/dakehu/analysis/`."]
    for report in REPORTS:
        parts.append(f"## {report}")
        policy = getattr(import_module(f"dakehu.analysis.{report}"), "Policy", None)
        if policy:
            rows = [f"| `{f.name}` | `{getattr(policy(), f.name)!r}` |" for f in fields(policy)]
            parts.append(
                f"Rules, changed under `[policy.{report}]` of the pipeline file:\n\n"
                "| rule | default |\n|---|---|\n" + "\n".join(rows)
            )
        for table, entry in codebook()["reports"][report].items():
            rows = [
                f"| `{column}` | {m['unit']} | {m['en']} | {m['zh']} |"
                for column, m in entry["columns"].items()
            ]
            parts.append(
                f"### {table}\n\n{entry['grain']}\n\n"
                "| column | unit | meaning | 含义 |\n|---|---|---|---|\n" + "\n".join(rows)
            )
    return "\n\n".join(parts) + "\n"


def schema() -> str:
    """The canonical tables that a source can be mapped to, from sql/schema.yml."""
    parts = [
        "# The canonical schema",
        MARK,
        "Source: `sql/schema.yml`. **Bold** columns are required.",
    ]
    for table in tables().values():
        columns = ", ".join(
            f"**{c.name}** {c.kind}" if c.is_required else f"{c.name} {c.kind}"
            for c in table.columns.values()
        )
        key = f" Key: {', '.join(table.key)}." if table.key else ""
        parts.append(f"## {table.name}\n\nOne row is {table.grain}.{key}\n\n{columns}")
    return "\n\n".join(parts) + "\n"


PAGES = {"commands.md": commands, "definitions.md": definitions, "schema.md": schema}

if __name__ == "__main__":
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), "utf-8")
