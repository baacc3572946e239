from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from dakehu.portal import entries, portal

TITLE = {"zh": "K 公司", "en": "K Company"}
TILE = {"name": "n", "label": "Top fifth", "value": "73.8%", "note": "", "previous": "", "tone": ""}


def run(number: int, status: str, as_of: str = "", reason: str = "", **reports: str):
    """A record; `reports` gives each report's status, with the reason behind a colon."""
    record = {
        "run_id": f"r{number}",
        "started_at": f"2025-07-{number:02d}T06:00:00+00:00",
        "finished_at": f"2025-07-{number:02d}T06:01:00+00:00",
        "seconds": 60.0,
        "as_of": as_of,
        "status": status,
        "reason": reason,
    }
    if reports:
        record["reports"] = {
            slug: {"status": word.partition(":")[0], "reason": word.partition(":")[2]}
            for slug, word in reports.items()
        }
        record["figures"] = {
            slug: {
                language: {"title": slug + mark, "tiles": [TILE]}
                for language, mark in (("zh", "？"), ("en", "?"))
            }
            for slug in reports
        }
    return record


def the_entry(*runs, slug="a"):
    return next(entry for entry in entries(runs) if entry.slug == slug)


def test_latest_good_run_is_the_newest_date():
    entry = the_entry(run(1, "ok", "2025-06-30", a="ok"), run(2, "ok", "2025-05-31", a="ok"))
    assert entry.good["run_id"] == "r1"
    assert entry.trouble is None
    assert [earlier["run_id"] for earlier in entry.earlier] == ["r2"]


def test_same_date_again_replaces_the_page():
    entry = the_entry(run(1, "ok", "2025-06-30", a="ok"), run(2, "ok", "2025-06-30", a="ok"))
    assert (entry.good["run_id"], entry.earlier) == ("r2", ())


@pytest.mark.parametrize("status", ["refused", "interrupted", "killed", "failed"])
def test_run_that_ended_badly_makes_every_report_stale(status):
    entry = the_entry(run(1, "ok", "2025-06-30", a="ok"), run(2, status, reason="disk is full"))
    assert entry.trouble["run_id"] == "r2"
    assert entry.reason == "disk is full"


def test_failed_report_is_stale_with_its_own_reason_and_the_other_is_not():
    runs = (
        run(1, "ok", "2025-06-30", a="ok", b="ok"),
        run(2, "failed", "2025-06-30", "b: cell 7", a="ok", b="failed:cell 7: KeyError"),
    )
    assert the_entry(*runs, slug="a").trouble is None
    assert the_entry(*runs, slug="b").reason == "cell 7: KeyError"
    assert the_entry(*runs, slug="b").good["run_id"] == "r1"


def test_later_success_clears_the_mark():
    bad, good = run(2, "killed"), run(3, "ok", "2025-06-30", a="ok")
    assert the_entry(run(1, "ok", "2025-06-30", a="ok"), bad, good).trouble is None


@pytest.mark.parametrize(
    "other",
    [
        run(2, "ok", "2025-07-31", b="ok"),
        run(2, "failed", "2025-07-31", "b: x", b="failed:x"),
        run(2, "failed", "2025-05-31", "a: x", a="failed:x"),
    ],
)
def test_run_of_other_reports_or_an_earlier_date_leaves_no_mark(other):
    assert the_entry(run(1, "ok", "2025-06-30", a="ok"), other).trouble is None


def test_report_that_never_came_is_there_with_its_reason():
    entry = the_entry(run(1, "failed", "2025-06-30", a="failed:no distributors"))
    assert entry.good is None
    assert entry.reason == "no distributors"


def test_reports_stand_in_the_order_of_the_fullest_run():
    runs = [run(1, "ok", "2025-06-30", c="ok", a="ok", b="ok"), run(2, "ok", "2025-06-30", b="ok")]
    assert [entry.slug for entry in entries(runs)] == ["c", "a", "b"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "2025-06-30").mkdir()
    for language in ("zh", "en"):
        (tmp_path / "2025-06-30" / f"a.{language}.html").write_text("page", "utf-8")
    return tmp_path


def test_portal_links_pages_that_exist(folder):
    html = portal(
        folder, TITLE, [run(1, "ok", "2025-05-31", a="ok"), run(2, "ok", "2025-06-30", a="ok")]
    )
    links = set(re.findall(r'href="([^"]+\.html)"', html))
    assert links == {"2025-06-30/a.zh.html", "2025-06-30/a.en.html"}
    assert html.count("73.8%") == 2  # once in each language
    assert "a？" in html
    assert "a?" in html


def test_portal_leaves_the_folder_by_no_record(folder):
    (folder.parent / "a.zh.html").write_text("outside", "utf-8")
    html = portal(
        folder, TITLE, [run(1, "ok", "..", a="ok"), run(2, "ok", "2025-06-30/..", a="ok")]
    )
    assert not re.findall(r'href="[^"]+\.html"', html)


def test_portal_reads_reasons_and_titles_as_text(folder):
    attack = "<script>alert(1)</script>"
    html = portal(
        folder,
        {"zh": attack, "en": attack},
        [run(1, attack, "2025-06-30", attack, a=f"failed:{attack}")],
    )
    assert attack not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert "script-src 'none'" in unescape(html)


def test_portal_lists_every_run_newest_first(folder):
    runs = [run(n, "ok", "2025-06-30", a="ok") for n in range(1, 29)]
    html = portal(folder, TITLE, runs)
    zh = html[html.index('id="edition-zh"') : html.index('id="edition-en"')]
    days = re.findall(r"<td>2025年7月(\d+)日", zh)
    assert days == [str(n) for n in range(28, 0, -1)]
    assert "更早的 8 次运行" in zh


def test_portal_without_any_run_says_so(folder):
    assert "尚无已发布的报告" in portal(folder, TITLE, [])


def test_record_of_a_run_that_was_killed_at_once_is_shown(folder):
    bare = {
        "run_id": "r",
        "started_at": "2025-07-01T06:00:00+00:00",
        "as_of": "",
        "status": "killed",
    }
    html = portal(folder, TITLE, [bare])
    assert "异常终止" in html
    assert "killed" in html
