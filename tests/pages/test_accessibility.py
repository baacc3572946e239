"""Contrast, headings, words for figures, names, keyboard, language and paper, on every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dakehu.digest import digest
from dakehu.manuscript import read
from dakehu.portal import portal
from dakehu.render import HTML_LANGUAGES, page
from pages.accessibility import faults
from pages.attack import runs
from pages.specimen import context, every_kind

pytestmark = pytest.mark.slow
REPORTS = ("customer_value", "distributor_ranking", "sales_forecast", "data_quality")

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sound</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { background: #fff; color: #222 } svg { width: 300px; height: 100px }</style></head>
<body><main><h1>Sales</h1><h2>By month</h2><p>Every number has a name.</p>
<a href="#top" id="top">Up</a><button type="button">Sort</button><label>Find <input></label>
<figure><figcaption>Sales by month</figcaption>
<div class="radar" role="img" aria-label="They rise.">
<svg viewBox="0 0 300 100"><rect width="300" height="100" fill="#9ec5f4"/>
<text x="20" y="50" fill="#000">July</text></svg></div></figure>
<figure class="table" id="t"><figcaption>Rows</figcaption><table><thead><tr><th>A</th></tr></thead>
<tbody><tr><td>1</td></tr></tbody></table></figure>
<details open><summary>More</summary><p>Folded.</p></details>
</main></body></html>"""

# What each change of the sound page breaks, and the words in which it is said.
BROKEN = {
    "contrast: 2.3": ("<p>Every", '<p style="color:#aaa">Every'),
    "contrast: 1.79 of text": ('fill="#000"', 'fill="#fff"'),
    "dark contrast: ": (
        "svg { width",
        "@media (prefers-color-scheme: dark) { p { color: #999 } } svg { width",
    ),
    "headings: 0 of level 1": ("<h1>Sales</h1>", ""),
    "headings: 2 of level 1": ("<h2>By month</h2>", "<h1>By month</h1>"),
    "headings: level 4 after level 1": ("<h2>By month</h2>", "<h4>By month</h4>"),
    "axe: heading-order": ("<h2>By month</h2>", "<h4>By month</h4>"),
    "figures: no words": (' role="img" aria-label="They rise."', ""),
    "axe: role-img-alt": (' aria-label="They rise."', ""),
    "figures: no caption": ("<figcaption>Sales by month</figcaption>", ""),
    "axe: button-name": (">Sort<", "><"),
    "axe: link-name": (">Up<", "><"),
    "axe: label": ("<label>Find <input></label>", "<input>"),
    "keyboard: never reached a#top": (
        "</body>",
        "<script>document.getElementById('top').addEventListener('focus', e => e.target.blur());"
        "document.querySelector('a').tabIndex = 0; addEventListener('keydown', e => {"
        "if (document.activeElement === document.body) { e.preventDefault();"
        "document.querySelector('button').focus(); } });</script></body>",
    ),
    "keyboard: never reached summary": (
        "</body>",
        "<script>document.querySelector('input').addEventListener('keydown', e => {"
        "if (e.key === 'Tab') e.preventDefault(); });</script></body>",
    ),
    "keyboard: focus is not seen on button": ("svg {", "button { outline: none !important } svg {"),
    'language: html is "de"': ('lang="en"', 'lang="de"'),
    "axe: html-has-lang": (' lang="en"', ""),
    "ids: ": ('id="t"', 'id="top"'),
    "viewport: ": ('content="width=device-width, initial-scale=1"', 'content=""'),
    "axe: meta-viewport": ("initial-scale=1", "user-scalable=no"),
    "title: ": ("<title>Sound</title>", ""),
    "paper: 900 of 688 px wide": ("<p>Every", '<p style="width:892px">Every'),
    "paper: cut at its edge": (
        "<p>Every",
        '<p style="width:99px;overflow:hidden;white-space:nowrap">Every',
    ),
    "paper: folded": ("<details open>", "<details class='print'>"),
    "paper: rows left out and not said": (
        "svg {",
        "@media print { td { display: none } tbody tr { display: none } } svg {",
    ),
    "paper: columns left out and not said": (
        "svg {",
        "@media print { th { display: none } } svg {",
    ),
}


def written(folder: Path, html: str) -> Path:
    path = folder / "page.html"
    path.write_text(html, "utf-8")
    return path


def test_sound_page_has_no_fault(browser: Browser, tmp_path: Path) -> None:
    assert faults(browser, written(tmp_path, SOUND), "en") == []


@pytest.mark.parametrize("fault", BROKEN)
def test_each_fault_is_found(browser: Browser, tmp_path: Path, fault: str) -> None:
    sound, broken = BROKEN[fault]
    assert SOUND.count(sound) == 1
    found = faults(browser, written(tmp_path, SOUND.replace(sound, broken)), "en")
    assert any(sentence.startswith(fault) for sentence in found), found


def test_missing_figure_is_found_on_paper(browser: Browser, tmp_path: Path) -> None:
    """A figure that is a picture on the screen and nothing on paper."""
    html = page(every_kind(), context(), "en")
    hidden = html.replace("</style>", "@media print { .plot { display: none } }</style>", 1)
    found = faults(browser, written(tmp_path, hidden), "en")
    assert {sentence.partition(":")[2][:10] for sentence in found} == {" no figure"}


@pytest.mark.parametrize("language", HTML_LANGUAGES)
def test_every_kind_of_block_can_be_read(browser: Browser, tmp_path: Path, language: str) -> None:
    html = page(every_kind(), context(), language)
    assert faults(browser, written(tmp_path, html), HTML_LANGUAGES[language]) == []


@pytest.mark.parametrize("language", HTML_LANGUAGES)
def test_summary_for_mail_can_be_read(browser: Browser, tmp_path: Path, language: str) -> None:
    html = digest(read(every_kind(), language), context(), language)
    assert faults(browser, written(tmp_path, html), HTML_LANGUAGES[language]) == []


def test_portal_with_every_kind_of_run_can_be_read(browser: Browser, tmp_path: Path) -> None:
    html = portal(tmp_path, {"zh": "K 公司", "en": "K Company"}, runs())
    assert faults(browser, written(tmp_path, html), "zh-CN") == []


@pytest.mark.parametrize("language", HTML_LANGUAGES)
@pytest.mark.parametrize("report", REPORTS)
def test_page_of_the_demo_can_be_read(
    browser: Browser, demo_run: Path, report: str, language: str
) -> None:
    (path,) = demo_run.glob(f"demo/2*/{report}.{language}.html")
    assert faults(browser, path, HTML_LANGUAGES[language]) == []


def test_portal_of_the_demo_can_be_read(browser: Browser, demo_run: Path) -> None:
    assert faults(browser, demo_run / "demo" / "index.html", "zh-CN") == []
