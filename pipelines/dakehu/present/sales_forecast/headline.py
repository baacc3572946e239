"""The sales forecast at a glance: headline tiles, and the names of its figures, rules and models.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dakehu.present.appendix import N_, before
from dakehu.present.block import BlockData, Tile, note, tiles
from dakehu.present.text import MISSING, Text

LABELS = {
    "month_count": N_("Complete months of history"),
    "region_count": N_("Regions forecast"),
    "not_forecast_count": N_("Series not forecast"),
    "forecast_amount": N_("Forecast for the horizon, total"),
    "forecast_low_80_amount": N_("Lower end of the 80% interval"),
    "forecast_high_80_amount": N_("Upper end of the 80% interval"),
    "next_month_amount": N_("Forecast for the next month, total"),
    "next_month_low_80_amount": N_("Next month, lower end of the 80% interval"),
    "next_month_high_80_amount": N_("Next month, upper end of the 80% interval"),
    "last_amount": N_("Sales in the same count of months just past"),
    "forecast_growth": N_("Forecast against the months just past"),
    "region_gap_amount": N_("Sum of the regions less the total"),
    "wape_chosen": N_("WAPE of the model used, total"),
    "wape_median_of_four": N_("WAPE of the median of four, total"),
    "wape_dynamic_optimized_theta": N_("WAPE of Theta, total"),
    "wape_seasonal_naive": N_("WAPE of the naive forecast, total"),
    "bias_chosen": N_("Bias of the model used, total"),
    "bias_median_of_four": N_("Bias of the median of four, total"),
    "bias_dynamic_optimized_theta": N_("Bias of Theta, total"),
    "bias_seasonal_naive": N_("Bias of the naive forecast, total"),
    "coverage_80": N_("Coverage of the 80% intervals"),
    "coverage_95": N_("Coverage of the 95% intervals"),
}

RULES = {
    "min_months": N_("Months a series needs to be forecast at all"),
    "seasonal_months": N_("Months a seasonal model needs to be fitted"),
    "min_cutoffs": N_("Further months it needs to be tested before it is used"),
    "max_cutoffs": N_("Past days (month ends) that the backtest goes back to, at most"),
    "stopped_months": N_("A series without sales for so many months is not forecast"),
    "pipeline_min_deals": N_("Closed deals that a sales stage needs for a hit rate of its own"),
    "memory_cycles": N_("Past runs over which kept forecasts are judged"),
    "forecast_weight": N_("Weight of the forecast beside the potential when a target is split"),
    "overload_line": N_("A target above so many times what can be carried is an overload"),
    "service_level": N_("Chance that the stock lasts the lead time"),
    "usual_lead_days": N_("Lead time in days where no delivery is recorded"),
    "scenarios": N_("Scenarios written in the pipeline file"),
    "max_regions": N_("Regions with a series of their own, at most"),
    "max_families": N_("Product families with a series of their own, at most"),
    "max_distributors": N_("Distributors with a series of their own, at most"),
    "min_member_share": N_("Members below this share of the last 12 months are pooled as others"),
    "stopped_months": N_(
        "A series without sales for so many months is not forecast; sold again, it is a new one"
    ),
    "backtest_months": N_("Months that the past days of the backtest are spread over, at most"),
    "max_histories": N_("Series times past days, about: many series need fewer past days"),
    "choice_cutoffs": N_("Past days that another model must be judged on to replace the default"),
    "choice_margin_share": N_("Share by which its error must be smaller"),
    "intermittent_interval_months": N_(
        "Months per month with sales from which a series counts as intermittent"
    ),
}

REASONS = {
    "too_short": N_("history too short"),
    "all_zero": N_("no sales at all"),
    "stopped": N_("no sales for a long time"),
}

MEDIAN, NAIVE = "median_of_four", "seasonal_naive"
MODELS = {
    MEDIAN: N_("Median of four models"),
    "dynamic_optimized_theta": N_("Theta (dynamic optimised)"),
    "croston_sba": N_("Croston's method (SBA), for intermittent sales"),
    "tsb": N_("TSB, for intermittent sales"),
    "adida": N_("ADIDA, for intermittent sales"),
    "imapa": N_("IMAPA, for intermittent sales"),
}
NO_REGION = "-"


def model_name(text: Text, model: str, is_seasonal: bool) -> str:
    """A model in words; without a season the naive forecast repeats the last month."""
    if model != NAIVE:
        return text(MODELS[model])
    if is_seasonal:
        return text("Seasonal naive (same month a year before)")
    return text("Naive (last month repeated)")


def region_name(text: Text, key: str, name: str) -> str:
    """A region's name; sales of customers without a region stand under one of their own."""
    return text("(no region)") if key in ("", NO_REGION) else name


def interval(text: Text, low: Any, high: Any) -> str:
    """An 80% interval in words, or that there is none."""
    if low is None or high is None:
        return text("no 80% interval: too few past errors")
    return text("80%: {low} to {high}", low=text.amount(low), high=text.amount(high))


def headline(text: Text, result: Any, previous: Mapping[str, tuple[float, str]]) -> BlockData:
    """The tiles of page one."""
    value = {name: figure for name, (figure, _) in result.figures.items()}
    if "forecast_amount" not in value:
        return _no_total(text, result)
    return tiles(
        _forecast_tile(text, result, value, previous),
        Tile(
            "last_amount",
            text("Last {n} months", n=min(result.horizon_months, value["month_count"])),
            text.amount(value["last_amount"]),
            text("up to {month}", month=text.month(result.last_month)),
            before(text, previous, "last_amount"),
        ),
        _growth_tile(text, result, value, previous),
        Tile(
            "wape_chosen",
            text("Past error (WAPE) by month"),
            text.percent(value.get("wape_chosen")),
            text(
                "median of four {median}, naive {naive}",
                median=text.percent(value.get(f"wape_{MEDIAN}")),
                naive=text.percent(value.get(f"wape_{NAIVE}")),
            ),
            before(text, previous, "wape_chosen"),
            "" if total_model(result)[0] == MEDIAN else "warn",
        ),
        _coverage_tile(text, value, previous),
    )


def _forecast_tile(text: Text, result: Any, value: Mapping[str, Any], previous: Mapping) -> Tile:
    """The sum over the horizon; without an interval for it, the next month's level instead."""
    if value["forecast_low_80_amount"] is None:
        low, high = value["next_month_low_80_amount"], value["next_month_high_80_amount"]
        return Tile(
            "next_month_amount",
            text("Next month"),
            text.amount(value["next_month_amount"]),
            interval(text, low, high),
            before(text, previous, "next_month_amount"),
            "warn",
        )
    low, high = value["forecast_low_80_amount"], value["forecast_high_80_amount"]
    return Tile(
        "forecast_amount",
        text("Next {n} months", n=result.horizon_months),
        text.amount(value["forecast_amount"]),
        interval(text, low, high),
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


def _coverage_tile(text: Text, value: Mapping[str, Any], previous: Mapping) -> Tile:
    reached = value.get("coverage_80")
    wide_of_mark = reached is None or abs(reached - 0.80) > 0.10
    return Tile(
        "coverage_80",
        text("80% intervals held in"),
        text.percent(reached),
        text("95% intervals: {share}", share=text.percent(value.get("coverage_95")))
        if reached is not None
        else text("too few past errors to tell"),
        before(text, previous, "coverage_80"),
        "warn" if wide_of_mark else "good",
    )


def _no_total(text: Text, result: Any) -> BlockData:
    rows = result.table("not_forecast")
    message = REASONS[rows["reason"].item()] if rows.height else MISSING
    return note(text("The total is not forecast: {reason}.", reason=text(message)))


def total_model(result: Any) -> tuple[str, bool]:
    """The model of the total and whether it knows a season; ("", False) where there is none."""
    rows = result.table("outlook").select("model", "is_seasonal").rows()
    return rows[0] if rows else ("", False)


def named_regions(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with key_name in words where a series has no region."""
    names = [region_name(text, *row) for row in frame.select("key", "key_name").iter_rows()]
    return frame.with_columns(pl.Series("key_name", names, dtype=pl.String))
