"""Where the official rank and the rank by sales part, and what makes the difference."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dakehu.analysis.distributor_ranking.explain import contrast
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, PLACES, Score


@dataclass(frozen=True)
class Inversion:
    """One sells less than the other and ranks before it.

    `one`, `other`: distributor_id. `contrast`: see `explain.contrast`; leads of the one.
    """

    one: str
    other: str
    contrast: pl.DataFrame


def widest_inversion(ranking: pl.DataFrame, score: Score, among: int) -> Inversion | None:
    """The distributor that falls furthest below its sales rank, beside the best that sells less.

    `ranking`: distributor_id, rank, sales_rank, observed_weight_share of everybody ranked. Only
    those count of whom every measured criterion is known, for else it is the lack that parts them.
    The one that falls is looked for among the `among` largest. None where no order is turned.
    """
    whole = ranking.filter(pl.col("observed_weight_share") > 1 - 10**-PLACES)
    places = (
        whole.sort("sales_rank")
        .with_row_index("sold", offset=1)
        .with_columns(fall=pl.col("rank").rank("ordinal") - pl.col("sold").cast(pl.Int64))
    )
    fallen = places.head(among).sort("fall", "sold", descending=[True, False]).head(1)
    if fallen.is_empty() or fallen["fall"].item() <= 0:
        return None
    other = fallen.row(0, named=True)
    one = places.filter(pl.col("sold") > other["sold"]).sort("rank").row(0, named=True)
    pair = (one[DISTRIBUTOR], other[DISTRIBUTOR])
    found = Inversion(*pair, contrast(score, *pair))
    # Of equal scores the order of ids decides, and nothing explains that.
    return found if found.contrast["lead"].sum() > 10**-PLACES else None
