"""What evidence weighs: exact and classical tests, many of them at once, and grades."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import stdtr

PROOF, DOCUMENT, STATISTICS = "A", "B", "C"
SIGNS = {
    "kind": pl.String,
    "distributor_id": pl.String,
    "other_id": pl.String,
    "month": pl.Date,
    "measure": pl.String,
    "value": pl.Float64,
    "threshold": pl.Float64,
    "is_benign": pl.Boolean,
    "evidence_grade": pl.String,
    "record": pl.String,
    "is_tested": pl.Boolean,
}
HYPOTHESES = {
    "kind": pl.String,
    "distributor_id": pl.String,
    "other_id": pl.String,
    "measure": pl.String,
    "p_value": pl.Float64,
}


def signs(
    frame: pl.DataFrame,
    kind: str,
    measure: str,
    threshold: float,
    grade: str,
    record: str,
    *,
    is_benign: bool = False,
    is_tested: bool = False,
) -> pl.DataFrame:
    """Rows of SIGNS out of distributor_id, month, value and, where there is one, other_id.

    Args:
        frame: what was measured, above its threshold.
        kind: diversion, hoarding, quota_overload or price_gap.
        measure: the name of what was measured.
        threshold: the policy's line for it.
        grade: of this evidence by itself.
        record: where it was read; signs of different records are independent of each other.
        is_benign: reported and never scored.
        is_tested: counts only when its test in HYPOTHESES is a discovery.
    """
    other = pl.col("other_id") if "other_id" in frame.columns else pl.lit(None, pl.String)
    return frame.select(
        kind=pl.lit(kind),
        distributor_id="distributor_id",
        other_id=other,
        month="month",
        measure=pl.lit(measure),
        value=pl.col("value").cast(pl.Float64),
        threshold=pl.lit(float(threshold)),
        is_benign=pl.lit(is_benign),
        evidence_grade=pl.lit(grade),
        record=pl.lit(record),
        is_tested=pl.lit(is_tested),
    )


def hypotheses(frame: pl.DataFrame, kind: str, measure: str) -> pl.DataFrame:
    """Rows of HYPOTHESES out of distributor_id, p_value and, where there is one, other_id."""
    other = pl.col("other_id") if "other_id" in frame.columns else pl.lit(None, pl.String)
    return frame.filter(pl.col("p_value").is_not_null()).select(
        kind=pl.lit(kind),
        distributor_id="distributor_id",
        other_id=other,
        measure=pl.lit(measure),
        p_value=pl.col("p_value").cast(pl.Float64),
    )


def student(values: pl.Expr, least: int) -> pl.Expr:
    """Student's t of a mean above zero with its degrees of freedom, as a struct for `tail_p`.

    For aggregations; null below `least` values.
    """
    error = pl.max_horizontal(values.std(), pl.lit(1e-12)) / values.count().sqrt()
    count = values.count()
    return pl.when(count >= least).then(pl.struct(t=values.mean() / error, freedom=count - 1))


def tail_p(statistic: str) -> pl.Expr:
    """One-sided p-values of a column that `student` made; null where it is null."""

    def tail(parts: pl.Series) -> pl.Series:
        t, freedom = (parts.struct.field(name).to_numpy() for name in ("t", "freedom"))
        return pl.Series(stdtr(freedom.astype(float), -t.astype(float))).fill_nan(None)

    return pl.col(statistic).map_batches(tail, return_dtype=pl.Float64)


def rank_sum_p(sample: np.ndarray, others: np.ndarray) -> float:
    """Exact one-sided p-value of `sample` lying above `others` (Wilcoxon's rank sum, with ties).

    The share of all ways to choose as many of both together whose rank sum is no less than that of
    `sample`; no distribution is assumed.
    """
    joined = np.concatenate([sample, others])
    _, place, count = np.unique(joined, return_inverse=True, return_counts=True)
    # Twice the mean rank of the tied, so that it is a whole number.
    ranks = (2 * np.cumsum(count) - count + 1)[place]
    ways = np.zeros((len(sample) + 1, int(ranks.sum()) + 1))
    ways[0, 0] = 1
    for rank in ranks:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    reached = ways[len(sample), int(ranks[: len(sample)].sum()) :].sum()
    return float(reached / ways[len(sample)].sum())


def discoveries(p_values: np.ndarray, rate: float) -> np.ndarray:
    """Which of these tests Benjamini and Hochberg's step-up procedure (1995) keeps at `rate`."""
    order = np.argsort(p_values)
    lines = rate * np.arange(1, len(p_values) + 1) / max(len(p_values), 1)
    under = np.flatnonzero(p_values[order] <= lines)
    kept = np.zeros(len(p_values), dtype=bool)
    if under.size:
        kept[order[: under[-1] + 1]] = True
    return kept
