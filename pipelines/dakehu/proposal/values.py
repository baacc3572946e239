"""What the values of a column say: numbers, dates and their format, texts that mean nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from dakehu.proposal.synonyms import known, normal

PLAIN_DATE = re.compile(r"[12]\d{3}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T].*)?|(19|20)\d{6}")
MONTH = re.compile(r"(19|20)\d\d([-/.年])\d{1,2}月?")
SERIAL = re.compile(r"[2-6]\d{4}(\.0)?")
PARTS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})( .+)?")
NAMED = ("%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %b %y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
         "%b-%d-%Y", "%d/%b/%Y", "%d-%B-%Y")  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
NUMBER = re.compile(r"[-+]?\(?[-+]?(\d+|\d{1,3}([,' ]\d{3})+|)(\.\d*)?([eE][-+]?\d+)?\)?-?%?")
COMMA_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}([. ]\d{3})+),\d*|[-+]?\d{1,3}(\.\d{3})+")
COMMA_SURE = re.compile(
    r"[-+]?(\d+|\d{1,3}([. ]\d{3})+),(\d{1,2}|\d{4,})|[-+]?\d{1,3}(\.\d{3}){2,}"
)
ORNAMENTS = re.compile(r"[¥$€£\s]|元$|CNY|RMB|USD|EUR|GBP", re.IGNORECASE)
DAY_MONTH = tuple(
    f"{order.replace('/', mark)}{mark}{year}"
    for order in ("%d/%m", "%m/%d")
    for mark in "/.-"
    for year in ("%Y", "%y")
)
ERROR = re.compile(r"#(DIV/0|REF|VALUE|NUM|NULL|NAME)[!?]")  # a cell that failed: to be seen
HALF = 0.5  # below that a column is something else, and what does not fit is no remark
FAMILIES_AT_MOST = 100
MARKS_AT_MOST = 12


@dataclass(frozen=True)
class Values:
    """The filled cells of a column: how often each text stands in it; `native` as in Extract."""

    counts: Counter[str]
    rows: int
    native: str | None = None
    has_comma: bool = False

    @cached_property
    def filled(self) -> int:
        """Cells that hold a value: neither blank nor a text that means none anywhere."""
        return self.counts.total() - sum(self.counts[text] for text in self.null_texts)

    @cached_property
    def null_texts(self) -> tuple[str, ...]:
        """The texts in it that mean no value in any column."""
        marks = {mark.lower() for mark in known()["missing"]["anywhere"]}
        return tuple(sorted(text for text in self.counts if text.lower() in marks))

    @cached_property
    def distinct(self) -> int:
        """Different values."""
        return len(self.counts) - len(self.null_texts)

    @cached_property
    def is_unique(self) -> bool:
        """Whether each row has a value of its own."""
        return self.filled == self.rows == self.distinct

    def samples(self) -> list[str]:
        """Two values to show."""
        shown = (text for text in self.counts if text not in self.null_texts)
        return [text for text, _ in zip(shown, range(2), strict=False)]

    @cached_property
    def numbers(self) -> Fit:
        """How the column reads as numbers."""
        if self.native:
            return Fit(float(self.native == "number"))
        is_number = is_comma_number if self.has_comma else is_point_number
        return self._fit({text for text in self.counts if is_number(text)}, None)

    @cached_property
    def dates(self) -> Fit:
        """How the column reads as dates."""
        if self.native == "date":
            return Fit(1.0)
        texts = {text: unicodedata.normalize("NFKC", text) for text in self.counts}
        plain = {raw for raw, text in texts.items() if PLAIN_DATE.fullmatch(text)}
        serial = {raw for raw, text in texts.items() if SERIAL.fullmatch(text)}
        month = {raw for raw, text in texts.items() if MONTH.fullmatch(text)}
        choices = [(plain | month, None)]
        if serial and not self.native:
            choices.append((plain | serial, None))
        parted = {raw: m for raw, text in texts.items() if (m := PARTS.fullmatch(text))}
        if parted:
            choices.append(_parted(parted))
        else:
            for pattern in NAMED:
                choices += [
                    ({raw for raw, text in texts.items() if _parses(text, full)}, full)
                    for full in (pattern + time for time in TIMES)
                    if any(_parses(text, full) for text in list(texts.values())[:50])
                ]
        good, pattern = max(choices, key=lambda choice: sum(self.counts[t] for t in choice[0]))
        return self._fit(good, pattern)

    def reads(self, pattern: str) -> bool:
        """Whether nearly every value is a date in a format."""
        good = sum(n for text, n in self.counts.items() if _parses(text, pattern))
        return good >= 0.95 * self.filled

    def _fit(self, good: set[str], pattern: str | None) -> Fit:
        share = sum(self.counts[text] for text in good) / self.filled if self.filled else 0.0
        if share < HALF or share == 1:
            return Fit(share, pattern)
        others = {
            text: count
            for text, count in self.counts.items()
            if text not in good and text not in self.null_texts
        }
        return Fit(share, pattern, tuple(_marks(others, good)))


@dataclass(frozen=True)
class Fit:
    """How well values read as a type: the `share` of them that does and the `format` of dates.

    The format is "?" where two fit. `marks` are those of the other texts that mean no value.
    """

    share: float
    format: str | None = None
    marks: tuple[str, ...] = ()


def is_point_number(text: str) -> bool:
    """Whether a text is a number with a decimal point."""
    bare = ORNAMENTS.sub("", unicodedata.normalize("NFKC", text))
    return bool(NUMBER.fullmatch(bare)) and any(c.isdigit() for c in bare)


def is_comma_number(text: str) -> bool:
    """Whether a text is a number with a decimal comma."""
    bare = ORNAMENTS.sub("", unicodedata.normalize("NFKC", text))
    return bool(COMMA_NUMBER.fullmatch(bare)) or bare.lstrip("+-").isdigit()


def shows_comma(counts: Counter[str]) -> bool:
    """Whether the numbers of a column are certainly written with a decimal comma."""
    sure = sum(n for text, n in counts.items() if COMMA_SURE.fullmatch(ORNAMENTS.sub("", text)))
    fit = sum(n for text, n in counts.items() if is_comma_number(text))
    return sure > 0 and fit >= 0.9 * counts.total()


def _parted(parted: dict[str, re.Match[str]]) -> tuple[set[str], str]:
    """Dates like 1/2/2013: the order of day and month by a part above 12, or "?"."""
    first = max(int(m[1]) for m in parted.values())
    second = max(int(m[3]) for m in parted.values())
    mark = Counter(m[2] for m in parted.values()).most_common(1)[0][0]
    year = "%Y" if Counter(len(m[4]) for m in parted.values()).most_common(1)[0][0] == 4 else "%y"
    texts = {raw: unicodedata.normalize("NFKC", raw) for raw in parted}
    time = next((t for t in TIMES if _all_time(parted, t)), "")
    orders = {
        f"%d{mark}%m{mark}{year}{time}": second <= 12,
        f"%m{mark}%d{mark}{year}{time}": first <= 12,
    }
    fitting = [pattern for pattern, fits in orders.items() if fits]
    if len(fitting) == 2:
        return set(parted), "?"
    patterns = fitting or list(orders)
    good = {p: {raw for raw, text in texts.items() if _parses(text, p)} for p in patterns}
    best = max(patterns, key=lambda p: len(good[p]))
    return good[best], best


def _all_time(parted: dict[str, re.Match[str]], time: str) -> bool:
    return all(_parses(m[5] or "", time) for m in list(parted.values())[:50])


def _parses(text: str, pattern: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def _marks(others: dict[str, int], good: set[str]) -> list[str]:
    """Of texts that are neither number nor date those that mean no value, families as a pattern.

    A remark that stands once could be a slip of the hand: it is left to be rejected and seen.
    """
    listed = {mark.lower() for mark in known()["missing"]["in_numbers"]}
    marks = [text for text in others if text.lower() in listed]
    families: dict[str, list[str]] = {}
    for text in others:
        if text not in marks and any(c.isalpha() for c in text) and not ERROR.fullmatch(text):
            families.setdefault(re.split(r"[\d*]", text)[0], []).append(text)
    for stem, texts in families.items() if len(families) <= FAMILIES_AT_MOST else ():
        if len(texts) > 1 and len(normal(stem)) >= 3 and not any(t.startswith(stem) for t in good):
            marks.append(f"{stem}*")
        else:
            marks += [text for text in texts if others[text] > 1 and "*" not in text]
    return sorted(marks, key=lambda m: (-others.get(m, 0), m))[:MARKS_AT_MOST]
