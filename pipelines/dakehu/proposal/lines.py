"""One line of [source.columns]: where a column comes from, how sure that is, what is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dakehu.pipeline import QUESTION as OPEN
from dakehu.proposal.matching import Choice, Match, coded
from dakehu.proposal.shapes import Shape
from dakehu.proposal.synonyms import heading, normal
from dakehu.proposal.values import is_point_number
from dakehu.schema import NUMBERS, Column, tables
from dakehu.sources.relation import literal, quoted

FEW = 50  # values that a code map may list


@dataclass(frozen=True)
class Line:
    """`origin` is what stands behind the column's name in the TOML; `question` stands above it."""

    origin: str | dict[str, Any]
    level: str
    samples: tuple[str, ...] = ()
    note: str = ""
    question: str = ""

    @property
    def heading(self) -> str | None:
        """The source column, where the line takes it as it stands."""
        if isinstance(self.origin, str):
            return self.origin if self.origin != OPEN else None
        return self.origin.get("from")


@dataclass(eq=False)
class Feed:
    """A [[source]]: the files of `shape` feed `table`; one that `is_off` is a comment."""

    table: str
    shape: Shape
    lines: dict[str, Line]
    where: str | None = None
    distinct: bool = False
    notes: list[str] = field(default_factory=list)
    is_off: bool = False

    @property
    def missing(self) -> list[str]:
        """Texts in the mapped columns that mean no value wherever they stand."""
        used = [line.heading for line in self.lines.values()]
        return sorted({text for h in used if h for text in self.shape.values(h).null_texts})


def identifier(shape: Shape, name: str) -> str:
    """A column of a source in SQL."""
    return f"source.{quoted(name)}" if shape.is_ambiguous(name) else quoted(name)


def number(shape: Shape, name: str) -> str:
    """A column of a source in SQL, as a number."""
    column = identifier(shape, name)
    return column if shape.native(name) == "number" else f"number({column})"


def lines(table: str, match: Match, shape: Shape) -> dict[str, Line]:
    """The lines of a whole match, in the order of the schema."""
    columns = tables()[table].columns.values()
    return {c.name: line(table, c, match[c.name], shape) for c in columns if c.name in match}


def line(table: str, column: Column, choice: Choice, shape: Shape) -> Line:
    """The line of one column, with what its values need."""
    text, values = choice.heading, shape.values(choice.heading)
    samples, question, options = tuple(values.samples()), "", {}
    if column.kind in ("date", "time"):
        pattern = shape.date_format(text)
        if pattern:
            options["format"] = pattern
        if pattern == OPEN:
            question = _order_of_days(samples[0])
        marks = values.dates.marks
    elif column.kind in NUMBERS:
        marks = values.numbers.marks
        if column.kind in ("money", "price") and heading(text).unit:
            options["unit"] = heading(text).unit
    else:
        marks = ()
    if marks:
        options["missing"] = list(marks)
    sql = None
    if column.kind == "text" and (meant := coded(table, column.name, values)):
        if len(meant) == values.distinct:
            options["codes"] = meant
        elif values.distinct <= FEW:
            sql = _case(shape, text, meant)
    elif column.name.endswith("rate") and _is_percentage(shape, text):
        sql = f"{number(shape, text)} / 100"
    elif text_is_first_name := _first_name(table, column, text, shape):
        sql = f"concat_ws(' ', {text_is_first_name}, {identifier(shape, text)})"
    if sql is None and (shape.is_ambiguous(text) or text == OPEN):
        sql = identifier(shape, text)
    origin: str | dict[str, Any] = {"sql": sql} if sql else {"from": text, **options}
    if origin == {"from": text}:
        origin = text
    return Line(origin, choice.level, samples, _gaps(column, shape, text), question)


def constant(value: str | int, note: str) -> Line:
    """A line with the same value in every row."""
    return Line({"value": value}, "guess", (), note)


def open_line(question: str) -> Line:
    """A line that a person has to complete."""
    return Line(OPEN, "guess", (), "", question)


def _gaps(column: Column, shape: Shape, text: str) -> str:
    values = shape.values(text)
    gaps = values.rows - values.filled
    if column.is_required and gaps:
        return f"{gaps:,} of {values.rows:,} rows have none"
    return ""


def _order_of_days(sample: str) -> str:
    mark = next(c for c in sample if not c.isdigit())
    year = "%Y" if len(sample.split(mark)[2].split()[0]) == 4 else "%y"
    return (
        f"Is {sample} written day first or month first? "
        f'Write "%d{mark}%m{mark}{year}" or "%m{mark}%d{mark}{year}".'
    )


def _case(shape: Shape, text: str, meant: dict[str, str]) -> str:
    column = identifier(shape, text)
    branches = " ".join(f"when {literal(raw)} then {literal(code)}" for raw, code in meant.items())
    return f"case {column} {branches} else {column} end"


def _is_percentage(shape: Shape, text: str) -> bool:
    """Whether shares are written as 13 for 13 %."""
    counts = shape.values(text).counts
    plain = [t for t in counts if is_point_number(t) and "%" not in t]
    return any(float(t.replace(",", "")) > 1 for t in plain if t.replace(".", "", 1).isdigit())


def _first_name(table: str, column: Column, text: str, shape: Shape) -> str | None:
    if (table, column.name) != ("people", "name") or normal(text) != "lastname":
        return None
    first = next((h for h in shape.headings if normal(h) == "firstname"), None)
    return identifier(shape, first) if first else None
