"""Distributors A and B of the article: what it says of them, as lines of a scorecard.

Of A's growth it gives no number, so growth is no criterion here. A sells to a hundred end users who
make more than 70 % of its volume, B to four second-tier wholesalers who make more than 75 %.
"""

A = {
    "downstream_cr4": 4 * 0.70 / 100,
    "end_user_share": 0.70,
    "channel_length": 1.0,
    "new_face_ratio": 0.80,
    "freight_ratio": 0.012,
    "self_pickup_share": 0.50,
    "cash_share": 0.80,
    "credit_days": 6.0,
}
B = {
    "downstream_cr4": 0.75,
    "end_user_share": 0.0,
    "channel_length": 2.0,
    "new_face_ratio": 0.25,
    "freight_ratio": 0.05,
    "self_pickup_share": 0.0,
    "cash_share": 0.0,
    "credit_days": 50.0,
}
B_GROWTH, COMPANY_GROWTH = 0.02, 0.24
