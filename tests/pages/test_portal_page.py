"""The portal in a browser, from a copy in another folder: search, comparison, no request."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from dakehu import report_index
from dakehu.portal import portal
from dakehu.present.block import Column, table
from dakehu.present.text import Text
from dakehu.render import page as page_of
from pages.attack import HOSTILE
from pages.browser import WIDTHS, inspect, opened, wait_until
from pages.specimen import code, context, notebook, prose
from pages.words import card_block

pytestmark = pytest.mark.slow

DATES = ("2025-04-30", "2025-05-31", "2025-06-30")
HIDDEN = "Hidden Row 27 Ltd"  # beyond the first rows of a table in a folded section
NAMES = ["朗远建材", "Krämer & Söhne", *HOSTILE, *(f"Customer {n}" for n in range(20))]
REPORT = "customer_value"


def executed():
    """A report with a card for each name, and a folded table of others."""
    lost = pl.DataFrame({"customer_name": [f"Lost {n}" for n in range(30)] + [HIDDEN]})
    draw = {
        language: table(lost, [Column("customer_name", "C")], Text(language, "CNY"), title=title)
        for language, title in (("zh", "流失客户"), ("en", "Who left"))
    }
    codes = [f"C/{n}&" for n in range(len(NAMES))]
    cards = {"zh": card_block(lambda zh, _: zh, codes, NAMES)}
    cards["en"] = card_block(lambda _, en: en, codes, NAMES)
    return notebook(
        prose("zh", "# 谁？"),
        prose("en", "# Who?"),
        code(cards),
        prose("zh", "## 其他", fold=True),
        prose("en", "## Others", fold=True),
        code(draw),
    )


def ranking(ranks: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "distributor_id": [f"D{n}" for n in range(len(ranks))],
            "distributor_name": [HOSTILE[0], *(f"D{n} Ltd" for n in range(1, len(ranks)))],
            "rank": ranks,
            "tier": [1 + rank // 4 for rank in ranks],
            "verdict": "watch",
        }
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What three runs leave, in a folder that was copied to another place afterwards."""
    folder = tmp_path_factory.mktemp("runs") / "demo"
    runs = []
    for number, day in enumerate(DATES):
        tables = folder / day / REPORT
        tables.mkdir(parents=True)
        (folder / day / "run.json").write_text("{}")
        figures = {"sales": {"value": 100.0 + 10 * number, "unit": "amount"}}
        (tables / "summary.json").write_text(json.dumps({"currency": "CNY", "figures": figures}))
        report_index.write(tables, executed())
        for language in ("zh", "en"):
            html = page_of(executed(), context(report=REPORT), language)
            (folder / day / f"{REPORT}.{language}.html").write_text(html, "utf-8")
        (folder / day / "distributor_ranking").mkdir()
        ranks = [*range(1 + number, 10), *range(1, 1 + number)]
        ranking(ranks).write_parquet(folder / day / "distributor_ranking" / "ranking.parquet")
        (folder / day / "data_quality").mkdir()
        months = {"month": [date(2025, 1, 1)], "net_amount": [Decimal(50 + number)]}
        pl.DataFrame(months | {"is_closed": [True], "row_count": [1]}).write_parquet(
            folder / day / "data_quality" / "completeness.parquet"
        )
        tile = {"name": "sales", "label": "Sales", "value": "1", "note": "", "tone": ""}
        words = {"title": "Who?", "tiles": [tile]}
        runs.append(
            {
                "run_id": day, "started_at": f"{day}T06:00:00+00:00", "as_of": day, "status": "ok",
                "reports": {REPORT: {"status": "ok", "reason": ""}},
                "figures": {REPORT: {"zh": words, "en": words}},
            }
        )  # fmt: skip
    html = portal(folder, {"zh": "K 公司", "en": "K"}, runs, 45)
    (folder / "index.html").write_text(html, "utf-8")
    moved = tmp_path_factory.mktemp("share") / "copied elsewhere 报表"
    shutil.copytree(folder, moved)
    shutil.rmtree(folder)
    return moved


@pytest.fixture
def index(written: Path) -> Path:
    return written / "index.html"


def english(page: Page):
    page.locator("#edition-zh .bar label").click()
    return page.locator("#edition-en")


def search(edition, wanted: str) -> None:
    edition.get_by_role("searchbox").fill(wanted)


@pytest.mark.parametrize("width", WIDTHS)
def test_portal_is_sound_and_asks_for_nothing(browser: Browser, index: Path, width):
    assert inspect(browser, index, width).faults == []


@pytest.mark.parametrize(
    ("wanted", "said", "first"),
    [
        ("朗远", "1 found.", "朗远建材"),
        ("KRÄMER & s", "1 found.", "Krämer & Söhne"),
        ("ｃ/1&", "1 found.", "Krämer & Söhne"),  # a code, in full-width letters
        ("customer 1", "11 found.", "Customer 1"),
        ("  lost 2 ", "11 found.", "Lost 2"),
    ],
)
def test_search_finds_parts_of_names_and_codes(browser: Browser, index: Path, wanted, said, first):
    with opened(browser, index, 390) as page:
        edition = english(page)
        search(edition, wanted)
        assert edition.locator(".hits li b").first.inner_text() == first
        assert edition.get_by_role("status").inner_text() == said


def test_search_that_finds_nobody_says_so_and_an_empty_one_says_nothing(browser, index):
    with opened(browser, index, 1280) as page:
        edition = page.locator("#edition-zh")
        search(edition, "nobody at all")
        assert edition.get_by_role("status").inner_text() == "最新页面上没有这个名称或编码。"
        search(edition, " ")
        assert edition.locator(".search .matches").inner_text() == ""
        assert edition.locator(".hits li").count() == 0


def test_hit_opens_the_card_by_keyboard(browser: Browser, index: Path):
    with opened(browser, index, 1280) as page:
        edition = english(page)
        search(edition, "krämer")
        edition.locator(".hits li").wait_for()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_url("**/2025-06-30/customer_value.en.html#card=*")
        wait_until(page, "document.querySelector('.record h3')?.textContent.startsWith('Krämer')")
        assert page.locator(".record header p").inner_text() == "C/1&"


def test_hit_in_a_table_unfolds_and_marks_its_row(browser: Browser, index: Path):
    with opened(browser, index, 390) as page:
        edition = page.locator("#edition-zh")
        search(edition, HIDDEN)
        edition.get_by_role("link", name="流失客户").click()
        page.wait_for_url("**/customer_value.zh.html#table-1=*")
        row = page.locator("#table-1 tr.sought")
        expect(row).to_be_in_viewport()
        assert row.inner_text().strip() == HIDDEN
        assert page.evaluate("document.activeElement.className") == "sought"


def test_more_hits_than_fit_are_shown_on_demand(browser: Browser, index: Path):
    with opened(browser, index, 1280) as page:
        edition = english(page)
        search(edition, "lost")
        assert edition.get_by_role("status").inner_text() == "30 found."
        assert edition.locator(".hits li").count() == 12
        edition.get_by_role("button", name="Show all 30").click()
        assert edition.locator(".hits li").count() == 30
        focused = "document.activeElement.closest('li').querySelector('b').textContent"
        assert page.evaluate(focused) == "Lost 12"


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_names_are_found_as_they_were_written(browser: Browser, index: Path, attack):
    with opened(browser, index, 390) as page:
        errors: list[str] = []
        page.on("console", lambda said: errors.append(said.text))
        edition = english(page)
        search(edition, attack)
        names = edition.locator(".hits li b")
        names.first.wait_for()
        assert attack in names.all_text_contents()
        assert edition.locator(".hits :is(img, script, svg, iframe, style)").count() == 0
        hrefs = edition.locator(".hits a").evaluate_all("all => all.map(a => a.href)")
        assert {href.split("/")[0] for href in hrefs} == {"file:"}
        assert page.evaluate("'hit' in window") is False
        assert errors == []


def tables(edition) -> dict[str, list[str]]:
    """The rows that are seen of each table of the comparison, by its title."""
    return {
        figure.locator("figcaption").inner_text(): [
            " | ".join(row.locator("th, td").all_inner_texts())
            for row in figure.locator("tbody tr:visible").all()
        ]
        for figure in edition.locator(".told figure").all()
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_two_dates_are_compared(browser: Browser, index: Path, width):
    with opened(browser, index, width) as page:
        edition = english(page)
        edition.locator(".told figure").first.wait_for()
        near = tables(edition)
        assert near["Customer value"] == ["sales | CN¥110 | CN¥120 | +CN¥10 (+9.1%)"]
        assert near["Data revisions to closed months"] == ["Jan 2025 | CN¥51 | CN¥52 | +CN¥1 | 0"]
        edition.locator(".compare select").select_option(label="Apr 30, 2025")
        far = tables(edition)
        assert far["Customer value"] == ["sales | CN¥100 | CN¥120 | +CN¥20 (+20.0%)"]
        assert len(far["Ranks of distributors"]) == 6
        edition.get_by_role("button", name="Show all 9 rows").click()
        ranks = tables(edition)["Ranks of distributors"]
        assert len(ranks) == 9
        assert f"{HOSTILE[0]} | 1 | 3 | ▼ 2 | 1 | Watch" in ranks
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("'hit' in window") is False


def test_sparkline_has_its_words(browser: Browser, index: Path):
    with opened(browser, index, 390) as page:
        line = english(page).get_by_role("img", name="Sales at 3 dates")
        assert line.is_visible()
        assert "Apr 30, 2025: CN¥100; May 31, 2025: CN¥110" in line.get_attribute("aria-label")


@pytest.mark.parametrize(("now", "is_old"), [("2025-07-15", False), ("2025-09-01", True)])
def test_old_pages_are_marked_when_the_portal_is_opened(browser, index, now, is_old):
    session = browser.new_context()
    page = session.new_page()
    page.clock.set_fixed_time(now)
    page.goto(index.as_uri())
    wait_until(page, "document.querySelector('.told figure')")
    assert page.get_by_text("最新页面截至 2025年6月30日").is_visible() == is_old
    session.close()


def test_without_script_the_latest_pages_are_there(browser: Browser, index: Path):
    session = browser.new_context(java_script_enabled=False)
    page = session.new_page()
    page.goto(index.as_uri())
    assert page.locator("#edition-zh h2 a").first.is_visible()
    assert page.locator(".js-only:visible").count() == 0
    assert page.get_by_text("终端命令 dakehu diff").first.is_visible()
    session.close()
