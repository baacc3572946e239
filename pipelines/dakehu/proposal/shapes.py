"""Files of one shape: tables with the same headings in one folder, seen as one."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from glob import escape
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from dakehu.proposal.folder import items
from dakehu.proposal.reading import SAMPLE_ROWS, Extract, extracts
from dakehu.proposal.values import DAY_MONTH, Values, is_comma_number, shows_comma
from dakehu.sources.decoding import LoadError

WHOLE_FILES = 5  # so many files whose names differ by numbers are read far, of others the head
FEW_ROWS = 1_000


@dataclass(frozen=True, eq=False)
class Shape:
    """Tables of one shape; `patterns` select their files from the folder.

    `joined` is the shape whose columns stand beside its own, `on` the columns that join them (its
    own, the joined one's).
    """

    members: tuple[Extract, ...]
    patterns: tuple[str, ...]
    headings: tuple[str, ...]
    frame: pl.DataFrame
    joined: Shape | None = None
    on: tuple[str, str] = ("", "")
    memory: dict[object, Any] = field(default_factory=dict)  # what was found out, by what was asked

    @property
    def first(self) -> Extract:
        """The first table; all of them have its layout."""
        return self.members[0]

    @cached_property
    def shown(self) -> str:
        """The name for people."""
        more = len(self.members) - 1
        return f"{self.first.shown} and {more} more" if more else self.first.shown

    @cached_property
    def is_whole(self) -> bool:
        """Whether `frame` has every row of the files."""
        return self.frame.height == sum(m.frame.height for m in self.members) and all(
            m.is_whole for m in self.members
        )

    @cached_property
    def has_comma(self) -> bool:
        """Whether numbers are written with a decimal comma."""
        return any(shows_comma(self._counts(heading)) for heading in self.headings)

    @cached_property
    def thousands(self) -> str:
        """What stands between thousands where the decimal mark is a comma."""
        cells = (text for h in self.headings for text in self._counts(h) if is_comma_number(text))
        return " " if any(re.search(r"\d[ \u00a0]\d", text) for text in cells) else "."

    def native(self, heading: str) -> str | None:
        """The kind of a column that is no text in the file: "number", "date"."""
        return self.owner(heading).first.native.get(heading)

    @cached_property
    def is_plain_join(self) -> bool:
        """Whether both sides call the column of the join alike, by a name without odd marks."""
        return self.on[0] == self.on[1] and self.on[0].isidentifier()

    def is_ambiguous(self, heading: str) -> bool:
        """Whether both sides of a join have a column of that name."""
        if self.joined is None or (heading == self.on[0] and self.is_plain_join):
            return False
        both = {h.lower() for h in self.joined.first.headings}
        return heading in self.first.headings and heading.lower() in both

    def owner(self, heading: str) -> Shape:
        """The shape whose files have the column: this one or the joined one."""
        own = self.joined is None or heading in self.first.headings
        return self if own or self.joined is None else self.joined

    def values(self, heading: str) -> Values:
        """What stands in a column."""
        if heading not in self.memory:
            counts, native = self._counts(heading), self.native(heading)
            self.memory[heading] = Values(counts, self.frame.height, native, self.has_comma)
        return self.memory[heading]

    def date_format(self, heading: str) -> str | None:
        """The format of a date column.

        Where day and month cannot be told apart, that of another column of the file, or "?".
        """
        own = self.values(heading).dates
        if own.format != "?":
            return own.format
        alike = (self.values(other).dates for other in self.headings if other != heading)
        told = {fit.format for fit in alike if fit.share >= 0.95 and fit.format in DAY_MONTH}
        fitting = [f for f in sorted(told) if self.values(heading).reads(f)]
        return fitting[0] if len(fitting) == 1 else "?"

    def _counts(self, heading: str) -> Counter[str]:
        return Counter(self.frame[heading].drop_nulls().to_list())


def shapes(folder: Path, scratch: Path) -> tuple[list[Shape], list[str]]:
    """The shapes in a folder in order of name, and a sentence for each file that is no table."""
    groups: dict[tuple[object, ...], list[Extract]] = defaultdict(list)
    complaints, names = [], []
    alike: Counter[str] = Counter()
    for item in items(folder, scratch):
        if isinstance(item, LoadError):
            complaints.append(str(item))
            continue
        names.append(item.shown)
        place = PurePosixPath(item.shown)
        kin = re.sub(r"\d+", "", item.shown)
        alike[kin] += 1
        is_early = alike[kin] <= WHOLE_FILES
        found = 0
        try:
            for extract in extracts(item, scratch, SAMPLE_ROWS if is_early else FEW_ROWS):
                found += 1
                if isinstance(extract, LoadError):
                    complaints.append(str(extract))
                else:
                    groups[_likeness(extract)].append(extract)
        except LoadError as error:
            complaints.append(str(error))
        else:
            if not found and place.suffix.lower() != ".txt":  # a note beside the data is no fault
                complaints.append(f"{item.shown} holds no table with headings")
    return [_shape(members, names) for members in groups.values()], complaints


def _likeness(extract: Extract) -> tuple[object, ...]:
    """What tables must have in common to be read by one [[source]]."""
    place = PurePosixPath(extract.item.shown)
    return (
        place.parent, _suffix(place), extract.sheet, frozenset(extract.headings),
        extract.header_row, extract.footer_rows, extract.encoding,
        tuple(sorted(extract.native.items())),
    )  # fmt: skip


def _shape(members: list[Extract], names: list[str]) -> Shape:
    headings = members[0].headings
    share = max(SAMPLE_ROWS // len(members), 200)
    limit = SAMPLE_ROWS if len(members) == 1 else share
    frame = pl.concat([member.frame.select(headings).head(limit) for member in members])
    patterns = _patterns([member.item.shown for member in members], names)
    return Shape(tuple(members), patterns, headings, frame)


def _patterns(own: list[str], names: list[str]) -> tuple[str, ...]:
    """Patterns that select these files and no other of the folder."""
    if len(own) == 1:
        return (escape(own[0]),)
    for pattern in _globs(own):
        if {name for name in names if _selects(pattern, name)} == set(own):
            return (pattern,)
    return tuple(escape(name) for name in own)


def _globs(own: list[str]) -> Iterator[str]:
    """Patterns for names that differ: short ones first, which catch the files of later months."""
    parent, bases = str(PurePosixPath(own[0]).parent), [PurePosixPath(name).name for name in own]
    room = "" if parent == "." else f"{escape(parent)}/"
    head, tail = _shared_start(bases), _shared_start([base[::-1] for base in bases])[::-1]
    suffix = _suffix(PurePosixPath(bases[0]))
    tail = tail if len(tail) >= len(suffix) else suffix
    stem = re.match(r"\D*", head)
    if stem and stem[0] != head:
        yield f"{room}{escape(stem[0])}*{escape(suffix)}"
    if any(character.isdigit() for name in bases for character in name[len(head) - 1 :]):
        yield f"{room}{escape(head.rstrip('0123456789'))}*{escape(suffix)}"
        yield f"{room}{escape(head)}*{escape(tail)}"


def _shared_start(texts: list[str]) -> str:
    low, high = min(texts), max(texts)
    return low[
        : next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    ]


def _suffix(name: PurePosixPath) -> str:
    """The end of a name that tells its format: .csv, .csv.gz."""
    return "".join(name.suffixes[-2:]) if name.suffix.lower() == ".gz" else name.suffix


def _selects(pattern: str, name: str) -> bool:
    return PurePosixPath(pattern).parent == PurePosixPath(
        escape(str(PurePosixPath(name).parent))
    ) and fnmatchcase(PurePosixPath(name).name, PurePosixPath(pattern).name)


def join(detail: Shape, header: Shape, on: tuple[str, str]) -> Shape:
    """The lines of documents beside the heads of the documents."""
    extra = [h for h in header.headings if h not in detail.headings and h != on[1]]
    right = header.frame.select(on[1], *extra).unique(on[1], keep="first", maintain_order=True)
    frame = detail.frame.join(right, left_on=on[0], right_on=on[1], how="left")
    return Shape(detail.members, detail.patterns, (*detail.headings, *extra), frame, header, on)


def restrict(shape: Shape, heading: str, kept: list[str]) -> Shape:
    """The rows of a shape that have one of the values in a column."""
    frame = shape.frame.filter(pl.col(heading).is_in(kept))
    return Shape(shape.members, shape.patterns, shape.headings, frame, shape.joined, shape.on)
