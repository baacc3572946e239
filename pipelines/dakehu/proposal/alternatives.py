"""Two files of the same sales: one counts, the other is written down and left out."""

from __future__ import annotations

from collections import Counter

import polars as pl

from dakehu.proposal.lines import Feed
from dakehu.proposal.matching import match

SAME = 0.5  # so many lines of one that stand in the other are no coincidence
SAME_DAYS = 0.5  # and so many of the days of one are days of the other


def choose(feeds: list[Feed]) -> list[Feed]:
    """Feeds of order_lines of which no two hold the same lines; the others are off, with a note.

    The one with more columns counts, then an unpacked one, then the one with more rows.
    """

    def weight(feed: Feed) -> tuple[int, bool, int]:
        is_packed = ".zip/" in feed.shape.first.item.shown
        return len(feed.lines), not is_packed, feed.shape.frame.height

    active: list[Feed] = []
    ranked = sorted(feeds, key=weight, reverse=True)
    for feed in ranked:
        twin = next(((f, s) for f in active if (s := _shared(feed, f)) >= SAME), None)
        if twin is None:
            active.append(feed)
            continue
        other, share = twin
        feed.is_off = True
        feed.notes.insert(
            0,
            f"Left out: {share:.0%} of its lines stand in {other.shape.shown} too, "
            "whatever their numbers and dates; both together would count them twice.",
        )
    if len({"line_no" in feed.lines for feed in active}) > 1:
        for feed in active:
            feed.lines.pop("line_no", None)  # a number in some sources only is no key
    return ranked


def _shared(one: Feed, other: Feed) -> float:
    """The share of the smaller file's lines that stand in the other.

    By what was sold, whatever its number and date, or by the number of the order.
    """
    return max(_same_lines(one, other), _same_orders(one, other))


def _same_lines(one: Feed, other: Feed) -> float:
    if not (one.shape.is_whole and other.shape.is_whole):
        return 0.0
    first, second = (_sold(feed) for feed in (one, other))
    smaller = min(first.total(), second.total())
    return (first & second).total() / smaller if smaller else 0.0


def _sold(feed: Feed) -> Counter[tuple[str | float | None, ...]]:
    found = match("order_lines", feed.shape)
    money = "net_amount" if "net_amount" in found else "unit_price"
    names = [found[c].heading for c in ("product_id", "quantity", money) if c in found]
    numbers = [
        pl.col(name).str.replace_all(",", "").cast(pl.Float64, strict=False).round(2).alias(str(i))
        for i, name in enumerate(names[1:])
    ]
    return Counter(feed.shape.frame.select(names[0], *numbers).iter_rows())


def _same_orders(one: Feed, other: Feed) -> float:
    """Orders in common, of those on days that both files have."""
    days = [_orders_by_day(feed) for feed in (one, other)]
    shared = days[0].keys() & days[1].keys()
    if len(shared) < SAME_DAYS * min(len(d) for d in days) or not shared:
        return 0.0
    first, second = ({order for day in shared for order in d[day]} for d in days)
    return len(first & second) / min(len(first), len(second))


def _orders_by_day(feed: Feed) -> dict[str, set[str]]:
    found = match("order_lines", feed.shape)
    if not {"order_id", "order_date"} <= found.keys():
        return {}
    names = [found["order_date"].heading, found["order_id"].heading]
    by_day: dict[str, set[str]] = {}
    for day, order in feed.shape.frame.select(names).drop_nulls().unique().iter_rows():
        by_day.setdefault(day[:10], set()).add(order)
    return by_day
