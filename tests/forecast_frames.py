"""Hand-made frames of the sales forecast: sales, targets, forecasts and past errors."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from dakehu.analysis.sales_forecast.periods import later

LAST = date(2025, 12, 1)


def sales(first: date, amounts: Sequence[float], level: str = "total", key: str = "total"):
    """Sales of one series from `first` on, as targets.credited_sales gives them."""
    return pl.DataFrame(
        {
            "level": level,
            "key": key,
            "month": [later(first, i) for i in range(len(amounts))],
            "amount": [Decimal(f"{amount:.2f}") for amount in amounts],
        },
        schema={
            "level": pl.String, "key": pl.String, "month": pl.Date, "amount": pl.Decimal(38, 2)
        },
    )  # fmt: skip


def quota(
    start: date, end: date, amount: int, level: str = "total", key: str = "total", closes: int = 31
) -> dict:
    """A row of mart_sales_forecast__quotas."""
    return {
        "level": level,
        "key": key,
        "key_name": key.upper(),
        "period_start": start,
        "period_end": end,
        "month_end_day": closes,
        "target_amount": Decimal(amount),
    }


def quotas(*rows: dict) -> pl.DataFrame:
    """mart_sales_forecast__quotas."""
    return pl.DataFrame(
        list(rows),
        schema={
            "level": pl.String, "key": pl.String, "key_name": pl.String, "period_start": pl.Date,
            "period_end": pl.Date, "month_end_day": pl.Int32, "target_amount": pl.Decimal(38, 2),
        },
    )  # fmt: skip


def ahead(
    amounts: Sequence[float],
    level: str = "total",
    key: str = "total",
    last: date = LAST,
    scale: float | None = 10.0,
) -> pl.DataFrame:
    """A forecast of the months after `last`."""
    return pl.DataFrame(
        {
            "level": level,
            "key": key,
            "month": [later(last, i + 1) for i in range(len(amounts))],
            "horizon": range(1, len(amounts) + 1),
            "mean_amount": [float(amount) for amount in amounts],
            "low_80_amount": [amount - 10.0 for amount in amounts],
            "high_80_amount": [amount + 20.0 for amount in amounts],
            "model": "m",
            "is_seasonal": True,
            "is_floored": True,
            "scale": scale,
        },
        schema_overrides={"scale": pl.Float64, "horizon": pl.Int64},
    )


def past_errors(
    by_cutoff: Sequence[Sequence[float]],
    scale: float = 10.0,
    level: str = "total",
    key: str = "total",
) -> pl.DataFrame:
    """Errors (forecast less actual) of past cutoffs, one list of horizons for each."""
    rows = [
        (level, key, later(date(2020, 1, 1), i), "m", True, horizon, float(error), scale)
        for i, errors in enumerate(by_cutoff)
        for horizon, error in enumerate(errors, start=1)
    ]
    return pl.DataFrame(
        rows,
        schema={
            "level": pl.String, "key": pl.String, "cutoff": pl.Date, "model": pl.String,
            "is_seasonal": pl.Boolean, "horizon": pl.Int64, "error": pl.Float64,
            "scale": pl.Float64,
        },
        orient="row",
    )  # fmt: skip


def deal(number: int, result: str = "open", **more) -> dict:
    """A row of mart_sales_forecast__deals: opened 10 January 2026, 100.00, at stage 3."""
    return {
        "deal_id": f"T{number}",
        "customer_id": "C1",
        "customer_name": "Customer 1",
        "region_id": "R1",
        "known_date": date(2025, 11, 1),
        "open_date": date(2026, 1, 10),
        "stage_no": 3,
        "bid_amount": Decimal(100),
        "result": result,
        "first_order_date": None,
        **more,
    }


def deals(*rows: dict) -> pl.DataFrame:
    """mart_sales_forecast__deals."""
    return pl.DataFrame(
        list(rows),
        schema={
            "deal_id": pl.String, "customer_id": pl.String, "customer_name": pl.String,
            "region_id": pl.String, "known_date": pl.Date, "open_date": pl.Date,
            "stage_no": pl.Int64, "bid_amount": pl.Decimal(18, 2), "result": pl.String,
            "first_order_date": pl.Date,
        },
    )  # fmt: skip


def decided(won: int, lost: int, lag: int = 20, stage: int = 3) -> list[dict]:
    """Closed deals of 2024; won ones were ordered `lag` days after their opening."""
    opened, ordered = date(2024, 6, 1), date.fromordinal(date(2024, 6, 1).toordinal() + lag)
    known = {"known_date": date(2024, 4, 1), "open_date": opened, "stage_no": stage}
    return [
        *(deal(1000 + i, "won", first_order_date=ordered, **known) for i in range(won)),
        *(deal(2000 + i, "lost", **known) for i in range(lost)),
    ]
