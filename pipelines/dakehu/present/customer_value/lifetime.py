"""What customers will buy and what that is worth: the chosen model, its test, and the values.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dakehu.present import theme
from dakehu.present.appendix import N_
from dakehu.present.block import (
    BlockData,
    Column,
    Definition,
    Finding,
    figure,
    findings,
    note,
    table,
)
from dakehu.present.text import Text

FIGURES = {
    "customer_equity_amount": N_("Value of all customers"),
    "customer_equity_low_amount": N_("Value of all customers, lower end (90 %)"),
    "customer_equity_high_amount": N_("Value of all customers, upper end (90 %)"),
}
RULES = {
    "lifetime_horizon_days": N_("Customer value: days that it looks ahead"),
    "lifetime_holdout_days": N_("Customer value: days held out to choose the model"),
    "discount_rate": N_("Customer value: yearly discount rate"),
}
MODELS = {
    "bg_nbd": N_("BG/NBD"),
    "mbg_nbd": N_("MBG/NBD"),
    "mbg_cnbd_k": N_("MBG/CNBD-k (regular buyers)"),
    "pareto_nbd": N_("Pareto/NBD"),
    "zero": N_("Baseline: no more orders"),
    "same_as_before": N_("Baseline: as many as in the period before"),
    "own_rate": N_("Baseline: own rate so far"),
}


def sentences(text: Text, result: Any) -> BlockData:
    """Which model won and by how much, what all customers are worth, and what to beware of."""
    life = result.lifetime
    if life.value is None:
        return note(
            text("Customer value was not computed (not zero): {reason}.", reason=life.reason)
        )
    return findings(_choice(text, life), _worth(text, result), *_warnings(text, life))


def _choice(text: Text, life: Any) -> Finding:
    chosen, naive = life.chosen, life.baseline
    values = {
        "model": text(MODELS[chosen["model"]]),
        "naive": text(MODELS[naive["model"]]),
        "rmse": text.number(chosen["customer_rmse"]),
        "naive_rmse": text.number(naive["customer_rmse"]),
        "expected": text.number(chosen["total_expected"], 0),
        "actual": text.number(chosen["total_actual"], 0),
    }
    if chosen["model"] == naive["model"]:
        return Finding(
            text(
                "No model beat the naive baseline, so it is used ({model}): error per customer"
                " {rmse} order days in the months held out; {expected} expected, {actual} came.",
                **values,
            ),
            "warn",
        )
    return Finding(
        text(
            "{model} foretold the months held out best: error per customer {rmse} order days"
            " against {naive_rmse} of the best baseline ({naive}); {expected} expected, {actual}"
            " came.",
            **values,
        ),
        "good",
    )


def _worth(text: Text, result: Any) -> Finding:
    life = result.lifetime
    equity, low, high = life.value.equity
    top = result.customers.drop_nulls("clv_amount").sort("clv_amount", descending=True).head(10)
    held = float(top["clv_amount"].sum()) / equity if equity > 0 else None
    span = (
        text("no interval, as a baseline gives none")
        if low is None
        else text("90 % interval {low} to {high}", low=text.amount(low), high=text.amount(high))
    )
    return Finding(
        text(
            "Over the next {days} days all customers are worth {equity} ({span}), the ten most"
            " valuable {share} of it.",
            days=text.count(result.policy.lifetime_horizon_days),
            equity=text.amount(equity),
            span=span,
            share=text.percent(held),
        )
    )


def _warnings(text: Text, life: Any) -> list[Finding]:
    found = []
    link = life.value.independence
    if link.is_doubtful:
        found.append(
            Finding(
                text(
                    "Who orders often also spends otherwise per order (rank correlation {r}): the"
                    " models take both as independent, so single values lean.",
                    r=text.number(link.rank_correlation),
                ),
                "warn",
            )
        )
    if life.margin_share is None:
        found.append(Finding(text("No cost is known: the values are sales, not margin."), "warn"))
    return found


def holdout(text: Text, result: Any) -> BlockData:
    """Every model and baseline on the months held out, won or lost."""
    life = result.lifetime
    if life.value is None:
        return findings()
    names = {name: text(label) for name, label in MODELS.items()}
    return table(
        life.value.tables["holdout"]
        .sort("customer_rmse")
        .with_columns(pl.col("model").replace_strict(names)),
        [
            Column("model", text("Model")),
            Column("customer_rmse", text("Error per customer (RMSE)"), "number"),
            Column("customer_mae", text("Error per customer (MAE)"), "number", 2),
            Column("total_expected", text("Order days expected"), "number"),
            Column("total_actual", text("Order days seen"), "count"),
            Column("is_chosen", text("Used"), "flag"),
        ],
        text,
        title=text("Which model foretells best what it has not seen"),
        note=text(
            "Fitted to the days up to {cut}, judged on the {days} days after it. Used is the least"
            " error among those whose total is off by at most 20 %.",
            cut=text.date(life.value.cut),
            days=text.count(result.policy.lifetime_holdout_days),
        ),
        file="holdout",
    )


def tracking(text: Text, result: Any) -> BlockData:
    """Repeat orders expected and made, fortnight by fortnight; what is right of the line is new."""
    value = result.lifetime.value
    if value is None or value.tracking.is_empty():
        return findings()
    frame = value.tracking
    days = frame["date"].to_list()
    # A line as a trace: a shape on a date axis has no end that is certain to be drawn.
    top = float(max(frame["actual_new"].max(), frame["expected_new"].max()))
    traces = [
        go.Scatter(
            x=days,
            y=frame["actual_new"].to_list(),
            name=text("Orders made"),
            mode="lines",
            line={"color": theme.GREY, "width": 1.5},
        ),
        go.Scatter(
            x=days,
            y=frame["expected_new"].round(2).to_list(),
            name=text("Expected by {model}", model=text(MODELS[value.tracked])),
            mode="lines",
            line={"color": theme.BLUE, "width": 2},
        ),
        go.Scatter(
            x=[value.cut, value.cut],
            y=[0, top],
            name=text("Model saw the days before"),
            mode="lines",
            line={"color": theme.ORANGE, "dash": "dot", "width": 1.5},
            hoverinfo="skip",
        ),
    ]
    after = frame.filter(pl.col("date") > value.cut)
    layout = theme.layout(
        yaxis={"title": {"text": text("Repeat order days in 14 days")}, "rangemode": "tozero"},
        xaxis={"type": "date"},
    )
    return figure(
        go.Figure(traces, layout),
        title=text("Repeat orders: expected and made"),
        summary=text(
            "In the months held out the model expects {expected} repeat order days; {actual} were"
            " made.",
            expected=text.number(after["expected_new"].sum(), 0),
            actual=text.number(after["actual_new"].sum(), 0),
        ),
        note=text(
            "Customers that came before the line only; the expectation starts anew for each on its"
            " first day."
        ),
        height=320,
    )


def values(text: Text, result: Any, top_n: int) -> BlockData:
    """The most valuable customers, with interval and the chance that they still buy."""
    if result.lifetime.value is None:
        return findings()
    frame = result.customers.drop_nulls("clv_amount").sort(
        "clv_amount", "customer_id", descending=[True, False]
    )
    return table(
        frame.head(top_n),
        [
            Column("customer_name", text("Customer")),
            Column("customer_id", text("Code"), priority=3),
            Column("clv_amount", text("Customer value"), "amount"),
            Column("clv_low_amount", text("Low (90 %)"), "amount", 2),
            Column("clv_high_amount", text("High (90 %)"), "amount", 2),
            Column("p_alive", text("Still a customer"), "percent"),
            Column("expected_orders", text("Order days expected"), "number", 2),
            Column("expected_amount", text("Sales expected"), "amount", 3),
            Column("net_amount", text("Sales"), "amount", 3),
        ],
        text,
        title=text(
            "The most valuable customers of the next {days} days",
            days=text.count(result.policy.lifetime_horizon_days),
        ),
        note=_basis(text, result),
        file="customers",
    )


def _basis(text: Text, result: Any) -> str:
    share, rate = result.lifetime.margin_share, text.percent(result.policy.discount_rate, 0)
    if share is None:
        return text("Expected sales, discounted at {rate} a year.", rate=rate)
    return text(
        "Expected sales times the margin rate of all customers together ({share}), discounted at"
        " {rate} a year.",
        share=text.percent(share),
        rate=rate,
    )


def definitions_of(text: Text) -> list[Definition]:
    """What the words of this part mean."""
    return [
        Definition(
            text("Customer value (CLV)"),
            text(
                "What a customer is expected to bring over the horizon, discounted; interval from"
                " simulated futures, which held 85 to 95 % of simulated customers."
            ),
            text.currency,
        ),
        Definition(
            text("Still a customer"),
            text(
                "Probability, by the chosen model, that the customer has not left for good,"
                " given when and how often it ordered."
            ),
            "%",
        ),
    ]
