from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dakehu.portal import portal
from dakehu.present.block import BLOCK_MIME
from dakehu.render import page
from pages.attack import HOSTILE, hostile, runs
from pages.browser import DRAWN, WIDTHS, inspect, opened, scroll_through, wait_until
from pages.specimen import context, every_kind

pytestmark = pytest.mark.slow
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reports in two languages and two portals, as a run leaves them."""
    folder = tmp_path_factory.mktemp("demo")
    for day in ("2025-05-31", "2025-06-30"):
        (folder / day).mkdir()
        for language in LANGUAGES:
            for report, notebook in (
                ("customer_value", every_kind()),
                ("sales_forecast", hostile()),
            ):
                html = page(notebook, context(report=report, marked=HOSTILE[0]), language)
                (folder / day / f"{report}.{language}.html").write_text(html, "utf-8")
    title = {"zh": "K 公司", "en": "K Company"}
    attack = " ".join(HOSTILE)
    (folder / "index.html").write_text(portal(folder, title, runs()), "utf-8")
    hostile_title = {"zh": attack, "en": attack}
    (folder / "hostile.html").write_text(portal(folder, hostile_title, runs(attack)), "utf-8")
    return folder


@pytest.fixture(scope="module")
def report(folder: Path) -> Path:
    return folder / "2025-06-30" / "customer_value.en.html"


def figure_blocks(notebook) -> int:
    bundles = [output["data"] for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum(bundle[BLOCK_MIME]["en"]["kind"] == "figure" for bundle in bundles)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "notebook"), [("customer_value", every_kind()), ("sales_forecast", hostile())]
)
def test_page_is_sound(browser: Browser, folder: Path, name, notebook, language, width):
    facts = inspect(browser, folder / "2025-06-30" / f"{name}.{language}.html", width)
    assert facts.faults == []
    assert facts.drawn == figure_blocks(notebook) == 3


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["index", "hostile"])
def test_portal_is_sound(browser: Browser, folder: Path, name, width):
    assert inspect(browser, folder / f"{name}.html", width).faults == []


CONTROLS = {
    "a payload ran": HOSTILE[0],
    "a payload ran: window.hit": "<img src='data:,x' onerror='window.hit=1'>",
    "asked for": '<img src="http://attack.invalid/x.png">',
    "console errors": "<script>console.error('x')</script>",
    "px wide on a screen of 390": '<p style="width:900px">wide</p>',
    "0 of 1 figures drawn": '<div class="plot failed"></div>',
}


@pytest.mark.parametrize("fault", CONTROLS)
def test_each_fault_can_be_seen(browser: Browser, tmp_path: Path, fault):
    bare = tmp_path / "control.html"
    bare.write_text(f"<!doctype html><meta charset=utf-8><body>{CONTROLS[fault]}", "utf-8")
    assert any(fault in found for found in inspect(browser, bare, 390).faults)


def test_policy_stops_a_payload_that_got_past_the_escaping(
    browser: Browser, report: Path, tmp_path
):
    attacked = tmp_path / "attacked.html"
    html = report.read_text("utf-8")
    assert "<main id" in html
    attacked.write_text(html.replace("<main id", "".join(HOSTILE[:4]) + "<main id"), "utf-8")
    facts = inspect(browser, attacked, 1280)
    assert not facts.hit
    assert facts.dialogs == ()
    assert facts.errors != ()  # the policy says what it stopped


def test_hostile_text_is_read_as_it_was_written(browser: Browser, folder: Path):
    with opened(browser, folder / "2025-06-30" / "sales_forecast.zh.html", 1280) as page:
        cells = page.locator("#table-1 tbody th").all_text_contents()
        assert [cell.strip() for cell in cells[: len(HOSTILE)]] == [
            text.strip() for text in HOSTILE
        ]
        assert page.locator(".findings li").all_text_contents() == list(HOSTILE)
        ours = "main svg:not(.plot svg, .history svg)"
        assert page.locator(f"main img, {ours}, main a[href^=java]").count() == 0


def cells(page, column: int, *, visible: bool = True) -> list[str]:
    shown = ":visible" if visible else ""
    found = page.locator(f"#table-2 tbody tr{shown} > :nth-child({column})").all_text_contents()
    return [text.strip() for text in found]


def test_table_sorts_by_value_with_missing_last(browser: Browser, report: Path):
    with opened(browser, report, 1280) as page:
        growth = page.locator("#table-2 thead th").nth(3)
        page.locator("#table-2 .rows").click()
        growth.get_by_role("button").press("Enter")
        assert growth.get_attribute("aria-sort") == "descending"
        shown = cells(page, 4)
        numbers = [float(text.rstrip("%")) for text in shown if text != "–"]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > 9 > -9 > numbers[-1]  # as text, +9 would stand above +23
        assert shown[len(numbers) :] == ["–"] * 6
        growth.get_by_role("button").click()
        assert cells(page, 4)[-1] == "–"
        growth.get_by_role("button").click()
        assert cells(page, 1)[0] == "Precision Machinery Group 000 Ltd"


def test_table_shows_twenty_rows_filters_and_unfolds(browser: Browser, report: Path):
    with opened(browser, report, 1280) as page:
        assert len(cells(page, 1)) == 20
        page.locator("#table-2 .rows").click()
        assert len(cells(page, 1)) == 57
        page.locator("#table-2 .filter").fill("GROUP 04")
        assert len(cells(page, 1)) == 10
        assert "10 of 57" in page.locator("#table-2 .matches").inner_text()
        total = page.locator("#table-2 .total").inner_text()
        assert total == "The first 57 of 592 rows."
        assert page.locator("#table-1 .filter").count() == 0
        assert (
            page.locator("#table-2 .count a").get_attribute("href")
            == "customer_value/customers.csv"
        )


@pytest.mark.parametrize(("width", "count"), [(1280, 10), (390, 3)])
def test_columns_give_way_on_small_screens(browser: Browser, report: Path, width, count):
    with opened(browser, report, width) as page:
        heads = page.locator("#table-2 thead th:visible")
        assert heads.count() == count
        toggle = page.locator("#table-2 .columns")
        assert toggle.is_visible() == (count < 10)
        if count < 10:
            toggle.click()
            assert heads.count() == 10


def test_columns_that_stand_out_of_a_phone_give_way_too(browser: Browser, report: Path):
    with opened(browser, report, 230) as page:
        heads = page.locator("#table-2 thead th:visible")
        wait_until(page, "document.querySelector('#table-2.spared') !== null")
        assert heads.count() == 2
        page.locator("#table-2 .columns").click()
        assert heads.count() == 10
        page.locator("#table-2 .columns").click()
        page.set_viewport_size({"width": 390, "height": 900})
        wait_until(page, "document.querySelector('#table-2.spared') === null")
        assert heads.count() == 3


def test_without_script_everything_can_be_read(browser: Browser, report: Path):
    session = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = session.new_page()
    page.goto(report.as_uri())
    assert page.locator("#table-2 tbody tr:visible").count() == 57
    assert page.locator("#table-2 thead th:visible").count() == 10
    assert page.locator("#figure-1 .plot p").is_visible()
    assert page.locator(".js-only:visible").count() == 0
    session.close()


def test_print_has_every_figure_on_paper_width_and_unfolds(browser: Browser, report: Path):
    with opened(browser, report, 390, dark=True) as page:
        wait_until(page, "window.Plotly")
        assert page.evaluate(DRAWN) < 3  # the folded one has not been seen
        page.emulate_media(media="print")
        wait_until(page, f"{DRAWN} === 3")
        widths = page.eval_on_selector_all(".plot", "all => all.map(p => p._fullLayout.width)")
        assert widths == [680, 680, 680]
        inks = page.eval_on_selector_all(".plot", "all => all.map(p => p._fullLayout.font.color)")
        assert set(inks) == {"#17212b"}
        assert page.locator("details:not([open])").count() == 0
        page.emulate_media(media="screen")
        wait_until(page, "document.querySelector('.plot')._fullLayout.width < 391")
        assert page.locator("details:not([open])").count() == 2


def test_pdf_is_made_with_every_figure(browser: Browser, report: Path):
    with opened(browser, report, 1280) as page:
        wait_until(page, "window.Plotly")
        pdf = page.pdf(prefer_css_page_size=True)
        assert page.evaluate(DRAWN) == 3
    assert len(re.findall(rb"/Type ?/Page\b", pdf)) >= 2


def test_theme_reaches_the_figures(browser: Browser, report: Path):
    ink = "document.querySelector('.plot')._fullLayout.font.color"
    with opened(browser, report, 1280) as page:
        scroll_through(page)
        assert page.evaluate(ink) == "#17212b"
        page.locator("#theme").click()
        wait_until(page, f"{ink} === '#e4e9ee'")


def test_months_are_written_in_the_language(browser: Browser, folder: Path):
    for language, month in (("zh", "2023年1月"), ("en", "Jan 2023")):
        path = folder / "2025-06-30" / f"customer_value.{language}.html"
        with opened(browser, path, 1280) as page:
            scroll_through(page)
            assert month in page.locator("#figure-1 .xtick").all_text_contents()


def test_links_lead_to_the_portal_the_other_language_and_back(browser: Browser, folder: Path):
    with opened(browser, folder / "2025-06-30" / "customer_value.zh.html", 390) as page:
        page.get_by_text("English").click()
        page.wait_for_url("**/customer_value.en.html")
        page.get_by_text("All reports").click()
        page.wait_for_url("**/index.html")
        page.locator("#edition-zh").get_by_text("English").first.click()
        assert page.locator("#edition-en h1").is_visible()
        assert not page.locator("#edition-zh").is_visible()
        page.locator("#edition-en h2 a").first.click()
        page.wait_for_url("**/2025-06-30/customer_value.en.html")


def test_page_is_light(report: Path):
    assert report.stat().st_size < 2_200_000
