"""How far the relation with a customer has come, and how often it fell back (P7-6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value.continuity import MONTHS_A_QUARTER, months_back
from dakehu.analysis.customer_value.window import Period

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

NONE, ESTABLISHING, STABLE, STRENGTHENING = range(4)
STAGES = ("none", "establishing", "stable", "strengthening")
SETBACKS = ("tender_lost", "contact_left")
QUARTERS = 12
A_YEAR = 4


def relations_of(
    candidates: pl.DataFrame,
    sales: pl.DataFrame,
    events: pl.DataFrame,
    period: Period,
    policy: Policy,
) -> pl.DataFrame:
    """Follow each candidate's relation quarter by quarter, over at most the last three years.

    Up: none -> establishing with a first order or sales case; establishing -> stable after
    `relation_quarters` quarters in a row with orders; stable -> strengthening after as many more
    when the last four quarters together exceed the four before. Down: two quarters without orders
    lead back to establishing, from there to none; a lost tender or a contact that left costs one
    stage, though not the first.

    Args:
        candidates: customer_id and customer_name of those followed.
        sales: one row per customer and month.
        events: one row per customer, month and kind.
        period: the quarters are counted back from its last month.
        policy: `relation_quarters`.

    Returns:
        One row per candidate: relation_stage, back_steps, and of the last step back its
        `last_trigger` (no_orders, tender_lost, contact_left) and the first month of its quarter.
    """
    count = min(QUARTERS, period.history_months // MONTHS_A_QUARTER)
    state = _quarters(candidates, sales, events, period, count).with_columns(
        stage=pl.lit(NONE),
        streak=pl.lit(0),
        back_steps=pl.lit(0),
        last_trigger=pl.lit(None, pl.String),
        last_back_step=pl.lit(None, pl.Date),
    )
    for quarter in reversed(range(count)):
        state = _step(state, quarter, count, period, policy)
    return state.select(
        "customer_id",
        "customer_name",
        relation_stage=pl.col("stage").replace_strict(range(len(STAGES)), STAGES),
        back_steps=pl.col("back_steps").cast(pl.Int64),
        last_trigger="last_trigger",
        last_back_step="last_back_step",
    ).sort("customer_id")


def _quarters(
    candidates: pl.DataFrame,
    sales: pl.DataFrame,
    events: pl.DataFrame,
    period: Period,
    count: int,
) -> pl.DataFrame:
    """One row per candidate; what happened in each quarter, `<what>_<quarters ago>`."""
    back = months_back(period.last_month) // MONTHS_A_QUARTER
    numbers = range(count)
    bought = (
        sales.join(candidates, on="customer_id", how="semi")
        .group_by("customer_id")
        .agg(
            *(
                (pl.col("order_count").filter(back == n).sum() > 0).alias(f"ordered_{n}")
                for n in numbers
            ),
            *(pl.col("net_amount").filter(back == n).sum().alias(f"amount_{n}") for n in numbers),
        )
    )
    happened = (
        events.join(candidates, on="customer_id", how="semi")
        .group_by("customer_id")
        .agg(
            ((back == n) & (pl.col("kind") == kind)).any().alias(f"{kind}_{n}")
            for n in numbers
            for kind in (*SETBACKS, "case_opened")
        )
    )
    flags = [name for name in (*bought.columns, *happened.columns) if not name.startswith("amount")]
    flags = [name for name in flags if name != "customer_id"]
    return (
        candidates.select("customer_id", "customer_name")
        .join(bought, on="customer_id", how="left")
        .join(happened, on="customer_id", how="left")
        .with_columns(pl.col(flags).fill_null(False))
        .with_columns(pl.col([f"amount_{n}" for n in numbers]).fill_null(0))
    )


def _step(
    state: pl.DataFrame, quarter: int, count: int, period: Period, policy: Policy
) -> pl.DataFrame:
    """Let one quarter pass; `quarter` counts back from the last."""
    stage, ordered = pl.col("stage"), pl.col(f"ordered_{quarter}")
    is_first = quarter + 1 == count
    quiet = pl.lit(False) if is_first else ~ordered & ~pl.col(f"ordered_{quarter + 1}")
    fell = quiet & (stage > NONE)
    setback = pl.any_horizontal(f"{kind}_{quarter}" for kind in SETBACKS)
    slipped = ~fell & setback & (stage > ESTABLISHING)
    began = (stage == NONE) & (ordered | pl.col(f"case_opened_{quarter}"))
    streak = pl.when(ordered).then(pl.col("streak") + 1).otherwise(0)
    grown = (stage == ESTABLISHING) | ((stage == STABLE) & _is_growing(quarter, count))
    rose = ~fell & ~slipped & (streak >= policy.relation_quarters) & grown
    trigger = pl.coalesce(
        pl.when(fell).then(pl.lit("no_orders")),
        *(pl.when(slipped & pl.col(f"{kind}_{quarter}")).then(pl.lit(kind)) for kind in SETBACKS),
    )
    start = pl.lit(period.last_month).dt.offset_by(f"-{(quarter + 1) * MONTHS_A_QUARTER - 1}mo")
    back = fell | slipped
    return state.with_columns(
        stage=pl.when(fell & (stage > ESTABLISHING))
        .then(ESTABLISHING)
        .when(fell)
        .then(NONE)
        .when(slipped)
        .then(stage - 1)
        .when(began)
        .then(ESTABLISHING)
        .when(rose)
        .then(stage + 1)
        .otherwise(stage),
        streak=pl.when(back | rose).then(0).otherwise(streak),
        back_steps=pl.col("back_steps") + back.cast(pl.Int32),
        last_trigger=pl.when(back).then(trigger).otherwise("last_trigger"),
        last_back_step=pl.when(back).then(start).otherwise("last_back_step"),
    )


def _is_growing(quarter: int, count: int) -> pl.Expr:
    """Whether the four quarters that end with this one exceed the four before them."""
    if quarter + 2 * A_YEAR > count:
        return pl.lit(False)
    amounts = [
        pl.sum_horizontal(f"amount_{n}" for n in range(first, first + A_YEAR))
        for first in (quarter, quarter + A_YEAR)
    ]
    return amounts[0] > amounts[1]
