"""Five fields of cron as calendar expressions of systemd."""

from __future__ import annotations

import re
from typing import NamedTuple


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, MONTHS),
    _Field("day of the week", 0, 7, DAYS),
)
ITEM = re.compile(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]+))?", re.IGNORECASE)


def calendars(cron: str) -> list[str]:
    """The OnCalendar lines that together fire when the five fields of `cron` do.

    Two where both the day of the month and that of the week are narrowed: cron fires on either,
    a line of systemd on both.

    Raises:
        ValueError: it has not five fields, or one says what no clock or calendar has.
    """
    texts = cron.split()
    if len(texts) != len(FIELDS):
        raise ValueError(
            f'"{cron}" has {len(texts)} fields; write five: minute, hour, day of the month, month, '
            'day of the week, such as "0 6 3 * *" for six o\'clock on every third'
        )
    minute, hour, day, month, weekday = (
        _values(field, text) for field, text in zip(FIELDS, texts, strict=True)
    )
    clock = f"{_list(hour)}:{_list(minute)}:00"
    on_day = f"*-{_list(month)}-{_list(day)} {clock}"
    if weekday is None:
        return [on_day]
    days = ",".join(DAYS[number].capitalize() for number in sorted({n % 7 for n in weekday}))
    on_weekday = f"{days} *-{_list(month)}-* {clock}"
    return [on_weekday] if day is None else [on_day, on_weekday]


def _values(field: _Field, text: str) -> list[int] | None:
    """What a field allows, None where it allows all."""
    found: set[int] = set()
    for item in text.split(","):
        match = ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f'"{item}" is no {field.name} of cron')
        first, last, step = match.groups()
        low = field.low if first == "*" else _number(field, first)
        high = _number(field, last) if last else field.high if first == "*" or step else low
        if high < low or (first == "*" and last):
            raise ValueError(f'"{item}" is no span of the {field.name}')
        if step == "0":
            raise ValueError(f'"{item}": a step of the {field.name} is at least 1')
        found.update(range(low, high + 1, int(step or 1)))
    return None if text == "*" else sorted(found)


def _number(field: _Field, text: str) -> int:
    if text.lower() in field.names:
        return field.names.index(text.lower()) + field.low
    if text.isdigit() and field.low <= int(text) <= field.high:
        return int(text)
    raise ValueError(f'"{text}" is no {field.name}: write {field.low} to {field.high}')


def _list(values: list[int] | None) -> str:
    return "*" if values is None else ",".join(f"{value:02d}" for value in values)
