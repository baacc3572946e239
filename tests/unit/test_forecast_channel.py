"""Demand behind loading: sell-out where it is reported, else sell-in smoothed over the quarter."""

from decimal import Decimal

import polars as pl
import pytest

from dakehu.analysis.sales_forecast.channel import channel_demand
from forecast_panel import month

SCHEMA = {
    "distributor_id": pl.String, "distributor_name": pl.String, "month": pl.Date,
    "sell_in_amount": pl.Decimal(38, 2), "is_reported": pl.Boolean,
    "sell_out_amount": pl.Decimal(38, 2),
}  # fmt: skip


def channel(key: str, sell_in: list, sell_out: list) -> pl.DataFrame:
    rows = [
        (key, key, month(i), Decimal(came), out is not None, None if out is None else Decimal(out))
        for i, (came, out) in enumerate(zip(sell_in, sell_out, strict=True))
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def test_loading_shows_where_sell_out_is_reported_at_our_prices():
    loads = [80, 80, 140] * 4
    found = channel_demand(channel("D1", loads, [110] * 12))
    assert found["demand_amount"].to_list() == pytest.approx([100.0] * 12)
    assert found["loading_amount"].to_list() == pytest.approx([-20.0, -20.0, 40.0] * 4)
    assert found["basis"].unique().to_list() == ["sell_out"]


def test_a_month_not_reported_and_a_distributor_that_reports_little_are_smoothed():
    loads = [80, 80, 140] * 5
    gap = [110] * 12 + [None, 110, 110]
    found = channel_demand(
        pl.concat([channel("D1", loads, gap), channel("D2", loads[:14], [110] * 11 + [None] * 3)])
    )
    first = found.filter(distributor_id="D1")
    assert first["basis"].to_list() == ["sell_out"] * 12 + ["smoothed_sell_in"] + ["sell_out"] * 2
    assert first["demand_amount"][12] == pytest.approx(100.0)
    second = found.filter(distributor_id="D2")
    assert second["basis"].unique().to_list() == ["smoothed_sell_in"]
    assert second["demand_amount"].to_list() == pytest.approx([100.0] * 12 + [80.0] * 2)


def test_sell_out_of_nothing_is_no_scale():
    found = channel_demand(channel("D1", [5] * 12, [0] * 12))
    assert found["basis"].unique().to_list() == ["smoothed_sell_in"]
    assert found["demand_amount"].is_finite().all()
