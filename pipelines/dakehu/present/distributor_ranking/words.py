"""Criteria, values, verdicts and reasons of the distributor ranking in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.distributor_ranking.leads import KINDS
from dakehu.present.distributor_ranking.score_terms import CRITERIA, PLATFORMS, VETOES
from dakehu.present.text import MISSING, Text

KEY = "distributor_id"
OPENS = ("scorecard", KEY)  # what a name links to
VERDICTS = {
    "support": N_("Support"),
    "watch": N_("Watch"),
    "fix": N_("Fix"),
    "replace": N_("Replace"),
}
# Further facts of article 10 that are told and not scored.
TOLD = {
    "growth": N_("Growth"),
    "focus_share": N_("Share of focus products"),
    "downstream_hhi": N_("HHI of downstream customers"),
    "worst_loss_share": N_("Loss with the largest downstream customer"),
    "retail_share": N_("Retail share of sell-out"),
    "own_haul_share": N_("Brought by the distributor itself"),
    "delivered_share": N_("Delivered by us"),
    "factory_paid_share": N_("Freight paid by us, share of shipments"),
    "freight_per_unit": N_("Freight per unit"),
    "cash_bill_share": N_("Cash and bills"),
    "received_cash_share": N_("Paid us in cash"),
    "received_cash_bill_share": N_("Paid us in cash and bills"),
    "prepaid_share": N_("Paid us before delivery"),
    "interest_share": N_("Interest carried on sell-out"),
    "delinquent_days": N_("Days of delay among days outstanding"),
}
SHOWN_REASONS = 3


def criterion(text: Text, name: str) -> str:
    """A criterion's name in words, or the name itself."""
    label = CRITERIA.get(name) or TOLD.get(name)
    return text(label) if label else name


def measured(text: Text, value: float | None, unit: str) -> str:
    """A criterion's value in its unit."""
    if value is None:
        return MISSING
    if unit == "share":
        return text.percent(value)
    if unit == "amount":
        return text.amount(value)
    if unit == "days":
        return text("{n} days", n=text.number(value, 0))
    return text.number(value, 2 if unit == "ratio" else 0)


def names_of(result: Any) -> Mapping[str, str]:
    """Name of each distributor by id."""
    return dict(result.sales.ranking.select(KEY, "distributor_name").iter_rows())


def named(frame: pl.DataFrame, result: Any, key: str = KEY, to: str = "name") -> pl.DataFrame:
    """`frame` with a column of names, the id where nobody has a name for it."""
    names = names_of(result)
    found = [None if code is None else names.get(code, code) for code in frame[key]]
    return frame.with_columns(words(to, found))


def words(column: str, told: Iterable[str | None]) -> pl.Series:
    """A column of words for a table."""
    return pl.Series(column, list(told), dtype=pl.String)


def sentences(text: Text, parts: Iterable[str]) -> str:
    """Sentences one after the other; Chinese ones need no space between."""
    return ("" if text.language == "zh" else " ").join(parts)


def consistency(text: Text, judged: Any) -> str:
    """Whether judgements on pairs agree; `judged` is the Ahp that the policy makes of them."""
    ratio = text.number(judged.consistency_ratio, 3)
    if judged.is_consistent:
        return text(
            "The judgements on pairs agree: consistency ratio {ratio}, at most 0.10.", ratio=ratio
        )
    return text(
        "The judgements on pairs contradict each other: consistency ratio {ratio}, above 0.10;"
        " judge them again before their weights count.",
        ratio=ratio,
    )


def reasons(text: Text, rows: Iterable[dict[str, Any]]) -> str:
    """Why a verdict stands: the gravest reasons first, at most three."""
    told = [_reason(text, row) for row in rows]
    return text("; ").join(told[:SHOWN_REASONS])


def _reason(text: Text, row: Mapping[str, Any]) -> str:
    name, value, line = row["reason"], row["value"], row["threshold"]
    if name.startswith("veto_"):
        return text("veto: {what}", what=text(VETOES[name.removeprefix("veto_")]).lower())
    if name.startswith("weak_"):
        return text(
            "{platform} {value}, below {line}",
            platform=text(PLATFORMS[name.removeprefix("weak_")]).lower(),
            value=text.number(value, 0),
            line=text.number(line, 0),
        )
    if name.startswith("weakest_"):
        return text(
            "weakest: {platform} {value}",
            platform=text(PLATFORMS[name.removeprefix("weakest_")]).lower(),
            value=text.number(value, 0),
        )
    if name.startswith("lead_"):
        kind, grade = name.removeprefix("lead_").rsplit("_", 1)
        return text("{kind}: lead of grade {grade}", kind=text(KINDS[kind]), grade=grade.upper())
    if name == "overdue_share":
        return text("{share} of what it owes is overdue", share=text.percent(value, 0))
    if name == "limit_use_share":
        return text("{share} of its credit limit in use", share=text.percent(value, 0))
    facts = {"score": text.number(value, 0), "line": text.number(line, 0)}
    if name == "low_score":
        return text("score {score}, below {line}", **facts)
    if name == "high_score":
        return text("score {score}, above {line}", **facts)
    return text("score {score}", score=facts["score"])
