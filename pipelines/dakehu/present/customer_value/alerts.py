"""Alerts on the page: what stands now, what past alerts came to, what could not be watched.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.customer_value.alert_terms import ABSENT, COMES, KINDS
from dakehu.present.text import Text

SHARES = ("false_share", "false_low_share", "false_high_share")


def sentences(text: Text, result: Any) -> BlockData:
    """What stands, how often past alerts were false, whom they warned of, what is not watched."""
    found = result.alerts
    if not set(KINDS) - found.absent.keys():
        return note(_absent(text, result))
    items = [_standing(text, result), *_false(text, result), *_leads(text, result)]
    if found.absent:
        items.append(Finding(_absent(text, result)))
    return findings(*items)


def _standing(text: Text, result: Any) -> Finding:
    found = result.alerts
    values = {name: value for name, (value, _) in found.figures.items()}
    if found.now.is_empty():
        return Finding(text("No alert stands on {date}.", date=text.date(found.as_of)), "good")
    first = found.now.row(0, named=True)
    words = text(
        "Alerts that stand on {date}: {n}, for {customers} customers; {new} began in the last"
        " month. The dearest: {name}, {why}.",
        date=text.date(found.as_of),
        n=text.count(int(values["alert_count"])),
        customers=text.count(int(values["alerted_customer_count"])),
        new=text.count(int(values["new_alert_count"])),
        name=first["customer_name"],
        why=why(text, first, result.policy),
    )
    return Finding(words, "warn")


def _false(text: Text, result: Any) -> list[Finding]:
    judged, false = (int(result.alerts.record[f"{n}_count"].sum()) for n in ("judged", "false"))
    months = text.count(result.policy.alert_outcome_months)
    if not judged:
        words = text(
            "No alert is old enough to tell whether it was false: that takes {months} months.",
            months=months,
        )
        return [Finding(words)]
    words = text(
        "Of {n} alerts whose outcome is known, {share} were false: what they warned of did not come"
        " within {months} months. An alert is a reason to ask, not a verdict.",
        n=text.count(judged),
        share=text.percent(false / judged, 0),
        months=months,
    )
    return [Finding(words)]


def _leads(text: Text, result: Any) -> list[Finding]:
    leads = result.alerts.leads
    early = leads.filter(pl.col("lead_days") > 0)
    if leads.is_empty():
        return []
    words = text(
        "Customers lost by silence since {since}: {n}; an alert stood before that day for {early}.",
        since=text.date(result.alerts.since),
        n=text.count(leads.height),
        early=text.count(early.height),
    )
    if not early.is_empty():
        words += text(
            " Half of these alerts came at least {days} days ahead.",
            days=text.number(early["lead_days"].median(), 0),
        )
    untold = leads.height - early.height
    if untold:
        words += text(
            " Not told before: {untold}; their orders are too few, or too irregular for such a"
            " silence to be beyond chance.",
            untold=text.count(untold),
        )
    return [Finding(words)]


def _absent(text: Text, result: Any) -> str:
    reasons: dict[str, list[str]] = {}
    for kind, reason in result.alerts.absent.items():
        reasons.setdefault(reason, []).append(text(KINDS[kind]))
    parts = [
        text("{kinds} ({reason})", kinds=text(", ").join(kinds), reason=text(ABSENT[reason]))
        for reason, kinds in reasons.items()
    ]
    return text("Not watched (not zero): {parts}.", parts=text(", ").join(parts))


def why(text: Text, alert: dict[str, Any], policy: Any) -> str:
    """What was seen and what was expected, in words."""
    amounts, kind = alert["kind"] in ("volume", "overdue"), alert["kind"]
    shares = kind in ("mix_shift", "price_inversion")
    value, low, high = (
        text.amount(alert[name])
        if amounts
        else text.percent(alert[name])
        if shares
        else text.number(alert[name], 0)
        for name in ("value", "expected_low", "expected_high")
    )
    months = text.count(policy.alert_months)
    messages = {
        "volume": text(
            "{value} in {months} months; expected {low} to {high}",
            value=value, months=months, low=low, high=high,
        ),
        "interval": text(
            "{value} days between the last {n} orders; expected {low} to {high}",
            n=text.count(policy.alert_gaps), value=value, low=low, high=high,
        ),
        "silence": text(
            "{value} days without an order; expected at most {high}", value=value, high=high
        ),
        "mix_shift": text(
            "{family} is {value} of its purchases; expected {low} to {high}",
            family=alert["family"], value=value, low=low, high=high,
        ),
        "price_inversion": text(
            "{value} of the sales of {months} months below cost; at most {high} is tolerated",
            value=value, months=months, high=high,
        ),
        "overdue": text(
            "{value} overdue for more than {days} days",
            value=value, days=text.count(policy.alert_overdue_days),
        ),
        "single_interface": text(
            "{value} of our people met it in the month, its key account manager did not",
            value=value,
        ),
    }  # fmt: skip
    return messages[kind]


def standing(text: Text, result: Any, top_n: int) -> BlockData:
    """The alerts that stand, most at stake first."""
    frame = result.alerts.now
    if frame.is_empty():
        return findings()  # the sentences have said that none stands
    shown = frame.head(top_n)
    words = {name: text(label) for name, label in KINDS.items()}
    reasons = [why(text, row, result.policy) for row in shown.iter_rows(named=True)]
    return table(
        shown.with_columns(
            pl.col("kind").replace(words), pl.Series("why", reasons, dtype=pl.String)
        ),
        [
            Column("customer_name", text("Customer")),
            Column("kind", text("Alert"), priority=2),
            Column("alert_date", text("Since"), "date", 2),
            Column("why", text("Seen, and expected")),
            Column("amount_at_stake", text("At stake"), "amount"),
        ],
        text,
        title=text("Alerts that stand"),
        note=text(
            "Expected is what the customer's own history lets expect, with a coverage of"
            " {coverage}; only what lies on the wrong side of it is an alert. Standing: {n}.",
            coverage=text.percent(result.policy.alert_coverage, 0),
            n=text.count(frame.height),
        ),
        file="alerts",
    )


def record(text: Text, result: Any) -> BlockData:
    """What each kind of alert was worth so far."""
    found = result.alerts
    frame = found.record.filter(~pl.col("kind").is_in(list(found.absent)))
    if frame.is_empty():
        return findings()  # the sentences have said that nothing could be watched
    shares = [
        None
        if share is None
        else text(
            "{share} ({low} to {high})",
            share=text.percent(share, 0),
            low=text.percent(low, 0),
            high=text.percent(high, 0),
        )
        for share, low, high in frame.select(SHARES).iter_rows()
    ]
    kinds = {name: text(label) for name, label in KINDS.items()}
    warns = {
        name: text(label, months=text.count(result.policy.alert_outcome_months))
        for name, label in COMES.items()
    }
    return table(
        frame.with_columns(
            pl.Series("false_alarms", shares, dtype=pl.String),
            pl.col("kind").replace(kinds),
            warns=pl.col("kind").replace(warns),
        ),
        [
            Column("kind", text("Alert")),
            Column("watched_count", text("Customers watched"), "count", 3),
            Column("standing_count", text("Standing"), "count"),
            Column("fired_count", text("Fired in the review"), "count", 2),
            Column("judged_count", text("Outcome known"), "count", 2),
            Column("false_alarms", text("False alarms")),
            Column("warned_count", text("Lost customers it warned of first"), "count", 2),
            Column("median_lead_days", text("Warning time, days (median)"), "count", 3),
            Column("warns", text("It warns that"), priority=3),
        ],
        text,
        title=text("What past alerts came to"),
        note=text(
            "Alerts since {since}, each computed from what was known on its day. Only the first of"
            " a run of month ends is an alert; silence is looked at every day. The interval of the"
            " share of false alarms has a coverage of {coverage}.",
            since=text.date(found.since),
            coverage=text.percent(result.policy.alert_coverage, 0),
        ),
        file="alert_record",
    )
