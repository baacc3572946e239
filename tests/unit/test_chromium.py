"""What happens where Chromium is absent, dies or answers nonsense; tests/pages has the real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dakehu import chromium
from dakehu.chromium import PrintError, find, print_pages

# Answers each question with what it is given, by number.
TALKER = """#!/usr/bin/env python3
import json, os
said = b""
while part := os.read(3, 65536):
    said += part
    while b"\\0" in said:
        question, _, said = said.partition(b"\\0")
        asked = json.loads(question)
        answer = {answers}.get(asked["method"], {{"result": {{}}}})
        os.write(4, json.dumps(answer | {{"id": asked["id"]}}).encode() + b"\\0")
"""
GOOD = {
    "Target.createTarget": {"result": {"targetId": "t"}},
    "Target.attachToTarget": {"result": {"sessionId": "s"}},
    "Page.printToPDF": {"result": {"stream": "1"}},
    "IO.read": {"result": {"data": "%PDF-1.7 %%EOF", "eof": True}},
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "a.en.html"
    path.write_text("<h1>a</h1>", "utf-8")
    return path


def browser(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = folder / "browser"
    path.write_text(script, "utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(path))


def talker(folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: dict) -> None:
    answers = GOOD | {name.replace("_", "."): answer for name, answer in changes.items()}
    browser(folder, monkeypatch, TALKER.format(answers=f"{{k: v for k, v in {answers!r}.items()}}"))


def test_absent_browser_is_said_with_what_to_do(page: Path, monkeypatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(page.parent))
    assert find() is None
    with pytest.raises(PrintError, match="no Chromium on this machine; install the package"):
        print_pages([page])


def test_named_browser_comes_before_an_installed_one(page: Path, monkeypatch) -> None:
    browser(page.parent, monkeypatch, "#!/bin/sh\n")
    (page.parent / "chromium").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", f"{page.parent}:{os.environ['PATH']}")
    assert find() == str(page.parent / "browser")
    monkeypatch.delenv("CHROMIUM")
    assert find() == str(page.parent / "chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert find() is None


def test_pdf_stands_beside_the_page(page: Path, monkeypatch) -> None:
    talker(page.parent, monkeypatch)
    print_pages([page])
    assert page.with_suffix(".pdf").read_bytes() == b"%PDF-1.7 %%EOF"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Page_navigate": {"result": {"errorText": "net::ERR"}}}, "could not open a.en.html"),
        ({"Runtime_evaluate": {"result": {"exceptionDetails": {}}}}, "could not draw the figures"),
        ({"Page_printToPDF": {"error": {"message": "no"}}}, "refused Page.printToPDF: no"),
        ({"IO_read": {"result": {"data": "%PDF-1.7", "eof": True}}}, "made no PDF of a.en.html"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_no_file(page: Path, monkeypatch, changes, said) -> None:
    talker(page.parent, monkeypatch, **changes)
    with pytest.raises(PrintError, match=said):
        print_pages([page])
    assert not page.with_suffix(".pdf").exists()


def test_browser_that_dies_is_said(page: Path, monkeypatch) -> None:
    browser(page.parent, monkeypatch, "#!/bin/sh\nexit 1\n")
    with pytest.raises(PrintError, match="ended before it had printed"):
        print_pages([page])


def test_browser_that_is_silent_is_given_up_and_ended(page: Path, monkeypatch) -> None:
    own = page.parent / "pid"
    browser(page.parent, monkeypatch, f"#!/bin/sh\necho $$ > {own}\nexec sleep 600\n")
    monkeypatch.setattr(chromium, "SECONDS", 0.5)
    monkeypatch.setattr(chromium, "PATIENCE", 0.2)
    with pytest.raises(PrintError, match="did not answer"):
        print_pages([page])
    with pytest.raises(ProcessLookupError):
        os.kill(int(own.read_text()), 0)
