"""The words of the customer card: parts of people, and what its own terms mean."""

from __future__ import annotations

from dakehu.present.appendix import N_
from dakehu.present.block import Definition
from dakehu.present.text import Text

TEAM_ROLES = {
    "KAM": N_("Key account manager"),
    "sales": N_("Sales person"),
    "service": N_("Service staff"),
    "-": N_("Not said"),
}
BUYING_ROLES = {
    "user": N_("User"),
    "expert": N_("Expert"),
    "decider": N_("Decider"),
    "tender_agent": N_("Tender agent"),
}
RESULTS = {
    "won": N_("bid won"),
    "lost": N_("bid lost"),
    "void": N_("void, no winner"),
    "no_bid": N_("no bid made"),
    "open": N_("not opened yet"),
}


def definitions_of(text: Text) -> list[Definition]:
    """What these words mean."""
    return [
        Definition(
            text("Price against others"),
            text(
                "What the customer paid over what the other customers of its role paid for the same"
                " products in the same months, less 1; missing where they bought less than half of"
                " what it did."
            ),
            "%",
        ),
        Definition(
            text("Full and on time"),
            text(
                "Of the lines whose promised day has come, those delivered in full by that day; by"
                " the month of the order. Missing without delivery dates."
            ),
            "%",
        ),
        Definition(
            text("Contacts by part in the purchase"),
            text(
                "Who takes part in the purchase at the customer as of the date. Of each name only"
                " the first letter was ever loaded."
            ),
        ),
    ]
