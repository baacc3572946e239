"""Which ranks the draws give each, under which weights each would come first, and who may leave.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, Finding, figure, findings, table
from dakehu.present.distributor_ranking.bars import FRAME_HEIGHT, bar_layout, names, rows
from dakehu.present.distributor_ranking.score_terms import PLATFORMS
from dakehu.present.distributor_ranking.words import (
    KEY,
    OPENS,
    criterion,
    named,
    sentences,
    words,
)
from dakehu.present.text import Text

ROWS = 25
COLUMNS = 40  # of more ranks, neighbouring ones share a column
FAINT, FULL = "rgba(47,126,216,0.06)", "rgba(47,126,216,1)"
LISTED_FROM = 0.01  # share of all weights
LEANS_ON = 2
HEAVY = 1.2  # times the weight that a criterion has when all weigh the same


def rank_map(text: Text, result: Any) -> BlockData:
    """How often each of the first stands at each rank, as a map."""
    frame = result.ranking.head(ROWS)
    if frame.is_empty():
        return findings()  # page one has said that nobody is ranked
    drawn = result.certainty.rank_shares.filter(pl.col(KEY).is_in(frame[KEY].to_list()))
    width = -(-int(drawn["rank"].max()) // COLUMNS)
    place = (pl.col("rank") - 1) // width
    shares = {
        (code, step): share
        for code, step, share in drawn.group_by(KEY, place=place).agg(pl.col("share").sum()).rows()
    }
    steps = range(max(step for _, step in shares) + 1)
    ranks = [_ranks(text, step * width + 1, step * width + width) for step in steps]
    fig = go.Figure(
        layout=bar_layout(names(frame), text("Rank"), showlegend=False) | {"hovermode": "closest"}
    )
    fig.add_heatmap(
        x=[step * width + (width + 1) / 2 for step in steps],
        y=rows(frame),
        z=[[shares.get((code, step)) for step in steps] for code in frame[KEY]],
        customdata=[
            [
                hover(who, f"{told}: {text.percent(shares.get((code, step)))}")
                for step, told in zip(steps, ranks, strict=True)
            ]
            for code, who in frame.select(KEY, "distributor_name").iter_rows()
        ],
        hovertemplate=HOVER,
        hoverongaps=False,
        zmin=0,
        zmax=1,
        colorscale=[[0, FAINT], [1, FULL]],
        showscale=False,
        xgap=1,
        ygap=1,
    )
    fig.update_xaxes(rangemode="normal", showgrid=False)
    fig.update_yaxes(showgrid=False)
    return figure(
        fig,
        title=text("How often each stands at each rank"),
        summary=text("A cell for each distributor and rank: the darker, the more of the draws."),
        note=text("Share of the draws; white: never.")
        if frame.height == result.ranking.height
        else text(
            "Share of the draws; white: never. The first {n} of {all}.",
            n=frame.height,
            all=text.count(result.ranking.height),
        ),
        height=FRAME_HEIGHT + 20 * frame.height,
    )


def _ranks(text: Text, low: int, high: int) -> str:
    if low == high:
        return text("Rank {rank}", rank=low)
    return text("Ranks {low} to {high}", low=low, high=high)


def removals(text: Text, result: Any) -> BlockData:
    """That nobody's leaving moves the others, counted on this data."""
    count = result.ranking.height
    if count < 3:
        return findings()
    turned = result.certainty.reversals
    said = text(
        "Each of the {n} ranked was left out once: the official order of the others changed"
        " {official} times, for nobody's points depend on another's. Scored between the worst and"
        " the best who are there, it would have changed {own} times.",
        n=text.count(count),
        official=text.count(turned["official"]),
        own=text.count(turned["own_scale"]),
    )
    return findings(Finding(said, "bad" if turned["official"] else "good"))


def contenders(text: Text, result: Any, count: int) -> BlockData:
    """Who could come first at all, and the mean of the weights under which each does."""
    frame = result.certainty.central_weights
    if frame.is_empty():
        return findings()
    platforms = {name: one.platform for name, one in result.policy.criteria.items()}
    with_platform = frame.with_columns(
        platform=pl.col("criterion").replace_strict(platforms, return_dtype=pl.String)
    )
    even = 1 / len(result.score.panel.criteria)
    heaviest = (
        pl.col("criterion")
        .filter(pl.col("weight") > HEAVY * even)
        .sort_by(pl.col("weight").filter(pl.col("weight") > HEAVY * even), descending=True)
        .head(LEANS_ON)
    )
    who = (
        with_platform.group_by(KEY, maintain_order=True)
        .agg(
            pl.col("first_share").first(),
            heaviest.alias("leans"),
            *(
                pl.col("weight").filter(pl.col("platform") == name).sum().alias(name)
                for name in PLATFORMS
                if name in with_platform["platform"]
            ),
        )
        .join(result.ranking.select(KEY, "rank"), on=KEY)
        .sort("first_share", "rank", descending=[True, False])
        .filter(pl.col("first_share") >= LISTED_FROM)
        .head(count)
    )
    leans = [
        text(", ").join(criterion(text, one) for one in listed) or text("whatever the weights")
        for listed in who["leans"]
    ]
    columns = [
        Column("name", text("Distributor"), opens=OPENS),
        Column("rank", text("Rank"), "count", 3),
        Column("first_share", text("First under"), "percent"),
        *(Column(name, text(label), "percent", 2) for name, label in PLATFORMS.items()),
        Column("told", text("Heaviest then")),
    ]
    return table(
        named(who, result).with_columns(words("told", leans)),
        columns,
        text,
        title=text("Under which weights each would come first"),
        file="central_weights",
        note=_contenders_note(text, result, 1 - who["first_share"].sum()),
    )


def _contenders_note(text: Text, result: Any, rest: float) -> str:
    agreed = dict.fromkeys(PLATFORMS, 0.0)
    for name, weight in zip(
        result.score.panel.criteria, result.score.panel.weights.tolist(), strict=True
    ):
        agreed[result.policy.criteria[name].platform] += weight
    listed = text("; ").join(
        text("{platform} {weight}", platform=text(PLATFORMS[name]), weight=text.percent(weight, 0))
        for name, weight in agreed.items()
        if weight
    )
    return sentences(
        text,
        [
            text(
                "Of all weights that there can be, none likelier than another: how many put it"
                " first, what is missing being anything, and the mean of those. Agreed on what is"
                " measured: {listed}.",
                listed=listed,
            ),
            text("All others together: {share}.", share=text.percent(rest)),
        ],
    )
