"""Bounds, weights and vetoes as a pipeline file may write them, and as it may not."""

import re
from pathlib import Path

import numpy as np
import pytest

from dakehu.analysis.distributor_ranking import Policy
from dakehu.analysis.distributor_ranking.bands import Criterion
from dakehu.plan import PlanError, plan

POLICY = Policy()


def test_a_value_on_a_bound_is_in_the_better_band():
    more = Criterion("sales", 1, (0.6, 0.8, 1.0), (0, 50, 80, 100))
    values = np.array([0.59, 0.6, 0.799, 0.8, 1.0, 3.0, np.nan, -1.0])
    assert more.band_at(values).tolist() == [1, 2, 2, 3, 4, 4, 0, 1]
    less = Criterion("capital", 1, (15, 30, 60), (100, 70, 30, 0))
    assert less.points_at(np.array([15, 15.1, 30, 60, 61])).tolist() == [100, 70, 70, 30, 0]
    assert np.isnan(less.points_at(np.array([np.nan]))).all()


def test_a_share_that_rounding_put_a_hair_off_its_bound_still_counts():
    overdue = POLICY.criteria["overdue_share"]
    assert 0.3 - 0.1 > 0.2 - 1e-15
    assert overdue.points_at(np.array([0.1 + 0.1 + 1e-16, 0.3 - 0.1])).tolist() == [40, 40]
    attained = POLICY.criteria["quota_attainment"]
    assert attained.points_at(np.array([0.7 + 0.1 + 0.1, 0.9 - 1e-6])).tolist() == [80, 60]


def test_each_band_begins_where_bound_of_says():
    for criterion in POLICY.criteria.values():
        for band in range(2, len(criterion.points) + 1):
            bound = criterion.bound_of(band)
            step = 1e-6 if criterion.rises else -1e-6
            assert criterion.band_at(np.array([bound, bound - step])).tolist() == [band, band - 1]


def test_places_between_the_outermost_bounds():
    assert POLICY.criteria["cash_share"].scaled_at(np.array([0, 0.1, 0.45, 0.8, 1])) == (
        pytest.approx([0, 0, 0.5, 1, 1])
    )
    assert POLICY.criteria["dso_days"].scaled_at(np.array([0, 15, 52.5, 90, 200])) == (
        pytest.approx([1, 1, 0.5, 0, 0])
    )


def test_the_order_change_bands_of_the_quarterly_sheet():
    cancelled, major, minor, orders = 1, 2, 4, 100
    rate = (cancelled * 3 + major * 1.5 + minor * 0.5) / orders
    assert rate == pytest.approx(0.08)
    criterion = Criterion("logistics", 10, (0.06, 0.18, 0.30), (100, 80, 60, 0))
    assert criterion.points_at(np.array([0.06, rate, 0.18, 0.30, 0.31])).tolist() == (
        [100, 80, 80, 60, 0]
    )


def test_judgements_on_pairs_set_the_weights_unless_weights_are_given():
    pairs = {"sales": {"logistics": 3, "capital": 2}, "capital": {"logistics": 2}}
    judged = Policy(judgements=pairs)
    assert judged.platforms == pytest.approx(
        {"sales": 53.96, "logistics": 16.34, "capital": 29.70}, abs=0.005
    )
    assert judged.judged.consistency_ratio == pytest.approx(0.00793, abs=5e-5)
    assert sum(judged.weights(judged.criteria).values()) == pytest.approx(1)
    both = Policy(platforms={"capital": 40}, judgements=pairs)
    assert both.platforms == {"sales": 50, "logistics": 20, "capital": 40}
    assert both.judged.weights.tolist() == judged.judged.weights.tolist()
    assert POLICY.judged is None
    other_way = {"logistics": {"sales": 1 / 3, "capital": 0.5}, "sales": {"capital": 2}}
    assert Policy(judgements=other_way).platforms == pytest.approx(judged.platforms)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ({"sale": {"capital": 2}}, 'judgements: there is no "sale" (did you mean "sales"?)'),
        ({"sales": {"sales": 1}}, 'judgements.sales: there is no "sales"'),
        ({"sales": {"capital": 12}}, "judgements.sales.capital: write a number from"),
        ({"sales": 3}, "judgements.sales: write a table"),
        (
            {"sales": {"capital": 2}, "capital": {"sales": 0.5}},
            "judgements.capital.sales: sales.capital says it already",
        ),
        (
            {"sales": {"capital": 2, "logistics": 3}},
            "judgements.logistics: say how many times as important it is as capital",
        ),
    ],
)
def test_a_judgement_that_cannot_be_is_named(pairs, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Policy(judgements=pairs)


def test_platforms_share_out_their_weight_and_the_unmeasured_is_spread():
    weights = POLICY.weights(POLICY.criteria)
    assert list(weights) == list(POLICY.criteria)
    by_platform = dict.fromkeys(POLICY.platforms, 0.0)
    for name, weight in weights.items():
        by_platform[POLICY.criteria[name].platform] += weight
    assert by_platform == pytest.approx({"sales": 0.5, "logistics": 0.2, "capital": 0.3})
    assert weights["quota_attainment"] == pytest.approx(0.15)
    some = POLICY.weights({"quota_attainment", "cash_share"})
    assert some == pytest.approx({"quota_attainment": 0.15 / 0.225, "cash_share": 0.075 / 0.225})
    assert POLICY.weights([]) == {}


def test_what_a_file_says_is_laid_over_the_defaults():
    policy = Policy(
        platforms={"capital": 60},
        criteria={
            "cash_share": {"weight": 5},
            "dso_days": {"bounds": [30, 60], "points": [100, 50, 0]},
        },
        deductions={"file": {"points": 0}},
        vetoes={"blacklisted": 2},
    )
    assert policy.platforms == {"sales": 50, "logistics": 20, "capital": 60}
    assert policy.criteria["cash_share"].bounds == POLICY.criteria["cash_share"].bounds
    assert policy.criteria["cash_share"].weight == 5
    assert policy.criteria["dso_days"].points == (100, 50, 0)
    assert policy.deductions["file"].cap == POLICY.deductions["file"].cap
    assert policy.vetoes["graded_a_diversion"] == POLICY.vetoes["graded_a_diversion"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"weight_spread": 3}, "weight_spread: write a number from 0 to 1 (it is 3)"),
        ({"smaa_draws": 1.5}, "smaa_draws: write a whole number from 1000 to 1000000 (it is 1.5)"),
        ({"observed_weight_min": "60%"}, "observed_weight_min: write a number from 0 to 1"),
        ({"attainment_line": -1}, "attainment_line: write a number from 0 up (it is -1)"),
        ({"separable_probability": True}, "separable_probability: write a number from 0.5 to 1"),
        ({"platforms": {"sale": 1}}, 'platforms: there is no "sale" (did you mean "sales"?)'),
        ({"platforms": 5}, "platforms: write a table of names and values (it is 5)"),
        ({"platforms": {"sales": -1}}, "platforms.sales: write a number from 0 up (it is -1)"),
        (
            {"platforms": {"sales": 0, "logistics": 0, "capital": 0}},
            "platforms: every weight is zero",
        ),
        ({"criteria": {"dso": {"weight": 1}}}, 'criteria: there is no "dso"'),
        ({"criteria": {"dso_days": 5}}, "criteria.dso_days: write a table of names"),
        (
            {"criteria": {"dso_days": {"wieght": 5}}},
            'criteria.dso_days: there is no "wieght" (did you mean "weight"?)',
        ),
        (
            {"criteria": {"dso_days": {"weight": float("nan")}}},
            "criteria.dso_days.weight: write a number from 0 up (it is nan)",
        ),
        ({"criteria": {"dso_days": {"bounds": 5}}}, "criteria.dso_days.bounds: write a list"),
        (
            {"criteria": {"dso_days": {"bounds": [30, 30, 60]}}},
            "criteria.dso_days.bounds: write at least two rising numbers (it is [30, 30, 60])",
        ),
        (
            {"criteria": {"dso_days": {"bounds": [30, 60]}}},
            "criteria.dso_days.points: write 3 numbers from 0 to 100",
        ),
        (
            {"criteria": {"dso_days": {"bounds": [30, 60], "points": [0, 100, 50]}}},
            "criteria.dso_days.points: write numbers that only rise or only fall",
        ),
        (
            {"criteria": {"dso_days": {"bounds": [30, 60], "points": [0, 50, 101]}}},
            "criteria.dso_days.points: write 3 numbers from 0 to 100 (it is [0, 50, 101])",
        ),
        (
            {"criteria": {"dso_days": {"platform": "money"}}},
            'criteria.dso_days.platform: there is no "money"',
        ),
        (
            {"deductions": {"file": {"cap": 200}}},
            "deductions.file.cap: write a number from 0 to 100 (it is 200)",
        ),
        ({"vetoes": {"blacklisted": "x"}}, "vetoes.blacklisted: write a number from 0 up"),
        ({"vetoes": {"blaklisted": 1}}, 'vetoes: there is no "blaklisted"'),
    ],
)
def test_what_cannot_be_is_named_with_its_key(settings: dict, words: str):
    with pytest.raises(ValueError, match=re.escape(f"[policy.distributor_ranking] {words}")):
        Policy(**settings)
    with pytest.raises(PlanError, match=re.escape(words)):
        plan({"distributor_ranking": {}}, {"distributor_ranking": settings})


def test_the_methods_page_names_every_criterion_deduction_and_veto():
    page = (Path(__file__).parents[2] / "docs" / "methods-distributor-ranking.md").read_text(
        "utf-8"
    )
    for name in (*POLICY.criteria, *POLICY.deductions, *POLICY.vetoes, *POLICY.platforms):
        assert f"`{name}`" in page
