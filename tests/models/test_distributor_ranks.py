"""Who leaves changes nothing, and intervals hold the true rank nine times in ten."""

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.certainty import certainty_of
from dakehu.analysis.distributor_ranking.score import score_of, weighted
from dakehu.analysis.distributor_ranking.smaa import weights_around
from dakehu.analysis.distributor_ranking.stability import Months, ranks_of
from distributor_sheets import POLICY, drawn, facts, sheet

PANELS, SIZE = 100, 20


def faults(values: dict, random: np.random.Generator) -> pl.DataFrame:
    """Cases and vetoes of about half of the distributors."""
    rows = [
        (one, fact, float(random.integers(0, 3)))
        for one in values
        for fact in (*POLICY.deductions, "blacklisted")
        if random.random() < 0.2
    ]
    return facts(*rows)


def test_in_2000_trials_nobody_who_leaves_changes_the_order_of_the_others():
    changed = trials = 0
    for seed in range(PANELS):
        random = np.random.default_rng(seed)
        values = drawn(SIZE, random, missing=random.choice([0.0, 0.1, 0.35]))
        frame, found = sheet(values), faults(values, random)
        score = score_of(frame, found, POLICY)
        columns = ["distributor_id", "score", "is_ranked"]
        for leaving in values:
            others = pl.col("distributor_id") != leaving
            kept = score_of(frame.filter(others), found, POLICY)
            before = score.ranking.filter(others).select(columns)
            changed += not kept.ranking.select(columns).equals(before)
            trials += 1
    assert (trials, changed) == (2_000, 0)


def panel_with_noise(noise: float, random: np.random.Generator, policy: Policy):
    """Whether each of 30 distributors has its true rank inside its interval.

    The truth is a value for each criterion and one set of weights within the spread of the agreed
    ones; seen are twelve months of each value, `noise` being their deviation in parts of the scale.
    """
    names = [str(name) for name in random.choice(list(policy.criteria), 12, replace=False)]
    criteria = [policy.criteria[name] for name in names]
    low, high = (np.array([one.bounds[end] for one in criteria]) for end in (0, -1))
    truth = low + (high - low) * random.uniform(-0.2, 1.2, (30, 12))
    months = truth + (high - low) * noise * random.normal(size=(12, 30, 12))
    rows = [
        (f"d{i:02}", one.platform, name, value, "", True)
        for i, seen in enumerate(months.mean(axis=0))
        for name, one, value in zip(names, criteria, seen, strict=True)
    ]
    frame = pl.DataFrame(rows, schema=sheet({}).schema, orient="row")
    panel = score_of(frame, facts(), policy, names).panel
    order = [int(one[1:]) for one in panel.distributors]
    columns = [names.index(one) for one in panel.criteria]
    agreed = np.array([policy.weights(names)[name] for name in names])
    weights = weights_around(agreed, policy.weight_spread, 1, random)[0]
    points = np.column_stack(
        [one.points_at(column) for one, column in zip(criteria, truth.T, strict=True)]
    )
    true_ranks = ranks_of(weighted(points, weights))[order]
    seen = months[:, order][:, :, columns]
    history = Months(panel.distributors, panel.criteria, seen, np.ones_like(seen))
    ends = certainty_of(panel, policy, history).ranking.select("rank_low", "rank_high")
    least, most = ends.to_numpy().T
    return (least <= true_ranks) & (true_ranks <= most)


@pytest.mark.slow
def test_intervals_cover_the_true_rank_in_500_panels():
    random, policy = np.random.default_rng(11), Policy(smaa_draws=2_000, bootstrap_draws=100)
    covered = {
        noise: np.mean([panel_with_noise(noise, random, policy) for _ in range(125)])
        for noise in (0.3, 0.45, 0.6, 0.8)
    }
    assert all(0.85 <= share <= 0.95 for share in covered.values()), covered
