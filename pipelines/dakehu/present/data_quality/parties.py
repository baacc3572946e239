"""Parties that may be one, what was decided of them, and what to write where.

`result` is the DataQuality that analysis.data_quality returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.data_quality.tables import in_words
from dakehu.present.data_quality.terms import DECISIONS, PARTY_REASONS
from dakehu.present.text import Text

NAMED = 5  # codes or pairs that a sentence names


def summary(text: Text, result: Any) -> BlockData:
    """How many groups there are, what the parties file did to them, and how to decide."""
    items = [
        _groups(text, result),
        _unknown(text, result),
        _contradicted(text, result),
        waiting(text, result),
        _how(text, result),
    ]
    return findings(*(item for item in items if item is not None))


def waiting(text: Text, result: Any) -> Finding | None:
    """How many pairs wait for a decision, with the one that weighs most."""
    pairs = _open(result)
    if pairs.is_empty():
        return None
    first = pairs.sort("amount_at_stake", descending=True, maintain_order=True).row(0, named=True)
    return Finding(
        text(
            "Pairs of parties that may be one and wait for a decision: {n}. The one that weighs"
            " most is {name} ({code}) and {other_name} ({other_code}): the smaller of the two"
            " groups has bought {amount}. Nothing was merged.",
            n=text.count(pairs.height),
            name=first["customer_name"],
            code=first["customer_id"],
            other_name=first["other_name"],
            other_code=first["other_id"],
            amount=text.amount(first["amount_at_stake"]),
        ),
        "warn",
    )


def decisions(text: Text, result: Any) -> BlockData:
    """Every decided pair with the group that it stands in now."""
    if result.party_decisions.is_empty():
        return note(text("No pair has been decided yet."), "")
    columns = [
        Column("customer_name", text("Party")),
        Column("customer_id", text("Number of the party"), priority=2),
        Column("other_name", text("Other party")),
        Column("other_id", text("Number of the other"), priority=2),
        Column("decision", text("Decision")),
        Column("group_id", text("Group of the party"), priority=3),
        Column("other_group_id", text("Group of the other"), priority=3),
    ]
    return table(
        in_words(text, result.party_decisions, "decision", DECISIONS),
        columns,
        text,
        title=text("Decided in the parties file"),
        file="party_decisions",
    )


def proposals(text: Text, result: Any) -> BlockData:
    """The pairs that wait for a decision, the most alike first."""
    pairs = _open(result)
    if pairs.is_empty():
        return note(text("No two parties look like one."), "good")
    shown = pairs.head(int(result.gates["shown_pair_count"]))
    reasons = {reason: reason for reason in PARTY_REASONS}
    columns = [
        Column("customer_name", text("Party")),
        Column("customer_id", text("Number of the party"), priority=2),
        Column("other_name", text("May be the same as")),
        Column("other_id", text("Number of the other"), priority=2),
        Column("reason", text("Why")),
        Column("score", text("Likeness"), "number", 2),
        Column("amount_at_stake", text("Sales at stake"), "amount", 3),
    ]
    return table(
        in_words(text, shown, "reason", reasons),
        columns,
        text,
        title=text("Parties that may be one"),
        note=text(
            "Waiting for a decision: {open}. Shown: the first {shown}. Sales at stake are those of"
            " the smaller group.",
            open=text.count(pairs.height),
            shown=text.count(shown.height),
        ),
        file="party_proposals",
    )


def _open(result: Any) -> pl.DataFrame:
    return result.party_proposals.filter(pl.col("decision").is_null())


def _in_one_group(result: Any, decision: str) -> pl.DataFrame:
    return result.party_decisions.filter(pl.col("decision") == decision, "is_one_group")


def _groups(text: Text, result: Any) -> Finding:
    values = {name: text.count(result.figures[name][0]) for name in ("party_count", "group_count")}
    joined = _in_one_group(result, "same")["group_id"].unique().sort()
    if joined.is_empty():
        return Finding(
            text(
                "{party_count} parties stand in {group_count} groups, all as the sources name"
                " them: no decision has united any.",
                **values,
            )
        )
    return Finding(
        text(
            "{party_count} parties stand in {group_count} groups. Decisions in the parties file"
            " have united further parties in {n} of them: {groups}.",
            n=text.count(joined.len()),
            groups=_some(text, joined.to_list()),
            **values,
        ),
        "good",
    )


def _unknown(text: Text, result: Any) -> Finding | None:
    found = result.party_decisions
    codes = [
        *found.filter(pl.col("group_id").is_null())["customer_id"],
        *found.filter(pl.col("other_group_id").is_null())["other_id"],
    ]
    if not codes:
        return None
    return Finding(
        text(
            "Codes in the parties file that no customer has: {n} ({codes}). A spreadsheet may have"
            " taken their leading zeros.",
            n=text.count(len(set(codes))),
            codes=_some(text, sorted(set(codes))),
        ),
        "warn",
    )


def _contradicted(text: Text, result: Any) -> Finding | None:
    pairs = _in_one_group(result, "different")
    if pairs.is_empty():
        return None
    named = [text("{one} and {other}", one=one, other=other) for one, other, *_ in pairs.rows()]
    return Finding(
        text(
            "Decided to be two parties, but in one group all the same: {n} ({pairs}). Correct"
            " the group in the source, or the decision.",
            n=text.count(pairs.height),
            pairs=_some(text, named),
        ),
        "warn",
    )


def _how(text: Text, result: Any) -> Finding | None:
    if _open(result).is_empty():
        return None
    return Finding(
        text(
            "To decide: copy party_proposals.csv beside the pipeline file, write same or different"
            " into its column decision, leave open what is open, and name it in the pipeline file:"
            ' parties = "party_proposals.csv". The table of the next run has every decision in it'
            " and can take the file's place."
        )
    )


def _some(text: Text, names: list[str]) -> str:
    return text(", ").join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
