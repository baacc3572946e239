"""What a run says while it works: lines for a person, or one JSON document a line for a machine."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click

from dakehu.terminal import harmless


@dataclass
class Log:
    """Progress goes to standard output, unless it `is_quiet`; errors go to standard error.

    `about` stands in every JSON document: the pipeline and the id of its run, once they are known.
    `is_one_of_several` puts the pipeline before each line.
    """

    is_json: bool = False
    is_quiet: bool = False
    is_one_of_several: bool = False
    about: dict[str, str] = field(default_factory=dict)

    def say(self, message: str, **facts: Any) -> None:
        """Say how far the work is; `facts` are for machines."""
        if not self.is_quiet:
            self._write("info", message, message, facts)

    def complain(self, message: str, **facts: Any) -> None:
        """Say in one line what went wrong and what to do."""
        self._write("error", message, f"dakehu: {message}", facts)

    def _write(self, level: str, message: str, line: str, facts: dict[str, Any]) -> None:
        if self.is_json:
            said = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", "level": level}
            said |= self.about | {"message": message.strip()} | facts
            # Nothing but visible ASCII: whatever data says, a terminal obeys none of it.
            line = json.dumps(said, default=str).replace("\x7f", "\\u007f")
        elif self.is_one_of_several and self.about:
            line = f"{self.about['pipeline']}: {line}"
        click.echo(harmless(line), err=level == "error")
