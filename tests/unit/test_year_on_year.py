"""Year on year of short periods with the moving Lunar New Year taken out."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis import calendar
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.rebates import rebates_of
from dakehu.analysis.distributor_ranking.sales import sales_of
from dakehu.analysis.distributor_ranking.window import window_of
from dakehu.analysis.year_on_year import UNMOVED, holiday_moves, without_holiday

FIRST, LAST = date(2017, 1, 1), date(2025, 2, 1)
MONTHS = calendar.fiscal_months(FIRST, LAST)
WINDOW = calendar.regressors(MONTHS)["lunar_0_7"].to_numpy()
EFFECT = -0.4
MONEY = pl.Decimal(38, 2)


def company(effect: float) -> pl.DataFrame:
    """Sales that grow by 6 % a year and lose `effect` (in logs) to the holiday's week."""
    noise = np.random.default_rng(3).normal(0, 0.01, MONTHS.height)
    logs = 13.8 + np.arange(MONTHS.height) * np.log(1.06) / 12 + effect * WINDOW + noise
    return MONTHS.select("month", net_amount=pl.Series(np.exp(logs)).round(2).cast(MONEY))


CALM = without_holiday(company(EFFECT))


def moved(first: date, last: date, calm: pl.DataFrame = CALM) -> float | None:
    span = pl.DataFrame({"first_month": [first], "last_month": [last]})
    return holiday_moves(calm, span)["moved"].item()


def test_what_the_holiday_moved_is_told_from_the_company():
    # In 2025 it lay in January by three days of seven, in 2024 wholly in February.
    share = WINDOW[-2] - WINDOW[-14]
    assert moved(date(2025, 1, 1), date(2025, 1, 1)) == pytest.approx(
        np.exp(EFFECT * share) - 1, abs=0.02
    )
    assert moved(date(2025, 2, 1), date(2025, 2, 1)) > 0.1


def test_a_period_that_holds_it_in_both_years_is_not_moved():
    assert moved(date(2025, 1, 1), date(2025, 2, 1)) is None
    assert moved(date(2024, 7, 1), date(2024, 9, 1)) is None
    assert moved(FIRST, FIRST) is None  # no year before


def test_sales_that_it_does_not_move_are_left_alone():
    assert without_holiday(company(0.0)).equals(UNMOVED)
    assert without_holiday(company(EFFECT).clear()).equals(UNMOVED)
    gap = company(EFFECT).filter(pl.col("month") != date(2020, 3, 1))
    assert without_holiday(gap).equals(UNMOVED)  # a month without sales has no logarithm


def bought(amounts: dict[date, int]) -> pl.DataFrame:
    rows = [("A", month, Decimal(amount)) for month, amount in amounts.items()]
    schema = {"distributor_id": pl.String, "month": pl.Date, "net_amount": MONEY}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        distributor_name=pl.lit("A"), region_name=pl.lit("R"), order_count=pl.lit(1, pl.Int64),
        freight_amount=pl.lit(None, MONEY),
    )  # fmt: skip


def test_growth_of_a_short_window_stands_beside_the_adjusted_one():
    monthly = bought({date(2024, 1, 1): 100, date(2025, 1, 1): 90})
    sums = company(EFFECT).filter(pl.col("month") <= date(2025, 1, 1))
    sums = sums.with_columns(distributor_amount="net_amount")
    quotas = pl.DataFrame(
        schema={
            "holder_id": pl.String, "holder_name": pl.String, "holder_kind": pl.String,
            "period_start": pl.Date, "period_end": pl.Date, "target_amount": MONEY,
            "net_amount": MONEY,
        }
    )  # fmt: skip
    found = sales_of(monthly, sums, quotas, date(2025, 1, 31), 1, Policy(), CALM).ranking
    row = found.row(0, named=True)
    assert row["growth"] == pytest.approx(-0.1)
    assert row["adjusted_growth"] == pytest.approx(
        0.9 / (1 + moved(date(2025, 1, 1), date(2025, 1, 1))) - 1
    )
    assert row["adjusted_growth"] > 0
    plain = sales_of(monthly, sums, quotas, date(2025, 1, 31), 1, Policy()).tables["sales_ranking"]
    assert "adjusted_growth" not in plain.columns


def rebate(start: date, end: date) -> dict:
    money = dict.fromkeys(["next_from_amount", "paid_amount"], None)
    return money | {
        "distributor_id": "A", "program_id": "P", "period_start": start, "period_end": end,
        "tier_no": 1, "rate": Decimal("0.02"), "basis_amount": Decimal(90),
        "accrued_amount": Decimal("1.80"), "net_amount": Decimal(90),
        "earlier_amount": Decimal(100), "from_amount": Decimal(50), "next_rate": None,
    }  # fmt: skip


def test_purchases_of_a_rebate_s_period_have_the_holiday_taken_out_where_it_moved_them():
    rows = [
        rebate(date(2025, 1, 1), date(2025, 1, 31)),
        rebate(date(2024, 7, 1), date(2024, 9, 30)),
    ]
    amounts = ["next_from_amount", "paid_amount", "basis_amount", "accrued_amount", "net_amount",
               "earlier_amount", "from_amount"]  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col(amounts).cast(MONEY), pl.col("next_rate").cast(pl.Decimal(9, 6))
    )
    sums = company(EFFECT)
    window = window_of(sums, date(2025, 2, 28), 12)
    read = {"rebates": frame, "company": sums}
    found = rebates_of(read, window, Policy(), CALM)
    january, summer = found.rebates.select("volume_lift", "adjusted_lift").rows()
    assert found.tiers["adjusted_lift"].item() == pytest.approx((january[1] - 0.1) / 2)
    assert rebates_of(read, window, Policy(), UNMOVED).tiers["adjusted_lift"].item() is None
    assert january[0] == summer[0] == pytest.approx(-0.1)
    assert january[1] > 0
    assert summer[1] is None
