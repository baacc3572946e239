"""The pipeline file: one TOML document as typed values, with errors that name the key."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date
from fnmatch import fnmatchcase
from glob import escape, glob
from pathlib import Path
from typing import Annotated, Any, Literal
from zipfile import BadZipFile, ZipFile

from pydantic import Field, ValidationError, field_validator, model_validator

from dakehu.audiences.definition import Audience
from dakehu.cron import calendars
from dakehu.source import Files, Join, Mapping, Scalar, Source, SourceFile, Strict, nearest

Occasion = Literal["success", "unchanged", "failure", "refused", "stale"]
AudienceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
# A value that `dakehu init` could not know; the person who does writes it in its place.
QUESTION = "?"
STALE_AFTER_DAYS = 45  # where no [notify] says otherwise
INSIDE = re.compile(r"(.+\.zip)/(.+)", re.IGNORECASE)


class PipelineError(ValueError):
    """The pipeline file says something that cannot be; one sentence names the file and the key."""


class Title(Strict):
    """The company's name in both languages."""

    zh: str
    en: str


class Schedule(Strict):
    """When a scheduler should run the pipeline, and what it allows a run.

    A run that failed (exit code 1, or killed) is started again `retries` times, each
    `retry_minutes` later; one that was refused, or is wrong, would only be so again.
    """

    cron: str
    timeout_minutes: Annotated[int, Field(ge=1)] = 120
    memory_gib: Annotated[float, Field(gt=0)] = 4.0
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    retry_minutes: Annotated[int, Field(ge=1)] = 15

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, cron: str) -> str:
        calendars(cron)
        return cron


class Notify(Strict):
    """Whom to tell how a run ended: `urls` names an environment variable with apprise URLs."""

    urls: Annotated[str, Field(pattern=r"^\$[A-Za-z_][A-Za-z0-9_]*$")]
    on: tuple[Occasion, ...] = ("failure", "refused", "stale")
    stale_after_days: Annotated[int, Field(ge=1)] = STALE_AFTER_DAYS


class Pipeline(Strict):
    """A pipeline file. `path` is where it was read from; file patterns are relative to it."""

    path: Path
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    title: Title
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    as_of: date | Literal["last_complete_month"] = "last_complete_month"
    fiscal_month_end_day: int = Field(31, ge=1, le=31)
    source: tuple[Source, ...] = Field(min_length=1)
    parties: Annotated[str, Field(pattern=r"(?i)\.(csv|tsv|txt)$")] | None = None
    policy: dict[str, dict[str, Any]] = Field(default_factory=dict)
    reports: dict[str, dict[str, Scalar]] = Field(default_factory=dict)
    audience: dict[AudienceName, Audience] = Field(default_factory=dict)
    schedule: Schedule | None = None
    notify: Notify | None = None

    @property
    def stale_after_days(self) -> int | None:
        """Pages whose date lies further back than so many days are old; None: no run is due."""
        if self.notify:
            return self.notify.stale_after_days
        return STALE_AFTER_DAYS if self.schedule else None

    @model_validator(mode="after")
    def _has_sales(self) -> Pipeline:
        numbered = {"line_no" in s.columns for s in self.source if s.table == "order_lines"}
        if not numbered:
            raise ValueError(
                "no [[source]] feeds order_lines; without sales there is nothing to report"
            )
        if len(numbered) > 1:
            raise ValueError("map line_no in every [[source]] of order_lines, or in none")
        return self

    @model_validator(mode="after")
    def _audiences_have_reports(self) -> Pipeline:
        for name, audience in self.audience.items():
            for report in audience.reports or ():
                if report not in self.reports:
                    hint = nearest(report, self.reports)
                    raise ValueError(f'audience.{name}: no report "{report}" in this file{hint}')
        return self

    def expand(self, files: Files) -> list[SourceFile]:
        """The files behind the patterns, in order of name; an archive stands for its members.

        A pattern may reach into an archive: `archive.zip/2024/*.csv`.

        Raises:
            PipelineError: a pattern finds no file, or an archive cannot be opened.
        """
        found: dict[SourceFile, None] = {}
        for pattern in files.files:
            inside = INSIDE.fullmatch(pattern)
            outer, inner = inside.groups() if inside else (pattern, "*")
            base = self.path.parent
            found_here = glob(os.path.join(escape(str(base)), outer), recursive=True)
            matches = [
                file
                for path in map(Path, sorted(found_here))
                if path.is_file()
                for file in listed(path, self._label(path), inner)
            ]
            if not matches:
                raise PipelineError(
                    f'{self.path.name}: files = "{pattern}" finds no file (looked from {base})'
                )
            found |= dict.fromkeys(matches)
        return list(found)

    def _label(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.path.parent)).as_posix()


def listed(path: Path, label: str, pattern: str = "*") -> list[SourceFile]:
    """The file itself, or the members of an archive whose names match; `label` is the file's.

    Raises:
        PipelineError: the archive cannot be opened.
    """
    if path.suffix.lower() != ".zip":
        return [SourceFile(path, "", label)]
    try:
        with ZipFile(path) as archive:
            names = sorted(n.filename for n in archive.infolist() if not n.is_dir())
    except (BadZipFile, OSError) as error:
        raise PipelineError(f"{path.name} cannot be opened as an archive: {error}") from None
    # What a Mac adds to an archive is no data.
    own = [name for name in names if not name.startswith("__MACOSX/")]
    return [SourceFile(path, n, f"{label}/{n}") for n in own if fnmatchcase(n, pattern)]


def load_pipeline(path: Path) -> Pipeline:
    """Read and judge a pipeline file.

    Raises:
        PipelineError: it is no TOML, has an unknown key, a value that cannot be, or a question
            that nobody has answered.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PipelineError(f"{path} cannot be opened: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PipelineError(f"{path.name} is no TOML file: {error}") from None
    if open_questions := _questions(document, ""):
        raise PipelineError(f"{path.name} still asks: {'; '.join(open_questions)}")
    try:
        return Pipeline.model_validate(document | {"path": path.resolve()})
    except ValidationError as error:
        raise PipelineError(f"{path.name}: {_first(error)}") from None


ANSWERS = {
    "tax": "0 when the amount is without tax, else the rate (0.13) or the heading that holds it",
    "currency": "three letters, such as CNY",
    "fiscal_month_end_day": "31, or 25 where the month closes on the 25th",
    "format": "how a date is written, such as %m/%d/%Y",
}


def _questions(value: Any, key: str) -> list[str]:
    """The keys whose value is still the question mark, each with what to write there."""
    if value == QUESTION and not key.endswith(".delimiter"):
        answer = ANSWERS.get(key.rsplit(".", 1)[-1], "the heading of its column")
        return [f'{key} = "?" (write {answer})']
    if isinstance(value, dict):
        return [q for k, v in value.items() for q in _questions(v, f"{key}.{k}".lstrip("."))]
    if isinstance(value, list):  # of tables; "?" in a list of words is a word
        tables_of_key = [(i, v) for i, v in enumerate(value, 1) if isinstance(v, dict)]
        return [q for i, v in tables_of_key for q in _questions(v, f"{key}[{i}]")]
    return []


def _first(error: ValidationError) -> str:
    errors = error.errors()  # a key that is not known explains best why another is missing
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    location = [part for part in first["loc"] if part != "path"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    text = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        fields = _table_at(location[:-1]).model_fields.items()
        known = {field.alias or name for name, field in fields} - {"path"}
        text = f"unknown key{nearest(str(location[-1]), known)}"
    elif first["type"] == "missing":
        text = "is missing"
    elif "input" in first and isinstance(first["input"], Scalar):
        text += f" (it is {first['input']!r})"
    return f"{key.lstrip('.')}: {text}" if key else text


def _table_at(location: list[Any]) -> type[Strict]:
    """The model of the TOML table that `location` leads to."""
    models = {
        "title": Title,
        "schedule": Schedule,
        "notify": Notify,
        "join": Join,
        "columns": Mapping,
        "audience": Audience,
    }
    innermost = (models[part] for part in reversed(location) if part in models)
    return next(innermost, Source if location else Pipeline)
