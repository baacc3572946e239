"""Leads: what was found, how it was tested, what was explained, and what cannot be seen.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, Finding, findings, note, table
from dakehu.present.distributor_ranking.leads import GRADES, KINDS, LOOKED_FOR, MEASURES, NOTICE
from dakehu.present.distributor_ranking.words import KEY, OPENS, named, names_of, words
from dakehu.present.text import Text

COUNTED = ("case_count",)
MULTIPLES = (
    "overload",
    "pull_forward",
    "payback",
    "sell_in_over_sell_out",
    "receivables_index",
    "lunar_new_year_load",
    "price_rise_load",
)
DAYS = ("stock_jump_days",)


def notice(text: Text, result: Any) -> BlockData:
    """The legal sentence, with how many leads there are and how many tests they came out of."""
    value = {name: int(count) for name, (count, _) in result.leads.figures.items()}
    counted = text(
        "Leads by distributor and kind: {a} of grade A, {b} of B, {c} of C; {benign} explained and"
        " never scored. {tests} statistical tests were made; Benjamini and Hochberg's correction"
        " keeps {kept}, of which {rate} may be false; a lead needs its bound passed besides.",
        a=value["leads_a_count"],
        b=value["leads_b_count"],
        c=value["leads_c_count"],
        benign=value["leads_benign_count"],
        tests=text.count(value["leads_test_count"]),
        kept=text.count(value["leads_discovery_count"]),
        rate=text.percent(result.policy.false_discovery_rate, 0),
    )
    return findings(Finding(text(NOTICE), "bad"), Finding(counted), *_unseen(text, result))


def _unseen(text: Text, result: Any) -> list[Finding]:
    absent = result.leads.absent
    if absent.is_empty():
        return []
    listed = [text(MEASURES[name]) if name in MEASURES else name for name in absent["measure"]]
    said = text(
        "Not looked for, data absent (not zero): {names}. Missing: {columns}.",
        names=text("; ").join(listed),
        columns=text(", ").join(
            sorted({one for row in absent["missing"] for one in row.split(", ") if one})
        ),
    )
    return [Finding(said, "warn")]


def _tone(result: Any) -> str:
    """Nothing found is good news only where everything could be looked for."""
    return "good" if result.leads.absent.is_empty() else ""


def subjects(text: Text, result: Any) -> BlockData:
    """Who is the subject of leads, best evidence first."""
    frame = result.leads.subjects.filter(~pl.col("is_benign"))
    if frame.is_empty():
        return findings()  # the sentence above has counted none
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("what", text("Kind")),
        Column("evidence_grade", text("Best grade")),
        Column("lead_count", text("Signs"), "count", 2),
        Column("first_month", text("From"), "month", 2),
        Column("last_month", text("To"), "month"),
    ]
    return table(
        _kinds(text, named(frame, result)).head(50),
        columns,
        text,
        title=text("Who is the subject of leads"),
        file="lead_subjects",
        note=text("{a}. {b}. {c}.", **{g.lower(): text(words) for g, words in GRADES.items()}),
    )


def signs(text: Text, result: Any, *kinds: str) -> BlockData:
    """Every sign of these kinds that counts, with its line."""
    frame = result.leads.leads.filter(~pl.col("is_benign") & pl.col("kind").is_in(kinds))
    if frame.is_empty():
        absent = set(result.leads.absent["measure"])
        seen = [kind for kind in kinds if not absent.issuperset(LOOKED_FOR[kind])]
        if not seen:
            return note(
                text(
                    "Not computed, data absent (not zero): {kinds}.", kinds=_kind_list(text, kinds)
                )
            )
        return note(
            text("No lead of this kind holds: {kinds}.", kinds=_kind_list(text, seen)),
            _tone(result),
        )
    return table(
        _told(text, frame, result).head(100),
        [
            Column("name", text("Distributor"), opens=OPENS),
            Column("grade", text("Grade")),
            Column("month", text("Up to"), "month", 2),
            Column("what", text("Sign")),
            Column("shown", text("Value")),
            Column("line", text("Bound"), "text", 2),
            Column("other", text("Other side"), "text", 2),
        ],
        text,
        title=text("Signs: {kinds}", kinds=_kind_list(text, kinds)),
        file="leads",
    )


def benign(text: Text, result: Any) -> BlockData:
    """What looks like a lead and has an explanation: chains, the New Year, price rises."""
    frame = result.leads.leads.filter("is_benign")
    if frame.is_empty():
        return findings()
    several = (
        frame.group_by("measure")
        .agg(
            count=pl.col(KEY).n_unique(),
            who=pl.col(KEY).unique(maintain_order=True).head(3),
            low=pl.col("value").min(),
            high=pl.col("value").max(),
        )
        .sort("count", "measure", descending=[True, False])
    )
    names = names_of(result)
    shown = several.with_columns(
        words("what", [text(MEASURES.get(one, one)) for one in several["measure"]]),
        words(
            "names",
            [text(", ").join(names.get(c, c) for c in who) for who in several["who"].to_list()],
        ),
        *(
            words(
                side,
                [
                    _value(text, one, value)
                    for one, value in several.select("measure", side).iter_rows()
                ],
            )
            for side in ("low", "high")
        ),
    )
    columns = [
        Column("what", text("Explained")),
        Column("count", text("Distributors"), "count"),
        Column("names", text("Among them"), "text", 2),
        Column("low", text("Lowest")),
        Column("high", text("Highest")),
    ]
    return table(
        shown,
        columns,
        text,
        title=text("Explained, reported and never scored"),
        file="leads",
        note=text(
            "Loads that all make before Lunar New Year or an announced price rise are no push."
        ),
    )


def victims(text: Text, result: Any) -> BlockData:
    """Into whose territory others sold, and what that was of its own sales."""
    frame = result.leads.diversion.victims
    if frame.is_empty():
        return findings()
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("growth", text("Own growth"), "change"),
        Column("inbound_share", text("Came from others"), "percent"),
        Column("scan_inbound_share", text("By scanned codes"), "percent", 2),
        Column("other", text("Most of it from")),
        Column("is_victim", text("Shrinks by it"), "flag", 2),
    ]
    shown = named(named(frame, result), result, "other_id", "other")
    return table(
        shown.sort("inbound_share", KEY, descending=[True, False]).head(20),
        columns,
        text,
        title=text("Into whose territory others sold"),
        file="diversion_victims",
        note=text("Share of what reached the territory, in units."),
    )


def price_gaps(text: Text, result: Any) -> BlockData:
    """Where it pays to carry goods next door: landed price here and there, freight taken off."""
    gaps = result.leads.arbitrage.gaps
    if gaps.is_empty():
        return findings()
    paying = gaps.filter(pl.col("arbitrage_index") > 0).sort(
        "arbitrage_index", KEY, descending=[True, False]
    )
    if paying.is_empty():
        return note(text("Nowhere does it pay to carry goods into the next territory."), "good")
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("other", text("Neighbour")),
        Column("arbitrage_index", text("Left after freight"), "percent"),
        Column("freight_per_unit", text("Freight per unit"), "amount", 2),
        Column("product_count", text("Products compared"), "count", 3),
        Column("share_change", text("Own sales"), "change", 2),
        Column("other_share_change", text("The neighbour's"), "change", 2),
    ]
    shown = named(named(paying, result), result, "other_id", "other")
    return table(
        shown.head(15),
        columns,
        text,
        title=text("Where the price gap pays"),
        file="price_gaps",
        note=text(
            "Arbitrage index: the neighbour's landed price less the own one less freight, of the"
            " own"
            " one. A gap accuses nobody: it is ours to close."
        ),
    )


def _kind_list(text: Text, kinds: Sequence[str]) -> str:
    return text(", ").join(text(KINDS[kind]).lower() for kind in kinds)


def _kinds(text: Text, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(words("what", [text(KINDS[kind]) for kind in frame["kind"]]))


def _told(text: Text, frame: pl.DataFrame, result: Any) -> pl.DataFrame:
    both = named(named(frame, result), result, "other_id", "other")
    values = {
        column: [
            _value(text, one, value) for one, value in frame.select("measure", key).iter_rows()
        ]
        for column, key in (("shown", "value"), ("line", "threshold"))
    }
    return both.with_columns(
        words("what", [text(MEASURES.get(one, one)) for one in frame["measure"]]),
        pl.col("evidence_grade").alias("grade"),
        *(words(name, told) for name, told in values.items()),
    )


def _value(text: Text, measure: str, value: float) -> str:
    if measure in COUNTED:
        return text.count(int(value))
    if measure in DAYS:
        return text("{n} days", n=text.number(value, 0))
    if measure in MULTIPLES:
        return text("{n} times", n=text.number(value, 2))
    return text.percent(value)
