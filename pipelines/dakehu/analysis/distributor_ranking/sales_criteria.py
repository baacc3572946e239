"""What the sales platform is judged by: size, growth, quotas and pushed products (article 10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.attainment import ended
from dakehu.analysis.distributor_ranking.ratios import ratio
from dakehu.analysis.distributor_ranking.window import Window

NET = pl.col("net_amount")


def sales_criteria(
    read: Mapping[str, pl.DataFrame], window: Window, as_of: date
) -> list[pl.DataFrame]:
    """Monthly parts of P10-1, P10-2, quota attainment and pushed products; see `ratios`."""
    return [
        _amount_share(read["monthly"], read["company"].filter(window.within)),
        *_growth(read["monthly"], read["company"], window),
        *_attainment(read, as_of, window.months),
        ratio(read["focus"].filter(window.within), "focus_share", pl.col("focus_amount"), NET),
    ]


def _amount_share(monthly: pl.DataFrame, company: pl.DataFrame) -> pl.DataFrame:
    """Own sales / company sales, over every month in which the company sold."""
    every = monthly.select("distributor_id").unique().join(company, how="cross")
    own = monthly.select("distributor_id", "month", own_amount="net_amount")
    frame = every.join(own, on=["distributor_id", "month"], how="left")
    return ratio(frame, "amount_share", pl.col("own_amount").fill_null(0), NET)


def _growth(monthly: pl.DataFrame, company: pl.DataFrame, window: Window) -> list[pl.DataFrame]:
    """Growth on the same months a year before, and (1 + own growth) / (1 + company growth)."""
    if not window.compared_months:
        return []
    key = ["distributor_id", "month"]
    before = monthly.filter(window.year_before).select(
        "distributor_id",
        pl.col("month").dt.offset_by("12mo"),
        earlier_amount="net_amount",
    )
    pairs = (
        monthly.filter(window.compared)
        .select(*key, "net_amount")
        .join(before, on=key, how="full", coalesce=True)
        .with_columns(pl.col("net_amount", "earlier_amount").fill_null(0).cast(pl.Float64))
    )
    earlier = pl.col("earlier_amount")
    sums = company.select(
        now=NET.filter(window.compared).sum().cast(pl.Float64),
        earlier=NET.filter(window.year_before).sum().cast(pl.Float64),
    ).row(0, named=True)
    parts = [ratio(pairs, "growth", NET - earlier, earlier)]
    if sums["now"] > 0 and sums["earlier"] > 0:
        pace = sums["now"] / sums["earlier"]
        parts.append(ratio(pairs, "relative_growth", NET, earlier * pace))
    return parts


def _attainment(
    read: Mapping[str, pl.DataFrame], as_of: date, window_months: int
) -> list[pl.DataFrame]:
    """Sales / quota by the month in which the quota's period ends."""
    own = read["quotas"].filter(pl.col("holder_kind") == "distributor")
    named = {
        "quota_attainment": own.rename({"holder_id": "distributor_id"}),
        "focus_attainment": read["focus_quotas"],
    }
    return [
        ratio(
            ended(quotas, as_of, window_months).with_columns(
                month=pl.col("period_end").dt.truncate("1mo")
            ),
            criterion,
            NET,
            pl.col("target_amount"),
        )
        for criterion, quotas in named.items()
    ]
