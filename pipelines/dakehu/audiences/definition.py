"""An [audience.<name>] table of a pipeline file: whose rows one group of readers may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, model_validator

from dakehu.source import Strict

# The page on the files of the whole company: what is wrong in them belongs to no audience.
OF_THE_COMPANY = "data_quality"
KINDS = ("regions", "teams", "distributors")
Names = Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Scope:
    """Whose rows a page rests on: by `kind` (one of `KINDS`), the `values`.

    `unplaced` counts, by canonical table, the rows that no audience of this kind gets.
    """

    kind: str
    values: tuple[str, ...]
    is_masked: bool
    unplaced: Mapping[str, int] = field(default_factory=dict)


class Audience(Strict):
    """Exactly one of `regions`, `teams`, `distributors` says whose rows it sees, by name or code.

    Personal data is masked unless `personal_data` is set; `reports` are all but data_quality where
    none is named.
    """

    regions: Names | None = None
    teams: Names | None = None
    distributors: Names | None = None
    personal_data: bool = False
    reports: Names | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Audience:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"give exactly one of {', '.join(KINDS)}")
        if OF_THE_COMPANY in (self.reports or ()):
            raise ValueError(
                f"reports: {OF_THE_COMPANY} speaks of the files of the whole company, "
                "so no audience gets it"
            )
        return self

    @property
    def kind(self) -> str:
        """By what its rows are chosen: one of `KINDS`."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def values(self) -> tuple[str, ...]:
        """The regions, teams or distributors themselves."""
        return getattr(self, self.kind)

    def gets(self, report: str) -> bool:
        """Whether it gets this report at all."""
        return report != OF_THE_COMPANY and (self.reports is None or report in self.reports)
