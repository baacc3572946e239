"""The official ranking, who is not ranked, and why it is not the order of sales.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.block import BlockData, Column, findings, note, table
from dakehu.present.distributor_ranking.score_terms import PLATFORMS
from dakehu.present.distributor_ranking.words import (
    KEY,
    OPENS,
    VERDICTS,
    criterion,
    measured,
    names_of,
    reasons,
    sentences,
    words,
)
from dakehu.present.text import Text

ALL_UP_TO = 30  # of more, page one shows both ends


def ranking_table(text: Text, result: Any, count: int) -> BlockData:
    """Rank, how sure it is, the three platforms, the sales rank beside it, and what to do."""
    frame = result.ranking
    if frame.is_empty():
        return findings()  # the sentences have said that nobody is ranked
    ends = frame if frame.height <= ALL_UP_TO else pl.concat([frame.head(count), frame.tail(count)])
    rows = {
        code: part.to_dicts()
        for (code,), part in _standing(result.reasons, ends).group_by(KEY, maintain_order=True)
    }
    verdicts = {code: text(word) for code, word in VERDICTS.items()}
    shown = ends.with_columns(
        pl.col("verdict").replace_strict(verdicts, default=None, return_dtype=pl.String),
        pl.format("{}–{}", "rank_low", "rank_high").alias("interval"),
        pl.when(pl.col("deduction_points") > 0).then("deduction_points").alias("deduction_points"),
        words("why", (reasons(text, rows[code]) if code in rows else None for code in ends[KEY])),
    )
    columns = [
        Column("rank", text("Rank"), "count"),
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("verdict", text("Verdict")),
        Column("interval", text("90% interval"), "text"),
        Column("tier", text("Tier"), "count", 2),
        Column("score", text("Score"), "number", 2),
        Column("sales_rank", text("Sales rank"), "count"),
        Column("previous_rank", text("A year before"), "count", 2),
        Column("why", text("Reasons"), "text", 2),  # a phone shows them on the scorecard
        *(Column(f"{name}_score", text(label), "count", 2) for name, label in PLATFORMS.items()),
        Column("deduction_points", text("Deducted"), "count", 3),
    ]
    return table(
        shown,
        columns,
        text,
        title=text("Official ranking by three platforms"),
        file="ranking",
        note=_ranking_note(text, result, count),
    )


def _standing(every: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The reasons for the verdict that stands."""
    return every.join(ends.select(KEY, "verdict"), on=[KEY, "verdict"], how="semi")


def _ranking_note(text: Text, result: Any, count: int) -> str:
    parts = []
    if result.ranking.height > ALL_UP_TO:
        parts.append(
            text(
                "The first {n} and the last {n} of {all}; all of them stand in the file.",
                n=count,
                all=text.count(result.ranking.height),
            )
        )
    parts.append(text("Distributors of one tier cannot be told apart."))
    if result.previous is None:
        parts.append(text("The data begins too late for a rank a year before."))
    else:
        parts.append(
            text(
                "The rank a year before is reckoned by the same rules, without balances, of which"
                " only today's are known."
            )
        )
    return sentences(text, parts)


def inversion_table(text: Text, result: Any) -> BlockData:
    """Criterion by criterion, why one ranks before another that sells more."""
    turned = result.inversion
    if turned is None:
        return note(text("The ranks by platforms and by sales agree among the largest."), "")
    names = names_of(result)
    one, other = (names.get(code, code) for code in (turned.one, turned.other))
    rows = turned.contrast.filter((pl.col("lead") != 0) & (pl.col("criterion") != "deductions"))
    shown = rows.with_columns(
        words("what", [criterion(text, name) for name in rows["criterion"]]),
        words("platform", [text(PLATFORMS[name]) for name in rows["platform"]]),
        *(
            words(
                column,
                [
                    measured(text, value, unit)
                    for value, unit in rows.select(column, "unit").iter_rows()
                ],
            )
            for column in ("value", "other_value")
        ),
    )
    columns = [
        Column("what", text("Criterion")),
        Column("platform", text("Platform"), "text", 3),
        Column("value", one),
        Column("other_value", other),
        Column("score", text("Points, {name}", name=one), "count", 2),
        Column("other_score", text("Points, {name}", name=other), "count", 2),
        Column("lead", text("Lead in points"), "number"),
    ]
    return table(
        shown,
        columns,
        text,
        title=text("Why {one} ranks before {other}, which sells more", one=one, other=other),
        note=text(
            "The leads, with what deductions add, sum to the difference of the two scores: {n}"
            " points.",
            n=text.number(float(turned.contrast["lead"].sum()), 1),
        ),
    )


def unranked_table(text: Text, result: Any) -> BlockData:
    """Who is not ranked, how much is known of each, and what is missing."""
    frame = result.unranked
    if frame.is_empty():
        return note(text("Everybody that ever bought is ranked."), "")
    lacking = [
        text(", ").join(criterion(text, name) for name in (missing or "").split(", ") if name)
        for missing in frame["missing"]
    ]
    columns = [
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("sales_rank", text("Sales rank"), "count"),
        Column("observed_weight_share", text("Weight observed"), "percent"),
        Column("lacking", text("Missing"), "text", 2),
    ]
    return table(
        frame.with_columns(words("lacking", lacking)).head(50),
        columns,
        text,
        title=text("Not ranked: too little is known"),
        file="unranked",
        note=text(
            "{n} distributors with less than {share} of the measured weight observed.",
            n=text.count(frame.height),
            share=text.percent(result.policy.observed_weight_min, 0),
        ),
    )
