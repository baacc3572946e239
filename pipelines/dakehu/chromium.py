"""Pages on paper: a Chromium of the system prints them to PDF, driven through a pipe.

Chromium is no dependency but a part of the system that may be there. It is spoken to in its own
protocol (https://chromedevtools.github.io/devtools-protocol/) because its command line neither
waits for figures nor says whether it wrote a file.
"""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

VARIABLE = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ABSENT = (
    "no PDF was made, the pages stand: there is no Chromium on this machine; install the package "
    f"chromium or google-chrome, or set {VARIABLE} to the path of one"
)
ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)
SECONDS = 180  # within which Chromium answers, or is given up
PATIENCE = 5.0  # seconds in which it may end by itself
# Every figure of the page is drawn, or has failed and says in words what it shows.
DRAWN = """(async () => {
    const loaded = new Promise(next => addEventListener("load", next));
    if (document.readyState !== "complete") await loaded;
    const done = plot => plot.querySelector("svg.main-svg") || plot.matches(".failed");
    const plots = [...document.querySelectorAll(".plot")];
    document.querySelectorAll("details").forEach(details => { details.open = true; });
    for (const plot of plots) {
        plot.scrollIntoView();
        while (!done(plot)) await new Promise(next => setTimeout(next, 20));
    }
    await document.fonts.ready;
    return plots.length;
})()"""
PAPER = {
    "preferCSSPageSize": True,
    "printBackground": True,
    "generateTaggedPDF": True,
    "generateDocumentOutline": True,
    "transferMode": "ReturnAsStream",
}


class PrintError(RuntimeError):
    """Chromium did not do what it was asked; the message says what."""


def find() -> str | None:
    """The Chromium of this machine: what the variable names, else the first that is installed."""
    named = os.environ.get(VARIABLE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def print_pages(pages: Iterable[Path]) -> None:
    """Write `<page>.pdf` beside each page, with page numbers and an outline of its headings.

    Raises:
        PrintError: there is no Chromium, or it failed; then no PDF is left half written.
    """
    path = find()
    if path is None:
        raise PrintError(ABSENT)
    with _started(path) as browser:
        for page in pages:
            content = browser.pdf(page)
            if not content.startswith(b"%PDF") or not content.rstrip().endswith(b"%%EOF"):
                raise PrintError(f"Chromium made no PDF of {page.name}")
            page.with_suffix(".pdf").write_bytes(content)


@contextmanager
def _started(path: str) -> Generator[_Browser]:
    """A Chromium with a profile of its own, ended with everything that it started."""
    with tempfile.TemporaryDirectory(prefix="dakehu-", ignore_cleanup_errors=True) as profile:
        asked, ask = _pipe()
        answer, answered = _pipe()
        # As root Chromium refuses to start in its sandbox; everybody else keeps it.
        free = ("--no-sandbox",) if os.geteuid() == 0 else ()
        process = os.posix_spawn(
            path,
            [path, *ARGUMENTS, *free, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, asked, 3),
                (os.POSIX_SPAWN_DUP2, answered, 4),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            ],
            setpgroup=0,
        )
        os.close(asked)
        os.close(answered)
        try:
            yield _Browser(ask, answer)
        finally:
            os.close(ask)  # it ends by itself when nobody can ask any more
            os.close(answer)
            _end(process)


def _end(process: int) -> None:
    """Wait a little for the process to go, then end its whole group."""
    until = time.monotonic() + PATIENCE
    while not (ended := os.waitpid(process, os.WNOHANG)[0]) and time.monotonic() < until:
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    if not ended:
        os.waitpid(process, 0)


def _pipe() -> tuple[int, int]:
    """A pipe whose ends are numbered above those that Chromium reads and writes, 3 and 4."""
    ends = os.pipe()
    high = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return high[0], high[1]


class _Browser:
    """A running Chromium: questions and answers are JSON, each ended by a zero byte."""

    def __init__(self, ask: int, answer: int) -> None:
        self.ask, self.answer = ask, answer
        self.numbers = itertools.count(1)
        self.read = b""

    def pdf(self, page: Path) -> bytes:
        """The page as it prints itself, every figure drawn."""
        target = self("Target.createTarget", url="about:blank")["targetId"]
        tab = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        gone = self("Page.navigate", tab, url=page.resolve().as_uri()).get("errorText")
        if gone:
            raise PrintError(f"Chromium could not open {page.name}: {gone}")
        drawn = self("Runtime.evaluate", tab, expression=DRAWN, awaitPromise=True)
        if "exceptionDetails" in drawn:
            raise PrintError(f"Chromium could not draw the figures of {page.name}")
        stream = self("Page.printToPDF", tab, **PAPER)["stream"]
        content = b""
        while True:
            part = self("IO.read", tab, handle=stream)
            data = part["data"]
            content += base64.b64decode(data) if part.get("base64Encoded") else data.encode()
            if part["eof"]:
                self("Target.closeTarget", targetId=target)
                return content

    def __call__(self, method: str, tab: str = "", **parameters: Any) -> dict[str, Any]:
        """Ask and wait for the answer."""
        number = next(self.numbers)
        question = {"id": number, "method": method, "params": parameters}
        if tab:
            question["sessionId"] = tab
        left = json.dumps(question).encode() + b"\0"
        try:
            while left:
                left = left[os.write(self.ask, left) :]
        except BrokenPipeError:
            raise PrintError("Chromium ended before it had printed") from None
        while (said := self._next()).get("id") != number:
            pass
        if "error" in said:
            raise PrintError(f"Chromium refused {method}: {said['error'].get('message')}")
        return said["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self.read:
            if not select.select([self.answer], [], [], SECONDS)[0]:
                raise PrintError(f"Chromium did not answer for {SECONDS} s")
            part = os.read(self.answer, 1 << 20)
            if not part:
                raise PrintError("Chromium ended before it had printed")
            self.read += part
        message, _, self.read = self.read.partition(b"\0")
        return json.loads(message)
