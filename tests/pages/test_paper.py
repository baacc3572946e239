"""PDFs of pages, made by the Chromium of the system, read back by a reader that is not ours."""

from __future__ import annotations

import re

import pytest
from pypdf import PdfReader

from dakehu.chromium import find, print_pages
from dakehu.digest import digest
from dakehu.manuscript import read
from dakehu.render import page
from pages.browser import CHROMIUM
from pages.specimen import context, every_kind

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no Chromium at {CHROMIUM}"),
]
A4 = (595, 842)  # points


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PdfReader]:
    folder = tmp_path_factory.mktemp("paper")
    names = {}
    for language in ("zh", "en"):
        html = page(every_kind(), context(), language)
        names[language] = folder / f"customer_value.{language}.html"
        names[language].write_text(html, "utf-8")
        names[f"mail {language}"] = folder / f"summary.{language}.html"
        mail = digest(read(every_kind(), language), context(), language)
        names[f"mail {language}"].write_text(mail, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHROMIUM", str(CHROMIUM))
        assert find() == str(CHROMIUM)
        print_pages(names.values())
    return {name: PdfReader(path.with_suffix(".pdf")) for name, path in names.items()}


def titles(paper: PdfReader) -> list[str]:
    """The outline from top to bottom."""

    def walk(entries: list) -> list[str]:
        parts = [walk(one) if isinstance(one, list) else [one.title] for one in entries]
        return [title for part in parts for title in part]

    return walk(paper.outline)


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("en", ["Trend", "Concentration", "Customers", "Method", "Sources and definitions"]),
        ("zh", ["走势", "集中度", "客户", "方法", "数据来源与口径"]),
    ],
)
def test_pdf_has_numbered_pages_and_an_outline(papers, language: str, headings) -> None:
    paper = papers[language]
    count = len(paper.pages)
    assert count >= 3
    for number, sheet in enumerate(paper.pages, 1):
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A4
        assert f"{number} / {count}" in sheet.extract_text()
    found = titles(paper)
    assert [title for title in found if title in headings] == headings
    places = [
        paper.get_destination_page_number(entry)
        for part in paper.outline
        if isinstance(part, list)
        for entry in part
        if not isinstance(entry, list)
    ]
    assert places == sorted(places)
    assert places[-1] > 0


def test_pdf_has_every_figure_and_the_folded_sections(papers) -> None:
    text = "".join(sheet.extract_text() for sheet in papers["en"].pages)
    assert text.count("Net sales by month, and the six to come") == 2
    assert text.count("Jan 2023") == 2  # an axis of each: they are drawn, not only named
    assert "Customer group 07" in text
    assert "10,000 × the sum of squared shares." in text
    assert re.search(r"On paper the .{1,2}rst 20 rows", text)  # fi may be one letter
    assert "Precision Machinery Group 020" not in text


def test_links_of_the_contents_lead_to_their_sections(papers) -> None:
    links = [note.get_object() for note in papers["en"].pages[0].get("/Annots", [])]
    assert sum("/Dest" in link or "/A" in link for link in links) >= 6


@pytest.mark.parametrize("language", ["zh", "en"])
def test_summary_for_mail_is_one_page(papers, language: str) -> None:
    assert len(papers[f"mail {language}"].pages) == 1
