"""The index of a report: the customers and distributors on its pages, and where each stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dakehu.manuscript import read as manuscript_of
from dakehu.present.text import LANGUAGES
from dakehu.render import numbered

FILE = "index.json"
CARDS = ("card", "scorecard")
# The columns of a table that name a party, and those with its code.
NAMES = {"customer_name": "customer_id", "distributor_name": "distributor_id"}

Index = dict[str, Any]


class Party(NamedTuple):
    """A customer or distributor of a report; `spot` is the place in its index's `spots`."""

    code: str | None
    name: str
    spot: int


def index_of(notebook: Mapping[str, Any]) -> Index:
    """Who stands on the pages of an executed notebook, and what its figures are called.

    `spots` are the cards and tables that name parties, in the order of the page: `anchor`, the id
    that a link leads to; `by`, whether the link names a party by its code or by its name; `title`
    by language. `parties` are (code or null, name, spot): each stands once, on its card where it
    has one, else in the first table that names it. `labels` are the names of the report's figures
    by language and key.

    Raises:
        RenderError: as `render.page`.
    """
    manuscripts = {language: manuscript_of(notebook, language) for language in LANGUAGES}
    spots: list[dict[str, Any]] = []
    parties: list[Party] = []
    known: set[str] = set()  # codes, and the names of those that have none
    for kind in (*CARDS, "table"):
        versions = (numbered(manuscripts[language], kind) for language in LANGUAGES)
        for blocks in zip(*versions, strict=True):
            named = _on_table(blocks) if kind == "table" else _on_card(blocks[0])
            found = [
                Party(code, name, len(spots))
                for code, name in dict.fromkeys(named)
                if (code or name) not in known
            ]
            if found:
                spots.append(_spot(kind, blocks))
                parties += found
                known |= {text for party in found for text in (party.code, party.name) if text}
    labels = {
        language: block["labels"]
        for language, manuscript in manuscripts.items()
        for block in manuscript.items
        if "labels" in block
    }
    return {"spots": spots, "parties": parties, "labels": labels}


def write(folder: Path, notebook: Mapping[str, Any]) -> None:
    """Put the index of an executed notebook into the folder of its report's tables."""
    text = json.dumps(index_of(notebook), ensure_ascii=False, separators=(",", ":"))
    (folder / FILE).write_text(text + "\n", "utf-8")


def read(folder: Path) -> Index:
    """The index in the folder of a report's tables; an empty one where none can be read."""
    try:
        return json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {"spots": [], "parties": [], "labels": {}}


def merged(indices: Iterable[Index]) -> dict[str, list[Any]]:
    """The parties of several reports as one list, those with a code first, each once.

    `codes` (or null) and `names` of the parties, and `places`: of each party the numbers of its
    spots, when those of all indices stand one behind the other. A spot that knows a name alone
    belongs to every party of that name.
    """
    coded: dict[str, str] = {}
    places: dict[str, list[int]] = {}
    named: dict[str, list[int]] = {}
    first = 0
    for index in indices:
        for code, name, spot in index["parties"]:
            if code is None:
                named.setdefault(name, []).append(first + spot)
            else:
                coded.setdefault(code, name)
                places.setdefault(code, []).append(first + spot)
        first += len(index["spots"])
    with_code = set(coded.values())
    alone = {name: spots for name, spots in named.items() if name not in with_code}
    return {
        "codes": [*coded, *[None] * len(alone)],
        "names": [*coded.values(), *alone],
        "places": [
            *(sorted({*places[code], *named.get(name, [])}) for code, name in coded.items()),
            *alone.values(),
        ],
    }


def _spot(kind: str, blocks: tuple[Mapping[str, Any], ...]) -> dict[str, Any]:
    titles = zip(LANGUAGES, (block["title"] for block in blocks), strict=True)
    return {
        "anchor": blocks[0]["id"] if kind == "table" else kind,
        "by": "name" if kind == "table" else "code",
        "title": dict(titles),
    }


def _on_card(block: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    records = block["records"]
    yield from zip(records["codes"], records["names"], strict=True)


def _on_table(blocks: tuple[Mapping[str, Any], ...]) -> Iterator[tuple[str | None, str]]:
    """The parties of a table; what is written otherwise in another language is nobody's name."""
    keys = [column["key"] for column in blocks[0]["columns"]]
    for name, code in NAMES.items():
        if name not in keys:
            continue
        for rows in zip(*(block["rows"] for block in blocks), strict=True):
            names = {_text(row[keys.index(name)]) for row in rows}
            if len(names) == 1 and (only := names.pop()) is not None:
                yield (_text(rows[0][keys.index(code)]) if code in keys else None), only


def _text(cell: Any) -> str | None:
    return cell[0] if isinstance(cell, list) else cell
