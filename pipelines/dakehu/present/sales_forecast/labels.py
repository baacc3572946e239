"""Names of the figures, rules and reasons of the sales forecast."""

from __future__ import annotations

from dakehu.present.appendix import N_

LABELS = {
    "month_count": N_("Complete months of history"),
    "series_count": N_("Series forecast"),
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
    "wape_chosen": N_("WAPE of the model used, total"),
    "wape_dynamic_optimized_theta": N_("WAPE of Theta, total"),
    "wape_seasonal_naive": N_("WAPE of the naive forecast, total"),
    "bias_chosen": N_("Bias of the model used, total"),
    "bias_dynamic_optimized_theta": N_("Bias of Theta, total"),
    "bias_seasonal_naive": N_("Bias of the naive forecast, total"),
    "landing_amount": N_("Landing of the running period"),
    "landing_year_amount": N_("Landing of the running year"),
    "landing_probability": N_("Chance to reach the target of the running period"),
    "bridge_change_amount": N_("Change of the landing since the last forecast"),
    "forecast_wape": N_("Error of the forecasts as they were made, total"),
    "forecast_bias": N_("Bias of the forecasts as they were made, total"),
    "pipeline_weighted_amount": N_("Open deals times their chance to be won"),
    "pulled_forward_amount": N_("Purchases pulled forward by distributors"),
    "quota_unplaced_amount": N_("Target that no capacity can take"),
    "wape_median_of_four": N_("WAPE of the median of four, total"),
    "bias_median_of_four": N_("Bias of the median of four, total"),
    "coverage_80": N_("Coverage of the 80% intervals"),
    "coverage_95": N_("Coverage of the 95% intervals"),
}

RULES = {
    "min_months": N_("Months a series needs to be forecast at all"),
    "seasonal_months": N_("Months a seasonal model needs to be fitted"),
    "min_cutoffs": N_("Further months it needs to be tested before it is used"),
    "max_cutoffs": N_("Past days (month ends) that the backtest goes back to, at most"),
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
    "max_regions": N_("Regions with a series of their own, at most"),
    "max_families": N_("Product families with a series of their own, at most"),
    "max_distributors": N_("Distributors with a series of their own, at most"),
    "min_member_share": N_("Members below this share of the last 12 months are pooled as others"),
    "calendar_effects": N_("The moving date of Lunar New Year is looked for"),
    "calendar_origins": N_("Years of which January to March are used to test the calendar"),
    "calendar_min_origins": N_("Such years a series needs to choose for itself"),
    "calendar_margin": N_("By so much the calendar must lessen the error to be used (share)"),
    "lost_after_days": N_("Days past its promised date after which an order is given up"),
    "outage_cap": N_("Of a month's days an outage counts this share at most"),
    "pipeline_min_deals": N_("Closed deals that a sales stage needs for a hit rate of its own"),
    "memory_cycles": N_("Past runs over which kept forecasts are judged"),
    "memory_min_cycles": N_("Past runs from which on it is said whether their intervals held"),
    "forecast_weight": N_("Weight of the forecast beside the potential when a target is split"),
    "overload_line": N_("A target above so many times what can be carried is an overload"),
    "service_level": N_("Chance that the stock lasts the lead time"),
    "usual_lead_days": N_("Lead time in days where no delivery is recorded"),
    "scenarios": N_("Scenarios written in the pipeline file"),
}

REASONS = {
    "too_short": N_("history too short"),
    "all_zero": N_("no sales at all"),
    "stopped": N_("no sales for a long time"),
    "too_small": N_("too small to stand alone"),
    "one_member": N_("only one member: it would say what the total says"),
    "not_stated": N_("no source states it"),
}
