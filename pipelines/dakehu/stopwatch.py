"""Where the seconds of a run go, step by step."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.table import Table

RUN = "run"


class Spent(NamedTuple):
    """The seconds that a step of the run, or of one of its reports, took by the clock."""

    where: str
    step: str
    seconds: float


@dataclass
class Stopwatch:
    """The steps of a run that have ended, in that order. Reports are made side by side."""

    spent: list[Spent] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, where: str = RUN) -> Generator[None]:
        """Measure what is done inside, however it ends."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(where, name, time.perf_counter() - began)

    def add(self, where: str, step: str, seconds: float) -> None:
        """Note a step that was measured elsewhere."""
        self.spent.append(Spent(where, step, round(seconds, 3)))

    def rows(self) -> list[dict[str, str | float]]:
        """The steps as JSON."""
        return [spent._asdict() for spent in self.spent]

    def table(self) -> Table:
        """The steps as a person reads them: those of the run, then those of each report."""
        from rich.table import Table

        table = Table("where", "step", title="Where the seconds went", title_justify="left")
        table.add_column("seconds", justify="right")
        for place in dict.fromkeys([RUN, *(spent.where for spent in self.spent)]):
            for where, step, seconds in self.spent:
                if where == place:
                    table.add_row(where, step, f"{seconds:.2f}")
            table.add_section()
        return table
