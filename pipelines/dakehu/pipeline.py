"""The pipeline file: one TOML document as typed values, with errors that name the key."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from difflib import get_close_matches
from glob import escape, glob
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from dakehu.schema import tables

Scalar = str | int | float | bool


class PipelineError(ValueError):
    """The pipeline file says something that cannot be; one sentence names the file and the key."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Mapping(_Strict):
    """Where a canonical column comes from: a source column, an SQL expression or a constant."""

    source: str | None = Field(None, alias="from")
    format: str | None = None
    sql: str | None = None
    value: Scalar | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Mapping:
        if sum(given is not None for given in (self.source, self.sql, self.value)) != 1:
            raise ValueError("give exactly one of from, sql, value")
        if self.format and self.source is None:
            raise ValueError("format goes with from")
        return self


class Files(_Strict):
    """Files of one shape: patterns relative to the pipeline file, and what they cannot tell."""

    files: tuple[str, ...] = Field(min_length=1)
    format: Literal["csv", "xlsx", "parquet"] | None = None
    encoding: Literal["utf-8", "utf-16", "gb18030", "cp1252"] | None = None
    sheet: str | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    header_row: int = Field(1, ge=1)
    footer_rows: int = Field(0, ge=0)
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ","

    @model_validator(mode="after")
    def _two_marks(self) -> Files:
        if self.decimal == self.thousands:
            raise ValueError(f'decimal and thousands are both "{self.decimal}"; set the other one')
        return self


class Join(Files):
    """Files joined to a source before it is mapped; `on` is SQL over both sides' columns."""

    on: str
    how: Literal["left"] = "left"


class Source(Files):
    """Files that feed one canonical table."""

    table: str
    where: str | None = None
    distinct: bool = False
    join: tuple[Join, ...] = ()
    columns: dict[str, Mapping] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _no_database_yet(cls, given: Any) -> Any:
        if isinstance(given, dict) and "database" in given:
            raise ValueError("database sources are not read yet; export the query to a file")
        return given

    @field_validator("columns", mode="before")
    @classmethod
    def _short_form(cls, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        return {
            name: {"from": origin} if isinstance(origin, str) else origin
            for name, origin in columns.items()
        }

    @model_validator(mode="after")
    def _canonical(self) -> Source:
        if self.table not in tables():
            raise ValueError(f'no canonical table "{self.table}"{_nearest(self.table, tables())}')
        known = tables()[self.table].columns
        for name in self.columns:
            if name not in known:
                raise ValueError(f'{self.table} has no column "{name}"{_nearest(name, known)}')
        numbered = {"line_no"} if "order_id" in self.columns else set()
        unfilled = (
            {c.name for c in known.values() if c.is_required} - self.columns.keys() - numbered
        )
        if unfilled:
            raise ValueError(
                f"{self.table} needs {', '.join(sorted(unfilled))}; map every one of them"
            )
        return self


class Title(_Strict):
    """The company's name in both languages."""

    zh: str
    en: str


class Schedule(_Strict):
    """When a scheduler should run the pipeline."""

    cron: str


class Pipeline(_Strict):
    """A pipeline file. `path` is where it was read from; file patterns are relative to it."""

    path: Path
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    title: Title
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    languages: tuple[Literal["zh", "en"], ...] = ("zh", "en")
    as_of: date | Literal["last_complete_month"] = "last_complete_month"
    fiscal_month_end_day: int = Field(31, ge=1, le=31)
    source: tuple[Source, ...] = Field(min_length=1)
    policy: dict[str, dict[str, Any]] = {}
    reports: dict[str, dict[str, Scalar]] = {}
    schedule: Schedule | None = None

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

    def expand(self, files: Files) -> list[Path]:
        """The files behind the patterns, in order of name.

        Raises:
            PipelineError: a pattern finds no file.
        """
        found: dict[Path, None] = {}
        for pattern in files.files:
            base = self.path.parent
            found_here = glob(os.path.join(escape(str(base)), pattern), recursive=True)
            matches = [path for path in map(Path, sorted(found_here)) if path.is_file()]
            if not matches:
                raise PipelineError(
                    f'{self.path.name}: files = "{pattern}" finds no file (looked from {base})'
                )
            found |= dict.fromkeys(matches)
        return list(found)


def load_pipeline(path: Path) -> Pipeline:
    """Read and judge a pipeline file.

    Raises:
        PipelineError: it is no TOML, has an unknown key, or a value that cannot be.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PipelineError(f"{path} cannot be opened: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PipelineError(f"{path.name} is no TOML file: {error}") from None
    try:
        return Pipeline.model_validate(document | {"path": path.resolve()})
    except ValidationError as error:
        raise PipelineError(f"{path.name}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    errors = error.errors()  # a key that is not known explains best why another is missing
    first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    location = [part for part in first["loc"] if part != "path"]
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    text = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        fields = _table_at(location[:-1]).model_fields.items()
        known = {field.alias or name for name, field in fields} - {"path"}
        text = f"unknown key{_nearest(str(location[-1]), known)}"
    elif first["type"] == "missing":
        text = "is missing"
    elif "input" in first and isinstance(first["input"], Scalar):
        text += f" (it is {first['input']!r})"
    return f"{key.lstrip('.')}: {text}" if key else text


def _table_at(location: list[Any]) -> type[_Strict]:
    """The model of the TOML table that `location` leads to."""
    models = {"title": Title, "schedule": Schedule, "join": Join, "columns": Mapping}
    innermost = (models[part] for part in reversed(location) if part in models)
    return next(innermost, Source if location else Pipeline)


def _nearest(name: str, known: Any) -> str:
    match = get_close_matches(name, list(known), 1)
    return f' (did you mean "{match[0]}"?)' if match else ""
