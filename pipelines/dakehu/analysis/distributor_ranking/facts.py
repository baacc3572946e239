"""All that the data says of each distributor: criteria, structure, credit, rebates, conduct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis.distributor_ranking.conduct import conduct_of
from dakehu.analysis.distributor_ranking.credit import Credit, credit_of
from dakehu.analysis.distributor_ranking.criteria import Criteria, criteria_of
from dakehu.analysis.distributor_ranking.downstream import Downstream, downstream_of
from dakehu.analysis.distributor_ranking.owed import balances
from dakehu.analysis.distributor_ranking.policy import Policy
from dakehu.analysis.distributor_ranking.rebates import Rebates, rebates_of
from dakehu.analysis.distributor_ranking.window import Window
from dakehu.analysis.year_on_year import UNMOVED


@dataclass(frozen=True)
class Facts:
    """What is known of the distributors, before anybody is scored.

    `conduct`: distributor_id, fact, value: what deductions and vetoes look at.
    """

    criteria: Criteria
    downstream: Downstream
    credit: Credit
    rebates: Rebates
    conduct: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name; criteria are published with points."""
        return {
            "criteria_monthly": self.criteria.monthly,
            **self.downstream.tables,
            **self.credit.tables,
            **self.rebates.tables,
        }

    @property
    def figures(self) -> dict[str, tuple[float, str]]:
        """The headline numbers, by the names that summary.json keeps."""
        return self.credit.figures | self.rebates.figures


def facts_of(
    read: Mapping[str, pl.DataFrame],
    window: Window,
    as_of: date,
    policy: Policy,
    calm: pl.DataFrame = UNMOVED,
) -> Facts:
    """Everything that the frames of `marts.MARTS` say of the window that ends with `as_of`.

    `calm` are the company's months without the moving holiday (`without_holiday`).
    """
    owed = balances(read, window, as_of, policy)
    criteria = criteria_of(read, window, as_of, policy, owed)
    return Facts(
        criteria,
        downstream_of(read, window, criteria),
        credit_of(read, window, as_of, policy, criteria, owed),
        rebates_of(read, window, policy, calm),
        conduct_of(read, window, owed),
    )
