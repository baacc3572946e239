"""The sales forecast at a glance: tiles and sentences that answer the four questions of page one.

`result` is the SalesForecast that analysis.sales_forecast returns; `result.landing` has the rows of
target_gap that page one speaks of, shortest period first, and may be empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import before
from dakehu.present.block import BlockData, Tile, note, tiles
from dakehu.present.sales_forecast.accuracy import record
from dakehu.present.sales_forecast.labels import REASONS
from dakehu.present.sales_forecast.landing import against, rows_of
from dakehu.present.sales_forecast.pull_forward import pulled
from dakehu.present.sales_forecast.words import NAIVE, part, period, span, total_model
from dakehu.present.text import MISSING, Text

LIKELY, UNLIKELY = 0.7, 0.3
NOTABLE_BIAS = 0.05


def headline(text: Text, result: Any, previous: Mapping[str, tuple[float, str]]) -> BlockData:
    """The tiles of page one."""
    value = {name: figure for name, (figure, _) in result.figures.items()}
    rows = rows_of(result)
    if not rows and "forecast_amount" not in value:
        return _no_total(text, result)
    first = (
        _landing_tiles(text, result, rows)
        if rows
        else [
            _forecast_tile(text, result, value, previous),
            _growth_tile(text, result, value, previous),
        ]
    )
    return tiles(
        *first,
        *_change_tile(text, result),
        _accuracy_tile(text, result, previous),
        *_pipeline_tile(text, result, previous),
        *_pulled_tile(text, result, previous),
    )


def _landing_tiles(text: Text, result: Any, rows: list[dict[str, Any]]) -> list[Tile]:
    """The shortest and the longest running period, then the chance to reach their targets.

    Periods pass, so that these say nothing of the last run: the bridge does.
    """
    names = ("landing_amount", "landing_year_amount")
    ends = [rows[0], rows[-1]] if len(rows) > 1 else [rows[0]]
    items = [
        Tile(
            name,
            text("{period}: landing", period=period(text, row["first_month"], row["last_month"])),
            text.amount(row["forecast_amount"]),
            text(
                "{interval}; {against}",
                interval=span(text, row["low_80_amount"], row["high_80_amount"]),
                against=against(text, result, row),
            ),
            tone=_tone(row["probability_to_reach"]),
        )
        for name, row in zip(names, ends, strict=False)
    ]
    judged = [row for row in rows if row["probability_to_reach"] is not None]
    return [*items, _chance_tile(text, judged)] if judged else items


def _chance_tile(text: Text, judged: list[dict[str, Any]]) -> Tile:
    """The chance of the shortest period with a target, beside it that of the longest."""
    first, last = judged[0], judged[-1]
    remark = (
        text(
            "{period}: {chance}",
            period=period(text, last["first_month"], last["last_month"]),
            chance=text.percent(last["probability_to_reach"], 0),
        )
        if last is not first
        else text("chance by past errors of such sums")
    )
    label = text(
        "Chance to reach the target, {period}",
        period=period(text, first["first_month"], first["last_month"]),
    )
    chance = first["probability_to_reach"]
    return Tile("landing_probability", label, text.percent(chance, 0), remark, tone=_tone(chance))


def _tone(chance: float | None) -> str:
    if chance is None:
        return ""
    return "good" if chance >= LIKELY else "bad" if chance < UNLIKELY else "warn"


def _forecast_tile(text: Text, result: Any, value: Mapping[str, Any], previous: Mapping) -> Tile:
    """The sum over the horizon; without an interval for it, the next month's level instead."""
    if value["forecast_low_80_amount"] is None:
        low, high = value["next_month_low_80_amount"], value["next_month_high_80_amount"]
        return Tile(
            "next_month_amount",
            text("Next month"),
            text.amount(value["next_month_amount"]),
            span(text, low, high),
            before(text, previous, "next_month_amount"),
            "warn",
        )
    low, high = value["forecast_low_80_amount"], value["forecast_high_80_amount"]
    return Tile(
        "forecast_amount",
        text("Next {n} months", n=result.horizon_months),
        text.amount(value["forecast_amount"]),
        span(text, low, high),
        before(text, previous, "forecast_amount"),
    )


def _growth_tile(text: Text, result: Any, value: Mapping[str, Any], previous: Mapping) -> Tile:
    growth = value["forecast_growth"]
    if growth is None:
        remark = text("not stated: history too short for a season")
    elif total_model(result)[0] == NAIVE:
        remark = text("the plain rule repeats the year before")
    else:
        remark = text("against the last {n} months", n=result.horizon_months)
    return Tile(
        "forecast_growth",
        text("Expected change"),
        text.change(growth),
        remark,
        before(text, previous, "forecast_growth"),
        "warn" if growth is None else "",
    )


def _change_tile(text: Text, result: Any) -> list[Tile]:
    if result.bridge is None:
        remark = (
            text("no earlier forecast kept")
            if result.is_first_run
            else text("the last forecast does not speak of this period")
        )
        return [
            Tile("bridge_change_amount", text("Change since the last forecast"), MISSING, remark)
        ]
    change = result.bridge.change_amount
    return [
        Tile(
            "bridge_change_amount",
            text("Change since the last forecast"),
            text.signed(change),
            text("since the forecast of {date}", date=text.date(result.bridge.made_on)),
            tone="good" if change > 0 else "warn" if change < 0 else "",
        )
    ]


def _accuracy_tile(text: Text, result: Any, previous: Mapping) -> Tile:
    found = record(result)
    facts = {"naive": text.percent(found.naive_wape), "bias": text.change(found.bias)}
    if found.cycle_count == 1:
        remark = text("last forecast as made; seasonal naive {naive}; bias {bias}", **facts)
    elif found.cycle_count:
        remark = text(
            "last {n} forecasts as made; seasonal naive {naive}; bias {bias}",
            n=found.cycle_count,
            **facts,
        )
    else:
        remark = text("backtest; seasonal naive {naive}; bias {bias}", **facts)
    is_poor = found.is_beaten or abs(found.bias or 0) >= NOTABLE_BIAS
    return Tile(
        "forecast_wape",
        text("Past error (WAPE) by month"),
        text.percent(found.wape),
        remark if found.wape is not None else text("too few past errors to tell"),
        before(text, previous, "forecast_wape"),
        "warn" if is_poor else "",
    )


def _pipeline_tile(text: Text, result: Any, previous: Mapping) -> list[Tile]:
    deals = part(result, "deals")
    if deals is None:
        return []
    counted = deals.filter(pl.col("weighted_amount").is_not_null())
    if counted.is_empty():
        return []  # not zero: no open deal says its amount, day and chance
    return [
        Tile(
            "pipeline_weighted_amount",
            text("Open deals times their chance"),
            text.amount(counted["weighted_amount"].sum()),
            text(
                "{n} deals, bids of {amount}",
                n=text.count(counted.height),
                amount=text.amount(counted["bid_amount"].sum()),
            ),
            before(text, previous, "pipeline_weighted_amount"),
        )
    ]


def _pulled_tile(text: Text, result: Any, previous: Mapping) -> list[Tile]:
    found = pulled(result)
    if found is None:
        return []
    facts = {"share": text.percent(abs(found.share or 0))}
    if found.amount < 0:
        label = text("Bought by distributors below their demand")
        bounds, earlier = span(text, -found.high, -found.low), ""
        remark = text("nothing pulled forward; {share} of their purchases", **facts)
    else:
        label = text("Bought ahead by distributors")
        bounds = span(text, found.low, found.high)
        earlier = before(text, previous, "pulled_forward_amount")
        remark = text("{share} of their purchases", **facts)
    return [
        Tile(
            "pulled_forward_amount",
            label,
            text.amount(abs(found.amount)),
            text("{remark}; {interval}", remark=remark, interval=bounds),
            earlier,
            "warn" if found.low > 0 else "",
        )
    ]


def _no_total(text: Text, result: Any) -> BlockData:
    rows = result.table("not_forecast")
    message = REASONS[rows["reason"].item()] if rows.height else MISSING
    return note(text("The total is not forecast: {reason}.", reason=text(message)))
