from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import polars as pl
import pytest

from dakehu import bundle
from dakehu.portal import SCRIPTS, entries, portal
from dakehu.render import file
from packing import unpacked

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


def policy(html: str) -> str:
    return unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1])


def packed(html: str, mark: str) -> list:
    """What the scripts of the portal unpack, of every element with this mark."""
    return [
        json.loads(unpacked(text))
        for text in re.findall(rf'<script type="application/gzip" {mark}>([^<]+)<', html)
    ]


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
    ours = [file(name) for name in SCRIPTS]
    data = re.findall(r'<script type="application/(?:json|gzip)"', html)
    assert html.count("<script") == len(ours) + len(data)
    for script in ours:
        assert script in html
        assert bundle.source(script.removeprefix("<script>").removesuffix("</script>")) in policy(
            html
        )
    assert "unsafe-inline" not in policy(html).split("script-src")[1].split(";")[0]


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


HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def kept(folder: Path) -> Path:
    """Three dates of the report `a`; the newest knows whom its pages name and a revised month."""
    for number, (day, value) in enumerate(
        (("2025-04-30", 9.0), ("2025-05-31", 10.0), ("2025-06-30", 12.5))
    ):
        (folder / day / "a").mkdir(parents=True)
        (folder / day / "run.json").write_text("{}")
        figures = {"n": {"value": value, "unit": "amount", "previous": None}}
        summary = {"currency": "GBP", "figures": figures}
        (folder / day / "a" / "summary.json").write_text(json.dumps(summary))
        months = {"month": [date(2025, 4, 1)], "net_amount": [Decimal(7 + number)]}
        (folder / day / "data_quality").mkdir()
        pl.DataFrame(months | {"is_closed": [True], "row_count": [3]}).write_parquet(
            folder / day / "data_quality" / "completeness.parquet"
        )
    index = {
        "spots": [{"anchor": "card", "by": "code", "title": {"zh": "卡片", "en": "Card"}}],
        "parties": [["c/1", HOSTILE, 0]],
        "labels": {"zh": {"n": "甲"}, "en": {"n": "Figure N"}},
    }
    (folder / "2025-06-30" / "a" / "index.json").write_text(json.dumps(index))
    return folder


def days(*dates: str):
    return [run(number, "ok", day, a="ok") for number, day in enumerate(dates, 1)]


ALL = ("2025-04-30", "2025-05-31", "2025-06-30")


def test_search_knows_who_stands_on_the_latest_pages(kept):
    html = portal(kept, TITLE, days(*ALL))
    assert HOSTILE not in html
    assert packed(html, 'id="parties"') == [{"codes": ["c/1"], "names": [HOSTILE], "places": [[0]]}]
    words = re.findall(r'<script type="application/json" class="words">([^<]+)<', html)
    spots = [json.loads(text)["spots"] for text in words]
    assert [spot["page"] for (spot,) in spots] == ["2025-06-30/a.zh.html", "2025-06-30/a.en.html"]
    assert [spot["title"] for (spot,) in spots] == ["卡片", "Card"]
    assert 'role="search"' in html
    assert 'role="search"' not in portal(kept, TITLE, days(*ALL[:2]))


def test_sparkline_is_drawn_from_the_dates_with_words_beside_it(kept):
    html = portal(kept, TITLE, days(*ALL))
    assert html.count('<svg class="spark"') == 2
    assert 'aria-label="Top fifth at 3 dates. Apr 30, 2025: £9; May 31, 2025: £10;' in html
    assert "£9 to £12.50 since Apr 2025" in html
    assert '<svg class="spark"' not in portal(kept, TITLE, days(ALL[2]))


def test_the_newest_date_is_compared_with_each_before_it(kept):
    zh, en = packed(portal(kept, TITLE, days(*ALL)), 'class="comparisons"')
    assert [day for day, _ in en] == ["May 31, 2025", "Apr 30, 2025"]
    assert [day for day, _ in zh] == ["2025年5月31日", "2025年4月30日"]
    (said, figures, revised), farther = en[0][1], en[1][1]
    assert figures["title"] == "A"
    assert figures["rows"] == [["Figure N", "£10", "£12.50", "+£2.50 (+25.0%)"]]
    assert [cell[0] for cell in revised["rows"][0]] == ["Apr 2025", "£8", "£9", "+£1", "0"]
    assert [cell[0] for cell in farther[2]["rows"][0]] == ["Apr 2025", "£7", "£9", "+£2", "0"]
    assert any("Key accounts" in item["text"] for item in said["items"])  # as not compared


def test_a_broken_date_is_left_out_and_the_portal_stands(kept):
    (kept / "2025-05-31" / "data_quality" / "completeness.parquet").write_text("cut off")
    (kept / "2025-99-99").mkdir()
    html = portal(kept, TITLE, days(*ALL))
    assert "£9 to £12.50" in html
    (kept / "2025-99-99" / "run.json").write_text("{}")
    assert "No earlier date has been published" in portal(kept, TITLE, days(*ALL))
    (kept / "2025-99-99" / "run.json").unlink()
    assert [day for day, _ in packed(html, 'class="comparisons"')[1]] == ["Apr 30, 2025"]


def test_a_report_that_was_not_there_yet_is_said(kept):
    (kept / "2025-05-31" / "a" / "summary.json").unlink()
    said = packed(portal(kept, TITLE, days(*ALL)), 'class="comparisons"')[1][0][1][0]
    assert "A: was not there yet." in [item["text"] for item in said["items"]]


def test_no_earlier_date_is_said(folder):
    html = portal(folder, TITLE, days("2025-06-30"))
    assert "尚未发布可供对比的更早日期" in html
    assert "<select" not in html


def test_age_of_the_newest_page_is_left_to_the_day_it_is_opened(kept):
    html = portal(kept, TITLE, days(*ALL), 30)
    assert 'data-newest="2025-06-30" data-most="30" hidden' in html
    assert "further back than 30 days" in html


def test_only_where_runs_are_due_an_old_page_is_marked(folder):
    runs = [run(1, "ok", "2025-06-30", customer_value="ok")]
    assert 'class="stale aged"' not in portal(folder, TITLE, runs)
    assert 'data-most="45"' in portal(folder, TITLE, runs, 45)
