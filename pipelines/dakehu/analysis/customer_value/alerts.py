"""Alerts: who left its own past behind, and how often such an alert was false (P9-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value.alert_book import FIRED, LATEST, Book, book_of, runs_of
from dakehu.analysis.customer_value.alert_events import overdue, price_inversion, single_interface
from dakehu.analysis.customer_value.alert_orders import interval, orders_of, silence
from dakehu.analysis.customer_value.alert_record import leads_of, record_of
from dakehu.analysis.customer_value.alert_sales import mix_shift, volume

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.money import Money
    from dakehu.analysis.customer_value.policy import Policy

KINDS = (
    "volume", "interval", "silence", "mix_shift", "price_inversion", "overdue", "single_interface",
)  # fmt: skip
# What a kind needs that may be absent; all else needs a history long enough to expect by.
NEEDS = {
    "mix_shift": "no_family",
    "price_inversion": "no_cost",
    "overdue": "no_due_date",
    "single_interface": "no_team",
}
# Customers with so many order days are looked at together: nobody else's grids are in memory.
BLOCK_DAYS = 1_000_000
COLUMNS = (
    "customer_id", "customer_name", "alert_date", "kind", "value", "expected_low", "expected_high",
    "amount_at_stake", "family",
)  # fmt: skip
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Alerts:
    """Alerts as of the end of the last closed month, `as_of`; None where there is none.

    `every` has a row per alert dated after `since` or still standing, latest and dearest first:
    customer_id, customer_name, alert_date, kind, value, expected_low, expected_high and
    amount_at_stake as of that date, family (of a shifted mix), ended_date (null while it stands),
    has_come (whether what it warned of came; null while that is open). Only the first of a run of
    month ends is an alert. `now` has those that stand, with value and range as of `as_of`, dearest
    first. `record` has a row per kind (`record_of`), `leads` one per customer lost by silence
    (`leads_of`). `absent` gives the reason of every kind that could not be watched: no_family,
    no_cost, no_due_date, no_team, short_history.
    """

    as_of: date | None
    since: date | None
    now: pl.DataFrame
    every: pl.DataFrame
    record: pl.DataFrame
    leads: pl.DataFrame
    absent: dict[str, str]
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {"alerts": self.every, "alert_record": self.record, "alert_leads": self.leads}


def alerts_of(
    known: pl.DataFrame,
    sales: pl.DataFrame,
    marts: Mapping[str, pl.DataFrame],
    months: pl.DataFrame,
    lost: pl.DataFrame,
    lacking: set[str],
    policy: Policy,
) -> Alerts:
    """Watch every customer over its whole history, month end by month end.

    Args:
        known: customer_id and customer_name of those to watch.
        sales: one row per customer and month.
        marts: `months` and those of `alert_book.book_of` (`customer_value.marts.MARTS`).
        months: month and is_closed of every fiscal month up to the date of the report.
        lost: `retention.lost_of`.
        lacking: which of `NEEDS` the data does not give.
        policy: the thresholds.
    """
    closed = marts["months"].join(months.filter("is_closed"), on="month", how="semi").sort("month")
    kinds = [kind for kind in KINDS if kind not in lacking]
    found = [_named(pl.DataFrame(schema=FIRED), closed, known, "")]
    watched: dict[str, int | None] = dict.fromkeys(kinds, 0)
    size = 1 + BLOCK_DAYS * known.height // max(marts["order_days"].height, 1)
    for start in range(0, known.height if closed.height else 0, size):
        ids = known.slice(start, size)
        book = book_of(ids, closed, sales, marts, policy.interface_people)
        for kind, (rows, count) in _watches(book, kinds, policy).items():
            found.append(_named(rows, closed, ids, kind))
            watched[kind] = None if count is None else (watched[kind] or 0) + count
    alerts = pl.concat(found).sort(
        "alert_date", "amount_at_stake", "customer_id", "kind",
        descending=[True, True, False, False],
    )  # fmt: skip
    absent = {kind: NEEDS[kind] for kind in KINDS if kind in lacking}
    seen = {*alerts["kind"]}
    absent |= {k: "short_history" for k, count in watched.items() if count == 0 and k not in seen}
    return _reviewed(alerts, watched, closed["last_date"], absent, lost, policy)


def lacking_in(marts: Mapping[str, pl.DataFrame], money: Money | None) -> set[str]:
    """The kinds whose data is absent, of those in `NEEDS`."""
    mapped = dict(marts["mapped"].iter_rows())
    given = {
        "mix_shift": not marts["families"].is_empty(),
        "price_inversion": money is not None and money.contribution.has_margin,
        "overdue": money is not None and "overdue_amount" in money.receivables,
        "single_interface": mapped.get("account_team") and mapped.get("activities"),
    }
    return {kind for kind in NEEDS if not given[kind]}


def _watches(
    book: Book, kinds: list[str], policy: Policy
) -> dict[str, tuple[pl.DataFrame, int | None]]:
    """What each kind found, and how many customers it could judge where that can be said."""
    orders = orders_of(book)
    found: dict[str, tuple[pl.DataFrame, int | None]] = {
        "volume": volume(book, policy),
        "interval": interval(orders, book, policy),
        "silence": silence(orders, book, policy),
    }
    if "mix_shift" in kinds:
        found["mix_shift"] = mix_shift(book, policy)
    events = {"price_inversion": price_inversion, "overdue": overdue}
    events["single_interface"] = single_interface
    return found | {
        kind: (watch(book, policy), None) for kind, watch in events.items() if kind in kinds
    }


def _named(rows: pl.DataFrame, months: pl.DataFrame, ids: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The alerts of one kind with the customers' names; month ends are drawn together to runs."""
    runs = runs_of(rows, months) if "at" in rows.columns else rows
    names = ids.select("customer_id", "customer_name").with_columns(customer=pl.int_range(pl.len()))
    return runs.join(names, on="customer").select(
        "customer_id",
        "customer_name",
        "alert_date",
        pl.lit(kind).alias("kind"),
        *(name for name in FIRED if name not in ("customer", "at")),
        "ended_date",
        *(f"latest_{name}" for name in LATEST),
    )


def _reviewed(
    alerts: pl.DataFrame,
    watched: dict[str, int | None],
    ends: pl.Series,
    absent: dict[str, str],
    lost: pl.DataFrame,
    policy: Policy,
) -> Alerts:
    """The alerts of the months reviewed, those that stand, and what they came to."""
    back = (1, 2, policy.alert_review_months + 1)
    as_of, before, since = (ends[-min(n, len(ends))] if len(ends) else None for n in back)
    standing = pl.col("ended_date").is_null()
    reviewed = pl.col("alert_date") > pl.lit(since, pl.Date)
    shown = alerts.filter(reviewed | standing)
    leads = leads_of(alerts, lost, since)
    record = record_of(alerts, leads, watched, since, before, policy)
    now = (
        alerts.filter(standing)
        .drop(LATEST)
        .rename({f"latest_{name}": name for name in LATEST})
        .sort("amount_at_stake", "customer_id", "kind", descending=[True, False, False])
        .select(*COLUMNS)
    )
    return Alerts(
        as_of=as_of,
        since=since,
        now=_priced(now),
        every=_priced(shown.select(*COLUMNS, "ended_date", "has_come")),
        record=record,
        leads=leads,
        absent=absent,
        figures=_figures(record, leads, now),
    )


def _priced(alerts: pl.DataFrame) -> pl.DataFrame:
    return alerts.with_columns(pl.col("amount_at_stake").round(2).cast(MONEY))


def _figures(
    record: pl.DataFrame, leads: pl.DataFrame, now: pl.DataFrame
) -> dict[str, tuple[float, str]]:
    figures: dict[str, tuple[float, str]] = {
        "alert_count": (now.height, "count"),
        "alerted_customer_count": (now["customer_id"].n_unique(), "count"),
        "new_alert_count": (int(record["new_count"].sum()), "count"),
    }
    early = leads.filter(pl.col("lead_days") > 0)
    if not leads.is_empty():
        figures["warned_share"] = (early.height / leads.height, "share")
    if not early.is_empty():
        figures["median_lead_days"] = (early.select(pl.median("lead_days")).item(), "days")
    return figures
