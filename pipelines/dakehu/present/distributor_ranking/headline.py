"""The distributor ranking at a glance: headline tiles and what page one says in sentences.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import before
from dakehu.present.block import BlockData, Finding, Tile, findings, note, tiles
from dakehu.present.distributor_ranking.leads import LOOKED_FOR
from dakehu.present.distributor_ranking.words import (
    KEY,
    VERDICTS,
    consistency,
    criterion,
    measured,
    names_of,
)
from dakehu.present.text import MISSING, Text

Figures = Mapping[str, tuple[float, str]]


def headline(text: Text, result: Any, previous: Figures) -> BlockData:
    """The tiles of page one."""
    if result.sales.ranking.is_empty():
        return note(text("No distributor has bought up to this date."))
    value = {name: figure for name, (figure, _) in result.figures.items()}
    return tiles(
        Tile(
            "ranked_count",
            text("Distributors ranked"),
            text.count(value["ranked_count"]),
            text(
                "of {n} that ever bought, in {tiers} tiers",
                n=text.count(value["distributor_count"]),
                tiers=text.count(value["tier_count"]),
            ),
            before(text, previous, "ranked_count"),
        ),
        _key_share(text, result, value, previous),
        _credit(text, value, previous),
        _leads(text, result, value, previous),
        _loaded(text, result, value, previous),
    )


def _key_share(text: Text, result: Any, value: dict[str, Any], previous: Figures) -> Tile:
    line = text.percent(result.policy.dominance_line, 0)
    share = value["key_share"]
    is_over = share is not None and share >= result.policy.dominance_line
    return Tile(
        "key_share",
        text("Share of the {n} largest", n=result.policy.key_distributor_count),
        text.percent(share),
        text("above the {line} line", line=line)
        if is_over
        else text("below the {line} line", line=line),
        before(text, previous, "key_share"),
        "bad" if is_over else "good",
    )


def _credit(text: Text, value: dict[str, Any], previous: Figures) -> Tile:
    if "credit_open_amount" not in value:
        return Tile(
            "credit_open_amount",
            text("Credit at risk"),
            MISSING,
            text("Not computed, data absent (not zero)"),
        )
    late = value.get("credit_overdue_amount")
    return Tile(
        "credit_open_amount",
        text("Credit at risk"),
        text.amount(value["credit_open_amount"]),
        text("no due dates: what is overdue is not known")
        if late is None
        else text("of which {late} overdue", late=text.amount(late)),
        before(text, previous, "credit_open_amount"),
        "warn" if late else "",
    )


def _leads(text: Text, result: Any, value: dict[str, Any], previous: Figures) -> Tile:
    absent = set(result.leads.absent["measure"])
    blind = len(absent)
    by_grade = {grade: int(value[f"leads_{grade}_count"]) for grade in "abc"}
    explained = int(value["leads_benign_count"])
    seen_nothing = all(absent.issuperset(measures) for measures in LOOKED_FOR.values())
    if seen_nothing and not sum(by_grade.values()):
        said = text("Not computed, data absent (not zero)")
        return Tile("leads_a_count", text("Leads by grade"), MISSING, said)
    return Tile(
        "leads_a_count",
        text("Leads by grade"),
        text.count(sum(by_grade.values())),
        text("A {a}, B {b}, C {c}; {n} explained apart", n=explained, **by_grade)
        if not blind
        else text("A {a}, B {b}, C {c}; {n} measures lack data", n=blind, **by_grade),
        before(text, previous, "leads_a_count"),
        "bad" if by_grade["a"] else "warn" if by_grade["b"] else "",
    )


def _loaded(text: Text, result: Any, value: dict[str, Any], previous: Figures) -> Tile:
    absent = set(result.leads.absent["measure"])
    if absent.issuperset(LOOKED_FOR["hoarding"] + LOOKED_FOR["quota_overload"]):
        return Tile(
            "loaded_count",
            text("Loaded channels"),
            MISSING,
            text("Not computed, data absent (not zero)"),
        )
    return Tile(
        "loaded_count",
        text("Loaded channels"),
        text.count(value["loaded_count"]),
        text("distributors with leads on hoarding; no data on quota overload")
        if "overload" in absent
        else text("distributors with leads on hoarding or quota overload"),
        before(text, previous, "loaded_count"),
        "warn" if value["loaded_count"] else "",
    )


def sentences(text: Text, result: Any) -> BlockData:
    """Page one in sentences: who leads and how surely, where the ranks part, what is at stake."""
    if result.sales.ranking.is_empty():
        return findings()  # the tiles have said that nobody bought
    if result.ranking.is_empty():
        said = text(
            "Nobody is ranked: of no distributor is {share} of the agreed weight observed. What is"
            " known of them stands below.",
            share=text.percent(result.policy.observed_weight_min, 0),
        )
        return findings(Finding(said, "warn"), _stakes(text, result))
    told = (_leader(text, result), _turned(text, result), _stakes(text, result))
    return findings(*_thin(text, result), *_judged(text, result), *told)


def _thin(text: Text, result: Any) -> list[Finding]:
    """A warning before all else where the data measures little of what was agreed."""
    if result.measured_share >= result.policy.verdict_weight_min:
        return []
    measured_names = [criterion(text, name) for name in result.score.panel.criteria]
    said = text(
        "This data measures {share} of the agreed weight: the ranks rest on {names} alone. They are"
        " an order by these and no judgement of anybody. A verdict stands only where a veto, a lead"
        " or a debt speaks for it, never by the score.",
        share=text.percent(result.measured_share, 0),
        names=text(", ").join(measured_names),
    )
    return [Finding(said, "bad")]


def _judged(text: Text, result: Any) -> list[Finding]:
    """A warning where the weights come out of judgements that contradict each other."""
    judged = result.policy.judged
    if judged is None or judged.is_consistent:
        return []
    return [Finding(consistency(text, judged), "warn")]


def _leader(text: Text, result: Any) -> Finding:
    first = result.ranking.row(0, named=True)
    facts = {
        "name": first["distributor_name"],
        "score": text.number(first["score"], 1),
        "share": text.percent(first["first_rank_acceptability"], 0),
        "spread": text.percent(result.policy.weight_spread, 0),
    }
    peers = result.ranking.filter(pl.col("tier") == 1).height - 1
    if not peers:
        said = text(
            "{name} leads with {score} of 100 points, and stands first in {share} of the draws that"
            " move each weight by up to {spread} and draw the months anew: a place of its own.",
            **facts,
        )
        return Finding(said, "good")
    said = text(
        "{name} leads with {score} of 100 points, but first in only {share} of the draws that move"
        " each weight by up to {spread} and draw the months anew: {n} others cannot be told apart"
        " from it.",
        n=text.count(peers),
        **facts,
    )
    return Finding(said, "warn")


def _turned(text: Text, result: Any) -> Finding:
    turned = result.inversion
    if turned is None:
        return Finding(
            text("Among the largest, the platform rank is no worse than the sales rank.")
        )
    rows = {row[KEY]: row for row in result.ranking.to_dicts()}
    one, other = rows[turned.one], rows[turned.other]
    said = text(
        "{other} is number {sold} by sales but {rank} of {n} by the three platforms; {one} sells"
        " less (number {one_sold}) and ranks {one_rank}. {why}",
        other=other["distributor_name"],
        sold=other["sales_rank"],
        rank=other["rank"],
        n=result.ranking.height,
        one=one["distributor_name"],
        one_sold=one["sales_rank"],
        one_rank=one["rank"],
        why=_why(text, turned.contrast),
    )
    return Finding(said, "warn")


def _why(text: Text, contrast: pl.DataFrame) -> str:
    """The two criteria that part them most."""
    told = [
        text(
            "{criterion} {own} against {others}",
            criterion=criterion(text, row["criterion"]),
            own=measured(text, row["other_value"], row["unit"]),
            others=measured(text, row["value"], row["unit"]),
        )
        for row in contrast.filter((pl.col("lead") > 0) & (pl.col("criterion") != "deductions"))
        .head(2)
        .to_dicts()
    ]
    if not told:
        return text("What parts them are the deductions.")
    return text("What parts them most: {what}.", what=text("; ").join(told))


def _stakes(text: Text, result: Any) -> Finding:
    value = {name: figure for name, (figure, _) in result.figures.items()}
    share, line = value["key_share"], result.policy.dominance_line
    parts = []
    if share is not None:
        parts.append(
            text(
                "The {n} largest bring {share} of company sales (alert line {line})",
                n=result.policy.key_distributor_count,
                share=text.percent(share),
                line=text.percent(line, 0),
            )
        )
    if value.get("credit_overdue_amount"):
        parts.append(
            text(
                "{late} of the {open} that distributors owe is overdue",
                late=text.amount(value["credit_overdue_amount"]),
                open=text.amount(value["credit_open_amount"]),
            )
        )
    verdicts = [
        text("{verdict} {n}", verdict=text(word), n=text.count(value[f"verdict_{name}_count"]))
        for name, word in VERDICTS.items()
        if value[f"verdict_{name}_count"]
    ]
    if verdicts:
        parts.append(text("verdicts: {verdicts}", verdicts=text(", ").join(verdicts)))
    names = names_of(result)
    proved = (
        result.leads.subjects.filter((pl.col("evidence_grade") == "A") & ~pl.col("is_benign"))[KEY]
        .unique()
        .sort()
    )
    if proved.len():
        listed = text(", ").join(names.get(code, code) for code in proved.head(3))
        parts.append(text("evidence of grade A is on record of {names}", names=listed))
    is_bad = bool(proved.len()) or (share is not None and share >= line)
    return Finding(text("{parts}.", parts=text("; ").join(parts)), "bad" if is_bad else "warn")
