"""The columns of the marts on parties, for tests that write such marts by hand."""

import polars as pl

PARTIES = {
    "customer_id": pl.String,
    "customer_name": pl.String,
    "group_id": pl.String,
    "unified_credit_code": pl.String,
    "net_amount": pl.Decimal(38, 2),
}
DECISIONS = {
    "customer_id": pl.String,
    "other_id": pl.String,
    "decision": pl.String,
    "customer_name": pl.String,
    "other_name": pl.String,
    "group_id": pl.String,
    "other_group_id": pl.String,
    "is_one_group": pl.Boolean,
}
