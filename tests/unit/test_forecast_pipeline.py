"""The weighted pipeline: hit rates, months, spread, and deals nobody knows of yet."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu import models
from dakehu.analysis.sales_forecast.pipeline import hit_rates, pipeline_of
from dakehu.analysis.sales_forecast.spread import NOTHING, of_deals, of_values
from forecast_frames import LAST, deal, deals, decided, sales
from small_books import books, company, needed, table

DAY = date(2025, 12, 31)


def found(*rows, **more):
    return pipeline_of(deals(*rows), DAY, LAST, **more)


def state(pipeline) -> dict:
    return dict(pipeline.deals.select("deal_id", "state").iter_rows())


def test_weighted_amount_and_month_by_hand():
    pipeline = found(deal(1), *decided(won=4, lost=6))
    row = pipeline.deals.row(0, named=True)
    assert row["win_probability"] == pytest.approx(0.4)
    # Wilson at 80 %, z = 1.28155, z2 = 1.64237:
    # (0.4 + z2 / 20 -/+ z sqrt(0.024 + z2 / 400)) / (1 + z2 / 10) = 0.41411 -/+ 0.18454
    assert (row["win_low"], row["win_high"]) == pytest.approx((0.22957, 0.59865), abs=1e-5)
    assert row["weighted_amount"] == Decimal("40.00")
    assert row["expected_month"] == date(2026, 1, 1)  # opened on the 10th, ordered 20 days later
    assert pipeline.months.filter(level="region", key="R1")["amount"].item() == pytest.approx(40)


def test_the_rate_of_a_stage_is_of_those_that_came_so_far():
    early, late = decided(2, 8, stage=2), decided(9, 1, stage=4)
    rates = hit_rates(deals(*early, *late), min_deals=10)
    assert rates.select("stage_no", "closed_count", "won_count").rows() == [
        (0, 20, 11), (2, 20, 11), (4, 10, 9),
    ]  # fmt: skip
    few = hit_rates(deals(*early, *decided(3, 0, stage=4)), min_deals=10)
    assert few.filter(stage_no=4).select("win_probability", "is_own").row(0) == (5 / 13, False)


def test_void_and_unbid_tenders_count_as_not_won():
    rows = [*decided(1, 1), deal(7, "void"), deal(8, "no_bid")]
    assert hit_rates(deals(*rows), 1)["win_probability"].to_list() == [0.25, 0.25]


def test_what_cannot_be_counted_says_why():
    rows = [
        deal(1, bid_amount=None),
        deal(2, open_date=date(2025, 6, 1)),  # every past deal was ordered by this age
        deal(3, open_date=None, known_date=None),
    ]
    assert state(found(*rows, *decided(5, 5))) == {
        "T1": "no_amount", "T2": "stale", "T3": "no_day",
    }  # fmt: skip
    assert state(found(deal(1))) == {"T1": "no_rate"}
    assert found().deals.is_empty()
    assert found().open_deals("total", "total", 12) is NOTHING
    assert found().unannounced.spread("total", "total", 12) is NOTHING


def test_of_an_old_deal_only_delays_ahead_of_it_count():
    lags = [*decided(5, 0, lag=10), *decided(5, 10, lag=50)]
    opened = date(2025, 12, 1)  # 30 days ago: only the delay of 50 days is left
    pipeline = found(deal(1, open_date=opened), *lags)
    assert pipeline.chances.filter(level="total").select("month", "chance").rows() == [
        (date(2026, 1, 1), pytest.approx(0.5))
    ]


def test_months_that_close_on_the_25th():
    pipeline = found(deal(1), *decided(5, 5), month_end_day=25)
    assert pipeline.deals["expected_month"].item() == date(2026, 2, 1)  # ordered on 30 January


def test_a_sum_of_deals_is_exact():
    spread = of_deals([10, 20], [0.5, 0.25])
    assert spread.amounts.tolist() == [0, 10, 20, 30]
    assert spread.weights.tolist() == [0.375, 0.375, 0.125, 0.125]
    assert spread.mean == 10
    assert of_values([1, 1, 4]).weights == pytest.approx([2 / 3, 1 / 3])


def test_many_deals_keep_mean_and_spread():
    random = np.random.default_rng(1)
    amounts, chances = random.lognormal(10, 1, 60), random.uniform(0, 1, 60)
    spread = of_deals(amounts, chances)
    assert spread.weights.sum() == pytest.approx(1)
    assert spread.mean == pytest.approx(amounts @ chances)
    deviation = np.sqrt(spread.weights @ (spread.amounts - spread.mean) ** 2)
    exact = np.sqrt(amounts**2 @ (chances * (1 - chances)))
    assert deviation == pytest.approx(exact, rel=0.01)
    drawn = (random.random((20_000, 60)) < chances) @ amounts
    for share in (0.1, 0.5, 0.9):
        bound = np.interp(share, spread.weights.cumsum(), spread.amounts)
        assert (drawn <= bound).mean() == pytest.approx(share, abs=0.015)


def test_sales_outside_the_base_come_again_less_what_was_known():
    outside = sales(date(2024, 1, 1), [0, 30] * 12).with_columns(pl.col("amount").cast(pl.Float64))
    plain = found(outside=outside)
    assert plain.unannounced.spread("total", "total", 1).amounts.tolist() == [0, 30]
    assert plain.unannounced.spread("total", "total", 2).amounts.tolist() == [30]
    assert plain.monthly("total", "total", 4)["amount"].to_list() == pytest.approx([15] * 4)
    known = deal(
        5, "won", known_date=date(2025, 9, 15), open_date=date(2025, 9, 20),
        first_order_date=date(2025, 12, 5), bid_amount=Decimal(30), region_id=None,
    )  # fmt: skip
    after = found(known, outside=outside)
    # Of twenty-four months twelve had 30; the last was known one, two and three months before.
    assert after.unannounced.spread("total", "total", 1).mean == pytest.approx(30 * 11 / 24)
    expected = [30 * 11 / 24] * 3 + [30 * 12 / 24]
    assert after.monthly("total", "total", 4)["amount"].to_list() == pytest.approx(expected)
    assert plain.unannounced.spread("region", "R9", 1) is NOTHING
    assert found(outside=outside.tail(5)).unannounced.spread("total", "total", 1) is NOTHING


def test_the_mart_knows_a_tender_and_a_case_without_one(tmp_path):
    tables = {
        "bids": [
            {
                "tender_id": "T1", "customer_id": "C1", "publish_date": date(2024, 11, 1),
                "open_date": date(2024, 12, 1), "our_bid": 500, "result": "open",
            },
            {
                "tender_id": "T2", "customer_id": "C1", "publish_date": date(2025, 1, 1),
                "open_date": date(2025, 2, 1), "our_bid": 500, "result": "open",
            },
        ],
        "stages": [
            {"case_id": "T1", "customer_id": "C1", "stage_no": 1, "entered_at": date(2024, 10, 1)},
            {"case_id": "T1", "customer_id": "C1", "stage_no": 2, "entered_at": date(2024, 11, 5)},
            {"case_id": "K9", "customer_id": "C2", "stage_no": 4, "entered_at": date(2024, 9, 1),
             "left_at": date(2024, 10, 1), "outcome": "won"},
            {"case_id": "K9", "customer_id": "C2", "stage_no": 5, "entered_at": date(2025, 3, 1)},
        ],
    }  # fmt: skip
    with books(company(tmp_path), **tables) as connection:
        models.build(connection, needed("mart_sales_forecast__deals"))
        mart = table(connection, "mart_sales_forecast__deals")
    assert mart.select("deal_id", "known_date", "stage_no", "bid_amount", "result").rows() == [
        ("K9", date(2024, 9, 1), 4, None, "won"),
        ("T1", date(2024, 10, 1), 2, 500, "open"),
    ]
