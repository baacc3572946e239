"""The words of the customer value report: its labels, definitions, and what was left out.

`result` is the CustomerValue that analysis.customer_value returns.
"""

from __future__ import annotations

from typing import Any

from dakehu.present.appendix import N_
from dakehu.present.block import (
    BlockData,
    Definition,
    Finding,
    definitions,
    findings,
    note,
)
from dakehu.present.customer_value import (
    account_terms,
    actions,
    alert_terms,
    card_terms,
    lifetime,
)
from dakehu.present.customer_value.growth_terms import FIGURES as GROWTH_FIGURES
from dakehu.present.customer_value.growth_terms import RULES as GROWTH_RULES
from dakehu.present.customer_value.growth_terms import definitions as growth_definitions
from dakehu.present.customer_value.money_terms import FIGURES as MONEY_FIGURES
from dakehu.present.customer_value.money_terms import RULES as MONEY_RULES
from dakehu.present.customer_value.money_terms import definitions as money_definitions
from dakehu.present.text import Text

SEGMENTS = {
    "champions": N_("Champions"),
    "loyal": N_("Loyal"),
    "promising": N_("Promising"),
    "occasional": N_("Occasional"),
    "at_risk": N_("At risk"),
    "dormant": N_("Dormant"),
    "returns_only": N_("Returns only"),
}
FIGURES = {
    "customer_count": N_("Customers with sales"),
    "net_amount": N_("Sales"),
    "previous_amount": N_("Sales in the window before"),
    "growth": N_("Growth of sales"),
    "key_customer_count": N_("Class A customers"),
    "key_customer_share": N_("Class A, share of customers"),
    "key_amount_share": N_("Class A, share of sales"),
    "cr1": N_("Largest customer, share of sales"),
    "cr4": N_("Four largest customers, share of sales"),
    "cr5": N_("Five largest customers, share of sales"),
    "cr10": N_("Ten largest customers, share of sales"),
    "top_fifth_share": N_("Top fifth of the customers, share of sales"),
    "hhi": N_("Concentration (HHI)"),
    "effective_number": N_("Effective number of customers"),
    "gini": N_("Gini coefficient"),
    "margin_amount": N_("Margin"),
    "margin_share": N_("Margin rate"),
    "margin_known_share": N_("Sales whose cost is known"),
    "new_customer_count": N_("New and returned customers"),
    "new_amount": N_("Sales to new and returned customers"),
    "lost_customer_count": N_("Lost customers"),
    "lost_amount": N_("Sales lost with them"),
    **account_terms.FIGURES,
    **alert_terms.FIGURES,
    **MONEY_FIGURES,
    **lifetime.FIGURES,
    **GROWTH_FIGURES,
}
RULES = {
    "roles": N_("Roles of customers that are counted"),
    "pareto_share": N_("Pareto set: cumulative share that it reaches"),
    "class_a_share": N_("Class A ends at a cumulative share of"),
    "class_b_share": N_("Class B ends at a cumulative share of"),
    "recent_days": N_("Gone quiet: days without an order above"),
    "dormant_days": N_("Dormant: days without an order above"),
    "frequent_orders": N_("Frequent: orders in the window from (not set: their median)"),
    "dependence_share": N_("Dependence on one customer from a share of"),
    "moderate_hhi": N_("HHI from which concentration is moderate"),
    "high_hhi": N_("HHI above which concentration is high"),
    "card_count": N_("Customers on the card"),
    "card_months": N_("Months of sales on the card"),
    **account_terms.RULES,
    **alert_terms.RULES,
    **MONEY_RULES,
    **lifetime.RULES,
    **actions.RULES,
    **GROWTH_RULES,
}
KINDS = {
    "new": N_("New"),
    "returned": N_("Returned"),
    "riser": N_("Rising"),
    "faller": N_("Falling"),
    "lost": N_("Lost"),
    "same": N_("Unchanged"),
}
LEFT_OUT = {
    "role": N_("Customers in other roles ({n}, {amount}) are not counted in this report."),
    "returns_exceed_purchases": N_(
        "Customers whose returns exceed their purchases ({n}, {amount}) have no share, stand"
        " outside the cumulation and are counted as class C; only the top-fifth share counts"
        " them in number and total."
    ),
    "no_sales_in_window": N_("Customers known from earlier without any sale in the window: {n}."),
}


def unclosed(text: Text, result: Any) -> BlockData:
    """Say whether the last month of the window is closed, for growth depends on it."""
    month = text.month(result.period.last_month)
    if result.period.is_closed:
        return note(text("The last month, {month}, is closed.", month=month), "")
    return note(
        text(
            "The last month, {month}, is not closed yet: the window lacks its remaining days, so"
            " growth is understated.",
            month=month,
        )
    )


def left_out(text: Text, result: Any) -> BlockData:
    """Which customers the shares do not count, how many, and what they bought."""
    if result.left_out.is_empty():
        return note(text("No customer was left out."), "")
    rows = result.left_out.select("reason", "customer_count", "net_amount").iter_rows()
    return findings(
        *(
            Finding(text(LEFT_OUT[reason], n=text.count(count), amount=text.amount(amount)))
            for reason, count, amount in rows
        )
    )


def terms(text: Text) -> BlockData:
    """What the words of this report mean."""
    return definitions(
        Definition(
            text("Customer"),
            text("A customer group: parties under one controller count as one."),
        ),
        Definition(
            text("Pareto set (80/20 rule)"),
            text(
                "The largest customers, in falling order of sales or margin, until the cumulative"
                " share reaches the line; the customer that crosses it is in, ties go by code."
            ),
        ),
        Definition(
            text("Customer class"),
            text("A, B and C by cumulative share of sales, with the bounds of the rules below."),
        ),
        Definition(
            text("Concentration index"),
            text("A class's share of sales divided by its share of the customers."),
            text("ratio"),
        ),
        Definition(
            text("Growth"),
            text(
                "Sales of the window against the window of the same length before it; missing for"
                " customers that bought nothing then."
            ),
            "%",
        ),
        Definition(
            text("Herfindahl-Hirschman index (HHI)"),
            text(
                "10,000 times the sum of the squared shares of sales. The usual bounds are made"
                " for markets; for a customer book they are an orientation only."
            ),
            text("points"),
        ),
        Definition(
            text("Effective number of customers"),
            text("How many customers of equal size would give the same concentration."),
            text("count"),
        ),
        Definition(
            text("Gini coefficient"),
            text("0 when all customers buy the same, near 1 when one buys everything."),
            "0-1",
        ),
        Definition(
            text("Top fifth of the customers, share of sales"),
            text(
                "The largest fifth of all customers, rounded up, over total sales; customers whose"
                " returns exceed their purchases count in number and total."
            ),
            "%",
        ),
        Definition(
            text("Lost, new and returned customers"),
            text(
                "Lost: ordered in the window before, not in this one. New: first order ever in"
                " this window. Returned: ordered earlier, not in the window before, and again now."
            ),
        ),
        Definition(
            text("Margin"),
            text(
                "Sales less cost, for customers whose cost is known for every line of the window."
            ),
            text.currency,
        ),
        *account_terms.definitions_of(text),
        *alert_terms.definitions_of(text),
        *money_definitions(text),
        *lifetime.definitions_of(text),
        *growth_definitions(text),
        *card_terms.definitions_of(text),
    )
