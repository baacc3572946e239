"""Who the key accounts are, how far we depend on them, who grows, who fades, who is new or lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from dakehu.analysis import concentration
from dakehu.analysis.customer_growth import Growth, growth_of
from dakehu.analysis.customer_marts import frames
from dakehu.analysis.customer_movement import bridge_of, lost_of, movers_of
from dakehu.analysis.customer_segments import frequent_from, segment, segment_table
from dakehu.analysis.customer_window import Period, bought, in_window, period_of

COLUMNS = [
    "customer_id",
    "customer_name",
    "role",
    "region_name",
    "industry_name",
    "net_amount",
    "amount_share",
    "cumulative_share",
    "is_pareto_amount",
    "margin_amount",
    "margin_share",
    "is_pareto_margin",
    "customer_class",
    "previous_amount",
    "growth",
    "recency_days",
    "order_count",
    "last_order_date",
    "rfm_segment",
    "family_count",
    "family_coverage",
    "wallet_share",
    "potential_source",
]
MONEY = pl.Decimal(38, 2)


@dataclass(frozen=True)
class Policy:
    """Every threshold of the report; shares are 0-1."""

    roles: list[str] = field(default_factory=list)
    pareto_share: float = 0.80
    class_a_share: float = 0.80
    class_b_share: float = 0.95
    recent_days: int = 90
    dormant_days: int = 180
    frequent_orders: int | None = None
    dependence_share: float = 0.50
    moderate_hhi: int = 1000
    high_hhi: int = 1800
    # growth
    white_space_peers: int = 3
    white_space_count: int = 100_000
    proposal_order_days: int = 90


@dataclass(frozen=True)
class CustomerValue:
    """The report's results; see `tables` for what is published.

    `movers` has a row per customer with sales in either window, `bridge` the steps from the
    previous window's sales to this one's; both are empty without a previous window.
    """

    period: Period
    policy: Policy
    customers: pl.DataFrame
    classes: pl.DataFrame
    concentration: pl.DataFrame
    lorenz: pl.DataFrame
    segments: pl.DataFrame
    movers: pl.DataFrame
    bridge: pl.DataFrame
    lost_customers: pl.DataFrame
    left_out: pl.DataFrame
    growth: Growth
    frequent_orders: int
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {
            "customers": self.customers,
            "classes": self.classes,
            "concentration": self.concentration,
            "lost_customers": self.lost_customers,
            "movers": self.movers,
            "segments": self.segments,
            "left_out": self.left_out,
            **self.growth.tables,
        }

    @property
    def has_margin(self) -> bool:
        """Whether the cost of any customer's purchases is known."""
        return "margin_amount" in self.customers.columns


def analyse(
    sales: pl.DataFrame,
    months: pl.DataFrame,
    as_of: date,
    window_months: int = 12,
    policy: Policy | None = None,
    read: Mapping[str, pl.DataFrame] | None = None,
) -> CustomerValue:
    """Analyse `sales` (mart_customer_value) over the `window_months` that end with `as_of`.

    `months` (mart_data_quality__completeness) lists every fiscal month up to `as_of`, months
    without sales included. Growth is against the window before, when the history holds it whole.
    `read` holds the marts of the parts by name (`customer_marts.MARTS`); one that is not there is
    data that is absent.

    Raises:
        ValueError: when nobody bought anything in the window.
    """
    policy = policy or Policy()
    period = period_of(months, as_of, window_months)
    wanted = sales.filter(pl.col("role").is_in(policy.roles)) if policy.roles else sales
    known = bought(wanted, period)
    customers = in_window(known, period)
    if not (customers["net_amount"] > 0).any():
        span = f"{period.first_month:%Y-%m} to {period.last_month:%Y-%m}"
        raise ValueError(
            f"customer_value: no customer has sales above zero in the months {span}"
            f" (as of {as_of}); choose another as_of, window_months or policy.roles"
        )
    frequent = policy.frequent_orders or frequent_from(customers)
    customers = _ranked(customers, policy, frequent)
    growth = growth_of(customers, known, frames(read or {}), period, policy)
    customers = customers.join(growth.columns, on="customer_id", how="left", maintain_order="left")
    movers = movers_of(known, period)
    measures = concentration.measures(customers["net_amount"].cast(pl.Float64).to_numpy())
    base = customers.filter(pl.col("net_amount") >= 0)["net_amount"].cast(pl.Float64).to_numpy()
    result = CustomerValue(
        period=period,
        policy=policy,
        customers=_published(customers),
        classes=concentration.class_table(customers),
        concentration=pl.DataFrame({"metric": list(measures), "value": list(measures.values())}),
        lorenz=concentration.lorenz(base),
        segments=segment_table(customers),
        movers=movers,
        bridge=bridge_of(movers),
        lost_customers=lost_of(known, movers, period),
        left_out=_left_out(sales, wanted, known, customers, period),
        growth=growth,
        frequent_orders=frequent,
        figures={},
    )
    result.figures.update(_figures(result, measures))
    return result


def _ranked(customers: pl.DataFrame, policy: Policy, frequent: int) -> pl.DataFrame:
    frame = customers
    if frame["margin_amount"].is_not_null().any():
        frame = concentration.ranked(frame, "margin_amount")
        frame = frame.with_columns(
            is_pareto_margin=concentration.within(frame, "margin_amount", policy.pareto_share),
            margin_share=pl.col("margin_amount").cast(pl.Float64)
            / pl.when(pl.col("net_amount") > 0).then(pl.col("net_amount").cast(pl.Float64)),
        ).with_columns(
            is_pareto_margin=pl.when(pl.col("margin_amount").is_not_null()).then("is_pareto_margin")
        )
    else:
        frame = frame.drop("margin_amount")
    frame = concentration.ranked(
        frame.drop("before", "amount_share", "cumulative_share", strict=False), "net_amount"
    )
    bounds = {"A": policy.class_a_share, "B": policy.class_b_share}
    frame = frame.with_columns(
        is_pareto_amount=concentration.within(frame, "net_amount", policy.pareto_share),
        customer_class=concentration.classed(frame, "net_amount", bounds, "C"),
    )
    return frame.with_columns(
        rfm_segment=segment(policy.recent_days, policy.dormant_days, frequent)
    )


def _published(customers: pl.DataFrame) -> pl.DataFrame:
    """The columns of the contract that any customer has a value in."""
    known = [name for name in customers.columns if customers[name].is_not_null().any()]
    return customers.select([name for name in COLUMNS if name in known])


def _left_out(
    sales: pl.DataFrame,
    wanted: pl.DataFrame,
    known: pl.DataFrame,
    customers: pl.DataFrame,
    period: Period,
) -> pl.DataFrame:
    """What the shares do not count: reason, customers, their net amount in the window."""
    inside = sales.filter(pl.col("month").is_between(period.first_month, period.last_month))
    other_roles = inside.join(wanted, on="customer_id", how="anti")
    silent = known.filter(~pl.col("is_in_window"))
    negative = customers.filter(pl.col("net_amount") < 0)
    rows = [
        ("role", other_roles["customer_id"].n_unique(), other_roles["net_amount"].sum()),
        ("returns_exceed_purchases", negative.height, negative["net_amount"].sum()),
        ("no_sales_in_window", silent.height, Decimal(0)),
    ]
    schema = {"reason": pl.String, "customer_count": pl.Int64, "net_amount": MONEY}
    return pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("customer_count") > 0)


def _figures(result: CustomerValue, measures: dict[str, float]) -> dict[str, tuple[float, str]]:
    customers, movers = result.customers, result.movers
    top = result.classes.filter(pl.col("customer_class") == "A").row(0, named=True)
    silent = customers.filter(pl.col("rfm_segment") == "at_risk", pl.col("customer_class") != "C")
    figures: dict[str, tuple[float, str]] = {
        "customer_count": (customers.height, "count"),
        "net_amount": (float(customers["net_amount"].sum()), "amount"),
        "key_customer_count": (top["customer_count"], "count"),
        "key_customer_share": (top["customer_share"], "share"),
        "key_amount_share": (top["amount_share"], "share"),
        "at_risk_count": (silent.height, "count"),
        "at_risk_amount": (float(silent["net_amount"].sum()), "amount"),
    }
    units = {"hhi": "points", "gini": "ratio", "effective_number": "ratio"}
    figures |= {name: (value, units.get(name, "share")) for name, value in measures.items()}
    if result.has_margin:
        costed = customers.filter(pl.col("margin_amount").is_not_null())
        sold, margin = costed["net_amount"].sum(), float(costed["margin_amount"].sum())
        figures["margin_amount"] = (margin, "amount")
        known = costed.filter(pl.col("net_amount") >= 0)["net_amount"].sum()
        base = customers.filter(pl.col("net_amount") >= 0)["net_amount"].sum()
        figures["margin_known_share"] = (float(known) / float(base), "share")
        if sold > 0:
            figures["margin_share"] = (margin / float(sold), "share")
    if result.period.has_previous:
        before = float(movers["previous_amount"].sum())
        lost = result.lost_customers
        new = movers.filter(pl.col("kind").is_in(["new", "returned"]))
        figures["previous_amount"] = (before, "amount")
        if before > 0:
            figures["growth"] = (figures["net_amount"][0] / before - 1, "share")
        figures["new_customer_count"] = (new.height, "count")
        figures["new_amount"] = (float(new["net_amount"].sum()), "amount")
        figures["lost_customer_count"] = (lost.height, "count")
        figures["lost_amount"] = (float(lost["lost_amount"].sum()), "amount")
    return figures | result.growth.figures
