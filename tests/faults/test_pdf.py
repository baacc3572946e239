"""`--pdf` with and without a Chromium on the machine, on real runs."""

import pytest

from pages.browser import CHROMIUM
from shop import AS_OF, Shop

pytestmark = pytest.mark.slow
EVERY = {f"customer_value.{language}.pdf" for language in ("zh", "en")}


def papers(shop: Shop) -> set[str]:
    return {path.name for path in (shop.out / "shop" / AS_OF).glob("*.pdf")}


def test_without_chromium_the_pages_stand_and_it_is_said(shop: Shop, monkeypatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    before = shop.published("customer_value")
    code, errors = shop.run("--pdf", "--force", "--report", "customer_value")
    assert (code, errors.count("\n")) == (0, 1)
    assert errors.startswith("dakehu: no PDF was made, the pages stand: ")
    assert shop.published("customer_value").keys() == before.keys()
    assert papers(shop) == set()
    # Nothing is made again for a PDF that nobody can make.
    assert shop.run("--pdf", "--report", "customer_value")[0] == 0
    assert shop.last["status"] == "unchanged"


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}")
def test_pdf_stands_beside_its_page_and_never_beside_a_later_one(shop: Shop, monkeypatch) -> None:
    monkeypatch.setenv("CHROMIUM", str(CHROMIUM))
    only = ("--report", "customer_value")
    assert shop.run("--pdf", *only) == (0, "")  # the page was there, its PDF not
    assert papers(shop) == EVERY
    assert f"{AS_OF}/customer_value.zh.pdf" in shop.portal
    assert f"{AS_OF}/customer_value.zh.xlsx" in shop.portal
    assert f"{AS_OF}/customer_value/summary.zh.html" in shop.portal
    assert shop.run("--pdf", *only) == (0, "")
    assert shop.last["status"] == "unchanged"
    assert papers(shop) == EVERY
    assert shop.run("--force", *only) == (0, "")
    assert papers(shop) == set()
    assert ".pdf" not in shop.portal
