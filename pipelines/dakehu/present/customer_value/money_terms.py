"""The words of the money part of the customer value report: labels, rules, definitions."""

from __future__ import annotations

from dakehu.present.appendix import N_
from dakehu.present.block import Definition
from dakehu.present.text import Text

FIGURES = {
    "open_amount": N_("Receivables"),
    "overdue_amount": N_("Overdue receivables"),
    "overdue_share": N_("Overdue, share of receivables"),
    "dso_days": N_("Days sales outstanding (DSO)"),
    "countback_dso_days": N_("DSO, counted back"),
    "best_dso_days": N_("Best possible DSO"),
    "delinquent_days": N_("Average days delinquent"),
    "cash_share": N_("Received as cash"),
    "bill_share": N_("Received as acceptance bills"),
    "prepaid_share": N_("Prepaid, share of invoices"),
    "bills_held_amount": N_("Acceptance bills not due yet"),
    "advance_amount": N_("Payments and returns not used up"),
    "over_limit_count": N_("Customers above their credit limit"),
    "contribution_amount": N_("Contribution after cost to serve"),
    "cost_to_serve_amount": N_("Cost to serve"),
    "cost_to_serve_share": N_("Cost to serve, share of margin"),
    "losing_count": N_("Customers with a negative contribution"),
    "losing_amount": N_("Their negative contribution"),
    "inverted_line_count": N_("Lines sold below cost"),
    "inverted_amount": N_("Sales below cost"),
    "inverted_share": N_("Sales below cost, share of sales"),
    "inverted_loss_amount": N_("Lost on sales below cost"),
    "retail_inverted_line_count": N_("Lines dearer than the retail price"),
    "retail_inverted_amount": N_("Sales above the retail price"),
    "retail_excess_amount": N_("Paid above the retail price"),
    "tender_decided_count": N_("Tenders decided"),
    "tender_won_count": N_("Tenders won"),
    "tender_hit_rate": N_("Hit rate by count"),
    "tender_amount_hit_rate": N_("Hit rate by amount"),
    "tender_won_amount": N_("Amount won"),
    "tender_premium_share": N_("Winning price premium"),
    "tender_budget_share": N_("Won, share of project budgets"),
    "tender_lead_days": N_("Days engaged before publication (median)"),
    "tender_open_count": N_("Tenders still open"),
    "order_to_delivery_days": N_("Order to delivery"),
    "delivery_to_cash_days": N_("Delivery to payment"),
    "invoice_to_cash_days": N_("Invoice to payment"),
    "channel_margin_share": N_("Margin that distributors keep, share of what they sell on"),
    "channel_cost_share": N_("Rebates, promotion and freight, share of sales to distributors"),
    "direct_cost_share": N_("The same costs, share of direct sales"),
    "channel_saved_amount": N_("Channel cost saved by direct sales"),
    "otif_share": N_("Delivered on time and in full (OTIF)"),
    "delivered_share": N_("Brought to the customer, not picked up"),
    "freight_share": N_("Freight, share of the sales shipped"),
    "key_shortage_fill_share": N_("Class A: supplied in a shortage"),
    "other_shortage_fill_share": N_("Other classes: supplied in a shortage"),
}
RULES = {
    "ageing_basis": N_("Ageing counts from: due (due date) or posting (invoice date)"),
    "ageing_years": N_("Ageing by years since the invoice: bounds of the buckets"),
    "overdue_a_share": N_("Overdue class A ends at a cumulative share of"),
    "overdue_b_share": N_("Overdue class B ends at a cumulative share of"),
    "interest_rate": N_("Yearly interest on receivables"),
    "bid_weights": N_("Weights of the criteria that tenders are scored on (1 where not named)"),
    "buying_roles": N_("Roles of a buying centre that must be met"),
}
BUCKETS = {
    "not_due_amount": N_("Not due"),
    "due_1_30_amount": N_("1–30 days"),
    "due_31_60_amount": N_("31–60 days"),
    "due_61_90_amount": N_("61–90 days"),
    "due_91_180_amount": N_("91–180 days"),
    "due_over_180_amount": N_("Over 180 days"),
    "posting_0_30_amount": N_("0–30 days"),
    "posting_31_60_amount": N_("31–60 days"),
    "posting_61_90_amount": N_("61–90 days"),
    "posting_91_180_amount": N_("91–180 days"),
    "posting_over_180_amount": N_("Over 180 days"),
    "undated_amount": N_("No due date"),
}
COSTS = {
    "presale": N_("Presale"),
    "service": N_("Service"),
    "freight": N_("Freight"),
    "promotion": N_("Promotion"),
    "bid": N_("Bids"),
    "expense": N_("Other expenses"),
    "rebate": N_("Rebates"),
    "interest": N_("Interest"),
    "bill_interest": N_("Bill interest"),
}
CHANNELS = {
    "direct": N_("Direct"),
    "distributor": N_("Distributor"),
    "tender": N_("Tender"),
    "online": N_("Online"),
    "-": N_("Not said"),
}
PARTIES = {"own": N_("Ourselves"), "distributor": N_("Distributor"), "-": N_("Not said")}
TIERS = {"high": N_("High"), "mid": N_("Middle"), "low": N_("Low")}
STEPS = {
    "order_to_delivery": N_("Order to delivery"),
    "delivery_to_cash": N_("Delivery to payment"),
    "invoice_to_cash": N_("Invoice to payment"),
}


def definitions(text: Text) -> list[Definition]:
    """What the words of this part mean."""
    return [
        Definition(
            text("Receivables"),
            text(
                "Invoices, tax included, less the payments allocated to them and less returns. What"
                " nobody allocated settles what falls due first. Payments above all invoices stand"
                " apart as not used up."
            ),
            text.currency,
        ),
        Definition(
            text("Days sales outstanding (DSO)"),
            text(
                "Receivables over sales on credit (invoices less prepayments) of the window, times"
                " its days. Best possible: with receivables not due yet. Average days delinquent:"
                " the difference. Counted back: the days whose latest sales add up to the"
                " receivables."
            ),
            text("days"),
        ),
        Definition(
            text("Received as cash, and as acceptance bills"),
            text(
                "Bank and commercial acceptances are paper until they fall due or are discounted,"
                " so they are no cash; cash, transfers and prepayments are. Shares of all that came"
                " in in the window."
            ),
            "%",
        ),
        Definition(
            text("Contribution after cost to serve"),
            text(
                "Margin less presale, service, promotion, bids and other costs booked on the"
                " customer, freight that we pay, rebates that are not off the price already, and"
                " interest on the average receivables and on acceptance bills until they fall due,"
                " at the rate of the rules. Each kind of cost is taken from one source: freight"
                " from shipments and bids from tenders where they say."
            ),
            text.currency,
        ),
        Definition(
            text("Acquisition-cost ratio and break-even year"),
            text(
                "Presale and service cost so far over sales so far; the first year in which the"
                " margin so far covers that cost. Years count from the first cost or sale in the"
                " data."
            ),
            "%",
        ),
        Definition(
            text("Sales below cost (price inversion)"),
            text("Sale lines whose unit price is below their unit cost; gifts and samples aside."),
            text.currency,
        ),
        Definition(
            text("Dearer than the retail price (wholesale above retail)"),
            text(
                "Sale lines whose unit price is above the published retail price of their day, of"
                " their territory or region, else for everywhere."
            ),
            text.currency,
        ),
        Definition(
            text("Channel cost saved by direct sales"),
            text(
                "Of what customers pay us directly: the margin that distributors keep of what they"
                " sell on (against their mean purchase price of the product that year), plus the"
                " rebates, promotion and freight that go to them, less the same costs of direct"
                " sales. Presale and service are not in it."
            ),
            text.currency,
        ),
        Definition(
            text("On time in full (OTIF), supplied in a shortage"),
            text(
                "Sale lines shipped whole and arrived by the promised, else the requested date,"
                " over the lines due in the window. In a shortage: the value shipped over the value"
                " ordered while the product was out, cancelled lines included."
            ),
            "%",
        ),
        Definition(
            text("Hit rate and winning price premium"),
            text(
                "Won over won and lost, by count or by our bids. Premium: our winning bid less the"
                " best rival bid, over our bid; above zero the win was not on price."
            ),
            "%",
        ),
    ]
