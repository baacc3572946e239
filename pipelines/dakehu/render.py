"""An executed notebook -> one self-contained HTML page, in one language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from dakehu import bundle
from dakehu.audiences.definition import Scope
from dakehu.manuscript import Manuscript, RenderError, read
from dakehu.paths import ROOT
from dakehu.present.text import LANGUAGES, Text

__all__ = ["PageContext", "RenderError", "headline", "numbered", "page", "page_from_file"]

TEMPLATES = ROOT / "reports" / "template"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
HEADLINE_TILES = 4
SCRIPTS = {"card": "card.js", "scorecard": "scorecard.js", "weights": "weights.js"}  # by kind
SHORT, SHORT_LABEL = 8, 4  # em up to which a text, a heading of a column stands in one line
UNBROKEN = re.compile(r"[^\s\u2e80-\uffff]+")
NARROW = {2: 620, 3: 860}  # a column of this priority needs a table wider than so many pixels


@dataclass(frozen=True)
class PageContext:
    """What a page says about itself beyond its notebook.

    `title` is the company by language, `languages` are those in which the report stands beside this
    page, `tables` the tables in `<report>/<table>.csv`; `marked` is the reason why a check refused
    a run that was published all the same; `scope` is whose rows the page rests on, None where they
    are all of the company's.
    """

    report: str
    pipeline: str
    title: dict[str, str]
    as_of: date
    currency: str
    run_id: str
    made_at: datetime
    versions: dict[str, str]
    languages: tuple[str, ...]
    tables: tuple[str, ...]
    marked: str = ""
    scope: Scope | None = None


def page(notebook: Mapping[str, Any], context: PageContext, language: str) -> str:
    """The report as HTML; everything that it needs is inside.

    Raises:
        RenderError: the notebook ended with an error, shows no block, or one that is malformed.
    """
    manuscript = read(notebook, language)
    text = Text(language, context.currency)
    figures, tables = numbered(manuscript, "figure"), numbered(manuscript, "table")
    scripts = [file("boot.js"), file("page.js")]
    drawn = [kind for kind in SCRIPTS if numbered(manuscript, kind)]
    if drawn:
        scripts += [file("records.js"), *(file(SCRIPTS[kind]) for kind in drawn)]
    sources = [bundle.source(script) for script in scripts]
    packed = None
    if figures:
        packed = bundle.plotly()
        sources.append(packed.source)
    try:
        return (
            environment()
            .get_template("page.html.j2")
            .render(
                context=context,
                scope=_scope(text, context.scope) if context.scope else [],
                language=language,
                html_language=HTML_LANGUAGES[language],
                others=[
                    (name, LANGUAGE_NAMES[name]) for name in context.languages if name != language
                ],
                company=context.title.get(language) or context.pipeline,
                made_at=moment(context.made_at, language),
                manuscript=manuscript,
                figures=figures,
                tables=tables,
                beside={name.removesuffix(".csv") for name in context.tables},
                text=text,
                policy=bundle.policy(sources),
                style=Markup(file("page.css") + _column_rules(tables)),
                boot=Markup(scripts[0]),
                scripts=[Markup(script) for script in scripts[1:]],
                drawings={block["id"]: block["figure"] for block in figures},
                plotly=packed,
            )
        )
    except (UndefinedError, TypeError, KeyError, IndexError) as error:
        raise RenderError(f"a block of {context.report} is malformed: {error}") from error


def page_from_file(executed_ipynb: Path, context: PageContext, language: str) -> str:
    """The page of an executed notebook on disk; see `page`.

    Raises:
        RenderError: as `page`, or the file is no notebook.
    """
    return page(notebook_from_file(executed_ipynb), context, language)


def notebook_from_file(path: Path) -> dict[str, Any]:
    """A notebook as plain JSON: nbformat would take half a second to import and adds nothing here.

    Raises:
        RenderError: the file cannot be read as a notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise RenderError(f"{path.name} is no notebook: {error}") from error
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise RenderError(f"{path.name} is no notebook of format 4")
    return notebook


def headline(notebook: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the portal shows of a report: by language its question and its first tiles.

    `{"zh": {"title": "..", "tiles": [{"name", "label", "value", "note", "previous", "tone"}]}}`

    Raises:
        RenderError: as `page`.
    """
    found = {}
    for language in LANGUAGES:
        manuscript = read(notebook, language)
        tiles = [
            tile for item in manuscript.items if item["kind"] == "tiles" for tile in item["tiles"]
        ]
        found[language] = {"title": manuscript.title, "tiles": tiles[:HEADLINE_TILES]}
    return found


def _scope(text: Text, scope: Scope) -> list[str]:
    from dakehu.present.audience import sentences  # polars: the portal needs none of it

    return sentences(text, scope)


@cache
def environment() -> Environment:
    """The templates, everything in them escaped, and no variable allowed to be absent."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["data"] = _data
    jinja.filters["packed"] = _packed
    jinja.filters["css_string"] = _css_string
    jinja.filters["cell"] = _cell
    return jinja


@cache
def file(name: str) -> str:
    """A stylesheet or script that stands beside the templates."""
    return (TEMPLATES / name).read_text("utf-8")


def numbered(manuscript: Manuscript, kind: str) -> list[dict[str, Any]]:
    """The items of one kind, each given an `id` that is the same in every run."""
    found = [item for item in manuscript.items if item["kind"] == kind]
    for number, item in enumerate(found, 1):
        item["id"] = f"{kind}-{number}"
    return found


def moment(when: datetime, language: str) -> str:
    """A point in time to the minute, with its distance from UTC where it has one."""
    offset = when.utcoffset()
    zone = "" if offset is None else timezone(offset).tzname(None)
    return f"{Text(language, '').date(when)} {when:%H:%M} {zone}".strip()


def _column_rules(tables: list[dict[str, Any]]) -> str:
    """How the columns of each table stand: by number, so that no cell has to repeat it."""
    rules = []
    for block in tables:
        name = f"#{block['id']}"
        for number, column in enumerate(block["columns"], 1):
            cells = f"tr > :nth-child({number})"
            if _ems(column["label"]) <= SHORT_LABEL:
                rules.append(f"{name} thead {cells} {{ white-space: nowrap }}")
            if column["type"] == "text":
                rules += _text_rules(block, number)
            elif number > 1:
                side = "center" if column["type"] == "flag" else "right"
                rules.append(f"{name} {cells} {{ text-align: {side} }}")
                rules.append(f"{name} td:nth-child({number}) {{ white-space: nowrap }}")
            else:
                rules.append(f"{name} tbody tr > :first-child {{ white-space: nowrap }}")
            if number > 1 and column["priority"] in NARROW:
                narrow = f".js {name}:not(.wide)"
                rules.append(
                    f"@container (max-width: {NARROW[column['priority']]}px) "
                    f"{{ {narrow} .columns {{ display: inline-block }} "
                    f"{narrow} {cells} {{ display: none }} }}"
                )
                rules.append(
                    f"@media print {{ @container (max-width: {NARROW[column['priority']]}px) "
                    f"{{ {narrow} .unprinted.narrow {{ display: inline }} }} }}"
                )
    return "\n".join(rules)


def _text_rules(block: dict[str, Any], number: int) -> list[str]:
    """How wide a column of texts is: short ones stand in one line, longer ones break at words.

    Longer ones have room for some eight Chinese characters, or for a word of up to 14 em: a word
    beyond that is broken.
    """
    texts = [_cell(row[number - 1])[0] for row in block["rows"] if row[number - 1] is not None]
    widest = max(map(_ems, texts), default=0)
    cells = f"#{block['id']} tr > :nth-child({number})"
    if widest <= SHORT:
        return [f"#{block['id']} tbody tr > :nth-child({number}) {{ white-space: nowrap }}"]
    words = (word for text in texts for word in UNBROKEN.findall(text))
    width = max(SHORT, min(max(map(_ems, words), default=0), 14)) + 0.5
    return [f"{cells} {{ box-sizing: content-box; min-width: {width:.4g}em }}"]


def _ems(text: str) -> float:
    return sum(1 if letter > "\u1fff" else 0.6 for letter in text)


def _cell(cell: Any) -> tuple[str, str | None, str | None]:
    """A cell of a table block: what is read, what it sorts by where that differs, what it opens."""
    if not isinstance(cell, list):
        return str(cell), None, None
    shown, value = str(cell[0]), cell[1]
    if len(cell) > 2:
        return shown, None, cell[2]
    if isinstance(value, float):
        return shown, f"{value:.10g}", None
    key = "" if value is None else str(value)
    return shown, None if key == shown else key, None


def _data(value: Any) -> Markup:
    """JSON that may stand in a script element: no `<` can end it."""
    return Markup(_json(value).replace("<", "\\u003c"))


def _packed(value: Any) -> Markup:
    """JSON for the page's script to unpack; its letters cannot end an element."""
    return bundle.packed(_json(value).encode("utf-8"))


def _json(value: Any) -> str:
    try:
        return json.dumps(
            value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
        )
    except ValueError as error:
        raise RenderError(f"a block holds a number that JSON does not know: {error}") from error


def _css_string(value: str) -> Markup:
    """A text as a CSS string in which every character is a code point: none can end it."""
    return Markup('"' + "".join(f"\\{ord(letter):x} " for letter in value) + '"')
