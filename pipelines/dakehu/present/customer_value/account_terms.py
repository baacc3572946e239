"""The words on key accounts, the four types, and leaving and staying: labels and definitions."""

from __future__ import annotations

from dakehu.present.appendix import N_
from dakehu.present.block import Definition
from dakehu.present.text import Text

SCREENS = {
    "fit": N_("Fit"),
    "central_purchase": N_("Central purchase"),
    "continuity": N_("Continuity"),
}
TYPES = {
    "cash_cow": N_("Cash cow"),
    "star": N_("Star"),
    "dog": N_("Dog"),
    "wildcat": N_("Wildcat"),
    "absent": N_("None"),
}
HARMS = {
    "contribution": N_("loses money"),
    "overdue": N_("overdue by more than 90 days"),
    "diversion": N_("proven diversion"),
    "price": N_("proven price breach"),
}
STAGES = {
    "none": N_("Not there"),
    "establishing": N_("Establishing"),
    "stable": N_("Stable"),
    "strengthening": N_("Strengthening"),
}
TRIGGERS = {
    "no_orders": N_("two quarters without orders"),
    "tender_lost": N_("tender lost"),
    "contact_left": N_("contact left"),
}
LEFT_BY = {
    "window": N_("No order in this window"),
    "silence": N_("Silent beyond its rhythm"),
}
FIGURES = {
    "key_account_count": N_("Key accounts"),
    "key_account_share": N_("Key accounts, share of customers"),
    "key_account_amount_share": N_("Key accounts, share of sales"),
    "lookalike_count": N_("Lookalikes of key accounts"),
    "cash_cow_count": N_("Cash cows"),
    "star_count": N_("Stars"),
    "dog_count": N_("Dogs"),
    "wildcat_count": N_("Wildcats"),
    "benchmark_growth": N_("Benchmark growth of the four types"),
    "silent_customer_count": N_("Customers silent beyond their rhythm"),
    "revenue_at_risk": N_("Revenue at risk"),
    "rhythm_known_share": N_("Customers whose rhythm is known"),
    "retention_rate": N_("Retention of customers"),
    "logo_churn": N_("Churn of customers"),
    "revenue_churn": N_("Churn of revenue"),
    "net_revenue_retention": N_("Net revenue retention"),
    "gross_revenue_retention": N_("Gross revenue retention"),
    "managed_count": N_("Accounts with a manager"),
    "manager_changed_count": N_("Accounts that changed their manager often"),
    "manager_tenure_days": N_("Tenure of account managers (median)"),
    "changed_manager_revenue_retention": N_(
        "Net revenue retention where the manager changed often"
    ),
    "steady_manager_revenue_retention": N_("Net revenue retention under a steady manager"),
    "crowded_account_count": N_("Accounts visited by several of ours without their team"),
}
RULES = {
    "fit_score_min": N_("Key account: fit score from"),
    "central_order_share": N_("Central purchase, where not stated: share of head or contract from"),
    "continuity_years": N_("Continuity: years looked at"),
    "continuity_active_years": N_("Continuity: years with purchases from"),
    "continuity_active_amount": N_("Continuity: sales from which a year counts (0 = above zero)"),
    "continuity_quarter_share": N_("Continuity: share of quarters with an order from"),
    "continuity_cv": N_("Continuity: coefficient of variation of annual sales up to"),
    "lookalike_share": N_("Lookalike: buys less than this share of its peers' median"),
    "benchmark_growth": N_("Four types: benchmark growth (not set: that of all customers)"),
    "harm_overdue_share": N_("Wildcat: overdue by more than 90 days above this share of its sales"),
    "silence_factor": N_("Silent: longer than the own median interval times"),
    "silence_orders": N_("Silent: order days from which there is a rhythm"),
    "silence_floor_days": N_("Silent: never before this many days"),
    "silence_probability": N_("Silent: longer than this share of the own intervals by chance"),
    "manager_changes": N_("Restless team: changes of manager in the window from"),
    "interface_people": N_(
        "Single interface: people of ours in a month without the manager, up to"
    ),
    "relation_quarters": N_("Relation: quarters in a row with orders that lift it a stage"),
}


def definitions_of(text: Text) -> list[Definition]:
    """What these words mean."""
    return [
        Definition(
            text("Key account"),
            text(
                "In the 80/20 set of the window by sales or margin, or class A by management, and"
                " failing none of the three screens fit, central purchase and continuity. A screen"
                " without data is not known and decides nothing."
            ),
        ),
        Definition(
            text("Continuity"),
            text(
                "Years with purchases, share of quarters with an order, and the coefficient of"
                " variation (CV) of annual sales: standard deviation over mean. Predictability is"
                " 1 less CV, at least 0."
            ),
        ),
        Definition(
            text("Rate of central purchase"),
            text(
                "What the head office ordered or a contract covers, over all orders of the group;"
                " only for groups of several parties."
            ),
            "%",
        ),
        Definition(
            text("Lookalike"),
            text(
                "Of the industry and size of key accounts, buying little or nothing; where no size"
                " is known, of their industry."
            ),
        ),
        Definition(
            text("Four types"),
            text(
                "Wildcat: contribution below zero, or proven harm. Star: grows faster than the"
                " benchmark and has a high future value. Cash cow: high present value. Dog: the"
                " rest. High is what the smallest customer of the 80/20 set buys."
            ),
        ),
        Definition(
            text("Silent beyond its rhythm"),
            text(
                "Longer without an order than a multiple of the median interval between its own"
                " order days."
            ),
        ),
        Definition(
            text("Revenue at risk"),
            text("Sales of the window to customers that are silent beyond their rhythm."),
            text.currency,
        ),
        Definition(
            text("Churn of customers and of revenue"),
            text(
                "Of the customers of the window before, and of their sales then, the share that did"
                " not order in this window or is silent beyond its rhythm."
            ),
            "%",
        ),
        Definition(
            text("Net and gross revenue retention"),
            text(
                "Sales now to the customers of the window before, over their sales then; gross"
                " counts no customer for more than it bought then."
            ),
            "%",
        ),
        Definition(
            text("Account manager and single interface"),
            text(
                "The key-account manager of the account team; where nobody's part is said, any"
                " member. The interface breaks when several of our people visit or propose in a"
                " month and none of them is the manager of the day."
            ),
        ),
        Definition(
            text("Stage of the relation"),
            text(
                "Establishing with the first order or sales case; stable after several quarters in"
                " a row with orders; strengthening when sales of four quarters then exceed those of"
                " the four before. Two quarters without orders, a lost tender or a contact that"
                " left are steps back."
            ),
        ),
    ]
