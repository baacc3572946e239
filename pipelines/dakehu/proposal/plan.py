"""Which table a shape feeds: one of its own, and those that stand in the same file beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from dakehu.proposal.alternatives import choose
from dakehu.proposal.dimensions import drawn, party_role, territories
from dakehu.proposal.lines import Feed, identifier, lines
from dakehu.proposal.matching import Match, coded, is_anchored, lacks, match, named, score
from dakehu.proposal.references import settle
from dakehu.proposal.sales import sales
from dakehu.proposal.shapes import Shape, join, restrict
from dakehu.proposal.synonyms import known
from dakehu.proposal.taxes import untaxed
from dakehu.schema import tables
from dakehu.sources.relation import literal

LINES = "order_lines"
BESIDE = {
    "customers": ("distributors", "credit_terms", "account_team"),
    "invoices": ("payments", "payment_allocations"),
    LINES: ("shipments",),
}
FOUND_IN_HEADERS = 0.9  # so many of the documents of the lines have a head


def plan(shapes: list[Shape]) -> list[Feed]:
    """The [[source]]s that the shapes make, sales first."""
    pairs = [pair for pair in map(_paired, permutations(shapes, 2)) if pair]
    details = {pair.first for pair in pairs}
    mains = {s: table for s in shapes if s.first not in details and (table := _main(s))}
    sold = [feed for pair in pairs if (feed := sales(pair))]
    sold += [feed for s, table in mains.items() if table == LINES and (feed := sales(s))]
    if not sold:
        sold = _sold_otherwise(mains)
    feeds = choose(sold)
    for shape, table in mains.items():
        if table != LINES:
            feeds.append(_feed(table, shape, named(match(table, shape), table)))
    feeds += _beside(feeds)
    for table in ("customers", "products"):
        if not any(feed.table == table for feed in feeds):
            active = [feed for feed in feeds if feed.table == LINES and not feed.is_off]
            feeds += [made for feed in active if (made := drawn(table, feed))]
    feeds = settle(feeds)
    feeds += _territories(feeds)
    order = list(tables())
    return sorted(feeds, key=lambda feed: (feed.table != LINES, order.index(feed.table)))


def _main(shape: Shape) -> str | None:
    """The table that a shape is made for, or None."""
    scores: dict[str, float] = {}
    for table in known()["headings"]:
        found = named(match(table, shape), table)
        if not found or not is_anchored(table, found, shape):
            continue
        if table == LINES:
            if sales(shape):
                scores[table] = score(table, found, shape)
        elif not lacks(table, found):
            scores[table] = score(table, found, shape)
    if "bids" in scores and _won(shape, match("bids", shape)):
        return "bids"
    if LINES in scores:
        scores.pop("shipments", None)  # what is sold stands in it; what is shipped comes beside
    return max(scores, key=lambda table: scores[table]) if scores else None


def _feed(table: str, shape: Shape, found: Match) -> Feed:
    feed = Feed(table, shape, lines(table, found, shape))
    if any(table in tables_ for tables_ in BESIDE.values()):
        feed.where = _complete(feed)
    if table == "sell_out" and "amount" in found:
        text = found["amount"].heading
        feed.lines["amount"] = untaxed(feed.lines["amount"], text, match(LINES, shape), shape)
    if table == "bids" and {"our_bid", "result"} <= found.keys():
        _unpriced(feed, found)
    return party_role(feed) if table == "customers" else feed


def _unpriced(feed: Feed, found: Match) -> None:
    """A zero beside every lost bid is no price."""
    money, result = found["our_bid"].heading, found["result"].heading
    meant = coded("bids", "result", feed.shape.values(result))
    lost = [text for text, code in meant.items() if code == "lost"]
    amounts = restrict(feed.shape, result, lost).values(money).counts
    if lost and set(amounts) == {"0"}:
        line = feed.lines["our_bid"]
        feed.lines["our_bid"] = replace(line, origin={"from": money, "missing": ["0"]})


def _paired(pair: tuple[Shape, Shape]) -> Shape | None:
    """Lines of documents with the heads that tell their date and customer."""
    detail, head = pair
    inner, outer = match(LINES, detail), match(LINES, head)
    if "order_id" not in inner or "order_id" not in outer:
        return None
    needed = {"order_date", "customer_id"}
    if not {"product_id", "quantity"} & inner.keys() or needed <= inner.keys():
        return None
    if not needed <= outer.keys() | inner.keys():
        return None
    own, other = inner["order_id"].heading, outer["order_id"].heading
    theirs, ours = head.values(other), detail.values(own)
    if not theirs.is_unique:
        return None
    met = sum(n for text, n in ours.counts.items() if text in theirs.counts)
    if head.is_whole and met < FOUND_IN_HEADERS * ours.filled:
        return None
    return join(detail, head, (own, other))


def _won(shape: Shape, found: Match) -> list[str]:
    """The values of a result column that mean an order."""
    if "result" not in found:
        return []
    values = shape.values(found["result"].heading)
    meant = coded("bids", "result", values)
    most = sum(values.counts[text] for text in meant) >= 0.5 * values.filled
    return [text for text, code in meant.items() if code == "won"] if most else []


def _sold_otherwise(mains: dict[Shape, str]) -> list[Feed]:
    """Sales where no file has lines: what was won, else what was invoiced."""
    for shape, table in mains.items():
        if table == "bids" and (won := _won(shape, match("bids", shape))):
            stage = match("bids", shape)["result"].heading
            if feed := sales(restrict(shape, stage, won)):
                listed = ", ".join(literal(text) for text in won)
                feed.where = f"{identifier(shape, stage)} in ({listed})"
                if len(won) == 1:
                    feed.where = f"{identifier(shape, stage)} = {listed}"
                feed.notes.append("No file has sales lines: what was won counts as sold.")
                return [feed]
    for shape, table in mains.items():
        if table == "invoices" and (feed := sales(shape)):
            feed.lines.pop("promised_date", None)  # the day to pay, not to deliver
            feed.notes.append("No file has sales lines: what was invoiced counts as sold.")
            return [feed]
    return []


def _beside(feeds: list[Feed]) -> list[Feed]:
    """Tables that stand in the files of others, where no file is made for them."""
    taken = {feed.table for feed in feeds}
    made = []
    for feed in feeds:
        for table in BESIDE.get(feed.table, ()):
            if table in taken or feed.is_off:
                continue
            shape = feed.shape.joined if feed.shape.joined else feed.shape
            found = _of_payments(match(table, shape), shape, table)
            if lacks(table, found) or not is_anchored(table, found, shape):
                continue
            extra = _feed(table, shape, found)
            extra.notes.append(f"Stands in the file of {feed.table}.")
            made.append(extra)
    return made


def _of_payments(found: Match, shape: Shape, table: str) -> Match:
    """Payments in a file of invoices settle the invoice of their row."""
    if table != "payment_allocations":
        return found
    paid = match("payments", shape)
    if {"payment_no", "amount", "pay_date"} <= paid.keys() and "invoice_no" in found:
        return {
            "payment_no": paid["payment_no"],
            "invoice_no": found["invoice_no"],
            "amount": paid["amount"],
            "alloc_date": paid["pay_date"],
        }
    return found


def _complete(feed: Feed) -> str | None:
    """The condition that a row has what this table needs: a shipment its day, a payment too."""
    conditions = []
    for name, line in feed.lines.items():
        if tables()[feed.table].columns[name].is_required and line.heading:
            values = feed.shape.values(line.heading)
            if values.filled < values.rows:
                column = identifier(feed.shape, line.heading)
                absent = [f"{column} <> {literal(text)}" for text in values.null_texts]
                conditions += absent or [f"{column} is not null"]
    return " and ".join(conditions) or None


def _territories(feeds: list[Feed]) -> list[Feed]:
    """The territories that sales and customers name, where no file describes them."""
    if any(feed.table == "territories" and not feed.is_off for feed in feeds):
        return []
    made: list[Feed] = []
    for table, column in ((LINES, "ship_to_territory_id"), ("customers", "territory_id")):
        for feed in feeds:
            extra = territories(feed, column) if feed.table == table and not feed.is_off else None
            if extra and _adds(extra, made):
                made.append(extra)
    return made


def _adds(feed: Feed, others: list[Feed]) -> bool:
    """Whether a feed of territories names any that the others do not."""
    own, *known_ = (
        set(f.shape.values(f.lines["territory_id"].heading or "").counts) for f in (feed, *others)
    )
    is_sample = not all(f.shape.is_whole for f in others if f.shape is not feed.shape)
    return bool(own - set().union(*known_)) or (is_sample and bool(others))
