"""The scorecard of one distributor, or of two side by side: every criterion, and why so.

`result` is the DistributorRanking that analysis.distributor_ranking returns; read are its parts
`score`, `explained`, `certainty`, `facts`, `leads`, `ranking`, `unranked`, `reasons`, `policy` and
`names`.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, Column, note
from dakehu.present.card import Detail, Panel, card
from dakehu.present.distributor_ranking.leads import KINDS, NOTICE
from dakehu.present.distributor_ranking.score_terms import CRITERIA, PLATFORMS, VETOES
from dakehu.present.distributor_ranking.words import VERDICTS, measured, reasons, sentences
from dakehu.present.text import MISSING, Text

KEY = "distributor_id"
COMMA, OF = N_(", "), N_("{band} of {count}")
SAYS = {
    "criterion": N_("Criterion"),
    "value": N_("Value"),
    "band": N_("Band"),
    "points": N_("Points"),
    "weight": N_("Weight"),
    "contribution": N_("Points added"),
    "lift": N_("For one rank more"),
    "lead": N_("First above second"),
    "of": OF,
    "median": N_("Median {value}"),
    "best": N_("best {value}"),
    "smallest": N_("smallest step"),
    "deductions": N_("Deductions"),
    "score": N_("Score"),
    "top": N_("{name} is first already."),
    "alone": N_("No criterion alone lifts {name} by one rank."),
    "above": N_("{one} has {points} points more than {other}."),
    "level": N_("{one} and {other} have the same points."),
    "most": N_("Most of it comes from {criteria}."),
    "against": N_("Against it stand {criteria}."),
    "wins": N_(
        "With weights and months drawn anew {one} ranks before {other} in {share} of all draws."
    ),
    "veto": N_("A veto ranks {name} behind everyone without one, whatever its points."),
    "radar": N_("Points of each criterion, 0 in the middle, 100 at the rim; dotted: the median."),
    "none": N_("Nobody of that name or code."),
    "comma": COMMA,
}


def scorecard(text: Text, result: Any) -> BlockData:
    """Scorecards of all distributors, in official order, the unranked last."""
    if result.score.ranking.is_empty():
        return note(text("No distributor has bought up to this date."))
    records = _records(text, result)
    panel, ids = result.score.panel, records.select(KEY)
    lines = [
        ids.join(result.explained.filter(criterion=name), on=KEY, how="left", maintain_order="left")
        for name in panel.criteria
    ]
    block = card(
        records,
        text,
        code=KEY,
        name="distributor_name",
        panels=_panels(text),
        details=[_leads(text, result)],
        title=text("Scorecard of one distributor, or of two side by side"),
        prompt=text("Name or code of a distributor"),
        note=_remark(text, result),
    )
    block["records"] |= {
        "criteria": [_packed(text, line) for line in lines],
        "deductions": records["deduction_points"].to_list(),
        "vetoed": records["veto"].is_not_null().to_list(),
        "ranked": panel.scores().size,
        "wins": _wins(result),
        "advice": _advice(text, result, records),
    }
    criteria = [
        _described(text, line, name, weight, result.policy.criteria[name].rises)
        for name, weight, line in zip(panel.criteria, panel.weights, lines, strict=True)
    ]
    return block | {
        "kind": "scorecard",
        "compare": text("Compare with: name or code"),
        "criteria": criteria,
        "says": {key: text(words) for key, words in SAYS.items()}
        | {"then": sentences(text, ["", ""])},
        "first": [
            [of["label"], *_first(text, line)] for of, line in zip(criteria, lines, strict=True)
        ],
    }


def _measured(text: Text, value: Any, unit: str) -> str | None:
    return None if value is None else measured(text, value, unit)


def _records(text: Text, result: Any) -> pl.DataFrame:
    """All that the panels say of each distributor, in official order, codes written as words."""
    records = result.score.ranking.join(
        result.certainty.ranking.drop("rank"), on=KEY, how="left", maintain_order="left"
    )
    listed = pl.concat([result.ranking, result.unranked], how="diagonal_relaxed")
    for frame, columns in (
        (listed, ("sales_rank", "previous_rank", "verdict")),
        (result.facts.downstream.downstream, [column.key for column in _downstream(text)]),
        (result.facts.credit.credit, [column.key for column in _credit(text)]),
    ):
        given = [name for name in columns if name in frame.columns]
        if given:
            records = records.join(
                frame.select(KEY, *given), on=KEY, how="left", maintain_order="left"
            )
    ranked = records["rank"].count()
    worded = [_worded(text, row, ranked) for row in records.iter_rows(named=True)]
    names = [result.names.get(one) or one for one in records[KEY]]
    return records.with_columns(
        pl.Series("distributor_name", names, dtype=pl.String),
        *(pl.Series(key, [words[key] for words in worded], dtype=pl.String) for key in worded[0]),
    )


def _worded(text: Text, row: dict[str, Any], ranked: int) -> dict[str, str | None]:
    """Rank, interval, scores, verdict and vetoes of one distributor, written out."""
    low, high, verdict = row["rank_low"], row["rank_high"], row.get("verdict")
    vetoes = [text(VETOES[one]) for one in (row["veto"] or "").split(", ") if one]
    scores = ("score", *(f"{name}_score" for name in PLATFORMS))
    return {
        "place": text("not ranked")
        if row["rank"] is None
        else text("{rank} of {n}", rank=text.count(row["rank"]), n=text.count(ranked)),
        "interval": None if low is None else f"{text.count(low)} – {text.count(high)}",
        "verdict_word": verdict and text(VERDICTS[verdict]),
        "veto_words": text(COMMA).join(vetoes) or None,
        **{f"{name}_text": None if row[name] is None else text.number(row[name], 1)
           for name in (*scores, "deduction_points")},
    }  # fmt: skip


def _panels(text: Text) -> list[Panel]:
    return [
        Panel(
            text("Rank"),
            [
                Column("place", text("Official rank")),
                Column("interval", text("Rank in 90 % of all draws")),
                Column("tier", text("Tier"), "count"),
                Column("first_rank_acceptability", text("First in"), "percent"),
                Column("previous_rank", text("Rank a year before"), "count"),
                Column("sales_rank", text("Rank by sales alone"), "count"),
                Column("observed_weight_share", text("Weight observed"), "percent"),
            ],
        ),
        Panel(
            text("Score"),
            [
                Column("verdict_word", text("Verdict")),
                Column("veto_words", text("Vetoes that hold")),
                Column("score_text", text("Score (0-100)")),
                *(Column(f"{name}_score_text", text(word)) for name, word in PLATFORMS.items()),
                Column("deduction_points_text", text("Points deducted")),
            ],
        ),
        Panel(text("Downstream"), _downstream(text)),
        Panel(text("Credit and money"), _credit(text)),
    ]


def _downstream(text: Text) -> list[Column]:
    return [
        Column("customer_count", text("Downstream customers"), "count"),
        Column("amount", text("Sell-out"), "amount"),
        Column("hhi", text("HHI downstream"), "count"),
        Column("worst_loss_share", text("Worst single loss"), "percent"),
        Column("poaching_share", text("Sold to parties that rivals are after"), "percent"),
    ]


def _credit(text: Text) -> list[Column]:
    return [
        Column("open_amount", text("Receivables"), "amount"),
        Column("overdue_amount", text("Overdue"), "amount"),
        Column("due_over_90_amount", text("Overdue by more than 90 days"), "amount"),
        Column("credit_limit_amount", text("Credit limit"), "amount"),
        Column("interest_amount", text("Interest that it costs us a year"), "amount"),
        Column("own_return_share", text("Its own return a year"), "percent"),
    ]


def _leads(text: Text, result: Any) -> Detail:
    kinds = {code: text(word) for code, word in KINDS.items()}
    benign = pl.when("is_benign").then(pl.lit(text("benign, not scored")))
    frame = result.leads.subjects.with_columns(
        pl.col("kind").replace(kinds),
        pl.coalesce(benign, "evidence_grade").alias("evidence"),
    )
    columns = [
        Column("kind", text("Lead")),
        Column("evidence", text("Evidence")),
        Column("lead_count", text("Signs"), "count"),
        Column("last_month", text("Last"), "month"),
    ]
    return Detail(text("Leads"), frame, KEY, columns)


def _remark(text: Text, result: Any) -> str:
    """What is not on the card because nobody measures it, and what a lead is."""
    said = []
    left_out = [text(CRITERIA[name]) for name in result.score.left_out["criterion"]]
    if left_out:
        names = text(COMMA).join(left_out)
        said.append(text("Not measured by this source and left out: {names}.", names=names))
    if not result.leads.subjects.is_empty():
        said.append(text("Leads: {notice}", notice=text(NOTICE)))
    return sentences(text, said)


def _described(
    text: Text, line: pl.DataFrame, name: str, weight: float, rises: bool
) -> dict[str, Any]:
    """A criterion: its name, agreed weight, and the median and best of whoever has a value."""
    values, points = line["value"], line["score"]
    platform, unit = (line[name].drop_nulls()[0] for name in ("platform", "unit"))
    best = values.max() if rises else values.min()
    return {
        "label": text(CRITERIA[name]),
        "platform": text(PLATFORMS[platform]),
        "weight": float(weight),
        "bands": line["band_count"].drop_nulls()[0],
        "median": points.median(),
        "best": points.max(),
        "median_text": _measured(text, values.median(), unit),
        "best_text": _measured(text, best, unit),
    }


def _packed(text: Text, line: pl.DataFrame) -> dict[str, list[Any]]:
    """One criterion of all records: value, band, points, what it needs, where that is least."""
    unit = line["unit"].drop_nulls()[0]
    return {
        "values": [_measured(text, value, unit) for value in line["value"]],
        "bands": line["band"].to_list(),
        "points": line["score"].to_list(),
        "needs": [
            None
            if needed is None
            else f"{'≥' if needed > value else '≤'} {measured(text, needed, unit)}"
            for needed, value in line.select("needed_value", "value").iter_rows()
        ],
        "smallest": [int(bool(one)) for one in line["is_smallest"]],
    }


def _wins(result: Any) -> list[list[int]]:
    """Of each ranked one, in thousandths, how often it beats the next ones, in official order."""
    ranks = result.certainty.ranking.select(KEY, "rank")
    rows = (
        result.certainty.pairwise.join(ranks, on=KEY)
        .join(ranks.rename({KEY: "other_id", "rank": "below"}), on="other_id")
        .filter(pl.col("rank") < pl.col("below"))
        .sort("rank", "below")
        .with_columns((pl.col("win_probability") * 1000).round().cast(pl.Int64).alias("share"))
    )
    found = dict(rows.group_by("rank").agg("share").iter_rows())
    return [found.get(rank, []) for rank in ranks["rank"]]


def _advice(text: Text, result: Any, records: pl.DataFrame) -> list[str | None]:
    """The verdict on each distributor in one sentence with its reasons."""
    told = {
        one: reasons(text, rows.iter_rows(named=True))
        for (one,), rows in result.reasons.group_by(KEY, maintain_order=True)
    }
    columns = (KEY, "distributor_name", "verdict_word")
    return [
        verdict
        and text("{name}: {verdict} ({reasons}).", name=name, verdict=verdict, reasons=told[one])
        for one, name, verdict in records.select(columns).iter_rows()
    ]


def _first(text: Text, line: pl.DataFrame) -> list[str]:
    """What a page without scripts says of the first distributor on one criterion."""
    row = line.row(0, named=True)
    band = text(OF, band=row["band"], count=row["band_count"])
    return [
        measured(text, row["value"], row["unit"]),
        MISSING if row["band"] is None else band,
        text.number(row["score"], 0),
        text.percent(row["weight"]),
        text.number(row["contribution"], 1),
    ]
