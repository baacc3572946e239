"""Family coverage, white space, share of wallet and mix, on books reckoned by hand."""

from decimal import Decimal
from statistics import median

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.coverage import coverage_of
from dakehu.analysis.customer_value.mix import mix_of
from growth_book import BEFORE, NOW, YEAR, book, customer, mart

FAMILIES = ["server", "desktop", "notebook", "printer"]


def covered(customers, families=(), wallets=(), period=YEAR, **policy):
    marts = {"families": mart("families", *families), "wallets": mart("wallets", *wallets)}
    return coverage_of(customers, marts, period, Policy(**policy))


def column(frame: pl.DataFrame, name: str) -> dict:
    return dict(frame.select("customer_id", name).iter_rows())


def random_book(seed: int):
    """40 customers in 3 industries (one of them unknown) and 2 sizes, buying at random."""
    rng = np.random.default_rng(seed)
    industries, sizes = ["steel", "coal", None], ["large", "small"]
    who = [(f"c{i:02}", industries[rng.integers(3)], sizes[rng.integers(2)]) for i in range(40)]
    bought = [
        (code, NOW, family, int(rng.integers(-20, 200)))
        for code, _, _ in who
        for family in FAMILIES
        if rng.random() < 0.6
    ]
    customers = book(*(customer(code, 500, industry=industry) for code, industry, _ in who))
    return (
        who,
        bought,
        covered(customers, bought, [(code, size, None, None, None) for code, _, size in who]),
    )


@pytest.mark.parametrize("seed", range(20))
def test_coverage_is_a_share_and_whoever_buys_all_has_one(seed):
    who, bought, found = random_book(seed)
    has = {code: {f for c, _, f, v in bought if c == code and v > 0} for code, _, _ in who}
    of = {
        industry: set().union(*(has[c] for c, i, _ in who if industry is None or i == industry))
        for _, industry, _ in who
    }
    shares = column(found.columns, "family_coverage")
    for code, industry, _ in who:
        assert shares[code] is None if not has[code] else 0 < shares[code] <= 1
        if has[code]:
            assert shares[code] == pytest.approx(len(has[code]) / len(of[industry]))
            assert (shares[code] == 1) == (has[code] == of[industry])


@pytest.mark.parametrize("seed", range(20))
def test_white_space_against_a_slow_loop(seed):
    who, bought, found = random_book(seed)
    spent = {(c, f): v for c, _, f, v in bought if v > 0}
    expected = {}
    for code, industry, size in who:
        for family in FAMILIES:
            peers = [
                spent[other, family]
                for other, i, s in who
                if (i, s) == (industry, size) and (other, family) in spent
            ]
            if industry and (code, family) not in spent and len(peers) >= 3:
                expected[code, family] = (Decimal(str(median(peers))), len(peers))
    columns = ("customer_id", "family", "potential_amount", "peer_count")
    rows = found.white_space.select(columns).rows()
    assert {(c, f): (p, n) for c, f, p, n in rows} == expected
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True)


def test_white_space_lists_the_dearest_but_sums_all():
    customers = book(*(customer(f"c{i}", 100) for i in range(5)))
    bought = [(f"c{i}", NOW, f, 10 * (k + 1)) for i in range(3) for k, f in enumerate("xyz")]
    found = covered(customers, bought, white_space_count=1)
    assert found.white_space.select("customer_id", "family").rows() == [("c3", "z")]
    assert found.figures["key_white_space_count"] == (6, "count")
    assert found.figures["key_white_space_amount"] == (120, "amount")
    assert covered(customers, bought, white_space_peers=4).white_space.is_empty()


def test_what_was_given_back_or_bought_earlier_is_not_covered():
    families = [("a", NOW, "x", 5), ("a", NOW, "y", -5), ("a", BEFORE, "z", 9), ("b", NOW, "y", 1)]
    found = covered(book(customer("a", 5), customer("b", 1)), families)
    assert column(found.columns, "family_count") == {"a": 1, "b": 1}
    assert column(found.columns, "family_coverage") == {"a": 0.5, "b": 0.5}


def test_without_families_or_industries_nothing_is_made_up():
    found = covered(book(customer("a", 5, industry=None)))
    assert found.tables == {}
    assert found.figures == {}
    assert not found.has_peers
    assert found.columns.row(0) == ("a", None, None, None, None)
    bought = [(code, NOW, "x", 1) for code in "abcd"]
    lone = covered(book(*(customer(code, 5, industry=None) for code in "abcde")), bought)
    assert lone.white_space.is_empty()


def test_share_of_wallet_needs_a_need_that_can_be_right():
    customers = book(
        customer("half", 50, 25), customer("none", 50), customer("more", 300), customer("back", -5)
    )
    wallets = [
        ("half", None, 100, 2024, "declared"),
        ("none", None, None, None, None),
        ("more", None, 200, 2024, "model"),
        ("back", None, 10, 2024, "tender"),
    ]
    found = covered(customers, wallets=wallets)
    assert column(found.wallets, "wallet_share") == {"half": 0.5, "more": None, "back": None}
    assert column(found.wallets, "previous_wallet_share")["half"] == 0.25
    assert column(found.wallets, "open_amount")["half"] == 50
    assert column(found.columns, "wallet_share") == {
        "half": 0.5, "none": None, "more": None, "back": None,
    }  # fmt: skip
    assert column(found.columns, "potential_source")["more"] == "model"
    assert found.figures["wallet_share"] == (0.5, "share")
    assert found.figures["wallet_known_share"][0] == pytest.approx(50 / 395)
    assert found.figures["wallet_doubtful_count"] == (2, "count")


def test_a_year_of_need_is_scaled_to_the_window():
    import dataclasses

    quarter = dataclasses.replace(YEAR, month_count=3)
    found = covered(book(customer("a", 5)), wallets=[("a", None, 100, 2024, None)], period=quarter)
    assert found.wallets.select("need_amount", "wallet_share").row(0) == (Decimal(25), 0.2)


def mixed(known, families=(), solutions=(), period=YEAR):
    marts = {"families": mart("families", *families), "solutions": mart("solutions", *solutions)}
    return mix_of(known, marts, period)


def test_half_for_servers():
    # Article 11: an order above ten million, half of it for servers.
    bought = [("a", NOW, "server", 5_000_000), ("a", NOW, "desktop", 5_000_000)]
    found = mixed(book(customer("a", 10_000_000)), bought).families
    shares = dict(found.select("family", "amount_share").iter_rows())
    assert shares == {"server": 0.5, "desktop": 0.5}


def test_mix_adds_up_with_what_names_no_family_and_says_how_it_shifted():
    known = book(customer("a", 100, 50), customer("b", 100, 50))
    bought = [
        ("a", NOW, "x", 60), ("b", NOW, "x", 60), ("b", NOW, "y", 40), ("a", BEFORE, "x", 20),
        ("b", BEFORE, "y", 40), ("other", NOW, "x", 999),
    ]  # fmt: skip
    found = mixed(known, bought).families
    rows = {row["family"]: row for row in found.iter_rows(named=True)}
    assert list(rows) == ["x", "y", None]
    assert rows[None]["net_amount"] == rows[None]["previous_amount"] == 40
    assert found["amount_share"].sum() == pytest.approx(1)
    assert found["previous_share"].sum() == pytest.approx(1)
    assert found["share_change"].sum() == pytest.approx(0)
    assert rows["x"]["share_change"] == pytest.approx(0.6 - 0.2)
    assert (rows["x"]["customer_count"], rows["y"]["customer_count"]) == (2, 1)


def test_solutions_and_bundles_in_both_windows():
    # orders, of known type, solutions; value by family, of it in bundles
    # custom: of products known to be custom or not
    solutions = [("a", NOW, 4, 4, 1, 200, 50, 160, 40), ("a", BEFORE, 2, 0, 0, 100, 100, 0, 0)]
    found = mixed(book(customer("a", 1)), solutions=solutions)
    assert found.figures == {
        "solution_share": (0.25, "share"),
        "bundled_share": (0.25, "share"),
        "custom_share": (0.25, "share"),
        "previous_bundled_share": (1.0, "share"),
    }
    assert found.tables == {}
