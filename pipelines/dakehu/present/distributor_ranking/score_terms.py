"""The words on the score and its certainty: criteria, deductions, vetoes, rules."""

from __future__ import annotations

from dakehu.present.appendix import N_

PLATFORMS = {
    "sales": N_("Sales platform"),
    "logistics": N_("Logistics platform"),
    "capital": N_("Capital platform"),
}
CRITERIA = {
    "quota_attainment": N_("Quota attainment"),
    "focus_attainment": N_("Quota attainment, focus products"),
    "relative_growth": N_("Growth relative to the company's"),
    "amount_share": N_("Share of company sales"),
    "end_user_share": N_("Sold straight to end users"),
    "downstream_cr4": N_("Four largest downstream customers"),
    "channel_length": N_("Channel length"),
    "new_face_ratio": N_("New-face ratio"),
    "fill_rate": N_("Fill rate"),
    "otif_share": N_("On time in full"),
    "stock_days": N_("Days of stock"),
    "freight_ratio": N_("Freight paid by us / sales"),
    "self_pickup_share": N_("Self-pick-up share"),
    "cash_share": N_("Cash share"),
    "dso_days": N_("Days sales outstanding"),
    "overdue_share": N_("Overdue share of receivables"),
    "limit_use_share": N_("Use of the credit limit"),
    "credit_days": N_("Credit days, weighted by amount"),
}
DEDUCTIONS = {
    "diversion": N_("Diversion, evidence A or B"),
    "complaint": N_("Valid complaint"),
    "late_payment": N_("Late payment"),
    "file": N_("File not handed in"),
}
VETOES = {
    "blacklisted": N_("Blacklisted"),
    "graded_a_diversion": N_("Diversion cases, evidence A"),
    "overdue_over_90_share": N_("Share of receivables overdue by more than 90 days"),
}
RULES = {
    "observed_weight_min": N_("Ranked from this share of the weight observed (0-1)"),
    "platforms": N_("Weights of the platforms"),
    "judgements": N_("Judgements on pairs of platforms"),
    "criteria": N_("Weight, bounds and points of each criterion"),
    "deductions": N_("Points off for each case, and the most in all"),
    "vetoes": N_("Vetoes, from this value up"),
    "weight_spread": N_("How sure: each weight may be off by this share of itself (0-1)"),
    "smaa_draws": N_("How sure: weights drawn"),
    "bootstrap_draws": N_("How sure: times the months are drawn again"),
    "separable_probability": N_("Told apart from this probability of winning (0-1)"),
}
