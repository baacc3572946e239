"""Whether everybody can read a page: what Lighthouse asks of it, and paper and keyboard besides.

axe-core judges names, roles, landmarks and headings. What it leaves open is judged here: contrast
against what is really drawn behind a text, figures included; a walk through the page by keyboard;
the page on A4.
"""

from __future__ import annotations

import base64
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, JSHandle, Page

from pages.browser import DRAWN, opened, scroll_through, wait_until

SCRIPT = Path(__file__).with_suffix(".js").read_text("utf-8")
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast": {"enabled": False}},
}
WITHOUT_TEXT = """
*, ::before, ::after, ::placeholder { color: transparent !important; transition: none !important }
svg text { visibility: hidden !important }"""
STRIP = 8000  # px: what Chromium draws in one picture
PAPER_WIDTH = 688  # px: A4 less the margins of the page, see @page in page.css


def faults(browser: Browser, path: Path, language: str) -> list[str]:
    """One sentence for everything that keeps a reader out of the page at `path`; sound: none.

    `language` is what the page should say it is written in, `zh-CN` or `en`.
    """
    found: dict[str, None] = {}
    with _looked_at(browser, path) as (page, eyes):
        found |= dict.fromkeys(eyes.evaluate("(eyes, lang) => eyes.structure(lang)", language))
        found |= dict.fromkeys(axe(page))
        found |= dict.fromkeys(_contrast(page, eyes))
        found |= dict.fromkeys(_walk(page, eyes))
    with _looked_at(browser, path, dark=True) as (page, eyes):
        found |= dict.fromkeys(f"dark {fault}" for fault in _contrast(page, eyes))
    return [*found, *_paper(browser, path)]


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong: each rule, how often, and the first element that breaks it."""
    violations = Axe().run(page, options=AXE).response["violations"]
    return [
        f"axe: {rule['id']}, {len(rule['nodes'])} times, first at {rule['nodes'][0]['target'][-1]}"
        for rule in violations
    ]


@contextmanager
def _looked_at(
    browser: Browser, path: Path, *, dark: bool = False
) -> Generator[tuple[Page, JSHandle]]:
    """The page, unfolded and with every figure drawn, and what looks at it."""
    with opened(browser, path, 1280, dark=dark) as page:
        scroll_through(page)
        page.evaluate("scrollTo(0, 0)")
        yield page, page.evaluate_handle(SCRIPT)


def _contrast(page: Page, eyes: JSHandle) -> list[str]:
    texts = eyes.evaluate("eyes => eyes.texts()")
    style = page.add_style_tag(content=WITHOUT_TEXT)
    size = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    strips = [_strip(page, top, size) for top in range(0, size[1], STRIP)]
    style.evaluate("element => element.remove()")
    return eyes.evaluate("(eyes, [texts, strips]) => eyes.contrast(texts, strips)", [texts, strips])


def _strip(page: Page, top: int, size: list[int]) -> dict[str, Any]:
    clip = {"x": 0, "y": top, "width": size[0], "height": min(STRIP, size[1] - top)}
    png = page.screenshot(full_page=True, clip=clip)
    return {"top": top, "png": base64.b64encode(png).decode("ascii")}


def _walk(page: Page, eyes: JSHandle) -> list[str]:
    count = eyes.evaluate("eyes => eyes.watch()")
    for _ in range(count + 5):
        page.keyboard.press("Tab")
    return eyes.evaluate("eyes => eyes.walked()")


def _paper(browser: Browser, path: Path) -> list[str]:
    with opened(browser, path, PAPER_WIDTH) as page:
        if page.locator(".plot").count():
            wait_until(page, "window.Plotly")
        page.emulate_media(media="print")
        wait_until(page, f"{DRAWN} === document.querySelectorAll('.plot').length")
        eyes = page.evaluate_handle(SCRIPT)
        return eyes.evaluate("(eyes, width) => eyes.paper(width)", PAPER_WIDTH)
