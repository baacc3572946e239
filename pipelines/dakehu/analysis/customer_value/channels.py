"""Through which channels sales run, who wins and who serves the account, how long to the cash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dakehu.analysis.customer_value.policy import Policy
    from dakehu.analysis.customer_value.window import Period

MARTS = ("channels", "tiers", "order_to_cash", "costs", "profiles", "resale")
STEPS = ("order_to_delivery", "delivery_to_cash", "invoice_to_cash")
UNKNOWN = "-"
THROUGH = "distributor"  # the channel, and the role of whoever stands in it
CHANNEL_COSTS = ("freight", "promotion", "rebate")


@dataclass(frozen=True)
class Channels:
    """Sales of the window by channel and by who won and who serves the account (P5-1, P5-2).

    `tiers` gives class A's share of each price tier (P2-1), `steps` the days from the order to the
    cash (P6-3). Each is empty where the data does not say. Channels count customers of every role.
    """

    channels: pl.DataFrame
    developed: pl.DataFrame
    tiers: pl.DataFrame
    steps: pl.DataFrame
    figures: dict[str, tuple[float, str]]

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The tables published beside the report, by name."""
        found = {
            "channels": self.channels, "developed": self.developed, "tiers": self.tiers,
            "order_to_cash": self.steps,
        }  # fmt: skip
        return {name: frame for name, frame in found.items() if not frame.is_empty()}


def channels_of(
    read: Mapping[str, pl.DataFrame], customers: pl.DataFrame, period: Period, policy: Policy
) -> Channels:
    """Sum the frames of `MARTS` over the window; `customers` are classed (customer_class)."""
    channels = read["channels"]
    steps = read["order_to_cash"]
    if policy.roles:
        steps = steps.filter(pl.col("role").is_in(policy.roles))
    parts = {
        "channels": _shares(channels, ["channel"], "channel", period),
        "developed": _shares(channels, ["developed_by", "fulfilled_by"], "developed_by", period),
        "tiers": _tiers(read["tiers"], customers, period),
        "steps": _steps(steps, period),
    }
    days = dict(parts["steps"].select("step", "mean_days").iter_rows())
    return Channels(
        **parts,
        figures={
            f"{step}_days": (value, "days") for step, value in days.items() if value is not None
        }
        | _saved(read, period),
    )


def _windows(period: Period) -> tuple[pl.Expr, pl.Expr]:
    """The months of the window, and those of the one before (none where there is none)."""
    month = pl.col("month")
    now = month.is_between(period.first_month, period.last_month)
    if not period.has_previous:
        return now, pl.lit(False)
    return now, month.is_between(period.previous_first_month, period.previous_last_month)


def _ratio(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    base = below.cast(pl.Float64)
    return above.cast(pl.Float64) / pl.when(base > 0).then(base)


def _shares(frame: pl.DataFrame, keys: list[str], needed: str, period: Period) -> pl.DataFrame:
    """Sales and their share by `keys`, and the share in the window before."""
    now, before = _windows(period)
    if not (frame[needed] != UNKNOWN).any():
        return frame.clear()
    net, previous = pl.col("net_amount"), pl.col("previous_amount")
    summed = (
        frame.filter(now | before)
        .group_by(keys)
        .agg(net_amount=net.filter(now).sum(), previous_amount=net.filter(before).sum())
        .with_columns(
            amount_share=_ratio(net, net.sum()), previous_share=_ratio(previous, previous.sum())
        )
        .sort("net_amount", *keys, descending=[True, *[False] * len(keys)])
    )
    return summed if period.has_previous else summed.drop("previous_amount", "previous_share")


def _saved(read: Mapping[str, pl.DataFrame], period: Period) -> dict[str, tuple[float, str]]:
    """What direct sales save of the cost of the channel (P2-9).

    A distributor keeps the margin m of what its customers pay, and costs us freight, promotion and
    rebates, c of what it pays us; direct sales cost us d of the same kinds. Of a yuan that the
    customer pays, selling directly saves m + (1 - m) c - d. Without what distributors sold on, m is
    not known and taken as 0. Nothing is said unless both channels and any of these costs are known.
    """
    now, _ = _windows(period)
    sold = read["channels"].filter(now, pl.col("channel") != UNKNOWN)
    through = pl.col("channel") == THROUGH
    sales = [float(sold.filter(part)["net_amount"].sum()) for part in (through, ~through)]
    spent = (
        read["costs"]
        .filter(now, pl.col("cost_type").is_in(CHANNEL_COSTS))
        .join(read["profiles"].select("customer_id", "role"), on="customer_id")
    )
    if min(sales) <= 0 or spent.is_empty():
        return {}
    stands = pl.col("role") == THROUGH
    cost = [float(spent.filter(part)["cost_amount"].sum()) for part in (stands, ~stands)]
    c, d = (amount / base for amount, base in zip(cost, sales, strict=True))
    resold = read["resale"].filter(now)
    paid = float(resold["resold_amount"].sum())
    margin = 1 - float(resold["purchase_amount"].sum()) / paid if paid > 0 else None
    m = margin or 0.0
    known = {} if margin is None else {"channel_margin_share": (margin, "share")}
    return known | {
        "channel_cost_share": (c, "share"),
        "direct_cost_share": (d, "share"),
        "channel_saved_amount": (sales[1] * (m + (1 - m) * c - d), "amount"),
    }


def _tiers(tiers: pl.DataFrame, customers: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Sales of each price tier and the share that class A customers buy of it."""
    now, _ = _windows(period)
    classes = customers.select("customer_id", "customer_class")
    net = pl.col("net_amount")
    return (
        tiers.filter(now)
        .join(classes, on="customer_id")
        .group_by("tier")
        .agg(
            net_amount=net.sum(),
            key_amount=net.filter(pl.col("customer_class") == "A").sum(),
        )
        .with_columns(key_amount_share=_ratio(pl.col("key_amount"), net))
        .sort("net_amount", "tier", descending=[True, False])
    )


def _steps(steps: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Mean days of each step that ended in the window, weighted by amount."""
    now, before = _windows(period)
    days, amount = pl.col("amount_days"), pl.col("step_amount")
    order = pl.DataFrame({"step": STEPS, "position": range(len(STEPS))})
    return (
        steps.group_by("step")
        .agg(
            step_amount=amount.filter(now).sum(),
            mean_days=_ratio(days.filter(now).sum(), amount.filter(now).sum()),
            previous_days=_ratio(days.filter(before).sum(), amount.filter(before).sum()),
        )
        .join(order, on="step")
        .sort("position")
        .drop("position")
        .filter(pl.col("mean_days").is_not_null())
    )
