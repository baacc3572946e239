"""Key accounts: continuity, the three screens and their reasons, lookalikes, classes by family."""

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from customer_book import SCHEMA, analysed, by_customer, calendar, line, mart, month
from dakehu.analysis import concentration
from dakehu.analysis.customer_value.continuity import continuity_of
from dakehu.analysis.customer_value.window import period_of

# Three years that end in December 2024.
YEARS = calendar(-12)
PERIOD = period_of(YEARS, month(23).replace(day=31), 12)


def yearly(customer: str, *amounts: float) -> list[dict]:
    """A line in March and one in September of each year, newest year last."""
    return [
        line(customer, 12 * (2 - back) - 12 + offset, amount / 2)
        for back, amount in enumerate(reversed(amounts))
        for offset in (2, 8)
        if amount
    ]


def continuity(*lines: dict, years: int = 3, active_amount: float = 0) -> dict:
    frame = continuity_of(pl.DataFrame(list(lines), schema=SCHEMA), PERIOD, years, active_amount)
    return {row["customer_id"]: row for row in frame.iter_rows(named=True)}


def profile(customer: str, **known) -> dict:
    return {
        "customer_id": customer,
        "customer_name": f"name of {customer}",
        "role": "customer",
        "is_direct": True,
        **known,
    }


def screened(lines: list[dict], *profiles: dict, months=YEARS, **policy):
    return analysed(*lines, months=months, read=mart("profiles", *profiles), **policy)


def test_one_large_order_is_not_continuity_and_small_yearly_ones_are():
    found = continuity(*yearly("once", 20000, 0, 0), *yearly("each", 1000, 1000, 1000))
    assert found["once"]["active_years"] == 1
    assert found["once"]["annual_cv"] == pytest.approx(2**0.5)  # 1.414
    assert found["once"]["predictability"] == 0
    assert found["once"]["span_amount"] == Decimal(20000)
    assert found["each"]["active_years"] == 3
    assert found["each"]["annual_cv"] == 0
    assert found["each"]["predictability"] == 1
    assert found["each"]["active_quarter_share"] == pytest.approx(6 / 12)


def test_the_screen_turns_on_continuity_though_the_total_is_larger():
    known = {"fit_score": Decimal(8), "is_central": True}
    result = screened(
        [*yearly("once", 20000, 0, 0), *yearly("each", 1000, 1000, 1000)],
        profile("once", **known),
        profile("each", **known),
    )
    assert by_customer(result.key_accounts.screens, "key_account_reason") == {
        "once": "value+continuity",
        "each": "passed",
    }
    assert by_customer(result.customers, "is_key_account") == {"each": True}
    assert result.figures["key_account_count"] == (1, "count")


def test_years_and_quarters_end_with_the_window():
    # Month 11 (December 2023) is the last of the second year, month 12 the first of the last.
    found = continuity(line("a", 11, 10), line("b", 12, 10), line("b", 13, 10), line("old", -13, 9))
    assert (found["a"]["active_years"], found["b"]["active_years"]) == (1, 1)
    assert found["b"]["active_quarter_share"] == pytest.approx(1 / 12)
    assert "old" not in found


def test_a_year_counts_from_the_threshold_and_never_when_returns_eat_it():
    lines = [line("a", -10, 100), line("a", 3, 99), line("a", 20, 500), line("a", 21, -500)]
    assert continuity(*lines)["a"]["active_years"] == 2
    assert continuity(*lines, active_amount=100)["a"]["active_years"] == 1


def test_without_sales_there_is_no_coefficient():
    found = continuity(line("a", 20, -5))["a"]
    assert found["annual_cv"] is None
    assert found["predictability"] is None


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"fit_score": Decimal(6), "is_central": True}, "passed"),
        ({"fit_score": Decimal("5.9"), "is_central": True}, "fit"),
        ({"fit_score": Decimal(9), "is_central": False}, "central_purchase"),
        ({"fit_score": Decimal(2), "is_central": False}, "fit+central_purchase"),
        ({"is_central": True}, "passed_in_part"),
        ({"fit_score": Decimal(2)}, "fit"),
        ({}, "passed_in_part"),
    ],
)
def test_each_screen_fails_alone_and_the_unknown_decides_nothing(known, reason):
    result = screened(yearly("a", 900, 1000, 1100), profile("a", **known))
    row = result.key_accounts.screens.row(0, named=True)
    assert row["key_account_reason"] == reason
    assert row["is_key_account"] == reason.startswith("passed")
    assert row["continuity"] == "pass"
    assert (row["fit"] == "not_known") == ("fit_score" not in known)


def test_a_short_history_leaves_continuity_open():
    result = screened(yearly("a", 0, 900, 1000), months=calendar())
    row = result.key_accounts.screens.row(0, named=True)
    assert (row["continuity"], row["key_account_reason"]) == ("not_known", "by_value_alone")
    assert row["is_key_account"]
    assert result.key_accounts.span_years == 2
    assert row["annual_cv"] == pytest.approx(50 / 950)
    # One year alone does not vary.
    alone = screened([line("a", 20, 9)], months=calendar(12))
    assert "annual_cv" not in alone.customers.columns
    assert by_customer(alone.customers, "active_years") == {"a": 1}


def test_uneven_or_rare_purchases_fail_continuity():
    uneven, rare = yearly("u", 10, 10, 9000), [line("r", n, 3000) for n in (-6, 6, 18)]
    result = screened([*uneven, *rare])
    assert by_customer(result.key_accounts.screens, "continuity") == {"u": "fail", "r": "fail"}
    relaxed = screened([*uneven, *rare], continuity_cv=2, continuity_quarter_share=0.25)
    assert by_customer(relaxed.key_accounts.screens, "continuity") == {"u": "pass", "r": "pass"}


def test_central_purchase_is_measured_where_nobody_states_it():
    orders = [
        {"customer_id": "m", "month": month(20), "ordered_amount": 100, "central_amount": 60},
        {"customer_id": "m", "month": month(3), "ordered_amount": 900, "central_amount": 0},
        {"customer_id": "s", "month": month(20), "ordered_amount": 100, "central_amount": 40},
        {"customer_id": "stated", "month": month(20), "ordered_amount": 9, "central_amount": 9},
    ]
    lines = [*yearly("m", 9, 9, 9), *yearly("s", 9, 9, 9), *yearly("stated", 9, 9, 9)]
    read = mart("centralisation", *orders)
    read |= mart("profiles", profile("m"), profile("s"), profile("stated", is_central=False))
    screens = analysed(*lines, months=YEARS, read=read).key_accounts.screens
    assert by_customer(screens, "central_share") == {"m": 0.6, "s": 0.4, "stated": 1.0}
    assert by_customer(screens, "central_purchase") == {"m": "pass", "s": "fail", "stated": "fail"}


def test_customers_outside_the_pareto_set_are_none():
    lines = [*yearly("big", 900, 900, 900), *yearly("small", 9, 9, 9)]
    result = screened(lines)
    assert by_customer(result.customers, "key_account_reason") == {
        "big": "passed_in_part",
        "small": "value",
    }
    assert result.key_accounts.screens["customer_id"].to_list() == ["big"]
    assert result.figures["key_account_share"][0] == 0.5
    assert result.figures["key_account_amount_share"][0] == pytest.approx(900 / 909)


def test_profitable_customers_are_candidates_beside_large_ones():
    result = analysed(
        line("large", 20, 1000, cost=990), line("rich", 20, 100, cost=10), months=YEARS
    )
    assert by_customer(result.key_accounts.screens, "value") == {"large": "pass", "rich": "pass"}


def test_pareto_sets_on_sales_and_on_contribution_stand_side_by_side():
    # Sales 50 20 10 8 7 5; contribution the same amounts in the opposite order.
    amounts = [50, 20, 10, 8, 7, 5]
    lines = [
        line(f"c{n}", 20, amount, cost=amount - margin)
        for n, (amount, margin) in enumerate(zip(amounts, reversed(amounts), strict=True))
    ]
    customers = analysed(*lines).customers
    large = customers.filter("is_pareto_amount")["net_amount"].to_list()
    assert large == [50, 20, 10]
    rich = customers.filter("is_pareto_margin")["margin_amount"].sort(descending=True).to_list()
    assert rich == [50, 20, 10]
    only_one = customers.filter(pl.col("is_pareto_amount") != pl.col("is_pareto_margin"))
    assert sorted(only_one["customer_id"]) == ["c0", "c1", "c2", "c3", "c4", "c5"]


@pytest.mark.parametrize(
    ("share", "index", "multiple", "gini"),
    [(0.40, 11.28, 18.13, 0.3645), (0.62, 17.48, 44.36, 0.5845)],
)
def test_21_of_592_customers_with_their_share_of_volume_and_of_gasoline(
    share, index, multiple, gini
):
    amounts = [share * 1e9 / 21] * 21 + [(1 - share) * 1e9 / 571] * 571
    frame = pl.DataFrame(
        {
            "customer_id": [f"c{n:03}" for n in range(592)],
            "net_amount": [Decimal(f"{amount:.2f}") for amount in amounts],
        },
        schema_overrides={"net_amount": pl.Decimal(38, 2)},
    )
    frame = concentration.ranked(frame, "net_amount")
    bounds = {"A": share - 1e-9, "B": 0.95}
    frame = frame.with_columns(concentration.classed(frame, "net_amount", bounds, "C"))
    top = concentration.class_table(frame).row(0, named=True)
    assert (top["customer_count"], round(100 * top["customer_share"], 2)) == (21, 3.55)
    assert round(top["concentration_index"], 2) == index
    assert round(top["mean_multiple"], 2) == multiple
    # Within the two groups all are equal here, so this is the least that the coefficient can be.
    assert round(concentration.gini(np.array(amounts)), 4) == gini


def test_one_class_has_no_others_to_compare_with():
    assert analysed(line("a", 20, 5)).classes["mean_multiple"].to_list() == [None]


def test_lookalikes_share_industry_and_size_and_buy_little():
    steel = {"industry_name": "steel", "size_band": "L"}
    read = mart(
        "profiles",
        profile("key", **steel),
        profile("none", **steel),
        profile("little", **steel),
        profile("much", **steel),
        profile("small", industry_name="steel", size_band="S"),
        profile("other", industry_name="food", size_band="L"),
        profile("second", **steel | {"is_direct": False}),
        profile("closed", **steel, status="closed"),
        profile("dealer", **steel | {"role": "distributor"}),
    )
    lines = [line("key", 20, 1000), line("little", 20, 40), line("much", 20, 60)]
    result = analysed(*lines, read=read, lookalike_share=0.05, roles=["customer"])
    found = result.key_accounts.lookalikes
    assert found["customer_id"].to_list() == ["none", "little"]
    assert found["gap_amount"].to_list() == [Decimal(1000), Decimal(960)]
    assert found["net_amount"].to_list() == [Decimal(0), Decimal(40)]
    assert found["key_account_count"].to_list() == [1, 1]


def test_lookalikes_go_by_industry_alone_where_no_size_is_known():
    read = mart("profiles", profile("key", industry_name="x"), profile("p", industry_name="x"))
    result = analysed(line("key", 20, 1000), read=read)
    assert result.key_accounts.lookalikes["customer_id"].to_list() == ["p"]


def test_classes_by_family_count_the_window_and_add_up():
    def bought(customer, number, family, amount):
        row = {"customer_id": customer, "month": month(number), "family": family}
        return row | {"net_amount": Decimal(amount)}

    read = mart(
        "families",
        bought("big", 20, "oil", 60),
        bought("small", 20, "oil", 20),
        bought("big", 20, "grease", -5),
        bought("big", 3, "oil", 900),
    )
    result = analysed(line("big", 20, 90), line("small", 20, 10), read=read)
    found = result.key_accounts.families.sort("family", "customer_class")
    assert found.select("family", "customer_class", "amount_share").rows() == [
        ("grease", "A", None),
        ("oil", "A", 0.75),
        ("oil", "B", 0.25),
    ]
