"""Hand-made results for the blocks of the forecast page."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import polars as pl

from dakehu.analysis.sales_forecast.bridge import Bridge
from dakehu.analysis.sales_forecast.series import Policy

HOSTILE = "<script>alert(1)</script> {x}"
LAST = date(2025, 12, 1)
MONEY = pl.Decimal(38, 2)
POLICY = SimpleNamespace(**{"lost_after_days": 30, "outage_cap": 0.5} | asdict(Policy()))


class Shown(SimpleNamespace):
    """What the blocks read of a SalesForecast."""

    def table(self, name: str, level: str = "total") -> pl.DataFrame:
        """The rows of table `name` at one level."""
        return self.tables[name].filter(pl.col("level") == level)


def shown(found: Any, **more: Any) -> Shown:
    """A SalesForecast with what a first run without targets has beside it, and with `more`."""
    plain = {"landing": None, "bridge": None, "is_first_run": True}
    return Shown(
        **plain
        | {k: v for k, v in vars(found).items() if k != "policy"}
        | {"policy": POLICY}
        | more
    )


def months(count: int, first: date = date(2023, 1, 1)) -> list[date]:
    """`count` months from `first` on."""
    start = first.year * 12 + first.month - 1
    return [date((start + i) // 12, (start + i) % 12 + 1, 1) for i in range(count)]


def money(frame: Mapping[str, Any] | list[dict[str, Any]]) -> pl.DataFrame:
    """A frame whose columns ending in `_amount` are DECIMAL; one missing throughout is text."""
    read = pl.DataFrame(frame, infer_schema_length=None)
    return read.with_columns(pl.col("^.*_amount$").cast(MONEY)).with_columns(
        pl.col(pl.Null).cast(pl.String)
    )


def gap_row(
    level: str,
    key: str,
    name: str,
    target: int | None,
    landing: int,
    chance: float | None = 0.4,
    *,
    first: date = date(2026, 1, 1),
    last: date = date(2026, 3, 1),
    label: str = "2026-Q1",
    **parts: Any,
) -> dict[str, Any]:
    """A running row of target_gap; the interval is a tenth of the landing to either side."""
    row = {
        "level": level, "key": key, "key_name": name, "period": label, "first_month": first,
        "last_month": last, "status": "running", "basis": "set" if target else None,
        "target_amount": target, "actual_amount": 0, "base_amount": landing,
        "pipeline_amount": None, "unannounced_amount": None, "forecast_amount": landing,
        "low_80_amount": landing * 9 // 10, "high_80_amount": landing * 11 // 10,
        "gap_amount": landing - target if target is not None else None,
        "attainment": landing / target if target else None,
        "probability_to_reach": chance if target else None, "reason": None,
    }  # fmt: skip
    return row | parts


YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 1), "label": "2026"}
TARGET_GAP = [
    gap_row("total", "total", "total", 4_000_000, 3_600_000, 0.22, base_amount=3_200_000,
            pipeline_amount=300_000, unannounced_amount=100_000),
    gap_row("total", "total", "total", 15_000_000, 15_600_000, 0.61, base_amount=14_000_000,
            pipeline_amount=1_000_000, unannounced_amount=600_000, **YEAR),
    gap_row("region", "HD", "华东", 2_000_000, 1_700_000),
    gap_row("region", "HN", HOSTILE, 1_500_000, 1_450_000),
    gap_row("region", "XN", "西南", 500_000, 620_000, 0.9),
    gap_row("distributor", "d1", "恒达商贸", 800_000, 690_000),
    gap_row("product_family", "cable", "电缆", 900_000, 950_000, 0.7),
]  # fmt: skip


def bridge() -> Bridge:
    """3.9 M of the last forecast to 3.6 M of this one."""
    parts = {"new_actuals": -200_000, "restated": 0, "model": -150_000, "pipeline": 50_000}
    return Bridge(
        "2026-Q1", date(2025, 11, 30), Decimal(3_900_000), Decimal(3_600_000),
        pl.DataFrame(
            {"component": list(parts), "amount": [Decimal(a) for a in parts.values()]},
            schema={"component": pl.String, "amount": MONEY},
        ),
    )  # fmt: skip


def plain(**more: Any) -> Shown:
    """36 months of a total and two regions, forecast for a year; no target, no earlier run."""
    past, ahead = months(36), months(12, date(2026, 1, 1))
    parts = {("region", "HD", "华东"): 0.6, ("region", "-", "-"): 0.4, ("total",) * 3: 1.0}
    history = [
        {"level": level, "key": key, "key_name": name, "month": month,
         "amount": share * (1_000_000 + 10_000 * at)}
        for (level, key, name), share in parts.items() for at, month in enumerate(past)
    ]  # fmt: skip
    forecast = [
        {"level": level, "key": key, "key_name": name, "month": month,
         "mean_amount": round(share * 1_300_000), "low_80_amount": round(share * 1_200_000),
         "high_80_amount": round(share * 1_400_000), "low_95_amount": round(share * 1_100_000),
         "high_95_amount": round(share * 1_500_000), "model": "median_of_four"}
        for (level, key, name), share in parts.items() for month in ahead
    ]  # fmt: skip
    outlook = [
        {"level": level, "key": key, "key_name": name, "model": "median_of_four",
         "is_seasonal": True, "forecast_amount": round(share * 15_600_000),
         "low_80_amount": round(share * 15_000_000), "high_80_amount": round(share * 16_200_000),
         "last_amount": round(share * 15_500_000), "growth": 0.0065 if share < 0.6 else -0.01,
         "sum_score_count": 24, "sum_cutoff_count": 12}
        for (level, key, name), share in parts.items()
    ]  # fmt: skip
    errors = [
        {"level": level, "key": key, "cutoff": LAST, "model": "median_of_four", "wape": 0.08,
         "bias": 0.01, "actual_amount": 1_000_000}
        for level, key, _ in parts
    ]  # fmt: skip
    accuracy = [
        {"level": level, "model": model, "horizon": horizon, "wape": wape, "mase": 0.8,
         "bias": 0.02, "coverage_80": 0.8, "coverage_95": 0.95, "cutoff_count": 12,
         "month_count": 144, "judged_count": 120}
        for level in ("total", "region")
        for model, wape in (("chosen", 0.08), ("median_of_four", 0.08), ("seasonal_naive", 0.11))
        for horizon in (None, 1, 2, 3)
    ]  # fmt: skip
    left = {"level": "region", "key": "XJ", "key_name": "新疆", "month_count": 3,
            "last_amount": 900, "reason": "too_short"}  # fmt: skip
    tables = {
        "forecast": money(forecast), "outlook": money(outlook), "backtest": money(errors),
        "accuracy": pl.DataFrame(accuracy, infer_schema_length=None), "not_forecast": money([left]),
    }  # fmt: skip
    figures = {
        "month_count": (36, "count"), "forecast_amount": (15_600_000.0, "amount"),
        "forecast_low_80_amount": (15_000_000.0, "amount"),
        "forecast_high_80_amount": (16_200_000.0, "amount"),
        "forecast_growth": (0.0065, "share"), "wape_chosen": (0.08, "share"),
        "wape_seasonal_naive": (0.11, "share"), "bias_chosen": (0.02, "share"),
        "coverage_80": (0.8, "share"), "next_month_amount": (1_300_000.0, "amount"),
    }  # fmt: skip
    known: dict[str, Any] = {
        "last_month": LAST, "horizon_months": 12, "coverage_rule": "prequential", "policy": POLICY,
        "history": pl.DataFrame(history), "tables": tables, "figures": figures,
    }  # fmt: skip
    known["tables"] = tables | more.pop("tables", {})
    known["figures"] = figures | more.pop("figures", {})
    return shown(SimpleNamespace(**known), **more)


def landed(rows: list[dict[str, Any]] | None = None, **more: Any) -> Shown:
    """`plain` with targets: the total's rows are those that page one speaks of."""
    gaps = money(TARGET_GAP if rows is None else rows)
    tables = {"target_gap": gaps} | more.pop("tables", {})
    landing = gaps.filter(pl.col("level") == gaps["level"][0])
    return plain(landing=landing, tables=tables, **more)


def said(block: dict[str, Any]) -> list[str]:
    """The sentences of a block."""
    return [item["text"] for item in block["items"]]


def rows(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table block, by column."""
    keys = [column["key"] for column in block["columns"]]
    return [dict(zip(keys, row, strict=True)) for row in block["rows"]]
