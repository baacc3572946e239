"""Landed prices, what is left between neighbours, the vicious circle and overloaded quotas."""

from datetime import date

import polars as pl
import pytest

from dakehu.analysis.distributor_ranking.leads import Leads, leads_of
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.window import window_of
from distributor_book import AS_OF, MONTHS, YEAR, company, covered, money, party, read_of, row, sold

PRODUCTS = [f"P{n}" for n in range(1, 7)]
PRICES = dict(zip(PRODUCTS, (100, 110, 125, 140, 160, 180), strict=True))


def bought(code: str, month: date, factor: float, quantity: int) -> list[dict]:
    """Ten of each product a step, at its price times the factor."""
    return [
        {"order_id": f"{code}-{month}", "line_no": product, "order_date": month,
         "customer_id": code, "product_id": product, "quantity": quantity,
         "net_amount": money(PRICES[product] * factor * (1 + n / 1000) * quantity)}
        for n, product in enumerate(PRODUCTS)
    ]  # fmt: skip


def article() -> dict[str, list[dict]]:
    """A pays 10 % less on the invoice, has 8 % rebate and 2 % promotion; B pays the list.

    A buys half as much again as the year before and B half, both far above any month's noise.
    """
    lines = []
    for n, month in enumerate(MONTHS):
        grown = 60 if month in YEAR else 40
        lines += bought("A", month, 0.9, grown + n % 3)
        lines += bought("B", month, 1.0, (10 if month in YEAR else 20) + n % 2)
        lines += bought("C", month, 1.0, 40)
    paid = sum(float(line["net_amount"]) for line in lines
               if line["customer_id"] == "A" and line["order_date"] in YEAR)  # fmt: skip
    return {
        "territories": [
            {"territory_id": code, "territory_name": code, "level": "province"}
            for code in ("T1", "T2", "T3")
        ],
        "customers": [party(code, "distributor", territory_id="T1") for code in "ABC"],
        "distributors": [
            {"customer_id": code, "level": "key", "capacity_amount": money(amount)}
            for code, amount in (("A", 400_000), ("B", 300_000), ("C", 500_000))
        ],
        "territory_grants": [
            {"distributor_id": code, "territory_id": place, "valid_from": date(2022, 1, 1)}
            for code, place in (("A", "T1"), ("B", "T2"), ("C", "T3"))
        ],
        "territory_pairs": [
            {"from_id": one, "to_id": other, "adjacent": near, "freight_per_unit": 4.0}
            for one, other, near in (("T1", "T2", True), ("T2", "T1", True), ("T1", "T3", False))
        ],
        "order_lines": lines,
        "rebates": [
            {"program_id": "R", "customer_id": "A", "period_start": YEAR[0], "period_end": AS_OF,
             "accrued_amount": money(0.08 * paid)},
            # Off the price already: it is in the invoice.
            {"program_id": "S", "customer_id": "A", "period_start": YEAR[0], "period_end": AS_OF,
             "accrued_amount": money(0.5 * paid), "pay_form": "price_off"},
        ],
        "costs": [
            {"customer_id": "A", "date": date(2024, 6, 1), "cost_type": "promotion",
             "amount": money(0.02 * paid)},
            {"customer_id": "A", "date": date(2024, 6, 1), "cost_type": "bid",
             "amount": money(9_999)},
        ],
        "quotas": [
            {"customer_id": code, "period_start": YEAR[0], "period_end": AS_OF,
             "target_amount": money(amount)}
            for code, amount in (("A", 580_000), ("B", 200_000))
        ],
        "price_observations": [
            {"product_id": product, "territory_id": "T2", "seen_date": date(2024, 9, day),
             "price": PRICES[product] * (0.93 + day / 1000)}
            for day, product in enumerate(PRODUCTS, 1)
        ],
        "sell_out_coverage": [covered("B")],
        "sell_out": [sold("B", "W", month, 1, quantity=10) for month in MONTHS[:12]],
    }  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    return company(tmp_path_factory.mktemp("arbitrage"))


@pytest.fixture(scope="module")
def found(book) -> Leads:
    read = read_of(book, **article())
    return leads_of(read, window_of(read["company"], AS_OF, 12), AS_OF, Policy())


def test_landed_price_is_net_of_rebate_and_promotion(found):
    landed = found.arbitrage.landed.filter(product_id="P1").select("distributor_id", "landed_price")
    assert dict(landed.iter_rows()) == pytest.approx({"A": 90 * 0.9, "B": 100, "C": 100})


def test_what_is_left_between_neighbours_pays_for_the_way(found):
    gaps = found.arbitrage.gaps
    # T1 and T3 do not border on each other.
    assert set(gaps.select("distributor_id", "other_id").iter_rows()) == {("A", "B"), ("B", "A")}
    gap = gaps.filter(distributor_id="A").row(0, named=True)
    prices = [PRICES[code] * (1 + n / 1000) for n, code in enumerate(PRODUCTS)]
    left = sum(price - 0.81 * price - 4 for price in prices)
    assert gap["arbitrage_index"] == pytest.approx(left / (0.81 * sum(prices)), rel=1e-6)
    assert gaps.filter(distributor_id="B")["arbitrage_index"].item() < 0
    lead = found.leads.filter(measure="arbitrage_index").row(0, named=True)
    assert (lead["kind"], lead["distributor_id"], lead["evidence_grade"]) == ("price_gap", "A", "C")


def test_one_grows_while_the_small_neighbour_shrinks_and_the_gap_pays(found):
    lead = found.leads.filter(measure="vicious_circle").row(0, named=True)
    assert (lead["distributor_id"], lead["other_id"]) == ("A", "B")
    # Prices and sales are records of two kinds, and both speak of the same pair.
    assert lead["evidence_grade"] == "B"
    assert lead["value"] < -0.4


def test_someone_sells_for_less_than_the_holder_of_the_territory_pays(found):
    lead = found.leads.filter(measure="seen_price_gap").row(0, named=True)
    assert (lead["kind"], lead["distributor_id"]) == ("price_gap", "B")
    # 0.931 to 0.936 of the list, which is what B pays but for a few in a thousand.
    ratios = [(0.93 + n / 1000) / (1 + (n - 1) / 1000) for n in range(1, 7)]
    assert lead["value"] == pytest.approx(sum(ratios) / 6 - 1, abs=1e-4)


def test_a_quota_above_what_can_be_carried(found):
    lead = found.leads.filter(kind="quota_overload").row(0, named=True)
    assert (lead["distributor_id"], lead["value"]) == ("A", pytest.approx(580 / 400))
    load = row(found.overload.quota_load, "B")
    # Ten of P1 in each month at what B paid in both years, and the growth of its region.
    paid = found.arbitrage.landed.filter(distributor_id="B", product_id="P1")["landed_price"].item()
    lines = pl.DataFrame(article()["order_lines"])
    year = lines.group_by(pl.col("order_date").dt.year()).agg(
        pl.col("net_amount").sum().cast(pl.Float64)
    )
    growth = dict(year.iter_rows())[2024] / dict(year.iter_rows())[2023]
    assert float(load["reachable_amount"]) == pytest.approx(120 * paid * growth, rel=1e-3)
    assert load["overload"] == pytest.approx(200_000 / float(load["reachable_amount"]))
    for frame in found.tables.values():
        money_columns = [name for name in frame.columns if name.endswith("_amount")]
        assert all(isinstance(frame.schema[name], pl.Decimal) for name in money_columns)


def test_support_against_the_median_of_the_level(found):
    load = row(found.overload.quota_load, "A")
    # Rebates of both forms and the promotion; a bid is no support of the distributor.
    paid = sum(
        float(line["net_amount"]) for line in article()["order_lines"]
        if line["customer_id"] == "A" and line["order_date"] in YEAR
    )  # fmt: skip
    assert load["support_intensity"] == pytest.approx(0.60 * paid / 580_000, rel=1e-4)
    assert load["support_ratio"] == pytest.approx(1)  # alone in its level with any
