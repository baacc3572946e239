"""What if the weights were others: sliders that rank anew in the browser, never officially.

`result` is the DistributorRanking that analysis.distributor_ranking returns; read are its parts
`score`, `policy` and `names`.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import BlockData, note
from dakehu.present.distributor_ranking.score_terms import CRITERIA, PLATFORMS
from dakehu.present.text import Text

KEY = "distributor_id"
SAYS = {
    "rank": N_("What-if rank"),
    "official": N_("Official rank"),
    "name": N_("Distributor"),
    "score": N_("What-if score"),
    "official_score": N_("Official score"),
    "agreed": N_("These are the agreed weights: this is the official order."),
    "moved": N_("Not the official rank: {moved} of {n} stand elsewhere with these weights."),
    "same": N_("Not the official rank, though the order is the same with these weights."),
    "nothing": N_("Every weight is zero: there is nothing to rank by."),
    "veto": N_("veto"),
    "unranked": N_("not ranked"),
    "all": N_("Show all {n} rows"),
    "fewer": N_("Show fewer rows"),
}


def weight_panel(text: Text, result: Any) -> BlockData:
    """Sliders for the weights of platforms and criteria, and the order that follows from them.

    The page reckons as `score.score_of` does: weights of the measured criteria from those of the
    platforms, a missing criterion left out, deductions taken off, vetoes last, ties in the same
    order. The records stand by id, which is what decides last.
    """
    score, policy = result.score, result.policy
    ranking = score.ranking.sort(KEY)
    if ranking.is_empty():
        return note(text("No distributor has bought up to this date."))
    measured = score.panel.criteria
    rest = dict.fromkeys(PLATFORMS, 0.0)
    for name, criterion in policy.criteria.items():
        if name not in measured:
            rest[criterion.platform] += criterion.weight
    shown = {policy.criteria[name].platform for name in measured}
    return {
        "kind": "weights",
        "title": text("What if the weights were others?"),
        "note": text(
            "Drag a weight and the order is reckoned anew on this page. What counts stays the "
            "official rank with the agreed weights."
        ),
        "platforms": [
            {
                "name": name,
                "label": text(label),
                "weight": policy.platforms[name],
                "rest": rest[name],  # weight of the criteria that this source does not measure
            }
            for name, label in PLATFORMS.items()
            if name in shown
        ],
        "criteria": [
            {
                "name": name,
                "label": text(CRITERIA[name]),
                "platform": policy.criteria[name].platform,
                "weight": policy.criteria[name].weight,
            }
            for name in measured
        ],
        "observed_min": policy.observed_weight_min,
        "says": {key: text(words) for key, words in SAYS.items()},
        "records": {
            "codes": ranking[KEY].to_list(),
            "names": [result.names.get(one) or one for one in ranking[KEY]],
            "ranks": ranking["rank"].to_list(),
            "scores": [None if one is None else text.number(one, 1) for one in ranking["score"]],
            "deductions": ranking["deduction_points"].to_list(),
            "vetoed": [int(one is not None) for one in ranking["veto"]],
            "points": [_points(score.criteria, ranking, name) for name in measured],
        },
    }


def _points(lines: pl.DataFrame, ranking: pl.DataFrame, name: str) -> list[float | None]:
    own = lines.filter(pl.col("criterion") == name).select(KEY, "score")
    return (
        ranking.select(KEY).join(own, on=KEY, how="left", maintain_order="left")["score"].to_list()
    )
