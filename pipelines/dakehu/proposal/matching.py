"""Headings to canonical columns: by what they are called, checked against what stands below."""

from __future__ import annotations

from dataclasses import dataclass

from dakehu.proposal.shapes import Shape
from dakehu.proposal.synonyms import LEVELS, codes, heading, known, meanings, stand_ins
from dakehu.proposal.values import Values
from dakehu.schema import NUMBERS, Column, tables
from dakehu.sources.macros import NO, YES

# A table is proposed only where one of these is found, else any file with a customer would be one.
ANCHORS = {
    "bids": {"result", "our_bid", "winning_bid"},
    "quotas": {"target_amount", "target_qty"},
    "credit_terms": {"credit_limit", "term_days"},
    "people": {"name", "org_unit", "role", "hire_date"},
    "shipments": {"freight_amount", "delivered_date"},
    "competitor_events": {"rival"},
    "distributors": {"contract_no", "capacity_amount", "warehouse_m2", "declared_total_sales"},
    "activities": {"type", "hours", "person_id"},
}
NAMES = {
    "customers": "customer_name",
    "products": "product_name",
    "people": "name",
    "territories": "territory_name",
}
NUMBERED_BY_LOADER = {"line_no"}
WEIGHTS = {"sure": 3.0, "likely": 2.0, "guess": 1.0}
HINT = 3.0  # what the name of a file or sheet counts for
ENOUGH = 0.8  # a required column must read in so many of its filled cells, an optional one in half
OFTEN = 0.95


@dataclass(frozen=True)
class Choice:
    """The heading that fills a canonical column, and how certain that is."""

    heading: str
    level: str


Match = dict[str, Choice]


def match(table: str, shape: Shape) -> Match:
    """The best heading for every column of `table` that `shape` can fill."""
    asked = ("match", table)
    if asked not in shape.memory:
        shape.memory[asked] = _match(table, shape)
    return dict(shape.memory[asked])


def _match(table: str, shape: Shape) -> Match:
    found: dict[str, list[tuple[tuple[float, ...], Choice]]] = {}
    for place, text in enumerate(shape.headings):
        for name in heading(text).names:
            if meaning := meanings(table).get(name):
                column = tables()[table].columns[meaning.column]
                if level := _level(meaning.level, column, shape.values(text)):
                    rank = (LEVELS.index(level), meaning.rank, place)
                    found.setdefault(column.name, []).append((rank, Choice(text, level)))
                break
    chosen = {column: min(ranked, key=lambda r: r[0])[1] for column, ranked in found.items()}
    for column in tables()[table].columns.values():
        if column.name not in chosen and (choice := _stand_in(table, column, shape)):
            chosen[column.name] = choice
    return {column: chosen[column] for column in tables()[table].columns if column in chosen}


def _stand_in(table: str, column: Column, shape: Shape) -> Choice | None:
    names = stand_ins(table, column.name)
    usable = [
        (names.index(name), text)
        for text in shape.headings
        for name in heading(text).names
        if name in names and _level("guess", column, shape.values(text))
    ]
    return Choice(min(usable)[1], "guess") if usable else None


def _level(level: str, column: Column, values: Values) -> str | None:
    """How certain a heading is once its values are seen; None: they are something else."""
    if not values.filled:
        return None
    share = _share(column, values)
    if share < (ENOUGH if column.is_required else 0.5):
        return None
    is_gappy = values.filled < (OFTEN if column.is_required else 0.5) * values.rows
    steps = (share < OFTEN) + is_gappy
    return LEVELS[min(LEVELS.index(level) + steps, len(LEVELS) - 1)]


def _share(column: Column, values: Values) -> float:
    """The share of filled cells that read as the column's kind."""
    if column.kind in NUMBERS:
        return values.numbers.share
    if column.kind in ("date", "time"):
        return values.dates.share
    filled = [text for text in values.counts if text not in values.null_texts]
    if column.kind == "flag":
        return float(all(text.lower() in YES + NO for text in filled))
    if column.kind == "key":
        is_fraction = values.numbers.share == 1 and any("." in t.rstrip("0.") for t in filled)
        is_date = values.dates.share == 1 and values.dates.format is not None
        is_prose = sum(map(len, filled)) > 120 * len(filled)
        return 0.0 if is_fraction or is_date or is_prose else 1.0
    return 1.0


def named(match: Match, table: str) -> Match:
    """A match of a dimension in which its name stands in for a missing key, or the key for it."""
    if table not in NAMES:
        return match
    (key,), name = tables()[table].key, NAMES[table]
    if key in match and name not in match:
        return match | {name: Choice(match[key].heading, "guess")}
    if name in match and key not in match and match[name].level == "sure":
        return match | {key: Choice(match[name].heading, "likely")}
    return match


def lacks(table: str, match: Match) -> set[str]:
    """The required columns that a match leaves open."""
    required = {c.name for c in tables()[table].columns.values() if c.is_required}
    numbered = NUMBERED_BY_LOADER if "order_id" in match else set()
    return required - match.keys() - numbered


def is_anchored(table: str, match: Match, shape: Shape) -> bool:
    """Whether a match is more than a chance: what makes out the table is there, its key unique."""
    if table in ANCHORS and not ANCHORS[table] & match.keys():
        return False
    key = tables()[table].key
    if len(key) != 1 or key[0] not in match:
        return True
    values = shape.values(match[key[0]].heading)
    return values.distinct >= OFTEN * values.filled


def score(table: str, match: Match, shape: Shape) -> float:
    """How much speaks for the table: columns found, required ones most, and the file's name."""
    columns = tables()[table].columns
    points = sum(
        WEIGHTS[choice.level] / (1 if columns[name].is_required else 3)
        for name, choice in match.items()
    )
    named_so = (shape.first.item.shown + (shape.first.sheet or "")).lower()
    hinted = any(word in named_so for word in known()["names"].get(table, ()))
    return points + HINT * hinted - 2.0 * len(lacks(table, match))


def coded(table: str, column: str, values: Values) -> dict[str, str]:
    """The codes of a column's values that are known, in order of the values."""
    meant = codes(table, column)
    return {text: meant[text.lower()] for text in sorted(values.counts) if text.lower() in meant}
