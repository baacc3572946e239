"""The words on alerts: kinds, what each warns of, why one is not watched, rules, definitions."""

from __future__ import annotations

from dakehu.present.appendix import N_
from dakehu.present.block import Definition
from dakehu.present.text import Text

KINDS = {
    "volume": N_("Sales below expectation"),
    "interval": N_("Orders stretched out"),
    "silence": N_("Silent beyond expectation"),
    "mix_shift": N_("Mix shifted"),
    "price_inversion": N_("Sold below cost"),
    "overdue": N_("Long overdue"),
    "single_interface": N_("Single interface broken"),
}
COMES = {
    "volume": N_("sales of the next {months} months stay below what the same history lets expect"),
    "interval": N_("fewer orders than one per upper end come in {months} months"),
    "silence": N_("no order comes in {months} months"),
    "mix_shift": N_("the family's share stays below the interval for {months} months"),
    "price_inversion": N_("the tolerance is exceeded again in the next {months} months"),
    "overdue": N_("something is overdue by more than 90 days within {months} months"),
    "single_interface": N_("it happens again within {months} months"),
}
ABSENT = {
    "no_family": N_("no product families in the data"),
    "no_cost": N_("no cost in the data"),
    "no_due_date": N_("no invoices with a due date in the data"),
    "no_team": N_("no account teams and visits in the data"),
    "short_history": N_("nobody's history is long enough"),
}
FIGURES = {
    "alert_count": N_("Alerts that stand"),
    "alerted_customer_count": N_("Customers with an alert"),
    "new_alert_count": N_("New alerts"),
    "warned_share": N_("Lost by silence, share with an alert before"),
    "median_lead_days": N_("Days from the first alert to the loss (median)"),
}
RULES = {
    "alert_coverage": N_("Alerts: coverage of what is expected"),
    "alert_months": N_("Alerts: months of sales looked at together"),
    "alert_gaps": N_("Alerts: intervals between orders looked at together"),
    "alert_history": N_("Alerts: months or intervals of the own history, at most"),
    "alert_history_min": N_("Alerts: months or intervals of the own history, at least"),
    "alert_inversion_share": N_("Alerts: share of sales below cost that is tolerated"),
    "alert_overdue_days": N_("Alerts: days past the due date above"),
    "alert_outcome_months": N_("Alerts: months in which what they warn of should come"),
    "alert_review_months": N_("Alerts: months of the past that are reviewed"),
}


def definitions_of(text: Text) -> list[Definition]:
    """What these words mean."""
    return [
        Definition(
            text("Alert"),
            text(
                "A customer is on the wrong side of what its own history lets expect: sales of the"
                " last months too low, intervals between orders or the silence since the last one"
                " too long, a product family's share too small. Or something happened that should"
                " not: sales below cost, invoices long overdue, several of our people in a month"
                " without the key account manager. Whoever has too short a history gets none."
            ),
        ),
        Definition(
            text("False alarm"),
            text(
                "An alert after which what it warned of did not come in the months of the rules;"
                " counted only where these are over."
            ),
            "%",
        ),
        Definition(
            text("Warning time"),
            text(
                "From the first alert that stood on the day a customer was counted as lost by"
                " silence to that day."
            ),
            text("days"),
        ),
    ]
