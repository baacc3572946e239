"""The file of decisions on parties: which are the same, which are two; and the groups it unites."""

from __future__ import annotations

import csv
import re
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from dakehu.pipeline import Pipeline, PipelineError
from dakehu.source import Files, SourceFile
from dakehu.sources.decoding import LoadError
from dakehu.sources.relation import insert_rows
from dakehu.sources.texts import prepared

COLUMNS = ("customer_id", "other_id", "decision")
SAME, DIFFERENT = "same", "different"
WORDS = {SAME: SAME, "同一": SAME, DIFFERENT: DIFFERENT, "不同": DIFFERENT}
DEFUSED = re.compile(r"'(?=[=+\-@])")  # what stands before a code in a table that a run wrote


class Decision(NamedTuple):
    """What a person decided of two codes: `decision` is same or different."""

    row: int
    customer_id: str
    other_id: str
    decision: str

    @property
    def codes(self) -> tuple[str, str]:
        """The two codes."""
        return self.customer_id, self.other_id


def read_decisions(pipeline: Pipeline, connection: duckdb.DuckDBPyConnection) -> list[Decision]:
    """The decided rows of the pipeline's parties file, each pair once; none without such a file.

    Raises:
        PipelineError: the file is not there.
        LoadError: a row cannot be read, or what it says is at odds with other rows.
    """
    if pipeline.parties is None:
        return []
    path = pipeline.path.parent / pipeline.parties
    if not path.is_file():
        raise PipelineError(
            f'{pipeline.path.name}: parties = "{pipeline.parties}" finds no file (looked from '
            f"{pipeline.path.parent}); leave the key out until there are decisions"
        )
    file = SourceFile(path, "", pipeline.parties)
    shape = Files(files=(pipeline.parties,))
    text = prepared(connection, 0, file, path, shape, set(COLUMNS))
    for column in COLUMNS:
        if column not in text.header:
            raise LoadError(
                f'{path.name} has no column "{column}"; its first row names {", ".join(COLUMNS)}'
            )
    places = {column: text.header.index(column) for column in COLUMNS}
    decided: dict[frozenset[str], Decision] = {}
    with text.path.open(encoding="utf-8-sig", newline="") as stream:
        records = csv.reader(stream, delimiter=text.delimiter, strict=True)
        try:
            for row, record in enumerate(records, 1):
                cells = {c: _cell(record, place) for c, place in places.items()}
                if row > 1 and cells["decision"]:
                    decision = _decision(path.name, row, cells)
                    known = decided.setdefault(frozenset(decision.codes), decision)
                    _agree(path.name, known, decision)
        except csv.Error as error:
            raise LoadError(f"{path.name}, row {records.line_num}: {error}") from None
    decisions = list(decided.values())
    _check(path.name, decisions)
    return decisions


def write_parties(connection: duckdb.DuckDBPyConnection, decisions: list[Decision]) -> list[str]:
    """Fill loaded.parties and loaded.united_groups; returns the codes that no customer has.

    The groups of two parties that are the same are united. The head of what is united is a group
    that a source names, else a party that is known; of several the smallest code.
    """
    if not decisions:
        return []
    insert_rows(connection, "loaded.parties", [(*d.codes, d.decision) for d in decisions])
    codes = sorted({code for decision in decisions for code in decision.codes})
    known = connection.execute(
        "select customer_id, group_id from loaded.customers "
        "where customer_id in (select unnest($codes::varchar[]))",
        {"codes": codes},
    ).fetchall()
    sold = connection.execute(
        "select code from (select unnest($codes::varchar[]) as code) where code in "
        "(select customer_id from loaded.order_lines union select fulfilled_by "
        "from loaded.order_lines)",
        {"codes": codes},
    ).fetchall()
    named = {group for _, group in known if group}
    group = {code: code for (code,) in sold} | {
        code: named_group or code for code, named_group in known
    }
    roots = components(
        (group.get(d.customer_id, d.customer_id), group.get(d.other_id, d.other_id))
        for d in decisions
        if d.decision == SAME
    )
    united = defaultdict(list)
    for member, root in roots.items():
        united[root].append(member)
    ranked = [
        sorted(members, key=lambda member: (member not in named, member not in group, member))
        for members in united.values()
    ]
    insert_rows(
        connection,
        "loaded.united_groups",
        [(member, members[0]) for members in ranked for member in members],
    )
    return [code for code in codes if code not in group]


def components(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each member of a pair with one and the same member of its connected component."""
    parents: dict[str, str] = {}

    def root(member: str) -> str:
        while parents.setdefault(member, member) != member:
            parents[member] = member = parents[parents[member]]
        return member

    for one, other in pairs:
        parents[root(one)] = root(other)
    return {member: root(member) for member in parents}


def _cell(record: list[str], place: int) -> str:
    """A cell without blanks around it, and without what kept a spreadsheet from running it."""
    return DEFUSED.sub("", record[place].strip(), count=1) if place < len(record) else ""


def _decision(name: str, row: int, cells: dict[str, str]) -> Decision:
    word = WORDS.get(cells["decision"].casefold())
    if word is None:
        raise LoadError(
            f'{name}, row {row}, column decision: "{cells["decision"][:60]}" is neither '
            "same (同一) nor different (不同); leave it empty while the pair is undecided"
        )
    for column in ("customer_id", "other_id"):
        if not cells[column]:
            raise LoadError(
                f'{name}, row {row}, column {column}: "" is no code; write the code of a customer'
            )
    if cells["customer_id"] == cells["other_id"]:
        raise LoadError(
            f'{name}, row {row}, column other_id: "{cells["other_id"][:60]}" stands in '
            "customer_id too; name two codes"
        )
    return Decision(row, cells["customer_id"], cells["other_id"], word)


def _agree(name: str, known: Decision, again: Decision) -> None:
    if known.decision != again.decision:
        raise LoadError(
            f"{name}, row {again.row}, column decision: {_quoted(again.codes)} are "
            f"{again.decision} here and {known.decision} in row {known.row}; keep one of the rows"
        )


def _check(name: str, decisions: list[Decision]) -> None:
    """Say of two codes that are different, though other rows together make them the same."""
    same = [decision for decision in decisions if decision.decision == SAME]
    roots = components(decision.codes for decision in same)
    for decision in decisions:
        one, other = (roots.get(code, code) for code in decision.codes)
        if decision.decision == DIFFERENT and one == other:
            rows = ", ".join(str(row) for row in _chain(same, *decision.codes))
            raise LoadError(
                f"{name}, row {decision.row}, column decision: {_quoted(decision.codes)} are "
                f"different here, but rows {rows} together make them the same; correct one of them"
            )


def _chain(same: list[Decision], start: str, goal: str) -> list[int]:
    """The rows that lead from one code to the other by the fewest steps."""
    steps: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for decision in same:
        for code, other in (decision.codes, decision.codes[::-1]):
            steps[code].append((other, decision.row))
    ways = {start: list[int]()}
    waiting = deque([start])
    while goal not in ways:
        code = waiting.popleft()
        for other, row in steps[code]:
            if other not in ways:
                ways[other] = [*ways[code], row]
                waiting.append(other)
    return sorted(ways[goal])


def _quoted(codes: Iterable[str]) -> str:
    return " and ".join(f'"{code[:60]}"' for code in codes)
