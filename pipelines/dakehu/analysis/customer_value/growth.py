"""Where growth can come from: families, needs, industries, and the way from proposal to order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value.coverage import Coverage, coverage_of
from dakehu.analysis.customer_value.funnel import Funnel, funnel_of
from dakehu.analysis.customer_value.industries import Industries, industries_of
from dakehu.analysis.customer_value.mix import Mix, mix_of

if TYPE_CHECKING:
    from dakehu.analysis.customer_value import Policy
    from dakehu.analysis.customer_value.window import Period


@dataclass(frozen=True)
class Growth:
    """The four pieces; each says by itself whether its data is there."""

    coverage: Coverage
    mix: Mix
    industries: Industries
    funnel: Funnel

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        pieces = (self.coverage, self.mix, self.industries, self.funnel)
        return {name: frame for piece in pieces for name, frame in piece.tables.items()}

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """Every figure of this part: value and unit."""
        pieces = (self.coverage, self.mix, self.industries, self.funnel)
        return {name: figure for piece in pieces for name, figure in piece.figures.items()}

    @property
    def columns(self) -> pl.DataFrame:
        """What the customer list takes from here, by customer_id."""
        return self.coverage.columns


def growth_of(
    customers: pl.DataFrame,
    known: pl.DataFrame,
    marts: Mapping[str, pl.DataFrame],
    period: Period,
    policy: Policy,
) -> Growth:
    """All of it; `marts` holds the frames of customer_marts.MARTS by name.

    `known` is what each customer bought (customer_window.bought), `customers` those of the window,
    classed.
    """
    coverage = coverage_of(customers, marts, period, policy)
    return Growth(
        coverage=coverage,
        mix=mix_of(known, marts, period),
        industries=industries_of(known, coverage.cells, period),
        funnel=funnel_of(marts, period, policy),
    )
