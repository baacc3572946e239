"""What to do about each ranked distributor: support, fix, watch or replace, by a stated rule."""

from __future__ import annotations

import polars as pl

from dakehu.analysis.distributor_ranking.evidence import DOCUMENT, PROOF
from dakehu.analysis.distributor_ranking.policy import PLATFORMS, Policy

KEY = "distributor_id"
VERDICTS = ("replace", "fix", "watch", "support")  # the first that has a reason stands


def reasons_of(
    ranking: pl.DataFrame,
    credit: pl.DataFrame,
    subjects: pl.DataFrame,
    policy: Policy,
    *,
    by_score: bool = True,
) -> pl.DataFrame:
    """Every reason that speaks for a verdict: distributor_id, verdict, reason, value, threshold.

    Args:
        ranking: the official ranking; `veto` names what stands against a distributor.
        credit: `Credit.credit`; of its columns those that exist are read.
        subjects: `Leads.subjects`; benign ones are no reason.
        policy: `support_from`, `fix_below`, `replace_below`, `overdue_line`, `limit_use_line`.
        by_score: whether enough of the agreed weight is measured to judge by scores; without it
            vetoes, leads and debts alone are reasons.

    Replace: a veto, or a score below `replace_below`. Fix: a platform below `fix_below`, a lead of
    grade A or B, an overdue share or a use of the limit above its line. Watch: a lead of grade C,
    or a score below `support_from`, told with the weakest platform. Support: from there up.
    """
    ranked = ranking.filter(pl.col("rank").is_not_null())
    owed = ranked.select(KEY).join(credit, on=KEY) if KEY in credit.columns else ranked.head(0)
    parts = [
        _vetoes(ranked),
        *_above(
            owed,
            {"overdue_share": policy.overdue_line, "limit_use_share": policy.limit_use_line},
        ),
        _leads(ranked, subjects),
        *(_by_score(ranked, policy) if by_score else []),
    ]
    order = pl.col("verdict").replace_strict({name: n for n, name in enumerate(VERDICTS)})
    return pl.concat(parts).sort(KEY, order, "reason")


def verdicts_of(reasons: pl.DataFrame) -> pl.DataFrame:
    """One row per distributor: distributor_id, verdict, the gravest that it has a reason for."""
    return reasons.group_by(KEY, maintain_order=True).agg(pl.col("verdict").first())


def _rows(
    frame: pl.DataFrame, verdict: str, reason: str, value: str, threshold: float
) -> pl.DataFrame:
    return frame.select(
        KEY,
        verdict=pl.lit(verdict),
        reason=pl.lit(reason),
        value=pl.col(value).cast(pl.Float64),
        threshold=pl.lit(threshold, pl.Float64),
    )


def _above(owed: pl.DataFrame, lines: dict[str, float]) -> list[pl.DataFrame]:
    return [
        _rows(owed.filter(pl.col(name) > line), "fix", name, name, line)
        for name, line in lines.items()
        if name in owed.columns
    ]


def _by_score(ranked: pl.DataFrame, policy: Policy) -> list[pl.DataFrame]:
    score = pl.col("score")
    low, high = score < policy.replace_below, score >= policy.support_from
    middling = ranked.filter(~low & ~high)
    lowest = pl.min_horizontal(f"{name}_score" for name in PLATFORMS)
    parts = [
        _rows(ranked.filter(low), "replace", "low_score", "score", policy.replace_below),
        _rows(middling, "watch", "middling_score", "score", policy.support_from),
        _rows(ranked.filter(high), "support", "high_score", "score", policy.support_from),
    ]
    for name in PLATFORMS:
        own = f"{name}_score"
        weak = ranked.filter(pl.col(own) < policy.fix_below)
        parts += [
            _rows(weak, "fix", f"weak_{name}", own, policy.fix_below),
            _rows(
                middling.filter(pl.col(own) == lowest),
                "watch",
                f"weakest_{name}",
                own,
                policy.support_from,
            ),
        ]
    return parts


def _vetoes(ranked: pl.DataFrame) -> pl.DataFrame:
    stands = ranked.filter(pl.col("veto").is_not_null()).select(
        KEY, reason=pl.col("veto").str.split(", ")
    )
    return stands.explode("reason").select(
        KEY,
        verdict=pl.lit("replace"),
        reason=pl.format("veto_{}", "reason"),
        value=pl.lit(None, pl.Float64),
        threshold=pl.lit(None, pl.Float64),
    )


def _leads(ranked: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    strong = pl.col("evidence_grade").is_in([PROOF, DOCUMENT])
    return (
        subjects.filter(~pl.col("is_benign"))
        .join(ranked.select(KEY), on=KEY, how="semi")
        .select(
            KEY,
            verdict=pl.when(strong).then(pl.lit("fix")).otherwise(pl.lit("watch")),
            reason=pl.format("lead_{}_{}", "kind", pl.col("evidence_grade").str.to_lowercase()),
            value=pl.col("lead_count").cast(pl.Float64),
            threshold=pl.lit(None, pl.Float64),
        )
    )
