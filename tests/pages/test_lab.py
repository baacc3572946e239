"""A new analyst's path, by what is on the screen: from `dakehu lab` to a customer's rows."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from dakehu.paths import NOTEBOOKS
from pages.lab import PANEL, lab, look_through, run_all

pytestmark = pytest.mark.slow


def notebooks() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(NOTEBOOKS.iterdir()) if path.is_file()}


def shots(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def open_first(page: Page, address: str) -> list[str]:
    """Open JupyterLab; the list takes every address that it asks for beyond itself."""
    beyond: list[str] = []
    local = address.split("?")[0]

    def note(url: str) -> None:
        if not url.startswith((local, local.replace("http", "ws"), "data:", "blob:")):
            beyond.append(url)

    page.on("request", lambda request: note(request.url))
    page.set_default_timeout(0)
    page.goto(address)
    page.wait_for_selector(f"{PANEL} .jp-Cell")
    return beyond


def test_from_the_front_door_to_the_rows_behind_a_customer(
    browser: Browser, demo_run: Path, demo_pipeline_file: Path, tmp_path: Path
) -> None:
    before = notebooks()
    (session := browser.new_context(viewport={"width": 1400, "height": 1000}))
    page = session.new_page()
    with lab(demo_pipeline_file, demo_run, tmp_path) as address:
        beyond = open_first(page, address)
        run_all(page)
        front = look_through(page, shots(tmp_path, "front"))
        assert front.faults == set()
        assert len(front.figures) == 2
        assert len(front.tables) > 10

        (dated,) = (demo_run / "demo").glob("2*")
        customers = pl.read_parquet(dated / "customer_value" / "customers.parquet")
        amount = customers["net_amount"].max()
        assert f"'rows': Decimal('{amount}'), 'page': Decimal('{amount}')" in front.text

        page.click(f'a:text-is("customer_value.{dated.name}.ipynb")')
        page.wait_for_selector(f"{PANEL} .jp-Cell :text('The parameters of that run')")
        run_all(page)
        behind = look_through(page, shots(tmp_path, "behind"))
        assert behind.faults == set()
        assert len(behind.figures) > 5
        assert "销售订单_" in behind.text, "the rows of the source files stand at the end"
        assert page.locator("text=Would you like to get notified").count() == 0
    session.close()
    assert beyond == []
    assert notebooks() == before
    summary = json.loads((dated / "customer_value" / "summary.json").read_text("utf-8"))
    assert summary["as_of"] == dated.name, "the run's own files are as they were"
