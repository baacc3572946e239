"""The sales forecast whole: base, pipeline, landing, why it changed, what could be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from dakehu.analysis import calendar_effects
from dakehu.analysis.sales_forecast import (
    global_model,
    landing,
    lost_sales,
    memory,
    outlook,
    ramp_up,
    scenarios,
    targets,
)
from dakehu.analysis.sales_forecast.backtest import SERIES
from dakehu.analysis.sales_forecast.base import Base, base_of
from dakehu.analysis.sales_forecast.bridge import Bridge, bridge_of
from dakehu.analysis.sales_forecast.channel import channel_demand
from dakehu.analysis.sales_forecast.channel_load import pulled_of
from dakehu.analysis.sales_forecast.figures import figures_of
from dakehu.analysis.sales_forecast.pipeline import Pipeline, pipeline_of
from dakehu.analysis.sales_forecast.policy import Policy
from dakehu.analysis.sales_forecast.quota import Split
from dakehu.analysis.sales_forecast.split import running_split
from dakehu.analysis.sales_forecast.supply import lead_times, supply_of

TOTAL = "total"
LUNAR_CURRENCY = "CNY"


@dataclass(frozen=True)
class SalesForecast:
    """What the report shows. Amounts are in the pipeline's currency, months are fiscal months.

    `tables` are those of the contract and what the page shows besides; one whose data no source
    has is absent or empty. `landing` are the rows of target_gap that page one speaks of, `bridge`
    is the way from the last forecast of the first of them; `is_first_run` where none was kept.
    """

    last_month: date
    horizon_months: int
    coverage_rule: str
    policy: Policy
    history: pl.DataFrame
    series: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    landing: pl.DataFrame
    bridge: Bridge | None
    is_first_run: bool
    method: str
    split: Split | None
    figures: dict[str, tuple[float | None, str]] = field(default_factory=dict)

    @property
    def has_global_model(self) -> bool:
        """Whether LightGBM could be loaded; without it the median is of three models."""
        return global_model.is_available()

    @property
    def is_seasonal(self) -> bool:
        """Whether the total has enough months for a seasonal model."""
        return bool(self.series.filter(pl.col("level") == TOTAL)["is_seasonal"].any())

    def table(self, name: str, level: str = TOTAL) -> pl.DataFrame:
        """The rows of table `name` at one level."""
        return self.tables[name].filter(pl.col("level") == level)


def analyse(
    read: Mapping[str, pl.DataFrame],
    as_of: date,
    horizon_months: int = 12,
    policy: Policy | None = None,
    *,
    currency: str = LUNAR_CURRENCY,
    closes_on: int = 31,
    kept: pl.DataFrame | None = None,
    run_id: str = "",
) -> SalesForecast:
    """Forecast the marts `read` (see MARTS) `horizon_months` past their last complete month.

    `closes_on` is the day on which fiscal months close, `kept` the table forecasts of earlier runs.
    The Lunar New Year is looked for where sales are in yuan.

    Raises:
        ValueError: no month is left up to `as_of`, or a scenario of the policy cannot be.
    """
    policy = policy or Policy()
    is_chinese = currency == LUNAR_CURRENCY
    written = scenarios.written(policy.scenarios)
    monthly = read["monthly"].filter(pl.col("month") <= as_of)
    last_month: date | None = monthly["month"].max()  # ty: ignore[invalid-assignment]
    sales = targets.credited_sales(read["credited"], last_month or as_of)
    base = base_of(
        read,
        targets.holders(sales),
        as_of,
        horizon_months,
        policy,
        closes_on=closes_on,
        has_lunar_year=is_chinese,
    )
    assert last_month is not None  # base_of has refused an empty history
    pipe = pipeline_of(
        read["deals"],
        as_of,
        last_month,
        _outside(monthly),
        month_end_day=closes_on,
        min_deals=policy.pipeline_min_deals,
    )
    goals = targets.targets_of(read["quotas"], base.history, last_month)
    landed = landing.landings(goals, sales, *_ahead(base), last_month, pipe, ("pool",))
    now = _kept_now(base, pipe, sales, horizon_months, as_of, run_id)
    past = memory.memory_of(
        pl.DataFrame() if kept is None else kept,
        base.history,
        policy.memory_cycles,
        policy.memory_min_cycles,
    )
    headline = landing.headline(landed)
    bridge = None
    if headline.height:
        first = headline.row(0, named=True)
        bridge = bridge_of(past.previous, now, first["first_month"], first["last_month"])
    ahead = outlook.outlook_table(base, horizon_months)
    split = running_split(read, landed, ahead, policy)
    tables = {
        "forecast": outlook.forecast_table(base),
        "backtest": outlook.backtest_table(base),
        "accuracy": outlook.accuracy_table(base),
        "outlook": ahead,
        "not_forecast": outlook.not_forecast_table(base),
        "reconciliation": base.methods,
        "target_gap": landed,
        "forecasts": now,
        "forecast_memory": past.accuracy,
        "deals": pipe.deals,
        "hit_rates": pipe.hit_rates,
        "taken_out": read["taken_out"].filter(pl.col("month") <= as_of),
        "lunar_growth": outlook.growth_table(base),
        "calendar": base.calendar.choice,
        "history_changes": base.changes,
        "measures": _measures(base),
        "pull_forward": pulled_of(read, as_of),
        "channel_demand": channel_demand(read["channel"].filter(pl.col("month") <= as_of)),
        "ramp_up": ramp_up.ramp_up(_accounts(read["accounts"], as_of)),
        "time_to_serve": ramp_up.time_to_serve(read["first_supplies"]),
        "lost_sales": lost_sales.lost_sales_of(
            read["lost_lines"], read["outages"], monthly["month"].unique(), as_of, policy
        ).table,
        "scenarios": _scenarios(base, written),
        "supply": _supply(base, read, policy),
        **({"working_days": outlook.working_days_table(base, closes_on)} if is_chinese else {}),
        **({"bridge": bridge.components} if bridge else {}),
        **({"quota_split": split.quota_split} if split else {}),
    }
    result = SalesForecast(
        last_month=last_month,
        horizon_months=horizon_months,
        coverage_rule=base.rule,
        policy=policy,
        history=base.history,
        series=base.kinds,
        tables={name: _in_money(table) for name, table in tables.items()},
        landing=headline,
        bridge=bridge,
        is_first_run=past.is_first,
        method=base.method,
        split=split,
    )
    result.figures.update(figures_of(result))
    return result


def _in_money(table: pl.DataFrame) -> pl.DataFrame:
    """Every amount of a table as money; what an extra yuan costs is a ratio."""
    amounts = pl.selectors.float() & pl.selectors.ends_with("_amount")
    ratio = pl.selectors.by_name("cost_per_extra_amount", require_all=False)
    return table.with_columns((amounts - ratio).round(2).cast(outlook.MONEY))


def _outside(monthly: pl.DataFrame) -> pl.DataFrame:
    """Past sales that the base leaves out, every month of the series that deals can be told by."""
    levels = pl.col("level").is_in([TOTAL, "region", "key_account"])
    amount = (pl.col("net_amount") - pl.col("base_amount")).cast(pl.Float64)
    return monthly.filter(levels).select(*SERIES, "month", amount.alias("amount"))


def _ahead(base: Base) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Forecast and past errors of every series that can hold a target, with what pools them."""
    made, past = base.holders
    columns = [*SERIES, "month", "mean_amount", "scale", "is_floored", "pool"]
    forecast = pl.concat(
        [
            base.published.with_columns(
                pl.col("mean_amount").cast(pl.Float64), pool=pl.col("level")
            ).select(columns),
            made.with_columns(pool=pl.lit("holders")).select(columns),
        ]
    )
    columns = [*SERIES, "cutoff", "model", "horizon", "error", "scale", "pool"]
    errors = pl.concat(
        [
            base.past.with_columns(pool=pl.col("level")).select(columns),
            past.with_columns(pool=pl.lit("holders")).select(columns),
        ]
    )
    return forecast, errors


def _kept_now(
    base: Base,
    pipe: Pipeline,
    sales: pl.DataFrame,
    horizon_months: int,
    as_of: date,
    run_id: str,
) -> pl.DataFrame:
    """The table forecasts of this run."""
    total = base.published.filter(pl.col("level") == TOTAL).select(
        *SERIES, "month", pl.col("mean_amount").cast(pl.Float64)
    )
    plain = calendar_effects.adjusted(total.rename({"mean_amount": "amount"}), base.calendar)
    moved = total.join(plain, on=[*SERIES, "month"]).select(
        *SERIES, "month", amount=pl.col("mean_amount") - pl.col("amount")
    )
    deals = pipe.monthly(TOTAL, TOTAL, horizon_months).select(
        pl.lit(TOTAL).alias("level"), pl.lit(TOTAL).alias("key"), "month", "amount"
    )
    effects = {"pipeline": deals, "calendar": moved}
    return memory.forecasts_of(base.published, base.naive, sales, effects, as_of, run_id)


def _measures(base: Base) -> pl.DataFrame:
    """All events; those that could be measured with lift, bounds and cost per extra yuan."""
    amounts = ["lift_amount", "low_amount", "high_amount"]
    return base.measures.details.drop(amounts).join(
        base.measures.table, on="event_id", how="left", maintain_order="left"
    )


def _scenarios(base: Base, written: Mapping[str, Any]) -> pl.DataFrame:
    """The forecast under each measure taken again and under the pipeline file's scenarios."""
    details = base.measures.details.filter(~pl.col("is_lasting") & base.measures.is_told)
    months = (pl.col("last_month").dt.year() - pl.col("first_month").dt.year()) * 12 + (
        pl.col("last_month").dt.month() - pl.col("first_month").dt.month() + 1
    )
    region = scenarios.regions_of(base.changes, base.published)
    taken = (
        details.join(region, on="event_id", how="left")
        .with_columns(
            lift_share="effect",
            low="low_effect",
            high="high_effect",
            month_count=months.cast(pl.Int64),
            level=pl.when(pl.col("key").is_not_null()).then(pl.lit("region")),
        )
        .select("event_id", "lift_share", "low", "high", "month_count", "level", "key")
    )
    every = scenarios.of_measures(taken) | dict(written)
    return scenarios.scenarios_of(base.published, every)


def _supply(base: Base, read: Mapping[str, pl.DataFrame], policy: Policy) -> pl.DataFrame:
    leads = lead_times(read["lead_times"], policy.usual_lead_days)
    forecast = base.published.with_columns(pl.col("mean_amount").cast(pl.Float64))
    return supply_of(forecast, base.past, leads, read["stock_at_hand"], policy.service_level)


def _accounts(accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Sales per customer group and month as `ramp_up` reads them."""
    return accounts.filter(pl.col("month") <= as_of).select(
        "customer_id", "month", amount=pl.col("net_amount").cast(pl.Float64)
    )
