"""Industries: the change of sales split by number, mix and rate, to the cent."""

import dataclasses
from decimal import Decimal

import numpy as np
import pytest

from dakehu.analysis.customer_value.industries import industries_of
from growth_book import NOW, YEAR, book, customer, mart

NONE = mart("families").drop("month")


def chapter(*rows, cells=NONE, period=YEAR):
    return industries_of(book(*rows), cells, period)


def by_industry(found):
    return {row["industry_name"]: row for row in found.industries.iter_rows(named=True)}


@pytest.mark.parametrize("seed", range(20))
def test_contributions_add_up_to_the_change_exactly(seed):
    rng = np.random.default_rng(seed)
    names = ["steel", "coal", "paper", None]
    rows = [
        customer(f"c{i}", round(float(now), 2), round(float(before), 2), names[rng.integers(4)])
        for i, (now, before) in enumerate(
            rng.choice([0, 1, -0.2], (60, 2)) * rng.gamma(1, 99, (60, 2))
        )
    ]
    found = chapter(*rows)
    change = sum((r["net_amount"] - r["previous_amount"] for r in rows), Decimal(0))
    frame = found.industries
    assert frame["change_amount"].sum() == change
    parts = [frame[name].sum() for name in ("number_amount", "mix_amount", "rate_amount")]
    assert sum(parts, Decimal(0)) == change
    before = sum(r["previous_amount"] for r in rows)
    assert frame["contribution"].sum() == pytest.approx(float(change / before))
    for row in frame.iter_rows(named=True):
        split = row["number_amount"] + row["mix_amount"] + row["rate_amount"]
        assert split == row["change_amount"] == row["net_amount"] - row["previous_amount"]


def test_each_effect_alone():
    # Twice the customers of the same kind: number. The same customers buying twice: rate.
    doubled = by_industry(chapter(customer("a", 100, 100), customer("b", 100)))["steel"]
    assert (doubled["number_amount"], doubled["mix_amount"], doubled["rate_amount"]) == (100, 0, 0)
    richer = by_industry(chapter(customer("a", 200, 100)))["steel"]
    assert (richer["number_amount"], richer["mix_amount"], richer["rate_amount"]) == (0, 0, 100)
    assert (richer["growth"], richer["contribution"]) == (1, 1)
    # One of four customers leaves coal, where 10 is bought, for steel, where 50 is: mix.
    moved = chapter(
        customer("s1", 50, 50), customer("s2", 50, 0), customer("k1", 10, 10, "coal"),
        customer("k2", 0, 10, "coal"), customer("k3", 10, 10, "coal"),
    )  # fmt: skip
    assert moved.effects == {"number_amount": 0, "mix_amount": 40, "rate_amount": 0}


def test_three_effects_reckoned_by_hand():
    # 1 -> 3 customers in steel, 1 -> 1 in coal: N 2 -> 4, share of steel 1/2 -> 3/4.
    found = chapter(
        customer("a", 40, 20), customer("b", 40), customer("c", 40), customer("k", 30, 10, "coal")
    )
    steel = by_industry(found)["steel"]
    assert steel["number_amount"] == Decimal("37.50")  # 2 * 0.625 * 30
    assert steel["mix_amount"] == Decimal("22.50")  # 0.25 * 3 * 30
    assert steel["rate_amount"] == 100 - 60
    coal = by_industry(found)["coal"]
    assert coal["number_amount"] == 2 * Decimal("0.375") * 20
    assert coal["mix_amount"] == Decimal("-0.25") * 3 * 20
    assert coal["rate_amount"] == 20


def test_an_industry_come_or_gone_is_no_change_of_rate():
    found = by_industry(chapter(customer("a", 60, 0), customer("k", 0, 30, "coal")))
    assert found["steel"]["rate_amount"] == found["coal"]["rate_amount"] == 0
    assert found["steel"]["growth"] is None
    assert found["coal"]["growth"] == -1


def test_customers_margin_and_leading_family():
    cells = mart("families", ("a", NOW, "oil", 70), ("b", NOW, "grease", 30)).drop("month")
    found = chapter(
        customer("a", 100, margin=30), customer("b", 100, industry="steel"),
        customer("k", 50, industry=None, margin=5), cells=cells,
    )  # fmt: skip
    steel, rest = (by_industry(found)[name] for name in ("steel", None))
    assert (steel["customer_count"], steel["amount_share"]) == (2, 0.8)
    assert (steel["margin_amount"], steel["margin_share"]) == (30, 0.3)
    assert (steel["leading_family"], steel["leading_share"]) == ("oil", 0.7)
    assert rest["leading_family"] is None
    assert found.figures["industry_count"] == (1, "count")
    assert found.figures["largest_industry_share"] == (0.8, "share")


def test_without_industries_or_a_window_before():
    assert chapter(customer("a", 5, industry=None)).tables == {}
    short = dataclasses.replace(YEAR, previous_first_month=None, previous_last_month=None)
    found = chapter(customer("a", 5), period=short)
    assert found.effects == {}
    assert not {"growth", "change_amount", "previous_amount"} & set(found.industries.columns)
