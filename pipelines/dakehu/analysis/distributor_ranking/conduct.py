"""What is held against a distributor beside its criteria: cases, black lists, old debts."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dakehu.analysis.distributor_ranking.window import Window

LEAD = "C"  # evidence that is a lead for inspection and no finding


def conduct_of(
    read: Mapping[str, pl.DataFrame], window: Window, owed: pl.DataFrame
) -> pl.DataFrame:
    """One row per distributor and fact: distributor_id, fact, value.

    Cases of the window by kind (diversion, price, complaint, late_payment, file), those with
    statistical evidence alone left out; graded_a_diversion counts diversion proved by codes;
    blacklisted is 1 where the master data says so; overdue_over_90_share is of the open amount.
    """
    cases = read["cases"].filter(window.within & (pl.col("evidence_grade") != LEAD))
    proved = cases.filter(
        (pl.col("case_type") == "diversion") & (pl.col("evidence_grade") == "A")
    ).with_columns(case_type=pl.lit("graded_a_diversion"))
    counts = (
        pl.concat([cases, proved])
        .group_by("distributor_id", fact="case_type")
        .agg(value=pl.col("case_count").sum().cast(pl.Float64))
    )
    listed = (
        read["distributors"]
        .filter(pl.col("status") == "blacklisted")
        .select("distributor_id", fact=pl.lit("blacklisted"), value=pl.lit(1.0))
    )
    opened = pl.col("open_amount").cast(pl.Float64)
    old = owed.filter(pl.col("open_amount") > 0).select(
        "distributor_id",
        fact=pl.lit("overdue_over_90_share"),
        value=pl.col("overdue_over_90_amount").cast(pl.Float64) / opened,
    )
    return pl.concat([counts, listed, old.drop_nulls()]).sort("distributor_id", "fact")
