"""JupyterLab started as `dakehu lab` starts it, and driven as an analyst drives it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

# The command as installed, on other folders.
DRIVER = """
import sys
from pathlib import Path
import dakehu.paths
folder = Path(sys.argv.pop(1))
dakehu.paths.WAREHOUSES = dakehu.paths.REPORTS = folder
dakehu.paths.WORKBENCH = folder / "workbench"
from dakehu.cli import main
main()
"""
TOKEN = "analyst"
BUSY = """[...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')]
    .some(cell => !/\\d/.test(cell.querySelector('.jp-InputPrompt').textContent))"""
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"


@dataclass
class Seen:
    """What was on the screen while the notebook was scrolled from top to bottom."""

    figures: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    text: str = ""


@contextmanager
def lab(pipeline: Path, runs: Path, folder: Path) -> Generator[str]:
    """The address of a JupyterLab on the warehouse and the pages under `runs`, ended afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(folder / name.lower()) for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")}
    config = folder / "config_dir" / "jupyter_server_config.json"
    config.parent.mkdir(parents=True)
    server = {"open_browser": False, "port": port, "ip": "127.0.0.1"}
    config.write_text(json.dumps({"ServerApp": server, "IdentityProvider": {"token": TOKEN}}))
    env = os.environ | {f"JUPYTER_{name}": path for name, path in own.items()}
    env |= {
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = [sys.executable, "-c", DRIVER, str(runs), "lab", str(pipeline)]
    with (folder / "lab.log").open("w") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(f"{address}/api?token={TOKEN}"):
                assert process.poll() is None, (folder / "lab.log").read_text()
            yield f"{address}/?token={TOKEN}"
        finally:
            process.terminate()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url):
            return True
    except OSError:
        return False


def run_all(page: Page) -> None:
    """Menu Run, Run All Cells; wait until every cell has run."""
    # Before the kernel answers, the menu does nothing.
    page.wait_for_selector("#jp-main-statusbar :text('| Idle')", state="attached")
    page.click('.lm-MenuBar-itemLabel:text-is("Run")')
    page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
    while page.evaluate(BUSY):
        page.wait_for_timeout(200)


def look_through(page: Page, shots: Path) -> Seen:
    """Scroll the open notebook from top to bottom, with a picture of every screen."""
    seen = Seen()
    screen = page.locator(f"{PANEL} .jp-WindowedPanel-outer")
    top = number = 0
    while top == 0 or top < screen.evaluate("e => e.scrollHeight"):
        screen.evaluate("(e, top) => e.scrollTo(0, top)", top)
        page.wait_for_timeout(300)
        found = page.evaluate(LOOK, PANEL)
        seen.figures |= set(found["figures"])
        seen.tables |= set(found["tables"])
        seen.faults |= set(found["faults"])
        seen.text += found["text"]
        page.screenshot(path=shots / f"{shots.name}-{(number := number + 1):02}.png")
        top += 850
    return seen


LOOK = """panel => {
    const at = element => element.closest('.jp-Cell').querySelector('.jp-InputPrompt').textContent;
    const all = what => [...document.querySelectorAll(`${panel} ${what}`)];
    return {
        figures: all('.js-plotly-plot').filter(e => e.querySelector('svg.main-svg')).map(at),
        tables: all('table.dataTable').map(at),
        faults: [...all('[data-mime-type="application/vnd.jupyter.error"]'),
            ...all('[data-mime-type="application/vnd.jupyter.stderr"]')].map(e => e.textContent),
        text: all('.jp-OutputArea-output').map(e => e.textContent).join('\\n'),
    };
}"""
