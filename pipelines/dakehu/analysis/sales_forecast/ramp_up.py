"""How fast new accounts grow to their size, and how long they wait for the first supply (P12-3)."""

from __future__ import annotations

import polars as pl

QUARTILES = {"lower_share": 0.25, "median_share": 0.5, "upper_share": 0.75}


def ramp_up(sales: pl.DataFrame, steady_months: int = 6, curve_months: int = 12) -> pl.DataFrame:
    """Sales of new accounts by months since the first order, as share of their steady level.

    An account is new when its first month is not the first of the data. Its steady level is the
    mean of the `steady_months` after the curve; accounts younger than both tell nothing, and are
    left out from the whole curve, so that every month speaks of the same accounts.

    Args:
        sales: customer_id, month, amount of complete months; months without sales may be missing.
        steady_months: months that the steady level is the mean of.
        curve_months: months of the curve.

    Returns:
        month_number (1 = month of the first order), account_count, lower_share, median_share,
        upper_share (quartiles over accounts); empty where no new account is old enough.
    """
    month = pl.col("month").dt.year() * 12 + pl.col("month").dt.month()
    placed = sales.select("customer_id", "amount", place=month)
    bought = placed.filter(pl.col("amount") > 0)
    whole = curve_months + steady_months
    span = placed.select(first=pl.col("place").min(), last=pl.col("place").max())
    starts = (
        bought.group_by("customer_id")
        .agg(start=pl.col("place").min())
        .join(span, how="cross")
        .filter(pl.col("start") > pl.col("first"), pl.col("start") + whole - 1 <= pl.col("last"))
        .drop("first", "last")
    )
    grid = starts.join(pl.DataFrame({"month_number": range(1, whole + 1)}), how="cross")
    flow = grid.with_columns(
        place=(pl.col("start") + pl.col("month_number") - 1).cast(placed.schema["place"])
    ).join(placed, on=["customer_id", "place"], how="left")
    amount = pl.col("amount").fill_null(0.0)
    steady = amount.filter(pl.col("month_number") > curve_months).mean().over("customer_id")
    shares = flow.with_columns(steady=steady, amount=amount).filter(
        (pl.col("steady") > 0) & (pl.col("month_number") <= curve_months)
    )
    share = pl.col("amount") / pl.col("steady")
    return (
        shares.group_by("month_number")
        .agg(
            pl.len().cast(pl.Int64).alias("account_count"),
            *(
                share.quantile(at, interpolation="linear").alias(name)
                for name, at in QUARTILES.items()
            ),
        )
        .sort("month_number")
    )


def time_to_serve(cases: pl.DataFrame) -> pl.DataFrame:
    """Days from a case's opening to the customer's first order, by the year of its opening.

    `cases` is mart_sales_forecast__first_supplies. Columns: year, case_count, served_count,
    lower_days, median_days, upper_days (quartiles of those served; cases still waiting are counted,
    not timed).
    """
    days = (pl.col("supplied_date") - pl.col("requested_date")).dt.total_days()
    return (
        cases.group_by(pl.col("requested_date").dt.year().alias("year"))
        .agg(
            pl.len().cast(pl.Int64).alias("case_count"),
            days.count().cast(pl.Int64).alias("served_count"),
            days.quantile(0.25, "linear").alias("lower_days"),
            days.median().alias("median_days"),
            days.quantile(0.75, "linear").alias("upper_days"),
        )
        .sort("year")
    )
