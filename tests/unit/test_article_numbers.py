"""Acceptance numbers of the source articles that no part's own tests hold, article by article."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from customer_book import analysed, line
from customer_book import mart as part
from customer_book import month as numbered
from dakehu import models
from dakehu.analysis.customer_value.channels import MARTS, channels_of
from dakehu.analysis.customer_value.coverage import wallets_of
from dakehu.analysis.customer_value.tenders import tenders_of
from growth_book import YEAR as LONG_YEAR
from growth_book import book, customer
from small_books import POLICY, YEAR, books, company, mart
from small_company import HEADER, LINE, loaded, orders, source

DISC_POINTS, SATELLITE_POINTS, SETS = 676, 5_479, 12_400


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def bid(ours: int, budget: int | None = None) -> dict:
    return {
        "tender_id": "T",
        "customer_id": "C1",
        "publish_date": date(2024, 5, 1),
        "open_date": date(2024, 6, 1),
        "our_bid": ours,
        "project_budget": budget,
        "result": "won",
    }


def tender(connection: duckdb.DuckDBPyConnection) -> dict:
    found = tenders_of(
        mart(connection, "tenders", "buying_centre", "bid_scores", "months"), YEAR, POLICY
    )
    return found.tenders.row(0, named=True)


def test_article_2_sets_by_site(empty) -> None:
    with books(empty, bids=[bid(24_700_000)]) as connection:
        # 12,400 sets: two for each point, and a third for 90 of them.
        for kind, points, third in (("D", DISC_POINTS, 90), ("S", SATELLITE_POINTS, 0)):
            connection.execute(
                "insert into loaded.order_lines (order_id, line_no, order_date, customer_id,"
                " product_id, quantity, net_amount, tender_id, ship_to_customer_id)"
                " select $1 || n, '1', date '2024-08-01', 'C1', 'P1', if(n < $3, 3, 2), 1, 'T',"
                " $1 || n from range($2) as points (n)",
                [kind, points, third],
            )
        row = tender(connection)
    assert row["ordered_quantity"] == SETS
    assert row["site_count"] == 6_155
    assert round(row["site_quantity"], 4) == 2.0146


def test_article_2_a_third_of_the_budget_from_each_of_three(empty) -> None:
    with books(empty, bids=[bid(72_146_700, 216_440_000)]) as connection:
        row = tender(connection)
    assert row["budget_share"] == pytest.approx(1 / 3, abs=1e-6)
    assert row["bid_amount"] == 10_000 * Decimal("7214.67")


def test_article_2_the_points_are_17_4_percent_of_the_rural_schools() -> None:
    # A need of one set each: 6,155 of 35,374 schools.
    sites = DISC_POINTS + SATELLITE_POINTS
    schools = round(sites / 0.174)
    assert schools == 35_374
    need = {"potential_amount": Decimal(schools), "potential_source": "tender"}
    known = book(customer("H", sites)).with_columns(
        pl.lit(None, pl.Int64).alias("potential_year"), **{k: pl.lit(v) for k, v in need.items()}
    )
    row = wallets_of(known, LONG_YEAR).row(0, named=True)
    assert round(row["wallet_share"], 3) == 0.174
    assert row["open_amount"] == 35_374 - 6_155


def test_article_2_key_accounts_buy_four_fifths_of_the_high_end_and_a_tenth_in_all(empty) -> None:
    classes = pl.DataFrame({"customer_id": ["C1", "C2"], "customer_class": ["A", "C"]})
    products = [
        {"product_id": name, "product_name": name, "tier": tier}
        for name, tier in (("LCD", "high"), ("CRT", "low"))
    ]
    lines = [
        {"order_id": f"X{n}", "line_no": "1", "order_date": date(2024, 8, 1), "customer_id": buyer,
         "product_id": product, "quantity": 1, "net_amount": amount}
        for n, (buyer, product, amount) in enumerate(
            [("C1", "LCD", 80), ("C2", "LCD", 20), ("C2", "CRT", 800), ("C1", "CRT", 10)]
        )
    ]  # fmt: skip
    with books(empty, products=products, order_lines=lines) as connection:
        read = mart(connection, *MARTS)
    tiers = channels_of(read, classes, YEAR, POLICY).tiers
    shares = dict(tiers.select("tier", "key_amount_share").iter_rows())
    assert shares["high"] == pytest.approx(0.80)
    in_all = tiers["key_amount"].sum() / tiers["net_amount"].sum()
    assert 0.05 <= in_all <= 0.10


def test_article_2_one_order_at_two_amounts(tmp_path: Path) -> None:
    # The same order is "over 24 million" in one place and "over 24.7 million" in another.
    head = "tender,customer,bid\n河南,C1,"
    files = {"orders.csv": HEADER + LINE, "bid1.csv": f"{head}2400\n", "bid2.csv": f"{head}2470\n"}
    columns = {"tender_id": '"tender"', "customer_id": '"customer"'}
    columns["our_bid"] = '{ from = "bid", factor = 10000 }'
    connection = loaded(tmp_path, files, orders(), source("bids", "bid*.csv", columns))
    (check,) = [c for c in models.read_checks() if c.name == "check_stg_overlaps__agree"]
    models.build(connection, [m for m in models.read_models() if m.name in check.refs])
    (row,) = connection.sql(check.sql).pl().iter_rows(named=True)
    assert (row["row_count"], row["changed_count"]) == (1, 1)
    assert (row["file"], row["winner_file"]) == ("bid1.csv", "bid2.csv")


def test_article_9_62_of_gasoline_and_40_in_all_leave_gasoline_at_most_64_5_percent() -> None:
    # Beyond it class A would have bought less than nothing of everything else.
    def others(gasoline: int) -> float:
        bought = [("A", "gasoline", 0.62 * gasoline), ("B", "gasoline", 0.38 * gasoline)]
        bought += [("A", "diesel", 4000 - 0.62 * gasoline)]
        bought += [("B", "diesel", 6000 - 0.38 * gasoline)]
        rows = [
            {"customer_id": code, "month": numbered(20), "family": family}
            | {"net_amount": Decimal(f"{amount:.2f}")}
            for code, family, amount in bought
        ]
        result = analysed(
            line("A", 20, 4000), *(line(f"B{n:02}", 20, 60) for n in range(99)),
            line("B", 20, 60), read=part("families", *rows), class_a_share=0.40,
        )  # fmt: skip
        assert result.classes["amount_share"][0] == pytest.approx(0.40)
        shares = dict(
            result.key_accounts.families.filter(pl.col("customer_class") == "A")
            .select("family", "amount_share")
            .iter_rows()
        )
        assert shares["gasoline"] == pytest.approx(0.62)
        return shares["diesel"]

    assert round(0.40 / 0.62, 3) == 0.645
    assert others(6450) >= 0
    assert others(6460) < 0
