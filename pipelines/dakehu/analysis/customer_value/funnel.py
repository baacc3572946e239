"""How cases move from stage to stage, how long they stay, and which proposals turn into orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.survival import kaplan_meier, medians

if TYPE_CHECKING:
    from dakehu.analysis.customer_value import Policy
    from dakehu.analysis.customer_value.window import Period

RUNNING = ["open", "passed"]
LEVELS = ["product", "industry", "custom"]


@dataclass(frozen=True)
class Funnel:
    """`stages` has a row per stage, first to last, of the stays that began in the window.

    `proposals` has a row per level of proposal made in the window. `has_stages` and `has_proposals`
    say whether the data has any at all, in whatever window.
    """

    stages: pl.DataFrame
    proposals: pl.DataFrame
    has_stages: bool
    has_proposals: bool
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        found = {"stages": self.stages, "proposals": self.proposals}
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def funnel_of(marts: Mapping[str, pl.DataFrame], period: Period, policy: Policy) -> Funnel:
    """Stages and proposals of the customers in `policy.roles`.

    `marts` holds `stages`, `proposals` and `order_days` (customer_marts.MARTS).
    """
    wanted = pl.col("role").is_in(policy.roles) if policy.roles else pl.lit(True)
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    stages = marts["stages"].filter(wanted)
    proposals = marts["proposals"].filter(wanted)
    stage_table = stages_of(stages.filter(inside), period)
    proposal_table = proposals_of(
        proposals.filter(inside), marts["order_days"], period, policy.proposal_order_days
    )
    return Funnel(
        stages=stage_table,
        proposals=proposal_table,
        has_stages=not stages.is_empty(),
        has_proposals=not proposals.is_empty(),
        figures=_figures(stage_table, proposal_table),
    )


def stages_of(stays: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Conversion and days per stage of `stays` (one row per case and stage) (P4-1, P6-1).

    Conversion is the cases that went on to a later stage over all that entered. A stay is open
    until the case leaves; the median days are by Kaplan and Meier, which counts the open ones for
    as long as they have lasted. A stay that ended on a day unknown, or before it began, gives no
    days.
    """
    over = pl.col("left_date").is_not_null() | pl.col("has_advanced")
    closed = pl.col("outcome").is_not_null() & ~pl.col("outcome").is_in(RUNNING)
    ended = over | closed
    last = pl.when(ended).then("left_date").otherwise(pl.lit(period.as_of))
    spells = stays.with_columns(
        has_ended=ended, days=(last - pl.col("entered_date")).dt.total_days()
    )
    won = pl.col("outcome") == "won"
    counts = (
        spells.group_by("stage_no")
        .agg(
            entered_count=pl.len().cast(pl.Int64),
            advanced_count=pl.col("has_advanced").sum().cast(pl.Int64),
            won_count=(won & ~pl.col("has_advanced")).sum().cast(pl.Int64),
            open_count=(~pl.col("has_ended")).sum().cast(pl.Int64),
        )
        .with_columns(
            ended_count=pl.col("entered_count")
            - pl.sum_horizontal("advanced_count", "won_count", "open_count"),
            conversion=pl.when(pl.col("stage_no") < pl.col("stage_no").max()).then(
                pl.col("advanced_count") / pl.col("entered_count")
            ),
        )
    )
    days = medians(kaplan_meier(spells, "stage_no"), "stage_no")
    return counts.join(days, on="stage_no", how="left").sort("stage_no")


def proposals_of(
    proposals: pl.DataFrame, order_days: pl.DataFrame, period: Period, days: int
) -> pl.DataFrame:
    """How many proposals of each level were followed by an order or a tender won (P4-2).

    Only those count whose `days` have passed: `presented_count`. An order follows when it is placed
    within `days` after the day of the proposal; so does a decided tender that opens within them.
    A customer that orders often would have ordered anyway: `usual_share` is the mean chance that a
    day of the same span, picked at random, is followed by an order of that customer.
    """
    limit = pl.duration(days=days)
    matured = proposals.filter(pl.col("proposal_date") + limit <= period.as_of)
    orders = order_days.join(matured, on="customer_id", how="semi").sort("order_date")
    span = timedelta(days=days)
    chances = _chances(orders, matured["proposal_date"].min(), period.as_of - span, days)
    tender = pl.col("tender_date") <= pl.col("proposal_date") + limit
    judged = (
        matured.sort("proposal_date")
        .join_asof(
            orders,
            left_on="proposal_date",
            right_on="order_date",
            by="customer_id",
            strategy="forward",
            allow_exact_matches=False,
            tolerance=span,
            check_sortedness=False,
        )
        .join(chances, on="customer_id", how="left")
    )
    made = proposals.group_by("level").agg(made_count=pl.len().cast(pl.Int64))
    return (
        judged.group_by("level")
        .agg(
            presented_count=pl.len().cast(pl.Int64),
            ordered_count=pl.col("order_date").count().cast(pl.Int64),
            usual_share=pl.col("usual_share").fill_null(0).mean(),
            tender_count=tender.sum().cast(pl.Int64),
            won_count=(tender & (pl.col("tender_result") == "won")).sum().cast(pl.Int64),
        )
        .with_columns(order_share=pl.col("ordered_count") / pl.col("presented_count"))
        .join(made, on="level", how="right", nulls_equal=True)
        .with_columns(position=pl.col("level").replace_strict(LEVELS, [0, 1, 2], default=3))
        .sort("position", "level", nulls_last=True)
        .select(
            "level",
            "made_count",
            pl.col("presented_count", "ordered_count", "tender_count", "won_count").fill_null(0),
            "order_share",
            "usual_share",
        )
    )


def _chances(orders: pl.DataFrame, first: object, last: object, days: int) -> pl.DataFrame:
    """By customer, the share of the days from `first` to `last` with an order within `days` after.

    An order speaks for the `days` before it, from the order before it on.
    """
    previous = pl.col("order_date").shift().over("customer_id")
    begins = pl.max_horizontal(
        previous, pl.col("order_date") - pl.duration(days=days), pl.lit(first, pl.Date)
    )
    ends = pl.min_horizontal(pl.col("order_date") - pl.duration(days=1), pl.lit(last, pl.Date))
    length = (pl.lit(last, pl.Date) - pl.lit(first, pl.Date)).dt.total_days() + 1
    covered = ((ends - begins).dt.total_days() + 1).clip(lower_bound=0)
    return (
        orders.sort("customer_id", "order_date")
        .with_columns(covered=covered)
        .group_by("customer_id")
        .agg(usual_share=pl.col("covered").sum() / length.first())
    )


def _figures(stages: pl.DataFrame, proposals: pl.DataFrame) -> dict[str, tuple[float, str]]:
    figures: dict[str, tuple[float, str]] = {}
    if not stages.is_empty():
        figures["case_open_count"] = (int(stages["open_count"].sum()), "count")
    presented = int(proposals["presented_count"].sum())
    if presented:
        ordered = int(proposals["ordered_count"].sum())
        usual = (proposals["usual_share"] * proposals["presented_count"]).sum()
        figures["proposal_order_share"] = (ordered / presented, "share")
        figures["proposal_usual_share"] = (float(usual) / presented, "share")
    return figures
