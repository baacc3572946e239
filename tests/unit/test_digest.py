from __future__ import annotations

import re
from dataclasses import replace

import pytest

from dakehu.digest import digest
from dakehu.manuscript import Manuscript, read
from dakehu.render import headline
from pages.specimen import context, every_kind

SCRIPT = "<script>alert(1)</script>"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_mail_has_findings_before_figures_and_leads_to_the_page(language: str) -> None:
    notebook = every_kind()
    html = digest(read(notebook, language), context(), language)
    tiles = headline(notebook)[language]["tiles"]
    found = [html.index(f">{tile['value']}<") for tile in tiles]
    first = {"zh": "21 家大客户（占 3.5%）", "en": "21 key accounts (3.5%)"}[language]
    assert html.index("<h1") < html.index(first) < min(found)
    assert f'href="../customer_value.{language}.html"' in html
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in html


def test_mail_is_small_and_asks_for_nothing() -> None:
    html = digest(read(every_kind(), "zh"), context(), "zh")
    assert len(html.encode("utf-8")) < 100_000
    assert not re.search(r"<(script|style|link|img|iframe)\b", html)
    assert re.findall(r'(?:href|src)="([^"]*)"', html) == ["../customer_value.zh.html"]


def test_names_from_data_stay_text_and_a_marked_run_says_so() -> None:
    findings = {"kind": "findings", "items": [{"text": SCRIPT, "tone": ""}] * 9}
    tile = {"name": "a", "label": SCRIPT, "value": SCRIPT, "note": SCRIPT, "tone": SCRIPT}
    manuscript = Manuscript(SCRIPT, [findings, {"kind": "tiles", "tiles": [tile] * 30}])
    html = digest(manuscript, replace(context(), marked=SCRIPT), "en")
    assert "<script" not in html
    assert html.count("<li") == 6
    assert html.count("<td") == 9
    assert "Published on demand although a data check refused" in html
