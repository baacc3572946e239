"""What K asks for and gives back: quotas by distributor, region and year; rebates by tier."""

import numpy as np
import polars as pl

from dakehu.demo import accounts, network

_QUARTERS = (0.235, 0.255, 0.245, 0.265)
_STEP = (0.0, 3e6, 6e6, 1e7)  # a quarter's purchases, yuan without tax
_RATES = {"PG-STD": (0.01, 0.02, 0.03, 0.04), "PG-KEY": (0.03, 0.04, 0.06, 0.07)}
DIVERTER_QUOTA = 52_000_000


def quotas(sales: pl.DataFrame, distributors: pl.DataFrame) -> pl.DataFrame:
    """Targets in yuan: a distributor's by quarter, a region's and the company's by year."""
    wide = distributors.select(
        "customer_id",
        y2023=pl.col("amount_2023") * 1.02,
        y2024=pl.when(pl.col("amount_2023") > 0)
        .then(pl.col("amount_2023") * 1.2)
        .otherwise(pl.lit(0.0)),
        y2025=pl.when(pl.col("customer_id") == network.A)
        .then(pl.lit(48_000_000.0))
        .when(pl.col("customer_id") == network.DIVERTER)
        .then(pl.lit(float(DIVERTER_QUOTA)))
        .when(pl.col("customer_id") == network.VICTIM)
        .then(pl.col("amount_2024") * 1.05)
        .otherwise(pl.col("amount_2024") * 1.18),
        y2026=pl.col("amount_2025") * 1.15,
    )
    long = wide.unpivot(index="customer_id", variable_name="year", value_name="target")
    quarter = pl.DataFrame({"quarter": [1, 2, 3, 4], "part": _QUARTERS})
    by_quarter = (
        long.filter(pl.col("target") > 0)
        .join(quarter, how="cross")
        .with_columns(
            year=pl.col("year").str.slice(1).cast(pl.Int64),
            target=pl.col("target") * pl.col("part"),
            start=(pl.col("quarter") - 1) * 3 + 1,
        )
    )
    held = _with_period(by_quarter, 3).with_columns(territory_id=pl.lit(None, dtype=pl.String))
    regions = _regional(sales)
    return (
        pl.concat([held, regions], how="diagonal_relaxed")
        .with_columns(target_wan=(pl.col("target") / 10_000).round(0).cast(pl.Int64))
        .sort("period_start", "customer_id", "territory_id")
    )


def rebate_tiers() -> pl.DataFrame:
    """The steps of each programme; the rate holds for the whole quarter's purchases."""
    return pl.DataFrame(
        [
            {"program_id": name, "tier_no": i + 1, "from_amount": _STEP[i],
             "to_amount": (*_STEP[1:], None)[i], "rate": rate, "is_marginal": False}
            for name, rates in _RATES.items()
            for i, rate in enumerate(rates)
        ]
    )  # fmt: skip


def rebates(sales: pl.DataFrame) -> pl.DataFrame:
    """Accruals by distributor and quarter on what it bought, returns taken off."""
    bought = (
        sales.filter(pl.col("kind") != "direct")
        .group_by("group_id", year="year", quarter=pl.col("order_date").dt.quarter().cast(pl.Int64))
        .agg(fen=pl.col("fen").sum())
        .filter(pl.col("fen") > 0)
        .sort("year", "quarter", "group_id")
    )
    tier = np.searchsorted(np.array(_STEP) * 100, bought["fen"].to_numpy(), side="right") - 1
    key = (bought["group_id"] == network.DIVERTER).to_numpy()
    rate = np.where(key, np.array(_RATES["PG-KEY"])[tier], np.array(_RATES["PG-STD"])[tier])
    frame = bought.with_columns(
        program_id=pl.when(pl.Series(key)).then(pl.lit("PG-KEY")).otherwise(pl.lit("PG-STD")),
        tier_no=pl.Series(tier + 1),
        rate=pl.Series(rate),
        accrued_fen=pl.Series(np.round(bought["fen"].to_numpy() * rate).astype(np.int64)),
        start=(pl.col("quarter") - 1) * 3 + 1,
    )
    settled = (pl.col("year") < 2025) | (pl.col("quarter") < 4)
    return _with_period(frame, 3).with_columns(
        paid_fen=pl.when(settled).then("accrued_fen").otherwise(0), pay_form=pl.lit("credit_note")
    )


def _regional(sales: pl.DataFrame) -> pl.DataFrame:
    base = sales.filter(pl.col("group_id") != accounts.ONE_OFF)
    yearly = base.group_by("year", territory_id="region_id").agg(target=pl.col("fen").sum() / 100)
    ahead = yearly.with_columns(year=pl.col("year") + 1, target=pl.col("target") * 1.19)
    first = yearly.filter(pl.col("year") == 2023).with_columns(target=pl.col("target") * 1.03)
    parts = pl.concat([first, ahead]).with_columns(pl.col("target").round(-0))
    nation = parts.group_by("year").agg(pl.col("target").sum(), territory_id=pl.lit("CN"))
    both = pl.concat([parts, nation.select(parts.columns)]).with_columns(start=pl.lit(1))
    return _with_period(both, 12)


def _with_period(frame: pl.DataFrame, months: int) -> pl.DataFrame:
    start = pl.date(pl.col("year"), pl.col("start"), 1)
    return frame.with_columns(
        period_start=start, period_end=start.dt.offset_by(f"{months}mo").dt.offset_by("-1d")
    )
