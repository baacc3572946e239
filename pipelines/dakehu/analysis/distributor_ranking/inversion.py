"""Where the official rank and the rank by sales part, and what makes the difference."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dakehu.analysis.distributor_ranking.explain import contrast
from dakehu.analysis.distributor_ranking.score import DISTRIBUTOR, Score


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

    `ranking`: distributor_id, rank, sales_rank, of everybody ranked; both ranks count among these.
    The one that falls is looked for among the `among` largest. None where no order is turned.
    """
    places = (
        ranking.sort("sales_rank")
        .with_row_index("sold", offset=1)
        .with_columns(fall=pl.col("rank") - pl.col("sold").cast(pl.Int64))
    )
    fallen = places.head(among).sort("fall", "sold", descending=[True, False]).head(1)
    if fallen.is_empty() or fallen["fall"].item() <= 0:
        return None
    other = fallen.row(0, named=True)
    one = places.filter(pl.col("sold") > other["sold"]).sort("rank").row(0, named=True)
    pair = (one[DISTRIBUTOR], other[DISTRIBUTOR])
    return Inversion(*pair, contrast(score, *pair))
