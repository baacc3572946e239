"""The four questions of page one in one sentence each.

`result` is the SalesForecast that analysis.sales_forecast returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Finding, findings
from dakehu.present.sales_forecast.accuracy import record
from dakehu.present.sales_forecast.bridge import SHORT, moved, without
from dakehu.present.sales_forecast.findings import ahead
from dakehu.present.sales_forecast.gaps import gaps, has_any_target, level_names, losses
from dakehu.present.sales_forecast.headline import LIKELY, NOTABLE_BIAS, UNLIKELY
from dakehu.present.sales_forecast.landing import has_target, last_year, period_of, rows_of
from dakehu.present.sales_forecast.words import MANY, WHERE, joined, listed, period, span
from dakehu.present.text import Text

SHOWN = 3


def sentences(text: Text, result: Any) -> BlockData:
    """Where we land, where the gap is, why it changed, how good the forecast has been."""
    return findings(
        *_landing(text, result),
        *_where(text, result),
        _why(text, result),
        *_quality(text, result),
    )


def _landing(text: Text, result: Any) -> list[Finding]:
    rows = rows_of(result)
    if not rows:
        return ahead(text, result)[:1]
    ends = [rows[0], rows[-1]] if len(rows) > 1 else rows
    said = [_period(text, result, row) for row in ends]
    if rows[0]["level"] == "distributors":
        said.append(text("Only distributors hold targets: this speaks of the sales to them."))
    if rows[0]["level"] == "people":
        said.append(text("Only sales people hold targets: this speaks of their sales."))
    chances = [
        row["probability_to_reach"] for row in ends if row["probability_to_reach"] is not None
    ]
    lowest = min(chances, default=None)
    tone = ""
    if lowest is not None:
        tone = "bad" if lowest < UNLIKELY else "good" if lowest >= LIKELY else "warn"
    return [Finding(joined(text, said), tone)]


def _period(text: Text, result: Any, row: dict[str, Any]) -> str:
    facts = {
        "period": period(text, row["first_month"], row["last_month"]),
        "amount": text.amount(row["forecast_amount"]),
        "interval": span(text, row["low_80_amount"], row["high_80_amount"]),
    }
    if not has_target(row):
        return _no_target(text, result, row, facts)
    facts |= {
        "target": text.amount(row["target_amount"]),
        "gap": text.amount(abs(row["gap_amount"])),
    }
    said = (
        text(
            "{period} lands at {amount} ({interval}), {gap} short of the target of {target}.",
            **facts,
        )
        if row["gap_amount"] < 0
        else text(
            "{period} lands at {amount} ({interval}), {gap} above the target of {target}.", **facts
        )
    )
    if row["probability_to_reach"] is None:
        return said
    chance = text(
        "The chance to reach it is {chance}.", chance=text.percent(row["probability_to_reach"], 0)
    )
    return joined(text, [said, chance])


def _no_target(text: Text, result: Any, row: dict[str, Any], facts: dict[str, Any]) -> str:
    earlier = last_year(result, row["first_month"], row["last_month"])
    known = row["level"] == "total" and earlier is not None
    if known:
        facts["change"] = text.change(float(row["forecast_amount"]) / earlier - 1)
    if not has_any_target(result):  # a sentence of its own says so
        if known:
            return text(
                "{period} lands at {amount} ({interval}), {change} on the year before.", **facts
            )
        return text("{period} lands at {amount} ({interval}).", **facts)
    if known:
        return text(
            "{period} lands at {amount} ({interval}), {change} on the year before; it has no"
            " target.",
            **facts,
        )
    return text("{period} lands at {amount} ({interval}); it has no target.", **facts)


def _where(text: Text, result: Any) -> list[Finding]:
    frame = gaps(text, result)
    if frame.is_empty():
        return [*_without_target(text, result), *_falling(text, result)]
    parts = _worst(text, frame, "gap_amount", level_names(text, frame))
    if not parts:
        words = text(
            "No region, distributor, family or account is expected to fall short of its target."
        )
        return [Finding(words, "good")]
    words = text("The gap lies at: {parts}.", parts=text("; ").join(parts))
    return [Finding(words, "warn")]


def _without_target(text: Text, result: Any) -> list[Finding]:
    if has_any_target(result):
        return []
    words = text(
        'No target was given, so there is no gap: add a [[source]] with table = "quotas" to the'
        " pipeline file to have it."
    )
    return [Finding(words)]


def _falling(text: Text, result: Any) -> list[Finding]:
    frame = losses(text, result)
    parts = (
        []
        if frame.is_empty()
        else _worst(text, frame, "moved_amount", {level: text(MANY[level]) for level in WHERE})
    )
    if not parts:
        return []
    words = text(
        "The next {n} months lose most against the last at: {parts}.",
        n=result.horizon_months,
        parts=text("; ").join(parts),
    )
    return [Finding(words)]


def _worst(text: Text, frame: pl.DataFrame, amount: str, names: dict[str, str]) -> list[str]:
    """Per level the names that lose most, with the money."""
    parts = []
    for (level,), rows in frame.group_by("level", maintain_order=True):
        short = rows.filter(pl.col(amount) < 0).head(SHOWN)
        items = [
            text("{name} {amount}", name=name, amount=text.amount(value))
            for name, value in short.select("key_name", amount).iter_rows()
        ]
        if items:
            parts.append(
                text("{level}: {items}", level=names[str(level)], items=listed(text, items))
            )
    return parts


def _why(text: Text, result: Any) -> Finding:
    if result.bridge is None:
        return Finding(without(text, result))
    found = result.bridge
    facts = {
        "date": text.date(found.made_on),
        "period": period_of(text, result, found.period),
        "change": text.signed(found.change_amount),
    }
    parts = [
        text("{name} {amount}", name=text(SHORT[name]), amount=text.signed(amount))
        for name, amount in moved(result)[:SHOWN]
    ]
    if not parts:
        return Finding(text("Since the forecast of {date} nothing changed for {period}.", **facts))
    words = text(
        "Since the forecast of {date} that of {period} moved by {change}: {parts}.",
        parts=listed(text, parts),
        **facts,
    )
    return Finding(words, "warn" if found.change_amount < 0 else "")


def _quality(text: Text, result: Any) -> list[Finding]:
    found = record(result)
    if found.wape is None:
        return []
    facts = {"wape": text.percent(found.wape), "naive": text.percent(found.naive_wape)}
    if found.cycle_count == 1:
        said = text(
            "The last forecast, as it was made, missed the total by {wape} of sales in a month; the"
            " seasonal naive rule by {naive}.",
            **facts,
        )
    elif found.cycle_count:
        said = text(
            "Over the last {n} forecasts, as they were made, the total was missed by {wape} of"
            " sales in a month; the seasonal naive rule by {naive}.",
            n=found.cycle_count,
            **facts,
        )
    else:
        said = text(
            "No kept forecast has come due yet; in the backtest the total was missed by {wape} of"
            " sales in a month, by the seasonal naive rule by {naive}.",
            **facts,
        )
    return [
        Finding(joined(text, [said, _bias(text, found.bias)]), "warn" if found.is_beaten else "")
    ]


def _bias(text: Text, bias: float | None) -> str:
    if bias is None:
        return ""
    if abs(bias) < NOTABLE_BIAS:
        return text("Past forecasts were nearly unbiased ({bias}).", bias=text.change(bias))
    facts = {"bias": text.percent(abs(bias))}
    if bias > 0:
        return text("Past forecasts of the total were too high by {bias} on average.", **facts)
    return text("Past forecasts of the total were too low by {bias} on average.", **facts)
