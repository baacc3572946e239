"""Lost sales, the ramp-up of new accounts, time to serve, and purchases pulled forward."""

from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from dakehu.analysis.sales_forecast import pull_forward
from dakehu.analysis.sales_forecast.lost_sales import lost_sales_of
from dakehu.analysis.sales_forecast.ramp_up import ramp_up, time_to_serve
from dakehu.analysis.sales_forecast.series import Policy

AS_OF = date(2025, 12, 31)
MONTHS = pl.date_range(date(2025, 9, 1), date(2025, 12, 1), "1mo", eager=True)


def line(number, day, missed, anew=0.0, is_cancelled=True):
    return {
        "order_id": f"o{number}", "line_no": "1", "order_date": day, "due_date": day,
        "month": day.replace(day=1), "customer_id": "c", "product_id": "p",
        "is_cancelled": is_cancelled, "quantity": 10.0, "net_amount": Decimal("200.00"),
        "missed_quantity": missed, "reordered_quantity": anew,
    }  # fmt: skip


def outage(out_days, sold=900.0):
    return {
        "product_id": "p", "family": "f", "start_date": date(2025, 10, 3),
        "end_date": date(2025, 10, 30), "month": date(2025, 10, 1), "out_days": out_days,
        "month_days": 31, "stocked_days": 90, "sold_amount": sold,
    }  # fmt: skip


def lost(lines, outages):
    frame = pl.DataFrame(lines) if lines else pl.DataFrame([line(1, AS_OF, 1.0)]).clear()
    spells = pl.DataFrame(outages) if outages else pl.DataFrame([outage(1)]).clear()
    found = lost_sales_of(frame, spells, MONTHS, AS_OF, Policy())
    return {row["month"].month: row for row in found.table.iter_rows(named=True)}


def test_documented_is_what_was_missed_less_what_was_ordered_anew():
    day = date(2025, 9, 10)
    found = lost([line(1, day, 10.0, anew=12.0), line(2, day, 10.0, anew=12.0)], [])
    # 20 missed, 12 ordered anew: 8 at 20 yuan each.
    assert found[9]["documented_amount"] == Decimal("160.00")
    assert found[10]["documented_amount"] == Decimal("0.00")
    assert found[9]["estimated_amount"] is None


def test_a_short_line_is_open_until_it_is_given_up():
    lines = [line(1, date(2025, 9, 10), 4.0, is_cancelled=False)]
    assert lost(lines, [])[9]["documented_amount"] == Decimal("80.00")
    fresh = [line(1, date(2025, 12, 20), 4.0, is_cancelled=False)]
    assert lost(fresh, [])[12]["documented_amount"] is None


def test_estimate_is_outflow_times_days_up_to_the_cap():
    assert lost([], [outage(10)])[10]["estimated_amount"] == Decimal("100.00")
    assert lost([], [outage(28)])[10]["estimated_amount"] == Decimal("155.00")  # 15.5 of 31 days


def test_ramp_up_is_the_share_of_the_later_level():
    month = pl.date_range(date(2023, 1, 1), date(2025, 12, 1), "1mo", eager=True)
    old = pl.DataFrame({"customer_id": "old", "month": month, "amount": 100.0})
    rise = [min(at / 10, 1.0) * 50 for at in range(1, 25)]
    new = pl.DataFrame({"customer_id": "new", "month": month[6:30], "amount": rise})
    late = pl.DataFrame({"customer_id": "late", "month": month[30:], "amount": 9.0})
    curve = ramp_up(pl.concat([old, new, late]))
    assert curve.height == 12
    assert curve["account_count"].to_list() == [1] * 12
    assert curve["median_share"].to_list() == pytest.approx(
        [min(at / 10, 1) for at in range(1, 13)]
    )
    assert ramp_up(old).is_empty()


def test_time_to_serve_counts_who_still_waits():
    cases = pl.DataFrame(
        {
            "case_id": ["a", "b", "c"], "customer_id": ["x", "y", "z"],
            "requested_date": [date(2025, 1, 1)] * 3,
            "supplied_date": [date(2025, 1, 11), date(2025, 1, 31), None],
        }
    )  # fmt: skip
    row = time_to_serve(cases).row(0, named=True)
    assert (row["case_count"], row["served_count"], row["median_days"]) == (3, 2, 20)


def own_months(pulled):
    """Two years of 100 a month, a fifth of it late; `pulled` more in each quarter's last days."""
    rng = np.random.default_rng(2)
    rows = []
    for at, month in enumerate(
        pl.date_range(date(2024, 1, 1), date(2025, 12, 1), "1mo", eager=True)
    ):
        late = 20 * (1 + rng.normal(0, 0.1))
        is_end = at % 3 == 2
        late += pulled * is_end
        rows.append(
            {
                "distributor_id": "d", "month": month, "sell_in_amount": 80 + late,
                "late_share": late / (80 + late), "is_quarter_end": is_end, "occasion": None,
            }
        )  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"occasion": pl.String})


def test_loading_is_told_from_the_own_months():
    found = pull_forward.loaded(own_months(50.0))
    assert found.height == 8
    assert (found["low_amount"] <= 50).all()
    held = ((found["low_amount"] <= 50) & (found["high_amount"] >= 50)).mean()
    assert held >= 0.6
    assert (pull_forward.loaded(own_months(0.0))["low_amount"] <= 0).mean() >= 0.6


def covered(extra, is_covered=True):
    months = pl.date_range(date(2024, 1, 1), date(2025, 12, 1), "1mo", eager=True)
    sold = np.random.default_rng(4).uniform(90, 110, 24)
    bought = sold * 1.02
    bought[-1] += extra
    return pl.DataFrame(
        {
            "distributor_id": "s", "month": months, "sell_in_amount": bought,
            "sell_out_amount": sold, "is_covered": is_covered,
        }
    )  # fmt: skip


def test_sell_out_goes_before_own_months():
    by_sell_out = pull_forward.beyond_sell_out(covered(70.0))
    assert by_sell_out["pulled_amount"].item() == pytest.approx(70.0)
    assert pull_forward.beyond_sell_out(covered(70.0, is_covered=False)).is_empty()
    both = pull_forward.pulled_forward(by_sell_out, pull_forward.loaded(own_months(50.0)))
    assert dict(both.select("distributor_id", "basis").iter_rows()) == {
        "s": "sell_out",
        "d": "own_months",
    }
    middle, low, high = pull_forward.total(both)
    assert low <= middle <= high
    assert middle == pytest.approx(120, abs=15)
