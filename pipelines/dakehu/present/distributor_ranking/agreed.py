"""What is agreed beforehand, as tables: weights, bounds and points, deductions, vetoes.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, findings, table
from dakehu.present.distributor_ranking.score_terms import DEDUCTIONS, PLATFORMS, VETOES
from dakehu.present.distributor_ranking.words import consistency, criterion, sentences
from dakehu.present.text import Text


def bands(text: Text, result: Any) -> BlockData:
    """Every criterion of the policy with its weight, bounds and the points of each band."""
    weights = result.policy.weights(result.policy.criteria)
    rows = [
        {
            "what": criterion(text, name),
            "platform": text(PLATFORMS[one.platform]),
            "weight": weights[name],
            "bounds": " | ".join(f"{bound:g}" for bound in one.bounds),
            "points": " | ".join(f"{points:g}" for points in one.points),
            "name": f"criteria.{name}",
        }
        for name, one in result.policy.criteria.items()
    ]
    columns = [
        Column("what", text("Criterion")),
        Column("platform", text("Platform"), "text", 2),
        Column("weight", text("Agreed weight"), "percent"),
        Column("bounds", text("Bounds")),
        Column("points", text("Points of the bands")),
        Column("name", text("Name in the pipeline file"), "text", 3),
    ]
    schema = {"weight": pl.Float64} | dict.fromkeys(
        ("what", "platform", "bounds", "points", "name"), pl.String
    )
    frame = pl.DataFrame(rows, schema_overrides=schema)
    platforms = text("; ").join(
        text("{platform} {weight}", platform=text(PLATFORMS[name]), weight=text.number(weight, 0))
        for name, weight in result.policy.platforms.items()
    )
    return table(
        frame,
        columns,
        text,
        title=text("The scorecard that is agreed"),
        note=text(
            "Weights of the platforms: {platforms}. Bands from left to right: up to the first"
            " bound,"
            " between bounds, from the last on; a value on a bound is in the better band. Shares"
            " are 0 to 1.",
            platforms=platforms,
        ),
    )


def judgements(text: Text, result: Any) -> BlockData:
    """What people's judgements on pairs of platforms imply, beside the weights that count."""
    judged = result.policy.judged
    if judged is None:
        return findings()
    pairs = [
        (one, other, times) if times >= 1 else (other, one, 1 / times)
        for one, row in result.policy.judgements.items()
        for other, times in row.items()
    ]
    told = [
        text(
            "{one} {n} times as important as {other}",
            one=text(PLATFORMS[one]),
            other=text(PLATFORMS[other]),
            n=f"{times:.3g}",
        )
        for one, other, times in pairs
    ]
    total = sum(result.policy.platforms.values())
    frame = pl.DataFrame(
        {
            "platform": [text(label) for label in PLATFORMS.values()],
            "agreed": [result.policy.platforms[name] / total for name in PLATFORMS],
            "judged": judged.weights,
        }
    )
    columns = [
        Column("platform", text("Platform")),
        Column("agreed", text("Agreed weight"), "percent"),
        Column("judged", text("By judgements (AHP)"), "percent"),
    ]
    return table(
        frame,
        columns,
        text,
        title=text("Weights of the platforms, agreed and by judgements on pairs"),
        note=sentences(
            text,
            [text("Judged: {pairs}.", pairs=text("; ").join(told)), consistency(text, judged)],
        ),
    )


def faults(text: Text, result: Any) -> BlockData:
    """Deductions with their caps, and vetoes with what each needs."""
    rows = [
        {
            "what": text(DEDUCTIONS[name]),
            "effect": text(
                "{n} points a case, at most {cap}", n=f"{one.points:g}", cap=f"{one.cap:g}"
            ),
            "name": f"deductions.{name}",
        }
        for name, one in result.policy.deductions.items()
    ] + [
        {
            "what": text(VETOES[name]),
            "effect": text("veto from {n} on: last, and to be replaced", n=f"{line:g}"),
            "name": f"vetoes.{name}",
        }
        for name, line in result.policy.vetoes.items()
    ]
    columns = [
        Column("what", text("What")),
        Column("effect", text("Effect")),
        Column("name", text("Name in the pipeline file"), "text", 3),
    ]
    return table(
        pl.DataFrame(rows, schema=dict.fromkeys(("what", "effect", "name"), pl.String)),
        columns,
        text,
        title=text("Deductions and vetoes"),
        note=text(
            "Cases on statistics alone never count. Codes scanned outside the territory count as"
            " one"
            " case of diversion, evidence A, where no more cases are on record."
        ),
    )
