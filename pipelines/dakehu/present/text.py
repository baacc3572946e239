"""Words and numbers of a report in one language: gettext catalogues and the locale's formats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import NamedTuple

from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_currency_symbol

LANGUAGES = ("zh", "en")
LOCALES = {"zh": "zh_CN", "en": "en"}
MISSING = "–"  # noqa: RUF001  an en dash is how the pages show a missing value

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
def _messages(locale: str) -> dict[str, str]:
    messages: dict[str, str] = {}
    for entry in resources.files("dakehu.locale").iterdir():
        if entry.name.endswith(f".{locale}.po"):
            with entry.open("rb") as stream:
                catalogue = read_po(stream, locale=locale)
            messages |= {str(m.id): str(m.string) for m in catalogue if m.id and m.string}
    return messages


@dataclass(frozen=True)
class Text:
    """One language of a report. `currency` is the ISO code that amounts are in."""

    language: str
    currency: str

    @property
    def locale(self) -> str:
        """The Babel locale, `zh_CN` or `en`."""
        return LOCALES[self.language]

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its `{names}` filled with values (already formatted)."""
        translated = _messages(self.locale).get(message, message)
        return translated.format(**values) if values else translated

    def amount(self, value: Number | None) -> str:
        """Money with two decimals in the unit of its size: 1.23亿元, £9.75M, 999元."""
        if _is_missing(value):
            return MISSING
        divisor, unit = next(step for step in _UNITS[self.language] if abs(value) >= step[0])
        digits = 2 if unit or float(value) != int(value) else 0
        size = f"{self.number(abs(float(value)) / (divisor or 1), digits)}{unit}"
        sign = "-" if value < 0 else ""
        if self.language == "zh" and self.currency == "CNY":
            return f"{sign}{size}元"
        return f"{sign}{get_currency_symbol(self.currency, locale=self.locale)}{size}"

    def money_scale(self, largest: Number | None) -> Scale:
        """The axis scale for amounts up to `largest`: 亿 or 万, billions to thousands."""
        size = 0 if _is_missing(largest) else abs(largest)
        if self.language == "zh":
            steps = [(1e8, "亿"), (1e4, "万"), (1.0, "")]
            unit = "元" if self.currency == "CNY" else f" {self.currency}"
        else:
            steps = [(1e9, "billion "), (1e6, "million "), (1e3, "thousand "), (1.0, "")]
            unit = self.currency
        divisor, prefix = next((step for step in steps if size >= step[0]), steps[-1])
        return Scale(divisor, f"{prefix}{unit}".strip())

    def number(self, value: Number | None, digits: int = 2) -> str:
        """A plain number with a fixed count of decimals."""
        if _is_missing(value):
            return MISSING
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, format=pattern, locale=self.locale)

    def count(self, value: int | None) -> str:
        """A whole number with thousands separators."""
        return self.number(value, 0)

    def percent(self, share: Number | None, digits: int = 1) -> str:
        """A share (0-1) as per cent: 0.738 -> 73.8%."""
        return MISSING if _is_missing(share) else f"{self.number(float(share) * 100, digits)}%"

    def change(self, ratio: Number | None, digits: int = 1) -> str:
        """A relative change with its sign: 0.24 -> +24.0%."""
        if _is_missing(ratio):
            return MISSING
        return ("+" if ratio > 0 else "") + self.percent(ratio, digits)

    def date(self, day: date | None) -> str:
        """A day: 2025年1月29日, Jan 29, 2025."""
        return MISSING if day is None else format_date(day, "medium", locale=self.locale)

    def month(self, day: date | None) -> str:
        """A month: 2025年1月, Jan 2025."""
        return MISSING if day is None else format_skeleton("yMMM", day, locale=self.locale)


def _is_missing(value: Number | None) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))

