"""What leads are called on the page, and the sentence that stands above every list of them."""

from __future__ import annotations

from dakehu.present.appendix import N_

NOTICE = N_("Internal lead; verify and have it reviewed by counsel before acting.")

KINDS = {
    "diversion": N_("Diversion"),
    "hoarding": N_("Hoarding"),
    "quota_overload": N_("Quota overload"),
    "price_gap": N_("Price gap"),
}

GRADES = {
    "A": N_("A: proof on record (code scan, case)"),
    "B": N_("B: document, or two independent signs"),
    "C": N_("C: statistics or arithmetic alone; a lead for inspection and no finding"),
}

MEASURES = {
    "scan_share": N_("Codes scanned outside the territory"),
    "outside_share": N_("Sell-out outside the territory"),
    "chain_share": N_("Sell-out that chains or central buyers take elsewhere (benign)"),
    "agreed_share": N_("Sell-out outside by agreement, such as an expo (benign)"),
    "case_count": N_("Cases on record"),
    "vicious_circle": N_("Grows while the smaller neighbour shrinks, and the price gap pays"),
    "arbitrage_index": N_("Left of the neighbour's landed price after the own one and freight"),
    "seen_price_gap": N_("Market price below the landed price of who holds the territory"),
    "overload": N_("Quota against capacity or demand"),
    "pull_forward": N_("End of the quarter against the own usual month end"),
    "payback": N_("Start of the next month against the own usual one"),
    "stock_jump_days": N_("Days of stock above the own usual stock"),
    "sell_in_over_sell_out": N_("Purchases of three months against sell-out"),
    "receivables_index": N_("Debt to purchases against the quarter before"),
    "returned_share": N_("Given back in the two months after"),
    "lunar_new_year_load": N_("Loaded before Lunar New Year (benign)"),
    "price_rise_load": N_("Loaded before a price rise (benign)"),
}

# Measures without which nothing is found of a kind, beyond cases on record.
LOOKED_FOR = {
    "diversion": ("outside_share", "scan_share"),
    "hoarding": ("pull_forward",),
    "quota_overload": ("overload",),
    "price_gap": ("arbitrage_index", "seen_price_gap"),
}
