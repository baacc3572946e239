"""Words and numbers of a report in one language: gettext catalogues and the locale's formats."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import NamedTuple

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, get_currency_name, get_currency_symbol, parse_pattern

LANGUAGES = ("zh", "en")
CATALOGUES = {"zh": "zh_CN", "en": "en"}
# Parsed once: Babel would read the name of a locale anew for every number.
LOCALES = {language: Locale.parse(name) for language, name in CATALOGUES.items()}
MISSING = "–"

# Sizes and the letters that stand for them, largest first.
_UNITS = {
    "zh": ((1e8, "亿"), (1e4, "万"), (0, "")),
    "en": ((1e9, "B"), (1e6, "M"), (1e3, "K"), (0, "")),
}

Number = int | float | Decimal


class Scale(NamedTuple):
    """How a money axis is labelled: values are divided by `divisor` and carry `unit`."""

    divisor: float
    unit: str


@cache
def _messages(language: str) -> dict[str, str]:
    messages: dict[str, str] = {}
    suffix = f".{CATALOGUES[language]}.po"
    for entry in resources.files("dakehu.locale").iterdir():
        if entry.name.endswith(suffix):
            with entry.open("rb") as stream:
                catalogue = read_po(stream, locale=CATALOGUES[language])
            messages |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
    return messages


@cache
def _pattern(digits: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


@dataclass(frozen=True)
class Text:
    """One language of a report. `currency` is the ISO code that amounts are in."""

    language: str
    currency: str

    @property
    def locale(self) -> Locale:
        """The Babel locale, zh_CN or en."""
        return LOCALES[self.language]

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its `{names}` filled with values (already formatted)."""
        translated = _messages(self.language).get(message, message)
        return translated.format(**values) if values else translated

    def amount(self, value: Number | None) -> str:
        """Money in the unit of its size, four digits or better: 1.23亿元, 3,270万美元, £9.75M."""
        known = _known(value)
        if known is None:
            return MISSING
        divisor, unit = next(step for step in _UNITS[self.language] if abs(known) >= step[0])
        size = abs(known) / (divisor or 1)
        digits = 0 if (size >= 1000 and unit) or (size == int(size) and not unit) else 2
        text = f"{self.number(size, digits)}{unit}"
        sign = "-" if known < 0 else ""
        if self.language == "zh":
            return f"{sign}{text}{self._money_name}"
        return f"{sign}{get_currency_symbol(self.currency, locale=self.locale)}{text}"

    def signed(self, value: Number | None) -> str:
        """A change in money, with its sign: +1,588万元, -CN¥3.20M."""
        return ("+" if value is not None and value > 0 else "") + self.amount(value)

    @property
    def _money_name(self) -> str:
        """What stands behind an amount in Chinese: 元, 美元, 英镑."""
        if self.currency == "CNY":
            return "元"
        return get_currency_name(self.currency, locale=self.locale)

    def money_scale(self, largest: Number | None) -> Scale:
        """The axis scale for amounts up to `largest`: 亿 or 万, billions to thousands."""
        size = abs(_known(largest) or 0.0)
        if self.language == "zh":
            steps = [(1e8, "亿"), (1e4, "万"), (1.0, "")]
            unit = self._money_name
        else:
            steps = [(1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (1.0, "")]
            unit = self.currency
        divisor, prefix = next((step for step in steps if size >= step[0]), steps[-1])
        return Scale(divisor, f"{prefix}{unit}".strip())

    def number(self, value: Number | None, digits: int = 2) -> str:
        """A plain number with a fixed count of decimals."""
        if value is None or _known(value) is None:
            return MISSING
        return _pattern(digits).apply(value, self.locale)

    def count(self, value: int | None) -> str:
        """A whole number with thousands separators."""
        return self.number(value, 0)

    def percent(self, share: Number | None, digits: int = 1) -> str:
        """A share (0-1) as per cent: 0.738 -> 73.8%."""
        known = _known(share)
        return MISSING if known is None else f"{self.number(known * 100, digits)}%"

    def change(self, ratio: Number | None, digits: int = 1) -> str:
        """A relative change with its sign: 0.24 -> +24.0%."""
        known = _known(ratio)
        if known is None:
            return MISSING
        rounded = round(known, digits + 2) or 0.0  # never -0.0
        return ("+" if rounded > 0 else "") + self.percent(known if rounded else 0, digits)

    def date(self, day: datetime.date | None) -> str:
        """A day: 2025年1月29日, Jan 29, 2025."""
        return MISSING if day is None else format_date(day, "medium", locale=self.locale)

    def month(self, day: datetime.date | None) -> str:
        """A month: 2025年1月, Jan 2025."""
        return MISSING if day is None else format_skeleton("yMMM", day, locale=self.locale)


def _known(value: Number | None) -> float | None:
    """The value as a float, or None where it is missing, not a number or without bound."""
    return None if value is None or not math.isfinite(value) else float(value)
