"""What the sales forecast says in sentences.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Finding, findings
from dakehu.present.sales_forecast.words import (
    CHOSEN,
    NAIVE,
    model_name,
    named,
    total_model,
)
from dakehu.present.text import Text

NOTABLE_GAP = 0.10
NOTABLE_LEVEL = 0.25
TOWERING = 2.5


def outlook(text: Text, result: Any) -> BlockData:
    """What is to be said of the months ahead, most important first."""
    return findings(
        *ahead(text, result),
        *_short(text, result),
        *_standing_out(text, result),
        *_model(text, result),
        *_coverage(text, result),
        *_regions(text, result),
        *_not_forecast(text, result),
    )


def ahead(text: Text, result: Any) -> list[Finding]:
    """The sum over the horizon, and how sure it is."""
    items = []
    for row in result.table("outlook").iter_rows(named=True):
        facts = {
            "n": result.horizon_months,
            "amount": text.amount(row["forecast_amount"]),
            "last": text.amount(row["last_amount"]),
        }
        if row["growth"] is None:
            said = text("The next {n} months are forecast at {amount}.", **facts)
        else:
            facts["change"] = text.change(row["growth"])
            said = text(
                "The next {n} months are forecast at {amount}, {change} against the last {n} "
                "({last}).",
                **facts,
            )
        items.append(Finding(said))
        items.append(_certainty(text, row, facts))
    return items


def _certainty(text: Text, row: dict[str, Any], facts: dict[str, Any]) -> Finding:
    if row["low_80_amount"] is None:
        said = text(
            "There is no interval for this sum: no past forecast reaches {n} months ahead often "
            "enough to be judged.",
            **facts,
        )
        return Finding(said, "warn")
    cutoffs = row["sum_cutoff_count"]
    facts |= {"low": text.amount(row["low_80_amount"]), "high": text.amount(row["high_80_amount"])}
    facts |= {"errors": text.count(row["sum_score_count"]), "cutoffs": cutoffs}
    if cutoffs == 1:
        said = text(
            "With 80% certainty it lies between {low} and {high}. That rests on one past year "
            "only ({errors} series): read it as a rough range.",
            **facts,
        )
    else:
        said = text(
            "With 80% certainty it lies between {low} and {high}, judged by {errors} past sums of "
            "{n} months from {cutoffs} past days.",
            **facts,
        )
    return Finding(said, "warn" if cutoffs == 1 else "")


def _short(text: Text, result: Any) -> list[Finding]:
    model, is_seasonal = total_model(result)
    if is_seasonal or not model:
        return []
    policy = result.policy
    said = text(
        "There are only {n} complete months. A season needs {fit} months to be fitted and {test} "
        "more to be tested, so the forecast carries on the level of the latest months and knows no "
        "high and low season: no statement of growth.",
        n=result.figures["month_count"][0],
        fit=policy.seasonal_months,
        test=policy.min_cutoffs,
    )
    return [Finding(said, "warn"), *_off_season(text, result)]


def _off_season(text: Text, result: Any) -> list[Finding]:
    """A level that is far from the mean month may be that of a high or low season."""
    months = result.history.filter(pl.col("level") == "total").tail(12)
    mean, level = months["amount"].mean(), result.figures["next_month_amount"][0]
    if not mean or abs(level / mean - 1) < NOTABLE_LEVEL:
        return []
    facts = {
        "level": text.amount(level),
        "change": text.change(level / mean - 1),
        "n": months.height,
    }
    said = (
        text(
            "That level, {level} a month, is {change} against the mean of the last {n} months: if "
            "these were a high season, the forecast is too high.",
            **facts,
        )
        if level > mean
        else text(
            "That level, {level} a month, is {change} against the mean of the last {n} months: if "
            "these were a low season, the forecast is too low.",
            **facts,
        )
    )
    return [Finding(said, "bad")]


def _standing_out(text: Text, result: Any) -> list[Finding]:
    """The month that towers over the others: one large deal sways the models."""
    months = result.history.filter(pl.col("level") == "total")
    top, usual = months.sort("amount").row(-1, named=True), months["amount"].median()
    if not usual or usual < 0 or top["amount"] < TOWERING * usual:
        return []
    said = text(
        "{month} stands out with {amount}, {times} times the usual month (median), although "
        "tenders and lumpy orders are taken out: it sways the forecast and widens the intervals.",
        month=text.month(top["month"]),
        amount=text.amount(top["amount"]),
        times=text.number(top["amount"] / usual, 1),
    )
    return [Finding(said, "warn")]


def _model(text: Text, result: Any) -> list[Finding]:
    model, is_seasonal = total_model(result)
    own, naive = (result.figures.get(f"wape_{name}", (None,))[0] for name in (CHOSEN, NAIVE))
    if own is None or naive is None:
        return []
    facts = {"naive": text.percent(naive), "plain": model_name(text, NAIVE, is_seasonal)}
    if model == NAIVE:
        said = text(
            "In the backtest of the total no model did better than the plain rule, which missed by "
            "{naive} of sales in a month; it is used. Plain rule: {plain}.",
            **facts,
        )
        return [Finding(said, "warn")]
    said = text(
        "In the backtest of the total the model used ({name}) missed by {own} of sales in a month, "
        "the plain rule by {naive}. Plain rule: {plain}.",
        name=model_name(text, model, is_seasonal),
        own=text.percent(own),
        **facts,
    )
    return [Finding(said)]


def _coverage(text: Text, result: Any) -> list[Finding]:
    overall = result.table("accuracy").filter(
        (pl.col("model") == "chosen") & pl.col("horizon").is_null()
    )
    reached = result.figures.get("coverage_80", (None,))[0]
    if reached is None or overall.is_empty():
        return []
    own = overall["coverage_80"].item()
    said = text(
        "Tested on months that did not help to set them, the 80% intervals held in {all} of all "
        "cases, for the total alone in {own} of {n} months.",
        all=text.percent(reached),
        own=text.percent(own),
        n=text.count(overall["judged_count"].item()),
    )
    is_far = own is not None and own < 0.80 - NOTABLE_GAP
    return [Finding(said, "warn" if is_far else "")]


def _regions(text: Text, result: Any) -> list[Finding]:
    regions = named(text, result.table("outlook", "region")).filter(pl.col("growth").is_not_null())
    if regions.height < 2:
        return []
    moved = regions.with_columns(
        (pl.col("forecast_amount") - pl.col("last_amount")).alias("moved")
    ).sort("moved", "key", descending=[True, False])
    best, worst = moved.row(0, named=True), moved.row(-1, named=True)
    items = []
    if best["moved"] > 0:
        said = text(
            "{name} is expected to add most: {moved} ({change}).",
            name=best["key_name"],
            moved=text.amount(best["moved"]),
            change=text.change(best["growth"]),
        )
        items.append(Finding(said, "good"))
    if worst["moved"] < 0:
        said = text(
            "{name} is expected to lose most: {moved} ({change}).",
            name=worst["key_name"],
            moved=text.amount(worst["moved"]),
            change=text.change(worst["growth"]),
        )
        items.append(Finding(said, "warn"))
    return items


def _not_forecast(text: Text, result: Any) -> list[Finding]:
    left = result.tables["not_forecast"].filter(pl.col("level") != "total")
    if left.is_empty():
        return []
    facts = {"n": left.height, "amount": text.amount(left["last_amount"].sum())}
    said = (
        text(
            "One series has no forecast of its own but stands among all others; it sold {amount} in"
            " the last 12 months.",
            **facts,
        )
        if left.height == 1
        else text(
            "{n} series, too small, too short or stopped, have no forecast of their own but stand"
            " among all others; they sold {amount} in the last 12 months.",
            **facts,
        )
    )
    return [Finding(said)]
