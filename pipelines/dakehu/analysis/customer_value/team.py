"""Who of ours looks after an account: how steady the manager is, and who comes without one.

Steadiness is that of the key-account manager (P9-10); the manager should be the single interface of
all our product lines, so several of our people without the manager break it (P7-7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period


@dataclass(frozen=True)
class Team:
    """`accounts` has a row per customer with a manager, or with a crowded month in the window.

    `has_managers` and `has_meetings` say whether anybody's manager, and whether any meeting with
    one of our people, is known.
    """

    accounts: pl.DataFrame
    has_managers: bool
    has_meetings: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {} if self.accounts.is_empty() else {"account_teams": self.accounts}


def team_of(
    known: pl.DataFrame, marts: dict[str, pl.DataFrame], period: Period, policy: Policy
) -> Team:
    """Judge the customers in `known` (window.bought) by `managers` and `meetings` (marts.MARTS)."""
    ids = known.select("customer_id")
    managers = marts["managers"].join(ids, on="customer_id", how="semi")
    meetings = marts["meetings"].join(ids, on="customer_id", how="semi")
    sold = ["customer_name", "net_amount", "previous_amount"]
    accounts = (
        _steadiness(managers, period)
        .join(_crowds(meetings, period, policy), on="customer_id", how="full", coalesce=True)
        .join(known.select("customer_id", *sold), on="customer_id")
        .with_columns(pl.col("crowded_month_count").fill_null(0))
        .sort(
            pl.col("change_count").fill_null(0), "crowded_month_count", "net_amount", "customer_id",
            descending=[True, True, True, False],
        )
    )  # fmt: skip
    has_managers = not managers.is_empty()
    has_meetings = has_managers and not meetings.is_empty()
    return Team(
        accounts=accounts.select(
            "customer_id", "customer_name", "manager_count", "change_count", "tenure_days",
            "crowded_month_count", "crowd_count", "crowded_month",
        ),
        has_managers=has_managers,
        has_meetings=has_meetings,
        figures=_figures(accounts, period, policy, has_managers, has_meetings),
    )  # fmt: skip


def _steadiness(managers: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Managers in the window, changes in it, and days of the one who is there today.

    A change is a day on which somebody takes over an account that had a manager before.
    """
    begun, ended = pl.col("valid_from"), pl.col("valid_to")
    # Who has been there since nobody knows when comes before everybody else.
    is_first = begun.is_null() | (~begun.is_null().any() & (begun == begun.min()))
    takes_over = ~is_first & (pl.col("first_month") >= period.first_month)
    held = ended.is_null() | (pl.col("last_month") >= period.first_month)
    now = ended.is_null() | (ended > period.as_of)
    since = begun.filter(pl.col("person_id") == pl.col("person_id").filter(now).last()).min()
    return (
        managers.sort("customer_id", "valid_from", nulls_last=False)
        .group_by("customer_id")
        .agg(
            manager_count=pl.col("person_id").filter(held).n_unique().cast(pl.Int64),
            change_count=begun.filter(takes_over).n_unique().cast(pl.Int64),
            tenure_days=pl.when(now.any()).then((pl.lit(period.as_of) - since).dt.total_days()),
        )
    )


def _crowds(meetings: pl.DataFrame, period: Period, policy: Policy) -> pl.DataFrame:
    """Months of the window in which more of ours came than may without the manager."""
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    return (
        meetings.filter(
            inside, pl.col("manager_count") == 0, pl.col("person_count") > policy.interface_people
        )
        .sort("person_count", "month", descending=True)
        .group_by("customer_id", maintain_order=True)
        .agg(
            crowded_month_count=pl.len().cast(pl.Int64),
            crowd_count=pl.col("person_count").first(),
            crowded_month=pl.col("month").first(),
        )
    )


def _figures(
    accounts: pl.DataFrame, period: Period, policy: Policy, has_managers: bool, has_meetings: bool
) -> dict[str, tuple[float, str]]:
    figures: dict[str, tuple[float, str]] = {}
    if has_managers:
        often = pl.col("change_count") >= policy.manager_changes
        steady = accounts.filter(pl.col("change_count").is_not_null(), ~often)
        changed = accounts.filter(often)
        figures["managed_count"] = (steady.height + changed.height, "count")
        figures["manager_changed_count"] = (changed.height, "count")
        tenure = accounts["tenure_days"].drop_nulls().median()
        if isinstance(tenure, float):
            figures["manager_tenure_days"] = (tenure, "days")
        parts = {"changed_manager": changed, "steady_manager": steady}
        if period.has_previous:
            for name, part in parts.items():
                before = float(part["previous_amount"].sum())
                if before > 0:
                    kept = float(part["net_amount"].sum()) / before
                    figures[f"{name}_revenue_retention"] = (kept, "share")
    if has_meetings:
        crowded = accounts.filter(pl.col("crowded_month_count") > 0)
        figures["crowded_account_count"] = (crowded.height, "count")
    return figures
