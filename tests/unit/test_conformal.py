"""Pooled conformal intervals against a slow twin that follows the definition word by word."""

from datetime import date
from fractions import Fraction
from math import ceil, inf

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast.conformal import (
    LEAVE_ONE_OUT,
    PREQUENTIAL,
    covered,
    judged,
    radii,
)

POOL = ["model"]
EXACT = {0.8: Fraction(4, 5), 0.95: Fraction(19, 20)}


def slow_radius(scores: list[float], level: float) -> float:
    """The score of rank ceil((n + 1) level), infinite where there is none."""
    rank = ceil((len(scores) + 1) * EXACT[level])
    return inf if rank > len(scores) else sorted(scores)[rank - 1]


def frame(scores: dict[int, list[float]]) -> pl.DataFrame:
    rows = [("theta", h, s) for h, values in scores.items() for s in values]
    return pl.DataFrame(rows, schema=["model", "horizon", "score"], orient="row")


@pytest.mark.parametrize("count", [1, 3, 4, 9, 18, 19, 20, 39, 100])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_radius_is_the_score_of_the_corrected_rank(count, level):
    scores = np.random.default_rng(count).exponential(size=count).tolist()
    found = radii(frame({1: scores}), POOL).filter(pl.col("level") == level)["radius"].item()
    expected = slow_radius(scores, level)
    assert found == (None if expected == inf else expected)


def test_rank_is_exact_where_binary_fractions_are_not():
    """0.95 x 40 and 0.8 x 45 are whole numbers; a rounding error would take the next score."""
    for count, level, rank in ((39, 0.95, 38), (44, 0.8, 36)):
        scores = [float(i) for i in range(1, count + 1)]
        found = radii(frame({1: scores}), POOL).filter(pl.col("level") == level)
        assert found["radius"].item() == rank


def test_radii_never_fall_with_the_horizon_and_missing_stays_missing():
    ten = [float(i) for i in range(1, 11)]
    found = radii(frame({1: ten, 2: [s / 2 for s in ten], 3: [50.0], 4: ten}), POOL)
    at_80 = found.filter(pl.col("level") == 0.8).sort("horizon")
    assert at_80["radius"].to_list() == [9.0, 9.0, None, 9.0]
    assert at_80["score_count"].to_list() == [10, 10, 1, 10]


def test_pools_are_kept_apart_and_unusable_scores_count_for_nothing():
    scores = pl.concat(
        [
            frame({1: [1.0, 2.0, 3.0, 4.0]}),
            frame({1: [7.0] * 4}).with_columns(model=pl.lit("naive")),
        ]
    ).vstack(frame({1: [float("nan"), inf]}))
    found = radii(scores, POOL).filter(pl.col("level") == 0.8).sort("model")
    assert found.select("model", "score_count", "radius").rows() == [
        ("naive", 4, 7.0),
        ("theta", 4, 4.0),
    ]


def history(seed: int, cutoffs: int, series: int, ahead: int = 3) -> pl.DataFrame:
    """Scores of several series from each month end, one to `ahead` months ahead."""
    random = np.random.default_rng(seed)
    rows = [
        {
            "model": "theta",
            "cutoff": date(2020 + c // 12, c % 12 + 1, 1),
            "month": date(2020 + (c + h) // 12, (c + h) % 12 + 1, 1),
            "horizon": h,
            "score": float(random.exponential()),
        }
        for c in range(cutoffs)
        for h in range(1, ahead + 1)
        for _ in range(series)
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize("rule", [PREQUENTIAL, LEAVE_ONE_OUT])
def test_a_cutoff_is_judged_only_by_scores_that_the_rule_allows(rule):
    scores = history(1, cutoffs=8, series=5)
    found = covered(scores, POOL, rule)
    rows = scores.to_dicts()
    for row, got in zip(
        found.sort("cutoff", "horizon", "score").to_dicts(),
        sorted(rows, key=lambda r: (r["cutoff"], r["horizon"], r["score"])),
        strict=True,
    ):
        row, got = got, row
        allowed = [
            r
            for r in rows
            if (
                r["month"] <= row["cutoff"] if rule == PREQUENTIAL else r["cutoff"] != row["cutoff"]
            )
        ]
        for level in (0.8, 0.95):
            reach = 0.0
            for horizon in range(1, row["horizon"] + 1):
                own = slow_radius([r["score"] for r in allowed if r["horizon"] == horizon], level)
                reach = max(reach, own) if horizon == row["horizon"] or own < inf else reach
            expected = None if reach == inf else row["score"] <= reach
            assert got[f"is_covered_{round(level * 100)}"] == expected


def test_a_cutoff_s_own_scores_do_not_help_to_cover_them():
    """One day on which everything went wrong must show as not covered."""
    scores = history(2, cutoffs=10, series=10).with_columns(
        pl.when(pl.col("cutoff") == date(2020, 10, 1)).then(99.0).otherwise("score").alias("score")
    )
    found, rule = judged(scores, POOL)
    bad = found.filter(pl.col("cutoff") == date(2020, 10, 1))
    assert rule == PREQUENTIAL
    assert not bad["is_covered_80"].any()
    assert not bad["is_covered_95"].any()


def test_the_strict_rule_gives_way_where_history_is_short():
    assert judged(history(3, cutoffs=3, series=4), POOL)[1] == LEAVE_ONE_OUT
    assert judged(history(3, cutoffs=24, series=4), POOL)[1] == PREQUENTIAL


def test_coverage_of_exchangeable_scores_is_what_is_promised():
    runs = [
        covered(history(seed, cutoffs=20, series=40, ahead=1), POOL, PREQUENTIAL)
        for seed in range(16)
    ]
    found = pl.concat(runs)
    assert found["is_covered_80"].mean() == pytest.approx(0.80, abs=0.02)
    assert found["is_covered_95"].mean() == pytest.approx(0.95, abs=0.01)


def test_no_scores_at_all_are_no_error():
    empty = history(5, 2, 1).clear()
    found, _ = judged(empty, POOL)
    assert found.height == 0
    assert {"is_covered_80", "is_covered_95"} <= set(found.columns)
    assert radii(empty, POOL).height == 0
