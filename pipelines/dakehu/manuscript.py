"""An executed notebook as a page reads it: the prose of one language and the blocks, in sections.

Nothing else of a notebook reaches a page: no code, no HTML output, no image, and nothing of a cell
with the tag `analyst`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from markupsafe import Markup
from mistune import BlockState, HTMLRenderer, Markdown
from mistune.plugins.table import table as table_plugin

BLOCK_MIME = "application/vnd.dakehu.block+json"
BLOCK_KEYS = {
    "tiles": {"tiles"},
    "findings": {"items"},
    "figure": {"title", "summary", "height", "figure"},
    "table": {"title", "columns", "rows", "total_rows"},
    "note": {"text"},
    "definitions": {"items"},
    "card": {"title", "prompt", "panels", "details", "history", "records"},
    "scorecard": {"title", "prompt", "compare", "panels", "details", "criteria", "says", "records"},
    "weights": {"title", "platforms", "criteria", "says", "records"},
}

Block = dict[str, Any]


class RenderError(ValueError):
    """The notebook is no report: it ended with an error, or shows nothing that a page can draw."""


@dataclass
class Section:
    """A heading and what stands under it. `is_folded` sections wait for a click."""

    title: str
    is_folded: bool = False
    items: list[Block] = field(default_factory=list)


@dataclass
class Manuscript:
    """A report in one language: its question, what comes before the first heading, the sections.

    An item is a block of the notebook or `{"kind": "prose", "html": Markup}`.
    """

    title: str = ""
    opening: list[Block] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def items(self) -> Iterator[Block]:
        """Every item, from top to bottom."""
        yield from self.opening
        for section in self.sections:
            yield from section.items

    def append(self, item: Block) -> None:
        """Put an item at the end."""
        (self.sections[-1].items if self.sections else self.opening).append(item)


def read(notebook: Mapping[str, Any], language: str) -> Manuscript:
    """The manuscript of `notebook` (nbformat 4, as a NotebookNode or as plain JSON) in `language`.

    Raises:
        RenderError: a cell ended with an error, no cell shows a block, or a block is malformed.
    """
    manuscript = Manuscript()
    shown = 0
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "markdown":
            _add_prose(manuscript, cell, language)
        elif cell["cell_type"] == "code" and "analyst" not in _tags(cell):
            for block in _blocks(cell, f"cell {cell.get('id') or number}", language):
                manuscript.append(block)
                shown += 1
    if not shown:
        raise RenderError("the notebook shows no block; was it executed?")
    # A heading over nothing but code is for the analyst.
    manuscript.sections = [section for section in manuscript.sections if section.items]
    return manuscript


def _blocks(cell: Mapping[str, Any], where: str, language: str) -> Iterator[Block]:
    for output in cell.get("outputs", []):
        if output["output_type"] == "error":
            raise RenderError(f"{where} ended with {output['ename']}: {output['evalue']}")
        by_language = output.get("data", {}).get(BLOCK_MIME)
        if by_language is None:
            continue
        if language not in by_language:
            raise RenderError(f'{where} shows a block without the language "{language}"')
        block = by_language[language]
        kind = block.get("kind")
        if kind not in BLOCK_KEYS:
            raise RenderError(f'{where} shows a block of the unknown kind "{kind}"')
        if missing := sorted(BLOCK_KEYS[kind] - block.keys()):
            raise RenderError(f'{where} shows a {kind} without "{missing[0]}"')
        yield {"note": "", "file": ""} | block


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return cell.get("metadata", {}).get("tags", [])


def _add_prose(manuscript: Manuscript, cell: Mapping[str, Any], language: str) -> None:
    tags = _tags(cell)
    if language not in tags:
        return
    state = BlockState()
    state.process("".join(cell["source"]).replace("\r\n", "\n") + "\n")
    _MARKDOWN.block.parse(state)
    paragraphs: list[dict[str, Any]] = []
    for token in state.tokens:
        if token["type"] == "heading" and token["attrs"]["level"] <= 2:
            _flush(manuscript, paragraphs, state)
            title = _plain(_MARKDOWN.inline(token["text"], state.env))
            if token["attrs"]["level"] == 1 and not manuscript.title:
                manuscript.title = title
            else:
                manuscript.sections.append(Section(title, "fold" in tags))
        elif token["type"] != "blank_line":
            paragraphs.append(token)
    _flush(manuscript, paragraphs, state)


def _flush(manuscript: Manuscript, paragraphs: list[dict[str, Any]], state: BlockState) -> None:
    if paragraphs:
        state.tokens = list(paragraphs)
        html = _MARKDOWN.render_state(state)
        manuscript.append({"kind": "prose", "html": Markup(html)})  # escaped by the renderer below
        paragraphs.clear()


def _plain(tokens: list[dict[str, Any]]) -> str:
    return "".join(
        _plain(token["children"]) if "children" in token else token.get("raw", " ")
        for token in tokens
    )


class _Prose(HTMLRenderer):
    """Escapes raw HTML, shows no image, links only to the web and to files beside the page."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        parts = urlsplit(unquote(url).strip())
        is_web = parts.scheme in ("http", "https") and bool(parts.netloc)
        is_beside = not parts.scheme and not parts.netloc and not parts.path.startswith(("/", "\\"))
        if not (is_web or is_beside):
            return text
        attributes = {"href": url, "title": title, "rel": "noreferrer" if is_web else None}
        return f"<a{self.render_attrs(attributes)}>{text}</a>"

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        return text


_MARKDOWN = Markdown(renderer=_Prose(escape=True), plugins=[table_plugin])
