"""How a command ends: errors as one line on standard error, and the contract's exit codes."""

from __future__ import annotations

import sys
from typing import Any

import click

from dakehu.log import Log

LOG = "dakehu.log"  # where a command keeps the log that its errors go to, in the meta of click
EXIT_CODES = """\b
Exit codes: 0 every report written; 1 a report failed, the others stand; 2 the command or the
pipeline file is wrong; 3 a data gate refused; 4 the same pipeline is already running;
130 interrupted. Pages of earlier runs stay untouched unless a new one takes their place whole."""


class Commands(click.Group):
    """Turns the project's errors into one line on standard error and the contract's exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit with what it returns."""
        try:
            code = super().invoke(ctx)
        except click.ClickException:
            raise
        except Exception as error:
            code = exit_code(error)
            if code is None:
                raise
            ctx.meta.get(LOG, Log()).complain(str(error))
        sys.exit(code or 0)


def exit_code(error: Exception) -> int | None:
    """The contract's exit code of an error of the project, None of any other."""
    from dakehu.build import GateRefused
    from dakehu.comparison import NotPublished
    from dakehu.pipeline import PipelineError
    from dakehu.plan import PlanError
    from dakehu.publication import AlreadyRunning
    from dakehu.sources import LoadError

    codes: dict[type[Exception], int] = {
        PipelineError: 2,
        PlanError: 2,
        NotPublished: 2,
        LoadError: 3,
        GateRefused: 3,
        AlreadyRunning: 4,
    }
    return next((code for kind, code in codes.items() if isinstance(error, kind)), None)
