"""What is left of each customer's margin after the cost to serve it, and what winning it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period

MARTS = ("costs", "accounts", "months")
KINDS = (
    "presale", "service", "freight", "promotion", "bid", "expense", "rebate", "interest",
    "bill_interest",
)  # fmt: skip
DERIVED = {"expense", "bill_interest"}  # the rest of all kinds, and what goes with the interest
ACQUISITION = ("presale", "service")
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Contribution:
    """`customers` has a row per customer with sales or costs in the window and a known margin.

    `costs` sums the cost to serve by kind, `missing_kinds` are the kinds that no data gives
    (other expenses, the rest of all kinds, never are).
    `acquisition` has a row per customer that money was spent on winning, and calendar year.
    """

    customers: pl.DataFrame
    costs: pl.DataFrame
    acquisition: pl.DataFrame
    has_margin: bool
    missing_kinds: list[str]
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        published = {"contribution": self.customers, "acquisition": self.acquisition}
        return {name: frame for name, frame in published.items() if not frame.is_empty()}

    @property
    def is_known(self) -> bool:
        """Whether any margin and any cost to serve is known."""
        return not self.customers.is_empty()


def contribution_of(
    read: Mapping[str, pl.DataFrame],
    known: pl.DataFrame,
    sales: pl.DataFrame,
    period: Period,
    policy: Policy,
) -> Contribution:
    """Take the cost to serve off the margin of the window.

    `read` holds the frames of `MARTS`, `known` what every customer bought (customer_window.bought),
    `sales` the months that it was summed from. Where no interest was booked it is reckoned at
    `policy.interest_rate` a year, on the average balance and on the bills not due yet.
    """
    window = pl.col("month").is_between(period.first_month, period.last_month)
    costs, accounts = read["costs"], read["accounts"]
    ends = read["months"].filter(window).select("month").sort("month")
    spent = pl.concat([costs, _interest(costs, accounts, ends, policy.interest_rate)])
    # A kind that others have and these customers do not is zero; one that nobody has is missing.
    given = {*costs["cost_type"].unique()} | (
        set() if accounts.is_empty() else {"interest", "bill_interest"}
    )
    kinds = [kind for kind in KINDS if kind in given]
    has_margin = bool(known["margin_amount"].is_not_null().any())
    by_customer = (
        spent.lazy()
        .filter(window)
        .group_by("customer_id")
        .agg(
            pl.col("cost_amount").filter(pl.col("cost_type") == kind).sum().alias(f"{kind}_amount")
            for kind in kinds
        )
        .collect(engine="streaming")
    )
    frame = _left(known, by_customer) if has_margin and kinds else known.clear()
    acquisition = _acquisition(costs.join(known, on="customer_id", how="semi"), sales)
    return Contribution(
        customers=_with_acquisition(frame, acquisition),
        costs=_by_kind(frame, kinds),
        acquisition=acquisition,
        has_margin=has_margin,
        missing_kinds=[kind for kind in KINDS if kind not in {*kinds, *DERIVED}],
        figures=_figures(frame),
    )


def _interest(
    costs: pl.DataFrame, accounts: pl.DataFrame, ends: pl.DataFrame, rate: float
) -> pl.DataFrame:
    """Interest on each group's average balance over the month ends of the window, as a cost.

    Two balances cost interest: what is invoiced and not paid, and bills received that are not due.
    What moves a balance in a month stands in all month ends from there on, so the average is the
    sum of the moves, each times the share of the window's month ends that see it. Whoever pays
    ahead costs nothing. Groups with interest booked keep it.
    """
    booked = costs.filter(pl.col("cost_type") == "interest")
    count, last = ends.height, ends["month"].max()
    seen = ends.with_columns(seen=pl.lit(count) - pl.int_range(pl.len()))
    moves = {
        "interest": pl.col("invoiced_amount") - pl.col("received_amount"),
        "bill_interest": pl.col("bill_amount") - pl.col("matured_amount"),
    }
    return (
        accounts.lazy()
        .filter(pl.col("month") <= last)
        .join(booked.lazy(), on="customer_id", how="anti")
        .join(seen.lazy(), on="month", how="left")
        .group_by("customer_id")
        .agg(
            # In whole cents: a sum of floats would depend on the order in which the rows come.
            ((moved * 100).cast(pl.Int64) * pl.col("seen").fill_null(count))
            .sum()
            .truediv(100 * count)
            .alias(kind)
            for kind, moved in moves.items()
        )
        .unpivot(index="customer_id", variable_name="cost_type", value_name="average")
        .filter(pl.col("average") > 0)
        .select(
            "customer_id",
            month=pl.lit(last, dtype=pl.Date),
            cost_type="cost_type",
            cost_amount=(pl.col("average") * rate * count / 12).round(2).cast(MONEY),
        )
        .collect(engine="streaming")
    )


def _left(known: pl.DataFrame, by_customer: pl.DataFrame) -> pl.DataFrame:
    """Margin less cost to serve of everybody with sales or costs in the window, largest first.

    Without a sale the margin is 0; with a line of unknown cost it is not known, nor what is left.
    """
    kinds = by_customer.columns[1:]
    margin = pl.when(pl.col("is_in_window")).then("margin_amount").otherwise(pl.lit(0, dtype=MONEY))
    net = pl.col("net_amount").cast(pl.Float64)
    return (
        known.lazy()
        .join(by_customer.lazy(), on="customer_id", how="left")
        .filter(pl.col("is_in_window") | pl.any_horizontal(pl.col(kinds) != 0))
        .with_columns(pl.col(kinds).fill_null(0), margin_amount=margin)
        .filter(pl.col("margin_amount").is_not_null())
        .with_columns(cost_to_serve_amount=pl.sum_horizontal(kinds))
        .with_columns(
            contribution_amount=pl.col("margin_amount") - pl.col("cost_to_serve_amount"),
        )
        .with_columns(
            contribution_share=pl.col("contribution_amount").cast(pl.Float64)
            / pl.when(net > 0).then(net)
        )
        .sort("contribution_amount", "customer_id", descending=[True, False])
        .select(
            "customer_id",
            "customer_name",
            "net_amount",
            "margin_amount",
            *kinds,
            "cost_to_serve_amount",
            "contribution_amount",
            "contribution_share",
        )
        .collect()
    )


def _by_kind(frame: pl.DataFrame, kinds: list[str]) -> pl.DataFrame:
    """Cost to serve by kind, of the customers whose contribution is known."""
    totals = [frame[f"{kind}_amount"].sum() for kind in kinds] if not frame.is_empty() else []
    return pl.DataFrame(
        {"cost_type": kinds[: len(totals)], "cost_amount": totals},
        schema={"cost_type": pl.String, "cost_amount": MONEY},
    ).sort("cost_amount", "cost_type", descending=[True, False])


def _acquisition(costs: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """Cost of winning and keeping a customer against its revenue, summed over its years (P7-4, 5).

    Years are those of the fiscal months; the first is that of the first cost or sale in the data.
    `cumulative_cost_ratio` = costs so far / sales so far; `is_broken_even` where the margin so far
    covers them, missing where the margin of any line is.
    """
    year = pl.col("month").dt.year()
    spent = costs.filter(pl.col("cost_type").is_in(ACQUISITION))
    spent = spent.group_by("customer_id", year.alias("year")).agg(
        cost_amount=pl.col("cost_amount").sum()
    )
    bought = (
        sales.lazy()
        .join(spent.lazy(), on="customer_id", how="semi")
        .group_by("customer_id", year.alias("year"))
        .agg(
            net_amount=pl.col("net_amount").sum(),
            margin_amount=pl.when(pl.col("margin_amount").is_not_null().all()).then(
                pl.col("margin_amount").sum()
            ),
        )
        .collect(engine="streaming")
    )
    zero = pl.lit(0, dtype=MONEY)
    absent = pl.col("net_amount").is_null()
    summed = (
        spent.join(bought, on=["customer_id", "year"], how="full", coalesce=True)
        .sort("customer_id", "year")
        .with_columns(
            pl.col("cost_amount").fill_null(zero),
            pl.col("net_amount").fill_null(zero),
            margin_amount=pl.when(absent).then(zero).otherwise("margin_amount"),
        )
        .with_columns(
            year_number=(pl.col("year") - pl.col("year").min() + 1).over("customer_id"),
            cost_so_far=pl.col("cost_amount").cum_sum().over("customer_id"),
            net_so_far=pl.col("net_amount").cum_sum().over("customer_id"),
            margin_so_far=pl.col("margin_amount").cum_sum().over("customer_id"),
            gaps=pl.col("margin_amount").is_null().cum_sum().over("customer_id"),
        )
    )
    net = pl.col("net_so_far").cast(pl.Float64)
    return summed.with_columns(
        cumulative_cost_ratio=pl.col("cost_so_far").cast(pl.Float64) / pl.when(net > 0).then(net),
        is_broken_even=pl.when(pl.col("gaps") == 0).then(
            pl.col("margin_so_far") >= pl.col("cost_so_far")
        ),
    ).select(
        "customer_id", "year", "year_number", "cost_amount", "net_amount", "margin_amount",
        "cumulative_cost_ratio", "is_broken_even",
    )  # fmt: skip


def _with_acquisition(frame: pl.DataFrame, acquisition: pl.DataFrame) -> pl.DataFrame:
    """Add what was spent on winning each customer so far, its ratio and the break-even year."""
    if frame.is_empty() or acquisition.is_empty():
        return frame
    so_far = acquisition.group_by("customer_id").agg(
        acquisition_cost_amount=pl.col("cost_amount").sum(),
        acquisition_cost_ratio=pl.col("cumulative_cost_ratio").last(),
        break_even_year=pl.col("year_number").filter(pl.col("is_broken_even")).min(),
    )
    return frame.join(so_far, on="customer_id", how="left", maintain_order="left")


def _figures(frame: pl.DataFrame) -> dict[str, tuple[float, str]]:
    if frame.is_empty():
        return {}
    left, margin = frame["contribution_amount"], float(frame["margin_amount"].sum())
    served = float(frame["cost_to_serve_amount"].sum())
    figures: dict[str, tuple[float, str]] = {
        "contribution_amount": (float(left.sum()), "amount"),
        "cost_to_serve_amount": (served, "amount"),
        "losing_count": (int((left < 0).sum()), "count"),
        "losing_amount": (float(left.filter(left < 0).sum()), "amount"),
    }
    return figures | ({"cost_to_serve_share": (served / margin, "share")} if margin > 0 else {})
