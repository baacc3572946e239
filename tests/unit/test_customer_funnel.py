"""Stages, how long cases stay in them, and what follows a proposal, reckoned by hand."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.funnel import funnel_of
from dakehu.analysis.survival import kaplan_meier, medians
from growth_book import NOW, YEAR, mart

DAY = date(2024, 5, 1)


def funnel(stages=(), proposals=(), orders=(), **policy):
    marts = {
        "stages": mart("stages", *stages),
        "proposals": mart("proposals", *proposals),
        "order_days": mart("order_days", *((*order, 1) for order in orders)),
    }
    return funnel_of(marts, YEAR, Policy(**policy))


def stay(case, stage, days=None, on=False, outcome="passed", month=NOW):
    """A stay in a stage that began on DAY; `days` None is a stay that has not ended."""
    left = None if days is None else DAY + timedelta(days=days)
    return (str(case), stage, "a", "customer", month, DAY, left, on, outcome)


def spells(*rows):
    return pl.DataFrame(rows, schema=["days", "has_ended"], orient="row").with_columns(key=1)


def curve(*rows):
    estimate = kaplan_meier(spells(*rows), "key")
    return estimate, medians(estimate, "key")["median_days"][0]


def test_kaplan_meier_reckoned_by_hand():
    # Eight stays of 2, 3+, 5, 5, 7+, 8, 9+, 12 days; + had not ended when last seen.
    estimate, middle = curve(
        (2, True), (3, False), (5, True), (5, True), (7, False), (8, True), (9, False), (12, True)
    )
    rows = {row[1]: row[2:] for row in estimate.iter_rows()}
    assert {days: n for days, (n, _, _) in rows.items()} == {
        2: 8, 3: 7, 5: 6, 7: 4, 8: 3, 9: 2, 12: 1,
    }  # fmt: skip
    survival = {days: s for days, (_, _, s) in rows.items()}
    assert survival[2] == pytest.approx(7 / 8)
    assert survival[5] == pytest.approx(7 / 8 * 4 / 6)  # 0.583
    assert survival[8] == pytest.approx(7 / 8 * 4 / 6 * 2 / 3)  # 0.389
    assert survival[12] == 0
    assert middle == 8
    # To leave the open ones out, or to take their days for whole, would say 5 and 6.
    assert curve((2, True), (5, True), (5, True), (8, True), (12, True))[1] == 5


def test_median_is_not_known_while_more_than_half_stay():
    assert curve((1, True), (4, False), (4, False), (9, False))[1] is None
    assert curve((1, True), (2, True), (4, False), (9, False))[1] == 2  # at most half outlast it


@pytest.mark.parametrize("seed", range(10))
def test_kaplan_meier_against_a_slow_loop(seed):
    rng = np.random.default_rng(seed)
    rows = [
        (int(d), bool(e))
        for d, e in zip(rng.integers(0, 12, 40), rng.random(40) < 0.6, strict=True)
    ]
    survival, expected = 1.0, {}
    for at in sorted({d for d, _ in rows}):
        ended = sum(1 for d, e in rows if d == at and e)
        survival *= 1 - ended / sum(1 for d, _ in rows if d >= at)
        expected[at] = survival
    estimate, middle = curve(*rows)
    assert dict(estimate.select("days", "survival").iter_rows()) == pytest.approx(expected)
    assert middle == min((at for at, s in expected.items() if s <= 0.5 + 1e-9), default=None)


def test_forty_eight_twelve_three():
    # Article 4: 48 semi-finalists, 12 finalists, 3 winners.
    stays = [stay(i, 1, 10, i < 12, "passed" if i < 12 else "lost") for i in range(48)]
    stays += [stay(i, 2, 10, i < 3, "passed" if i < 3 else "lost") for i in range(12)]
    stays += [stay(i, 3, 10, outcome="won") for i in range(3)]
    found = funnel(stays).stages
    assert found["entered_count"].to_list() == [48, 12, 3]
    assert found["conversion"].to_list() == [0.25, 0.25, None]
    assert found["ended_count"].to_list() == [36, 9, 0]
    assert found["won_count"].to_list() == [0, 0, 3]


def test_every_case_has_one_fate_and_days_only_where_they_are_known():
    found = funnel(
        [
            stay(1, 1, 6, True), stay(2, 1, None, True), stay(3, 1, None, outcome="lost"),
            stay(4, 1), stay(5, 1, None, outcome=None), stay(6, 1, -3, outcome="lost"),
            stay(1, 2, 4, outcome="won"), stay(9, 1, 1, month=date(2023, 5, 1)),
        ]
    ).stages  # fmt: skip
    first = found.row(0, named=True)
    assert (first["entered_count"], first["advanced_count"], first["open_count"]) == (6, 2, 2)
    assert first["ended_count"] == 2
    assert first["median_days"] is None  # one of three stays of known length has ended
    assert found.row(1, named=True)["won_count"] == 1


def test_open_stays_count_up_to_the_as_of_date():
    old = funnel([stay(1, 1, 5, outcome="lost"), stay(2, 1), stay(3, 1, 300, outcome="lost")])
    # The open one has stayed 244 days: it is in the middle, and has left the set at risk by 300.
    assert old.stages["median_days"].to_list() == [300]
    assert old.figures["case_open_count"] == (1, "count")


def proposal(code, customer, day, level="product", tender=None, result=None, role="customer"):
    return (code, customer, role, level, day.replace(day=1), day, tender, result)


def test_orders_that_follow_a_proposal_by_level():
    found = funnel(
        proposals=[
            proposal("1", "a", DAY), proposal("2", "b", DAY),
            proposal("3", "a", DAY, "custom", DAY + timedelta(days=20), "won"),
            proposal("4", "b", DAY, "custom", DAY + timedelta(days=91), "won"),
            proposal("5", "a", date(2024, 12, 1), "industry"), proposal("6", "c", DAY, None),
        ],
        orders=[("a", DAY + timedelta(days=90)), ("b", DAY), ("b", DAY + timedelta(days=91))],
    ).proposals  # fmt: skip
    rows = {row["level"]: row for row in found.iter_rows(named=True)}
    assert list(rows) == ["product", "industry", "custom", None]
    assert (rows["product"]["presented_count"], rows["product"]["ordered_count"]) == (2, 1)
    assert rows["product"]["order_share"] == 0.5
    assert (rows["custom"]["tender_count"], rows["custom"]["won_count"]) == (1, 1)
    # Thirty days before the report's date nothing can be said yet.
    assert (rows["industry"]["made_count"], rows["industry"]["presented_count"]) == (1, 0)
    assert rows["industry"]["order_share"] is None
    assert (rows[None]["ordered_count"], rows[None]["usual_share"]) == (0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_the_chance_of_any_day_against_a_slow_loop(seed):
    rng = np.random.default_rng(seed)
    placed = sorted({date(2024, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, 366, 9)})
    found = funnel(
        proposals=[proposal("1", "a", DAY)],
        orders=[("a", day) for day in placed],
        proposal_order_days=20,
    )
    last = YEAR.as_of - timedelta(days=20)
    days = [DAY + timedelta(days=n) for n in range((last - DAY).days + 1)]
    hit = [any(0 < (order - day).days <= 20 for order in placed) for day in days]
    assert found.proposals["usual_share"][0] == pytest.approx(sum(hit) / len(days))
    assert found.figures["proposal_usual_share"][0] == pytest.approx(sum(hit) / len(days))
    assert found.proposals["order_share"][0] == float(hit[0])


def test_roles_and_absent_data():
    stays = [stay(1, 1, 5)]
    offers = [proposal("1", "a", DAY), proposal("2", "a", DAY, role="distributor")]
    found = funnel(stays, offers, roles=["distributor"])
    assert not found.has_stages
    assert found.proposals["made_count"].to_list() == [1]
    nothing = funnel()
    assert nothing.tables == {}
    assert nothing.figures == {}
    assert not nothing.has_proposals
