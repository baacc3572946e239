"""Every way to write a date: the exact day, or a reject; no day is guessed and none is moved."""

from pathlib import Path

import pytest

from catalogue import NO_DATE, Case, cell, judge
from small_company import HEADER, LINE, orders, source

REJECT = "rejected"

# what it is: (the cell, the day, the format that the pipeline file tells)
WRITTEN = {
    "dashes": ("2024-01-05", "2024-01-05", ""),
    "slashes": ("2024/1/5", "2024-01-05", ""),
    "points": ("2024.1.5", "2024-01-05", ""),
    "Chinese": ("2024年1月5日", "2024-01-05", ""),
    "Chinese without 日": ("2024年01月05", "2024-01-05", ""),
    "compact": ("20240105", "2024-01-05", ""),
    "a spreadsheet's day number": ("45296", "2024-01-05", ""),
    "a spreadsheet's day and hour": ("45296.75", "2024-01-05", ""),
    "a month": ("2025年1月", "2025-01-01", ""),
    "full-width": ("２０２４－０１－０５", "2024-01-05", ""),
    "29 February": ("2024-02-29", "2024-02-29", ""),
    "date and time": ("2024-01-05 23:59:59", "2024-01-05", ""),
    "ISO date and time": ("2024-01-05T00:00:00.000", "2024-01-05", ""),
    "time of twelve hours": ("2024/1/5 1:45 PM", "2024-01-05", ""),
    "blanks around": (" 2024-01-05\u00a0", "2024-01-05", ""),
    "day first, told": ("05/01/2024", "2024-01-05", "%d/%m/%Y"),
    "month first, told": ("01/05/2024", "2024-01-05", "%m/%d/%Y"),
    "two digits of a year, told": ("01/05/24", "2024-01-05", "%m/%d/%y"),
    "a month by name, told": ("5-Jan-2024", "2024-01-05", "%d-%b-%Y"),
    "the year 3024": ("3024-01-05", "3024-01-05", ""),  # a check warns of it
    "1900-01-01": ("1900-01-01", "1900-01-01", ""),  # a check warns of it
    "day or month first, not told": ("05/01/2024", REJECT, ""),
    "month 13, not told": ("13/25", REJECT, ""),
    "month 13 against what was told": ("05/13/2024", REJECT, "%d/%m/%Y"),
    "another form than was told": ("2024-01-05", REJECT, "%d/%m/%Y"),
    "two digits of a year where four were told": ("05/01/24", REJECT, "%d/%m/%Y"),
    "30 February": ("2024-02-30", REJECT, ""),
    "29 February of a common year": ("2023-02-29", REJECT, ""),
    "month 13": ("2024-13-05", REJECT, ""),
    "compact month 13": ("20241305", REJECT, ""),
    "a spreadsheet's day 0": ("1900-01-00", REJECT, ""),
    "all zeros": ("0000-00-00", REJECT, ""),
    "compact zeros": ("00000000", REJECT, ""),
    "the year 24": ("24-01-05", REJECT, ""),
    "the year 0024": ("0024-01-05", REJECT, ""),
    "a year of the Republic": ("113/01/05", REJECT, ""),
    "a year and a month": ("2024-01", REJECT, ""),
    "a year": ("2024", REJECT, ""),
    "Greenwich time": ("2024-01-05T16:00:00.000Z", REJECT, ""),
    "an offset": ("2024-01-05 23:30:00+08:00", REJECT, ""),
    "seconds since 1970": ("1704412800", REJECT, ""),
    "a small day number": ("60", REJECT, ""),
    "a weekday behind": ("2024-01-05 周五", REJECT, ""),
    "month by name, not told": ("5-Jan-24", REJECT, ""),
    "Chinese numerals": ("二〇二四年一月五日", REJECT, ""),
    "a word": ("today", REJECT, ""),
    "infinity": ("infinity", REJECT, ""),
}


def good_day(form: str) -> str:
    days = {"%d/%m/%Y": "06/01/2024", "%m/%d/%Y": "01/06/2024", "%m/%d/%y": "01/06/24"}
    return days.get(form, "6-Jan-2024") if form else ""


def moment(raw: str, expected: str) -> Case:
    """A stock-out that begins at `raw`: a point in time, not a day."""
    starts = source("outages", "outages.csv", {"product_id": '"id"', "start_ts": '"start"'})
    fault = {2: ("start_ts", raw, "no point in time")}
    return Case(
        {"outages.csv": f"id,start\nP1,{raw}\n", "orders.csv": HEADER + LINE},
        (orders(), starts),
        {} if expected == REJECT else {2: expected},
        fault if expected == REJECT else {},
        shown="start_ts",
        table="outages",
    )


CASES = {
    name: cell(
        "date", "order_date", raw,
        ("order_date", raw, NO_DATE) if day == REJECT else day,
        mapping=f'{{ from = "date", format = "{form}" }}' if form else "",
        good=good_day(form),
    )
    for name, (raw, day, form) in WRITTEN.items()
} | {
    "an empty date": cell("date", "order_date", "", ("order_date", None, "missing")),
    "a format with a zone": Case(
        {"orders.csv": HEADER + LINE},
        (orders(order_date='{ from = "date", format = "%Y-%m-%dT%H:%M:%S%z" }'),),
        refused="small.toml: source[1].columns.order_date: format cannot hold a zone, as a date is "
        "local; convert it with sql",
    ),
    "a point in time": moment("2024-01-05 13:45:01", "2024-01-05 13:45:01"),
    "a point in time without a clock": moment("2024/1/5", "2024-01-05 00:00:00"),
    "a point in time at Greenwich": moment("2024-01-05T16:00:00Z", REJECT),
    "a point in time with an offset": moment("2024-01-05 16:00:00+08:00", REJECT),
    "hour 25": moment("2024-01-05 25:00", REJECT),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_date(tmp_path: Path, name: str) -> None:
    judge(tmp_path, CASES[name])
