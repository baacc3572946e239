"""How the sales forecast is made, and the terms of its page."""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Definition, definitions, findings, note
from dakehu.present.sales_forecast.words import listed, part
from dakehu.present.text import Text


def method(text: Text, result: Any) -> BlockData:
    """How the intervals were tested, and the terms of this page."""
    rule = (
        text(
            "The interval of each past day was set only by errors already known on that day "
            "(prequential test)."
        )
        if result.coverage_rule == "prequential"
        else text(
            "The history is too short to test every day by earlier days only, so the interval of "
            "each past day was set by all other past days (leave one out). Later days help, so the "
            "coverage is a little flattering."
        )
    )
    return definitions(
        Definition(
            text("Backtest"),
            text(
                "From the end of each of the last months the forecast is made again with what was "
                "known then, and compared with what came."
            ),
        ),
        Definition(
            text("WAPE (weighted absolute percentage error)"),
            text("Sum of absolute errors by month, divided by the sum of sales."),
            text("per cent"),
        ),
        Definition(
            text("MASE"),
            text(
                "Mean absolute error divided by the mean absolute change on the year before (on "
                "the month before without a season) known at the time."
            ),
            text("ratio"),
        ),
        Definition(
            text("Bias"),
            text("Sum of forecasts less sales, divided by sales; above zero = too high."),
            text("per cent"),
        ),
        Definition(
            text("80% and 95% interval"),
            text(
                "Past errors of all series, each divided by the usual change of its series, are "
                "pooled per month ahead; the interval reaches as far as 80% (95%) of them did, "
                "corrected for few errors. Where there are too few, there is no interval."
            ),
        ),
        Definition(
            text("Interval of the sum"),
            text("From the errors of past sums, never by adding up the ends of monthly intervals."),
        ),
        Definition(text("Coverage"), rule),
        Definition(
            text("Model used"),
            text(
                "For each series the one with the lower WAPE in the backtest; the plain rule where "
                "nothing was better."
            ),
        ),
    )


PARTS = {
    "deals": N_("open deals"),
    "measures": N_("measures"),
    "lost_sales": N_("lost sales"),
    "quota_split": N_("the split of the target"),
    "supply": N_("supply"),
    "pull_forward": N_("pull-forward"),
}


def _is_known(result: Any, name: str) -> bool:
    """Whether a table says any amount; months alone, such as those of losses, are no knowledge."""
    found = part(result, name)
    if found is None:
        return False
    amounts = found.select(pl.selectors.ends_with("_amount"))
    return any(amounts[column].is_not_null().any() for column in amounts.columns)


def scope(text: Text, result: Any) -> BlockData:
    """What this forecast leaves out; each section says why. Nothing if it leaves nothing out."""
    missing = [text(what) for name, what in PARTS.items() if not _is_known(result, name)]
    if not missing:
        return findings()
    return note(
        text(
            "Not in this forecast: {parts}. Each section below says what data it needs.",
            parts=listed(text, missing),
        ),
        "",
    )
