"""The three platforms: sub-scores, every criterion with its bands, and what is not measured.

`result` is the DistributorRanking that analysis.distributor_ranking returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present.bars import HOVER, hover
from dakehu.present.block import BlockData, Column, figure, findings, note, table
from dakehu.present.distributor_ranking.bars import FRAME_HEIGHT, bar_layout, names, rows
from dakehu.present.distributor_ranking.score_terms import PLATFORMS
from dakehu.present.distributor_ranking.words import KEY, criterion, measured, words
from dakehu.present.text import Text
from dakehu.present.theme import BLUE, GREEN, ORANGE, label, layout

COLORS = {"sales": BLUE, "logistics": GREEN, "capital": ORANGE}
CELLS_UP_TO = 25


def sub_scores(text: Text, result: Any, count: int) -> BlockData:
    """Sales, logistics and capital of the first, side by side."""
    frame = result.ranking.head(count)
    if frame.is_empty():
        return findings()  # page one has said that nobody is ranked
    fig = go.Figure(
        layout=bar_layout(names(frame), text("Points"), barmode="group", showlegend=True)
        | {"bargap": 0.3, "bargroupgap": 0.05}
    )
    for name, color in COLORS.items():
        points = frame[f"{name}_score"].to_list()
        if not any(value is not None for value in points):
            continue
        fig.add_bar(
            orientation="h",
            name=text(PLATFORMS[name]),
            x=points,
            y=rows(frame),
            marker_color=color,
            customdata=[
                hover(who, f"{text(PLATFORMS[name])} {text.number(value, 1)}")
                for who, value in zip(frame["distributor_name"], points, strict=True)
            ],
            hovertemplate=HOVER,
        )
    fig.update_xaxes(range=[0, 100])
    return figure(
        fig,
        title=text("Points by platform, the first {n}", n=frame.height),
        summary=text("A bar of points, 0 to 100, for each distributor and platform, first on top."),
        height=FRAME_HEIGHT + 44 * frame.height,
    )


def points_map(text: Text, result: Any) -> BlockData:
    """Points of every ranked distributor on every criterion, as a map."""
    frame = result.ranking.head(CELLS_UP_TO)
    if frame.is_empty():
        return findings()
    listed = [name for name in result.policy.criteria if name in result.score.panel.criteria]
    cells = result.score.criteria.filter(
        pl.col(KEY).is_in(frame[KEY].to_list()) & pl.col("criterion").is_in(listed)
    )
    known = {(code, name): row for code, name, *row in cells.select(
        KEY, "criterion", "score", "value", "unit").iter_rows()}  # fmt: skip
    score = [[known[code, name][0] for name in listed] for code in frame[KEY]]
    told = [
        [
            hover(
                who,
                f"{criterion(text, name)}: {measured(text, *known[code, name][1:])}",
                text("{n} points", n=text.number(known[code, name][0], 0)),
            )
            for name in listed
        ]
        for code, who in frame.select(KEY, "distributor_name").iter_rows()
    ]
    fig = go.Figure(
        layout=layout(
            yaxis=bar_layout(names(frame), "")["yaxis"],
            xaxis={
                "tickvals": list(range(len(listed))),
                "ticktext": [label(criterion(text, name), 20) for name in listed],
                "tickangle": -90,
                "side": "top",
                "showgrid": False,
            },
        )
    )
    fig.add_heatmap(
        z=score,
        x=list(range(len(listed))),
        y=rows(frame),
        customdata=told,
        hovertemplate=HOVER,
        zmin=0,
        zmax=100,
        colorscale=[[0, "#d1495b"], [0.5, "#f0d9a8"], [1, "#2a9d6f"]],
        showscale=False,
        xgap=1,
        ygap=1,
        hoverongaps=False,
    )
    return figure(
        fig,
        title=text("Points on every criterion"),
        summary=text(
            "A cell for each distributor and criterion, red 0 to green 100 points; empty where"
            " nothing is known."
        ),
        note=""
        if frame.height == result.ranking.height
        else text("The first {n} of {all}.", n=frame.height, all=text.count(result.ranking.height)),
        height=FRAME_HEIGHT + 130 + 20 * frame.height,
    )


def criteria_table(text: Text, result: Any) -> BlockData:
    """Each measured criterion: weight, what is worth most and least, and where all stand."""
    listed = result.score.panel.criteria
    if not listed:
        return note(text("No criterion of the policy is measured in this data."))
    weights = dict(zip(listed, result.score.panel.weights, strict=True))
    spread = result.score.criteria.filter(
        pl.col("is_available") & pl.col("criterion").is_in(listed)
    ).group_by("criterion").agg(
        pl.col("unit").first(),
        known=pl.col(KEY).n_unique(),
        low=pl.col("value").quantile(0.1), middle=pl.col("value").median(),
        high=pl.col("value").quantile(0.9), points=pl.col("score").mean(),
    )  # fmt: skip
    by_name = {row["criterion"]: row for row in spread.to_dicts()}
    shown = []
    for name in listed:
        row, rule = by_name[name], result.policy.criteria[name]
        shown.append(
            {
                "platform": text(PLATFORMS[rule.platform]),
                "what": criterion(text, name),
                "weight": float(weights[name]),
                "known": row["known"],
                "points": row["points"],
                **{
                    place: measured(text, row[place], row["unit"])
                    for place in ("low", "middle", "high")
                },
            }
        )
    columns = [
        Column("what", text("Criterion")),
        Column("platform", text("Platform"), "text", 2),
        Column("weight", text("Weight"), "percent"),
        Column("middle", text("Median")),
        Column("low", text("10th per cent"), "text", 3),
        Column("high", text("90th per cent"), "text", 3),
        Column("points", text("Mean points"), "count"),
        Column("known", text("Known of"), "count", 2),
    ]
    texts = dict.fromkeys(("platform", "what", "low", "middle", "high"), pl.String)
    schema = texts | {"weight": pl.Float64, "known": pl.Int64, "points": pl.Float64}
    return table(
        pl.DataFrame(shown, schema_overrides=schema),
        columns,
        text,
        title=text("Every criterion that is scored"),
        file="criteria",
        note=text("The weights of what this data measures sum to 100%."),
    )


def left_out(text: Text, result: Any) -> BlockData:
    """The criteria of the policy that this data does not measure, and the weight of each."""
    frame = result.score.left_out
    if frame.is_empty():
        return note(text("Every criterion of the policy is measured."), "good")
    missing = dict(result.facts.criteria.absent.select("criterion", "missing").iter_rows())
    lacks = [missing.get(name) or None for name in frame["criterion"]]
    columns = [
        Column("what", text("Criterion")),
        Column("platform", text("Platform"), "text", 2),
        Column("weight", text("Agreed weight"), "percent"),
        Column("lacks", text("Columns that no source feeds"), "text", 2),
    ]
    return table(
        frame.with_columns(
            words("what", [criterion(text, name) for name in frame["criterion"]]),
            words("platform", [text(PLATFORMS[one]) for one in frame["platform"]]),
            words("lacks", lacks),
        ),
        columns,
        text,
        title=text("Agreed and not measured"),
        note=text(
            "Their weight, {share} in all, is spread over the others in proportion. Where no"
            " column is named, all are fed and nobody has a value yet.",
            share=text.percent(float(frame["weight"].sum())),
        ),
    )
