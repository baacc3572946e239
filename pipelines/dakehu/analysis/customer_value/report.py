"""Who the key accounts are, how far we depend on them, who grows, who fades, who is new or lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from dakehu.analysis import concentration
from dakehu.analysis.customer_value.actions import Actions, actions_of
from dakehu.analysis.customer_value.alerts import Alerts, alerts_of, lacking_in
from dakehu.analysis.customer_value.growth import Growth, growth_of
from dakehu.analysis.customer_value.lifetime import Lifetime, lifetime_of
from dakehu.analysis.customer_value.marts import MARTS as SALES_MARTS
from dakehu.analysis.customer_value.marts import frames
from dakehu.analysis.customer_value.money import MARTS as MONEY_MARTS
from dakehu.analysis.customer_value.money import Money, money_of
from dakehu.analysis.customer_value.movement import bridge_of, movers_of
from dakehu.analysis.customer_value.policy import Policy
from dakehu.analysis.customer_value.retention import Retention, retention_of
from dakehu.analysis.customer_value.screens import KeyAccounts, key_accounts_of
from dakehu.analysis.customer_value.segments import frequent_from, segment, segment_table
from dakehu.analysis.customer_value.team import Team, team_of
from dakehu.analysis.customer_value.types import Types, types_of
from dakehu.analysis.customer_value.window import Period, bought, in_window, left_out_of, period_of

# The marts that the parts read, each mart_customer_value__<name>.
MARTS = tuple(sorted({*MONEY_MARTS, *SALES_MARTS}))
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
    "given_class",
    "previous_amount",
    "growth",
    "recency_days",
    "order_count",
    "last_order_date",
    "rfm_segment",
    "is_key_account",
    "key_account_reason",
    "active_years",
    "annual_cv",
    "customer_type",
    "type_reason",
    "dso_days",
    "overdue_amount",
    "p_alive",
    "expected_orders",
    "expected_amount",
    "clv_amount",
    "clv_low_amount",
    "clv_high_amount",
    "family_count",
    "family_coverage",
    "wallet_share",
    "potential_source",
    "action",
]


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
    left_out: pl.DataFrame
    key_accounts: KeyAccounts
    types: Types
    retention: Retention
    team: Team
    alerts: Alerts
    growth: Growth
    actions: Actions
    frequent_orders: int
    money: Money | None
    lifetime: Lifetime
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        return {
            "customers": self.customers,
            "classes": self.classes,
            "concentration": self.concentration,
            "movers": self.movers,
            "segments": self.segments,
            "left_out": self.left_out,
            **self.key_accounts.tables,
            **self.types.tables,
            **self.retention.tables,
            **self.team.tables,
            **self.alerts.tables,
            **(self.money.tables if self.money else {}),
            **self.lifetime.tables,
            **self.growth.tables,
            **self.actions.tables,
        }

    @property
    def on_cards(self) -> pl.Series:
        """The codes of the customers that get a card: the largest."""
        return self.customers["customer_id"].head(self.policy.card_count)

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
    `read` holds the marts of the parts by name (`MARTS`); one that is not there is data that is
    absent.

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
    read = read or {}
    has_books = set(MONEY_MARTS) <= read.keys()
    money = money_of(read, wanted, known, customers, period, policy) if has_books else None
    if money:
        customers = customers.join(
            money.columns, on="customer_id", how="left", maintain_order="left"
        )
    marts = frames(read)
    growth = growth_of(customers, known, marts, period, policy)
    movers = movers_of(known, period)
    key_accounts = key_accounts_of(customers, known, wanted, marts, period, policy)
    worth = money.worth(known) if money else None
    types = types_of(known, wanted, months, marts, period, policy, worth)
    retention = retention_of(known, wanted, marts, key_accounts.screens, period, policy)
    lacking = lacking_in(marts, money)
    alerts = alerts_of(known, wanted, marts, months, retention.lost_customers, lacking, policy)
    rate = _margin_share(customers)
    lifetime = lifetime_of(marts["order_days"], known, period, rate, policy)
    actions = actions_of(customers, retention, growth, money, policy)
    for part in (key_accounts, types, growth, lifetime, actions):
        customers = customers.join(
            part.columns, on="customer_id", how="left", maintain_order="left"
        )
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
        left_out=left_out_of(sales, wanted, known, customers, period),
        key_accounts=key_accounts,
        types=types,
        retention=retention,
        team=team_of(known, marts, period, policy),
        alerts=alerts,
        growth=growth,
        actions=actions,
        frequent_orders=frequent,
        money=money,
        lifetime=lifetime,
        figures={},
    )
    result.figures.update(_figures(result, measures) | (money.figures if money else {}))
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


def _margin_share(customers: pl.DataFrame) -> float | None:
    """Margin over sales of the customers whose cost is known, None where that says nothing."""
    if "margin_amount" not in customers.columns:
        return None
    costed = customers.filter(pl.col("margin_amount").is_not_null())
    sold = costed["net_amount"].sum()
    return float(costed["margin_amount"].sum()) / float(sold) if sold and sold > 0 else None


def _published(customers: pl.DataFrame) -> pl.DataFrame:
    """The columns of the contract that any customer has a value in."""
    known = [name for name in customers.columns if customers[name].is_not_null().any()]
    return customers.select([name for name in COLUMNS if name in known])


def _figures(result: CustomerValue, measures: dict[str, float]) -> dict[str, tuple[float, str]]:
    customers, movers = result.customers, result.movers
    top = result.classes.filter(pl.col("customer_class") == "A").row(0, named=True)
    figures: dict[str, tuple[float, str]] = {
        "customer_count": (customers.height, "count"),
        "net_amount": (float(customers["net_amount"].sum()), "amount"),
        "key_customer_count": (top["customer_count"], "count"),
        "key_customer_share": (top["customer_share"], "share"),
        "key_amount_share": (top["amount_share"], "share"),
    }
    units = {"hhi": "points", "gini": "ratio", "effective_number": "ratio"}
    figures |= {name: (value, units.get(name, "share")) for name, value in measures.items()}
    if result.has_margin:
        costed = customers.filter(pl.col("margin_amount").is_not_null())
        figures["margin_amount"] = (float(costed["margin_amount"].sum()), "amount")
        known = costed.filter(pl.col("net_amount") >= 0)["net_amount"].sum()
        base = customers.filter(pl.col("net_amount") >= 0)["net_amount"].sum()
        figures["margin_known_share"] = (float(known) / float(base), "share")
        if (rate := _margin_share(costed)) is not None:
            figures["margin_share"] = (rate, "share")
    if result.period.has_previous:
        before = float(movers["previous_amount"].sum())
        lost = movers.filter(pl.col("kind") == "lost")
        new = movers.filter(pl.col("kind").is_in(["new", "returned"]))
        figures["previous_amount"] = (before, "amount")
        if before > 0:
            figures["growth"] = (figures["net_amount"][0] / before - 1, "share")
        figures["new_customer_count"] = (new.height, "count")
        figures["new_amount"] = (float(new["net_amount"].sum()), "amount")
        figures["lost_customer_count"] = (lost.height, "count")
        figures["lost_amount"] = (float(lost["previous_amount"].sum()), "amount")
    accounts = (result.key_accounts, result.types, result.retention, result.team, result.alerts)
    for part in (*accounts, result.growth, result.lifetime):
        figures |= part.figures
    return figures
