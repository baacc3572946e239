"""The card on a page: found by name or code, by keyboard or link, printed alone."""

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page

from dakehu.render import page
from pages.attack import HOSTILE, hostile
from pages.browser import WIDTHS, opened, wait_until
from pages.specimen import both, code, context, every_kind, notebook, prose

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("card") / "customer_value.en.html"
    path.write_text(page(every_kind(), context(), "en"), "utf-8")
    return path


def ready(shown: Page) -> None:
    wait_until(shown, "document.querySelector('.card .record h3')")


def heading(shown: Page) -> str:
    return shown.locator(".card .record h3").inner_text()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_record_is_open_with_all_that_is_known(browser: Browser, report: Path, width):
    with opened(browser, report, width) as shown:
        ready(shown)
        assert heading(shown) == "Customer 0"
        assert shown.locator(".panels dd").all_inner_texts() == ["Customer 0", "–"]
        assert shown.locator(".detail td").all_inner_texts() == ["Customer 0", "–"]
        assert shown.locator(".history rect.above, .history rect.below").count() == 3


@pytest.mark.parametrize("typed", ["customer 31", "c0031"])
def test_a_record_is_found_by_name_and_by_code(browser: Browser, report: Path, typed: str):
    with opened(browser, report, 390) as shown:
        ready(shown)
        shown.locator(".card input").fill(typed)
        assert shown.locator(".found li").count() == 1
        shown.locator(".found li").click()
        assert heading(shown) == "Customer 31"
        assert shown.locator(".found").is_hidden()


def test_the_keyboard_is_enough(browser: Browser, report: Path):
    with opened(browser, report, 1280) as shown:
        ready(shown)
        box = shown.locator(".card input")
        box.press_sequentially("customer 1")
        assert shown.locator(".found li").count() == 11  # 1 and 10 to 19
        box.press("ArrowDown")
        box.press("ArrowDown")
        marked = shown.locator(".found li[aria-selected=true]")
        assert marked.get_attribute("id") == box.get_attribute("aria-activedescendant")
        box.press("Enter")
        assert heading(shown) == "Customer 11"
        box.press_sequentially("nobody")
        box.press("Enter")
        assert heading(shown) == "Customer 11"
        assert "Nobody of that name or code." in shown.locator(".found").inner_text()
        box.press("Escape")
        assert shown.locator(".found").is_hidden()


def test_a_link_opens_a_card(browser: Browser, report: Path):
    with opened(browser, report, 1280) as shown:
        ready(shown)
        shown.evaluate("location.hash = '#card=C0007'")
        wait_until(shown, "document.querySelector('.card h3').textContent === 'Customer 7'")


def test_a_card_prints_alone(browser: Browser, report: Path):
    with opened(browser, report, 1280) as shown:
        ready(shown)
        shown.evaluate("window.print = () => {}")
        shown.locator(".print-card").click()
        shown.emulate_media(media="print")
        assert shown.locator(".card .record").is_visible()
        for other in (".masthead", ".tiles", ".table", "footer"):
            assert shown.locator(other).first.is_hidden(), other
        shown.evaluate("dispatchEvent(new Event('afterprint'))")
        assert shown.locator(".masthead").is_visible()


def test_hostile_records_stay_text(browser: Browser, tmp_path: Path):
    path = tmp_path / "customer_value.en.html"
    path.write_text(page(hostile(), context(), "en"), "utf-8")
    with opened(browser, path, 390) as shown:
        ready(shown)
        for place, attack in enumerate(HOSTILE):
            shown.evaluate(f"location.hash = '#card=' + encodeURIComponent({attack!r})")
            wait_until(shown, f"document.querySelector('.card h3').textContent === {attack!r}")
            assert not shown.evaluate("'hit' in window"), place
            assert shown.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), attack


def full(count: int) -> nbformat.NotebookNode:
    """A report of one card as full as they get: eight panels, every small table, long words."""
    labels = [f"Some measure {n}" for n in range(6)]
    tables = {"Team": 2, "Contacts": 4, "Last orders": 5, "Alerts": 5, "Not bought": 3, "Bids": 3}
    columns = [["Date", "date"], ["What it is", "text"], ["Amount", "number"], ["Days", "number"]]
    row = ["Dec 26, 2025", "XSDD20251200671", "CN¥456.35K", "10"]
    codes = [f"C{n:04d}" for n in range(count)]
    records = {
        "codes": codes,
        "names": [f"Customer {n}" for n in range(count)],
        "values": [[["CN¥20.30M"] * count for _ in labels] for _ in range(8)],
        "details": [
            {"counts": [n] * count, "columns": [[cell] * n * count for cell in row]}
            for n in tables.values()
        ],
        "history": [[float(n * month % 7) for month in range(36)] for n in range(count)],
    }
    block = {
        "kind": "card",
        "title": "Customer card",
        "prompt": "Name or code of a customer",
        "note": "The 2,000 largest of 5,000 customers.",
        "panels": [[f"Panel {n}", labels] for n in range(8)],
        "details": [[title, columns] for title in tables],
        "history": ["Sales by month", [f"2023-{n % 12 + 1:02d}" for n in range(36)]],
        "records": records,
    }
    long = [prose("en", f"## Section {n}\n\n" + "Words. " * 400) for n in range(3)]
    return notebook(prose("en", "# Who?"), *long, code(both(lambda w: block)), *long)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crowded") / "customer_value.en.html"
    path.write_text(page(full(2000), context(), "en"), "utf-8")
    return path


def test_a_full_card_is_one_screen(browser: Browser, crowded: Path):
    with opened(browser, crowded, 1280) as shown:
        ready(shown)
        assert shown.locator(".detail").count() == 6
        height = shown.evaluate("document.querySelector('.card').getBoundingClientRect().height")
        assert height <= 800
        cut = "all => all.filter(box => box.scrollWidth > box.clientWidth).length"
        assert shown.eval_on_selector_all(".detail .scroll", cut) == 0


def test_a_full_card_fits_a_phone(browser: Browser, crowded: Path):
    with opened(browser, crowded, 390) as shown:
        ready(shown)
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        shown.evaluate("location.hash = '#card=C1999'")
        wait_until(shown, "document.querySelector('.card h3').textContent === 'Customer 1999'")


def test_a_full_card_prints_on_one_sheet(browser: Browser, crowded: Path):
    with opened(browser, crowded, 1280) as shown:
        ready(shown)
        assert sheets(shown) > 1
        shown.evaluate("window.print = () => {}")
        shown.locator(".print-card").click()
        assert sheets(shown) == 1


def sheets(shown: Page) -> int:
    """The pages of A4 that the page prints on."""
    return len(re.findall(rb"/Type ?/Page\b", shown.pdf(prefer_css_page_size=True)))
