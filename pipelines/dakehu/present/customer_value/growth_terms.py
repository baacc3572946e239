"""The words of the growth part of the customer value report: labels, rules, definitions."""

from __future__ import annotations

from dakehu.present.appendix import N_
from dakehu.present.block import Definition
from dakehu.present.text import Text

FIGURES = {
    "key_family_coverage": N_("Family coverage of class A customers (mean)"),
    "key_white_space_count": N_("White space of class A customers, cells"),
    "key_white_space_amount": N_("White space of class A customers, at the peers' median"),
    "wallet_share": N_("Share of wallet"),
    "wallet_known_share": N_("Sales to customers whose need is known"),
    "wallet_doubtful_count": N_("Customers whose stated need cannot be right"),
    "custom_share": N_("Products made for one customer, share of order value"),
    "previous_custom_share": N_("Products made for one customer, share in the window before"),
    "solution_share": N_("Solutions, share of orders"),
    "previous_solution_share": N_("Solutions, share of orders in the window before"),
    "bundled_share": N_("Orders of several families, share of order value"),
    "previous_bundled_share": N_("Orders of several families, in the window before"),
    "industry_count": N_("Industries"),
    "largest_industry_share": N_("Largest industry, share of sales"),
    "case_open_count": N_("Sales cases open, of those that moved in the window"),
    "proposal_order_share": N_("Proposals followed by an order"),
    "proposal_usual_share": N_("Days followed by an order anyway"),
}
RULES = {
    "white_space_peers": N_("White space: buyers among the peers from"),
    "white_space_count": N_("White space: cells listed at most"),
    "proposal_order_days": N_("An order follows a proposal within days"),
}
SOURCES = {
    "declared": N_("declared"),
    "tender": N_("from tenders"),
    "model": N_("by a model"),
    "several": N_("several sources"),
    "unknown": N_("source not stated"),
}
EFFECTS = {
    "number_amount": N_("Number"),
    "mix_amount": N_("Mix"),
    "rate_amount": N_("Rate"),
}
# The seven stages of a key-account sale; a case is numbered by them.
STAGES = {
    1: N_("Set-up"),
    2: N_("Contact"),
    3: N_("Relations"),
    4: N_("Bid and opening"),
    5: N_("Contract"),
    6: N_("Delivery"),
    7: N_("Care"),
}
LEVELS = {
    "product": N_("Product proposal"),
    "industry": N_("Industry proposal"),
    "custom": N_("Custom proposal"),
    "unknown": N_("Level not stated"),
}


def definitions(text: Text) -> tuple[Definition, ...]:
    """What the words of this part mean."""
    return (
        Definition(
            text("Family coverage"),
            text(
                "Product families that a customer bought in the window, over those that anybody of"
                " its industry bought; over all families where its industry is not known."
            ),
            "%",
        ),
        Definition(
            text("White space"),
            text(
                "A family that the customer did not buy in the window and its peers, customers of"
                " the same industry and size, did: at the median of what those buyers bought."
            ),
            text.currency,
        ),
        Definition(
            text("Share of wallet"),
            text(
                "Our sales over what the customer buys in our category in a time as long, as its"
                " source states it for a year. Missing where no need is stated, or one below our"
                " sales."
            ),
            "%",
        ),
        Definition(
            text("Number, mix and rate"),
            text(
                "An industry's sales are all customers x its share of them x sales per customer."
                " Each effect is the change of one factor times the mean of the others over both"
                " windows; the three add up to the change, to the cent."
            ),
            text.currency,
        ),
        Definition(
            text("Solution"),
            text("An order whose type of sale is solution, or that holds a custom product."),
        ),
        Definition(
            text("Conversion"),
            text(
                "Of the cases that entered a stage in the window, the part that has reached a later"
                " stage; those still there count as not gone on."
            ),
            "%",
        ),
    )
