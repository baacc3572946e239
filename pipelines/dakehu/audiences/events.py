"""Events as an audience sees them: its own and those of everybody, by what their scope names."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

import duckdb

NAMES = """
    select id, bool_or(is_ours) as is_ours from (
        select customer_id as id, is_own(customer_id) as is_ours from every_party
        union all select group_id, is_own(customer_id) from {loaded}.customers
        where group_id not in (from every_party)
        union all select unnest([territory_id, territory_name]), is_here(territory_id)
        from {loaded}.territories
        where territory_id in (from own_territories) or territory_id not in (from known_territories)
        union all select unnest([person_id, name]), person_id in (from own_people)
        from {loaded}.people
    ) where id is not null group by id
"""


class Ids(NamedTuple):
    """The codes that a text may name: the audience's own, and those of others."""

    own: Collection[str]
    foreign: Collection[str]


def known_ids(connection: duckdb.DuckDBPyConnection, loaded: str) -> Ids:
    """Codes of parties, groups, territories and people by whose they are."""
    rows = connection.execute(NAMES.format(loaded=loaded)).fetchall()
    own = {code for code, is_ours in rows if is_ours}
    return Ids(own, {code for code, _ in rows} - own)


def write_events(connection: duckdb.DuckDBPyConnection, ids: Ids) -> None:
    """Narrow loaded.events, written whole, to what the audience may know.

    An event whose scope names only others goes, so does one whose scope cannot be read and names a
    stranger; of the others what a scope names of strangers goes. The cost stands only where the
    event is the audience's alone, and a name that tells of strangers gives way to the code.
    """
    found = connection.execute(
        "select event_id, scope_json, coalesce(names_a_stranger(scope_json), false) "
        "from loaded.events"
    ).fetchall()
    for event, text, is_strange in found:
        scope = _parsed(text)
        named = set() if scope is None else set(_texts(scope))
        foreign, own = named & set(ids.foreign), named & set(ids.own)
        if (foreign and not own) or (scope is None and is_strange):
            connection.execute("delete from loaded.events where event_id = ?", [event])
            continue
        kept = text if not foreign else json.dumps(_without(scope, foreign), ensure_ascii=False)
        is_alone = bool(own) and not foreign
        connection.execute(
            "update loaded.events set scope_json = ?, cost = case when ? then cost end, "
            "name = case when names_a_stranger(name) then event_id else name end "
            "where event_id = ?",
            [kept, is_alone, event],
        )


def _parsed(text: str | None) -> Any:
    """The scope, {} where there is none, None where it is no JSON."""
    try:
        return json.loads(text or "{}")
    except ValueError:
        return None


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [str(value)]


def _without(value: Any, foreign: set[str]) -> Any:
    """The scope without what it names of others; a key that named only these goes."""
    if isinstance(value, dict):
        kept = {key: _without(part, foreign) for key, part in value.items()}
        return {key: part for key, part in kept.items() if part not in (None, [])}
    if isinstance(value, list):
        return [part for part in value if str(part) not in foreign]
    return None if str(value) in foreign else value


def own_policy(value: Any, ids: Ids) -> Any:
    """Rules of a pipeline file without those that name others, as "region/HN" does.

    A table that names them outright goes as a whole: half a rule would be another one. So does the
    scenario of one series: which series are forecast is another matter among fewer rows.
    """
    if isinstance(value, dict):
        return {
            key: own_policy(part, ids)
            for key, part in value.items()
            if not _is_foreign(key, ids) and not _names_others(part, ids)
        }
    if isinstance(value, list | tuple):
        return [own_policy(part, ids) for part in value if not _names_others(part, ids)]
    return value


def _names_others(value: Any, ids: Ids) -> bool:
    if isinstance(value, dict):
        is_of_series = value.get("scope", "total") != "total"
        return is_of_series or any(_is_foreign(part, ids) for part in value.values())
    return _is_foreign(value, ids)


def _is_foreign(value: Any, ids: Ids) -> bool:
    return isinstance(value, str) and value.rpartition("/")[2] in ids.foreign
