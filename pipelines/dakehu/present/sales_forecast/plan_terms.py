"""What the numbers around the forecast mean: landing, pipeline, measures, quotas, supply."""

from __future__ import annotations

from typing import Any

from dakehu.present.block import BlockData, Definition, definitions
from dakehu.present.text import Text


def planning(text: Text, result: Any) -> BlockData:
    """Landing, chance, bridge, pipeline, split and supply, with the policy values that they use."""
    policy = result.policy
    return definitions(
        Definition(
            text("Landing"),
            text(
                "Sales of the months closed + forecast of the rest + open deals times their chance"
                " + what usually comes of deals not known yet."
            ),
        ),
        Definition(
            text("Interval and chance of a landing"),
            text(
                "From past errors of sums of as many months, each counted with either sign; never"
                " by adding bounds of months. A target at the landing is reached with one half."
            ),
        ),
        Definition(
            text("Change since the last forecast"),
            text(
                "From forecasts as they were kept: sales of months closed since less what was"
                " forecast for them; corrections; revisions of pipeline, calendar, events; the rest"
                " is the model. The parts sum to the change, to the cent."
            ),
        ),
        Definition(
            text("Hit rate"),
            text(
                "Won ÷ closed of the deals that came at least to the stage; below {n} closed deals"
                " that of all.",
                n=text.count(policy.pipeline_min_deals),
            ),
            text("per cent"),
        ),
        Definition(
            text("Split of a target"),
            text(
                "total × (w × share of the forecast + (1 − w) × share of the potential), w = {w};"
                " nobody above its capacity. Overload is flagged above {line}.",
                w=text.number(policy.forecast_weight, 2),
                line=text.number(policy.overload_line, 1),
            ),
        ),
        Definition(
            text("Reorder point"),
            text(
                "Demand over the lead time + safety stock for a service level of {level}; {days}"
                " days of lead time where no delivery is recorded.",
                level=text.percent(policy.service_level, 0),
                days=text.number(policy.usual_lead_days, 0),
            ),
        ),
    )


def events(text: Text, result: Any) -> BlockData:
    """Measures, losses, pull-forward, ramp-up and the calendar."""
    policy = result.policy
    return definitions(
        Definition(
            text("Extra sales of a measure"),
            text(
                "What was sold less what similar series that it did not touch let expect; the"
                " interval (80%) is that of the same sum in months and series without it."
            ),
        ),
        Definition(
            text("Cost per unit of extra sales"),
            text("Cost of the measure ÷ its extra sales, where these are above zero."),
            text("ratio"),
        ),
        Definition(
            text("Trend before"),
            text(
                "Whether the series moved away from its comparison in the 12 months before: if so,"
                " part of the effect may be older than the measure."
            ),
        ),
        Definition(
            text("Documented losses"),
            text(
                "Ordered less shipped, at the line's price: cancelled, or given up {days} days past"
                " the promised date, and not ordered anew.",
                days=text.count(policy.lost_after_days),
            ),
        ),
        Definition(
            text("Estimated losses"),
            text(
                "Mean daily sales in stock × days out of stock, at most {cap} of a month.",
                cap=text.percent(policy.outage_cap, 0),
            ),
        ),
        Definition(
            text("Bought ahead"),
            text(
                "What distributors bought beyond what they sold on at their usual ratio; without"
                " sell-out, what a month's last days brought beyond the usual."
            ),
        ),
        Definition(
            text("Lunar New Year taken out"),
            text(
                "The effect of the holiday's date is estimated per series, used only where a"
                " backtest of January to March is better with it, and divided out."
            ),
        ),
    )
