"""The four types of customers by present and future value: cash cow, star, dog, wildcat (P8-3).

A wildcat is what the source of these types means by it: a customer that loses money or does harm.
It is not the question mark of the Boston matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis import concentration
from dakehu.analysis.customer_value.migration import earlier_window, migration_of, moves_of
from dakehu.analysis.customer_value.window import Period, in_window

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

TYPES = ("cash_cow", "star", "dog", "wildcat")
OFFENCES = ("diversion", "price")
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Types:
    """The four types.

    `customers` has a row per customer of the window: customer_type, type_reason (for wildcats:
    contribution, overdue, diversion, price, joined by +), and what they rest on. `summary` has a
    row per type: customers, sales, contribution and cost to serve with their shares.
    `moves` has from_type and to_type of every customer of this window and the one before, on one
    basis for both, and `types_migration` counts them. All are empty without a `benchmark`, the
    growth that parts stars from cash cows; `earlier_benchmark` is that of the window before.
    `bar_amount` are the sales of the smallest customer of the Pareto set.
    `has_contribution` is false when no cost is known and the types go by sales only.
    """

    customers: pl.DataFrame
    summary: pl.DataFrame
    moves: pl.DataFrame
    types_migration: pl.DataFrame
    benchmark: float | None
    earlier_benchmark: float | None
    bar_amount: Decimal | None
    has_contribution: bool
    has_overdue: bool
    figures: dict[str, tuple[float, str]]

    @property
    def columns(self) -> pl.DataFrame:
        """What the table of customers takes over, by customer."""
        return self.customers.select("customer_id", "customer_type", "type_reason")

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {"types": self.summary, "types_migration": self.types_migration}


def types_of(
    known: pl.DataFrame,
    sales: pl.DataFrame,
    months: pl.DataFrame,
    marts: dict[str, pl.DataFrame],
    period: Period,
    policy: Policy,
    contribution: pl.DataFrame | None = None,
    earlier_contribution: pl.DataFrame | None = None,
) -> Types:
    """Give every customer of the window its type, and compare with the window before.

    Args:
        known: every customer ever seen (`customer_window.bought`).
        sales: one row per customer and month.
        months: the fiscal months, as `customer_window.period_of` takes them.
        marts: `profiles`, `events` and `costs` (`customer_marts.MARTS`).
        period: the window.
        policy: the thresholds.
        contribution: customer_id, contribution_amount and overdue_over_90_amount of the window;
            without it the margin is the contribution and nothing is known of overdue amounts.
        earlier_contribution: the same for the window before.
    """
    benchmark = _benchmark(known, policy)
    typed = _typed(known, marts, period, policy, contribution)
    # Types that rest on unlike data would move for no reason of the customer's.
    alike = typed
    if contribution is not None and earlier_contribution is None:
        alike = _typed(known, marts, period, policy, None)
    earlier = earlier_window(sales, months, period)
    before, earlier_benchmark = alike.clear(), None
    if earlier is not None:
        earlier_benchmark = _benchmark(earlier[0], policy)
        before = _typed(earlier[0], marts, earlier[1], policy, earlier_contribution)
    moves = moves_of(before, alike if earlier_benchmark is not None else before)
    summary = _summary(typed, _window_costs(marts["costs"], period))
    counts = dict(summary.select("customer_type", "customer_count").iter_rows())
    figures: dict[str, tuple[float, str]] = {}
    if benchmark is not None:
        figures = {f"{name}_count": (counts.get(name, 0), "count") for name in TYPES}
        figures["benchmark_growth"] = (benchmark, "share")
    return Types(
        customers=typed,
        summary=summary,
        moves=moves,
        types_migration=migration_of(moves),
        benchmark=benchmark,
        earlier_benchmark=earlier_benchmark,
        bar_amount=_bar(_with_present_value(typed, policy)),
        has_contribution=typed["value_amount"].is_not_null().any(),
        has_overdue=typed["overdue_over_90_amount"].is_not_null().any(),
        figures=figures,
    )


def _benchmark(known: pl.DataFrame, policy: Policy) -> float | None:
    """The growth of all customers together, lost ones included, unless the policy sets another."""
    before = float(known["previous_amount"].sum())
    if before <= 0:
        return None
    if policy.benchmark_growth is not None:
        return policy.benchmark_growth
    return float(known["net_amount"].sum()) / before - 1


def _typed(
    known: pl.DataFrame,
    marts: dict[str, pl.DataFrame],
    period: Period,
    policy: Policy,
    contribution: pl.DataFrame | None,
) -> pl.DataFrame:
    """The customers of the window with their type and what it rests on."""
    benchmark = _benchmark(known, policy)
    frame = in_window(known, period)
    if benchmark is None:
        frame = frame.clear().with_columns(growth=pl.lit(None, pl.Float64))
    if contribution is None:
        frame = frame.with_columns(
            value_amount="margin_amount", overdue_over_90_amount=pl.lit(None, MONEY)
        )
    else:
        given = contribution.select(
            "customer_id", "overdue_over_90_amount", value_amount="contribution_amount"
        )
        frame = frame.join(given, on="customer_id", how="left")
    potential = marts["profiles"].select("customer_id", "potential_amount")
    frame = (
        frame.join(potential, on="customer_id", how="left")
        .join(_offences(marts["events"], period), on="customer_id", how="left")
        .with_columns(pl.col(OFFENCES).fill_null(False))
    )
    frame = _with_present_value(frame, policy)
    return (
        frame.with_columns(type_reason=_harm(policy))
        .with_columns(customer_type=_type(frame, benchmark))
        .with_columns(type_reason=pl.when(pl.col("type_reason") != "").then("type_reason"))
        .select(
            "customer_id",
            "customer_name",
            "customer_type",
            "type_reason",
            "net_amount",
            "value_amount",
            "overdue_over_90_amount",
            "potential_amount",
            "growth",
        )
        .sort("net_amount", "customer_id", descending=[True, False])
    )


def _with_present_value(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Add whether sales, and whether contribution (sales where unknown), lie in the Pareto set."""
    ranked = ["before", "amount_share", "cumulative_share"]
    for measure, flag in (("value_amount", "is_high_value"), ("net_amount", "is_high_amount")):
        frame = concentration.ranked(frame, measure)
        within = concentration.within(frame, measure, policy.pareto_share)
        frame = frame.with_columns(within.alias(flag)).drop(ranked)
    is_valued = pl.col("value_amount").is_not_null()
    return frame.with_columns(
        is_high=pl.when(is_valued).then("is_high_value").otherwise("is_high_amount")
    )


def _harm(policy: Policy) -> pl.Expr:
    """The code of what makes a customer a wildcat, "" for the others."""
    overdue = pl.col("overdue_over_90_amount").cast(pl.Float64)
    allowed = policy.harm_overdue_share * pl.col("net_amount").cast(pl.Float64)
    harms = {
        "contribution": pl.col("value_amount") < 0,
        "overdue": (overdue > 0) & (overdue > allowed),
        **{name: pl.col(name) for name in OFFENCES},
    }
    return pl.concat_str(
        [pl.when(harm).then(pl.lit(name)) for name, harm in harms.items()],
        separator="+",
        ignore_nulls=True,
    )


def _type(frame: pl.DataFrame, benchmark: float | None) -> pl.Expr:
    """Wildcat first; star: fast and of high future value; cash cow: of high present value; dog.

    Future value is the larger of the known potential and of sales grown once more as last time;
    high is what the smallest customer of the Pareto set buys. Whoever bought nothing in the window
    before has no growth yet and counts as fast: it may be just starting.
    """
    grown = pl.col("net_amount").cast(pl.Float64) * (1 + pl.col("growth").fill_null(0))
    future = pl.max_horizontal(pl.col("potential_amount").cast(pl.Float64), grown)
    is_fast = pl.col("growth").is_null() | (pl.col("growth") > pl.lit(benchmark, pl.Float64))
    return (
        pl.when(pl.col("type_reason") != "")
        .then(pl.lit("wildcat"))
        .when(is_fast & (future >= pl.lit(_bar(frame), MONEY).cast(pl.Float64)))
        .then(pl.lit("star"))
        .when("is_high")
        .then(pl.lit("cash_cow"))
        .otherwise(pl.lit("dog"))
    )


def _bar(frame: pl.DataFrame) -> Decimal | None:
    """The sales of the smallest customer of the Pareto set by sales."""
    smallest = frame.filter("is_high_amount").select(pl.col("net_amount").min()).item()
    return None if smallest is None else Decimal(smallest)


def _offences(events: pl.DataFrame, period: Period) -> pl.DataFrame:
    """By offender of the window, whether there is a proven case of each kind."""
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    return (
        events.filter(inside, pl.col("kind").is_in(OFFENCES))
        .group_by("customer_id")
        .agg((pl.col("kind") == name).any().alias(name) for name in OFFENCES)
    )


def _window_costs(costs: pl.DataFrame, period: Period) -> pl.DataFrame:
    inside = pl.col("month").is_between(period.first_month, period.last_month)
    return costs.filter(inside).group_by("customer_id").agg(pl.col("cost_amount").sum())


def _summary(typed: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """P8-7: what each type brings and what it takes; what is not known of any type is left out."""
    order = pl.DataFrame({"customer_type": TYPES, "position": range(len(TYPES))})
    amounts = {"amount_share": "net_amount", "value_share": "value_amount"}
    if not costs.is_empty():
        typed = typed.join(costs, on="customer_id", how="left")
        amounts["cost_share"] = "cost_amount"
    if typed["value_amount"].is_null().all():
        del amounts["value_share"]
    wholes = {amount: pl.col(amount).sum().cast(pl.Float64) for amount in amounts.values()}
    shares = {
        # Of a sum that is not above zero there are no shares.
        share: pl.when(wholes[amount] > 0).then(pl.col(amount).cast(pl.Float64) / wholes[amount])
        for share, amount in amounts.items()
    }
    return (
        typed.group_by("customer_type")
        .agg(pl.len().cast(pl.Int64).alias("customer_count"), pl.col(amounts.values()).sum())
        .join(order, on="customer_type")
        .sort("position")
        .with_columns(
            customer_share=pl.col("customer_count") / pl.col("customer_count").sum(), **shares
        )
        .drop("position")
    )
