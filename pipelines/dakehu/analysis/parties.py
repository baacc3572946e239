"""Parties that may be one: proposals for a person to decide on. Nothing here merges anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from rapidfuzz.distance import Indel

from dakehu.analysis.party_names import PartyName, are_opposed, party_name

SAME_CODE = "same unified credit code"
SAME_NAME = "same name"
SIMILAR = "similar name"
SCHEMA = {
    "customer_id": pl.String,
    "other_id": pl.String,
    "decision": pl.String,
    "score": pl.Float64,
    "customer_name": pl.String,
    "other_name": pl.String,
    "reason": pl.String,
    "amount_at_stake": pl.Decimal(38, 2),
}
CELLS = 1 << 16  # pairs of names in one array: what a processor's cache holds


DECIDED = "decided in the parties file"


class _Party(NamedTuple):
    id: str
    shown: str
    group: str
    code: str
    name: PartyName


def proposals(parties: pl.DataFrame, decisions: pl.DataFrame, least_score: float) -> pl.DataFrame:
    """Pairs of parties of different groups that may be one: the most alike, then the largest.

    Args:
        parties: one row per party with customer_id, customer_name, group_id, unified_credit_code
            and net_amount, the sales of the party.
        decisions: one row per decided pair with customer_id, other_id and decision. A pair whose
            groups were decided to be different is not proposed again.
        least_score: similar names are proposed from this score on.

    Returns:
        One row per pair of groups, with the columns of `SCHEMA`; `decision` is empty. `score` is 1
        for a shared unified credit code and for names that are the same once normalised. For
        similar names it is the normalised Indel similarity, 2 x longest common subsequence / sum
        of the lengths (rapidfuzz), of the names proper or of their branches, whichever is less
        alike; names that differ in a number, a single letter or a direction are not similar, nor
        are parties with two different credit codes. `amount_at_stake` is the net sales of the
        smaller group.
    """
    listed = list(_parties(parties))
    apart = _apart(parties, decisions)
    found: dict[frozenset[str], tuple[float, str, _Party, _Party]] = {}
    for score, reason, one, other in _candidates(listed, apart, least_score):
        first, second = sorted((one, other))
        found.setdefault(frozenset((one.group, other.group)), (score, reason, first, second))
    amounts = dict(parties.group_by("group_id").agg(pl.col("net_amount").sum()).iter_rows())
    rows = [
        (
            *(one.id, other.id, None, score, one.shown, other.shown, reason),
            min(amounts[one.group], amounts[other.group]),
        )
        for score, reason, one, other in found.values()
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        "score", "amount_at_stake", "customer_id", "other_id", descending=[True, True, False, False]
    )


def decided(decisions: pl.DataFrame) -> pl.DataFrame:
    """The decided pairs with the columns of `SCHEMA`: what has to stay in the file of decisions."""
    columns = {name: pl.lit(None, kind) for name, kind in SCHEMA.items()}
    for name in ("customer_id", "other_id", "decision", "customer_name", "other_name"):
        columns[name] = pl.col(name)
    return decisions.select(**(columns | {"reason": pl.lit(DECIDED)}))


def _parties(parties: pl.DataFrame) -> Iterator[_Party]:
    columns = ("customer_id", "customer_name", "group_id", "unified_credit_code")
    for id_, shown, group, code in parties.select(columns).sort("customer_id").iter_rows():
        # A party that is known by its number alone has no name to compare.
        name = party_name(shown if shown != id_ else "")
        yield _Party(id_, shown, group, _credit_code(code), name)


def _credit_code(written: str | None) -> str:
    """The code without spaces and case; "" for what is too short to be one, or all one digit."""
    code = "".join(filter(str.isalnum, written or "")).upper()
    return code if len(code) >= 8 and len(set(code)) > 1 else ""


def _apart(parties: pl.DataFrame, decisions: pl.DataFrame) -> set[frozenset[str]]:
    """The pairs of groups of which a person said that they are different."""
    group = dict(parties.select("customer_id", "group_id").iter_rows())
    different = decisions.filter(pl.col("decision") == "different")
    return {
        frozenset(group.get(id_, id_) for id_ in pair)
        for pair in different.select("customer_id", "other_id").iter_rows()
    }


def _candidates(
    parties: list[_Party], apart: set[frozenset[str]], least_score: float
) -> Iterator[tuple[float, str, _Party, _Party]]:
    """Pairs of groups with score and reason, those of one code first, then those of one name."""
    by_code, by_name = defaultdict(dict), defaultdict(dict)
    for party in parties:  # of the parties of a group that share code or name, the first speaks
        by_code[party.code].setdefault(party.group, party)
        by_name[party.name].setdefault(party.group, party)
    for classes, reason in ((by_code, SAME_CODE), (by_name, SAME_NAME)):
        for key, members in classes.items():
            if key and (reason == SAME_CODE or key.head):
                for one, other in _linked(list(members.values()), apart):
                    yield 1.0, reason, one, other
    names = [name for name in by_name if name.head]
    for score, one, other in similar_names(names, least_score):
        pair = _open_pair(by_name[one].values(), by_name[other].values(), apart)
        if pair:
            yield score, SIMILAR, *pair


def _linked(
    members: Sequence[_Party], apart: set[frozenset[str]]
) -> Iterator[tuple[_Party, _Party]]:
    """Each member with the first before it: as few pairs as it takes to unite them all."""
    for place, party in enumerate(members):
        for earlier in members[:place]:
            if frozenset((earlier.group, party.group)) not in apart:
                yield earlier, party
                break


def _open_pair(
    ones: Iterable[_Party], others: Iterable[_Party], apart: set[frozenset[str]]
) -> tuple[_Party, _Party] | None:
    return next(
        (
            (one, other)
            for one in ones
            for other in others
            if one.group != other.group
            and frozenset((one.group, other.group)) not in apart
            and (one.code == other.code or not (one.code and other.code))
        ),
        None,
    )


def similar_names(
    names: Sequence[PartyName], least_score: float
) -> list[tuple[float, PartyName, PartyName]]:
    """Every pair of different names that is alike from `least_score` on, the most alike first.

    Only names with the same numbers and letters are compared. Of these, pairs that differ in too
    many characters fall to a filter of 64 bits a name, which loses no pair (see `_signature`).
    """
    by_marks: dict[tuple[str, ...], list[PartyName]] = defaultdict(list)
    for name in names:
        by_marks[name.marks].append(name)
    found = []
    for alike in by_marks.values():
        for one, other in _near(alike, least_score):
            score = likeness(one, other)
            if score >= least_score and not are_opposed(one, other):
                found.append((score, one, other))
    return sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))


def likeness(one: PartyName, other: PartyName) -> float:
    """From 0 to 1: the likeness of heads or of branches, whichever is less; to four places."""
    heads = Indel.normalized_similarity(one.head, other.head)
    return round(min(heads, Indel.normalized_similarity(one.branch, other.branch)), 4)


def _near(names: list[PartyName], least_score: float) -> Iterator[tuple[PartyName, PartyName]]:
    """Pairs of names that may reach the score, by length and by signature."""
    by_length: dict[int, list[PartyName]] = defaultdict(list)
    for name in names:
        by_length[len(name.head) + len(name.branch)].append(name)
    signatures = {
        length: np.array([_signature(name) for name in alike], dtype=np.uint64)
        for length, alike in by_length.items()
    }
    for length, ones in by_length.items():
        for other_length, others in by_length.items():
            # The distance that the score allows, in characters put in or taken out.
            most = int((1 - least_score) * (length + other_length) + 0.01)
            if 0 <= other_length - length <= most:
                for one, other in _close(signatures[length], signatures[other_length], most):
                    yield ones[one], others[other]


def _close(ones: np.ndarray, others: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    """Places of the signatures that differ in at most `most` bits, some thousand pairs at a time.

    Where `ones` are `others`, each pair comes once.
    """
    rows = max(CELLS // len(others), 1)
    for start in range(0, len(ones), rows):
        skipped = start + 1 if ones is others else 0
        against = others[skipped:]
        is_close = np.bitwise_count(ones[start : start + rows, None] ^ against) <= most
        for place in np.flatnonzero(is_close).tolist():
            one, other = start + place // len(against), skipped + place % len(against)
            if ones is not others or one < other:
                yield one, other


def _signature(name: PartyName) -> int:
    """64 bits, of which a character put in or taken out turns exactly one over.

    So two names differ in at least as many characters as their signatures in bits. The bit is that
    of the character and of how often it stood there before.
    """
    bits, seen = 0, defaultdict(int)
    for character in name.head + name.branch:
        bits ^= 1 << (ord(character) + 37 * seen[character]) % 64
        seen[character] += 1
    return bits
