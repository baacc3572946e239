"""Keys of facts against the keys of dimensions: a file that nothing refers to is no reference."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from dakehu.proposal.dimensions import drawn
from dakehu.proposal.lines import Feed, identifier
from dakehu.proposal.matching import NAMES
from dakehu.proposal.synonyms import normal
from dakehu.schema import tables
from dakehu.sources.relation import literal

STRANGE = 0.05  # a dimension that knows fewer of the keys belongs to something else
COMPLETE = 0.95
SPELLINGS_AT_MOST = 20


def settle(feeds: list[Feed]) -> list[Feed]:
    """The feeds with keys that meet: a dimension goes by name, is completed or dropped for it."""
    for dimension in NAMES:
        facts = _facts(feeds, dimension)
        for feed in [f for f in feeds if f.table == dimension and not f.distinct]:
            _key_by_name(feed, facts)
        known = _known(feeds, dimension)
        if not known or not facts:
            continue
        for fact, column in facts:
            _respell(fact, column, known)
        if max(_coverage(fact, column, known) for fact, column in facts) < STRANGE:
            feeds = [f for f in feeds if f.table != dimension or f.distinct]
        elif dimension in ("customers", "products"):
            feeds += _completion(feeds, facts, dimension, known)
    return feeds


def _key(dimension: str) -> str:
    (key,) = tables()[dimension].key
    return key


def _facts(feeds: list[Feed], dimension: str) -> list[tuple[Feed, str]]:
    """The columns of other tables that hold the dimension's keys."""
    return [
        (feed, column.name)
        for table in tables().values()
        for column in table.columns.values()
        if column.reference and column.reference.table == dimension != table.name
        for feed in feeds
        if feed.table == table.name and not feed.is_off
        if column.name in feed.lines and feed.lines[column.name].heading
    ]


def _counts(feed: Feed, column: str) -> Counter[str]:
    """The keys in a column and how often each stands there; none where the line is no column."""
    line = feed.lines.get(column)
    if line is None or line.heading is None:
        return Counter()
    values = feed.shape.values(line.heading)
    return Counter({t: n for t, n in values.counts.items() if t not in values.null_texts})


def _known(feeds: list[Feed], dimension: str) -> set[str]:
    """The keys of a dimension; empty where not all of its rows were seen."""
    own = [feed for feed in feeds if feed.table == dimension]
    if not all(feed.shape.is_whole for feed in own):
        return set()
    return {key for feed in own for key in _counts(feed, _key(dimension))}


def _coverage(fact: Feed, column: str, keys: set[str]) -> float:
    if fact.lines[column].heading is None:  # respelt: every key is known, or nearly
        return 1.0
    counts = _counts(fact, column)
    return sum(n for text, n in counts.items() if text in keys) / max(counts.total(), 1)


def _key_by_name(feed: Feed, facts: list[tuple[Feed, str]]) -> None:
    """Take the name for the key where the facts go by names."""
    key, name = _key(feed.table), NAMES[feed.table]
    ids, names = set(_counts(feed, key)), set(_counts(feed, name))
    if not facts or not ids or not names:
        return
    by_id = max(_coverage(fact, column, ids) for fact, column in facts)
    by_name = max(_coverage(fact, column, names) for fact, column in facts)
    if by_name > by_id + 0.3:
        feed.lines[key] = replace(
            feed.lines[name], level="likely", note="the facts go by names, so the name is the key"
        )


def _respell(fact: Feed, column: str, keys: set[str]) -> None:
    """Write the dimension's spelling for keys that differ from it in case, spaces or marks only."""
    by_normal: dict[str, list[str]] = {}
    for key in keys:
        by_normal.setdefault(normal(key), []).append(key)
    counts = _counts(fact, column)
    lost = [text for text in counts if text not in keys]
    meant = {t: by_normal[normal(t)][0] for t in lost if len(by_normal.get(normal(t), ())) == 1}
    if not meant or len(meant) > SPELLINGS_AT_MOST or normal("".join(meant)) == "":
        return
    line = fact.lines[column]
    name = identifier(fact.shape, line.heading or "")
    branches = " ".join(f"when {literal(a)} then {literal(b)}" for a, b in sorted(meant.items()))
    rows = sum(counts[text] for text in meant)
    fact.lines[column] = replace(
        line,
        origin={"sql": f"case {name} {branches} else {name} end"},
        level="likely",
        note=f"{rows:,} rows spell a key otherwise than its own file does",
    )


def _completion(
    feeds: list[Feed], facts: list[tuple[Feed, str]], dimension: str, known: set[str]
) -> list[Feed]:
    """Feeds that add the keys which the dimension's own file lacks."""
    if any(f.table == dimension and f.distinct for f in feeds):
        return []
    made = []
    for fact, column in facts:
        if column != _key(dimension) or _coverage(fact, column, known) >= COMPLETE:
            continue
        if feed := drawn(dimension, fact):
            lost = len(set(_counts(fact, column)) - known)
            feed.notes.append(f"{lost:,} keys are missing in the file above: taken from here.")
            made.append(feed)
    return made
