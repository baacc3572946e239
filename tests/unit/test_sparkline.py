"""The line of a figure shows its values and nothing else, and says them in words."""

import json
import re
from datetime import date

import pytest

from dakehu.portal_history import past
from dakehu.present.sparkline import Point, sparkline
from dakehu.present.text import Text

EN, ZH = Text("en", "CNY"), Text("zh", "CNY")
JAN, FEB, APR = date(2025, 1, 31), date(2025, 2, 28), date(2025, 4, 30)


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def line(*values, days=(JAN, FEB, APR), text=EN, unit="count"):
    points = [Point(day, value) for day, value in zip(days, values, strict=True)]
    return sparkline(text, "Customers", points, unit)


def test_points_stand_at_their_day_and_value():
    found = line(10, 30, 20)
    assert [y for _, y in places(found.path)] == [21, 3, 12]  # lowest, highest, half way
    first, second, third = (x for x, _ in places(found.path))
    assert (second - first) / (third - first) == pytest.approx(28 / 89, abs=0.002)
    assert found.end == "M97.0 12.0h0"


def test_missing_value_breaks_the_line_and_is_never_zero():
    days = (JAN, FEB, date(2025, 3, 31), APR)
    found = line(10, None, 30, 20, days=days)
    assert [command for command in found.path if command in "ML"] == ["M", "M", "L"]
    assert len(places(found.path)) == 3
    assert "Feb 28, 2025: –" in found.summary
    assert line(10, 30, float("nan")).end == ""


@pytest.mark.parametrize("values", [(1, None, None), (None, None, None), (None, 5, float("inf"))])
def test_one_value_is_no_history(values):
    assert line(*values) is None


def test_words_say_every_value_in_its_unit():
    found = line(0.25, 0.5, 0.3, unit="share")
    assert found.summary == (
        "Customers at 3 dates. Jan 31, 2025: 25.0%; Feb 28, 2025: 50.0%; Apr 30, 2025: 30.0%."
    )
    assert found.span == "25.0% to 50.0% since Jan 2025"
    assert (
        line(1.5e8, 2e8, 1.8e8, unit="amount", text=ZH).span == "2025年1月以来 1.50亿元 至 2.00亿元"
    )
    assert line(3, 3, 3).span == "the same since Jan 2025"


def test_a_long_history_is_told_by_its_ends_and_extremes():
    days = [date(2024, month, 1) for month in range(1, 11)]
    found = line(5, 4, 9, 5, 5, 1, 5, 6, 7, 6, days=days)
    assert re.findall(r": (\d)", found.summary) == ["5", "9", "1", "6"]
    assert "at 10 dates" in found.summary


def a_run(day: str, label: str):
    tiles = [{"name": "landing", "label": label}]
    return {"as_of": day, "figures": {"sales_forecast": {"en": {"tiles": tiles}}}}


def test_history_is_read_from_what_the_dates_kept(tmp_path):
    for day, value, unit in (
        ("2025-04-30", 3.0, "amount"), ("2025-05-31", 4.0, "amount"), ("2025-03-31", 2.0, "share"),
        ("2025-02-28", 1.0, "amount"), ("2025-06-30", 5.5, "amount"),
    ):  # fmt: skip
        folder = tmp_path / day / "sales_forecast"
        folder.mkdir(parents=True)
        figures = {"landing": {"value": value, "unit": unit}}
        summary = {"currency": "GBP", "figures": figures}
        (folder / "summary.json").write_text(json.dumps(summary))
    (tmp_path / "2025-05-31" / "sales_forecast" / "summary.json").write_text("cut off {")
    labels = {"2025-02-28": "Q1: landing"}
    runs = [
        a_run(day, labels.get(day, "Q2: landing"))
        for day in ("2025-06-30", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31")
    ]
    found = past(tmp_path, "sales_forecast", runs)
    assert [day.month for day, _ in found.figures] == [2, 3, 4, 6]
    drawn = found.sparkline("en", {"name": "landing", "label": "Q2: landing"})
    assert drawn.span == "£3 to £5.50 since Apr 2025"
    assert found.sparkline("en", {"name": "other", "label": "x"}) is None
