"""Hand-made tables of what stands around the forecast: deals, measures, quotas, supply."""

from datetime import date
from typing import Any

import polars as pl

from forecast_page import HOSTILE, LAST, money, months

AHEAD = months(12, date(2026, 1, 1))


def deal(code: str, name: str | None, bid: int | None, chance: float, state: str = "counted"):
    """A row of deals."""
    counted = state == "counted"
    return {
        "deal_id": code, "customer_id": f"c-{code}", "customer_name": name, "region_id": "HD",
        "stage_no": 2, "open_date": date(2025, 11, 3), "expected_month": date(2026, 2, 1),
        "bid_amount": bid, "win_probability": chance, "win_low": chance - 0.1,
        "win_high": chance + 0.1, "state": state,
        "weighted_amount": round((bid or 0) * chance) if counted else None,
    }  # fmt: skip


def event(code: str, name: str | None, lift: int | None, low: int | None, high: int | None,
          **more: Any) -> dict[str, Any]:  # fmt: skip
    """A row of measures with its details."""
    row = {
        "event_id": code, "event_name": name, "event_type": "campaign",
        "first_month": date(2025, 7, 1), "last_month": date(2025, 8, 1), "lift_amount": lift,
        "low_amount": low, "high_amount": high, "effect": 0.2 if lift else None,
        "cost_amount": 100_000, "cost_per_extra_amount": None, "drift": 0.03, "is_parallel": True,
        "reason": None if lift else "no_control",
    }  # fmt: skip
    return row | more


def split(code: str, name: str, target: int | None, proposed: int, overload: float | None):
    """A row of quota_split."""
    return {
        "distributor_id": code, "distributor_name": name, "period": "2026-Q1",
        "target_amount": target, "forecast_amount": proposed, "potential_share": 0.5,
        "capacity_amount": 700_000, "reachable_amount": None, "overload": overload,
        "is_overloaded": None if overload is None else overload > 1.2,
        "proposed_amount": proposed, "proposed_overload": proposed / 700_000, "is_capped": False,
    }  # fmt: skip


def stock(family: str, held: int | None) -> list[dict[str, Any]]:
    """Rows of supply: 100 a month, reorder point 150, from `held` on."""
    left = [None if held is None else max(held - 100 * at, 0) for at in range(12)]
    return [
        {"family": family, "month": month, "lead_days": 20.4, "mean_amount": 100,
         "safety_amount": 50, "reorder_amount": 150, "stock_amount": held,
         "channel_stock_amount": 70, "projected_amount": now,
         "is_at_risk": None if now is None else now < 150}
        for month, now in zip(AHEAD, left, strict=True)
    ]  # fmt: skip


def scenario(name: str, factor: float, count: int = 12) -> list[dict[str, Any]]:
    """Rows of scenarios: the base of 1.3 M a month times `factor` in the first `count` months."""
    return [
        {"scenario": name, "month": month, "mean_amount": round(1_300_000 * now),
         "low_80_amount": round(1_200_000 * now), "high_80_amount": round(1_400_000 * now)}
        for at, month in enumerate(AHEAD) for now in [factor if at < count else 1.0]
    ]  # fmt: skip


DEALS = money([
    deal("b1", HOSTILE, 800_000, 0.5), deal("b2", None, 200_000, 0.25),
    deal("b3", "旧标", 500_000, 0.25, "stale"), deal("b4", "无价", None, 0.25, "no_amount"),
])  # fmt: skip
HIT_RATES = pl.DataFrame({
    "stage_no": [0, 2], "closed_count": [40, 6], "won_count": [10, 3],
    "win_probability": [0.25, 0.25], "win_low": [0.18, 0.18], "win_high": [0.34, 0.34],
    "is_own": [True, False],
})  # fmt: skip
TAKEN_OUT = money([
    {"order_id": "o1", "reason": "tender", "customer_name": HOSTILE, "month": date(2025, 2, 1),
     "net_amount": 300_000, "usual_amount": None},
    {"order_id": "o1", "reason": "tender", "customer_name": HOSTILE, "month": date(2025, 2, 1),
     "net_amount": 100_000, "usual_amount": None},
    {"order_id": "o2", "reason": "lumpy", "customer_name": "偶发", "month": date(2025, 5, 1),
     "net_amount": 90_000, "usual_amount": 2_000},
])  # fmt: skip
MEASURES = money([
    event("e1", HOSTILE, 400_000, 150_000, 650_000, cost_per_extra_amount=0.25, is_parallel=False),
    event("e2", "渠道整顿", -120_000, -200_000, -40_000),
    event("e3", "小活动", 9_000, -50_000, 70_000), event("e4", None, None, None, None),
]).with_columns(pl.col("cost_per_extra_amount").cast(pl.Float64))  # fmt: skip
LOST_SALES = money([
    {"month": month, "documented_amount": 10_000 if at > 24 else 0, "estimated_amount": None}
    for at, month in enumerate(months(36))
])  # fmt: skip
SCENARIOS = money([*scenario("base", 1.0), *scenario("e1", 1.1, 2), *scenario(HOSTILE, 0.9)])
QUOTA_SPLIT = money([
    split("d1", HOSTILE, 980_000, 640_000, 1.4), split("d2", "恒达商贸", 300_000, 340_000, 0.5),
    split("d3", "新远", None, 20_000, None),
])  # fmt: skip
SUPPLY = money([*stock("电缆", 420), *stock(HOSTILE, None), *stock("-", 5_000)])
PULL_FORWARD = pl.DataFrame({
    "distributor_id": ["d1", "d2"], "distributor_name": [HOSTILE, "恒达商贸"],
    "month": [LAST, LAST],
    "sell_in_amount": [500_000.0, 300_000.0], "pulled_amount": [90_000.0, -10_000.0],
    "low_amount": [60_000.0, -50_000.0], "high_amount": [120_000.0, 30_000.0],
    "basis": ["sell_out", "own_months"],
})  # fmt: skip
RAMP_UP = pl.DataFrame({
    "month_number": [1, 2, 3], "account_count": [17, 17, 17], "lower_share": [0.1, 0.3, 0.6],
    "median_share": [0.2, 0.5, 0.8], "upper_share": [0.4, 0.8, 1.1],
})  # fmt: skip
TIME_TO_SERVE = pl.DataFrame({
    "year": [2024, 2025], "case_count": [20, 9], "served_count": [18, 4],
    "lower_days": [11.0, 9.0], "median_days": [21.0, 14.0], "upper_days": [40.0, 30.0],
})  # fmt: skip
LUNAR_GROWTH = pl.DataFrame({
    "level": "total", "key": "total", "month": months(12, date(2025, 1, 1)),
    "growth": [0.3, -0.2, *[0.05] * 9, 0.08], "adjusted_growth": [0.06, 0.04, *[0.05] * 9, 0.06],
})  # fmt: skip
MEMORY = pl.DataFrame({
    "level": ["total", "total", "region"], "horizon": [None, 1, None], "cycle_count": [4, 4, 4],
    "forecast_count": [22, 4, 60], "actual_amount": [9_000_000, 4_000_000, 9_000_000],
    "wape": [0.071, 0.05, 0.1], "bias": [0.06, 0.01, 0.06], "naive_wape": [0.12, 0.1, 0.13],
    "coverage_80": [0.82, 0.75, 0.8], "skill": [0.41, 0.5, 0.23],
})  # fmt: skip
TABLES = {
    "deals": DEALS, "hit_rates": HIT_RATES, "taken_out": TAKEN_OUT, "measures": MEASURES,
    "lost_sales": LOST_SALES, "scenarios": SCENARIOS, "quota_split": QUOTA_SPLIT,
    "supply": SUPPLY, "pull_forward": PULL_FORWARD, "ramp_up": RAMP_UP,
    "time_to_serve": TIME_TO_SERVE, "lunar_growth": LUNAR_GROWTH, "forecast_memory": MEMORY,
}  # fmt: skip
