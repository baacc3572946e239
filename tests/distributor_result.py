"""A distributor ranking put together by hand: what the scorecard and the weight panel are given."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import polars as pl

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.certainty import certainty_of
from dakehu.analysis.distributor_ranking.explain import explain_all
from dakehu.analysis.distributor_ranking.score import score_of
from distributor_sheets import drawn, facts, sheet

POLICY = Policy(smaa_draws=2_000)
CONDUCT = facts(("d001", "complaint", 1.0), ("d004", "blacklisted", 1.0))


def ranking_of(
    values: Mapping[str, Mapping[str, float | None]],
    policy: Policy = POLICY,
    conduct: pl.DataFrame = CONDUCT,
    names: Mapping[str, str] | None = None,
) -> SimpleNamespace:
    """The parts of a ranking of these criteria; every one of the named is measured."""
    lines = sheet(values)
    named = [name for name in policy.criteria if name in lines["criterion"].unique().to_list()]
    score = score_of(lines, conduct, policy, named)
    ids = score.ranking["distributor_id"].to_list()
    ranking = score.ranking.with_columns(
        verdict=pl.lit("watch"), sales_rank=pl.int_range(1, pl.len() + 1), previous_rank=None
    )
    known = [one for one in ids if one != "d003"]  # of d003 nothing but the score is known
    return SimpleNamespace(
        policy=policy,
        score=score,
        held=conduct,
        explained=explain_all(score, policy),
        certainty=certainty_of(score.panel, policy),
        ranking=ranking.filter("is_ranked"),
        unranked=ranking.filter(~pl.col("is_ranked")).drop("verdict"),
        reasons=pl.DataFrame(
            {
                "distributor_id": ids,
                "verdict": ["watch"] * len(ids),
                "reason": ["middling_score"] * len(ids),
                "value": [55.0] * len(ids),
                "threshold": [70.0] * len(ids),
            }
        ).filter(pl.col("distributor_id").is_in(score.panel.distributors)),
        names={one: (names or {}).get(one, f"Distributor {one}") for one in ids},
        facts=SimpleNamespace(
            downstream=SimpleNamespace(
                downstream=pl.DataFrame(
                    {
                        "distributor_id": known,
                        "customer_count": list(range(7, 7 + len(known))),
                        "amount": [Decimal("8300000.00")] * len(known),
                        "hhi": [1_300.0] * len(known),
                        "worst_loss_share": [0.21] * len(known),
                        "poaching_share": [0.08] * len(known),
                    }
                )
            ),
            credit=SimpleNamespace(
                credit=pl.DataFrame(
                    {
                        "distributor_id": known,
                        "open_amount": [Decimal("412000.00")] * len(known),
                        "overdue_amount": [Decimal("1200.00")] * len(known),
                        "due_over_90_amount": [Decimal("0.00")] * len(known),
                        "credit_limit_amount": [Decimal("500000.00")] * len(known),
                        "interest_amount": [Decimal("24720.00")] * len(known),
                        "own_return_share": [0.12] * len(known),
                    }
                )
            ),
        ),
        leads=SimpleNamespace(subjects=_subjects(known)),
    )


def _subjects(known: list[str]) -> pl.DataFrame:
    rows = [
        (kind, one, is_benign, grade, 3, date(2024, 5, 1))
        for one in known
        for kind, is_benign, grade in (
            ("diversion", False, "B"), ("hoarding", False, "C"), ("diversion", True, "C")
        )
    ]  # fmt: skip
    schema = {
        "kind": pl.String, "distributor_id": pl.String, "is_benign": pl.Boolean,
        "evidence_grade": pl.String, "lead_count": pl.Int64, "last_month": pl.Date,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def ranking(count: int = 12, missing: float = 0.15, seed: int = 3) -> SimpleNamespace:
    """`count` distributors with values drawn over the bounds; the last is hardly known."""
    values = drawn(count, np.random.default_rng(seed), missing)
    last = f"d{count - 1:03}"
    values[last] = {
        name: value if name == "cash_share" else None for name, value in values[last].items()
    }
    return ranking_of(values)
