"""Every threshold of the sales forecast: the pipeline file's [policy.sales_forecast]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dakehu.analysis.calendar_effects import CalendarRules


@dataclass(frozen=True)
class Policy(CalendarRules):
    """Thresholds of the report, in months unless they are counts or shares.

    A series sells intermittently from 1.32 months between months with sales: Syntetos, Boylan and
    Croston (2005), Journal of the Operational Research Society 56, 495-503.
    """

    min_months: int = 6
    seasonal_months: int = 24
    min_cutoffs: int = 3
    max_cutoffs: int = 12
    stopped_months: int = 12
    # landing, pipeline, quotas, scenarios, supply
    pipeline_min_deals: int = 10
    memory_cycles: int = 4
    memory_min_cycles: int = 3
    forecast_weight: float = 0.5
    overload_line: float = 1.2
    service_level: float = 0.95
    usual_lead_days: float = 14.0
    scenarios: Mapping[str, Any] = field(default_factory=dict)
    # hierarchy: how many members of a level stand by themselves
    max_regions: int = 20
    max_families: int = 10
    max_distributors: int = 40
    min_member_share: float = 0.005
    # events
    lost_after_days: int = 30
    outage_cap: float = 0.5
    # models
    backtest_months: int = 24
    max_histories: int = 4000
    choice_cutoffs: int = 6
    choice_margin_share: float = 0.10
    intermittent_interval_months: float = 1.32
