"""What customers will buy and what that is worth: what was chosen, its test, and the values.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from dakehu.present.appendix import N_
from dakehu.present.block import (
    BlockData,
    Column,
    Definition,
    Finding,
    findings,
    note,
    table,
)
from dakehu.present.customer_value.purchase_models import MODELS
from dakehu.present.text import Text

FIGURES = {
    "customer_equity_amount": N_("Value of all customers"),
    "clv_coverage_share": N_("Customers inside their 90% interval in the months held out"),
}
RULES = {
    "lifetime_horizon_days": N_("Customer value: days that it looks ahead"),
    "lifetime_holdout_days": N_("Customer value: days held out to choose the model"),
    "discount_rate": N_("Customer value: yearly discount rate"),
    "parameter_draws": N_("Customer value: bootstrap draws behind the intervals of parameters"),
}
COVERAGE_RULES = {
    "earlier_holdout": N_("by intervals made one such period earlier"),
    "other_customers": N_("each half of them by the intervals of the other half"),
}
HELD = (0.85, 0.95)  # a 90% interval that holds fewer or more customers does not hold what it says


def sentences(text: Text, result: Any) -> BlockData:
    """Which model won and by how much, what all customers are worth, and what to beware of."""
    life = result.lifetime
    if life.value is None:
        return note(
            text("Customer value was not computed (not zero): {reason}.", reason=life.reason)
        )
    return findings(
        _choice(text, life), _worth(text, result), _held(text, life), *_warnings(text, life)
    )


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
    value = result.lifetime.value
    equity = result.figures["customer_equity_amount"][0]
    top = result.customers.drop_nulls("clv_amount").sort("clv_amount", descending=True).head(10)
    most = ""
    if equity > 0:  # of a loss nobody has a share
        held = float(top["clv_amount"].sum()) / equity
        most = text(", the ten most valuable {share} of it", share=text.percent(held))
    expected, came = value.held_out
    return Finding(
        text(
            "Over the next {days} days all customers are worth {equity}{most}. For the months held"
            " out {expected} of sales were expected, {came} came.",
            days=text.count(result.policy.lifetime_horizon_days),
            equity=text.amount(equity),
            most=most,
            expected=text.amount(expected),
            came=text.amount(came),
        )
    )


def _held(text: Text, life: Any) -> Finding:
    coverage = life.value.coverage
    least, most = HELD
    return Finding(
        text(
            "In the months held out {share} of the customers stayed inside their 90% interval,"
            " {rule}.",
            share=text.percent(coverage.share),
            rule=text(COVERAGE_RULES[coverage.rule]),
        ),
        "good" if least <= coverage.share <= most else "warn",
    )


def _warnings(text: Text, life: Any) -> list[Finding]:
    found = []
    link = life.value.independence
    if link.is_doubtful:
        found.append(
            Finding(
                text(
                    "Who orders often also spends otherwise per order (rank correlation {r}): the"
                    " models take both as independent, so single values lean. The intervals do"
                    " not rest on it.",
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
            Column("total_expected", text("Order days expected"), "count"),
            Column("total_actual", text("Order days seen"), "count", 2),
            Column("is_chosen", text("Used"), "flag"),
        ],
        text,
        title=text("Which model foretells best what it has not seen"),
        note=text(
            "Fitted to the days up to {cut}, judged on the {days} days after it. Used is the least"
            " error among those whose total is off by at most 20%.",
            cut=text.date(life.value.cut),
            days=text.count(result.policy.lifetime_holdout_days),
        ),
        file="holdout",
    )


def values(text: Text, result: Any, top_n: int) -> BlockData:
    """The most valuable customers, with interval and the chance that they still buy."""
    life = result.lifetime
    if life.value is None:
        return findings()
    if life.margin_share is not None and life.margin_share <= 0:
        return note(
            text(
                "At a margin rate of {share} more sales mean more loss: nobody is most valuable."
                " The file customers.csv has the value of everybody.",
                share=text.percent(life.margin_share),
            )
        )
    frame = result.customers.drop_nulls("clv_amount").sort(
        "clv_amount", "customer_id", descending=[True, False]
    )
    return table(
        frame.head(top_n),
        [
            Column("customer_name", text("Customer")),
            Column("customer_id", text("Code"), priority=3),
            Column("clv_amount", text("Customer value"), "amount"),
            Column("clv_low_amount", text("Low (90%)"), "amount", 2),
            Column("clv_high_amount", text("High (90%)"), "amount", 2),
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
                "What a customer is expected to bring over the horizon, discounted, before"
                " returns. Every customer has an interval: as wide as what customers of whom"
                " alike is expected brought in the months held out, scaled to the horizon; nine"
                " of ten lie inside."
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
