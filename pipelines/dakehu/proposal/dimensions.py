"""Customers, products and territories: from files of their own, or out of the files of facts."""

from __future__ import annotations

import polars as pl

from dakehu.proposal.lines import Feed, Line, constant, identifier, lines
from dakehu.proposal.matching import Choice, Match, match, named
from dakehu.proposal.shapes import Shape
from dakehu.proposal.synonyms import heading, known, normal
from dakehu.schema import tables

DEPENDS = 0.95  # so many keys have one value only, or the column is none of the dimension's
NAMED = 0.5  # a name may be written in more than one way
LEVELS = {
    "nation": ("country", "国家", "countrycode"),
    "province": ("province", "state", "省", "省份", "省自治区"),
    "city": ("city", "城市"),
}


def party_role(feed: Feed) -> Feed:
    """A feed of customers in which every party has a role."""
    if "role" in feed.lines and isinstance(feed.lines["role"].origin, dict):
        return feed
    words = known()["distributor_words"]
    key = feed.lines["customer_id"].heading or ""
    place = (feed.shape.first.item.shown + (feed.shape.first.sheet or "") + key).lower()
    role = "distributor" if any(word in place for word in words) else "customer"
    level = "guess" if role == "customer" else "likely"
    made = feed.lines | {"role": Line({"value": role}, level)}
    feed.lines = {name: made[name] for name in tables()["customers"].columns if name in made}
    return feed


def has_distributors(feeds: list[Feed]) -> bool:
    """Whether any active feed shows distributors."""
    for feed in feeds:
        if feed.is_off:
            continue
        role = feed.lines.get("role")
        shown = str(role.origin) if role and feed.table == "customers" else ""
        if (
            "'distributor'" in shown
            or "then 'distributor'" in shown
            or "fulfilled_by" in feed.lines
        ):
            return True
    return False


def drawn(table: str, fact: Feed) -> Feed | None:
    """The dimension that a file of facts holds beside its facts, each key once."""
    (key,) = tables()[table].key
    line = fact.lines.get(key)
    if line is None or line.heading is None:
        return None
    shape = fact.shape.owner(line.heading)
    found = match(table, shape) | {key: Choice(line.heading, line.level)}
    kept = named({c: m for c, m in found.items() if _depends(shape, line.heading, c, m)}, table)
    made = lines(table, kept, shape)
    feed = Feed(table, shape, made, _filled(shape, line.heading), distinct=True)
    return party_role(feed) if table == "customers" else feed


def territories(feed: Feed, column: str) -> Feed | None:
    """The territories that a column of a feed names."""
    line = feed.lines.get(column)
    if line is None or line.heading is None:
        return None
    shape = feed.shape.owner(line.heading)
    match_: Match = {
        "territory_id": Choice(line.heading, line.level),
        "territory_name": Choice(line.heading, line.level),
    }
    made = lines("territories", match_, shape)
    names = {normal(name) for name in heading(line.heading).names}
    stems = {name.removeprefix("ship").removeprefix("sales") for name in names}
    level = next((lv for lv, words in LEVELS.items() if stems & set(words)), "region")
    made["level"] = constant(level, "from the heading")
    return Feed("territories", shape, made, _filled(shape, line.heading), distinct=True)


def _depends(shape: Shape, key: str, column: str, choice: Choice) -> bool:
    """Whether the column has one value per key."""
    if choice.heading == key:
        return True
    pairs = shape.frame.select(key, choice.heading).drop_nulls()
    if pairs.is_empty():
        return False
    counts = pairs.group_by(key).agg(pl.col(choice.heading).n_unique().alias("n"))
    single = (counts["n"] == 1).sum()
    return single >= (NAMED if column.endswith("_name") else DEPENDS) * counts.height


def _filled(shape: Shape, key: str) -> str | None:
    """The condition that leaves out rows without a key, where there are any."""
    values = shape.values(key)
    if values.filled == values.rows and shape.is_whole:
        return None
    return f"{identifier(shape, key)} is not null" if values.filled < values.rows else None
