"""The `dakehu` command. It parses, calls, and turns errors into one line and an exit code."""

from dakehu.cli import looking, running, scheduling, starting
from dakehu.cli.group import main

__all__ = ["looking", "main", "running", "scheduling", "starting"]
