"""Tenders, with the numbers of the seed articles."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.customer_value import Policy
from dakehu.analysis.customer_value.tenders import tenders_of
from small_books import POLICY, YEAR, books, company, mart
from small_company import loaded, orders, source


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return company(tmp_path_factory.mktemp("books"))


def tendered(empty, policy=POLICY, **tables):
    with books(empty, **tables) as connection:
        return tenders_of(
            mart(connection, "tenders", "buying_centre", "bid_scores", "months"), YEAR, policy
        )


def bid(number, result, ours, rival=None, budget=None, opened=date(2024, 6, 1), **more) -> dict:
    return {
        "tender_id": f"T{number}",
        "customer_id": "C1",
        "publish_date": date(2024, 5, 1),
        "open_date": opened,
        "our_bid": ours,
        "best_rival_bid": rival,
        "project_budget": budget,
        "result": result,
        **more,
    }


def line(number, amount, quantity=1, **more) -> dict:
    return {
        "order_id": f"X{number}",
        "line_no": "1",
        "order_date": date(2024, 8, 1),
        "customer_id": "C1",
        "product_id": "P9",
        "quantity": quantity,
        "net_amount": amount,
        **more,
    }


def test_the_tender_of_article_2(empty):
    territory = {"territory_id": "H", "territory_name": "H", "level": "region"}
    customer = {
        "customer_id": "C7",
        "customer_name": "H",
        "role": "government",
        "territory_id": "H",
    }
    lines = [
        line(1, 24_700_000, 12_400, customer_id="C7", tender_id="T1"),
        line(2, 700_000_000 - 24_700_000, customer_id="C7"),
    ]
    won = bid(1, "won", 24_700_000, 24_000_000, 216_440_000, customer_id="C7")
    tables = {"territories": [territory], "customers": [customer], "order_lines": lines}
    row = tendered(empty, bids=[won], **tables).tenders.row(0, named=True)
    assert round(row["unit_price"], 2) == 1991.94
    assert round(100 * row["premium_share"], 2) == 2.83
    assert round(100 * row["budget_share"], 2) == 11.41
    assert round(100 * row["region_share"], 2) == 3.53
    lower = bid(1, "won", 24_000_000, 23_300_000, 216_440_000, customer_id="C7")
    row = tendered(empty, bids=[lower], **tables).tenders.row(0, named=True)
    assert round(row["unit_price"], 2) == 1935.48
    assert round(100 * row["premium_share"], 2) == 2.92


def test_hit_rates_count_what_is_decided(empty):
    bids = [
        bid(1, "won", 100, 110, 400),
        bid(2, "lost", 300, 290, 500),
        bid(3, "void", 999), bid(4, "no_bid", None), bid(5, "open", 999),
        bid(6, "won", 200, 190),
        bid(7, "lost", 50, opened=date(2023, 6, 1)),
        bid(8, "won", 1000, opened=None),
    ]  # fmt: skip
    result = tendered(empty, bids=bids)
    figures = {name: value for name, (value, _) in result.figures.items()}
    assert figures["tender_hit_rate"] == pytest.approx(2 / 3)
    assert figures["tender_amount_hit_rate"] == pytest.approx(300 / 600)
    assert figures["tender_premium_share"] == pytest.approx(0)  # 100 - 110 + 200 - 190
    assert figures["tender_budget_share"] == pytest.approx(100 / 400)
    assert figures["tender_open_count"] == 1
    years = dict(result.years.select("year", "decided_count").iter_rows())
    assert years == {"window": 3, "2024": 3, "2023": 1, None: 1}
    assert result.years.filter(pl.col("year") == "window")["dearer_win_count"].to_list() == [1]
    # A loss has no premium, and a win without a rival's bid has none either.
    premiums = dict(result.tenders.select("tender_id", "premium_share").iter_rows())
    assert premiums["T2"] is premiums["T8"] is None


def test_lead_time_from_the_case_else_from_the_visits_of_the_year_before(empty):
    bids = [
        bid(1, "won", 100),
        bid(2, "won", 100, customer_id="C2"),
        bid(3, "lost", 5, customer_id="C3"),
    ]
    stages = [{"case_id": "T1", "stage_no": n, "entered_at": date(2024, n, 1)} for n in (4, 3)]
    visits = [("C1", date(2024, 1, 1)), ("C2", date(2023, 4, 1)), ("C2", date(2024, 4, 1))]
    activities = [
        {"activity_id": str(n), "customer_id": customer, "date": day}
        for n, (customer, day) in enumerate(visits)
    ]
    result = tendered(empty, bids=bids, stages=stages, activities=activities)
    lead = dict(result.tenders.select("tender_id", "lead_days").iter_rows())
    assert lead == {"T1": 61, "T2": 30, "T3": None}


def test_the_buying_centre_and_the_veto(empty):
    contacts = [
        {"contact_id": name, "customer_id": "C1", "buying_role": role, "has_veto": veto}
        for name, role, veto in [
            ("a", "user", False), ("b", "expert", True), ("c", "expert", False),
            ("d", "driver", None),
        ]
    ]  # fmt: skip
    met = [("a", date(2024, 4, 1)), ("c", date(2024, 6, 1)), ("b", date(2024, 6, 2))]
    activities = [
        {"activity_id": name, "customer_id": "C1", "date": day, "contact_id": name}
        for name, day in met
    ]
    bids = [bid(1, "won", 100, veto_contacted=True), bid(2, "won", 1, opened=date(2024, 6, 2))]
    tables = {"bids": bids, "contacts": contacts}
    result = tendered(empty, activities=activities, **tables)
    columns = ("tender_id", "contacted_role_share", "is_veto_missed")
    # The expert with the veto was met a day after the first opening: one tick on the bid is wrong.
    assert sorted(result.tenders.select(columns).rows()) == [("T1", 0.5, True), ("T2", 0.5, False)]
    narrow = tendered(empty, Policy(buying_roles=["user"]), activities=activities, **tables)
    assert narrow.tenders["contacted_role_share"].to_list() == [1.0, 1.0]
    # Nobody's contacts were written down: only the tick on the bid is known.
    blind = tendered(empty, **tables)
    assert not blind.has_coverage
    assert sorted(blind.tenders.select("tender_id", "is_veto_missed").rows()) == [
        ("T1", False),
        ("T2", None),
    ]


def test_scores_of_a_tender_are_weighted_means_over_raters(empty):
    bids = [bid(1, "won", 100), bid(2, "lost", 100)]
    scores = [
        {"subject_id": "T1", "criterion_id": factor, "rater_id": rater, "date": day, "score": score}
        for factor, rater, score, day in [
            ("timing", "a", 5, date(2024, 3, 1)), ("timing", "b", 2, date(2024, 3, 1)),
            ("forces", "a", 1, date(2024, 3, 1)), ("forces", "b", 5, date(2025, 3, 1)),
        ]
    ]  # fmt: skip
    plain = tendered(empty, bids=bids, assessments=scores)
    found = dict(plain.tenders.select("tender_id", "bid_score").iter_rows())
    assert found == {"T1": pytest.approx((3.5 + 1) / 2), "T2": None}
    heavy = tendered(empty, Policy(bid_weights={"forces": 3}), bids=bids, assessments=scores)
    assert heavy.tenders["bid_score"].max() == pytest.approx((3.5 + 3) / 4)
    assert not tendered(empty, bids=bids).has_scores


def test_no_tenders_is_said(empty):
    nothing = tendered(empty)
    assert (nothing.is_known, nothing.tables, nothing.figures) == (False, {}, {})
    assert not tendered(empty, Policy(roles=["government"]), bids=[bid(1, "won", 1)]).is_known


WINS = """tender,customer,bid
西部,C1,1000
贵州,C1,198
云南,C1,343
西南远程,C1,16000
西藏,C1,230
安徽重庆,C1,2100
"""


@pytest.mark.parametrize(
    ("rows", "sum_", "gap"), [("", 19_871, 4_129), ("河南,C1,2470\n", 22_341, 1_659)]
)
def test_the_total_of_article_2_is_not_the_sum_of_its_wins(
    tmp_path: Path, rows: str, sum_: int, gap: int
) -> None:
    # "over 24,000" (of 10,000 yuan): those listed make 19,871, with the Henan order 22,341.
    columns = {"tender_id": '"tender"', "customer_id": '"customer"'}
    columns["our_bid"] = '{ from = "bid", factor = 10000 }'
    files = {"orders.csv": "order,date,customer,product,quantity,amount\nO1,2024-01-05,C1,P1,1,1\n"}
    files["wins.csv"] = f"{WINS}{rows}合计,,24000\n"
    listed = source("bids", "wins.csv", columns, "footer_rows = 1")
    connection = loaded(tmp_path, files, orders(), listed)
    (check,) = [c for c in models.read_checks() if c.name == "check_stg_files__footer_agrees"]
    models.build(connection, [m for m in models.read_models() if m.name in check.refs])
    assert models.codebook()["checks"][check.name]["severity"] == "warn"
    (row,) = connection.sql(check.sql).pl().iter_rows(named=True)
    assert row["amount_in"] == Decimal(sum_) * 10_000
    assert row["footer_amount"] == Decimal(240_000_000)
    assert row["gap_amount"] == Decimal(gap) * 10_000
