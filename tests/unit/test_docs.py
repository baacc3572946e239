"""The docs cannot lie: what is generated is in step, what is written names things that exist."""

import re
import sys
from pathlib import Path

import pytest

from dakehu.cli import main
from dakehu.paths import ROOT
from dakehu.pipeline import load_pipeline

sys.path.insert(0, str(ROOT / "docs"))
from generate import PAGES

WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_in_step(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), "run `make docs`"


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_commands_named_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    assert (
        set(re.findall(r"\bdakehu ([a-z]+)\b(?= [A-Zpw\[]|`|$)", text)) - main.commands.keys()
        == set()
    )
    targets = set(re.findall(r"`make ([a-z]+)`", text))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def test_the_example_pipeline_of_the_docs_is_valid(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "bring-your-own-data.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mine.toml").write_text(example, "utf-8")
    pipeline = load_pipeline(tmp_path / "mine.toml")
    assert [source.table for source in pipeline.source] == ["order_lines", "customers"]
