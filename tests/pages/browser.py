"""A page as a reader's browser sees it: what it drew, what it asked for, what went wrong."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Page, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1280, 390)
DRAWN = """[...document.querySelectorAll('.plot')].filter(plot =>
    plot.classList.contains('js-plotly-plot') && plot.querySelector('svg.main-svg')).length"""


@dataclass(frozen=True)
class PageFacts:
    """What was seen of one page at one width.

    `too_wide` names the elements that reach past the screen, `requests` are the addresses that the
    page asked for beyond itself, `errors` what it wrote to the console, `first_paint` is in ms.
    """

    figures: int
    drawn: int
    requests: tuple[str, ...]
    errors: tuple[str, ...]
    dialogs: tuple[str, ...]
    hit: bool
    scroll_width: int
    screen_width: int
    too_wide: tuple[str, ...]
    first_paint: float

    @property
    def faults(self) -> list[str]:
        """One sentence for everything that is wrong; empty for a sound page."""
        found = [
            (self.drawn != self.figures, f"{self.drawn} of {self.figures} figures drawn"),
            (self.requests, f"asked for {self.requests}"),
            (self.errors, f"console errors {self.errors}"),
            (self.dialogs or self.hit, f"a payload ran: {self.dialogs or 'window.hit is set'}"),
            (
                self.scroll_width > self.screen_width,
                f"{self.scroll_width} px wide on a screen of {self.screen_width}: {self.too_wide}",
            ),
        ]
        return [sentence for is_wrong, sentence in found if is_wrong]


@contextmanager
def chromium() -> Generator[Browser]:
    """One Chromium, closed at the end, with one window in which `inspect` opens its pages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        browser.new_context().new_page()
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, width: int, *, dark: bool = False) -> Generator[Page]:
    """The page at `path`, open on a screen `width` pixels wide, in a profile of its own."""
    session = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    try:
        page = session.new_page()
        page.goto(path.resolve().as_uri())
        yield page
    finally:
        session.close()


def inspect(browser: Browser, path: Path, width: int) -> PageFacts:
    """Open the page, unfold everything, scroll to its end, and say what was seen."""
    address = path.resolve().as_uri()
    requests: list[str] = []
    errors: list[str] = []
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    # A tab costs a third of a window, and the pages of a file keep nothing that another could see.
    page = browser.contexts[0].new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", refuse)
    page.goto(address)
    scroll_through(page)
    seen = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const clipped = element => element.closest('.scroll, .plot, .skip, pre');
            const wide = [...document.body.querySelectorAll('*')].filter(element =>
                !clipped(element) && element.getBoundingClientRect().right > width + 1);
            return {
                figures: document.querySelectorAll('.plot').length,
                hit: 'hit' in window,
                scroll: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth),
                wide: wide.slice(0, 5).map(e => `${e.tagName.toLowerCase()}.${e.className}`),
                paint: performance.getEntriesByName('first-paint')[0]?.startTime ?? 0,
            };
        }"""
    )
    drawn = page.evaluate(DRAWN)
    page.close()
    # `data:` and `blob:` addresses are inside the page; nothing leaves the machine for them.
    beyond = [url for url in requests if url != address and not url.startswith(("data:", "blob:"))]
    return PageFacts(
        figures=seen["figures"],
        drawn=drawn,
        requests=tuple(beyond),
        errors=tuple(errors),
        dialogs=tuple(dialogs),
        hit=seen["hit"],
        scroll_width=seen["scroll"],
        screen_width=width,
        too_wide=tuple(seen["wide"]),
        first_paint=seen["paint"],
    )


def scroll_through(page: Page) -> None:
    """Unfold every section and scroll to the end, giving each figure the time to be drawn."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    for plot in page.query_selector_all(".plot"):
        plot.scroll_into_view_if_needed()
        # A figure that never comes is reported by its count, not by a timeout here.
        page.evaluate(
            """plot => new Promise(done => {
                const ends = Date.now() + 10000;
                const look = () => plot.querySelector('svg.main-svg') || plot.matches('.failed')
                    || Date.now() > ends ? done() : setTimeout(look, 25);
                look();
            })""",
            plot,
        )
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(50)


def wait_until(page: Page, expression: str) -> None:
    """Wait until the expression is true; playwright's own way needs `eval`: the policy forbids it.

    Raises:
        TimeoutError: it did not come true within ten seconds.
    """
    for _ in range(400):
        if page.evaluate(f"!!({expression})"):
            return
        page.wait_for_timeout(25)
    raise TimeoutError(f"never true: {expression}")
