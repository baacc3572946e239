"""One [[source]] of a pipeline file: its files or its query, where each column comes from."""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from dakehu.schema import tables

Scalar = str | int | float | bool
Format = Literal["csv", "xlsx", "parquet", "jsonl"]

# What a number in a unit is multiplied by.
UNITS = {
    "分": "0.01",
    "千元": "1000",
    "万元": "10000",
    "亿元": "100000000",
    "thousand": "1000",
    "million": "1000000",
}

VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")
# What a text file or a workbook cannot tell, and a database does.
ONLY_OF_FILES = {
    "format",
    "encoding",
    "sheet",
    "delimiter",
    "header_row",
    "footer_rows",
    "decimal",
    "thousands",
}


class SourceFile(NamedTuple):
    """A file to read: `member` names the part of a .zip archive, "" for a file of its own.

    `label` is what reports call it: the path relative to the pipeline file, or the query whose
    rows the file keeps.
    """

    path: Path
    member: str
    label: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.label.rsplit("/", 1)[-1]


class Strict(BaseModel):
    """A TOML table that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Mapping(Strict):
    """Where a canonical column comes from, and what has to be done to it on the way.

    The origin is a heading, an SQL expression or a constant. `unit`, `factor` and `tax` turn a
    number into the canonical unit; `codes` maps a source's words; `missing` are cell texts that
    mean no value, `*` standing for anything.
    """

    source: str | None = Field(None, alias="from")
    format: str | None = None
    unit: str | None = None
    factor: Decimal | str | None = None
    tax: Decimal | str | None = None
    codes: dict[str, Scalar] = {}
    missing: tuple[str, ...] = ()
    sql: str | None = None
    value: Scalar | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Mapping:
        if sum(given is not None for given in (self.source, self.sql, self.value)) != 1:
            raise ValueError("give exactly one of from, sql, value")
        if self.source is None and (self.format or self.codes or self.missing):
            raise ValueError("format, codes and missing go with from")
        if self.unit is not None and self.unit not in UNITS:
            raise ValueError(f'no unit "{self.unit}"; it may be {", ".join(UNITS)}')
        if self.value is not None and self.is_converted:
            raise ValueError("unit, factor and tax go with from or sql")
        if self.format and ("%z" in self.format or "%Z" in self.format):
            raise ValueError("format cannot hold a zone, as a date is local; convert it with sql")
        if self.codes and (self.is_converted or self.format):
            raise ValueError("codes stand alone, without unit, factor, tax or format")
        if isinstance(self.tax, Decimal) and not 0 <= self.tax < 100:
            raise ValueError("tax is a rate: 0, or 0.13 (13 means 13 % too)")
        if isinstance(self.factor, Decimal) and self.factor <= 0:
            raise ValueError("factor is above 0")
        return self

    @property
    def is_converted(self) -> bool:
        """Whether a number leaves in another unit than it came in."""
        return any(given is not None for given in (self.unit, self.factor, self.tax))

    @property
    def headings(self) -> list[str]:
        """The columns of the file that are named outright, not in SQL."""
        return [name for name in (self.source, self.factor, self.tax) if isinstance(name, str)]


class Files(Strict):
    """What is read: files of one shape, or the rows of a query.

    Files are patterns relative to the pipeline file, with what they cannot tell themselves.
    `database` is the environment variable that holds the database's URL, written `$NAME`.
    """

    files: tuple[str, ...] = ()
    database: str | None = None
    query: str | None = None
    format: Format | None = None
    encoding: Literal["utf-8", "utf-16", "gb18030", "cp1252"] | None = None
    sheet: str | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    header_row: int | tuple[int, int] = 1
    footer_rows: int = Field(0, ge=0)
    missing: tuple[str, ...] = ()
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ","

    @model_validator(mode="after")
    def _files_or_query(self) -> Files:
        # A fault of the whole table: one of the key would be shown with its value, the password.
        if self.database is not None and not VARIABLE.fullmatch(self.database):
            raise ValueError(
                "database names the environment variable that holds the URL, such as "
                '"$SALES_DB"; the URL itself, with its password, does not belong in a file'
            )
        if (self.database is None) != (self.query is None):
            raise ValueError("database and query go together")
        if bool(self.files) == bool(self.database):
            raise ValueError("give either files, or database and query")
        if self.database and (told := sorted(self.model_fields_set & ONLY_OF_FILES)):
            raise ValueError(f"{told[0]} goes with files; a query gives columns, not text to read")
        return self

    @model_validator(mode="after")
    def _two_marks(self) -> Files:
        if self.decimal == self.thousands:
            raise ValueError(f'decimal and thousands are both "{self.decimal}"; set the other one')
        return self

    @field_validator("header_row")
    @classmethod
    def _counted_from_1(cls, header_row: int | tuple[int, int]) -> int | tuple[int, int]:
        first, last = header_row if isinstance(header_row, tuple) else (header_row, header_row)
        if first < 1 or last - first > 1 or last < first:
            raise ValueError("rows count from 1; two heading rows follow each other")
        return header_row

    @property
    def header_rows(self) -> tuple[int, ...]:
        """The rows of the headings; two where groups of columns share a merged cell."""
        return self.header_row if isinstance(self.header_row, tuple) else (self.header_row,)


class Join(Files):
    """What is joined to a source before it is mapped; `on` is SQL over both sides' columns."""

    on: str
    how: Literal["left"] = "left"


class Source(Files):
    """Files or a query that feed one canonical table."""

    table: str
    where: str | None = None
    distinct: bool = False
    join: tuple[Join, ...] = ()
    columns: dict[str, Mapping] = Field(min_length=1)

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
            raise ValueError(f'no canonical table "{self.table}"{nearest(self.table, tables())}')
        known = tables()[self.table].columns
        for name in self.columns:
            if name not in known:
                raise ValueError(f'{self.table} has no column "{name}"{nearest(name, known)}')
        numbered = {"line_no"} if "order_id" in self.columns else set()
        unfilled = (
            {c.name for c in known.values() if c.is_required} - self.columns.keys() - numbered
        )
        if unfilled:
            raise ValueError(
                f"{self.table} needs {', '.join(sorted(unfilled))}; map every one of them"
            )
        return self


def nearest(name: str, known: Any) -> str:
    """A hint at the known name that was probably meant."""
    match = get_close_matches(name, list(known), 1)
    return f' (did you mean "{match[0]}"?)' if match else ""
