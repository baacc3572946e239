"""Concentration measures against published identities and against slow loops."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis import concentration

Amount = float | str | Decimal


def book(amounts: Mapping[str, Amount]) -> pl.DataFrame:
    """A frame of customers with DECIMAL amounts."""
    rows = {"customer_id": list(amounts), "net_amount": [Decimal(str(v)) for v in amounts.values()]}
    schema = {"customer_id": pl.String, "net_amount": pl.Decimal(38, 2)}
    return concentration.ranked(pl.DataFrame(rows, schema=schema), "net_amount")


def pareto(amounts: Mapping[str, Amount], share: float = 0.8) -> list[str]:
    frame = book(amounts)
    return frame.filter(concentration.within(frame, "net_amount", share))["customer_id"].to_list()


def test_pareto_set_takes_the_crossing_customer():
    assert pareto({"f": 5, "c": 10, "a": 50, "e": 7, "b": 20, "d": 8}) == ["a", "b", "c"]


def test_pareto_set_stops_where_the_line_is_met_exactly():
    assert pareto({"a": 60, "b": 20, "c": 20}) == ["a", "b"]
    # 0.1 + 0.2 is not 0.3 in binary floats; in cents it is.
    assert pareto({"a": "0.30", "b": "0.30", "c": "0.40"}, share=0.7) == ["c", "a"]


def test_ties_are_broken_by_id():
    assert pareto({"z": 10, "y": 10, "x": 10, "w": 10}, share=0.5) == ["w", "x"]


def test_negatives_are_no_part_of_the_base():
    amounts = {"a": 50, "b": 20, "c": 10, "d": 8, "e": 7, "f": 5, "returns": -400}
    assert pareto(amounts) == ["a", "b", "c"]
    frame = book(amounts)
    assert frame["amount_share"].sum() == pytest.approx(1)
    assert frame.row(-1, named=True)["cumulative_share"] is None
    assert frame.filter(pl.col("customer_id") == "f")["cumulative_share"].item() == pytest.approx(1)


def test_missing_amounts_stand_last_and_outside():
    frame = pl.DataFrame(
        {"customer_id": ["a", "b"], "margin_amount": [None, Decimal("3.00")]},
        schema={"customer_id": pl.String, "margin_amount": pl.Decimal(38, 2)},
    )
    frame = concentration.ranked(frame, "margin_amount")
    assert frame["customer_id"].to_list() == ["b", "a"]
    assert concentration.within(frame, "margin_amount", 0.8).to_list() == [True, False]


def test_pareto_set_is_the_shortest_that_reaches_the_share():
    generator = np.random.default_rng(7)
    for size in (1, 2, 3, 10, 57):
        cents = generator.integers(0, 5000, size) + 1
        amounts = {f"{i:03}": Decimal(int(c)) / 100 for i, c in enumerate(cents)}
        found = pareto(amounts)
        target = Decimal("0.8") * sum(amounts.values())
        assert sum(amounts[name] for name in found) >= target
        assert sum(amounts[name] for name in found[:-1]) < target
        assert min(amounts[n] for n in found) >= max(
            (v for n, v in amounts.items() if n not in found), default=0
        )


def test_class_table_gives_the_index_of_21_in_592():
    # 21 of 592 customers with 40 % of the volume, as in the fuel wholesaler's case.
    amounts = {f"a{i:03}": 40_000 for i in range(21)} | {f"b{i:03}": "2206.65" for i in range(571)}
    frame = book(amounts)
    frame = frame.with_columns(
        concentration.classed(frame, "net_amount", {"A": 0.40, "B": 0.95}, "C")
    )
    top = concentration.class_table(frame).row(0, named=True)
    assert (top["customer_class"], top["customer_count"]) == ("A", 21)
    assert round(100 * top["customer_share"], 2) == 3.55
    assert top["amount_share"] == pytest.approx(0.40, abs=1e-6)
    assert round(top["concentration_index"], 2) == 11.28
    mean_ratio = 40_000 / 2206.65
    assert round(mean_ratio, 2) == 18.13


def test_classes_add_up_and_hold_the_negatives_in_the_last():
    frame = book({"a": 70, "b": 20, "c": 6, "d": 4, "zero": 0, "minus": -9})
    frame = frame.with_columns(
        concentration.classed(frame, "net_amount", {"A": 0.80, "B": 0.95}, "C")
    )
    assert dict(frame.select("customer_id", "customer_class").iter_rows()) == {
        "a": "A",
        "b": "A",
        "c": "B",
        "d": "C",
        "zero": "C",
        "minus": "C",
    }
    table = concentration.class_table(frame)
    assert table["customer_count"].sum() == 6
    assert table["customer_share"].sum() == pytest.approx(1)
    assert table["amount_share"].sum() == pytest.approx(1)
    assert table["net_amount"].sum() == Decimal(100)


def test_gini_of_a_pure_eighty_twenty_split():
    # 20 % of the customers share 80 % evenly, the rest 20 % evenly.
    assert concentration.gini(np.array([4.0] * 20 + [0.25] * 80)) == pytest.approx(0.60)


def test_gini_against_the_mean_absolute_difference():
    values = np.random.default_rng(3).lognormal(size=40)
    differences = sum(abs(a - b) for a in values for b in values)
    expected = differences / (2 * len(values) ** 2 * values.mean())
    assert concentration.gini(values) == pytest.approx(expected)


def test_gini_is_twice_the_area_above_the_lorenz_curve():
    values = np.random.default_rng(5).pareto(2, size=200)
    curve = concentration.lorenz(values)
    area = np.trapezoid(curve["amount_share"], curve["customer_share"])
    assert concentration.gini(values) == pytest.approx(1 - 2 * area)
    assert curve.row(0) == (0, 0)
    assert curve.row(-1) == pytest.approx((1, 1))


def test_measures_of_four_equal_customers():
    found = concentration.measures(np.array([25.0, 25.0, 25.0, 25.0]))
    assert found["hhi"] == pytest.approx(2500)
    assert found["effective_number"] == pytest.approx(4)
    assert found["gini"] == pytest.approx(0)
    assert (found["cr1"], found["cr4"], found["cr5"]) == pytest.approx((0.25, 1, 1))


def test_measures_of_the_merger_guidelines_kind():
    # Shares 30, 30, 20, 20: 900 + 900 + 400 + 400 = 2,600.
    found = concentration.measures(np.array([30.0, 20.0, 30.0, 20.0, -50.0]))
    assert found["hhi"] == pytest.approx(2600)
    assert found["cr1"] == pytest.approx(0.30)


def test_one_customer_is_everything():
    found = concentration.measures(np.array([12.5]))
    assert found["hhi"] == pytest.approx(10_000)
    assert found["cr1"] == found["top_fifth_share"] == pytest.approx(1)
    assert found["gini"] == pytest.approx(0)


def test_top_fifth_counts_returns_in_number_and_total():
    # n = 6, so the first two; total 100 - 20 = 80.
    amounts = np.array([40.0, 30.0, 15.0, 10.0, 5.0, -20.0])
    assert concentration.top_fifth_share(amounts) == pytest.approx(70 / 80)


def test_top_fifth_of_the_gift_wholesaler(shared):
    lines = pl.read_parquet(shared / "online_retail" / "online_retail_2010_2011.parquet")
    by_customer = (
        lines.filter(pl.col("CustomerID").is_not_null())
        .group_by("CustomerID")
        .agg(amount=(pl.col("Quantity") * pl.col("UnitPrice")).sum())
    )
    assert by_customer.height == 4372
    share = concentration.top_fifth_share(by_customer["amount"].to_numpy())
    assert round(100 * share, 1) == 73.8
