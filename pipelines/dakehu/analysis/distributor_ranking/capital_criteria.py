"""What the capital platform is judged by: cash, terms, interest and debts (P10-9 to P10-11, S4)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dakehu.analysis.distributor_ranking.ratios import ratio
from dakehu.analysis.distributor_ranking.structure import told_rows
from dakehu.analysis.distributor_ranking.window import Window
from dakehu.analysis.dso import sales_on_credit

YEAR_DAYS = 365


def capital_criteria(
    read: Mapping[str, pl.DataFrame],
    window: Window,
    owed: pl.DataFrame,
    interest_rate: float,
) -> list[pl.DataFrame]:
    """Monthly parts of P10-9 to P10-11 and S4; `owed` is `owed.balances`; see `ratios`."""
    sold = told_rows(read["sell_out"], read["coverage"], window)
    termed, paid = pl.col("termed_amount"), pl.col("paid_amount")
    days = pl.col("amount_days").cast(pl.Float64)
    return [
        ratio(sold, "cash_share", pl.col("cash_amount"), paid),
        ratio(sold, "cash_bill_share", pl.col("cash_amount") + pl.col("bill_amount"), paid),
        ratio(sold, "credit_days", days, termed),
        ratio(sold, "interest_share", days / YEAR_DAYS * interest_rate, termed),
        *_paid_to_us(read, window),
        *_debts(read, window, owed),
    ]


def _paid_to_us(read: Mapping[str, pl.DataFrame], window: Window) -> list[pl.DataFrame]:
    """Cash and bills in what we received, and what was paid ahead of what we invoiced.

    Where a party never says how it pays, nothing is known of it.
    """
    own = read["distributors"].select("distributor_id", "group_id")
    payments = read["payments"].filter(window.within).join(own, on="group_id")
    invoiced = read["accounts"].filter(window.within).select(
        "month", "invoiced_amount", group_id="customer_id"
    )  # fmt: skip
    ahead = (
        invoiced.join(own, on="group_id")
        .join(payments, on=["distributor_id"], how="semi")
        .join(payments, on=["distributor_id", "month"], how="left")
    )
    received, cash = pl.col("received_amount"), pl.col("cash_amount")
    return [
        ratio(payments, "received_cash_share", cash, received),
        ratio(payments, "received_cash_bill_share", cash + pl.col("bill_amount"), received),
        ratio(
            ahead,
            "prepaid_share",
            pl.col("prepaid_amount").fill_null(0),
            pl.col("invoiced_amount"),
        ),
    ]


def _debts(
    read: Mapping[str, pl.DataFrame], window: Window, owed: pl.DataFrame
) -> list[pl.DataFrame]:
    """Days outstanding, delinquent days, overdue share and use of the limit, as of the date.

    The balance is that of the as-of date in every month; what moves is sales on credit. Nothing
    open is no day outstanding and nothing overdue, whatever was sold on credit.
    """
    lengths = read["months"].filter(window.within).select(
        "month", days=(pl.col("last_date") - pl.col("first_date")).dt.total_days() + 1
    )  # fmt: skip
    sales = read["accounts"].select("month", group_id="customer_id", sold=sales_on_credit())
    frame = owed.join(lengths, how="cross").join(sales, on=["group_id", "month"], how="left")
    is_clear = pl.col("open_amount") == 0
    days = pl.col("days").cast(pl.Float64)
    opened = pl.col("open_amount").cast(pl.Float64)
    late = (pl.col("open_amount") - pl.col("undue_amount")).cast(pl.Float64)
    base = pl.when(is_clear).then(1).otherwise(pl.col("sold").fill_null(0).cast(pl.Float64))
    return [
        ratio(frame, "dso_days", opened * days, base),
        ratio(frame, "delinquent_days", late * days, base),
        ratio(
            frame,
            "overdue_share",
            pl.col("overdue_amount"),
            pl.when(is_clear).then(1).otherwise(opened),
        ),
        ratio(frame, "limit_use_share", opened, pl.col("credit_limit_amount")),
    ]
