"""How sure the ranks are: intervals, second opinions, and what each criterion decides.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.distributor_ranking.bars import FRAME_HEIGHT, bar_layout, names, rows
from dakehu.present.distributor_ranking.words import KEY, OPENS, criterion, named, sentences, words
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, ORANGE

ROWS = 40
ROW = 22
METHODS = ("topsis", "promethee", "vikor")


def intervals(text: Text, result: Any) -> BlockData:
    """The official rank of each as a dot on its 90 % interval, one colour a tier in turn."""
    frame = result.ranking.head(ROWS)
    if frame.is_empty():
        return findings()  # page one has said that nobody is ranked
    fig = go.Figure(
        layout=bar_layout(names(frame), text("Rank"), showlegend=False) | {"hovermode": "closest"}
    )
    for row, place in zip(frame.iter_rows(named=True), rows(frame), strict=True):
        color = BLUE if row["tier"] % 2 else ORANGE
        told = hover(
            f"{row['rank']} {row['distributor_name']}",
            text("90% interval: {low} to {high}", low=row["rank_low"], high=row["rank_high"]),
            text("Tier {tier}", tier=row["tier"]),
            text(
                "First in {share} of the draws", share=text.percent(row["first_rank_acceptability"])
            ),
        )
        fig.add_scatter(
            mode="lines+markers",
            x=[row["rank_low"], row["rank"], row["rank_high"]],
            y=[place] * 3,
            line={"color": color, "width": 5},
            marker={"size": [1, 11, 1], "color": color, "line": {"width": 0}},
            customdata=[told] * 3,
            hovertemplate=HOVER,
        )
    return figure(
        fig,
        title=text("How sure each rank is"),
        summary=text(
            "A dot at each official rank, on a line over the ranks that hold 90% of the draws."
        ),
        note=_interval_note(text, result),
        height=FRAME_HEIGHT + ROW * frame.height,
    )


def _interval_note(text: Text, result: Any) -> str:
    policy, frame = result.policy, result.ranking
    parts = [
        text(
            "{draws} draws: each weight up to {spread} more or less, the months drawn again, what"
            " is missing anything from 0 to 100 points. Neighbours of one colour are one tier: its"
            " head beats none of them with {level} or more.",
            draws=text.count(policy.smaa_draws),
            spread=text.percent(policy.weight_spread, 0),
            level=text.percent(policy.separable_probability, 0),
        )
    ]
    if frame.height > ROWS:
        parts.append(text("The first {n} of {all}.", n=ROWS, all=text.count(frame.height)))
    return sentences(text, parts)


def opinions(text: Text, result: Any, count: int) -> BlockData:
    """The ranks that other methods give, beside the official one."""
    if result.opinions.is_empty():
        return findings()
    wide = result.opinions.pivot(on="method", index=KEY, values="rank", maintain_order=True)
    best = result.opinions.filter(pl.col("is_compromise").fill_null(False)).select(
        KEY, is_best=pl.lit(True)
    )
    every = (
        result.ranking.select(KEY, "rank", "distributor_name")
        .join(wide, on=KEY)
        .join(best, on=KEY, how="left")
        .with_columns(gap=pl.max_horizontal((pl.col(m) - pl.col("rank")).abs() for m in METHODS))
        .sort("rank")
    )
    furthest = every.tail(-count).sort("gap", "rank", descending=[True, False]).head(5)
    columns = [
        Column("rank", text("Rank"), "count"),
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("topsis", "TOPSIS", "count"),
        Column("promethee", "PROMETHEE II", "count"),
        Column("vikor", "VIKOR", "count"),
        Column("is_best", text("In VIKOR's compromise"), "flag", 2),
        Column("gap", text("Furthest apart"), "count", 3),
    ]
    return table(
        pl.concat([every.head(count), furthest.sort("rank")]),
        columns,
        text,
        title=text("Second opinions"),
        file="second_opinions",
        note=text(
            "The first {n}, and those further down of whom the methods disagree most. Other methods"
            " see the criteria alone, without deductions and vetoes; none of them decides.",
            n=min(count, every.height),
        ),
    )


def stability(text: Text, result: Any) -> BlockData:
    """What each criterion decides: the agreed weight, and the ranks without it."""
    frame = result.stability
    if frame.is_empty():
        return findings()
    first = result.ranking[KEY][0]
    furthest = pl.col("rank_change").abs().arg_max()
    moved = (
        named(frame, result)
        .group_by("criterion", maintain_order=True)
        .agg(
            changed=(pl.col("rank_change") != 0).sum(),
            who=pl.col("name").get(furthest),
            move=pl.col("rank_change").get(furthest),
            leader=pl.col("name").filter(pl.col("rank") == 1).first(),
            is_new=(pl.col(KEY).filter(pl.col("rank") == 1).first() != first),
        )
    )
    shown = (
        moved.join(result.weights, on="criterion", how="left", maintain_order="left")
        .sort("agreed", "criterion", descending=[True, False])
        .with_columns(new_leader=pl.when("is_new").then("leader"))
    )
    what = [criterion(text, one) for one in shown["criterion"]]
    mover = [
        f"{who} {'▲' if move > 0 else '▼'}{abs(move)}" if move else None
        for who, move in shown.select("who", "move").iter_rows()
    ]
    columns = [
        Column("what", text("Without this criterion")),
        Column("agreed", text("Agreed weight"), "percent"),
        Column("changed", text("Ranks that change"), "count"),
        Column("mover", text("Moves furthest"), "text", 2),
        Column("new_leader", text("New first"), "text"),
        Column("entropy", text("Weight by entropy"), "percent", 3),
        Column("critic", text("Weight by CRITIC"), "percent", 3),
    ]
    return table(
        shown.with_columns(words("what", what), words("mover", mover)),
        columns,
        text,
        title=text("What each criterion decides"),
        file="stability",
        note=text(
            "Weights by entropy and CRITIC come from the data alone, as a diagnosis: they reward a"
            " criterion for being noisy, and never decide."
        ),
    )


def pairs(text: Text, result: Any, count: int) -> BlockData:
    """How likely each of the first is to stand before the one below it."""
    frame = result.ranking.head(count)
    if frame.height < 2:
        return note(text("Too few are ranked to compare one with the next."), "")
    below = frame.select(
        KEY, "rank", "distributor_name",
        other_id=pl.col(KEY).shift(-1),
        other_name=pl.col("distributor_name").shift(-1),
    ).drop_nulls("other_id")  # fmt: skip
    shown = below.join(result.certainty.pairwise, on=[KEY, "other_id"], how="left").sort("rank")
    columns = [
        Column("distributor_name", text("Distributor"), opens=OPENS),
        Column("rank", text("Rank"), "count", 3),
        Column("other_name", text("The next one"), opens=("scorecard", "other_id")),
        Column("win_probability", text("Stands before it"), "percent"),
    ]
    return table(
        shown,
        columns,
        text,
        title=text("How likely each is to stand before the next one"),
        file="pairwise",
        note=text(
            "Share of the draws, a tie being half; near 50% the order of the two says nothing."
        ),
    )
