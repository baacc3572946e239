"""Who left and who stayed: churn, retention, revenue at risk, cohorts, relation stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from dakehu.analysis.customer_value.continuity import MONTHS_A_QUARTER, MONTHS_A_YEAR, months_back
from dakehu.analysis.customer_value.relations import relations_of
from dakehu.analysis.customer_value.rhythm import rhythm_of
from dakehu.analysis.customer_value.window import Period

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy

MOST_QUARTERS = 16  # beyond four years a heat map by quarters cannot be read; it goes by years


@dataclass(frozen=True)
class Retention:
    """Leaving and staying.

    `lost_customers` left in one of two ways (`left_by`): window = ordered in the window before and
    not in this one; silence = ordered in this window and has been silent beyond its own rhythm
    since. `cohorts` has a row per cohort and age, both counted in `cohort_months` months.
    `relations` has a row per candidate of the key accounts; `triggers` says which of the events
    that can set a relation back the data knows.
    """

    lost_customers: pl.DataFrame
    cohorts: pl.DataFrame
    cohort_months: int
    relations: pl.DataFrame
    triggers: dict[str, bool]
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {
            "lost_customers": self.lost_customers,
            "cohorts": self.cohorts,
            "relations": self.relations,
        }


def retention_of(
    known: pl.DataFrame,
    sales: pl.DataFrame,
    marts: dict[str, pl.DataFrame],
    candidates: pl.DataFrame,
    period: Period,
    policy: Policy,
) -> Retention:
    """Measure who left and who stayed.

    Args:
        known: every customer ever seen (`customer_window.bought`).
        sales: one row per customer and month.
        marts: `order_days`, `events` and `mapped` (`customer_marts.MARTS`).
        candidates: customer_id and customer_name of those whose relation is followed.
        period: the window.
        policy: the thresholds.
    """
    rhythm = rhythm_of(marts["order_days"], period.as_of, policy)
    watched = known.drop("last_order_date").join(rhythm, on="customer_id", how="left")
    quarters = period.history_months / MONTHS_A_QUARTER
    size = MONTHS_A_QUARTER if quarters <= MOST_QUARTERS else MONTHS_A_YEAR
    mapped = dict(marts["mapped"].iter_rows())
    return Retention(
        lost_customers=lost_of(watched),
        cohorts=cohorts_of(sales, period, size),
        cohort_months=size,
        relations=relations_of(candidates, sales, marts["events"], period, policy),
        triggers={
            "no_orders": True,
            "tender_lost": mapped.get("bids", False),
            "contact_left": mapped.get("contacts", False),
        },
        figures=_figures(watched, period),
    )


def lost_of(watched: pl.DataFrame) -> pl.DataFrame:
    """Customers that left, dearest first; `lost_amount` is the better of the two windows' sales."""
    ordered, ordered_before = pl.col("order_count") > 0, pl.col("previous_orders") > 0
    silent = pl.col("is_silent").fill_null(False)
    left_by = (
        pl.when(~ordered & ordered_before)
        .then(pl.lit("window"))
        .when(ordered & silent)
        .then(pl.lit("silence"))
    )
    return (
        watched.with_columns(
            left_by=left_by,
            lost_amount=pl.max_horizontal("net_amount", "previous_amount"),
        )
        .filter(pl.col("left_by").is_not_null())
        .sort("lost_amount", "customer_id", descending=[True, False])
        .select(
            "customer_id",
            "customer_name",
            "left_by",
            "last_order_date",
            "silent_days",
            "usual_interval_days",
            "lost_date",
            "lost_amount",
        )
    )


def _figures(watched: pl.DataFrame, period: Period) -> dict[str, tuple[float, str]]:
    """Revenue at risk; and against the window before churn and retention (P5-3, P8-5)."""
    now = watched.filter(pl.col("order_count") > 0)
    silent = now.filter("is_silent")
    judged = now.filter(pl.col("is_silent").is_not_null())
    figures: dict[str, tuple[float, str]] = {
        "silent_customer_count": (silent.height, "count"),
        "revenue_at_risk": (float(silent["net_amount"].sum()), "amount"),
        "rhythm_known_share": (judged.height / now.height, "share"),
    }
    base = watched.filter(pl.col("previous_orders") > 0, pl.col("previous_amount") > 0)
    if not period.has_previous or base.is_empty():
        return figures
    stayed = pl.col("order_count") > 0
    left = base.filter(~stayed | pl.col("is_silent").fill_null(False))
    then = float(base["previous_amount"].sum())
    kept = base.select(pl.min_horizontal("net_amount", "previous_amount").sum()).item()
    shares = {
        "retention_rate": base.filter(stayed).height / base.height,
        "logo_churn": left.height / base.height,
        "revenue_churn": float(left["previous_amount"].sum()) / then,
        "net_revenue_retention": float(base["net_amount"].sum()) / then,
        "gross_revenue_retention": float(kept) / then,
    }
    return figures | {name: (value, "share") for name, value in shares.items()}


def cohorts_of(sales: pl.DataFrame, period: Period, size: int) -> pl.DataFrame:
    """Of the customers whose first order fell in the same months, how many ordered later.

    Time is cut into stretches of `size` months counted back from the window's last month.
    `cohort` is the first month of the stretch of the first order, `age` how many stretches later;
    `retention_share` are the customers with an order in it over all of the cohort.
    """
    back = (months_back(period.last_month) // size).cast(pl.Int64)
    ordered = sales.filter(pl.col("order_count") > 0, pl.col("month") <= period.last_month).select(
        "customer_id", "net_amount", stretch=back
    )
    first = ordered.group_by("customer_id").agg(first=pl.col("stretch").max())
    grid = (
        first.group_by("first")
        .agg(customer_count=pl.len().cast(pl.Int64))
        .with_columns(age=pl.int_ranges(0, pl.col("first") + 1))
        .explode("age")
    )
    active = (
        ordered.join(first, on="customer_id")
        .group_by("first", age=pl.col("first") - pl.col("stretch"))
        .agg(
            active_count=pl.col("customer_id").n_unique().cast(pl.Int64),
            net_amount=pl.col("net_amount").sum(),
        )
    )
    start = pl.lit(period.last_month).dt.offset_by(
        pl.format("-{}mo", (pl.col("first") + 1) * size - 1)
    )
    return (
        grid.join(active, on=["first", "age"], how="left")
        .with_columns(
            pl.col("active_count", "net_amount").fill_null(0),
            cohort=start,
        )
        .sort("cohort", "age")
        .select(
            "cohort",
            "age",
            "customer_count",
            "active_count",
            retention_share=pl.col("active_count") / pl.col("customer_count"),
            net_amount="net_amount",
        )
    )
