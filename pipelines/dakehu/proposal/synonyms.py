"""What exports call things: sql/synonyms.yml, and a heading taken apart into name, unit and tax."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from dakehu.paths import SQL
from dakehu.source import UNITS

LEVELS = ("sure", "likely", "guess")
CURRENCIES = {
    "¥": "CNY", "元": "CNY", "人民币": "CNY", "rmb": "CNY", "cny": "CNY", "$": "USD", "us$": "USD",
    "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP", "jpy": "JPY", "hkd": "HKD",
    "港币": "HKD", "美元": "USD", "欧元": "EUR", "日元": "JPY",
}  # fmt: skip
BRACKETS = re.compile(r"\((.*?)\)|\[(.*?)\]|\{(.*?)\}|【(.*?)】", re.DOTALL)
UNTAXED = re.compile(
    r"不含税|未税|无税|去税|(excl?|excluding|without|before|less|ex)[ .]*(vat|tax|gst)|untaxed"
    r"|\bnet\b"
)
TAXED = re.compile(
    r"含税|价税合计|(incl?|including|with|after|plus)[ .]*(vat|tax|gst)|\bgross\b|tax included"
)


@dataclass(frozen=True)
class Heading:
    """A heading: `names` to look up, best first; `unit`, `currency`, `taxed` where it tells."""

    names: tuple[str, ...]
    unit: str | None
    currency: str | None
    taxed: bool | None


@dataclass(frozen=True)
class Meaning:
    """A canonical column that a heading may mean; `rank` orders the headings of one column."""

    column: str
    level: str
    rank: int


def normal(text: str) -> str:
    """A heading without case, width, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


@cache
def known() -> dict[str, Any]:
    """sql/synonyms.yml as it is written."""
    return yaml.load((SQL / "synonyms.yml").read_text("utf-8"), yaml.CSafeLoader)


@cache
def units() -> dict[str, str]:
    """The unit of the pipeline file by what headings write for it."""
    written = {text: unit for unit, texts in known()["units"].items() for text in texts}
    return {unit: unit for unit in UNITS} | written


@cache
def heading(text: str) -> Heading:
    """A heading taken apart."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    words = re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()
    insides = [match[match.lastindex or 0] for match in BRACKETS.finditer(narrow)]
    notes = [note.strip() for inside in insides for note in inside.split("/")]
    bare = BRACKETS.sub("", narrow)
    if "/" in bare and bare.rsplit("/", 1)[1].strip() in units() | CURRENCIES:
        bare, note = bare.rsplit("/", 1)
        notes.append(note.strip())
    unit = next((units()[note] for note in notes if note in units()), None)
    names = [normal(narrow), normal(bare)]
    for name in UNITS:
        if len(name) == 2 and names[-1].endswith(name):  # 销售额万元
            unit = unit or name
            names.append(names[-1].removesuffix(name))
            break
    currency = next((CURRENCIES[note] for note in notes if note in CURRENCIES), None)
    return Heading(tuple(dict.fromkeys(names)), unit, currency, _taxed(narrow, words, names))


def _taxed(narrow: str, words: str, names: list[str]) -> bool | None:
    for listed, answer in (("untaxed", False), ("taxed", True)):
        if {normal(entry) for entry in known()[listed]} & set(names):
            return answer
    if UNTAXED.search(narrow) or UNTAXED.search(words):
        return False
    return True if TAXED.search(narrow) or TAXED.search(words) else None


@cache
def meanings(table: str) -> dict[str, Meaning]:
    """What normal headings mean in a canonical table."""
    found = {}
    for column, levels in known()["headings"].get(table, {}).items():
        entries = [(level, entry) for level in LEVELS for entry in levels.get(level, ())]
        for rank, (level, entry) in enumerate(entries):
            found[normal(entry)] = Meaning(column, level, rank)
    return found


@cache
def stand_ins(table: str, column: str) -> tuple[str, ...]:
    """Normal headings that may stand in for a column of which nothing better is found."""
    return tuple(normal(entry) for entry in known()["stand_ins"].get(f"{table}.{column}", ()))


@cache
def codes(table: str, column: str) -> dict[str, str]:
    """Canonical value by what exports write for it, in lower case."""
    written = known()["codes"].get(f"{table}.{column}", {})
    return {text.lower(): code for code, texts in written.items() for text in texts}


@cache
def _everything() -> frozenset[str]:
    return frozenset(name for table in known()["headings"] for name in meanings(table))


def is_known(text: str) -> bool:
    """Whether any table has a column that is called so."""
    return any(name in _everything() for name in heading(text).names)


def is_erp(headings: tuple[str, ...]) -> bool:
    """Whether headings are those of a Chinese ERP."""
    return bool({normal(h) for h in headings} & {normal(entry) for entry in known()["erp"]})
